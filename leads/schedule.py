"""On which days the steps of a plan fall. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

SATURDAY = 5


def due_days(start: date, days: Iterable[int]) -> list[date]:
    """The day of each step; day 1 is the start. What falls on a weekend waits for Monday."""
    return [_working(start + timedelta(days=day - 1)) for day in days]


def _working(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day
