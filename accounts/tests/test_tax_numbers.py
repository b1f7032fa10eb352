import pytest

from accounts.tax_numbers import agree, read


@pytest.mark.parametrize(
    ("number", "country", "shown"),
    [
        ("ATU 622 189 54", "", "ATU62218954"),
        ("UID: ATU 622 189 54", "", "ATU62218954"),
        ("01234567890", "it", "IT01234567890"),
        ("679-314-82-54", "", "6793148254"),
        ("U62218954", "", "ATU62218954"),
        ("B-73518425", "", "ESB73518425"),
        ("ΑΦΜ 094728166", "GR", "GR094728166"),
    ],
)
def test_read(number, country, shown):
    assert read(number, country).text == shown


@pytest.mark.parametrize("number", ["", "-", "n/a", "12", "00000000000"])
def test_read_of_no_number(number):
    assert read(number, "IT") is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("03411870359", "IT 03411870359"),
        ("679-314-82-54", "PL6793148254"),
        ("CHE-114.786.235 MWST", "CHE114786235"),
        ("FR33842173601", "842 173 601"),
        ("842 173 601 00027", "FR33842173601"),
        ("842173601", "84217360100027"),
        ("556012-5790", "SE556012579001"),
        ("NO 923 609 016 MVA", "923609016"),
        ("NL814620371B01", "814620371B02"),
        ("BE 403.019.261", "BE0403019261"),
        ("12345678-2-42", "HU12345678"),
        ("EL094728166", "GR094728166"),
    ],
)
def test_agree_on_one_number_in_two_writings(left, right):
    assert agree(read(left), read(right)) is True
    assert agree(read(right), read(left)) is True


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("11273640018", "04188250163"),
        ("B73518425", "B95204731"),
        ("679-314-82-54", "PL7123045653"),
        ("842 173 601", "FR86519302749"),
        ("DE147260858", "DE239814606"),
    ],
)
def test_agree_on_two_companies(left, right):
    assert agree(read(left), read(right)) is False


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("DE129273398", "ATU62218954"),
        ("SK2020123456", "36123456"),
        ("DE129273398", "HRB 12345"),
        ("DE129273398", "DE129273399"),
        ("", "DE129273398"),
    ],
)
def test_agree_is_silent_of_other_kinds_countries_and_slips(left, right):
    assert agree(read(left), read(right)) is None
