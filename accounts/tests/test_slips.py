import pytest

from accounts.slips import CUT, EQUAL, SHORT, SLIP, UNSURE, same_word


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("moreti", "moretti"),
        ("logistica", "logisitca"),
        ("zimmerei", "zimmeri"),
        ("westfalen", "westfahlen"),
        ("quadflieger", "quadfleiger"),
    ],
)
def test_slips_of_the_pen(left, right):
    assert same_word(left, right) > UNSURE


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("nordholz", "nordharz"),
        ("bianchi", "bianchini"),
        ("lundgren", "lundberg"),
        ("lindberg", "lundberg"),
        ("haltmeier", "kaltmeier"),
        ("kellermann", "kellerhals"),
        ("bertolini", "bertoldini"),
        ("steinbach", "steinbacher"),
        ("2000", "3000"),
        ("ibs", "ibm"),
    ],
)
def test_other_words(left, right):
    assert same_word(left, right) <= UNSURE


@pytest.mark.parametrize(
    ("left", "right", "likeness"),
    [
        ("huber", "huber", EQUAL),
        ("landmasch.", "landmaschinen", CUT),
        ("hofmann", "hoffmann", 0),
        ("strobel", "strobell", SLIP),
        ("logistik", "logistics", 94),
        ("backerei", "panificio", 94),
    ],
)
def test_same_word(left, right, likeness):
    assert same_word(left, right) == same_word(right, left) == likeness


@pytest.mark.parametrize(
    ("left", "right", "likeness"),
    [
        ("wm", "william", SHORT),
        ("ioh.", "iohann", SHORT),
        ("bill", "william", SHORT),
        ("g", "giovanni", SHORT),
        ("bill", "bernard", 0),
        ("wm", "walter", 0),
    ],
)
def test_first_names_written_short(left, right, likeness):
    assert same_word(left, right) == same_word(right, left) == likeness
