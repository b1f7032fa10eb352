"""Cells as the fields of a form take them."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from partnerportal.core.imports.dates import Order, counted, date_of, order_of
from partnerportal.core.imports.values import number_of, plain, raw_of


@pytest.mark.parametrize(
    "text, number",
    [
        ("40", "40"),
        ("40.0", "40"),
        ("1.200", "1200"),
        ("1,200", "1200"),
        ("1 200", "1200"),
        ("1'200", "1200"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("-7", "-7"),
        ("about 40", "about 40"),
        (",", ","),
    ],
)
def test_numbers(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    "text, day",
    [
        ("2026-03-09", "2026-03-09"),
        ("09.03.2026", "2026-03-09"),
        ("9.3.26", "2026-03-09"),
        ("09/03/2026", "2026-03-09"),
        ("9 March 2026", "2026-03-09"),
        ("2026-03-09 14:30", "2026-03-09"),
        ("31.02.2026", "31.02.2026"),
        ("soon", "soon"),
    ],
)
def test_dates(text, day):
    assert date_of(text, Order.DAY_FIRST) == day


@pytest.mark.parametrize(
    "text, day", [("01/13/2026", "2026-01-13"), ("1/2/26", "2026-01-02"), ("2026-03-09", "2026-03-09"), ("02/30/2026", "02/30/2026")]
)
def test_dates_with_the_month_first(text, day):
    assert date_of(text, Order.MONTH_FIRST) == day


@pytest.mark.parametrize(
    "text, order",
    [("01/13/2026", Order.DAY_FIRST), ("1-13-26", Order.DAY_FIRST), ("13/01/2026", Order.MONTH_FIRST), ("01.02.2026", Order.MONTH_FIRST)],
)
def test_a_date_of_the_other_order_is_refused(text, order):
    which = "the month before the day" if order == Order.DAY_FIRST else "the day before the month"

    with pytest.raises(ValidationError, match=f"{text} has {which}; all dates of this column"):
        date_of(text, order)


@pytest.mark.parametrize(
    "cells, order",
    [
        (["01/02/2026", "2026-01-13", "soon"], Order.DAY_FIRST),
        (["01/02/2026", "01/13/2026"], Order.MONTH_FIRST),
        (["01/02/2026", "13/01/2026"], Order.DAY_FIRST),
        (["01/13/2026", "02/14/2026", "13/01/2026"], Order.MONTH_FIRST),
        (["01/13/2026", "01.02.2026"], Order.DAY_FIRST),
        (["1-13-26"], Order.MONTH_FIRST),
    ],
)
def test_a_column_has_one_order_of_day_and_month(cells, order):
    counts = {}
    for cell in cells:  # As the parts of a long file come.
        counts = counted(counts, [["1/31/2026", cell]])

    assert (order_of(counts, 1), order_of(counts, 0), order_of(counts, 2)) == (order, Order.MONTH_FIRST, Order.DAY_FIRST)


@pytest.mark.parametrize("field", [forms.CharField(), forms.IntegerField(), forms.MultipleChoiceField(), forms.DateField()])
@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#NV", "#¡REF!"])
def test_an_excel_error_is_no_value(field, text):
    with pytest.raises(ValidationError, match="The cell holds an Excel error: #"):
        raw_of(field, f" {text}", {})


def test_what_looks_like_an_excel_error_is_a_text():
    assert raw_of(forms.CharField(), "#1 in hotels", {}) == "#1 in hotels"


def test_words_are_compared_without_case_accents_and_punctuation():
    assert plain("  Straße-Nr.") == plain("STRASSE NR") == "strasse nr"


def test_several_choices_in_one_cell():
    field = forms.MultipleChoiceField(choices=[("a", "Alpha"), ("b", "Beta")])

    assert raw_of(field, "alpha; B, Gamma", {"alpha": "a", "beta": "b", "b": "b"}) == ("a", "b", "Gamma")
