"""A quote is answered, or ends without an answer: accepted, declined, a change asked for, expired, cancelled with its project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects import services as projects
from projects.models import Project
from projects.stages import Stage
from quotes.models import CustomerEvent, Quote, QuoteQuerySet
from quotes.services.drafting import take_primary
from quotes.services.hardware import require_one_hardware
from quotes.services.moving import (
    let_mrr_follow,
    let_stage_follow,
    lock,
    move,
    require_no_winner,
    require_open,
    tell,
    winner_beside,
)
from quotes.stages import AFTER_ORDER, Status

ANSWERED = "quote.answered"
ANSWER_FIELDS = ("answered_at", "answered_by", "answer_note", "consent")


class NoLongerOpen(Exception):
    """The customer's answer comes too late. `state` says why: a status, `expired`, `revoked`, `closed` (the project) or `taken`."""

    def __init__(self, state: str) -> None:
        super().__init__(_("This quote is no longer open."))
        self.state = state


@service
def accept_quote(quote: Quote, *, by: Actor, consent: str, today: date) -> Quote:
    """The customer accepts on the private page, with a name and the consent to these very words.

    Records the verbal agreement, brings the project to Contract out from any open stage, makes the quote primary and
    cancels the project's others. The same person's second click finds it accepted. Raises NoLongerOpen.
    """
    quote = lock(quote, by=by)
    if quote.status == Status.ACCEPTED and quote.answered_by == by.name:
        return quote
    _require_answerable(quote, today=today)
    _accept(quote, by=by, name=by.name, consent=consent)
    event = CustomerEvent.objects.create(
        partner_id=quote.partner_id, quote=quote, kind=CustomerEvent.Kind.ACCEPTED, name=by.name, text=consent
    )
    outbox.promise(ANSWERED, key=f"{ANSWERED}:{quote.pk}:accepted", quote_id=quote.pk, event_id=event.pk)
    return quote


@service
def record_acceptance(quote: Quote, *, by: User, name: str, note: str) -> Quote:
    """The partner writes down an acceptance that the customer gave elsewhere: who, and how. Effects as `accept_quote`.

    Possible after the quote's validity too, as long as it has not been set to expired. Raises IllegalMove, also when another quote
    of the project is accepted.
    """
    quote = lock(quote, by=by)
    if quote.status != Status.SUBMITTED:
        raise IllegalMove(_("Only a quote that is out with the customer can be accepted."), stage=quote.status)
    require_open(quote.project)
    require_no_winner(quote)
    if not name.strip() or not note.strip():
        raise IllegalMove(_("Say who accepted, and how."), stage=quote.status)
    return _accept(quote, by=by, name=name.strip(), note=note.strip())


@service
def decline_quote(quote: Quote, *, by: Actor, reason: str, today: date) -> Quote:
    """The customer declines on the private page, with a reason. Raises NoLongerOpen."""
    quote = lock(quote, by=by)
    if quote.status == Status.REJECTED and quote.answered_by == by.name:
        return quote
    _require_answerable(quote, today=today)
    fields = move(quote, Status.REJECTED, by=by, reason=reason)
    quote.answered_at, quote.answered_by, quote.answer_note = timezone.now(), by.name, reason
    quote.save(update_fields=[*fields, *ANSWER_FIELDS])
    event = CustomerEvent.objects.create(
        partner_id=quote.partner_id, quote=quote, kind=CustomerEvent.Kind.DECLINED, name=by.name, text=reason
    )
    _after_the_end(quote, by=by)
    outbox.promise(ANSWERED, key=f"{ANSWERED}:{quote.pk}:declined", quote_id=quote.pk, event_id=event.pk)
    return quote


@service
def ask_for_change(quote: Quote, *, by: Actor, text: str, today: date, lines: Sequence[Mapping[str, Any]] = ()) -> CustomerEvent:
    """The customer says what should be different, as a whole and line by line; the quote stays open.

    `lines` name place, name and words of each line. The same words again count once. Raises NoLongerOpen.
    """
    quote = lock(quote, by=by)
    _require_answerable(quote, today=today)
    asked = {"kind": CustomerEvent.Kind.CHANGE, "name": by.name, "text": text, "lines": [dict(line) for line in lines]}
    same = quote.customer_events.filter(**asked).first()
    if same:
        return same
    event = CustomerEvent.objects.create(partner_id=quote.partner_id, quote=quote, **asked)
    tell(quote, gettext_noop("%(name)s asks for a change of %(quote)s for %(account)s."), kind="quote.change", by=by, name=by.name)
    outbox.promise(ANSWERED, key=f"{ANSWERED}:{quote.pk}:change:{event.pk}", quote_id=quote.pk, event_id=event.pk)
    return event


@service
def note_opened(quote: Quote, *, by: Actor) -> Quote:
    """Write down when the customer first opened the private link."""
    quote = lock(quote, by=by)
    if quote.first_opened_at is None:
        quote.first_opened_at = timezone.now()
        quote.save(update_fields=["first_opened_at", "updated_at"])
        CustomerEvent.objects.create(partner_id=quote.partner_id, quote=quote, kind=CustomerEvent.Kind.OPENED)
    return quote


