"""The arithmetic of an order to stock: price times quantity, and full packs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from partnerportal.core.money import ZERO, round_money


@dataclass(frozen=True)
class StockLine:
    """A number of pieces of one product, at the partner's own price."""

    product_id: int
    code: str
    name: str
    quantity: int
    price: Decimal
    pack_size: int = 1

    @property
    def total(self) -> Decimal:
        """Price times quantity, rounded once."""
        return round_money(self.quantity * self.price)

    @property
    def to_full_packs(self) -> int:
        """How many pieces are missing to full packs; 0 when the quantity fills them.

        Source: the vendor's cart adds a fee for opened packs.
        """
        return -self.quantity % self.pack_size


def total_of(lines: Iterable[StockLine]) -> Decimal:
    """The sum of the rounded line totals."""
    return sum((line.total for line in lines), ZERO)
