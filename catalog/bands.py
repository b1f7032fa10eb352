"""Prices that fall with the quantity: which band a quantity is in, and both prices that it gives. Pure.

A band begins at a quantity and holds up to the next one: at 6.00 from 1 and 5.40 from 50, 49 pieces cost 6.00 each and 50 cost
5.40 each, all of them. The customer's list and the partner's book have bands of their own. Below the first band there is no price.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, order=True)
class Band:
    """The net price of one unit from a quantity on, and the day from which this row of the price book holds."""

    min_quantity: int
    price: Decimal
    valid_from: date | None = None


@dataclass(frozen=True)
class Prices:
    """Net prices of one unit for a billing period: what the customer's list says, and what the partner pays.

    `list_band` and `cost_band` are the quantities at which the bands begin that gave them, `valid_from` the customer's row's day.
    """

    list_price: Decimal
    unit_cost: Decimal
    list_band: int = 1
    cost_band: int = 1
    valid_from: date | None = None


@dataclass(frozen=True)
class Tariff:
    """All bands of a product in one billing period: the customer's, and those of the partner's book; both have at least one."""

    listed: tuple[Band, ...]
    costs: tuple[Band, ...]

    @property
    def least(self) -> int:
        """The smallest quantity that has both prices."""
        return max(min(self.listed).min_quantity, min(self.costs).min_quantity)

    def at(self, quantity: int) -> Prices | None:
        """Both prices of a quantity; None below the first band of either."""
        listed, cost = band_of(self.listed, quantity), band_of(self.costs, quantity)
        if listed is None or cost is None:
            return None
        return Prices(listed.price, cost.price, listed.min_quantity, cost.min_quantity, listed.valid_from)


def band_of(bands: Iterable[Band], quantity: int) -> Band | None:
    """The band that a quantity is in: the highest that it reaches. None below the first."""
    return max((band for band in bands if band.min_quantity <= quantity), default=None)
