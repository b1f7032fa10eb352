"""What happens to cases, and what is refused and then changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.tests.factories import AccountFactory, ContactFactory
from cases import services
from cases.models import Case, CaseType, Comment
from cases.services import NewCase
from cases.stages import MOVES, Status
from cases.tests.factories import (
    CaseFactory,
    ClosedCaseFactory,
    FeatureRequestFactory,
    ResolvedCaseFactory,
    RunningCaseFactory,
    WaitingCaseFactory,
)
from partnerportal.core.actors import Actor
from partnerportal.core.models import Follow, Notification, OutboxMessage, StageMove
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove, StaleMove
from partners.models import Tier

TELLING = "The wording of this is secret: 4711"


def traces(case):
    """Everything that a refused verb must leave as it was."""
    case.refresh_from_db()
    fields = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    return (
        fields,
        case.history.count(),
        StageMove.objects.across_partners(reason="test").count(),
        list(case.comments.values_list("text", "is_internal")),
        OutboxMessage.objects.count(),
        Notification.objects.count(),
    )


def bells(person):
    return list(person.notifications.values_list("text", "url"))


def promises():
    return list(OutboxMessage.objects.order_by("pk").values_list("kind", "payload"))


# --- submit ---------------------------------------------------------------------------


@time_machine.travel(datetime(2026, 3, 2, 10, 0, tzinfo=UTC), tick=False)
def test_submit_case_numbers_it_and_says_when_the_answer_is_due(anna):
    account = AccountFactory(owner=anna)
    contact = ContactFactory(account=account)

    case = services.submit_case(
        NewCase(CaseType.CUSTOMER_CARE, "Wrong invoice", "It names the wrong company.", topic="billing", account=account, contact=contact),
        by=anna,
    )

    assert (case.number, case.partner, case.owner, case.status) == ("C-2026-00001", anna.partner, anna, Status.NEW)
    assert (case.topic, case.account, case.contact, case.verdict) == ("billing", account, contact, "")
    assert case.response_due_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    assert case.history.get().author_name == "Anna Conti"
    assert not OutboxMessage.objects.exists()


def test_numbers_go_up_within_a_partner(anna, alex, carla):
    numbers = [services.submit_case(NewCase(CaseType.CUSTOMER_CARE, "A", "B"), by=person).number[-5:] for person in (anna, alex, carla)]

    assert numbers == ["00001", "00002", "00001"]


@time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=False)
def test_the_year_of_a_number_is_that_of_the_partner(anna):
    assert services.submit_case(NewCase(CaseType.CUSTOMER_CARE, "A", "B"), by=anna).number == "C-2027-00001"


@time_machine.travel(datetime(2026, 3, 2, 10, 0, tzinfo=UTC), tick=False)
def test_a_critical_case_is_due_within_half_an_hour_of_opening_time(anna):
    anna.partner.is_certified = True
    new = NewCase(CaseType.TECH_SUPPORT, "Nothing works", "Since ten", service_class=Case.Service.CRITICAL)

    assert services.submit_case(new, by=anna).response_due_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


def test_a_feature_request_begins_as_new(anna):
    assert services.submit_case(NewCase(CaseType.FEATURE_REQUEST, "A", "B"), by=anna).verdict == Case.Verdict.NEW


def test_the_account_of_the_contact_is_that_of_the_case(anna):
    contact = ContactFactory(account=AccountFactory(owner=anna))

    assert services.submit_case(NewCase(CaseType.CUSTOMER_CARE, "A", "B", contact=contact), by=anna).account == contact.account


def test_the_subject_becomes_one_line(anna):
    new = NewCase(CaseType.CUSTOMER_CARE, "Wrong\r\nBcc: all@x.com\u2028 \x07invoice", "B")

    assert services.submit_case(new, by=anna).subject == "Wrong Bcc: all@x.com invoice"


@pytest.mark.parametrize(
    ("tier", "is_certified", "sentence"),
    [
        (Tier.BRONZE, True, "tier Silver or higher. Yours is Bronze"),
        (Tier.RESELLER, True, "tier Silver or higher. Yours is Reseller"),
        (Tier.GOLD, False, "certified staff"),
        (Tier.PLATINUM, True, None),
        (Tier.GOLD, True, None),
        (Tier.SILVER, True, None),
    ],
)
def test_tech_support_is_for_certified_partners_of_silver_and_above(anna, tier, is_certified, sentence):
    anna.partner.tier, anna.partner.is_certified = tier, is_certified
    new = NewCase(CaseType.TECH_SUPPORT, "A", "B")

    if sentence is None:
        assert services.submit_case(new, by=anna).type == CaseType.TECH_SUPPORT
        return
    with pytest.raises(services.NotEligible, match=sentence):
        services.submit_case(new, by=anna)
    assert not Case.objects.for_partner(anna.partner).exists()


@pytest.mark.parametrize("case_type", [CaseType.CUSTOMER_CARE, CaseType.FEATURE_REQUEST])
def test_the_other_types_are_for_everybody(anna, case_type):
    anna.partner.tier = Tier.RESELLER

    assert services.submit_case(NewCase(case_type, "A", "B"), by=anna).type == case_type


def test_submit_case_refuses_an_account_of_another_partner(anna, carla):
    with pytest.raises(NotYours):
        services.submit_case(NewCase(CaseType.CUSTOMER_CARE, "A", "B", account=AccountFactory(owner=carla)), by=anna)

    assert not Case.objects.for_partner(anna.partner).exists()


def test_submit_case_refuses_a_contact_of_another_account(anna):
    new = NewCase(
        CaseType.CUSTOMER_CARE, "A", "B", account=AccountFactory(owner=anna), contact=ContactFactory(account=AccountFactory(owner=anna))
    )

    with pytest.raises(services.ElsewhereContact) as refused:
        services.submit_case(new, by=anna)

    assert refused.value.errors == {"contact": "This contact belongs to another account."}
    assert not Case.objects.for_partner(anna.partner).exists()


def test_submit_case_refuses_an_owner_of_another_partner(anna, carla):
    with pytest.raises(NotYours):
        services.submit_case(NewCase(CaseType.CUSTOMER_CARE, "A", "B", owner=carla), by=anna)


def test_a_vendor_user_submits_no_case_of_the_vendor(tariq):
    with pytest.raises(NotYours):
        services.submit_case(NewCase(CaseType.CUSTOMER_CARE, "A", "B"), by=tariq)


# --- the partner comments -------------------------------------------------------------


@pytest.mark.parametrize(
    ("factory", "after"),
    [(CaseFactory, "new"), (RunningCaseFactory, "in_progress"), (WaitingCaseFactory, "in_progress"), (ResolvedCaseFactory, "in_progress")],
)
def test_a_partners_comment_lets_the_work_go_on(anna, factory, after):
    case = factory(owner=anna)
    was = case.status

    comment = services.comment_on_case(case, "Here it is", by=anna)

    case.refresh_from_db()
    assert (case.status, case.resolved_at) == (after, None)
    assert (comment.text, comment.author, comment.partner, comment.is_internal) == ("Here it is", anna, anna.partner, False)
    moves = list(StageMove.objects.for_partner(anna.partner).values_list("from_stage", "to_stage", "by_name"))
    assert moves == ([] if factory in (CaseFactory, RunningCaseFactory) else [(was, "in_progress", "Anna Conti")])


def test_the_agent_hears_of_a_comment_behind_the_bell(anna, tariq):
    case = WaitingCaseFactory(owner=anna, agent=tariq, number="C-2026-00007", subject="Wrong invoice")

    services.comment_on_case(case, "Here it is", by=anna)

    assert bells(tariq) == [("Anna Conti commented on case C-2026-00007: Wrong invoice", f"/cases/{case.pk}/")]
    assert bells(anna) == []
    assert promises() == []


def test_a_manager_comments_on_a_colleagues_case(anna, ben):
    assert services.comment_on_case(CaseFactory(owner=anna), "I take over", by=ben).author == ben


def test_a_colleague_may_not_comment(anna, alex):
    case = WaitingCaseFactory(owner=anna)
    before = traces(case)

    with pytest.raises(NotYours, match="Only Anna Conti and the managers of Aurora Telecom may change this."):
        services.comment_on_case(case, "Me too", by=alex)

    assert traces(case) == before


def test_another_partner_finds_no_case_to_comment_on(anna, carla):
    case = WaitingCaseFactory(owner=anna)
    before = traces(case)

    with pytest.raises(Case.DoesNotExist):
        services.comment_on_case(case, "Me too", by=carla)

    assert traces(case) == before


@pytest.mark.parametrize("verb", ["comment", "answer", "take"])
def test_nobody_writes_in_a_closed_case(anna, tariq, verb):
    case = ClosedCaseFactory(owner=anna, agent=tariq)
    before = traces(case)
    verbs = {
        "comment": lambda: services.comment_on_case(case, "One more thing", by=anna),
        "answer": lambda: services.answer_case(case, "One more thing", to=Status.IN_PROGRESS, by=tariq),
        "take": lambda: services.take_case(case, by=tariq),
    }

    with pytest.raises(services.CaseClosed):
        verbs[verb]()

    assert traces(case) == before


# --- the agent answers ------------------------------------------------------------------


@pytest.mark.parametrize("to", ["in_progress", "waiting", "resolved"])
def test_an_answer_goes_to_the_owner_and_moves_the_case(anna, tariq, to):
    case = CaseFactory(owner=anna, number="C-2026-00007", subject="Wrong invoice")

    comment = services.answer_case(case, "Which company?", to=to, by=tariq)

    case.refresh_from_db()
    assert (case.status, case.agent, case.first_answered_at) == (to, tariq, comment.created_at)
    assert (case.resolved_at is not None) == (to == "resolved")
    assert bells(anna) == [("Tariq Aziz answered case C-2026-00007: Wrong invoice", f"/cases/{case.pk}/")]
    assert promises() == [("case.answered", {"comment_id": comment.pk})]
    move = case.stage_moves.get()
    assert (move.from_stage, move.to_stage, move.by, move.by_name, move.is_automatic) == ("new", to, tariq, "Tariq Aziz", False)


def test_an_answer_that_leaves_the_status_is_no_move(anna, tariq):
    case = RunningCaseFactory(owner=anna, agent=tariq)

    services.answer_case(case, "We are at it", to=Status.IN_PROGRESS, by=tariq)

    assert not case.stage_moves.exists()
    assert OutboxMessage.objects.count() == 1


def test_only_the_first_answer_stops_the_clock_and_assigns(anna, tariq, vendor_admin):
    case = RunningCaseFactory(owner=anna, agent=tariq)
    first = case.first_answered_at

    services.answer_case(case, "Still at it", to=Status.IN_PROGRESS, by=vendor_admin)

    case.refresh_from_db()
    assert (case.first_answered_at, case.agent) == (first, tariq)


def test_an_answer_reads_in_the_owners_language_and_reaches_followers(anna, alex, tariq):
    case = CaseFactory(owner=anna)
    for person in (anna, alex):
        Follow.objects.create(partner=anna.partner, user=person, subject=case)

    services.answer_case(case, "Which company?", to=Status.WAITING, by=tariq)

    assert (len(bells(anna)), len(bells(alex))) == (1, 1)
    assert OutboxMessage.objects.count() == 1


def test_a_follower_who_left_hears_nothing(anna, alex, tariq):
    case = CaseFactory(owner=anna)
    Follow.objects.create(partner=anna.partner, user=alex, subject=case)
    alex.is_active = False
    alex.save()

    services.answer_case(case, "Which company?", to=Status.WAITING, by=tariq)

    assert bells(alex) == []


@pytest.mark.parametrize("to", ["new", "closed", "nowhere"])
def test_an_answer_leads_nowhere_else(anna, tariq, to):
    case = RunningCaseFactory(owner=anna, agent=tariq)
    before = traces(case)

    with pytest.raises(IllegalMove):
        services.answer_case(case, "Done", to=to, by=tariq)

    assert traces(case) == before


def test_a_resolved_case_is_not_set_waiting(anna, tariq):
    case = ResolvedCaseFactory(owner=anna, agent=tariq)
    before = traces(case)

    with pytest.raises(IllegalMove):
        services.answer_case(case, "One question", to=Status.WAITING, by=tariq)

    assert traces(case) == before


AGENT_VERBS = {
    "answer": lambda case, by: services.answer_case(case, "x", to=Status.WAITING, by=by),
    "internal": lambda case, by: services.comment_internally(case, "x", by=by),
    "take": lambda case, by: services.take_case(case, by=by),
    "decide": lambda case, by: services.decide_request(case, verdict="planned", answer="x", by=by),
}


@pytest.mark.parametrize("verb", sorted(AGENT_VERBS))
@pytest.mark.parametrize("who", ["anna", "ben", "dora", "carla", "otto", "olga"])
def test_only_support_speaks_for_the_vendor(request, anna, verb, who):
    case = FeatureRequestFactory(owner=anna)
    person = request.getfixturevalue(who)
    before = traces(case)

    with pytest.raises(NotYours, match="Only the vendor's support may do this."):
        AGENT_VERBS[verb](case, person)

    assert traces(case) == before


@pytest.mark.parametrize("verb", sorted(AGENT_VERBS))
@pytest.mark.parametrize("who", ["tariq", "vendor_admin"])
def test_support_and_the_vendor_admin_do(request, anna, verb, who):
    case, person = FeatureRequestFactory(owner=anna), request.getfixturevalue(who)

    AGENT_VERBS[verb](case, person)

    case.refresh_from_db()
    said = list(case.comments.values_list("text", "is_internal", "author"))
    assert (case.status, case.verdict, case.agent == person, said) == {
        "answer": ("waiting", "new", True, [("x", False, person.pk)]),
        "internal": ("new", "new", False, [("x", True, person.pk)]),
        "take": ("in_progress", "new", True, []),
        "decide": ("in_progress", "planned", True, [("x", False, person.pk)]),
    }[verb]


def test_a_disabled_agent_does_nothing(anna, tariq):
    case = CaseFactory(owner=anna)
    tariq.is_active = False

    with pytest.raises(NotYours):
        services.answer_case(case, "x", to=Status.WAITING, by=tariq)


def test_an_internal_comment_leaves_no_trace_but_its_row(anna, alex, tariq):
    case = CaseFactory(owner=anna, agent=None)
    Follow.objects.create(partner=anna.partner, user=alex, subject=case)
    fields, history, moves, _comments, messages, notices = traces(case)

    comment = services.comment_internally(case, TELLING, by=tariq)

    assert (comment.is_internal, comment.partner, comment.author) == (True, anna.partner, tariq)
    assert traces(case) == (fields, history, moves, [(TELLING, True)], messages, notices)


def test_an_internal_comment_may_be_added_to_a_closed_case(anna, tariq):
    assert services.comment_internally(ClosedCaseFactory(owner=anna), TELLING, by=tariq).is_internal


def test_take_case_assigns_and_begins(anna, tariq):
    case = services.take_case(CaseFactory(owner=anna), by=tariq)

    assert (case.agent, case.status, case.first_answered_at) == (tariq, Status.IN_PROGRESS, None)
    assert case.stage_moves.get().to_stage == "in_progress"
    assert not OutboxMessage.objects.exists()


def test_take_case_leaves_a_waiting_case_waiting(anna, tariq):
    case = services.take_case(WaitingCaseFactory(owner=anna), by=tariq)

    assert (case.agent, case.status, case.stage_moves.count()) == (tariq, Status.WAITING, 0)


# --- resolve, close, reopen ---------------------------------------------------------------


@pytest.mark.parametrize("factory", [CaseFactory, RunningCaseFactory, WaitingCaseFactory])
def test_the_owner_resolves_what_has_settled_itself(anna, factory):
    case = factory(owner=anna)

    case = services.resolve_case(case, seen=case.status, by=anna)

    assert case.status == Status.RESOLVED


def test_an_agent_resolves_and_the_owner_hears_of_it(anna, tariq):
    case = RunningCaseFactory(owner=anna, agent=tariq, number="C-2026-00007", subject="Wrong invoice")

    services.resolve_case(case, seen="in_progress", by=tariq, reason="Corrected")

    move = case.stage_moves.get()
    assert bells(anna) == [("Case C-2026-00007 is resolved: Wrong invoice", f"/cases/{case.pk}/")]
    assert promises() == [("case.resolved", {"case_id": case.pk, "move_id": move.pk})]
    assert (move.to_stage, move.reason) == ("resolved", "Corrected")


def test_resolve_refuses_when_the_case_has_moved_meanwhile(anna):
    case = WaitingCaseFactory(owner=anna)
    before = traces(case)

    with pytest.raises(StaleMove):
        services.resolve_case(case, seen="in_progress", by=anna)

    assert traces(case) == before


@pytest.mark.parametrize("factory", [ResolvedCaseFactory, ClosedCaseFactory])
def test_resolve_refuses_what_is_resolved(anna, factory):
    case = factory(owner=anna)
    before = traces(case)

    with pytest.raises(IllegalMove):
        services.resolve_case(case, seen=case.status, by=anna)

    assert traces(case) == before


def test_resolve_refuses_a_colleague(anna, alex):
    case = CaseFactory(owner=anna)
    before = traces(case)

    with pytest.raises(NotYours):
        services.resolve_case(case, seen="new", by=alex)

    assert traces(case) == before


@pytest.mark.parametrize("who", ["anna", "ben", "tariq"])
@pytest.mark.parametrize("factory", [ResolvedCaseFactory, ClosedCaseFactory])
def test_a_case_can_be_reopened(request, anna, who, factory):
    case = services.reopen_case(factory(owner=anna), reason="It is back", by=request.getfixturevalue(who))

    assert (case.status, case.resolved_at, case.closed_at) == (Status.IN_PROGRESS, None, None)
    assert case.stage_moves.get().reason == "It is back"


def test_the_agent_hears_of_a_reopening(anna, tariq):
    case = ClosedCaseFactory(owner=anna, agent=tariq)

    services.reopen_case(case, reason="It is back", by=anna)

    assert bells(tariq) == [(f"Anna Conti reopened case {case.number}: {case.subject}", f"/cases/{case.pk}/")]


def test_after_fourteen_days_a_closed_case_stays_closed(anna):
    case = ClosedCaseFactory(owner=anna, closed_at=timezone.now() - timedelta(days=14, minutes=1))
    before = traces(case)

    with pytest.raises(services.TooLateToReopen):
        services.reopen_case(case, reason="It is back", by=anna)

    assert traces(case) == before


@pytest.mark.parametrize("factory", [CaseFactory, RunningCaseFactory, WaitingCaseFactory])
def test_an_open_case_is_not_reopened(anna, factory):
    case = factory(owner=anna)
    before = traces(case)

    with pytest.raises(IllegalMove):
        services.reopen_case(case, reason="It is back", by=anna)

    assert traces(case) == before


@pytest.mark.parametrize(
    ("who", "error"), [("alex", NotYours), ("otto", NotYours), ("carla", Case.DoesNotExist), ("olga", Case.DoesNotExist)]
)
def test_reopen_refuses_whom_the_case_does_not_concern(request, anna, who, error):
    case = ResolvedCaseFactory(owner=anna)
    person = request.getfixturevalue(who)
    before = traces(case)

    with pytest.raises(error):
        services.reopen_case(case, reason="It is back", by=person)

    assert traces(case) == before


def test_close_resolved_closes_once_by_the_portal_itself(anna):
    case = ResolvedCaseFactory(owner=anna, resolved_at=timezone.now() - timedelta(days=8))
    now = timezone.now()

    first = services.close_resolved(case, now=now, by=Actor.system())
    second = services.close_resolved(case, now=now, by=Actor.system())

    case.refresh_from_db()
    move = case.stage_moves.get()
    assert (first, second, case.status) == (True, False, Status.CLOSED)
    assert (move.by_name, move.by, move.is_automatic, move.reason) == ("Partner Portal", None, True, "Resolved for 7 days")
    assert case.history.first().author_name == "Partner Portal"


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("to", Status.values)
def test_the_mover_follows_the_arrows_alone(anna, status, to):
    case = CaseFactory(owner=anna, status=status)

    if MOVES.allows(status, to):
        services._move(case, to, by=Actor.of(anna))
        assert Case.objects.for_partner(anna.partner).get(pk=case.pk).status == to
        return
    before = traces(case)
    with pytest.raises(IllegalMove):
        services._move(case, to, by=Actor.of(anna))
    assert traces(case) == before


# --- feature requests -----------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["under_review", "planned", "released", "declined"])
def test_a_feature_request_gets_a_verdict_with_words(anna, tariq, verdict):
    request = FeatureRequestFactory(owner=anna)

    services.decide_request(request, verdict=verdict, answer="In the spring release", by=tariq)

    request.refresh_from_db()
    assert (request.verdict, request.status, request.agent) == (verdict, Status.IN_PROGRESS, tariq)
    assert [comment.text for comment in request.comments.all()] == ["In the spring release"]
    assert [kind for kind, _ in promises()] == ["case.answered"]


def test_only_a_feature_request_gets_a_verdict(anna, tariq):
    case = CaseFactory(owner=anna)
    before = traces(case)

    with pytest.raises(IllegalMove):
        services.decide_request(case, verdict="planned", answer="x", by=tariq)

    assert traces(case) == before


def test_an_unknown_verdict_is_refused(anna, tariq):
    case = FeatureRequestFactory(owner=anna)
    before = traces(case)

    with pytest.raises(IllegalMove):
        services.decide_request(case, verdict="maybe", answer="x", by=tariq)

    assert traces(case) == before


def test_comments_have_the_partner_of_their_case(anna, tariq):
    case = CaseFactory(owner=anna)
    services.answer_case(case, "a", to=Status.WAITING, by=tariq)
    services.comment_on_case(case, "b", by=anna)
    services.comment_internally(case, "c", by=tariq)

    assert list(Comment.objects.for_partner(anna.partner).values_list("text", flat=True)) == ["a", "b", "c"]