@service
def cancel_quote(quote: Quote, *, by: User, reason: str = "") -> Quote:
    """Take back a draft or a submitted quote; its link says so from now on. Raises IllegalMove for one that is over."""
    quote = lock(quote, by=by)
    fields = move(quote, Status.CANCELLED, by=by, reason=reason)
    quote.save(update_fields=fields)
    _after_the_end(quote, by=by)
    return quote


@service
def expire_quote(quote: Quote, *, by: Actor, today: date) -> bool:
    """Set a submitted quote to expired when its last day is over at the partner's; answers whether it did."""
    quote = lock(quote, by=by)
    if quote.status != Status.SUBMITTED or quote.valid_until >= today:
        return False
    fields = move(quote, Status.EXPIRED, by=by, is_automatic=True)
    quote.save(update_fields=fields)
    _after_the_end(quote, by=by)
    return True


@service
def cancel_quotes_of_lost(project_id: int, *, by: Actor) -> int:
    """Cancel the drafts and submitted quotes that a project had when it was lost; answers how many. Quotes made after a reopening stay."""
    projects_of_all = Project.objects.across_partners(reason="outbox: the promise names the project alone")
    project = projects_of_all.select_for_update(of=("self",)).get(pk=project_id)
    lost_at = project.stage_moves.filter(to_stage=Stage.CLOSED).order_by("-at").values_list("at", flat=True).first()
    if lost_at is None:
        return 0
    alive = Quote.objects.for_partner(project.partner_id).alive().filter(project=project, created_at__lt=lost_at)
    reason = _("The project was closed as lost.")
    cancelled = _cancel_all(alive, project, by=by, reason=reason)
    let_stage_follow(project, by=by, cause=reason)  # A project that is reopened has none out.
    return cancelled


@service
def mark_ordered(quote: Quote, *, by: User) -> Quote:
    """The order has been made from the accepted quote. Raises IllegalMove unless it is accepted, and fits what the customer has."""
    quote = lock(quote, by=by)
    require_one_hardware(quote)
    fields = move(quote, Status.ORDERED, by=by, is_automatic=True)
    quote.save(update_fields=fields)
    return quote


@service
def cancel_ordered(quote: Quote, *, by: User, cause: str) -> Quote:
    """The order of a quote was cancelled: the quote stands no longer, and its project follows another one or the estimate.

    What is wanted now is a new version. Raises IllegalMove unless it is ordered.
    """
    quote = lock(quote, by=Actor.of(by))
    quote.save(update_fields=move(quote, Status.CANCELLED, by=by, reason=cause, is_automatic=True, moves=AFTER_ORDER))
    let_mrr_follow(quote.project, by=by)
    let_stage_follow(quote.project, by=by, cause=cause)
    return quote


def state_for_customer(quote: Quote, *, today: date) -> str:
    """How the quote stands for the customer: `open`, or why it can no longer be answered. See NoLongerOpen.

    `taken`: another quote of the project has been accepted.
    """
    if quote.is_revoked or quote.deleted_at is not None:
        return "revoked"
    if quote.status != Status.SUBMITTED:
        return quote.status
    if quote.valid_until < today:
        return Status.EXPIRED
    if not quote.project.is_open or quote.project.deleted_at is not None:
        return "closed"
    return "taken" if winner_beside(quote) else "open"


def by_token(token: str) -> Quote | None:
    """The quote of a private link; drafts have none yet."""
    rows = Quote.objects.across_partners(reason="the private link names the quote alone").exclude(status=Status.DRAFT)
    return (
        rows.select_related("partner", "project", "account", "contact", "owner", "pdf").filter(token=token, content__isnull=False).first()
    )


def _require_answerable(quote: Quote, *, today: date) -> None:
    state = state_for_customer(quote, today=today)
    if state != "open":
        raise NoLongerOpen(state)


def _accept(quote: Quote, *, by: User | Actor, name: str, note: str = "", consent: str = "") -> Quote:
    fields = move(quote, Status.ACCEPTED, by=by, reason=note, name=name)
    quote.answered_at, quote.answered_by, quote.answer_note, quote.consent = timezone.now(), name, note, consent
    take_primary(quote)
    quote.save(update_fields=[*fields, *ANSWER_FIELDS])
    reason = _("%(quote)s was accepted.") % {"quote": str(quote)}
    others = Quote.objects.for_partner(quote.partner_id).alive().filter(project=quote.project_id)
    _cancel_all(others, quote.project, by=Actor.of(by), reason=reason)
    let_mrr_follow(quote.project, by=by)
    projects.take_acceptance(quote.project, on=projects.today_of(quote.partner), agreed_by=name, by=Actor.of(by), cause=reason)
    let_stage_follow(quote.project, by=by, cause=reason)
    return quote


def _cancel_all(alive: QuoteQuerySet, project: Project, *, by: Actor, reason: str) -> int:
    quotes = list(alive.select_for_update(of=("self",)).select_related("partner", "account", "owner"))
    for quote in quotes:
        fields = move(quote, Status.CANCELLED, by=by, reason=reason, is_automatic=True)
        quote.save(update_fields=fields)
    if quotes:
        let_mrr_follow(project, by=by)
    return len(quotes)


def _after_the_end(quote: Quote, *, by: User | Actor) -> None:
    """The project's MRR follows what is left, and without any quote standing it goes back from Contract out to Proposal."""
    let_mrr_follow(quote.project, by=by)
    let_stage_follow(quote.project, by=by, cause=f"{quote}: {quote.get_status_display()}")
