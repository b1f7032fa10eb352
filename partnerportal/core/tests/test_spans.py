from datetime import date

import pytest

from partnerportal.core import spans

SUNDAY = 6


def test_a_month_is_drawn_in_whole_weeks():
    span = spans.named("month", "2026-11")

    assert (span.first, span.last) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (span.begin, span.end, len(span.weeks)) == (date(2026, 10, 26), date(2026, 12, 6), 6)
    assert {day.weekday() for week in span.weeks for day in week[:1]} == {0}


def test_weeks_begin_where_the_reader_begins_them():
    span = spans.named("month", "2026-11", first_weekday=SUNDAY)

    assert (span.begin, span.end) == (date(2026, 11, 1), date(2026, 12, 5))


def test_a_february_of_four_weeks_has_four():
    assert len(spans.named("month", "2027-02").weeks) == 4


@pytest.mark.parametrize(
    ("name", "first_weekday", "first", "last"),
    [
        ("2026-W47", 0, date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W47", SUNDAY, date(2026, 11, 15), date(2026, 11, 21)),
        ("2026-W01", 0, date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-W53", 0, date(2026, 12, 28), date(2027, 1, 3)),
    ],
)
def test_weeks_by_their_number(name, first_weekday, first, last):
    span = spans.named("week", name, first_weekday=first_weekday)

    assert (span.first, span.last, span.name) == (first, last, name)
    assert span.number == int(name[-2:])


@pytest.mark.parametrize("first_weekday", [0, 5, SUNDAY])
def test_every_day_is_in_the_week_of_its_name(first_weekday):
    for number in range(370):
        day = date.fromordinal(date(2026, 1, 1).toordinal() + number)
        week = spans.around("week", day, first_weekday=first_weekday)
        assert week.has(day)
        assert spans.named("week", week.name, first_weekday=first_weekday) == week


@pytest.mark.parametrize(
    ("kind", "name", "before", "after"),
    [
        ("month", "2026-12", "2026-11", "2027-01"),
        ("week", "2026-W53", "2026-W52", "2027-W01"),
        ("day", "2027-01-01", "2026-12-31", "2027-01-02"),
    ],
)
def test_what_is_beside(kind, name, before, after):
    span = spans.named(kind, name)

    assert [spans.beside(span, step).name for step in (-1, 1)] == [before, after]


def test_there_is_an_end_of_time():
    assert spans.beside(spans.named("month", "2199-12"), 1) is None
    assert spans.beside(spans.named("day", "1970-01-01"), -1) is None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("month", "2026-13"),
        ("month", "2026-1"),
        ("month", "9999-12"),
        ("month", "0000-01"),
        ("month", "2026-11-01"),
        ("week", "2026-W54"),
        ("week", "2025-W53"),
        ("week", "2026-47"),
        ("day", "2026-02-30"),
        ("day", ""),
        ("day", "２０２６-11-01x"),
    ],
)
def test_what_is_no_span(kind, name):
    with pytest.raises(ValueError):  # noqa: PT011 - of date as of ours
        spans.named(kind, name)


def test_an_address_names_one_or_none():
    assert spans.read({"q": "x"}) is None
    assert spans.read({"week": "2026-W47"}).kind == "week"
    with pytest.raises(ValueError, match="month"):
        spans.read({"week": "2026-W47", "month": "2026-11"})
