"""Monthly recurring revenue of a project: the estimate with its explanation, and the weighted pipeline. Pure.

Expected MRR = users × Σ average price of each ticked family, per user and month, in the project's currency; rounded half up
once, at the end. 40 users with License (9.00) and CLASSOUND (6.00): 40 × 15.00 = 600.00. A ticked family without a price in
the currency makes the amount not available; it is never 0. Weighted pipeline = MRR × probability in percent / 100, rounded
per project: 600.00 at 30 % is 180.00. Source: the product's brief.

The MRR of a change order is a difference and may be negative: what its quote comes to per month less what the customer pays already.
A quote of 300.00 beside running orders of 240.00 is 60.00; one of 200.00 is -40.00. Before there is a quote, the estimate of the users
that are added or removed is that difference by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from partnerportal.core.money import MOST_PARTS, ZERO, require_same_currency, round_money


@dataclass(frozen=True)
class Price:
    """The average price of a family, per user and month, net, and the day from which it counts."""

    family: str
    amount: Decimal
    currency: str
    valid_from: date


@dataclass(frozen=True)
class Estimate:
    """What an expected MRR is made of: the sum as it can be shown, and the families that had no price."""

    users: int
    currency: str
    prices: tuple[Price, ...]
    missing: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """The expected MRR; None, with the reason in `missing`, when a ticked family has no price."""
        if self.missing:
            return None
        return round_money(self.users * self.per_user)

    @property
    def per_user(self) -> Decimal:
        """The sum of the prices of one user and month; nothing ticked is zero."""
        return sum((price.amount for price in self.prices), ZERO)

    @property
    def valid_from(self) -> date | None:
        """The day of the newest price used, None when none was."""
        return max((price.valid_from for price in self.prices), default=None)


@dataclass(frozen=True)
class QuoteSum:
    """What the MRR of a quote is made of: the monthly amounts of its lines, each kept as long as they are few enough to be read."""

    quote: str
    key: int
    parts: tuple[Decimal, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the project; of many parts their number alone."""
        parts = [str(part) for part in self.parts] if len(self.parts) <= MOST_PARTS else []
        return {"quote": self.quote, "key": self.key, "parts": parts, "count": len(self.parts)}


@dataclass(frozen=True)
class RunningOrder:
    """A confirmed order that a customer pays: what it comes to per month, its users by family, and the orders in whose place it came."""

    order: str
    key: int
    quote: int
    currency: str
    mrr: Decimal
    users: Mapping[str, int]
    replaces: tuple[int, ...] = ()


@dataclass(frozen=True)
class Running:
    """What a customer paid per month on a day, in one currency, and the orders that it is the sum of."""

    day: date
    currency: str
    orders: tuple[RunningOrder, ...] = ()

    @property
    def amount(self) -> Decimal:
        """The running MRR; without orders zero."""
        return sum((one.mrr for one in self.orders), ZERO)

    def users_of(self, families: Iterable[str]) -> int:
        """How many users could leave: those of the family among `families` that has most."""
        return max((sum(one.users.get(family, 0) for one in self.orders) for family in families), default=0)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the project."""
        orders = [
            {"order": one.order, "key": one.key, "quote": one.quote, "mrr": str(one.mrr), "users": dict(one.users)} for one in self.orders
        ]
        return {"day": self.day.isoformat(), "currency": self.currency, "orders": orders}


def running_from_json(kept: Mapping[str, Any]) -> Running | None:
    """What `Running.as_json` wrote; None when nothing was kept."""
    if not kept:
        return None
    currency = kept["currency"]
    orders = (RunningOrder(row["order"], row["key"], row["quote"], currency, Decimal(row["mrr"]), row["users"]) for row in kept["orders"])
    return Running(date.fromisoformat(kept["day"]), currency, tuple(orders))


def running(confirmed: Iterable[RunningOrder], *, currency: str, day: date) -> Running:
    """What runs in a currency, of orders in the order in which they were confirmed.

    A change order quotes all that the customer is to have, so it comes in the place of the orders that it names, and of whatever has
    come in their place since.
    """
    left: dict[int, RunningOrder] = {}
    heirs: dict[int, int] = {}
    for one in confirmed:
        for key in one.replaces:
            while key in heirs:
                key = heirs[key]
            if left.pop(key, None):
                heirs[key] = one.key
        left[one.key] = one
    return Running(day, currency, tuple(one for one in left.values() if one.currency == currency))


def difference(quoted: Decimal, running_mrr: Decimal | None) -> Decimal:
    """What a change order adds per month to what runs; negative where it takes away. Where no running MRR was kept, all of it is added."""
    return quoted - (running_mrr or ZERO)


def estimate(*, users: int, solutions: Iterable[str], currency: str, prices: Mapping[str, Price]) -> Estimate:
    """The estimate for `users` and the ticked families, by the price rows that count now.

    Users of a change order may be negative, and so may the amount. Raises CurrencyMismatch for a price in another currency.
    """
    ticked = tuple(dict.fromkeys(solutions))
    used = tuple(prices[family] for family in ticked if family in prices)
    for price in used:
        require_same_currency(currency, price.currency)
    return Estimate(users, currency, used, tuple(family for family in ticked if family not in prices))


def with_price(kept: Estimate, family: str, price: Price | None) -> Estimate:
    """The same estimate with another price of one ticked family, or without one; its other prices stay."""
    others = {one.family: one for one in kept.prices if one.family != family}
    ticked = (*(one.family for one in kept.prices), *kept.missing)
    prices = others if price is None else {**others, family: price}
    return estimate(users=kept.users, solutions=ticked, currency=kept.currency, prices=prices)


def as_json(one: Estimate) -> dict[str, Any]:
    """An estimate as it is kept with the project."""
    return {
        "users": one.users,
        "currency": one.currency,
        "prices": [
            {"family": price.family, "amount": str(price.amount), "valid_from": price.valid_from.isoformat()} for price in one.prices
        ],
        "missing": list(one.missing),
    }


def from_json(kept: Mapping[str, Any]) -> Estimate | None:
    """The estimate that `as_json` wrote; None when nothing was kept."""
    if not kept:
        return None
    currency = kept["currency"]
    prices = tuple(Price(row["family"], Decimal(row["amount"]), currency, date.fromisoformat(row["valid_from"])) for row in kept["prices"])
    return Estimate(kept["users"], currency, prices, tuple(kept["missing"]))


def weighted_pipeline(mrr: Decimal | None, probability: int) -> Decimal | None:
    """MRR times its probability (percent), to cents; None as long as there is no MRR."""
    return None if mrr is None else round_money(mrr * probability / 100)
