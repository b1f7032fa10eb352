"""New and changed projects, the fast pipeline, the conversion: results, and refusals that change nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from catalog.models import AveragePrice
from leads.models import Lead
from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from partnerportal.core.actors import Actor
from partnerportal.core.attached import delete_record
from partnerportal.core.files import attach_file
from partnerportal.core.models import Note, OutboxMessage, StageMove
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.days import this_day
from projects import services
from projects.models import Project
from projects.tests.factories import DemoDoneProject, IntroProject, LostProject, ProposalProject, WonProject
from tasks.models import Task
from tasks.tests.factories import TaskFactory

VALUES = {
    "name": "Headquarters",
    "close_date": this_day() + timedelta(days=30),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license", "classound"],
    "total_users": 40,
}
CUSTOMER = {
    "company": "Kanton Uri",
    "email": "info@uri.ch",
    "phone": "+41418752211",
    "salutation": "ms",
    "first_name": "Vreni",
    "last_name": "Arnold",
}


def counts(partner):
    """How many rows of each kind a partner has, and how many promises there are."""
    kinds = (Account, Contact, Project, Lead, Note, Task, StageMove)
    return [kind.objects.for_partner(partner).count() for kind in kinds] + [OutboxMessage.objects.count()]


# --- create ------------------------------------------------------------------------------


def test_create_project_computes_the_estimate_and_keeps_its_prices(anna):
    contact = ContactFactory(owner=anna)

    project = services.create_project(values={**VALUES, "account": contact.account, "contact": contact}, by=anna)

    project.refresh_from_db()
    assert (project.expected_mrr, project.mrr, project.mrr_source, project.weighted_pipeline) == (
        Decimal("600.00"),
        Decimal("600.00"),
        "estimate",
        Decimal("60.00"),
    )
    assert project.estimate == {
        "users": 40,
        "currency": "EUR",
        "prices": [
            {"family": "license", "amount": "9.00", "valid_from": "2025-01-01"},
            {"family": "classound", "amount": "6.00", "valid_from": "2025-01-01"},
        ],
        "missing": [],
    }
    assert (project.stage, project.probability, project.owner, project.partner, project.currency) == (
        "intro",
        10,
        anna,
        anna.partner,
        "EUR",
    )
    assert list(project.stage_moves.values_list("from_stage", "to_stage", "by_name")) == [("", "intro", "Anna Conti")]


def test_create_project_without_a_price_is_not_available_and_never_zero(anna):
    AveragePrice.objects.filter(family="classound", currency="CHF").delete()
    contact = ContactFactory(owner=anna)

    project = services.create_project(values={**VALUES, "currency": "CHF", "account": contact.account, "contact": contact}, by=anna)

    project.refresh_from_db()
    assert (project.expected_mrr, project.mrr, project.weighted_pipeline, project.mrr_source) == (None, None, None, "not_available")
    assert project.estimate["missing"] == ["classound"]


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"total_users": 0}, "total_users"),
        ({"close_date": this_day() - timedelta(days=2)}, "close_date"),
        ({"interested_solutions": []}, "interested_solutions"),
        ({"interested_solutions": ["rocket"]}, "interested_solutions"),
        ({"opportunity_type": "none"}, "opportunity_type"),
        ({"product_of_interest": ""}, "product_of_interest"),
        ({"currency": "XXX"}, "currency"),
        ({"name": ""}, "name"),
        ({"record_type": "change_order"}, "account"),
    ],
)
def test_create_project_refuses_by_field(anna, changes, field):
    contact = ContactFactory(owner=anna)
    before = counts(anna.partner)

    with pytest.raises(ValidationError) as refusal:
        services.create_project(values={**VALUES, "account": contact.account, "contact": contact, **changes}, by=anna)

    assert list(refusal.value.message_dict) == [field]
    assert counts(anna.partner) == before


def test_create_project_refuses_a_contact_of_another_account(anna):
    contact, other = ContactFactory(owner=anna), ContactFactory(owner=anna)

    with pytest.raises(ValidationError) as refusal:
        services.create_project(values={**VALUES, "account": contact.account, "contact": other}, by=anna)

    assert list(refusal.value.message_dict) == ["contact"]


@pytest.mark.parametrize("foreign", ["account", "contact"])
def test_create_project_does_not_know_customers_of_another_partner(anna, carla, foreign):
    own, other = ContactFactory(owner=anna), ContactFactory(owner=carla)
    customer = {"account": own.account, "contact": own} | {foreign: other.account if foreign == "account" else other}
    before = counts(anna.partner)

    with pytest.raises((Account.DoesNotExist, Contact.DoesNotExist)):
        services.create_project(values={**VALUES, **customer}, by=anna)

    assert counts(anna.partner) == before


def test_vendor_users_make_no_projects(anna, otto):
    contact = ContactFactory(owner=anna)

    with pytest.raises(NotYours):
        services.create_project(values={**VALUES, "account": contact.account, "contact": contact}, by=otto)


# --- edit --------------------------------------------------------------------------------


def test_edit_project_takes_the_prices_of_today_only_when_the_size_changes(anna):
    project = IntroProject(owner=anna)
    AveragePrice.objects.create(family="license", currency="EUR", amount="10.00", valid_from=this_day() - timedelta(days=1))

    renamed = services.edit_project(project, values={"name": "Other", "description": "New"}, by=anna)
    assert (renamed.expected_mrr, renamed.name) == (Decimal("600.00"), "Other")

    grown = services.edit_project(project, values={"total_users": 50}, by=anna)
    assert (grown.expected_mrr, grown.mrr, grown.weighted_pipeline) == (Decimal("800.00"), Decimal("800.00"), Decimal("80.00"))


def test_a_price_of_tomorrow_does_not_count_yet(anna):
    project = IntroProject(owner=anna)
    AveragePrice.objects.create(family="license", currency="EUR", amount="99.00", valid_from=this_day() + timedelta(days=2))

    assert services.edit_project(project, values={"total_users": 50}, by=anna).expected_mrr == Decimal("750.00")


def test_edit_project_leaves_the_mrr_of_a_quote(anna):
    project = ProposalProject(owner=anna)
    services.take_mrr_from(project, quote_number="Q-2026-00001 v1", mrr=Decimal("1284.00"), by=Actor.system())

    edited = services.edit_project(project, values={"total_users": 50}, by=anna)

    assert (edited.expected_mrr, edited.mrr, edited.mrr_source) == (Decimal("750.00"), Decimal("1284.00"), "quote")


def test_the_currency_is_fixed_by_the_first_quote(anna):
    project = ProposalProject(owner=anna, has_quote=True)

    with pytest.raises(ValidationError) as refusal:
        services.edit_project(project, values={"currency": "USD"}, by=anna)

    project.refresh_from_db()
    assert (list(refusal.value.message_dict), project.currency) == (["currency"], "EUR")


def test_without_a_quote_the_currency_changes_with_its_prices(anna):
    project = IntroProject(owner=anna)

    edited = services.edit_project(project, values={"currency": "USD"}, by=anna)

    assert (edited.currency, edited.expected_mrr, edited.kept_estimate.currency) == ("USD", Decimal("660.00"), "USD")


@pytest.mark.parametrize("values", [{"total_users": 4}, {"interested_solutions": []}, {"name": ""}])
def test_edit_project_refuses_and_changes_nothing(anna, values):
    project = IntroProject(owner=anna, poc_users=5)
    was = Project.objects.for_partner(anna.partner).values().get()

    with pytest.raises(ValidationError):
        services.edit_project(project, values=values, by=anna)

    assert Project.objects.for_partner(anna.partner).values().get() == was
    assert project.history.count() == 1


def test_edit_project_writes_no_stage_and_no_amount(anna):
    project = IntroProject(owner=anna)

    services.edit_project(project, values={"stage": "closed", "mrr": Decimal("1.00"), "probability": 100, "approved_by_am": "yes"}, by=anna)

    project.refresh_from_db()
    assert (project.stage, project.mrr, project.probability, project.approved_by_am) == ("intro", Decimal("600.00"), 10, "")


@pytest.mark.parametrize("factory", [WonProject, LostProject])
def test_a_closed_project_is_not_edited(anna, factory):
    project = factory(owner=anna)

    with pytest.raises(services.ProjectClosed):
        services.edit_project(project, values={"name": "Other"}, by=anna)


def test_a_project_that_becomes_eligible_after_its_demo_waits_for_a_decision(anna):
    project = DemoDoneProject(owner=anna, opportunity_type="existing_business")

    services.edit_project(project, values={"opportunity_type": "new_business"}, by=anna)

    assert list(project.bonus_entries.values_list("state", "amount")) == [("awaiting", Decimal("60.00"))]


# --- fast pipeline ---------------------------------------------------------------------------


def test_fast_pipeline_makes_account_contact_and_project_with_its_note(anna):
    values = {**VALUES, **CUSTOMER, "notes": " Wants a demo soon "}
    del values["name"]

    project = services.fast_pipeline(values=values, by=anna)

    assert (project.name, project.account.name, str(project.contact), project.notes.get().text) == (
        "Kanton Uri – Collaboration",
        "Kanton Uri",
        "Vreni Arnold",
        "Wants a demo soon",
    )
    assert {project.owner, project.account.owner, project.contact.owner} == {anna}


@pytest.mark.parametrize("changes", [{"total_users": 0}, {"email": "info@gmail.com"}, {"interested_solutions": []}])
def test_fast_pipeline_makes_nothing_when_a_part_is_refused(anna, changes):
    before = counts(anna.partner)

    with pytest.raises(ValidationError):
        services.fast_pipeline(values={**VALUES, **CUSTOMER, **changes}, by=anna)

    assert counts(anna.partner) == before


def test_fast_pipeline_uses_the_account_and_the_contact_that_are_there(anna, alex):
    account = AccountFactory(owner=alex)
    contact = ContactFactory(account=account, owner=alex, email="INFO@uri.ch", last_name="arnold")

    project = services.fast_pipeline(values={**VALUES, **CUSTOMER}, account=account, by=anna)

    assert (project.account, project.contact, project.owner) == (account, contact, anna)


def test_fast_pipeline_does_not_know_the_account_of_another_partner(anna, carla):
    foreign = AccountFactory(owner=carla)
    before = counts(anna.partner)

    with pytest.raises(Account.DoesNotExist):
        services.fast_pipeline(values={**VALUES, **CUSTOMER}, account=foreign, by=anna)

    assert counts(anna.partner) == before


# --- conversion ------------------------------------------------------------------------------


@time_machine.travel("2026-03-02 09:00Z", tick=False)
def test_convert_lead_makes_all_three_and_closes_the_lead(anna):
    lead = QualifiedLeadFactory(owner=anna, city="Venezia", website="https://sanmarco.it", mobile="+393331234567")

    project = services.convert_lead(lead, values={**VALUES, "close_date": date(2026, 6, 1)}, by=anna)

    lead.refresh_from_db()
    assert (project.account.name, project.account.city, project.account.website) == (lead.company, "Venezia", "https://sanmarco.it")
    assert (project.contact.last_name, project.contact.email, project.contact.mobile.as_e164) == (
        lead.last_name,
        lead.email,
        "+393331234567",
    )
    assert (project.contact.power, project.contact.job_title) == ("influencer", "cio-cto")
    assert (project.lead, lead.status, lead.account, lead.converted_at.isoformat()) == (
        lead,
        "converted",
        project.account,
        "2026-03-02T09:00:00+00:00",
    )


def test_convert_lead_carries_notes_files_tasks_and_followers(anna, alex):
    lead = QualifiedLeadFactory(owner=anna)
    lead.notes.create(partner=lead.partner, text="Called", author=anna)
    plan = attach_file(lead, SimpleUploadedFile("plan.csv", b"a,b\n1,2\n"), by=anna)
    lead.followers.create(partner=lead.partner, user=alex)
    task = TaskFactory(related=lead, owner=anna, assigned_to=alex)

    project = services.convert_lead(lead, values=VALUES, by=anna)

    task.refresh_from_db()
    assert (project.notes.get().text, project.followers.get().user, task.related) == ("Called", alex, project)
    assert (list(project.attachments.all()), project.attachments.get().file.read()) == ([plan], b"a,b\n1,2\n")
    assert (lead.notes.count(), lead.attachments.count(), lead.followers.count(), lead.tasks.count()) == (0, 0, 0, 0)
    assert task.history.first().history_type == "~"
    assert list(lead.stage_moves.values_list("to_stage", flat=True)) == ["converted"]
    assert list(project.stage_moves.values_list("from_stage", "to_stage")) == [("", "intro")]


def test_convert_lead_says_when_the_lead_was_merged_or_deleted_meanwhile(anna):
    lead = QualifiedLeadFactory(owner=anna)
    delete_record(lead, by=anna)

    with pytest.raises(services.LeadGone, match="has merged or deleted this lead meanwhile"):
        services.convert_lead(lead, values=VALUES, by=anna)

    assert not Project.objects.visible_to(anna).exists()


def test_convert_lead_fills_only_what_is_blank(anna):
    account = AccountFactory(owner=anna, name="San Marco SRL", city="", website="https://old.it")
    contact = ContactFactory(account=account, first_name="", job_title="")
    lead = QualifiedLeadFactory(owner=anna, city="Venezia", website="https://new.it")

    project = services.convert_lead(lead, values=VALUES, account=account, contact=contact, by=anna)

    account.refresh_from_db()
    contact.refresh_from_db()
    assert (project.account, project.contact) == (account, contact)
    assert (account.name, account.city, account.website) == ("San Marco SRL", "Venezia", "https://old.it")
    assert (contact.first_name, contact.job_title, contact.power) == ("Paolo", "cio-cto", "decision-maker")


def test_convert_lead_changes_no_account_of_a_colleague(anna, alex):
    account = AccountFactory(owner=alex, city="")
    lead = QualifiedLeadFactory(owner=anna, city="Venezia")

    project = services.convert_lead(lead, values=VALUES, account=account, by=anna)

    account.refresh_from_db()
    assert (project.account, account.city) == (account, "")


def test_convert_lead_refuses_a_second_time_and_names_the_project(anna):
    lead = QualifiedLeadFactory(owner=anna)
    project = services.convert_lead(lead, values=VALUES, by=anna)
    before = counts(anna.partner)

    with pytest.raises(services.AlreadyConverted) as refusal:
        services.convert_lead(lead, values=VALUES, by=anna)

    assert refusal.value.project == project
    assert counts(anna.partner) == before


@pytest.mark.parametrize("status, more", [("new", {}), ("not_in_target", {"not_in_target_reason": "no-budget"})])
def test_convert_lead_needs_a_qualified_lead(anna, status, more):
    lead = LeadFactory(owner=anna, status=status, **more)
    before = counts(anna.partner)

    with pytest.raises(IllegalMove):
        services.convert_lead(lead, values=VALUES, by=anna)

    lead.refresh_from_db()
    assert (lead.status, lead.converted_at) == (status, None)
    assert counts(anna.partner) == before


@pytest.mark.parametrize("changes", [{"total_users": 0}, {"interested_solutions": []}, {"product_of_interest": ""}])
def test_convert_lead_makes_nothing_when_a_part_is_refused(anna, changes):
    lead = QualifiedLeadFactory(owner=anna)
    before = counts(anna.partner)

    with pytest.raises(ValidationError):
        services.convert_lead(lead, values={**VALUES, **changes}, by=anna)

    lead.refresh_from_db()
    assert (lead.status, lead.account) == ("qualification", None)
    assert counts(anna.partner) == before


@pytest.mark.parametrize(
    "person, refusal", [("alex", NotYours), ("otto", NotYours), ("carla", Lead.DoesNotExist), ("olga", Lead.DoesNotExist)]
)
def test_convert_lead_is_for_whoever_may_change_it(request, anna, person, refusal):
    lead = QualifiedLeadFactory(owner=anna)
    by = request.getfixturevalue(person)
    before = counts(anna.partner)

    with pytest.raises(refusal):
        services.convert_lead(lead, values=VALUES, by=by)

    assert counts(anna.partner) == before


def test_convert_lead_does_not_know_customers_of_another_partner(anna, carla):
    lead, foreign = QualifiedLeadFactory(owner=anna), ContactFactory(owner=carla)
    before = counts(anna.partner)

    with pytest.raises(Account.DoesNotExist):
        services.convert_lead(lead, values=VALUES, account=foreign.account, by=anna)

    assert counts(anna.partner) == before
