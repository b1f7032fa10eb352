"""Decimal arithmetic of money. Pure: no Django, no float.

Rounding is half up, to cents. A quote rounds once per line and then adds, so that what the customer reads is what
adds up; an estimate rounds once, at the end. 991.435 becomes 991.44, and -0.005 becomes -0.01.
"""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
MOST_PARTS = 12  # Amounts of a sum that are kept and written one by one.


def round_money(amount: Decimal) -> Decimal:
    """`amount` to cents, half away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class CurrencyMismatch(ValueError):
    """Amounts of different currencies were to be added or compared."""


def require_same_currency(*currencies: str) -> str:
    """The one currency of all, or CurrencyMismatch. Amounts of different currencies are never added."""
    distinct = set(currencies)
    if len(distinct) != 1:
        raise CurrencyMismatch(", ".join(sorted(distinct)))
    return distinct.pop()
