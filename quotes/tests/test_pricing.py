import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerportal.core.money import CurrencyMismatch
from quotes.pricing import COMMITMENT_RATES, PERIODS, Line, PeriodTotal, discount_given, price_line, total

PRICES = st.decimals(min_value=0, max_value=100_000, places=2)
DISCOUNTS = st.decimals(min_value=0, max_value=1, places=4)
LINES = st.builds(
    Line,
    quantity=st.integers(1, 10_000),
    unit_price=PRICES,
    billing_period=st.sampled_from(list(PERIODS)),
    currency=st.just("EUR"),
    discount=DISCOUNTS,
    unit_cost=PRICES,
)
QUOTES = st.lists(LINES, max_size=6)
YEARS = st.sampled_from(list(COMMITMENT_RATES))


# A machine under load is slow to draw, which is no fault of the arithmetic.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def licences(**changes):
    values = {"quantity": 12, "unit_price": Decimal("108.00"), "billing_period": "yearly", "currency": "EUR", "discount": Decimal("0.10")}
    return Line(**{**values, **changes})


def cents(value: Fraction) -> Decimal:
    """Half up for amounts that are not negative, in exact fractions."""
    return Decimal(math.floor(value * 100 + Fraction(1, 2))) / 100


def exact(line: Line, price: Decimal, discount: Decimal, years: int) -> Fraction:
    commitment = Fraction(COMMITMENT_RATES[years]) if line.billing_period != "one_off" else Fraction(0)
    return line.quantity * Fraction(price) * (1 - Fraction(discount)) * (1 - commitment)


def test_the_worked_example():
    amounts = price_line(licences(unit_cost=Decimal("64.80")), commitment=3)

    assert (amounts.line_total, amounts.monthly) == (Decimal("991.44"), Decimal("82.62"))
    # 12 × 64.80 × 0.85: the partner's own discount does not lower the cost.
    assert (amounts.cost, amounts.margin, amounts.monthly_cost) == (Decimal("660.96"), Decimal("330.48"), Decimal("55.08"))


@pytest.mark.parametrize(
    ("years", "period", "line_total", "monthly"),
    [
        (0, "yearly", "1166.40", "97.20"),
        (3, "yearly", "991.44", "82.62"),
        (5, "yearly", "933.12", "77.76"),
        (5, "monthly", "933.12", "933.12"),
        (5, "three_years", "933.12", "25.92"),
        (5, "five_years", "933.12", "15.55"),
        (5, "one_off", "1166.40", "0.00"),
    ],
)
def test_commitment_counts_on_recurring_lines_only(years, period, line_total, monthly):
    amounts = price_line(licences(billing_period=period), commitment=years)

    assert (amounts.line_total, amounts.monthly) == (Decimal(line_total), Decimal(monthly))


def test_the_monthly_part_comes_from_the_unrounded_line():
    line = licences(quantity=1, unit_price=Decimal("0.09"), discount=Decimal("0.35"), billing_period="yearly")

    # 0.0585 rounds to 0.06, a twelfth of which is 0.005 and would round to 0.01; the exact twelfth is 0.004875.
    assert price_line(line).line_total == Decimal("0.06")
    assert price_line(line).monthly == Decimal("0.00")


def test_half_a_cent_rounds_up():
    assert price_line(licences(quantity=1, unit_price=Decimal("0.05"), discount=Decimal("0.5"))).line_total == Decimal("0.03")


def test_totals_of_a_mixed_quote():
    lines = [
        licences(unit_cost=Decimal("64.80")),
        licences(quantity=12, unit_price=Decimal("6.00"), billing_period="monthly", discount=Decimal(0), unit_cost=Decimal("3.60")),
        licences(quantity=5, unit_price=Decimal("129.00"), billing_period="one_off", discount=Decimal(0), unit_cost=Decimal("77.40")),
    ]

    totals = total(lines, commitment=3, tax_rate=Decimal("0.22"), currency="EUR")

    assert totals.per_period == (
        PeriodTotal("one_off", Decimal("645.00")),
        PeriodTotal("monthly", Decimal("61.20")),
        PeriodTotal("yearly", Decimal("991.44")),
    )
    assert (totals.capex_total, totals.recurring_total, totals.mrr) == (Decimal("645.00"), Decimal("1052.64"), Decimal("143.82"))
    assert (totals.net, totals.tax, totals.gross) == (Decimal("1697.64"), Decimal("373.48"), Decimal("2071.12"))
    assert (totals.cost, totals.margin) == (Decimal("1084.68"), Decimal("612.96"))
    assert (totals.monthly_cost, totals.monthly_margin) == (Decimal("91.80"), Decimal("52.02"))


