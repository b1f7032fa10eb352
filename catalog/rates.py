"""Amounts of several currencies as one number, by a dated table that says what one euro is worth in a currency. Pure.

Each amount is divided by the rate of its currency and multiplied by that of the wanted one; the results are added as they are and
rounded half up once, at the end. With 1 EUR = 1.08 USD, 100.00 EUR and 54.00 USD are 150.00 EUR. A currency without a rate makes the
number not available; nothing is left out of it. Exact amounts stay those of each currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from partnerportal.core.money import ZERO, round_money

BASE = "EUR"
ONE = Decimal(1)


@dataclass(frozen=True)
class Rate:
    """What one euro is worth in a currency, and the day from which that counts."""

    currency: str
    rate: Decimal
    valid_from: date


@dataclass(frozen=True)
class Converted:
    """One number, None where a rate is missing; the days of the rates that it was converted with, the oldest first."""

    currency: str
    amount: Decimal | None
    days: tuple[date, ...] = ()
    missing: tuple[str, ...] = ()


def convert(amounts: Iterable[tuple[str, Decimal]], *, to: str, rates: Mapping[str, Rate]) -> Converted:
    """Amounts with their currencies as one amount of the currency `to`."""
    amounts = list(amounts)
    foreign = {currency for currency, _amount in amounts if currency != to}
    needed = sorted({*foreign, to} - {BASE}) if foreign else []
    missing = tuple(currency for currency in needed if currency not in rates)
    if missing:
        return Converted(to, None, missing=missing)
    exact = sum((amount if currency == to else amount / _worth(currency, rates) * _worth(to, rates) for currency, amount in amounts), ZERO)
    return Converted(to, round_money(exact), tuple(sorted({rates[currency].valid_from for currency in needed})))


def _worth(currency: str, rates: Mapping[str, Rate]) -> Decimal:
    return ONE if currency == BASE else rates[currency].rate
