import pytest

from accounts.names import read_name, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Torneria Valsesana S.n.c. di Prandi Luca e C.", ("torneria", "valsesana")),
        ("Bar Stella Alpina Sas des Kofler Georg & Co.", ("bar", "stella", "alpina")),
        ("Suministros Arrecife Norte, S.L.U.", ("suministros", "arrecife", "norte")),
        ("Strojírny Lhotecký, spol. s r. o.", ("stroiirni", "lhotecki")),
        ("TSV Hinterweiler", ("turn", "sportverein", "hinterweiler")),
        ("Solveta AG, früher Gaswerk Rietburg", ("solveta",)),
        ("AB Service", ("service",)),
        ("Oy", ("oi",)),
    ],
)
def test_words_of_a_name(name, words):
    assert read_name(name).words == words


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Dornseifer Metallbau, Inh. Jens Dornseifer", (("iens", "dornseifer"),)),
        ("Chez Mireille - Mireille Fontannet", (("chez", "mireille"), ("mireille", "fontannet"))),
        ("Torneria Snc di Prandi Luca e C.", (("prandi", "luca"),)),
        ("Huber & Pichler GmbH", ()),
    ],
)
def test_other_names_in_a_name(name, others):
    assert read_name(name).others == others


def test_legal_forms_tell_sort_and_country():
    found = read_name("Oberleitgeb e.U.")

    assert (found.sorts, found.homes, found.is_registered) == ({"e"}, {"AT"}, True)


def test_international_forms_tell_neither():
    found = read_name("Hargrove Packaging Ltd")

    assert (found.sorts, found.homes, found.is_registered) == (set(), set(), True)


def test_a_short_form_within_a_name_is_a_word():
    assert words_of("Praxis SE Mitte") == ("praxis", "se", "mitte")
