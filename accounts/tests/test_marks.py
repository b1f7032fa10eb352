"""Records that are taken for one share a mark, so that lines of one file find each other by equality alone."""

import pytest

from accounts.marks import as_json, company_marks, company_sought, from_json, person_marks
from accounts.matching import compare, compare_people, profile
from accounts.tests.test_matching import read, side


@pytest.mark.parametrize("name", ["tuning", "held_out", "kinds", "second_hand", "third_hand", "fourth_hand"])
def test_of_companies_that_are_taken_for_one_each_finds_the_other(name):
    sides = [(side(row, "left"), side(row, "right")) for row in read(name)]
    pairs = [(left, right) for left, right in sides if left.domains and right.domains and compare(left, right).is_same]

    assert len(pairs) >= 8
    both = [*pairs, *((right, left) for left, right in pairs)]
    assert [(left.name, right.name) for left, right in both if not company_sought(left) & company_marks(right)] == []


@pytest.mark.parametrize(
    "left, right",
    [
        ({"name": "Brenner Logistick", "emails": ["a@brenner.it"]}, {"name": "Brenner Logistik", "emails": ["b@brenner.com"]}),
        (
            {"name": "Orto", "emails": ["a@one.it"], "phones": ["+390471123450"]},
            {"name": "Orto Srl", "emails": ["b@two.it"], "phones": ["+3904711234517"]},
        ),
        (
            {"name": "Orto", "emails": ["a@one.it"], "phones": ["+39047112345"]},
            {"name": "Orto Srl", "emails": ["b@two.it"], "phones": ["+39047112345123"]},
        ),
        (
            {"name": "A", "emails": ["a@one.it"], "tax_number": "IT 00743110157"},
            {"name": "B", "emails": ["b@two.it"], "tax_number": "it00743110157"},
        ),
    ],
)
def test_evidence_of_each_kind_is_a_mark(left, right):
    one, other = profile(**left), profile(**right)

    assert compare(one, other).is_same
    assert company_sought(one) & company_marks(other)
    assert company_sought(other) & company_marks(one)


def test_two_extensions_do_not_seek_each_other():
    one, other = (profile("", phones=[f"+39047112345{end}"]) for end in (17, 18))

    assert not company_sought(one) & company_marks(other)


@pytest.mark.parametrize(
    "right",
    [
        {"person": "P. Greco", "emails": ["greco@orto.it"]},
        {"person": "Greco Paolo", "emails": ["p@orto.it"]},
        {"person": "Paolo Greco", "emails": ["p@other.it"], "phones": ["+390471123450"]},
        {"person": "Paolo Greco", "emails": ["p@other.it"], "name": "ORTO srl"},
    ],
)
def test_people_that_are_taken_for_one_share_a_mark(right):
    one = profile("Orto", person="Paolo Greco", emails=["greco@orto.it"], phones=["+390471123450"])
    other = profile(**({"name": ""} | right))

    assert compare_people(one, other).is_same
    assert person_marks(one) & person_marks(other)


def test_a_profile_that_was_kept_is_the_same():
    one = profile(
        "Müller & Söhne GmbH", emails=["a@mueller.de"], phones=["+390471123450"], tax_number="DE 1", city="Köln", person="Eva Müller"
    )

    assert from_json(as_json(one)) == one
    assert from_json(as_json(profile(""))) == profile("")
