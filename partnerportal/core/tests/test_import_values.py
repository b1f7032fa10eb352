"""Cells as the fields of a form take them."""

import pytest
from django import forms

from partnerportal.core.imports.values import date_of, number_of, plain, raw_of


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
    assert date_of(text) == day


def test_words_are_compared_without_case_accents_and_punctuation():
    assert plain("  Straße-Nr.") == plain("STRASSE NR") == "strasse nr"


def test_several_choices_in_one_cell():
    field = forms.MultipleChoiceField(choices=[("a", "Alpha"), ("b", "Beta")])

    assert raw_of(field, "alpha; B, Gamma", {"alpha": "a", "beta": "b", "b": "b"}) == ("a", "b", "Gamma")
