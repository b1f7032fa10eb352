"""Discounts above the tier's limit: asked for by the partner, granted or refused by the account manager."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core.actors import Actor, service
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partners.models import Partner, Tier, User
from quotes.models import Quote, QuoteLine
from quotes.pricing import discount_given
from quotes.services.moving import lines_of, lock, lock_draft, tell_owner
from quotes.stages import Approval, Status

# What a partner may give away without asking; invented, decisions 7.
DISCOUNT_LIMITS: dict[str, Decimal] = {
    Tier.PLATINUM: Decimal("0.20"),
    Tier.GOLD: Decimal("0.20"),
    Tier.SILVER: Decimal("0.10"),
    Tier.BRONZE: Decimal("0.10"),
    Tier.RESELLER: Decimal("0.05"),
}


@service
def request_approval(quote: Quote, *, by: User) -> Quote:
    """Ask the account manager for a discount above the tier's limit. Raises IllegalMove when none is needed."""
    quote = lock_draft(quote, by=by)
    if not needs_approval(quote, lines_of(quote)):
        raise IllegalMove(_("The discounts of this quote need no approval."), stage=quote.status)
    quote.approval, quote.approval_reason, quote.approval_by = Approval.REQUESTED, "", None
    quote.save(update_fields=["approval", "approval_reason", "approval_by", "updated_at"])
    return quote


@service
def grant_discount(quote: Quote, *, by: User) -> Quote:
    """The account manager lets the discounts pass as they are now; a higher one asks again."""
    quote = _lock_for_decision(quote, by=by)
    quote.approval, quote.approval_reason, quote.approval_by = Approval.GRANTED, "", by
    quote.approved_discount = highest_discount(lines_of(quote))
    quote.save(update_fields=["approval", "approval_reason", "approval_by", "approved_discount", "updated_at"])
    tell_owner(quote, gettext_noop("The discount of %(quote)s for %(account)s is granted."), kind="quote.discount")
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
    tell_owner(
        quote,
        gettext_noop("The discount of %(quote)s for %(account)s is refused: %(reason)s"),
        kind="quote.discount",
        reason=reason.strip(),
    )
    return quote


def highest_discount(lines: list[QuoteLine]) -> Decimal:
    """The highest discount off the list price among the lines, as a fraction."""
    return max((discount_given(line.priced(line.quote.currency), line.list_price) for line in lines), default=Decimal(0))


def discount_limit(partner: Partner) -> Decimal:
    """What the partner's tier may give away without asking, as a fraction."""
    return DISCOUNT_LIMITS[partner.tier]


def needs_approval(quote: Quote, lines: list[QuoteLine]) -> bool:
    """Whether a discount is above the tier's limit and above what has been granted."""
    highest = highest_discount(lines)
    if quote.approval == Approval.GRANTED and quote.approved_discount is not None and highest <= quote.approved_discount:
        return False
    return highest > discount_limit(quote.partner)


def let_approval_follow(quote: Quote, lines: list[QuoteLine]) -> None:
    """A quote within the limit needs no approval; one above what was granted or asked for has to be asked again."""
    highest = highest_discount(lines)
    still_granted = quote.approval == Approval.GRANTED and quote.approved_discount is not None and highest <= quote.approved_discount
    if not still_granted:
        quote.approval, quote.approval_reason, quote.approval_by, quote.approved_discount = Approval.NONE, "", None, None


def _lock_for_decision(quote: Quote, *, by: User) -> Quote:
    if not by.has_perm("quotes.grant_discount"):
        raise NotYours(_("Only the account manager of %(partner)s decides on a discount.") % {"partner": quote.partner.name})
    Quote.objects.visible_to(by).get(pk=quote.pk)
    quote = lock(quote, by=Actor.of(by))
    if quote.status != Status.DRAFT or quote.approval != Approval.REQUESTED:
        raise IllegalMove(_("Nobody asks for a discount on this quote any more."), stage=quote.approval)
    return quote
