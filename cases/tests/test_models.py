"""Facts and sets of cases and their comments."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from cases.models import Case, Comment
from cases.stages import Status
from cases.tests.factories import (
    CaseFactory,
    ClosedCaseFactory,
    CommentFactory,
    ResolvedCaseFactory,
    RunningCaseFactory,
    WaitingCaseFactory,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_open_cases_are_those_that_are_not_resolved(anna):
    new, running, waiting = CaseFactory(owner=anna), RunningCaseFactory(owner=anna), WaitingCaseFactory(owner=anna)
    ResolvedCaseFactory(owner=anna)
    ClosedCaseFactory(owner=anna)

    assert set(Case.objects.visible_to(anna).open()) == {new, running, waiting}


@pytest.mark.parametrize(("days", "seconds", "is_due"), [(7, 0, True), (7, -1, False), (8, 0, True), (0, 0, False)])
def test_a_resolved_case_is_to_be_closed_after_seven_days(anna, days, seconds, is_due):
    case = ResolvedCaseFactory(owner=anna, resolved_at=NOW - timedelta(days=days, seconds=seconds))

    assert list(Case.objects.for_partner(anna.partner).to_close(NOW)) == ([case] if is_due else [])


def test_a_case_that_was_reopened_is_not_to_be_closed(anna):
    RunningCaseFactory(owner=anna, resolved_at=None)

    assert not Case.objects.for_partner(anna.partner).to_close(NOW).exists()


@pytest.mark.parametrize(
    ("status", "closed", "may"),
    [
        (Status.RESOLVED, None, True),
        (Status.CLOSED, NOW - timedelta(days=14), True),
        (Status.CLOSED, NOW - timedelta(days=14, seconds=1), False),
        (Status.IN_PROGRESS, None, False),
    ],
)
def test_reopenable(status, closed, may):
    assert Case(status=status, closed_at=closed).reopenable_at(NOW) == may


def test_support_sees_and_may_change_cases_of_every_partner(anna, carla, tariq):
    cases = {CaseFactory(owner=anna), CaseFactory(owner=carla)}

    assert set(Case.objects.visible_to(tariq)) == cases
    assert set(Case.objects.editable_by(tariq)) == cases


def test_an_account_manager_sees_the_portfolio_and_changes_nothing(anna, otto, olga):
    case = CaseFactory(owner=anna)

    assert list(Case.objects.visible_to(otto)) == [case]
    assert list(Case.objects.visible_to(olga)) == []
    assert list(Case.objects.editable_by(otto)) == []


def test_another_partner_sees_no_case(anna, carla):
    CaseFactory(owner=anna)

    assert list(Case.objects.visible_to(carla)) == []


def test_a_disabled_agent_sees_nothing(anna, tariq):
    CaseFactory(owner=anna)
    tariq.is_active = False

    assert list(Case.objects.visible_to(tariq)) == []


def test_internal_comments_are_the_vendors_alone(anna, alex, ben, dora, carla, tariq, otto, vendor_admin):
    case = RunningCaseFactory(owner=anna, agent=tariq)
    public = CommentFactory(case=case, author=tariq)
    internal = CommentFactory(case=case, author=tariq, is_internal=True)

    for person in (anna, alex, ben, dora):
        assert list(Comment.objects.visible_to(person)) == [public]
    for person in (tariq, otto, vendor_admin):
        assert list(Comment.objects.visible_to(person)) == [public, internal]
    assert list(Comment.objects.visible_to(carla)) == []


def test_a_number_stands_once_per_partner(anna, carla):
    CaseFactory(owner=anna, number="C-2026-00001")
    CaseFactory(owner=carla, number="C-2026-00001")

    with pytest.raises(IntegrityError), transaction.atomic():
        CaseFactory(owner=anna, number="C-2026-00001")


def test_a_status_outside_of_the_process_is_refused(anna):
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseFactory(owner=anna, status="escalated")


def test_only_a_new_case_can_be_deleted(anna):
    assert CaseFactory(owner=anna).deletion_refusal() == ""
    assert RunningCaseFactory(owner=anna).deletion_refusal() == "A case that the vendor works on stays. Resolve it instead."
