from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import AccountFactory
from leads import services
from leads.models import Lead
from leads.stages import Status
from leads.tests.factories import ConvertedLeadFactory, LeadFactory, NotInTargetLeadFactory, QualifiedLeadFactory
from partnerportal.core.attached import follow
from partnerportal.core.models import Notification
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove, StaleMove
from partnerportal.tests.racing import at_once
from partners.models import User
from tasks.models import Task

VALUES = {
    "company": "Clinica San Marco",
    "first_name": "Paolo",
    "last_name": "Greco",
    "job_title": "cio-cto",
    "power": "influencer",
    "source": "blue-box",
    "email": "p.greco@sanmarco.it",
}


def facts(lead):
    """What a refusal must leave as it was."""
    lead.refresh_from_db()
    return (
        lead.status,
        lead.not_in_target_reason,
        lead.revisit_on,
        lead.history.count(),
        lead.stage_moves.count(),
        Task.objects.for_partner(lead.partner).count(),
        Notification.objects.count(),
    )


def test_create_lead_is_new_and_ones_own(anna):
    lead = services.create_lead(values=VALUES, by=anna)

    lead.refresh_from_db()
    assert (lead.company, lead.status, lead.partner, lead.owner, lead.origin) == (
        "Clinica San Marco",
        Status.NEW,
        anna.partner,
        anna,
        "partner",
    )
    assert [(move.from_stage, move.to_stage, move.by) for move in lead.stage_moves.all()] == [("", "new", anna)]


def test_create_lead_may_begin_in_qualification(anna):
    assert services.create_lead(values={**VALUES, "status": Status.QUALIFICATION}, by=anna).status == Status.QUALIFICATION


@pytest.mark.parametrize("status", [Status.NOT_IN_TARGET, Status.CONVERTED, "lost"])
def test_create_lead_refuses_any_other_beginning(status, anna):
    with pytest.raises(IllegalMove):
        services.create_lead(values={**VALUES, "status": status}, by=anna)

    assert not Lead.objects.for_partner(anna.partner).exists()


def test_create_lead_refuses_a_public_address(anna):
    with pytest.raises(ValidationError) as refusal:
        services.create_lead(values={**VALUES, "email": "greco@gmail.com"}, by=anna)

    assert list(refusal.value.error_dict) == ["email"]
    assert not Lead.objects.for_partner(anna.partner).exists()


def test_create_lead_is_not_for_vendor_users(otto):
    with pytest.raises(NotYours):
        services.create_lead(values=VALUES, by=otto)


def test_edit_lead_changes_no_status(anna):
    lead = LeadFactory(owner=anna)

    services.edit_lead(lead, values={"company": "Clinica Nuova", "status": Status.CONVERTED, "owner": None}, by=anna)

    lead.refresh_from_db()
    assert (lead.company, lead.status, lead.owner) == ("Clinica Nuova", Status.NEW, anna)


def test_edit_lead_refuses_a_converted_one(anna, ben):
    lead = ConvertedLeadFactory(owner=anna)
    before = facts(lead)

    for person in (anna, ben):
        with pytest.raises(NotYours, match="converted"):
            services.edit_lead(lead, values={"company": "Clinica Nuova"}, by=person)

    assert facts(lead) == before
    assert lead.company != "Clinica Nuova"


def test_set_status_moves_and_records(anna):
    lead = LeadFactory(owner=anna)

    services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=anna)

    lead.refresh_from_db()
    move = lead.stage_moves.get()
    assert lead.status == Status.QUALIFICATION
    assert (move.from_stage, move.to_stage, move.by, move.by_name, move.is_automatic) == ("new", "qualification", anna, "Anna Conti", False)
    assert move.lasted is not None


@pytest.mark.parametrize(
    ("factory", "to"),
    [
        (LeadFactory, Status.CONVERTED),
        (QualifiedLeadFactory, Status.CONVERTED),
        (QualifiedLeadFactory, Status.NEW),
        (NotInTargetLeadFactory, Status.NEW),
        (NotInTargetLeadFactory, Status.CONVERTED),
        (LeadFactory, "lost"),
    ],
)
def test_set_status_refuses_what_is_no_arrow(factory, to, anna):
    lead = factory(owner=anna)
    before = facts(lead)

    with pytest.raises(IllegalMove):
        services.set_status(lead, to=to, seen=lead.status, by=anna, reason="no-budget")

    assert facts(lead) == before


def test_set_status_refuses_what_was_overtaken(anna):
    lead = QualifiedLeadFactory(owner=anna)
    before = facts(lead)

    with pytest.raises(StaleMove):
        services.set_status(lead, to=Status.NOT_IN_TARGET, seen=Status.NEW, by=anna, reason="no-budget")

    assert facts(lead) == before


