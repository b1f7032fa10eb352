"""Discounts above the tier's limit: asked for by the partner, granted or refused by the account manager."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from catalog import services as catalog
from catalog.models import DiscountLimit
from partnerportal.core import display, outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partners.models import Partner, User
from quotes.models import DiscountEvent, Quote, QuoteLine, QuoteQuerySet
from quotes.pricing import Totals, discount_given, total, within_limit
from quotes.services.moving import lines_of, lock, lock_draft
from quotes.stages import Approval, Status

ASKED = "quote.discount_asked"
DECIDED = "quote.discount_decided"


@dataclass(frozen=True)
class Effect:
    """What the discounts of a quote cost: its totals as they are asked for, and with none above the limit."""

    asked: Totals
    within: Totals


class DiscountChanged(IllegalMove):
    """The quote asks for another discount than the one that the person decided on. The message is for the person."""

    def __init__(self, quote: Quote, highest: Decimal) -> None:
        sentence = _("Meanwhile the highest discount of this quote is %(highest)s. Look at it again before you decide.")
        super().__init__(sentence % {"highest": in_percent(highest)}, stage=quote.approval)


@service
def request_approval(quote: Quote, *, by: User, reason: str) -> Quote:
    """Ask the account manager for a discount above the tier's limit, and say why: behind the bell and by mail.

    Asking twice for the same reason tells once.

    Raises IllegalMove when none is needed, or without a reason.
    """
    quote = lock_draft(quote, by=by)
    if not reason.strip():
        raise IllegalMove(_("Say why the discount is needed."), stage=quote.approval)
    lines = lines_of(quote)
    if not needs_approval(quote, lines):
        raise IllegalMove(_("The discounts of this quote need no approval."), stage=quote.status)
    former = last_asked(quote)
    if quote.approval == Approval.REQUESTED and former is not None and former.text == reason.strip():
        return quote
    quote.approval, quote.approval_reason, quote.approval_by, quote.approval_asked_by = Approval.REQUESTED, "", None, by
    quote.save(update_fields=["approval", "approval_reason", "approval_by", "approval_asked_by", "updated_at"])
    _note(quote, DiscountEvent.Kind.ASKED, highest_discount(lines), by=by, text=reason.strip())
    _tell_the_manager(quote, highest_discount(lines), by=by)
    return quote


@service
def grant_discount(quote: Quote, *, by: User, seen: str) -> Quote:
    """The account manager lets the discounts pass as they are now; a higher one asks again.

    `seen` is the highest discount that the person was looking at, as a fraction. Raises DiscountChanged when it is another one by now.
    """
    quote = _lock_for_decision(quote, by=by)
    highest = highest_discount(lines_of(quote))
    if _fraction(seen) != highest:
        raise DiscountChanged(quote, highest)
    quote.approval, quote.approval_reason, quote.approval_by = Approval.GRANTED, "", by
    quote.approved_discount = highest
    quote.save(update_fields=["approval", "approval_reason", "approval_by", "approved_discount", "updated_at"])
    _note(quote, DiscountEvent.Kind.GRANTED, highest, by=by)
    _tell_the_answer(quote, gettext_noop("The discount of %(quote)s for %(account)s is granted."))
    return quote


@service
def refuse_discount(quote: Quote, *, by: User, reason: str) -> Quote:
    """The account manager does not let the discounts pass, and says why."""
    quote = _lock_for_decision(quote, by=by)
    if not reason.strip():
        raise IllegalMove(_("Say why the discount is refused."), stage=quote.approval)
    quote.approval, quote.approval_reason, quote.approval_by = Approval.REFUSED, reason.strip(), by
    quote.approved_discount = None
    quote.save(update_fields=["approval", "approval_reason", "approval_by", "approved_discount", "updated_at"])
    _note(quote, DiscountEvent.Kind.REFUSED, highest_discount(lines_of(quote)), by=by, text=reason.strip())
    _tell_the_answer(quote, gettext_noop("The discount of %(quote)s for %(account)s is refused: %(reason)s"))
    return quote


def highest_discount(lines: list[QuoteLine]) -> Decimal:
    """The highest discount off the list price among the lines, as a fraction."""
    return max((discount_given(line.priced(line.quote.currency), line.list_price) for line in lines), default=Decimal(0))


def discount_limit(partner: Partner) -> Decimal:
    """What the partner's tier may give away today without asking, as a fraction."""
    return catalog.discount_limit(partner.tier)


def with_discount_limit(quotes: QuoteQuerySet) -> QuoteQuerySet:
    """These quotes with `limit`, what their partner may give away today without asking; None where the vendor has set no limit."""
    limits = DiscountLimit.objects.filter(tier=OuterRef("partner__tier"))
    return quotes.annotate(limit=Subquery(limits.values("limit")[:1]))


