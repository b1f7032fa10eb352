import pytest

from accounts.phone_numbers import area_of, phone_key, shared, switchboard


def numbers(*written):
    return frozenset(phone_key(one) for one in written) - {""}


@pytest.mark.parametrize("number", ["0471 12 34 56", "+39 0471 123456", "0039 (0)471/123-456", "0471123456"])
def test_phone_key(number):
    assert phone_key(number, "IT") == "+390471123456"


@pytest.mark.parametrize("number", ["030 23125-042", "+49 (0)30 23125042", "0049 30 23125042", "(030) 23 12 50 42", "030 23125 DW 042"])
def test_phone_key_leaves_the_bracketed_nought_out(number):
    assert phone_key(number, "DE") == "+493023125042"


@pytest.mark.parametrize("number", ["", "12", "nobody"])
def test_phone_key_of_no_number(number):
    assert phone_key(number, "IT") == ""


def test_phone_key_without_a_country_is_its_digits():
    assert phone_key("02261 / 904417") == "02261904417"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("02261 904417", "+49 2261 90 44 17"),
        ("055 8091126", "+39 055 809 11 26"),
        ("06 1 345 6789", "+36 1 345 6789"),
        ("8 495 123-45-67", "+7 495 1234567"),
        ("969 31 72 08", "0034 969317208"),
        ("49 2261 904417", "+49 2261 904417"),
        ("(212) 555-0187", "212 555 0187"),
    ],
)
def test_shared(left, right):
    assert shared(numbers(left), numbers(right)) is not None


@pytest.mark.parametrize(
    ("left", "right"), [("020 491 5530", "+31 10 491 5530"), ("+39 035 417 2260", "+39 035 417 2266"), ("", "+39 0471 1")]
)
def test_shared_is_none_of_two_numbers(left, right):
    assert shared(numbers(left), numbers(right)) is None


@pytest.mark.parametrize(
    ("left", "right", "is_one"),
    [
        ("+49 89 552718-0", "089/552718-23", True),
        ("+49 89 552718-0", "+49 89 552718-231", True),
        ("+49 89 552718", "+49 89 552718-23", True),
        ("+49 89 552718-10", "+49 89 552718-23", False),
        ("+49 89 552718-0", "+43 89 552718-23", False),
    ],
)
def test_switchboard(left, right, is_one):
    assert (switchboard(numbers(left), numbers(right)) is not None) is is_one


def test_area_of_fixed_lines_only():
    assert [area_of(one) for one in ("+390471123456", "+393331234567", "0471123456")] == ["+39 47", "", ""]
