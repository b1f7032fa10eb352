"""Check 3: a lead whose account and contact exist doubles nothing, and undoing restores it as it was."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.models import Lead, LeadPlan, PlanRun
from leads.services import start_plan, stop_plan
from leads.tests.factories import QualifiedLeadFactory
from partnerportal.core import attached
from partnerportal.core.files import attach_file
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.days import this_day
from projects import services
from projects.models import Project
from projects.tests.factories import DemoProject
from tasks.services import complete_task, edit_task
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.usefixtures("reference")
VALUES = {
    "name": "Headquarters",
    "close_date": this_day() + timedelta(days=30),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license"],
    "total_users": 40,
}
MODELS = (Account, Contact, Project)


def state(record):
    record = type(record)._base_manager.get(pk=record.pk)
    values = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields if field.name != "updated_at"}
    names = ("notes", "attachments", "followers", "tasks")
    return values, {name: sorted(getattr(record, name).values_list("pk", flat=True)) for name in names}


@pytest.fixture
def lead(anna, alex):
    lead = QualifiedLeadFactory(owner=anna, company="Brenner", website="https://brenner.de")
    attached.add_note(lead, "Called", by=anna)
    attached.follow(lead, by=alex)
    TaskFactory(owner=anna, related=lead)
    attach_file(lead, SimpleUploadedFile("plan.csv", b"a,b\n1,2\n"), by=anna)
    return lead


def counts(user):
    return [model.objects.visible_to(user).count() for model in MODELS]


def test_undo_restores_a_lead_that_went_into_an_account_and_contact_that_were_there(anna, lead):
    account = AccountFactory(owner=anna, name="Brenner GmbH", website="")
    contact = ContactFactory(account=account, mobile="")
    before = [state(one) for one in (lead, account, contact)]

    project = services.convert_lead(lead, values=VALUES, account=account, contact=contact, by=anna)
    account.refresh_from_db()

    assert counts(anna) == [1, 1, 1]
    assert account.website == "https://brenner.de"
    assert [project.notes.count(), project.tasks.count(), project.attachments.count(), lead.attachments.count()] == [1, 1, 1, 0]
    services.undo_conversion(lead, by=anna)
    assert [state(one) for one in (lead, account, contact)] == before
    assert counts(anna) == [1, 1, 0]


def test_undo_takes_away_what_was_made_and_the_lead_can_be_converted_again(anna, lead):
    before = state(lead)
    services.convert_lead(lead, values=VALUES, by=anna)

    services.undo_conversion(lead, by=anna)

    assert state(lead) == before
    assert counts(anna) == [0, 0, 0]
    services.convert_lead(lead, values=VALUES, by=anna)
    assert counts(anna) == [1, 1, 1]


@pytest.mark.parametrize("work", ["note", "edit", "task", "contact"])
def test_undo_refuses_once_somebody_has_worked_on_it(work, anna, lead):
    project = services.convert_lead(lead, values=VALUES, by=anna)
    {
        "note": lambda: attached.add_note(project, "New", by=anna),
        "edit": lambda: services.edit_project(project, values={"name": "Other"}, by=anna),
        "task": lambda: TaskFactory(owner=anna, related=project.contact),
        "contact": lambda: ContactFactory(account=project.account),
    }[work]()
    before = counts(anna)

    with pytest.raises(IllegalMove):
        services.undo_conversion(lead, by=anna)

    lead.refresh_from_db()
    assert lead.status == "converted"
    assert counts(anna) == before


def plan_of(lead):
    """Whether its plan runs, and which steps are there on which record."""
    run = PlanRun.objects.for_partner(lead.partner_id).get(lead=lead)
    rows = run.tasks.filter(deleted_at=None).order_by("pk")
    return run.ended_at is None, [(task.subject, type(task.related).__name__) for task in rows]


@pytest.mark.parametrize("is_new", [True, False])
def test_converting_ends_the_plan_and_undo_lets_it_go_on(is_new, anna, lead):
    first, second, *others = start_plan(lead, plan=LeadPlan.objects.get(), by=anna).tasks.order_by("pk")
    complete_task(first, by=anna)
    edit_task(second, values={"comments": "She is away until May."}, by=anna)
    before, run_before = state(lead), plan_of(lead)
    chosen = {} if is_new else {"project": DemoProject(owner=anna)}

    services.convert_lead(lead, values=VALUES, by=anna, **chosen)

    assert len(others) == 2
    assert plan_of(lead) == (False, [(first.subject, "Project"), (second.subject, "Project")])
    services.undo_conversion(lead, by=anna)
    assert (state(lead), plan_of(lead)) == (before, run_before)


def test_a_plan_that_was_stopped_before_does_not_go_on(anna, lead):
    start_plan(lead, plan=LeadPlan.objects.get(), by=anna)
    stop_plan(lead, by=anna)

    services.convert_lead(lead, values=VALUES, by=anna)
    services.undo_conversion(lead, by=anna)

    assert plan_of(lead) == (False, [])


def test_undo_leaves_a_filled_field_that_was_changed_since(anna, lead):
    account = AccountFactory(owner=anna, website="")
    services.convert_lead(lead, values=VALUES, account=account, by=anna)
    account.refresh_from_db()
    account.website = "https://new.de"
    account.save()

    services.undo_conversion(lead, by=anna)

    account.refresh_from_db()
    assert account.website == "https://new.de"


def test_undo_is_the_owners_and_the_managers(anna, alex, ben, carla, lead):
    services.convert_lead(lead, values=VALUES, by=anna)

    with pytest.raises(NotYours):
        services.undo_conversion(lead, by=alex)
    with pytest.raises(Lead.DoesNotExist):
        services.undo_conversion(lead, by=carla)
    lead.refresh_from_db()
    assert lead.status == "converted"

    assert services.undo_conversion(lead, by=ben).status == "qualification"


def test_undo_refuses_a_lead_that_is_not_converted(anna, lead):
    with pytest.raises(IllegalMove):
        services.undo_conversion(lead, by=anna)

    assert lead.stage_moves.count() == 0


def test_the_button_undoes_and_says_when_it_cannot(client, anna, lead):
    client.force_login(anna)
    project = services.convert_lead(lead, values=VALUES, by=anna)
    address = reverse("projects:undo_convert", args=[lead.pk])

    page = client.get(lead.get_absolute_url()).content.decode()
    attached.add_note(project, "New", by=anna)
    refused = client.post(address, follow=True).content.decode()
    project.notes.filter(text="New").delete()
    done = client.post(address, follow=True).content.decode()

    assert address in page
    assert "Somebody has worked on Headquarters since" in refused
    assert "is a lead again, as it was" in done
