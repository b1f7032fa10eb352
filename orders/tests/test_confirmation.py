"""The steps of the confirmation: data, no database."""

from datetime import date
from types import SimpleNamespace

import pytest

from orders.confirmation import missing, missing_of, steps_for

COMPLETE = {
    "pbx_name": "brenner",
    "pbx_platform": "cloud",
    "pbx_region": "europe",
    "devices_confirmed": True,
    "desired_on": None,
    "number_count": 0,
    "is_porting": False,
    "emergency_address": "Via Roma 1, Roma",
    "ship_company": "",
    "ship_street": "Via Roma 1",
    "ship_postal_code": "00184",
    "ship_city": "Roma",
    "ship_state": "",
    "ship_country": "IT",
    "ship_contact_name": "",
    "ship_contact_phone": "",
    "address_is_confirmed": True,
    "reference": "",
    "terms_accepted": True,
}
ALL = steps_for(["capex", "classound", "license"], has_customer=True)


def order(**changes):
    return SimpleNamespace(**COMPLETE | changes)


@pytest.mark.parametrize(
    ("families", "has_customer", "keys"),
    [
        (["license"], True, ["pbx", "review"]),
        (["service"], True, ["pbx", "review"]),
        (["classound", "license"], True, ["pbx", "telephony", "review"]),
        (["hwaas", "license"], True, ["pbx", "devices", "shipping", "review"]),
        (["capex"], True, ["pbx", "devices", "shipping", "review"]),
        (["capex", "classound", "hwaas", "license"], True, ["pbx", "devices", "telephony", "shipping", "review"]),
        (["capex"], False, ["devices", "shipping", "review"]),
    ],
)
def test_an_order_is_asked_only_what_it_needs(families, has_customer, keys):
    assert [step.key for step in steps_for(families, has_customer=has_customer)] == keys


def test_nothing_is_missing_of_a_complete_order():
    assert missing(ALL, order()) == ()


@pytest.mark.parametrize(
    ("changes", "step", "fields"),
    [
        ({"pbx_name": ""}, "pbx", ("pbx_name",)),
        ({"pbx_name": "", "pbx_platform": "", "pbx_region": ""}, "pbx", ("pbx_name", "pbx_platform", "pbx_region")),
        ({"devices_confirmed": False}, "devices", ("devices_confirmed",)),
        ({"number_count": None}, "telephony", ("number_count",)),
        ({"emergency_address": ""}, "telephony", ("emergency_address",)),
        ({"ship_street": "", "ship_country": ""}, "shipping", ("ship_street", "ship_country")),
        ({"address_is_confirmed": False}, "shipping", ("address_is_confirmed",)),
        ({"terms_accepted": False}, "review", ("terms_accepted",)),
    ],
)
def test_what_is_missing_is_named_field_by_field(changes, step, fields):
    found = missing(ALL, order(**changes))

    assert [(one.stage, one.fields) for one in found] == [(step, fields)]


def test_what_is_missing_stands_in_the_order_of_the_steps():
    found = missing(ALL, order(terms_accepted=False, pbx_name="", number_count=None))

    assert [one.stage for one in found] == ["pbx", "telephony", "review"]


def test_a_step_that_an_order_does_not_need_is_not_missing():
    licences = steps_for(["license"], has_customer=True)

    assert missing(licences, order(ship_street="", number_count=None, devices_confirmed=False)) == ()


def test_every_step_asks_what_it_requires():
    assert [step.key for step in ALL if not set(step.required) <= set(step.fields)] == []


def test_a_field_that_may_stay_empty_is_not_missing():
    step = next(step for step in ALL if step.key == "devices")

    assert missing_of(step, order(desired_on=None)) is None
    assert missing_of(step, order(desired_on=date(2026, 12, 1))) is None
