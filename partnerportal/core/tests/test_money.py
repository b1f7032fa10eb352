from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerportal.core.money import CurrencyMismatch, require_same_currency, round_money


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("991.435", "991.44"), ("991.434", "991.43"), ("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("100", "100.00")],
)
def test_round_money_is_half_away_from_zero(amount, rounded):
    assert round_money(Decimal(amount)) == Decimal(rounded)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_round_money_is_within_half_a_cent_and_odd(amount):
    assert abs(round_money(amount) - amount) <= Decimal("0.005")
    assert round_money(-amount) == -round_money(amount)


def test_amounts_of_different_currencies_are_never_added():
    assert require_same_currency("EUR", "EUR") == "EUR"
    with pytest.raises(CurrencyMismatch):
        require_same_currency("EUR", "USD")
