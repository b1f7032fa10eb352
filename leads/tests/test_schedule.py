from datetime import date

from leads.schedule import due_days

MONDAY, WEDNESDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 7)


def test_day_one_is_the_start():
    assert due_days(MONDAY, [1, 2, 4]) == [MONDAY, date(2026, 3, 3), date(2026, 3, 5)]


def test_what_falls_on_a_weekend_waits_for_monday():
    assert due_days(WEDNESDAY, [1, 4, 5, 6]) == [WEDNESDAY, date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 9)]
    assert due_days(SATURDAY, [1, 7]) == [date(2026, 3, 9), date(2026, 3, 13)]
