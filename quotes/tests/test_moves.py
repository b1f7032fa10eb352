"""The process of a quote: every pair of statuses, every verb from every status, by every role."""

from datetime import timedelta

import pytest
from django.db import transaction

from catalog.services import PriceMissing
from partnerportal.core.actors import Actor
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from partners.models import User
from projects.tests.factories import ContractOutProject
from quotes import documents, services
from quotes.models import Quote
from quotes.services import NoLongerOpen
from quotes.services.moving import move
from quotes.stages import MOVES, NOT_PRIMARY, Status
from quotes.tests.factories import DraftQuoteFactory
from quotes.tests.test_drafting import everything
from quotes.tests.test_drafting import line as another

# The arrows of the product's brief, written out once more: the table that the code is held against.
ARROWS = {
    ("draft", "submitted"),
    ("draft", "cancelled"),
    ("submitted", "accepted"),
    ("submitted", "rejected"),
    ("submitted", "expired"),
    ("submitted", "superseded"),
    ("submitted", "cancelled"),
    ("accepted", "ordered"),
}
REFUSALS = (IllegalMove, NoLongerOpen, ExitConditionMissing, NotYours, Quote.DoesNotExist, PriceMissing)
MAY_CHANGE = ("anna", "ben", "dora")  # owner, manager and administrator of the partner
MAY_NOT = ("alex", "carla", "otto", "olga", "tariq", "vendor_admin")
CUSTOMER = Actor.customer("Greta Hofer")


def replace(quote, by):
    """The next version, made and submitted."""
    draft = services.new_version(quote, by=by, today=this_day())
    services.submit_quote(draft, by=by, today=this_day())


# Verb: how it is done, and from which status to which. A new version of what is over leaves that as it is.
BY_PERSON = {
    "submit": (lambda quote, by: services.submit_quote(quote, by=by, today=this_day()), {"draft": "submitted"}),
    "cancel": (
        lambda quote, by: services.cancel_quote(quote, by=by, reason="Mistake"),
        {"draft": "cancelled", "submitted": "cancelled"},
    ),
    "replace": (replace, {"submitted": "superseded"} | {str(over): str(over) for over in NOT_PRIMARY}),
    "record acceptance": (
        lambda quote, by: services.record_acceptance(quote, by=by, name="Greta", note="By phone"),
        {"submitted": "accepted"},
    ),
    "order": (lambda quote, by: services.mark_ordered(quote, by=by), {"accepted": "ordered"}),
}
BY_CUSTOMER = {
    "accept": (lambda quote: services.accept_quote(quote, by=CUSTOMER, consent="Yes.", today=this_day()), Status.ACCEPTED, {"submitted"}),
    "decline": (lambda quote: services.decline_quote(quote, by=CUSTOMER, reason="No.", today=this_day()), Status.REJECTED, {"submitted"}),
}


def in_status(status, owner):
    """A quote in a status, with lines and content, whose project is where such a quote has it."""
    quote = DraftQuoteFactory(owner=owner, project=ContractOutProject(owner=owner))
    if status == Status.DRAFT:
        return quote
    quote.content = documents.freeze(quote, services.lines_of(quote), on=this_day())
    quote.status = status
    quote.is_primary = status not in NOT_PRIMARY
    quote.answered_by = "Somebody else" if status in (Status.ACCEPTED, Status.REJECTED, Status.ORDERED) else ""
    quote.save()
    return quote


