"""Response times: pure, no database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.sla import RESPONSE_TIMES, OpeningHours, Response, response_due

ROME = ZoneInfo("Europe/Rome")
HOURS = OpeningHours(ROME)


def rome(day, clock):
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ROME)


# 2026-11-16 is a Monday.
@pytest.mark.parametrize(
    ("opened", "service_class", "due"),
    [
        (rome("2026-11-16", "09:00"), "standard", rome("2026-11-16", "18:00")),
        (rome("2026-11-16", "14:00"), "standard", rome("2026-11-17", "14:00")),
        (rome("2026-11-16", "18:00"), "standard", rome("2026-11-17", "18:00")),
        (rome("2026-11-16", "07:30"), "standard", rome("2026-11-16", "18:00")),
        (rome("2026-11-20", "17:00"), "standard", rome("2026-11-23", "17:00")),
        (rome("2026-11-21", "11:00"), "standard", rome("2026-11-23", "18:00")),
        (rome("2026-11-22", "23:59"), "standard", rome("2026-11-23", "18:00")),
        (rome("2026-11-16", "10:00"), "critical", rome("2026-11-16", "10:30")),
        (rome("2026-11-16", "17:30"), "critical", rome("2026-11-16", "18:00")),
        (rome("2026-11-16", "17:45"), "critical", rome("2026-11-17", "09:15")),
        (rome("2026-11-20", "17:50"), "critical", rome("2026-11-23", "09:20")),
        (rome("2026-11-21", "03:00"), "critical", rome("2026-11-23", "09:30")),
    ],
)
def test_response_due_counts_opening_hours(opened, service_class, due):
    assert response_due(opened, service_class, HOURS) == due


def test_response_due_reads_the_clock_of_the_zone():
    opened = datetime(2026, 11, 16, 23, 0, tzinfo=UTC)

    in_new_york = response_due(opened, "critical", OpeningHours(ZoneInfo("America/New_York")))

    assert in_new_york == datetime(2026, 11, 17, 14, 30, tzinfo=UTC)


def test_response_due_over_the_end_of_summer_time_keeps_the_wall_clock():
    friday = rome("2026-10-23", "12:00")

    due = response_due(friday, "standard", HOURS)

    assert due == rome("2026-10-26", "12:00")
    assert due - friday.astimezone(UTC) == timedelta(days=3, hours=1)


def test_response_due_refuses_an_unknown_class():
    with pytest.raises(KeyError):
        response_due(rome("2026-11-16", "10:00"), "gold", HOURS)


def test_response_due_of_other_hours():
    shop = OpeningHours(ROME, weekdays=frozenset({5}))

    assert response_due(rome("2026-11-16", "10:00"), "critical", shop) == rome("2026-11-21", "09:30")


def test_response_times_are_those_of_the_service_levels():
    assert {"critical": timedelta(minutes=30), "standard": timedelta(hours=9)} == RESPONSE_TIMES


DUE = rome("2026-11-16", "18:00")


@pytest.mark.parametrize(
    ("answered", "now", "state"),
    [
        (None, rome("2026-11-16", "18:00"), "due"),
        (None, rome("2026-11-16", "18:01"), "overdue"),
        (rome("2026-11-16", "18:00"), rome("2026-12-01", "09:00"), "answered"),
        (rome("2026-11-16", "18:01"), rome("2026-12-01", "09:00"), "answered_late"),
    ],
)
def test_state_of_the_response(answered, now, state):
    assert Response(DUE, answered).state(now) == state
