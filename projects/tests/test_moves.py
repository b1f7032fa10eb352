"""Moves by hand and by themselves: every arrow and every non-arrow, who may, and that a refusal changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from partnerportal.core.actors import Actor
from partnerportal.core.models import Notification, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, StaleMove
from projects import services
from projects.models import BonusEntry, Project
from projects.stages import PATHS, RecordType, Stage
from projects.tests.factories import (
    PROBABILITIES,
    AgreedProject,
    ChangeOrderProject,
    ContractOutProject,
    DemoDoneProject,
    DemoProject,
    IntroProject,
    LostProject,
    OrderProject,
    PresentationProject,
    ProjectFactory,
    ProposalProject,
    WonProject,
    answer_all,
)

MANUAL = {RecordType.BUSINESS_PLAN: Stage.values[:4], RecordType.CHANGE_ORDER: Stage.values[2:4]}
QUOTES = Actor(name="Quotes")


def row(project):
    return Project.objects.for_partner(project.partner_id).filter(pk=project.pk).values().get()


@pytest.fixture
def untouched():
    """Call it with a project before an act; call the result afterwards: nothing may have changed."""

    def before(project):
        was = row(project)
        history, moves, entries = project.history.count(), project.stage_moves.count(), project.bonus_entries.count()

        def check():
            assert row(project) == was
            assert (project.history.count(), project.stage_moves.count(), project.bonus_entries.count()) == (history, moves, entries)
            assert not OutboxMessage.objects.exists()
            assert not Notification.objects.exists()

        return check

    return before


def at(stage, kind, owner, **fields):
    """A project of a kind in a stage, with everything that any stage asks for."""
    factory = ChangeOrderProject if kind == RecordType.CHANGE_ORDER else ProjectFactory
    outcome = {"outcome": "won", "closed_at": "2026-03-20T15:00Z"} if stage == Stage.CLOSED else {}
    ready = {"poc_users": 5, "amount_mrr": Decimal("500.00")}
    return factory(stage=stage, owner=owner, **{**ready, **outcome, **fields})


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("to", [*Stage.values, "", "nowhere"])
def test_move_project_goes_along_the_arrows_only(kind, stage, to, anna, untouched):
    if stage not in PATHS[kind].steps:
        return
    project = at(stage, kind, anna)
    if stage in MANUAL[kind] and to in MANUAL[kind] and stage != to:
        moved = services.move_project(project, to=to, seen=stage, by=anna, reason="The customer asked for it")

        assert (moved.stage, moved.probability) == (to, PROBABILITIES[to])
        assert moved.weighted_pipeline == project.mrr * PROBABILITIES[to] / 100
        return
    check = untouched(project)

    with pytest.raises(IllegalMove):
        services.move_project(project, to=to, seen=stage, by=anna, reason="The customer asked for it")

    check()


@pytest.mark.parametrize(
    "person, may", [("anna", True), ("alex", False), ("ben", True), ("dora", True), ("otto", False), ("vendor_admin", False)]
)
def test_move_project_is_for_the_owner_and_the_managers(request, person, may, anna, untouched):
    project = DemoProject(owner=anna, amount_mrr=1)
    by = request.getfixturevalue(person)
    check = untouched(project)
    if may:
        services.move_project(project, to="presentation", seen="demo", by=by)

        project.refresh_from_db()
        assert project.stage == "presentation"
        return
    with pytest.raises(NotYours):
        services.move_project(project, to="presentation", seen="demo", by=by)
    check()


@pytest.mark.parametrize("person", ["carla", "olga", "tariq"])
def test_move_project_does_not_know_the_project_of_others(request, person, anna, untouched):
    project = DemoProject(owner=anna, amount_mrr=1)
    check = untouched(project)

    with pytest.raises(Project.DoesNotExist):
        services.move_project(project, to="presentation", seen="demo", by=request.getfixturevalue(person))

    check()


def test_move_project_writes_who_when_from_to_and_how_long(anna):
    with time_machine.travel("2026-03-02 09:00Z", tick=False):
        project = IntroProject(owner=anna, poc_users=5)
    with time_machine.travel("2026-03-05 10:00Z", tick=False):
        services.move_project(project, to="demo", seen="intro", by=anna)

    move = project.stage_moves.get()
    assert (move.from_stage, move.to_stage, move.by, move.by_name, move.is_automatic, move.skipped) == (
        "intro",
        "demo",
        anna,
        "Anna Conti",
        False,
        [],
    )
    assert move.lasted.total_seconds() == (3 * 24 + 1) * 3600
    assert project.history.first().author_name == "Anna Conti"


def test_move_project_refuses_what_was_moved_meanwhile(anna, untouched):
    project = PresentationProject(owner=anna)
    check = untouched(project)

    with pytest.raises(StaleMove) as refusal:
        services.move_project(project, to="presentation", seen="demo", by=anna)

    assert (refusal.value.seen, refusal.value.now) == ("demo", "presentation")
    check()


def test_move_project_says_each_thing_that_is_missing_on_the_way(anna, untouched):
    project = IntroProject(owner=anna)
    check = untouched(project)

    with pytest.raises(ExitConditionMissing) as refusal:
        services.move_project(project, to="presentation", seen="intro", by=anna)

    assert [one.fields for one in refusal.value.missing] == [("poc_users",), ("amount_mrr", "amount_capex")]
    check()


def test_move_project_takes_what_is_missing_in_the_same_call(anna):
    project = IntroProject(owner=anna)

    moved = services.move_project(
        project, to="presentation", seen="intro", by=anna, fields={"poc_users": 5, "amount_mrr": None, "amount_capex": Decimal("900.00")}
    )

    moved.refresh_from_db()
    assert (moved.stage, moved.poc_users, moved.amount_mrr, moved.amount_capex) == ("presentation", 5, None, Decimal("900.00"))


@pytest.mark.parametrize("fields", [{"poc_users": 41}, {"poc_users": -1}])
def test_move_project_refuses_impossible_values_given_with_the_move(fields, anna, untouched):
    project = IntroProject(owner=anna)
    check = untouched(project)

    with pytest.raises(ValidationError):
        services.move_project(project, to="demo", seen="intro", by=anna, fields=fields)

    check()


def test_move_project_takes_no_other_field_with_a_move(anna, untouched):
    project = IntroProject(owner=anna)
    check = untouched(project)

    with pytest.raises(ValueError, match="verbal_agreement"):
        services.move_project(project, to="demo", seen="intro", by=anna, fields={"verbal_agreement": True})

    check()


def test_move_project_goes_back_only_with_a_reason(anna, untouched):
    project = PresentationProject(owner=anna)
    check = untouched(project)

    with pytest.raises(services.ReasonMissing):
        services.move_project(project, to="intro", seen="presentation", by=anna, reason="  ")
    check()

    moved = services.move_project(project, to="intro", seen="presentation", by=anna, reason="New buyer")
    assert (moved.stage, moved.probability) == ("intro", 10)
    assert project.stage_moves.get().reason == "New buyer"


def test_move_project_tells_owner_and_followers_but_not_the_mover(anna, alex, ben):
    project = DemoProject(owner=anna, amount_mrr=1)
    project.followers.create(partner=project.partner, user=alex)
    project.followers.create(partner=project.partner, user=ben)

    services.move_project(project, to="presentation", seen="demo", by=ben)

    assert sorted(Notification.objects.values_list("user__first_name", flat=True)) == ["Alex", "Anna"]


# --- demo done -----------------------------------------------------------------------


@time_machine.travel("2026-03-02 23:30Z", tick=False)
def test_leaving_demo_fixes_date_and_mrr_in_the_partners_time_zone(anna, otto):
    project = DemoProject(owner=anna, amount_mrr=1)
    answer_all(project)

    moved = services.move_project(project, to="presentation", seen="demo", by=anna)

    moved.refresh_from_db()
    assert (moved.demo_done, moved.demo_date, moved.pipeline_mrr) == (True, date(2026, 3, 3), Decimal("600.00"))
    entry = BonusEntry.objects.for_partner(project.partner_id).get()
    assert (entry.state, entry.basis, entry.rate, entry.amount, entry.currency) == (
        "awaiting",
        Decimal("600.00"),
        Decimal("0.1000"),
        Decimal("60.00"),
        "EUR",
    )
    assert Notification.objects.get(kind="bonus.awaiting").user == otto


def test_leaving_demo_without_all_answers_is_allowed_and_leaves_the_bonus_open(anna):
    project = DemoProject(owner=anna, amount_mrr=1)
    answer_all(project, but=("pains",))

    moved = services.move_project(project, to="presentation", seen="demo", by=anna)

    assert (moved.stage, moved.demo_done, moved.demo_date, moved.pipeline_mrr) == ("presentation", False, None, None)


def test_the_bonus_is_earned_when_demo_is_left_again_with_the_answers(anna):
    project = DemoProject(owner=anna, amount_mrr=1)
    services.move_project(project, to="presentation", seen="demo", by=anna)
    services.move_project(project, to="demo", seen="presentation", by=anna, reason="Second demo")
    answer_all(project)

    moved = services.move_project(project, to="proposal", seen="demo", by=anna)

    assert (moved.demo_done, moved.pipeline_mrr) == (True, Decimal("600.00"))


def test_demo_facts_are_set_once_and_for_ever(anna):
    project = DemoDoneProject(owner=anna, pipeline_mrr=Decimal("1120.00"))
    answer_all(project)
    services.move_project(project, to="demo", seen="presentation", by=anna, reason="Second demo")

    moved = services.move_project(project, to="presentation", seen="demo", by=anna)

    assert (moved.demo_date, moved.pipeline_mrr) == (date(2026, 3, 2), Decimal("1120.00"))


def test_going_back_from_demo_sets_nothing(anna):
    project = DemoProject(owner=anna)
    answer_all(project)

    moved = services.move_project(project, to="intro", seen="demo", by=anna, reason="Other people")

    assert not moved.demo_done


def test_passing_over_demo_does_not_count(anna):
    project = IntroProject(owner=anna, poc_users=5, amount_mrr=1)
    answer_all(project)

    moved = services.move_project(project, to="presentation", seen="intro", by=anna)

    assert not moved.demo_done


def test_without_an_mrr_nothing_is_set(anna):
    project = DemoProject(owner=anna, amount_mrr=1, expected_mrr=None, mrr=None, mrr_source="not_available", weighted_pipeline=None)
    answer_all(project)

    moved = services.move_project(project, to="presentation", seen="demo", by=anna)

    assert (moved.demo_done, moved.pipeline_mrr, moved.weighted_pipeline) == (False, None, None)


def test_existing_business_has_its_demo_done_but_earns_no_bonus(anna):
    project = DemoProject(owner=anna, amount_mrr=1, opportunity_type="existing_business")
    answer_all(project)

    moved = services.move_project(project, to="presentation", seen="demo", by=anna)

    assert moved.demo_done
    assert not project.bonus_entries.exists()


@pytest.mark.parametrize("exit_by", ["lost", "automatic"])
def test_an_automatic_move_and_a_loss_leave_demo_as_well(exit_by, anna):
    project = DemoProject(owner=anna)
    answer_all(project)
    if exit_by == "lost":
        moved = services.close_as_lost(project, seen="demo", lost_reason="price", by=anna)
    else:
        moved = services.take_acceptance(project, on=date(2026, 3, 2), agreed_by="Greta Hofer", by=QUOTES, cause="Quote accepted")

    assert (moved.demo_done, moved.pipeline_mrr) == (True, Decimal("600.00"))


# --- automatic moves -----------------------------------------------------------------

FORWARD = {"contract_out", "order_management", "closed"}


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("to", Stage.values)
def test_advance_goes_forward_to_automatic_stages_and_back_to_proposal(kind, stage, to, anna, untouched):
    steps = list(PATHS[kind].steps)
    if stage not in steps:
        return
    project = at(stage, kind, anna)
    check = untouched(project)
    is_forward = to in FORWARD and to in steps and steps.index(to) > steps.index(stage)
    is_back = to == "proposal" and stage in ("contract_out", "order_management")
    if is_forward or is_back:
        moved = services.advance(project, to=to, by=QUOTES, cause="Order O-2026-00001 made")

        move = project.stage_moves.get()
        assert (moved.stage, moved.probability) == (to, PROBABILITIES[to])
        assert (move.is_automatic, move.reason, move.by, move.by_name) == (True, "Order O-2026-00001 made", None, "Quotes")
        assert move.skipped == (steps[steps.index(stage) + 1 : steps.index(to)] if is_forward else [])
        assert (moved.outcome, moved.closed_at is not None) == (("won", True) if to == "closed" else ("", False))
    elif stage == "closed" and to != "closed":
        with pytest.raises(services.ProjectClosed):
            services.advance(project, to=to, by=QUOTES, cause="Order O-2026-00001 made")
        check()
    elif to in ("intro", "demo", "presentation") and stage != to:
        with pytest.raises(IllegalMove):
            services.advance(project, to=to, by=QUOTES, cause="Order O-2026-00001 made")
        check()
    else:
        assert services.advance(project, to=to, by=QUOTES, cause="Order O-2026-00001 made").stage == stage
        check()


@pytest.mark.parametrize("to", ["contract_out", "order_management", "closed", "proposal"])
def test_advance_refuses_a_lost_project(to, anna, untouched):
    project = LostProject(owner=anna)
    check = untouched(project)

    with pytest.raises(services.ProjectClosed):
        services.advance(project, to=to, by=QUOTES, cause="Order O-2026-00001 made")

    check()


def test_a_won_project_makes_its_account_a_customer(anna):
    project = OrderProject(owner=anna)

    services.advance(project, to="closed", by=QUOTES, cause="Order O-2026-00001 completed")

    project.account.refresh_from_db()
    assert project.account.status == "active"


def test_the_quote_that_goes_out_last_brings_the_project_to_contract_out(anna):
    project = AgreedProject(owner=anna)

    moved = services.note_quotes_out(project, count=1, by=QUOTES, cause="Quote Q-2026-00001 v1 submitted")

    assert (moved.stage, moved.quotes_out, moved.probability) == ("contract_out", 1, 90)
    assert project.stage_moves.get().reason == "Quote Q-2026-00001 v1 submitted"


def test_the_agreement_that_comes_last_brings_the_project_to_contract_out(anna):
    project = ProposalProject(owner=anna)
    services.note_quotes_out(project, count=1, by=QUOTES, cause="Quote Q-2026-00001 v1 submitted")

    moved = services.record_verbal_agreement(project, on=date(2026, 3, 2), agreed_by="Greta Hofer", by=anna)

    assert moved.stage == "contract_out"
    assert project.stage_moves.get().by == anna


def test_entering_proposal_with_everything_there_goes_on_to_contract_out(anna):
    project = PresentationProject(
        owner=anna, verbal_agreement=True, verbal_agreement_on=date(2026, 3, 2), verbal_agreement_by="Greta", quotes_out=1
    )

    moved = services.move_project(project, to="proposal", seen="presentation", by=anna)

    assert moved.stage == "contract_out"
    assert list(project.stage_moves.values_list("to_stage", "is_automatic")) == [("contract_out", True), ("proposal", False)]


@pytest.mark.parametrize("factory", [IntroProject, DemoProject, PresentationProject, ProposalProject])
def test_a_quote_that_goes_out_without_the_agreement_moves_nothing(factory, anna):
    project = factory(owner=anna)

    moved = services.note_quotes_out(project, count=1, by=QUOTES, cause="Quote Q-2026-00001 v1 submitted")

    assert (moved.stage, moved.quotes_out) == (project.stage, 1)


def test_without_any_quote_out_contract_out_falls_back_to_proposal(anna):
    project = ContractOutProject(owner=anna)

    moved = services.note_quotes_out(project, count=0, by=QUOTES, cause="Quote Q-2026-00001 v1 rejected")

    assert (moved.stage, moved.probability, moved.quotes_out) == ("proposal", 70, 0)


def test_order_management_does_not_fall_back_with_its_quotes(anna):
    project = OrderProject(owner=anna)

    assert services.note_quotes_out(project, count=0, by=QUOTES, cause="Quote Q-2026-00001 v1 expired").stage == "order_management"


@pytest.mark.parametrize("kind, stage", [(kind, stage) for kind in RecordType for stage in MANUAL[kind]])
def test_a_customers_acceptance_is_the_agreement_and_skips_what_lies_between(kind, stage, anna):
    project = at(stage, kind, anna, poc_users=None, amount_mrr=None)
    steps = list(PATHS[kind].steps)

    moved = services.take_acceptance(
        project, on=date(2026, 3, 2), agreed_by="Greta Hofer", by=Actor.customer("Greta Hofer"), cause="Quote Q-2026-00001 v1 accepted"
    )

    moved.refresh_from_db()
    assert (moved.stage, moved.verbal_agreement, moved.verbal_agreement_on, moved.verbal_agreement_by) == (
        "contract_out",
        True,
        date(2026, 3, 2),
        "Greta Hofer",
    )
    assert project.stage_moves.get().skipped == steps[steps.index(stage) + 1 : steps.index("contract_out")]


def test_an_acceptance_changes_no_agreement_that_was_recorded(anna):
    project = AgreedProject(owner=anna)

    moved = services.take_acceptance(project, on=date(2026, 4, 1), agreed_by="Somebody", by=QUOTES, cause="Quote accepted")

    assert (moved.verbal_agreement_on, moved.verbal_agreement_by) == (date(2026, 3, 2), "Greta Hofer")


@pytest.mark.parametrize("factory", [LostProject, WonProject])
def test_an_acceptance_of_a_closed_project_is_refused(factory, anna, untouched):
    project = factory(owner=anna)
    check = untouched(project)

    with pytest.raises(services.ProjectClosed):
        services.take_acceptance(project, on=date(2026, 3, 2), agreed_by="Greta Hofer", by=QUOTES, cause="Quote accepted")

    check()


@time_machine.travel("2026-03-02 12:00Z")
@pytest.mark.parametrize("on, agreed_by", [(date(2026, 3, 3), "Greta"), (date(2026, 3, 1), " ")])
def test_record_verbal_agreement_asks_who_and_when(on, agreed_by, anna, untouched):
    project = ProposalProject(owner=anna)
    check = untouched(project)

    with pytest.raises(ValidationError):
        services.record_verbal_agreement(project, on=on, agreed_by=agreed_by, by=anna)

    check()


@pytest.mark.parametrize("factory", [ContractOutProject, OrderProject, WonProject, LostProject])
def test_record_verbal_agreement_refuses_behind_proposal(factory, anna, untouched):
    project = factory(owner=anna)
    check = untouched(project)

    with pytest.raises(IllegalMove):
        services.record_verbal_agreement(project, on=date(2026, 3, 1), agreed_by="Greta", by=anna)

    check()


def test_withdraw_verbal_agreement_takes_it_back_before_the_contract_is_out(anna, untouched):
    project = AgreedProject(owner=anna)
    out = ContractOutProject(owner=anna)
    check = untouched(out)

    services.withdraw_verbal_agreement(project, by=anna)
    with pytest.raises(IllegalMove):
        services.withdraw_verbal_agreement(out, by=anna)

    project.refresh_from_db()
    assert (project.verbal_agreement, project.verbal_agreement_on, project.verbal_agreement_by) == (False, None, "")
    check()


# --- the MRR of the primary quote ------------------------------------------------------


def test_take_mrr_from_follows_the_primary_quote_and_goes_back_to_the_estimate(anna):
    project = ProposalProject(owner=anna)

    taken = services.take_mrr_from(project, quote_number="Q-2026-00412 v2", mrr=Decimal("1284.00"), by=QUOTES)
    assert (taken.mrr, taken.mrr_source, taken.mrr_quote, taken.weighted_pipeline) == (
        Decimal("1284.00"),
        "quote",
        "Q-2026-00412 v2",
        Decimal("898.80"),
    )
    assert taken.has_quote

    back = services.take_mrr_from(project, quote_number="", mrr=None, by=QUOTES)
    assert (back.mrr, back.mrr_source, back.mrr_quote, back.weighted_pipeline) == (Decimal("600.00"), "estimate", "", Decimal("420.00"))
    assert back.has_quote


def test_take_mrr_from_a_quote_with_one_off_lines_only_is_zero(anna):
    project = ProposalProject(owner=anna)

    taken = services.take_mrr_from(project, quote_number="Q-2026-00412 v1", mrr=Decimal("0.00"), by=QUOTES)

    assert (taken.mrr, taken.mrr_source, taken.weighted_pipeline) == (Decimal("0.00"), "quote", Decimal("0.00"))


def test_take_mrr_from_a_quote_without_lines_keeps_the_estimate(anna):
    project = ProposalProject(owner=anna)

    taken = services.take_mrr_from(project, quote_number="Q-2026-00412 v1", mrr=None, by=QUOTES)

    assert (taken.mrr, taken.mrr_source, taken.mrr_quote, taken.has_quote) == (Decimal("600.00"), "estimate", "", True)


def test_take_mrr_from_leaves_the_pipeline_mrr_as_it_was(anna):
    project = DemoDoneProject(owner=anna)

    taken = services.take_mrr_from(project, quote_number="Q-2026-00412 v2", mrr=Decimal("1284.00"), by=QUOTES)

    assert taken.pipeline_mrr == Decimal("600.00")


# --- lost and reopened -----------------------------------------------------------------


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage.values)
def test_close_as_lost_works_from_each_manual_stage_only(kind, stage, anna, untouched):
    if stage not in PATHS[kind].steps:
        return
    project = at(stage, kind, anna)
    if stage not in MANUAL[kind]:
        check = untouched(project)
        with pytest.raises(IllegalMove):
            services.close_as_lost(project, seen=stage, lost_reason="price", by=anna)
        check()
        return

    lost = services.close_as_lost(project, seen=stage, lost_reason="competitor", competitor=" Rivalphone ", by=anna)

    lost.refresh_from_db()
    assert (lost.stage, lost.outcome, lost.probability, lost.weighted_pipeline) == ("closed", "lost", 0, Decimal("0.00"))
    assert (lost.lost_reason, lost.competitor, lost.closed_at is not None) == ("competitor", "Rivalphone", True)
    assert list(OutboxMessage.objects.values_list("kind", "payload")) == [("project.lost", {"project_id": project.pk})]


@pytest.mark.parametrize("reason", ["", "because", "no-budget-at-all"])
def test_close_as_lost_needs_a_reason_of_the_list(reason, anna, untouched):
    project = ProposalProject(owner=anna)
    check = untouched(project)

    with pytest.raises(ValidationError):
        services.close_as_lost(project, seen="proposal", lost_reason=reason, by=anna)

    check()


def test_close_as_lost_refuses_a_stale_page_and_a_colleague(anna, alex, untouched):
    project = ProposalProject(owner=anna)
    check = untouched(project)

    with pytest.raises(StaleMove):
        services.close_as_lost(project, seen="demo", lost_reason="price", by=anna)
    with pytest.raises(NotYours):
        services.close_as_lost(project, seen="proposal", lost_reason="price", by=alex)

    check()


def test_reopen_project_takes_a_lost_one_to_its_first_stage(ben, anna):
    project = LostProject(owner=anna, verbal_agreement=True, verbal_agreement_on=date(2026, 3, 2), verbal_agreement_by="Greta")

    again = services.reopen_project(project, reason="They called back", by=ben)

    again.refresh_from_db()
    assert (again.stage, again.outcome, again.probability, again.weighted_pipeline) == ("intro", "", 10, Decimal("60.00"))
    assert (again.lost_reason, again.competitor, again.closed_at, again.verbal_agreement) == ("", "", None, False)
    assert project.stage_moves.get().reason == "They called back"


def test_reopen_project_is_for_managers_and_lost_projects_with_a_reason(anna, ben, untouched):
    lost, won = LostProject(owner=anna), WonProject(owner=anna)
    check_lost, check_won = untouched(lost), untouched(won)

    with pytest.raises(NotYours):
        services.reopen_project(lost, reason="They called back", by=anna)
    with pytest.raises(ValidationError):
        services.reopen_project(lost, reason=" ", by=ben)
    with pytest.raises(IllegalMove):
        services.reopen_project(won, reason="They called back", by=ben)

    check_lost()
    check_won()
