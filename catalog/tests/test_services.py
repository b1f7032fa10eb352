from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.models import PriceBook, PriceBookEntry, Product
from catalog.services import PriceMissing, Prices, price_table, prices

TODAY = date(2026, 3, 2)


def licence():
    return Product.objects.get(code="UC-BUSINESS")


@pytest.mark.parametrize(
    ("tier", "cost"), [("platinum", "64.80"), ("gold", "64.80"), ("silver", "73.44"), ("bronze", "73.44"), ("reseller", "82.08")]
)
def test_each_tier_pays_the_price_of_its_book(reference, tier, cost):
    found = prices(licence(), billing_period="yearly", currency="EUR", tier=tier, on=TODAY)

    assert found == Prices(Decimal("108.00"), Decimal(cost), valid_from=date(2025, 1, 1))


def test_prices_are_those_of_the_currency(reference):
    assert prices(licence(), billing_period="yearly", currency="USD", tier="gold", on=TODAY).list_price == Decimal("118.80")


def test_a_price_holds_from_its_first_day_until_the_day_before_its_end(reference):
    entry = PriceBookEntry.objects.get(book__kind="end_user", product=licence(), currency="EUR", billing_period="yearly")
    entry.valid_to = TODAY
    entry.save()
    PriceBookEntry.objects.create(
        book=entry.book, product=entry.product, currency="EUR", billing_period="yearly", price="120.00", valid_from=TODAY
    )

    def price_on(day):
        return prices(licence(), billing_period="yearly", currency="EUR", tier="gold", on=day).list_price

    assert [price_on(TODAY - timedelta(days=1)), price_on(TODAY)] == [Decimal("108.00"), Decimal("120.00")]


@pytest.mark.parametrize(
    "facts", [{"billing_period": "three_years"}, {"currency": "XXX"}, {"on": date(2024, 12, 31)}, {"tier": "unknown"}], ids=str
)
def test_what_has_no_price_is_refused_in_words(reference, facts):
    with pytest.raises(PriceMissing, match="UC Business has no price in"):
        prices(licence(), **{"billing_period": "yearly", "currency": "EUR", "tier": "gold", "on": TODAY, **facts})


def test_the_table_is_one_query(reference, django_assert_num_queries):
    products = list(Product.objects.all())

    with django_assert_num_queries(1):
        table = price_table(products, currency="EUR", tier="gold", on=TODAY)

    assert table[(licence().pk, "monthly")].at(1) == Prices(Decimal("10.00"), Decimal("6.00"), valid_from=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("person", "books"),
    [
        ("anna", ["gold", "reseller"]),
        ("carla", ["reseller", "silver"]),
        ("otto", ["end_user", "gold", "reseller", "silver"]),
        ("tariq", []),
    ],
)
def test_each_reads_the_own_book_and_the_resellers(request, reference, person, books):
    user = request.getfixturevalue(person)

    assert sorted(PriceBook.objects.permitted(user).values_list("kind", flat=True)) == books
