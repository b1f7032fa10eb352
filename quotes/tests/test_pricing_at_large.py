"""Ten thousand random quotes against exact fractions: every currency, commitment and billing period, whatever the order of lines."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from partnerportal.core.fields import Currency
from quotes.pricing import COMMITMENT_RATES, PERIODS, Line, discount_given, price_line, total
from quotes.tests.test_pricing import cents, exact

COUNT = 10_000
RATES = ("0", "0.05", "0.077", "0.1", "0.19", "0.2", "0.22", "0.255", "0.0001", "1")
DISCOUNTS = ("0", "0.1", "0.05", "0.3333", "0.0001", "0.9999", "1")


def a_price(draw):
    """From nothing to a million, with many small ones, where cents are decided."""
    return Decimal(draw.randrange(10 ** draw.randint(0, 8))) / 100


def a_discount(draw):
    return Decimal(draw.choice(DISCOUNTS)) if draw.random() < 0.5 else Decimal(draw.randrange(10_001)) / 10_000


def a_line(draw, currency):
    return Line(
        quantity=draw.choice((1, 2, 3, 7, 12, draw.randint(1, 100_000))),
        unit_price=a_price(draw),
        billing_period=draw.choice(list(PERIODS)),
        currency=currency,
        discount=a_discount(draw),
        unit_cost=a_price(draw) if draw.random() < 0.8 else None,
    )


def quotes_of(seed, count):
    """Lines, commitment and tax rate of each quote; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 (a test, not a secret)
    for _number in range(count):
        currency = draw.choice(Currency.values)
        lines = [a_line(draw, currency) for _line in range(draw.choice((0, 1, 2, 3, 5, 9)))]
        yield lines, draw.choice(list(COMMITMENT_RATES)), Decimal(draw.choice(RATES)), currency, draw


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.no_cover
def test_ten_thousand_quotes_come_to_the_cent(seed):
    seen = set()
    for lines, years, rate, currency, draw in quotes_of(seed, COUNT // 4):
        totals = total(lines, commitment=years, tax_rate=rate, currency=currency)
        seen |= {(currency, years, line.billing_period) for line in lines}

        prices = [exact(line, line.unit_price, line.discount, years) for line in lines]
        rounded = [cents(price) for price in prices]
        months = [PERIODS[line.billing_period] for line in lines]
        assert [price_line(line, commitment=years).line_total for line in lines] == rounded
        for period in PERIODS:
            of_period = sum((one for one, line in zip(rounded, lines, strict=True) if line.billing_period == period), Decimal(0))
            assert of_period == sum((one.net for one in totals.per_period if one.billing_period == period), Decimal(0))
        assert totals.net == sum(rounded)
        assert totals.capex_total == sum((one for one, count in zip(rounded, months, strict=True) if not count), Decimal(0))
        assert totals.recurring_total == totals.net - totals.capex_total
        assert totals.mrr == sum((cents(one / count) for one, count in zip(prices, months, strict=True) if count), Decimal(0))
        assert totals.tax == cents(Fraction(totals.net) * Fraction(rate))
        assert totals.gross == totals.net + totals.tax
        assert (totals.cost is None) is any(line.unit_cost is None for line in lines)
        assert all(amount == amount.quantize(Decimal("0.01")) for amount in (totals.net, totals.tax, totals.gross, totals.mrr))
        shuffled = draw.sample(lines, len(lines))
        assert total(shuffled, commitment=years, tax_rate=rate, currency=currency) == totals
        split = [total([line], commitment=years, tax_rate=Decimal(0), currency=currency) for line in lines]
        assert (sum(one.net for one in split), sum(one.mrr for one in split)) == (totals.net, totals.mrr)
    assert seen == {(currency, years, period) for currency in Currency.values for years in COMMITMENT_RATES for period in PERIODS}


def test_more_discount_never_costs_more():
    for lines, years, _rate, _currency, draw in quotes_of("discount", 2_500):
        for line in lines:
            cheaper = replace(line, discount=min(Decimal(1), line.discount + Decimal(draw.randrange(500)) / 10_000))
            assert price_line(cheaper, commitment=years).line_total <= price_line(line, commitment=years).line_total
            assert discount_given(cheaper, line.unit_price) >= discount_given(line, line.unit_price)
