"""What is different between two versions, or two alternatives, of a quote: line by line, and what it means for the sums. Pure.

A line is the same one when product and billing period are the same; the first such line of one side is held against the first of
the other. Amounts come from the lines and totals given; nothing is computed anew but their differences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"


@dataclass(frozen=True)
class Side:
    """A line of one quote, as it is compared."""

    code: str
    name: str
    billing_period: str
    period_label: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    line_total: Decimal
    monthly: Decimal


@dataclass(frozen=True)
class Difference:
    """A line before and after; one of the two is missing where it was added or removed."""

    before: Side | None
    after: Side | None

    @property
    def line(self) -> Side:
        """The line as it is now, or as it was."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def kind(self) -> str:
        """Added, removed, changed or the same."""
        if self.before is None:
            return ADDED
        if self.after is None:
            return REMOVED
        return CHANGED if self.changes else SAME

    @property
    def changes(self) -> tuple[str, ...]:
        """The fields that differ between both sides."""
        if self.before is None or self.after is None:
            return ()
        names = ("name", "quantity", "unit_price", "discount", "line_total", "monthly")
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))

    @property
    def mrr(self) -> Decimal:
        """What the difference does to the MRR."""
        return (self.after.monthly if self.after else Decimal(0)) - (self.before.monthly if self.before else Decimal(0))


def compare(before: Iterable[Side], after: Sequence[Side]) -> list[Difference]:
    """The lines of both quotes, in the order of the later one; what was removed stands at the end."""
    left: dict[tuple[str, str], list[Side]] = defaultdict(list)
    for side in before:
        left[(side.code, side.billing_period)].append(side)
    found = []
    for side in after:
        same = left[(side.code, side.billing_period)]
        found.append(Difference(same.pop(0) if same else None, side))
    return found + [Difference(side, None) for sides in left.values() for side in sides]
