from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from partnerportal.core.actors import Actor
from partnerportal.core.attached import NotDeletable, delete_record
from partnerportal.core.models import BulkChange, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.days import this_day
from projects import services as projects
from projects.models import Project
from projects.stages import Stage
from projects.tests.factories import (
    ContractOutProject,
    DemoProject,
    IntroProject,
    LostProject,
    PresentationProject,
    ProposalProject,
    WonProject,
)
from quotes import jobs, services
from quotes.models import Quote
from quotes.services import NoLongerOpen
from quotes.stages import Status
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, SubmittedQuoteFactory
from quotes.tests.test_drafting import everything

GRETA = Actor.customer("Greta Hofer")
OVER = [status for status in Status if status not in (Status.DRAFT, Status.SUBMITTED)]


def accept(quote, by=GRETA, today=None):
    return services.accept_quote(quote, by=by, consent="I accept.", today=today or this_day())


def test_the_customer_accepts(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))

    quote = accept(quote)

    quote.refresh_from_db()
    assert (quote.status, quote.answered_by, quote.consent, quote.is_primary) == (Status.ACCEPTED, "Greta Hofer", "I accept.", True)
    assert [(event.kind, event.name) for event in quote.customer_events.all()] == [("accepted", "Greta Hofer")]
    assert [(move.to_stage, move.by, move.by_name) for move in quote.stage_moves.all()] == [("accepted", None, "Greta Hofer")]
    assert quote.history.first().author_name == "Greta Hofer"
    project = quote.project
    project.refresh_from_db()
    assert (project.stage, project.verbal_agreement, project.verbal_agreement_by) == (Stage.CONTRACT_OUT, True, "Greta Hofer")
    assert (project.mrr, project.mrr_quote, project.quotes_out) == (quote.mrr, str(quote), 1)
    assert [notice.kind for notice in anna.notifications.filter(kind__startswith="quote")] == ["quote.accepted"]


def ways_to_answer(quote):
    return (
        lambda: accept(quote),
        lambda: services.decline_quote(quote, by=GRETA, reason="Too dear", today=this_day()),
        lambda: services.ask_for_change(quote, by=GRETA, text="Two more", today=this_day()),
    )


@pytest.mark.parametrize(
    ("make", "skipped"),
    [
        (IntroProject, ["demo", "presentation", "proposal"]),
        (DemoProject, ["presentation", "proposal"]),
        (PresentationProject, ["proposal"]),
        (ProposalProject, []),
    ],
)
def test_an_acceptance_brings_the_project_to_contract_out_from_any_open_stage(anna, make, skipped):
    quote = SubmittedQuoteFactory(project=make(owner=anna))

    accept(quote)

    quote.project.refresh_from_db()
    assert quote.project.stage == Stage.CONTRACT_OUT
    move = quote.project.stage_moves.first()
    assert (move.skipped, move.is_automatic, move.reason) == (skipped, True, f"{quote} was accepted.")


def test_accepting_cancels_the_other_quotes_of_the_project(anna):
    quote = SubmittedQuoteFactory(owner=anna)
    draft = DraftQuoteFactory(project=quote.project)
    out = SubmittedQuoteFactory(project=quote.project, is_primary=True)
    rejected = SubmittedQuoteFactory(project=quote.project, status=Status.REJECTED)
    elsewhere = SubmittedQuoteFactory(owner=anna)

    accept(quote)

    statuses = {}
    for each in (quote, draft, out, rejected, elsewhere):
        each.refresh_from_db()
        statuses[each.pk] = (each.status, each.is_primary)
    assert statuses == {
        quote.pk: (Status.ACCEPTED, True),
        draft.pk: (Status.CANCELLED, False),
        out.pk: (Status.CANCELLED, False),
        rejected.pk: (Status.REJECTED, False),
        elsewhere.pk: (Status.SUBMITTED, False),
    }


def test_the_second_click_of_the_same_person_finds_it_accepted(anna):
    quote = accept(SubmittedQuoteFactory(owner=anna))
    before = everything(quote)

    again = accept(quote)

    assert again.status == Status.ACCEPTED
    assert everything(quote) == before


