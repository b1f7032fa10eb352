"""What an order copies from a quote: pure, no database."""

from dataclasses import fields
from decimal import Decimal
from types import SimpleNamespace

import pytest

from orders.handover import Facts, Line, families_of, hand_over, has_telephony, ships

LINE = {
    "position": 1,
    "product_id": 11,
    "family": "license",
    "name": "UC Business",
    "quantity": 12,
    "billing_period": "yearly",
    "unit_price": Decimal("108.00"),
    "unit_cost": Decimal("64.80"),
    "discount": Decimal("0.1000"),
    "line_total": Decimal("991.44"),
    "monthly": Decimal("82.62"),
}
QUOTE = {
    "project_id": 3,
    "account_id": 4,
    "contact_id": 5,
    "commitment": 3,
    "currency": "EUR",
    "capex_total": Decimal("0.00"),
    "mrr": Decimal("82.62"),
    "cost": Decimal("777.60"),
    "shipping_type": "partner",
    "ship_company": "Aurora Telecom",
    "ship_street": "Via Roma 1",
    "ship_postal_code": "00184",
    "ship_city": "Roma",
    "ship_state": "RM",
    "ship_country": "IT",
    "ship_contact_name": "Gino",
    "ship_contact_phone": "+39 06 1",
}
NOT_TAKEN = {"terms": "30 days", "message": "Dear Jana", "tax_rate": Decimal("0.22"), "number": "Q-2026-00001"}


def quote(**changes):
    return SimpleNamespace(**QUOTE | NOT_TAKEN | changes)


def line(**changes):
    return SimpleNamespace(**LINE | {"list_price": Decimal("120.00")} | changes)


def test_an_order_takes_over_exactly_what_was_agreed():
    handover = hand_over(quote(), [line(), line(position=2, family="classound")], project_kind="business_plan")

    assert handover.facts == Facts(record_type="initial", families=["classound", "license"], **QUOTE)
    assert handover.lines == (Line(**LINE), Line(**LINE | {"position": 2, "family": "classound"}))


def test_every_fact_comes_from_the_quote_or_its_lines():
    assert {field.name for field in fields(Facts)} == {*QUOTE, "record_type", "families"}


def test_the_order_of_a_change_project_is_a_change_order():
    assert hand_over(quote(), [line()], project_kind="change_order").facts.record_type == "change"


def test_an_unknown_kind_of_project_is_no_guess():
    with pytest.raises(KeyError):
        hand_over(quote(), [line()], project_kind="stock")


def test_a_line_whose_cost_is_unknown_stays_unknown():
    assert hand_over(quote(), [line(unit_cost=None)], project_kind="business_plan").lines[0].unit_cost is None


def test_a_quote_without_a_country_gives_an_order_without():
    assert hand_over(quote(ship_country=None), [line()], project_kind="business_plan").facts.ship_country == ""


def test_families_stand_once():
    kinds = [Line(**LINE | {"family": family}) for family in ("license", "capex", "license")]

    assert families_of(kinds) == ["capex", "license"]


@pytest.mark.parametrize(
    ("families", "is_sent", "is_telephony"),
    [
        ([], False, False),
        (["license"], False, False),
        (["service", "license"], False, False),
        (["license", "hwaas"], True, False),
        (["license", "rental"], True, False),
        (["capex"], True, False),
        (["classound"], False, True),
        (["capex", "classound"], True, True),
    ],
)
def test_what_ships_and_what_is_telephony(families, is_sent, is_telephony):
    assert ships(families) == is_sent
    assert has_telephony(families) == is_telephony
