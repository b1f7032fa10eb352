"""Tables of inputs and exact results; the database only for the row that counts on a day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import ExchangeRate
from catalog.rates import Rate, convert
from catalog.services import rates_on

OLD, NEW = date(2025, 1, 1), date(2026, 11, 1)
RATES = {
    "USD": Rate("USD", Decimal("1.080000"), NEW),
    "GBP": Rate("GBP", Decimal("0.850000"), NEW),
    "CHF": Rate("CHF", Decimal("0.950000"), OLD),
}


@pytest.mark.parametrize(
    ("amounts", "to", "amount", "days"),
    [
        ([], "EUR", "0.00", ()),
        ([("EUR", "100.00")], "EUR", "100.00", ()),
        ([("USD", "54.00")], "USD", "54.00", ()),
        ([("EUR", "100.00"), ("USD", "54.00")], "EUR", "150.00", (NEW,)),
        ([("EUR", "100.00"), ("USD", "54.00")], "USD", "162.00", (NEW,)),
        # 85 GBP are 100 EUR, and those 108 USD.
        ([("GBP", "85.00")], "USD", "108.00", (NEW,)),
        ([("EUR", "1.00"), ("CHF", "0.95"), ("USD", "1.08")], "EUR", "3.00", (OLD, NEW)),
        # 0.01 / 1.08 is 0.00926: rounded each by itself they would be 0.02, together they are 0.0185.
        ([("USD", "0.01"), ("USD", "0.01")], "EUR", "0.02", (NEW,)),
        ([("USD", "0.005"), ("EUR", "0.00")], "EUR", "0.00", (NEW,)),
        # A change order takes away.
        ([("EUR", "100.00"), ("USD", "-216.00")], "EUR", "-100.00", (NEW,)),
    ],
)
def test_amounts_become_one(amounts, to, amount, days):
    found = convert([(currency, Decimal(value)) for currency, value in amounts], to=to, rates=RATES)

    assert (found.currency, found.amount, found.days, found.missing) == (to, Decimal(amount), days, ())


@pytest.mark.parametrize(
    ("amounts", "to", "missing"),
    [([("EUR", "1.00"), ("CAD", "1.00")], "EUR", ("CAD",)), ([("EUR", "1.00"), ("USD", "1.00")], "CAD", ("CAD",))],
)
def test_a_missing_rate_makes_it_not_available(amounts, to, missing):
    found = convert([(currency, Decimal(value)) for currency, value in amounts], to=to, rates=RATES)

    assert (found.amount, found.missing) == (None, missing)


def test_what_has_the_wanted_currency_already_needs_no_rate():
    assert convert([("CAD", Decimal("5.00"))], to="CAD", rates={}).amount == Decimal("5.00")


@given(st.lists(st.tuples(st.sampled_from(["EUR", *RATES]), st.decimals(-(10**6), 10**6, places=2)), max_size=20))
def test_the_order_changes_nothing_and_it_is_rounded_once(amounts):
    found = convert(amounts, to="EUR", rates=RATES)
    exact = sum((value / (RATES[currency].rate if currency != "EUR" else 1) for currency, value in amounts), Decimal(0))

    assert convert(reversed(amounts), to="EUR", rates=RATES) == found
    assert abs(found.amount - exact) <= Decimal("0.0051")


@pytest.mark.django_db
def test_the_newest_rate_that_has_begun_counts():
    ExchangeRate.objects.all().delete()
    for rate, day in (("1.05", "2025-01-01"), ("1.08", "2026-11-01"), ("1.20", "2027-01-01")):
        ExchangeRate.objects.create(currency="USD", rate=Decimal(rate), valid_from=day)

    assert rates_on(date(2026, 11, 22))["USD"] == Rate("USD", Decimal("1.080000"), date(2026, 11, 1))
    assert rates_on(date(2024, 1, 1)) == {}
