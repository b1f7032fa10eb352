"""The month, week or day that a calendar shows, by its name in an address: `2026-11`, `2026-W47`, `2026-11-23`. Pure.

A week begins on the reader's first day of the week (0 is Monday), and has the number of the ISO week that its Thursday is in.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MONTH, WEEK, DAY = "month", "week", "day"
KINDS = (MONTH, WEEK, DAY)
YEARS = range(1970, 2200)
THURSDAY = 3
SHAPES = {MONTH: r"(\d{4})-(\d{2})", WEEK: r"(\d{4})-W(\d{2})", DAY: r"(\d{4})-(\d{2})-(\d{2})"}


@dataclass(frozen=True)
class Span:
    """From `first` to `last`; `weeks` are the days that are drawn, in whole weeks where it is longer than a day."""

    kind: str
    name: str
    first: date
    last: date
    weeks: tuple[tuple[date, ...], ...]

    @property
    def begin(self) -> date:
        """The first day that is drawn."""
        return self.weeks[0][0]

    @property
    def end(self) -> date:
        """The last day that is drawn."""
        return self.weeks[-1][-1]

    @property
    def number(self) -> int:
        """The number of the ISO week that the span begins in."""
        return _thursday(self.weeks[0][0]).isocalendar().week

    def has(self, day: date) -> bool:
        """Whether the span is about this day."""
        return self.first <= day <= self.last


def named(kind: str, name: str, *, first_weekday: int = 0) -> Span:
    """The span of this name. Raises ValueError for what is none, or lies out of reach."""
    found = re.fullmatch(SHAPES[kind], name)
    if found is None or int(found[1]) not in YEARS:
        raise ValueError(name)
    numbers = [int(one) for one in found.groups()]
    if kind == WEEK:
        return around(WEEK, date.fromisocalendar(numbers[0], numbers[1], THURSDAY + 1), first_weekday=first_weekday)
    return around(kind, date(*(numbers if kind == DAY else [*numbers, 1])), first_weekday=first_weekday)  # type: ignore[arg-type]


def around(kind: str, day: date, *, first_weekday: int = 0) -> Span:
    """The span that a day is in."""
    if kind == DAY:
        return Span(DAY, day.isoformat(), day, day, ((day,),))
    if kind == WEEK:
        days = _week(_start(day, first_weekday))
        year, number, _weekday = _thursday(days[0]).isocalendar()
        return Span(WEEK, f"{year:04}-W{number:02}", days[0], days[-1], (days,))
    first = day.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    start, weeks = _start(first, first_weekday), []
    while start <= last:
        weeks.append(_week(start))
        start += timedelta(weeks=1)
    return Span(MONTH, f"{first:%Y-%m}", first, last, tuple(weeks))


def beside(span: Span, step: int, *, first_weekday: int = 0) -> Span | None:
    """The span before (-1) or after (1); None where that is out of reach."""
    day = span.first - timedelta(days=1) if step < 0 else span.last + timedelta(days=1)
    return around(span.kind, day, first_weekday=first_weekday) if day.year in YEARS else None


def read(said: Mapping[str, str], *, first_weekday: int = 0) -> Span | None:
    """The one span that an address names; None when it names none. Raises ValueError for several, or one that is not understood."""
    names = [kind for kind in KINDS if kind in said]
    if len(names) > 1:
        raise ValueError(names)
    return named(names[0], said[names[0]], first_weekday=first_weekday) if names else None


def _start(day: date, first_weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def _week(start: date) -> tuple[date, ...]:
    return tuple(start + timedelta(days=number) for number in range(7))


def _thursday(start: date) -> date:
    return start + timedelta(days=(THURSDAY - start.weekday()) % 7)
