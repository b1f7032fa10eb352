"""The statement of the demo bonus: what a partner's ledger says of one quarter. Pure.

A granted decision adds its amount, a corrected line its difference with its sign, a refusal takes back what is held, everything else
adds nothing. Amounts of different currencies are never added. What waits ends with a decision, with the eligibility, or with the
project. The balance of a project is what its last decision says, with the corrections since; the sums of all quarters are the balances
of all projects.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from partnerportal.core.money import ZERO

AWAITING, GRANTED, REFUSED, LAPSED, CORRECTED = "awaiting", "granted", "refused", "lapsed", "corrected"
DECISIONS = frozenset({GRANTED, REFUSED})


@dataclass(frozen=True)
class LedgerLine:
    """A line of the ledger as the statement reads it, with the day at the partner's; `gone_on` is when its project was deleted."""

    project: int
    name: str
    state: str
    on: date
    basis: Decimal
    rate: Decimal
    amount: Decimal
    currency: str
    reason: str = ""
    decided_by: str = ""
    gone_on: date | None = None


@dataclass(frozen=True)
class StatementLine:
    """A line of the ledger and what it does to the balance."""

    entry: LedgerLine
    effect: Decimal
    is_correction: bool


@dataclass(frozen=True)
class CurrencySum:
    """What the quarter comes to in one currency. `waiting` is not decided yet at its end, and in no sum."""

    currency: str
    granted: Decimal
    taken_back: Decimal
    waiting: Decimal

    @property
    def total(self) -> Decimal:
        """What the partner gets for the quarter."""
        return self.granted - self.taken_back


@dataclass(frozen=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter of a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """The quarter that `str` wrote, such as "2026-Q4". Raises ValueError."""
        year, mark, number = text.partition("-Q")
        if not mark or not year.isdecimal() or len(year) != 4 or number not in ("1", "2", "3", "4"):
            raise ValueError(text)
        return cls(int(year), int(number))

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    def holds(self, day: date) -> bool:
        """Whether a day is in it."""
        return Quarter.of(day) == self


@dataclass(frozen=True)
class Statement:
    """A quarter of the ledger: its lines, and what they come to in each currency."""

    quarter: Quarter
    lines: tuple[StatementLine, ...]
    sums: tuple[CurrencySum, ...]


def statement(ledger: Iterable[LedgerLine], quarter: Quarter) -> Statement:
    """The statement of a quarter. `ledger` holds every line up to its end, oldest first; later ones are passed over."""
    balance: dict[int, Decimal] = {}
    granted: set[int] = set()
    waiting: dict[int, LedgerLine] = {}
    lines: list[StatementLine] = []
    for entry in ledger:
        if Quarter.of(entry.on).first > quarter.first:
            continue
        before = balance.get(entry.project, ZERO)
        after = held_after(before, entry.state, entry.amount)
        is_correction = entry.state in DECISIONS and entry.project in granted
        waiting.pop(entry.project, None)
        if entry.state == AWAITING and not _is_gone(entry, quarter):
            waiting[entry.project] = entry
        balance[entry.project] = after
        if quarter.holds(entry.on):
            lines.append(StatementLine(entry, after - before, is_correction))
        if entry.state in DECISIONS:
            (granted.add if entry.state == GRANTED else granted.discard)(entry.project)
    return Statement(quarter, tuple(lines), _sums(lines, waiting.values()))


def held_after(held: Decimal, state: str, amount: Decimal) -> Decimal:
    """What a project holds after one more line of its ledger."""
    if state == CORRECTED:
        return held + amount
    if state in DECISIONS:
        return amount if state == GRANTED else ZERO
    return held


def _is_gone(entry: LedgerLine, quarter: Quarter) -> bool:
    """Whether the project was deleted by the end of the quarter."""
    return entry.gone_on is not None and Quarter.of(entry.gone_on).first <= quarter.first


def _sums(lines: list[StatementLine], waiting: Iterable[LedgerLine]) -> tuple[CurrencySum, ...]:
    waiting = list(waiting)
    currencies = sorted({line.entry.currency for line in lines} | {entry.currency for entry in waiting})
    return tuple(
        CurrencySum(
            currency,
            granted=sum((line.effect for line in lines if line.entry.currency == currency and line.effect > 0), ZERO),
            taken_back=-sum((line.effect for line in lines if line.entry.currency == currency and line.effect < 0), ZERO),
            waiting=sum((entry.amount for entry in waiting if entry.currency == currency), ZERO),
        )
        for currency in currencies
    )