def needs_approval(quote: Quote, lines: list[QuoteLine], *, limit: Decimal | None = None) -> bool:
    """Whether a discount is above the tier's limit and above what has been granted. `limit` saves a query when the caller has read it."""
    highest = highest_discount(lines)
    if quote.approval == Approval.GRANTED and quote.approved_discount is not None and highest <= quote.approved_discount:
        return False
    return highest > (discount_limit(quote.partner) if limit is None else limit)


def effect_of_discounts(quote: Quote, lines: list[QuoteLine], *, limit: Decimal) -> Effect:
    """What the quote comes to as it is, beside what it would come to with no line above the limit."""
    priced = [line.priced(quote.currency) for line in lines]
    within = [within_limit(one, line.list_price, limit) for one, line in zip(priced, lines, strict=True)]
    added = partial(total, commitment=quote.commitment, tax_rate=quote.tax_rate, currency=quote.currency)
    return Effect(asked=added(priced), within=added(within))


def last_asked(quote: Quote) -> DiscountEvent | None:
    """The last question for a discount of this quote; None when nobody has asked."""
    return quote.discount_events.filter(kind=DiscountEvent.Kind.ASKED).first()


def let_approval_follow(quote: Quote, lines: list[QuoteLine]) -> None:
    """A quote within the limit needs no approval; one above what was granted, refused or asked for has to be asked for anew.

    What changes beside the discount, or lowers it, takes nothing from the question or its answer.
    """
    if quote.approval == Approval.NONE:
        return
    highest = highest_discount(lines)
    if quote.approval == Approval.GRANTED:
        stands = quote.approved_discount is not None and highest <= quote.approved_discount
    else:
        asked = last_asked(quote)
        stands = asked is not None and discount_limit(quote.partner) < highest <= asked.discount
    if not stands:
        quote.approval, quote.approval_reason, quote.approval_by, quote.approved_discount = Approval.NONE, "", None, None


def in_percent(fraction: Decimal) -> str:
    """A fraction as a person reads it: 0.2500 is “25 %”."""
    return display.rate(fraction)


def _note(quote: Quote, kind: str, discount: Decimal, *, by: User, text: str = "") -> None:
    """Keep what was said, with what the quote gave away and what the tier may at that moment."""
    facts = {"discount": discount, "limit": discount_limit(quote.partner), "text": text, "by": by}
    DiscountEvent.objects.create(partner_id=quote.partner_id, quote=quote, kind=kind, **facts)


def _fraction(text: str) -> Decimal | None:
    """What a page sent as a fraction; None for anything else."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _tell_the_manager(quote: Quote, highest: Decimal, *, by: User) -> None:
    """The partner's account manager hears of the question, behind the bell and by mail."""
    now = timezone.now()
    words = {"who": by.get_full_name(), "highest": in_percent(highest), "quote": quote, "account": quote.account.name}
    notify(
        quote.partner.account_manager,
        gettext_noop("%(who)s asks for a discount of %(highest)s on %(quote)s for %(account)s."),
        values=words,
        kind="quote.approval",
        about=quote,
        url=reverse("admin:quotes_quote_change", args=[quote.pk]),
    )
    key = f"{ASKED}:{quote.pk}:{now:%Y%m%d%H%M%S%f}"
    outbox.promise(ASKED, key=key, quote_id=quote.pk, highest=str(highest), since=now.isoformat(), message_key=key)


def _tell_the_answer(quote: Quote, text: str) -> None:
    """The owner and whoever asked hear of the answer, behind the bell and by mail."""
    is_granted, reason = quote.approval == Approval.GRANTED, quote.approval_reason
    people = {one.pk: one for one in (quote.owner, quote.approval_asked_by) if one is not None}
    now = timezone.now()
    for person in people.values():
        notify(person, text, values={"quote": quote, "account": quote.account.name, "reason": reason}, kind="quote.discount", about=quote)
        key = f"{DECIDED}:{quote.pk}:{person.pk}:{now:%Y%m%d%H%M%S%f}"
        facts = {"quote_id": quote.pk, "user_id": person.pk, "is_granted": is_granted, "reason": reason, "since": now.isoformat()}
        outbox.promise(DECIDED, key=key, message_key=key, **facts)


def _lock_for_decision(quote: Quote, *, by: User) -> Quote:
    if not by.has_perm("quotes.grant_discount"):
        raise NotYours(_("Only the account manager of %(partner)s decides on a discount.") % {"partner": quote.partner.name})
    Quote.objects.visible_to(by).get(pk=quote.pk)
    quote = lock(quote, by=Actor.of(by))
    if quote.status != Status.DRAFT or quote.approval != Approval.REQUESTED:
        raise IllegalMove(_("Nobody asks for a discount on this quote any more."), stage=quote.approval)
    return quote