def status_of(quote):
    return Quote.objects.across_partners(reason="test").get(pk=quote.pk).status


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("to", [*Status.values, "", "nowhere"])
def test_the_mover_knows_the_arrows_of_the_brief_and_no_other(status, to, anna):
    quote = in_status(status, anna)
    assert MOVES.allows(status, to) is ((status, to) in ARROWS)
    if (status, to) in ARROWS:
        fields = move(quote, to, by=anna)
        quote.save(update_fields=fields)
        assert [(one.from_stage, one.to_stage, one.by) for one in quote.stage_moves.all()] == [(status, to, anna)]
        assert quote.is_primary is (status != "draft" and to not in NOT_PRIMARY)
        return
    before = everything(quote)
    with pytest.raises(IllegalMove):
        move(quote, to, by=anna)
    assert everything(quote) == before


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", BY_PERSON)
def test_every_role_in_every_status(status, verb, request, anna):
    quote = in_status(status, anna)
    act, leads = BY_PERSON[verb]
    assert all(arrow in ARROWS for arrow in leads.items() if arrow[0] != arrow[1])
    for who in (*MAY_NOT, *MAY_CHANGE):
        person: User = request.getfixturevalue(who)
        before = everything(quote)
        if who in MAY_CHANGE and status in leads:
            with transaction.atomic():
                act(quote, person)
                assert status_of(quote) == leads[status]
                moves = [(one.from_stage, one.to_stage, one.by) for one in quote.stage_moves.all()]
                assert moves == ([] if leads[status] == status else [(status, leads[status], person)])
                if verb == "replace":
                    former, latest = Quote.objects.for_partner(quote.partner).filter(number=quote.number).order_by("version")
                    assert (former, latest.status, latest.is_primary) == (quote, "submitted", True)
                transaction.set_rollback(True)
        else:
            with pytest.raises(REFUSALS):
                act(quote, person)
        assert everything(quote) == before, f"{who} {verb} in {status}"


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("who", [*MAY_CHANGE, "otto", "vendor_admin"])
def test_the_end_of_an_order_ends_what_was_ordered_and_nothing_else(status, who, request, anna):
    """Who may end it is the order's to say (`orders/tests`); the quote follows for whoever did."""
    quote, person = in_status(status, anna), request.getfixturevalue(who)
    before = everything(quote)

    if status == Status.ORDERED:
        services.cancel_ordered(quote, by=person, cause="Order O-2026-00001 was cancelled")
        assert status_of(quote) == Status.CANCELLED
        [move_of] = quote.stage_moves.all()
        assert (move_of.from_stage, move_of.to_stage, move_of.by, move_of.is_automatic) == ("ordered", "cancelled", person, True)
        return
    with pytest.raises(IllegalMove):
        services.cancel_ordered(quote, by=person, cause="Order O-2026-00001 was cancelled")
    assert everything(quote) == before


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", BY_CUSTOMER)
def test_the_customer_in_every_status(status, verb, anna):
    quote = in_status(status, anna)
    act, to, allowed_from = BY_CUSTOMER[verb]
    before = everything(quote)
    if status in allowed_from:
        act(quote)
        assert status_of(quote) == to
        return
    with pytest.raises(REFUSALS):
        act(quote)
    assert everything(quote) == before


@pytest.mark.parametrize("status", Status.values)
def test_time_ends_only_what_is_out(status, anna):
    quote = in_status(status, anna)
    quote.valid_until = this_day() - timedelta(days=1)
    quote.save(update_fields=["valid_until"])

    assert services.expire_quote(quote, by=Actor.system(), today=this_day()) is (status == Status.SUBMITTED)
    assert status_of(quote) == (Status.EXPIRED if status == Status.SUBMITTED else status)


@pytest.mark.parametrize("status", [status for status in Status.values if status != Status.DRAFT])
def test_what_was_submitted_never_changes_its_content(status, anna):
    quote = in_status(status, anna)
    line = quote.lines.first()
    before = everything(quote)

    for act in (
        lambda: services.add_line(quote, another(), by=anna, today=this_day()),
        lambda: services.edit_line(line, another(quantity=1), by=anna, today=this_day()),
        lambda: services.remove_line(line, by=anna),
        lambda: services.refresh_prices(quote, by=anna, today=this_day()),
        lambda: services.edit_quote(quote, by=anna, changes={"terms": "None"}),
        lambda: services.request_approval(quote, by=anna, reason="A competitor offers less."),
    ):
        with pytest.raises(IllegalMove):
            act()
    assert everything(quote) == before
