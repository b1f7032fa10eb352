"""When the first answer to a case is due, and whether it came in time. Pure: the clock and the zone are passed in.

Support works Monday to Friday from 9 to 18. A case of class Critical is answered within 30 minutes of opening
time, one of class Standard on the same or the next working day, which is nine hours of opening time:

    Monday 14:00, standard      due Tuesday 14:00
    Friday 17:50, critical      due Monday 09:20
    Saturday 11:00, standard    due Monday 18:00

Source: the vendor's service levels as the product's domain page collects them (section 10.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

RESPONSE_TIMES = {"critical": timedelta(minutes=30), "standard": timedelta(hours=9)}

ANSWERED, ANSWERED_LATE, DUE, OVERDUE = "answered", "answered_late", "due", "overdue"


@dataclass(frozen=True)
class OpeningHours:
    """On which weekdays (Monday is 0), from when and until when support works, in its zone."""

    zone: tzinfo
    opens: time = time(9)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))

    def of(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing of a day; None when it stays closed."""
        if day.weekday() not in self.weekdays:
            return None
        return datetime.combine(day, self.opens, self.zone), datetime.combine(day, self.closes, self.zone)


def response_due(opened_at: datetime, service_class: str, hours: OpeningHours) -> datetime:
    """When the first answer to a case is due.

    Counts opening hours only. `opened_at` is aware; the result is in the zone of the hours. A case opened outside
    opening hours starts counting at the next opening. Raises KeyError for a class without a response time.
    """
    left = RESPONSE_TIMES[service_class]
    local = opened_at.astimezone(hours.zone)
    day = local.date()
    while True:
        span = hours.of(day)
        available = span[1] - max(local, span[0]) if span else timedelta(0)
        if span and left <= available:
            return max(local, span[0]) + left
        left -= max(available, timedelta(0))
        day += timedelta(days=1)


@dataclass(frozen=True)
class Response:
    """The first answer to a case: when it is due, and when it came (None: not yet)."""

    due_at: datetime
    answered_at: datetime | None

    def state(self, now: datetime) -> str:
        """`answered` or `answered_late` once there is an answer; before, `due` or `overdue` at `now`."""
        if self.answered_at:
            return ANSWERED if self.answered_at <= self.due_at else ANSWERED_LATE
        return DUE if now <= self.due_at else OVERDUE
