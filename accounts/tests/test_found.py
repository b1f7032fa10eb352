"""The whole way of a duplicate, on labelled pairs: one of each pair is a record, and the other is looked up as pages and imports do."""

import pytest

from accounts.duplicates import accounts_like, accounts_like_each
from accounts.matching import compare, profile
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from accounts.tests.test_matching import read, side

SETS = ("fifth_hand", "held_out", "second_hand", "third_hand", "fourth_hand", "tuning")
# What the comparison takes for one and the database does not find for it: asked one by one nothing, by an import these.
NOT_FOUND_BY_AN_IMPORT = {
    "fifth_hand": set(),
    "held_out": set(),
    "second_hand": {"Fjell Vind Service AS", "Azienda Agricola Le Tre Querce di Sbordonini"},
    "third_hand": {"Cumbrian Fell Brewery Ltd", "Farben Wollinger GmbH, Filiale Graz", "Lycée Privé Sainte-Hunegonde (comptabilité)"},
    "fourth_hand": {
        "Freiwillige Feuerwehr Obergrünbach",
        "Turn- und Sportverein Hinterweiler 1908 e.V.",
        "Carpintaria Albuquerque & Filhos, Lda.",
    },
    "tuning": {"Schneider Elektrotechnik"},
}


def record(row, which, owner):
    """A side of a pair as the form keeps it: its number with the country, where one is known."""
    numbers = [number for number in side(row, which).phones if number.startswith("+")]
    told = {name: row[f"{which}_{name}"] for name in ("name", "email", "website", "city", "country")}
    return Account(
        partner=owner.partner, owner=owner, phone=(numbers or [row[f"{which}_phone"]])[0], vat_number=row[f"{which}_tax"], **told
    )


def stored(rows, which, owner):
    return Account.objects.for_partner(owner.partner).bulk_create([record(row, which, owner) for row in rows])


def one_by_one(wanted, rows):
    return [accounts_like(one, rows) for one in wanted]


def taken(rows, accounts, found):
    """For each pair whether its record is among those that were taken for the same."""
    return [
        any(one.record == account and one.is_same for one in duplicates)
        for _row, account, duplicates in zip(rows, accounts, found, strict=True)
    ]


@pytest.mark.parametrize("name", ["fifth_hand", "held_out"])
@pytest.mark.parametrize(("kept", "asked"), [("right", "left"), ("left", "right")])
@pytest.mark.parametrize("look", [one_by_one, accounts_like_each])
def test_precision_and_recall_of_the_whole_way_on_pairs_that_were_held_out(look, kept, asked, name, anna):
    rows = read(name)
    accounts = stored(rows, kept, anna)

    found = taken(rows, accounts, look([side(row, asked) for row in rows], Account.objects.searched_by(anna)))

    same = [row["is_same"] == "yes" for row in rows]
    right = sum(a and b for a, b in zip(same, found, strict=True))
    assert 1000 * right // sum(found) >= 980
    assert 1000 * right // sum(same) >= 950


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("look", [one_by_one, accounts_like_each])
def test_what_is_taken_for_one_is_found_in_the_database(look, name, anna):
    rows = read(name)
    accounts = stored(rows, "right", anna)
    wanted = [side(row, "left") for row in rows]

    found = taken(rows, accounts, look(wanted, Account.objects.searched_by(anna)))

    missed = {
        row["left_name"]
        for row, one, account, is_found in zip(rows, wanted, accounts, found, strict=True)
        if row["is_same"] == "yes" and compare(one, account.profile).is_same and not is_found
    }
    assert missed == (NOT_FOUND_BY_AN_IMPORT[name] if look is accounts_like_each else set())


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("Gaswerk Rietburg AG", "Solveta Energie AG (vormals Gaswerk Rietburg AG)"),
        ("Eetcafé De Rode Kater", "Terpstra Horeca BV h.o.d.n. Eetcafé De Rode Kater"),
        ("Haarzauber", "Salon Haarzauber, Inhaberin Petra Wüllner"),
        ("Yamamori K.K.", "株式会社ヤマモリ"),
    ],
)
@pytest.mark.parametrize("look", [one_by_one, accounts_like_each])
def test_a_company_is_found_by_each_name_that_it_says(look, kept, asked, anna):
    account = AccountFactory(owner=anna, name=kept, email="", phone="", city="", country="")
    AccountFactory(owner=anna, name="Zirbelhof")

    ((found,),) = look([profile(asked)], Account.objects.searched_by(anna))

    assert (found.record, found.is_same) == (account, True)
