import pytest
from django.core.exceptions import ValidationError

from accounts.addresses import check_business_address, check_new_address


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("greta@gmail.com", "public_domain"),
        ("Greta@GMail.com", "public_domain"),
        ("greta@mail.gmail.com", "public_domain"),
        ("greta@libero.it", "public_domain"),
        ("test@alpenblick.it", "blocked_word"),
        ("greta.test@alpenblick.it", "blocked_word"),
        ("greta+test@alpenblick.it", "blocked_word"),
        ("TEST-2@alpenblick.it", "blocked_word"),
        ("info@example.com", "blocked_word"),
        ("info@my-dummy.de", "blocked_word"),
    ],
)
def test_other_addresses_are_refused(address, code, anna):
    with pytest.raises(ValidationError) as refusal:
        check_business_address(address, by=anna)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "latest@alpenblick.it",
        "contest@fastest.com",
        "info@notgmail.com",
        "dummys@exampleware.de",
        "info@gmail.com.alpenblick.it",
        "märz@bäckerei.de",
    ],
)
def test_a_word_within_a_word_is_taken(address, anna):
    check_business_address(address, by=anna)


def test_words_and_domains_are_settings(anna, settings):
    settings.PUBLIC_MAIL_DOMAINS, settings.BLOCKED_MAIL_WORDS = ["alpenblick.it"], ["noreply"]

    check_business_address("test@gmail.com", by=anna)
    for address in ("greta@alpenblick.it", "noreply@sanmarco.it"):
        with pytest.raises(ValidationError):
            check_business_address(address, by=anna)


def test_a_vendor_user_may_enter_any_address(otto):
    check_business_address("test@gmail.com", by=otto)


def test_an_address_that_stays_is_not_asked_again(anna):
    check_new_address("greta@gmail.com", former="greta@gmail.com", by=anna)

    with pytest.raises(ValidationError) as refusal:
        check_new_address("greta@gmail.com", former="", by=anna)
    assert list(refusal.value.error_dict) == ["email"]
