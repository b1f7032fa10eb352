"""Why the totals of a draft are no longer what they were: which line, or which entry of the head, from what to what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

LINE, QUANTITY, PRICE, DISCOUNT, PERIOD, COMMITMENT, TAX = (
    "line",
    "quantity",
    "unit_price",
    "discount",
    "billing_period",
    "commitment",
    "tax_rate",
)
AMOUNTS = ("net", "mrr", "gross")


@dataclass(frozen=True)
class LineFacts:
    """What of a line enters the totals."""

    name: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    billing_period: str


@dataclass(frozen=True)
class Facts:
    """What the totals of a quote come from, lines by their key, and the totals."""

    lines: Mapping[int, LineFacts]
    commitment: int
    tax_rate: Decimal
    net: Decimal
    mrr: Decimal
    gross: Decimal

    @property
    def amounts(self) -> dict[str, str]:
        """The totals, as they are kept."""
        return {name: str(getattr(self, name)) for name in AMOUNTS}


@dataclass(frozen=True)
class Cause:
    """One input that is different: of a line (`name`), or of the head. A line that was added has no old quantity, a removed one no new."""

    field: str
    old: str
    new: str
    name: str = ""


def causes(before: Facts, after: Facts) -> list[Cause]:
    """Every input that differs: the head's first, then line by line."""
    found = []
    for field in (COMMITMENT, TAX):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            found.append(Cause(field, str(old), str(new)))
    for key in dict.fromkeys((*before.lines, *after.lines)):
        found += _of_line(before.lines.get(key), after.lines.get(key))
    return found


def _of_line(old: LineFacts | None, new: LineFacts | None) -> Iterator[Cause]:
    one = new or old
    assert one is not None
    if old is None or new is None:
        yield Cause(LINE, str(old.quantity) if old else "", str(new.quantity) if new else "", one.name)
        return
    for field in (QUANTITY, PRICE, DISCOUNT, PERIOD):
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            yield Cause(field, str(was), str(now), one.name)
