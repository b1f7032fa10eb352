"""What a quote amounts to. Pure: plain values in, plain values out; no Django, no float.

A line's total per period is round(quantity × unit price × (1 − discount) × (1 − commitment)), the commitment only on
recurring lines. Its monthly equivalent is the unrounded line divided by the months of the period, then rounded. Totals
add rounded lines, so that what the customer reads is what adds up; tax is rounded once, on the net.

    12 licences at 108.00 a year, discount 0.10, 3 years: 12 × 108 × 0.9 × 0.85 = 991.44 a year, 82.62 a month.

The partner's cost follows the same rule with the partner's price. The vendor's discount for a commitment lowers it, the
discount that the partner gives does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from partnerportal.core.money import ZERO, require_same_currency, round_money

ONE_OFF = "one_off"
# Months of a billing period, in the order in which totals are shown; 0 is billed once.
PERIODS: Mapping[str, int] = MappingProxyType({ONE_OFF: 0, "monthly": 1, "yearly": 12, "three_years": 36, "five_years": 60})
COMMITMENT_RATES: Mapping[int, Decimal] = MappingProxyType({0: Decimal("0"), 3: Decimal("0.15"), 5: Decimal("0.20")})
ONE = Decimal(1)


@dataclass(frozen=True)
class Line:
    """One line as the arithmetic sees it. Prices are net, per unit and billing period; `discount` is a fraction.

    `unit_cost` is None where the partner's price is not known. Raises ValueError for a period that does not exist, a
    quantity below one, or a discount that is no fraction.
    """

    quantity: int
    unit_price: Decimal
    billing_period: str
    currency: str
    discount: Decimal = ZERO
    unit_cost: Decimal | None = None

    def __post_init__(self) -> None:
        if self.billing_period not in PERIODS:
            raise ValueError(f"unknown billing period: {self.billing_period}")
        if self.quantity < 1:
            raise ValueError("a line needs a quantity of at least one")
        if not ZERO <= self.discount <= ONE:
            raise ValueError("a discount is a fraction from 0 to 1")

    @property
    def is_recurring(self) -> bool:
        """Whether the line is billed again and again."""
        return self.billing_period != ONE_OFF


@dataclass(frozen=True)
class LineAmounts:
    """What a line comes to. `cost` and `margin` are the partner's own, per period; None where the cost is not known."""

    line_total: Decimal
    monthly: Decimal
    commitment_rate: Decimal
    cost: Decimal | None
    monthly_cost: Decimal | None

    @property
    def margin(self) -> Decimal | None:
        """What the partner keeps of the line total."""
        return None if self.cost is None else self.line_total - self.cost


@dataclass(frozen=True)
class PeriodTotal:
    """The net that is billed in one rhythm."""

    billing_period: str
    net: Decimal


@dataclass(frozen=True)
class Totals:
    """What a quote comes to, in one currency.

    `net` is the first bill of every period together: one-off plus each recurring line once. `cost`, `margin` and
    `monthly_margin` are the partner's own and never shown to the customer.
    """

    currency: str
    per_period: tuple[PeriodTotal, ...]
    capex_total: Decimal
    recurring_total: Decimal
    mrr: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    cost: Decimal | None
    monthly_cost: Decimal | None

    @property
    def margin(self) -> Decimal | None:
        """What the partner keeps of the net."""
        return None if self.cost is None else self.net - self.cost

    @property
    def monthly_margin(self) -> Decimal | None:
        """What the partner keeps of the MRR."""
        return None if self.monthly_cost is None else self.mrr - self.monthly_cost


def commitment_rate(line: Line, years: int) -> Decimal:
    """The discount that a commitment of so many years gives on a line: none on one-off lines. KeyError for other years."""
    return COMMITMENT_RATES[years] if line.is_recurring else ZERO


def price_line(line: Line, *, commitment: int = 0) -> LineAmounts:
    """What a line comes to per period and per month, and what it costs the partner. One-off lines have no monthly part."""
    rate = commitment_rate(line, commitment)
    exact = line.quantity * line.unit_price * (ONE - line.discount) * (ONE - rate)
    exact_cost = None if line.unit_cost is None else line.quantity * line.unit_cost * (ONE - rate)
    return LineAmounts(
        line_total=round_money(exact),
        monthly=_monthly(exact, line),
        commitment_rate=rate,
        cost=None if exact_cost is None else round_money(exact_cost),
        monthly_cost=None if exact_cost is None else _monthly(exact_cost, line),
    )


def total(lines: Iterable[Line], *, commitment: int, tax_rate: Decimal, currency: str) -> Totals:
    """What the lines come to together. Raises CurrencyMismatch when one of them has another currency."""
    lines = list(lines)
    require_same_currency(currency, *(line.currency for line in lines))
    priced = [(line, price_line(line, commitment=commitment)) for line in lines]
    per_period = {
        period: sum((amounts.line_total for line, amounts in priced if line.billing_period == period), ZERO)
        for period in PERIODS
        if any(line.billing_period == period for line in lines)
    }
    capex = per_period.get(ONE_OFF, ZERO)
    net = sum(per_period.values(), ZERO)
    tax = round_money(net * tax_rate)
    return Totals(
        currency=currency,
        per_period=tuple(PeriodTotal(period, amount) for period, amount in per_period.items()),
        capex_total=capex,
        recurring_total=net - capex,
        mrr=sum((amounts.monthly for _line, amounts in priced), ZERO),
        net=net,
        tax=tax,
        gross=net + tax,
        cost=_sum_known(amounts.cost for _line, amounts in priced),
        monthly_cost=_sum_known(amounts.monthly_cost for _line, amounts in priced),
    )


def discount_given(line: Line, list_price: Decimal) -> Decimal:
    """The whole discount off the list price, as a fraction of four places; what the tier's limit is held against.

    A price above the list price gives no discount, and of a list price of zero nothing can be taken off.
    """
    if list_price <= ZERO:
        return ZERO
    paid = line.unit_price * (ONE - line.discount)
    return max(ZERO, (ONE - paid / list_price).quantize(Decimal("0.0001")))


def within_limit(line: Line, list_price: Decimal, limit: Decimal) -> Line:
    """The line with no more off the list price than a limit, a fraction; itself where it gives no more."""
    if discount_given(line, list_price) <= limit:
        return line
    return replace(line, unit_price=list_price, discount=limit)


def _monthly(exact: Decimal, line: Line) -> Decimal:
    if not line.is_recurring:
        return ZERO
    return round_money(exact / PERIODS[line.billing_period])


def _sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total_known = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total_known += amount
    return total_known