def test_somebody_else_comes_too_late(anna):
    quote = accept(SubmittedQuoteFactory(owner=anna))
    before = everything(quote)

    with pytest.raises(NoLongerOpen) as error:
        accept(quote, by=Actor.customer("Hans Hofer"))

    assert error.value.state == "accepted"
    assert everything(quote) == before


@pytest.mark.parametrize("status", [Status.DRAFT, *OVER])
def test_only_a_submitted_quote_is_answered(anna, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    before = everything(quote)

    for answer in ways_to_answer(quote):
        with pytest.raises(NoLongerOpen) as error:
            answer()
        assert error.value.state == status

    assert everything(quote) == before


@pytest.mark.parametrize(
    ("facts", "make", "state"),
    [
        ({"valid_until": this_day() - timedelta(days=1)}, ProposalProject, "expired"),
        ({"is_revoked": True}, ProposalProject, "revoked"),
        ({}, LostProject, "closed"),
        ({}, WonProject, "closed"),
    ],
)
def test_an_answer_that_comes_too_late_is_refused(anna, facts, make, state):
    quote = SubmittedQuoteFactory(project=make(owner=anna), **facts)
    before = everything(quote)

    for answer in ways_to_answer(quote):
        with pytest.raises(NoLongerOpen) as error:
            answer()
        assert error.value.state == state

    assert everything(quote) == before


def test_the_last_day_still_counts(anna):
    assert accept(SubmittedQuoteFactory(owner=anna, valid_until=this_day())).status == Status.ACCEPTED


def test_a_deleted_quote_cannot_be_accepted(anna):
    quote = SubmittedQuoteFactory(owner=anna)
    quote.deleted_at = quote.created_at
    quote.save()

    with pytest.raises(Quote.DoesNotExist):
        accept(quote)


# --- recorded by the partner ----------------------------------------------------------


def test_the_partner_records_an_acceptance(anna):
    quote = SubmittedQuoteFactory(project=DemoProject(owner=anna))

    quote = services.record_acceptance(quote, by=anna, name=" Greta Hofer ", note="Signed copy by mail")

    quote.refresh_from_db()
    assert (quote.status, quote.answered_by, quote.answer_note, quote.consent) == (
        Status.ACCEPTED,
        "Greta Hofer",
        "Signed copy by mail",
        "",
    )
    assert [(move.by, move.reason) for move in quote.stage_moves.all()] == [(anna, "Signed copy by mail")]
    assert not quote.customer_events.exists()
    quote.project.refresh_from_db()
    assert quote.project.stage == Stage.CONTRACT_OUT


@pytest.mark.parametrize(("name", "note"), [("", "By phone"), ("Greta", " ")])
def test_recording_needs_who_and_how(anna, name, note):
    quote = SubmittedQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.record_acceptance(quote, by=anna, name=name, note=note)

    assert everything(quote) == before


@pytest.mark.parametrize("status", [Status.DRAFT, *OVER])
def test_recording_needs_a_quote_that_is_out(anna, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.record_acceptance(quote, by=anna, name="Greta", note="By phone")

    assert everything(quote) == before


def test_recording_is_for_owner_and_managers(anna, alex, carla):
    quote = SubmittedQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(NotYours):
        services.record_acceptance(quote, by=alex, name="Greta", note="By phone")
    with pytest.raises(Quote.DoesNotExist):
        services.record_acceptance(quote, by=carla, name="Greta", note="By phone")

    assert everything(quote) == before


def test_recording_refuses_on_a_closed_project(anna):
    quote = SubmittedQuoteFactory(project=LostProject(owner=anna))
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.record_acceptance(quote, by=anna, name="Greta", note="By phone")

    assert everything(quote) == before


# --- declined, changed, expired, cancelled --------------------------------------------


def test_the_customer_declines(anna, deliver, mailoutbox):
    quote = SubmittedQuoteFactory(project=ContractOutProject(owner=anna), is_primary=True)

    services.decline_quote(quote, by=GRETA, reason="Too dear", today=this_day())

    quote.refresh_from_db()
    assert (quote.status, quote.is_primary, quote.answer_note) == (Status.REJECTED, False, "Too dear")
    project = quote.project
    project.refresh_from_db()
    assert (project.mrr, project.mrr_source, project.stage) == (Decimal("600.00"), "estimate", Stage.PROPOSAL)
    deliver()
    [mail] = mailoutbox
    assert mail.subject == f"{quote.account.name} declined {quote}"
    assert "Too dear" in mail.body


def test_another_quote_that_is_out_keeps_the_project_in_contract_out(anna):
    quote = SubmittedQuoteFactory(project=ContractOutProject(owner=anna), is_primary=True)
    SubmittedQuoteFactory(project=quote.project)

    services.decline_quote(quote, by=GRETA, reason="Too dear", today=this_day())

    quote.project.refresh_from_db()
    assert quote.project.stage == Stage.CONTRACT_OUT


def test_a_change_leaves_the_quote_open(anna):
    quote = SubmittedQuoteFactory(owner=anna)

    services.ask_for_change(quote, by=GRETA, text="Two phones more", today=this_day())
    services.ask_for_change(quote, by=GRETA, text="Two phones more", today=this_day())

    quote.refresh_from_db()
    assert quote.status == Status.SUBMITTED
    assert [(event.kind, event.text) for event in quote.customer_events.all()] == [("change", "Two phones more")]
    assert OutboxMessage.objects.filter(kind="quote.answered").count() == 1


def test_opening_is_noted_once(anna):
    quote = SubmittedQuoteFactory(owner=anna)

    first = services.note_opened(quote, by=GRETA).first_opened_at
    second = services.note_opened(quote, by=GRETA).first_opened_at

    assert first == second
    assert quote.customer_events.count() == 1


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED])
def test_cancel(anna, status):
    quote = SubmittedQuoteFactory(project=ContractOutProject(owner=anna), status=status, is_primary=True)

    services.cancel_quote(quote, by=anna, reason="No longer needed")

    quote.refresh_from_db()
    quote.project.refresh_from_db()
    assert (quote.status, quote.is_primary) == (Status.CANCELLED, False)
    assert quote.stage_moves.get().reason == "No longer needed"
    assert (quote.project.mrr, quote.project.stage) == (Decimal("600.00"), Stage.PROPOSAL)


