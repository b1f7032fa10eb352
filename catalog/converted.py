"""Sums of several currencies as the one number that somebody wants beside them, in words that name the day of the rates."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.rates import BASE, Converted, Rate, convert
from catalog.services import rates_on
from partnerportal.core import display
from partners.models import User


class OneNumber:
    """Writes sums of several currencies as one, for a person: in the partner's currency, and at the vendor in that of the table.

    The rates of today are read once, when they are first needed.
    """

    def __init__(self, user: User) -> None:
        self.currency = user.partner.currency if user.partner else BASE

    @cached_property
    def rates(self) -> dict[str, Rate]:
        """The rates of today; one query."""
        return rates_on(timezone.localdate())

    def __call__(self, amounts: Iterable[tuple[str, Decimal]]) -> str:
        """`≈ €12,345.00 at the rates of 1 Nov 2026`, or why there is no such number; empty while there is one currency."""
        found = list(amounts)
        if len({currency for currency, _amount in found}) < 2:
            return ""
        return in_words(convert(found, to=self.currency, rates=self.rates))


def in_words(found: Converted) -> str:
    """A converted number with the days of its rates, the oldest and the newest; or the currencies that have no rate."""
    if found.amount is None:
        words = {"currency": found.currency, "missing": ", ".join(found.missing)}
        return _("Not available in %(currency)s: there is no exchange rate for %(missing)s.") % words
    days = " – ".join(dict.fromkeys(display.day(day) for day in (found.days[0], found.days[-1])))
    return _("≈ %(amount)s at the rates of %(day)s") % {"amount": display.money(found.amount, found.currency), "day": days}
