"""Tables of inputs and exact results; no database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerportal.core.money import CurrencyMismatch
from projects import mrr

EUR = {
    "license": mrr.Price("license", Decimal("9.00"), "EUR", date(2025, 1, 1)),
    "hwaas": mrr.Price("hwaas", Decimal("4.50"), "EUR", date(2025, 1, 1)),
    "classound": mrr.Price("classound", Decimal("6.00"), "EUR", date(2026, 10, 1)),
}


@pytest.mark.parametrize(
    "users, solutions, amount",
    [
        (40, ["license", "classound"], "600.00"),
        (85, ["license", "hwaas", "classound"], "1657.50"),
        (1, ["hwaas"], "4.50"),
        (40, [], "0.00"),
        (-10, ["license", "classound"], "-150.00"),
        (0, ["license"], "0.00"),
        (40, ["license", "license"], "360.00"),
    ],
)
def test_expected_mrr_is_users_times_the_ticked_prices(users, solutions, amount):
    found = mrr.estimate(users=users, solutions=solutions, currency="EUR", prices=EUR)

    assert found.amount == Decimal(amount)
    assert found.missing == ()


def test_the_estimate_shows_its_sum_and_the_day_of_its_newest_price():
    found = mrr.estimate(users=40, solutions=["license", "classound"], currency="EUR", prices=EUR)

    assert [(price.family, price.amount) for price in found.prices] == [("license", Decimal("9.00")), ("classound", Decimal("6.00"))]
    assert found.per_user == Decimal("15.00")
    assert found.valid_from == date(2026, 10, 1)


def test_a_family_without_a_price_makes_the_amount_not_available_and_never_zero():
    found = mrr.estimate(users=40, solutions=["license", "hwaas"], currency="EUR", prices={"license": EUR["license"]})

    assert found.amount is None
    assert found.missing == ("hwaas",)


def test_the_estimate_is_rounded_once_at_the_end():
    prices = {
        "license": mrr.Price("license", Decimal("0.333"), "EUR", date(2025, 1, 1)),
        "hwaas": mrr.Price("hwaas", Decimal("0.332"), "EUR", date(2025, 1, 1)),
    }

    assert mrr.estimate(users=1, solutions=["license", "hwaas"], currency="EUR", prices=prices).amount == Decimal("0.67")


def test_a_price_in_another_currency_is_refused():
    with pytest.raises(CurrencyMismatch):
        mrr.estimate(users=40, solutions=["license"], currency="USD", prices=EUR)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # No clock decides a test.
@given(
    users=st.integers(-10_000, 100_000),
    solutions=st.lists(st.sampled_from(["license", "hwaas", "classound", "unpriced"]), unique=True),
)
def test_what_is_kept_reads_back_as_it_was(users, solutions):
    one = mrr.estimate(users=users, solutions=solutions, currency="EUR", prices=EUR)

    assert mrr.from_json(mrr.as_json(one)) == one


def test_nothing_kept_reads_as_nothing():
    assert mrr.from_json({}) is None


@pytest.mark.parametrize(
    "amount, probability, weighted",
    [
        ("600.00", 30, "180.00"),
        ("1284.00", 50, "642.00"),
        ("600.00", 0, "0.00"),
        ("600.00", 100, "600.00"),
        ("0.05", 10, "0.01"),
        ("0.04", 10, "0.00"),
        ("-150.00", 50, "-75.00"),
        ("-0.05", 10, "-0.01"),
    ],
)
def test_weighted_pipeline_is_mrr_times_probability_rounded_half_up(amount, probability, weighted):
    assert mrr.weighted_pipeline(Decimal(amount), probability) == Decimal(weighted)


def test_without_an_mrr_there_is_no_weighted_pipeline():
    assert mrr.weighted_pipeline(None, 30) is None


# --- change orders --------------------------------------------------------------------------


def order(key, amount, *, currency="EUR", replaces=(), **users):
    return mrr.RunningOrder(f"O-{key}", key, 100 + key, currency, Decimal(amount), users, tuple(replaces))


@pytest.mark.parametrize(
    ("confirmed", "left"),
    [
        ([], []),
        ([order(1, "10.00"), order(2, "5.00")], [1, 2]),
        ([order(1, "10.00"), order(2, "12.00", replaces=[1])], [2]),
        ([order(1, "10.00"), order(2, "5.00"), order(3, "12.00", replaces=[1])], [2, 3]),
        ([order(1, "10.00"), order(2, "5.00"), order(3, "12.00", replaces=[1, 2])], [3]),
        ([order(1, "10.00"), order(2, "12.00", replaces=[1]), order(3, "9.00", replaces=[2])], [3]),
        # Both were compared with the first: the later one comes in the place of the earlier one.
        ([order(1, "10.00"), order(2, "12.00", replaces=[1]), order(3, "9.00", replaces=[1])], [3]),
        # What it names was cancelled: nothing is replaced.
        ([order(2, "12.00", replaces=[1])], [2]),
        ([order(1, "10.00"), order(2, "7.00", currency="USD")], [1]),
    ],
)
def test_what_runs(confirmed, left):
    found = mrr.running(confirmed, currency="EUR", day=date(2026, 11, 22))

    assert [one.key for one in found.orders] == left
    assert found.amount == sum((one.mrr for one in confirmed if one.key in left), Decimal("0.00"))


def test_what_runs_is_kept_and_read_again():
    found = mrr.running([order(1, "10.00", license=12, classound=5)], currency="EUR", day=date(2026, 11, 22))

    assert mrr.running_from_json(found.as_json()) == found
    assert mrr.running_from_json({}) is None


def test_users_that_could_leave_are_those_of_the_largest_ticked_family():
    found = mrr.running([order(1, "10.00", license=12), order(2, "5.00", license=3, classound=20)], currency="EUR", day=date(2026, 11, 22))

    assert [found.users_of(families) for families in (["license"], ["license", "classound"], ["hwaas"], [])] == [15, 20, 0, 0]


@pytest.mark.parametrize(
    ("quoted", "ran", "expected"),
    [("300.00", "240.00", "60.00"), ("200.00", "240.00", "-40.00"), ("0.00", "240.00", "-240.00"), ("54.00", None, "54.00")],
)
def test_a_change_order_is_the_difference_to_what_runs(quoted, ran, expected):
    assert mrr.difference(Decimal(quoted), None if ran is None else Decimal(ran)) == Decimal(expected)