@pytest.mark.parametrize("status", OVER)
def test_cancel_refuses_what_is_over(anna, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.cancel_quote(quote, by=anna)

    assert everything(quote) == before


def test_mark_ordered_follows_an_acceptance_only(anna):
    accepted = AcceptedQuoteFactory(owner=anna)
    assert services.mark_ordered(accepted, by=anna).status == Status.ORDERED

    for status in [Status.DRAFT, Status.SUBMITTED, *OVER]:
        if status == Status.ACCEPTED:
            continue
        quote = SubmittedQuoteFactory(owner=anna, status=status)
        before = everything(quote)
        with pytest.raises(IllegalMove):
            services.mark_ordered(quote, by=anna)
        assert everything(quote) == before


def test_expiry_asks_the_partners_calendar(anna):
    over = SubmittedQuoteFactory(owner=anna, valid_until=this_day() - timedelta(days=2), is_primary=True)
    today = SubmittedQuoteFactory(owner=anna, valid_until=projects.today_of(anna.partner))
    draft = DraftQuoteFactory(owner=anna, valid_until=this_day() - timedelta(days=2))

    assert jobs.expire_quotes() == 1
    assert jobs.expire_quotes() == 0

    for quote in (over, today, draft):
        quote.refresh_from_db()
    assert (over.status, over.is_primary) == (Status.EXPIRED, False)
    assert (today.status, draft.status) == (Status.SUBMITTED, Status.DRAFT)
    assert [notice.text for notice in anna.notifications.all()] == [f"{over} for {over.account.name} has expired."]
    assert over.history.first().author_name == "Partner Portal"


def test_a_lost_project_cancels_its_quotes(anna, deliver):
    project = ProposalProject(owner=anna)
    draft, out = DraftQuoteFactory(project=project, is_primary=True), SubmittedQuoteFactory(project=project)
    other = SubmittedQuoteFactory(owner=anna)

    projects.close_as_lost(project, seen=Stage.PROPOSAL, lost_reason="price", by=anna)
    deliver()

    for quote in (draft, out, other):
        quote.refresh_from_db()
    assert (draft.status, out.status, other.status) == (Status.CANCELLED, Status.CANCELLED, Status.SUBMITTED)
    assert out.stage_moves.get().reason == "The project was closed as lost."


def test_a_lost_project_that_is_reopened_has_no_quote_out(anna, ben, deliver):
    project = ProposalProject(owner=anna)
    services.submit_quote(DraftQuoteFactory(project=project), by=anna, today=this_day())
    project.refresh_from_db()
    assert project.quotes_out == 1

    projects.close_as_lost(project, seen=Stage.PROPOSAL, lost_reason="price", by=anna)
    deliver()
    project = projects.reopen_project(project, reason="They called back", by=ben)
    project = projects.move_project(project, to=Stage.PROPOSAL, seen=project.stage, by=anna, fields={"poc_users": 5})
    project = projects.record_verbal_agreement(project, on=this_day(), agreed_by="Greta", by=anna)

    assert (project.quotes_out, project.stage) == (0, Stage.PROPOSAL)


def test_a_quote_made_after_a_reopening_survives_the_late_promise(anna, ben, deliver):
    project = ProposalProject(owner=anna)
    former = SubmittedQuoteFactory(project=project)
    projects.close_as_lost(project, seen=Stage.PROPOSAL, lost_reason="price", by=anna)
    projects.reopen_project(project, reason="They called back", by=ben)
    later = services.create_quote(project, by=anna, today=this_day())

    deliver()

    former.refresh_from_db()
    later.refresh_from_db()
    assert (former.status, later.status) == (Status.CANCELLED, Status.DRAFT)


def test_the_promise_of_a_lost_project_twice_is_once(anna):
    project = LostProject(owner=anna)
    jobs.cancel_quotes(project_id=project.pk)
    jobs.cancel_quotes(project_id=project.pk)

    assert not Quote.objects.across_partners(reason="test").exists()


# --- a deleted project ------------------------------------------------------------------


def reread_project(project):
    return Project.objects.across_partners(reason="test").get(pk=project.pk)


def deleted(project):
    """A project that was deleted before this was refused."""
    project.deleted_at = project.created_at
    project.save(update_fields=["deleted_at"])
    return project


def test_a_quote_of_a_deleted_project_is_closed_for_the_customer(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))
    deleted(quote.project)
    before = everything(quote)

    for answer in ways_to_answer(quote):
        with pytest.raises(NoLongerOpen) as error:
            answer()
        assert error.value.state == "closed"
    assert services.state_for_customer(quote, today=this_day()) == "closed"
    assert everything(quote) == before


