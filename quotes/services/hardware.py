"""What hardware a customer's system has: as a service or rented. The first order decides, and from then on it is fixed."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Account
from partnerportal.core.stages import IllegalMove
from quotes.models import HardwareType, Quote, QuoteLine, QuoteQuerySet
from quotes.rules import ON_THE_SYSTEM
from quotes.stages import Status


def applied_hardware(account: Account) -> str:
    """The hardware type that an order of this customer has brought; empty while there is none. A cancelled order brings nothing."""
    lines = QuoteLine.objects.for_partner(account.partner_id).filter(quote__account=account)
    return _ordered(lines).values_list("family", flat=True).first() or ""


def with_applied_hardware(quotes: QuoteQuerySet) -> QuoteQuerySet:
    """These quotes with `applied`, the hardware type that their customer has; None while there is none. See `applied_hardware`."""
    reason = "a part of a query that is scoped, within the partner and the account of its quote"
    lines = QuoteLine.objects.across_partners(reason=reason).filter(partner=OuterRef("partner"), quote__account=OuterRef("account"))
    return quotes.annotate(applied=Subquery(_ordered(lines).values("family")[:1]))


def _ordered(lines: QuerySet[QuoteLine]) -> QuerySet[QuoteLine]:
    return lines.filter(quote__status=Status.ORDERED, quote__deleted_at=None, family__in=ON_THE_SYSTEM)


def require_fixed_hardware(quote: Quote, *, hardware_type: str) -> None:
    """Raise IllegalMove when a draft is to get another hardware type than the one that its customer has already."""
    applied = applied_hardware(quote.account)
    if applied and hardware_type != applied:
        words = {"account": quote.account, "type": HardwareType(applied).label}
        raise IllegalMove(_("Hardware type: %(account)s has “%(type)s” by an order. It cannot be changed.") % words, stage=quote.status)


def require_one_hardware(quote: Quote) -> None:
    """Raise IllegalMove when the order of a locked quote would put rented hardware beside HWaaS on one system.

    The customer is locked: of two orders at the same moment, the second sees what the first has brought.
    """
    account = Account.objects.for_partner(quote.partner_id).select_for_update(of=("self",), no_key=True).get(pk=quote.account_id)
    applied = applied_hardware(account)
    if applied and quote.lines.filter(family__in=ON_THE_SYSTEM).exclude(family=applied).exists():
        words = {"account": account, "type": HardwareType(applied).label}
        sentence = _("%(account)s has “%(type)s” by another order, and no other hardware beside it. Make a new quote that fits.")
        raise IllegalMove(sentence % words, stage=quote.status)