def test_nothing_comes_to_zero():
    totals = total([], commitment=0, tax_rate=Decimal("0.22"), currency="EUR")

    assert totals.per_period == ()
    assert {totals.net, totals.tax, totals.gross, totals.mrr, totals.capex_total, totals.recurring_total, totals.cost} == {Decimal("0.00")}


def test_cost_is_not_available_when_one_line_has_none():
    totals = total([licences(unit_cost=Decimal("1.00")), licences()], commitment=0, tax_rate=Decimal(0), currency="EUR")

    assert (totals.cost, totals.margin, totals.monthly_cost, totals.monthly_margin) == (None, None, None, None)
    assert price_line(licences()).margin is None


def test_currencies_never_mix():
    with pytest.raises(CurrencyMismatch):
        total([licences(), licences(currency="USD")], commitment=0, tax_rate=Decimal(0), currency="EUR")
    with pytest.raises(CurrencyMismatch):
        total([licences()], commitment=0, tax_rate=Decimal(0), currency="CHF")


@pytest.mark.parametrize(
    "changes", [{"billing_period": "weekly"}, {"quantity": 0}, {"discount": Decimal("1.01")}, {"discount": Decimal("-0.01")}]
)
def test_a_line_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ValueError, match=r"billing period|quantity|fraction"):
        licences(**changes)


def test_an_unknown_commitment_is_refused():
    with pytest.raises(KeyError):
        price_line(licences(), commitment=2)


@pytest.mark.parametrize(
    ("unit_price", "discount", "list_price", "given"),
    [
        ("108.00", "0.10", "108.00", "0.1000"),
        ("97.20", "0", "108.00", "0.1000"),
        ("97.20", "0.10", "108.00", "0.1900"),
        ("120.00", "0", "108.00", "0.0000"),
        ("0.00", "0", "0.00", "0.0000"),
    ],
)
def test_discount_given_counts_a_lower_price_too(unit_price, discount, list_price, given):
    line = licences(unit_price=Decimal(unit_price), discount=Decimal(discount))

    assert discount_given(line, Decimal(list_price)) == Decimal(given)


@given(line=LINES, years=YEARS)
def test_a_line_is_exact(line, years):
    amounts = price_line(line, commitment=years)

    price = exact(line, line.unit_price, line.discount, years)
    cost = exact(line, line.unit_cost, Decimal(0), years)
    months = PERIODS[line.billing_period]
    assert amounts.line_total == cents(price)
    assert amounts.cost == cents(cost)
    assert amounts.monthly == (cents(price / months) if months else 0)
    assert amounts.monthly_cost == (cents(cost / months) if months else 0)


@given(lines=QUOTES, years=YEARS, rate=DISCOUNTS)
def test_a_quote_adds_up(lines, years, rate):
    totals = total(lines, commitment=years, tax_rate=rate, currency="EUR")

    priced = [price_line(line, commitment=years) for line in lines]
    assert totals.net == sum(amounts.line_total for amounts in priced)
    assert totals.net == sum(period.net for period in totals.per_period) == totals.capex_total + totals.recurring_total
    assert totals.mrr == sum(amounts.monthly for amounts in priced)
    assert totals.cost == sum(amounts.cost for amounts in priced)
    assert totals.tax == cents(Fraction(totals.net) * Fraction(rate))
    assert totals.gross == totals.net + totals.tax


@given(lines=QUOTES, years=YEARS, rate=DISCOUNTS, order=st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(lines, years, rate, order):
    shuffled = order.sample(lines, len(lines))

    assert total(lines, commitment=years, tax_rate=rate, currency="EUR") == total(shuffled, commitment=years, tax_rate=rate, currency="EUR")


@given(lines=st.lists(LINES, min_size=1, max_size=5), stranger=LINES, place=st.integers(0, 5))
def test_one_line_of_another_currency_is_enough_to_refuse(lines, stranger, place):
    lines.insert(place, replace(stranger, currency="GBP"))

    with pytest.raises(CurrencyMismatch):
        total(lines, commitment=0, tax_rate=Decimal(0), currency="EUR")