def test_nobody_records_an_acceptance_for_a_deleted_project(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))
    deleted(quote.project)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.record_acceptance(quote, by=anna, name="Greta", note="By phone")
    assert everything(quote) == before


def test_a_project_with_a_quote_out_is_not_deleted(anna):
    project = ProposalProject(owner=anna)
    quote = DraftQuoteFactory(project=project)
    services.submit_quote(quote, by=anna, today=this_day())
    before = everything(quote)

    with pytest.raises(NotDeletable) as refusal:
        delete_record(project, by=anna)
    assert str(refusal.value) == f"With the customer: {quote}. Close the project as lost instead; that cancels it."
    assert everything(quote) == before

    services.cancel_quote(quote, by=anna)
    assert delete_record(project, by=anna).deleted_at is not None


def test_in_contract_out_the_quote_is_cancelled_before_the_project_is_closed(anna):
    project = ProposalProject(owner=anna, verbal_agreement=True, verbal_agreement_on=this_day(), verbal_agreement_by="Greta")
    quote = services.submit_quote(DraftQuoteFactory(project=project), by=anna, today=this_day())
    assert reread_project(project).stage == Stage.CONTRACT_OUT

    with pytest.raises(NotDeletable) as refusal:
        delete_record(project, by=anna)
    assert str(refusal.value) == f"With the customer: {quote}. Cancel this first; then the project can be closed as lost."

    services.cancel_quote(quote, by=anna)
    assert reread_project(project).stage == Stage.PROPOSAL


