"""Addresses that are asked for again and again are those that Django makes."""

import pytest
from django.test import override_settings
from django.urls import NoReverseMatch, reverse, set_script_prefix

from partnerportal.core import addresses
from partnerportal.core.addresses import address_of


@pytest.fixture(autouse=True)
def forgetful():
    addresses._pattern.cache_clear()
    yield
    set_script_prefix("/")


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("leads:list", ()),
        ("leads:detail", (7,)),
        ("leads:detail", (0,)),
        ("leads:pin_note", (7, 12345678901234)),
        ("leads:pin_note", (addresses.MARK + 1, addresses.MARK)),
        ("core:bulk_run", (3,)),
    ],
)
def test_an_address_is_the_one_that_django_makes(name, keys):
    assert [address_of(name, *keys), address_of(name, *keys)] == [reverse(name, args=keys)] * 2


def test_django_is_asked_once_for_all_records_of_a_kind():
    assert [address_of("leads:detail", key) for key in range(1, 4)] == ["/leads/1/", "/leads/2/", "/leads/3/"]

    assert addresses._pattern.cache_info().misses == 1


def test_an_address_that_is_not_there_is_refused_each_time():
    for _time in range(2):
        with pytest.raises(NoReverseMatch):
            address_of("leads:nowhere", 1)
    with pytest.raises(NoReverseMatch):
        address_of("leads:detail")


def test_a_record_without_a_key_has_no_address():
    address_of("leads:detail", 1)

    with pytest.raises(TypeError):
        address_of("leads:detail", None)


def test_other_pages_have_other_addresses():
    here = address_of("core:search")
    with override_settings(ROOT_URLCONF="partnerportal.core.tests.sample"), pytest.raises(NoReverseMatch):
        address_of("projects:detail", 1)
    set_script_prefix("/portal/")

    assert [here, address_of("core:search")] == ["/search/", "/portal/search/"]
