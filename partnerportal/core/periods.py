"""Spans of days by their names: today, last 7 days, this month, next 30 days. A name in an address means something else every day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "last_7_days": _("last 7 days"),
    "last_30_days": _("last 30 days"),
    "last_90_days": _("last 90 days"),
    "next_7_days": _("next 7 days"),
    "next_30_days": _("next 30 days"),
    "next_90_days": _("next 90 days"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_quarter": _("this quarter"),
    "this_year": _("this year"),
    "past": _("before today"),
    "future": _("after today"),
    "empty": _("empty"),
    "set": _("not empty"),
}


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included; open where there is None. `name` says how it was asked for, "" for fixed days."""

    first: date | None = None
    last: date | None = None
    name: str = ""


def period(name: str, today: date) -> Period:
    """The days that a name means on `today`. Weeks begin on Monday; "last 7 days" ends today, "next 7 days" begins today.

    Raises KeyError for a name that is not in NAMES.
    """
    if name not in NAMES:
        raise KeyError(name)
    if name in ("empty", "set"):
        return Period(name=name)
    first, last = _ends(name, today)
    return Period(first, last, name)


def _ends(name: str, today: date) -> tuple[date | None, date | None]:
    day = timedelta(days=1)
    fixed: dict[str, tuple[date | None, date | None]] = {
        "today": (today, today),
        "yesterday": (today - day, today - day),
        "tomorrow": (today + day, today + day),
        "past": (None, today - day),
        "future": (today + day, None),
        "this_year": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
    }
    if name in fixed:
        return fixed[name]
    which, _sep, what = name.partition("_")
    if what.endswith("_days"):
        days = timedelta(days=int(what.removesuffix("_days")) - 1)
        return (today - days, today) if which == "last" else (today, today + days)
    step = {"last": -1, "this": 0, "next": 1}[which]
    if what == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    if what == "quarter":
        month = 3 * ((today.month - 1) // 3) + 1
        return date(today.year, month, 1), _last_of(date(today.year, month + 2, 1))
    months = today.year * 12 + today.month - 1 + step
    first = date(months // 12, months % 12 + 1, 1)
    return first, _last_of(first)


def _last_of(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