@pytest.mark.parametrize("way", ["page", "bulk"])
@pytest.mark.parametrize("factory", [SubmittedQuoteFactory, AcceptedQuoteFactory])
def test_neither_page_nor_bulk_deletes_a_project_that_a_customer_has_a_quote_of(client, anna, deliver, factory, way):
    quote = factory(project=ProposalProject(owner=anna))
    project, before = quote.project, everything(quote)[:3]
    client.force_login(anna)
    sentence = {
        SubmittedQuoteFactory: f"With the customer: {quote}. Close the project as lost instead; that cancels it.",
        AcceptedQuoteFactory: f"The customer has accepted {quote}, so the project stays.",
    }[factory]

    if way == "page":
        said = client.post(reverse("projects:delete", args=[project.pk]), follow=True).text
    else:
        client.post("/projects/bulk/delete/", {"ids": [project.pk]})
        change = BulkChange.objects.latest("pk")
        said = change.rows.get().reason
        client.post(f"/bulk/{change.pk}/run/")
        deliver()

    assert sentence in said
    assert reread_project(project).deleted_at is None
    assert everything(quote)[:3] == before


@pytest.mark.parametrize("factory", [SubmittedQuoteFactory, AcceptedQuoteFactory])
def test_the_refusal_names_no_quote_of_a_colleague_but_whose_it_is(anna, ben, factory):
    project = ProposalProject(owner=anna)
    hers, his = SubmittedQuoteFactory(project=project), factory(project=project, owner=ben)
    sentence = {
        SubmittedQuoteFactory: f"With the customer: a quote of Ben Marino, {hers}. Close the project as lost instead; that cancels it.",
        AcceptedQuoteFactory: "The customer has accepted a quote of Ben Marino, so the project stays.",
    }[factory]

    with pytest.raises(NotDeletable) as refusal:
        delete_record(project, by=anna)

    assert str(refusal.value) == sentence
    assert str(his) not in sentence


# --- one quote is accepted ----------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.ORDERED])
def test_beside_an_accepted_quote_no_other_is_accepted(client, anna, status):
    winner = AcceptedQuoteFactory(project=ProposalProject(owner=anna), status=status)
    other = SubmittedQuoteFactory(project=winner.project)
    before = everything(other), everything(winner)

    with pytest.raises(NoLongerOpen) as error:
        accept(other)
    assert error.value.state == "taken"
    with pytest.raises(IllegalMove, match=f"The customer has accepted {winner}. Make a change order"):
        services.record_acceptance(other, by=anna, name="Greta", note="By phone")
    page = client.get(f"/q/{other.token}/")

    assert page.status_code == 200
    assert "Another quote for this project has been accepted. Thank you." in page.text
    assert "customer_accept" not in page.text
    assert 'id="accept"' not in page.text
    other.refresh_from_db()
    assert other.status == Status.SUBMITTED
    assert everything(winner)[1:3] == before[1][1:3]


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.ORDERED])
def test_beside_an_accepted_quote_no_other_is_submitted(anna, status):
    winner = AcceptedQuoteFactory(project=ProposalProject(owner=anna), status=status)
    other = DraftQuoteFactory(project=winner.project)
    before = everything(other)

    with pytest.raises(IllegalMove, match=f"The customer has accepted {winner}. Make a change order"):
        services.submit_quote(other, by=anna, today=this_day())
    assert everything(other) == before


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.ORDERED])
def test_primary_stays_with_the_accepted_quote(anna, status):
    winner = AcceptedQuoteFactory(project=ProposalProject(owner=anna), status=status)
    other = DraftQuoteFactory(project=winner.project)
    before = everything(other)

    with pytest.raises(IllegalMove, match=f"The customer has accepted {winner}"):
        services.make_primary(other, by=anna)
    assert everything(other) == before


@pytest.mark.parametrize("make", [LostProject, WonProject])
def test_primary_does_not_move_in_a_closed_project(anna, make):
    quote = DraftQuoteFactory(project=make(owner=anna))
    before = everything(quote)

    with pytest.raises(services.QuoteProjectClosed):
        services.make_primary(quote, by=anna)
    assert everything(quote) == before
