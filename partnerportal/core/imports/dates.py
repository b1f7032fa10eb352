"""Dates in the usual ways of writing them. Whether day or month comes first is decided once for a column, from all its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Where the year is first, or the month is a word, nothing is to be decided.
PLAIN = ("%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
LONGEST = len("31/12/2026")
MONTHS = 12
_REFUSALS = {
    "day": _("%(date)s has the month before the day; all dates of this column are read with the day first. Write 2026-12-31, for example."),
    "month": _(
        "%(date)s has the day before the month; all dates of this column are read with the month first. Write 2026-12-31, for example."
    ),
}
Counts = Mapping[str, Sequence[int]]  # By the number of a column: how many cells can only have the day first, how many only the month.


class Order(StrEnum):
    """Which of day and month comes first."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"


def counted(counts: Counts, lines: Iterable[Sequence[str]]) -> dict[str, list[int]]:
    """The counts with some more lines. A column is among them as soon as a cell of it has a date of three numbers."""
    found = {place: list(numbers) for place, numbers in counts.items()}
    for cells in lines:
        for place, cell in enumerate(cells):
            numbers = NUMBERS.fullmatch(cell) if len(cell) <= LONGEST and cell[:1].isdigit() else None
            if numbers:
                first, separator, second = numbers.group(1, 2, 3)
                count = found.setdefault(str(place), [0, 0])
                count[0] += separator == "." or int(first) > MONTHS
                count[1] += separator != "." and int(second) > MONTHS
    return found


def order_of(counts: Counts, place: int) -> Order:
    """How the dates of a column are read: as most of the cells say that tell.

    Where none tells, the day comes first, as in every language of the portal; with points it always does.
    """
    days, months = counts.get(str(place), (0, 0))
    return Order.MONTH_FIRST if months > days else Order.DAY_FIRST


def date_of(text: str, order: Order) -> str:
    """A date as the browser posts it; what is none stays as it is. Raises ValidationError for one of the other order."""
    numbers = NUMBERS.fullmatch(text)
    if numbers is None:
        return next(filter(None, (_day(text, form) for form in PLAIN)), text)
    found = {one: _day(text, _form(numbers, one)) for one in Order}
    if numbers[2] != "." and len(numbers[4]) == 2 and int(numbers[1]) > MONTHS and _day(text, numbers[2].join(("%y", "%m", "%d"))):
        return text  # May begin with the year as well: no date that one could be sure of.
    if numbers[2] == ".":
        found[Order.MONTH_FIRST] = ""
    if not found[order] and any(found.values()):
        raise ValidationError(_REFUSALS[order] % {"date": text})
    return found[order] or text


def _form(numbers: re.Match[str], order: Order) -> str:
    places = ("%d", "%m") if order == Order.DAY_FIRST else ("%m", "%d")
    return numbers[2].join((*places, "%Y" if len(numbers[4]) == len("2026") else "%y"))


def _day(text: str, form: str) -> str:
    try:
        return datetime.strptime(text, form).date().isoformat()
    except ValueError:
        return ""
