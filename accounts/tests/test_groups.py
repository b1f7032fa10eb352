import pytest

from accounts.groups import are_group, are_in_two_towns, are_two_institutions
from accounts.names import compare_names, read_name


@pytest.mark.parametrize(
    ("left", "right", "is_group"),
    [
        ("Brandacher Holding AG", "Brandacher AG", True),
        ("Förderverein Freibad Hollern e.V.", "Freibad Hollern", True),
        ("Brandacher Holding AG", "Brandacher", False),
        ("Brandacher Immobilien", "Brandacher GmbH", False),
        ("Brandacher Bau AG", "Brandacher AG", False),
    ],
)
def test_are_group(left, right, is_group):
    one, other = read_name(left), read_name(right)

    assert are_group(one, other, compare_names(one, other).names) is is_group
    assert are_group(other, one, compare_names(other, one).names) is is_group


@pytest.mark.parametrize(
    ("left", "right", "are_two"),
    [
        ("Grundschule Eschenrode", "Gemeinde Eschenrode", True),
        ("Gemeinde Eschenrode", "Gemeindeverwaltung Eschenrode", False),
        ("Grundschule Eschenrode", "Bäckerei Eschenrode", False),
    ],
)
def test_are_two_institutions(left, right, are_two):
    assert are_two_institutions(read_name(left), read_name(right)) is are_two


@pytest.mark.parametrize(
    ("left", "right", "are_two"),
    [
        ("Mathetreff Bonn", "Mathetreff Köln", True),
        ("Mathetreff Köln", "Mathetreff Cologne", False),
        ("Mathetreff Köln", "Mathetreff Service", False),
        ("Bonn Mathetreff", "Köln Mathetreff", False),
    ],
)
def test_are_in_two_towns(left, right, are_two):
    one, other = read_name(left), read_name(right)

    assert are_in_two_towns(one, other, compare_names(one, other).names) is are_two