@pytest.mark.parametrize("person", ["alex", "otto"])
def test_set_status_refuses_who_may_only_look(person, anna, request):
    lead = LeadFactory(owner=anna)
    by = request.getfixturevalue(person)
    before = facts(lead)

    with pytest.raises(NotYours):
        services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=by)

    assert facts(lead) == before


def test_set_status_of_another_partner_does_not_exist(anna, carla):
    lead = LeadFactory(owner=anna)
    before = facts(lead)

    with pytest.raises(Lead.DoesNotExist):
        services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=carla)

    assert facts(lead) == before


def test_not_in_target_has_a_reason_and_comes_back_as_a_task(anna, ben):
    lead = LeadFactory(owner=anna)

    services.set_status(lead, to=Status.NOT_IN_TARGET, seen=Status.NEW, reason="no-budget", revisit_on=date(2099, 9, 1), by=ben)

    lead.refresh_from_db()
    task = Task.objects.visible_to(anna).get()
    assert (lead.status, lead.not_in_target_reason, lead.revisit_on) == (Status.NOT_IN_TARGET, "no-budget", date(2099, 9, 1))
    assert lead.stage_moves.get().reason == "No budget"
    assert (task.subject, task.due_on, task.assigned_to, task.owner, task.related) == (
        f"Look again at {lead}",
        date(2099, 9, 1),
        anna,
        ben,
        lead,
    )


def test_the_lead_of_a_former_colleague_comes_back_to_who_put_it_aside(alex, ben):
    lead = LeadFactory(owner=alex)
    User.objects.filter(pk=alex.pk).update(is_active=False)

    services.set_status(lead, to=Status.NOT_IN_TARGET, seen=Status.NEW, reason="no-budget", revisit_on=date(2099, 9, 1), by=ben)

    lead.refresh_from_db()
    assert (lead.status, lead.owner, lead.revisit_on) == (Status.NOT_IN_TARGET, alex, date(2099, 9, 1))
    assert [(task.assigned_to, task.related) for task in Task.objects.visible_to(ben)] == [(ben, lead)]


def test_not_in_target_without_a_revisit_makes_no_task(anna):
    lead = QualifiedLeadFactory(owner=anna)

    services.set_status(lead, to=Status.NOT_IN_TARGET, seen=Status.QUALIFICATION, reason="too-small", by=anna)

    assert not Task.objects.visible_to(anna).exists()


@pytest.mark.parametrize("reason", ["", "weather"])
def test_not_in_target_refuses_without_a_known_reason(reason, anna):
    lead = LeadFactory(owner=anna)
    before = facts(lead)

    with pytest.raises(ValidationError):
        services.set_status(lead, to=Status.NOT_IN_TARGET, seen=Status.NEW, reason=reason, revisit_on=date(2099, 9, 1), by=anna)

    assert facts(lead) == before


def test_reopen_clears_the_reason(anna):
    lead = NotInTargetLeadFactory(owner=anna, revisit_on=date(2026, 9, 1))

    services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NOT_IN_TARGET, by=anna)

    lead.refresh_from_db()
    assert (lead.status, lead.not_in_target_reason, lead.revisit_on) == (Status.QUALIFICATION, "", None)


def test_followers_and_the_owner_hear_of_a_move(anna, alex, ben):
    lead = LeadFactory(owner=anna)
    follow(lead, by=alex)
    follow(lead, by=ben)

    services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=ben)

    assert {notice.user for notice in Notification.objects.all()} == {anna, alex}


def test_mark_converted_is_the_end(anna):
    lead, account = QualifiedLeadFactory(owner=anna), AccountFactory(owner=anna)

    services.mark_converted(lead, account=account, by=anna)

    lead.refresh_from_db()
    assert (lead.status, lead.account) == (Status.CONVERTED, account)
    assert lead.converted_at is not None
    with pytest.raises(NotYours):
        services.mark_converted(lead, account=account, by=anna)


@pytest.mark.parametrize("factory", [LeadFactory, NotInTargetLeadFactory])
def test_mark_converted_refuses_unless_in_qualification(factory, anna):
    lead = factory(owner=anna)
    before = facts(lead)

    with pytest.raises(IllegalMove):
        services.mark_converted(lead, account=AccountFactory(owner=anna), by=anna)

    assert facts(lead) == before
    assert lead.account is None


@pytest.mark.django_db(transaction=True)
def test_of_twenty_moves_at_once_one_wins(anna):
    lead = LeadFactory(owner=anna)

    answers = at_once(*[lambda: services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=anna)] * 20)

    lead.refresh_from_db()
    assert sorted(type(answer).__name__ for answer in answers) == ["Lead"] + ["StaleMove"] * 19
    assert (lead.status, lead.stage_moves.count(), lead.history.count()) == (Status.QUALIFICATION, 1, 2)
