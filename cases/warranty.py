"""Whether a bought device is still repaired or replaced, by its age. Pure: no Django, no queries. Source: the vendor's RMA rules."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

ONE_YEAR_ONLY_AFTER = date(2022, 7, 1)  # Whatever was bought later is covered for one year and no longer.
FREE_YEARS, CONTRACT_YEARS = 1, 5


class Cover(StrEnum):
    FREE = "free"
    CONTRACT = "contract"
    OVER = "over"


def cover(bought_on: date, today: date) -> Cover:
    """Free in the first year; up to five years with a signed contract if it was bought early enough; over afterwards."""
    if today < _years_after(bought_on, FREE_YEARS):
        return Cover.FREE
    if bought_on <= ONE_YEAR_ONLY_AFTER and today <= _years_after(bought_on, CONTRACT_YEARS):
        return Cover.CONTRACT
    return Cover.OVER


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)
