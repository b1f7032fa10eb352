"""Prices that fall with the quantity: the band of a quantity, both books together, and what the database refuses."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.bands import Band, Prices, Tariff, band_of
from catalog.models import PriceBookEntry, PriceVisit, Product
from catalog.services import PriceMissing, price_table, prices

DAY = date(2025, 1, 1)
TODAY = date(2026, 3, 2)
SIX, FIVE, FOUR = Band(1, Decimal("6.00"), DAY), Band(50, Decimal("5.40"), DAY), Band(200, Decimal("4.80"), DAY)


@pytest.mark.parametrize(
    ("quantity", "band"), [(1, SIX), (49, SIX), (50, FIVE), (51, FIVE), (199, FIVE), (200, FOUR), (100_000, FOUR)], ids=str
)
def test_a_quantity_is_in_the_highest_band_that_it_reaches(quantity, band):
    assert band_of((FOUR, SIX, FIVE), quantity) is band


def test_below_the_first_band_there_is_no_price():
    tariff = Tariff((FIVE,), (Band(80, Decimal("3.00"), DAY), Band(10, Decimal("4.00"), DAY)))

    assert tariff.least == 50
    assert tariff.at(49) is None
    assert tariff.at(50) == Prices(Decimal("5.40"), Decimal("4.00"), 50, 10, DAY)
    assert tariff.at(80) == Prices(Decimal("5.40"), Decimal("3.00"), 50, 80, DAY)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # No clock decides a test.
@given(st.dictionaries(st.integers(1, 500), st.decimals(0, 1000, places=2), min_size=1), st.integers(1, 1000))
def test_the_order_of_bands_changes_nothing_and_only_one_holds(prices_from, quantity):
    bands = [Band(least, price) for least, price in prices_from.items()]

    found = band_of(bands, quantity)

    assert found == band_of(reversed(bands), quantity)
    reached = [least for least in prices_from if least <= quantity]
    assert (found.min_quantity if found else None) == max(reached, default=None)


def entry(code="CS-FLAT", book="end_user", period="monthly", least=50):
    return PriceBookEntry.objects.get(
        book__kind=book, product__code=code, currency="EUR", billing_period=period, min_quantity=least, valid_to=None
    )


def test_both_books_give_the_prices_of_a_quantity(reference):
    flat = Product.objects.get(code="CS-FLAT")

    def found(quantity):
        return prices(flat, billing_period="monthly", currency="EUR", tier="gold", on=TODAY, quantity=quantity)

    assert found(49) == Prices(Decimal("6.00"), Decimal("3.60"), 1, 1, DAY)
    assert found(50) == Prices(Decimal("5.40"), Decimal("3.24"), 50, 50, DAY)
    assert found(200) == Prices(Decimal("4.80"), Decimal("2.88"), 200, 200, DAY)


def test_what_is_sold_from_a_quantity_on_says_so(reference):
    flat = Product.objects.get(code="CS-FLAT")
    entry(least=1).delete()

    with pytest.raises(PriceMissing, match="CLASSOUND flat, per user is sold from a quantity of 50"):
        prices(flat, billing_period="monthly", currency="EUR", tier="gold", on=TODAY, quantity=49)


def test_a_band_that_has_ended_gives_way_to_the_one_below(reference):
    row = entry()
    row.valid_to = TODAY
    row.save()

    table = price_table([row.product], currency="EUR", tier="gold", on=TODAY)

    assert [band.min_quantity for band in table[(row.product_id, "monthly")].listed] == [1, 200]


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, "price_one_at_a_time"),
        ({"valid_from": date(2026, 1, 1)}, "price_one_at_a_time"),
        ({"valid_from": date(2024, 1, 1), "valid_to": date(2025, 1, 2)}, "price_one_at_a_time"),
        ({"min_quantity": 0}, "price_band_begins_at_one"),
    ],
    ids=["twice", "later, open end", "earlier, one day too long", "from nothing"],
)
def test_the_database_refuses_a_second_price_of_a_band(reference, changes, constraint):
    row, before = entry(), PriceBookEntry.objects.count()
    row.pk, row._state.adding = None, True
    for name, value in changes.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()

    assert PriceBookEntry.objects.count() == before


def test_bands_of_other_quantities_stand_beside_it(reference):
    row = entry()
    row.pk, row._state.adding, row.min_quantity = None, True, 75
    row.save()

    found = prices(row.product, billing_period="monthly", currency="EUR", tier="gold", on=TODAY, quantity=80)

    assert (found.list_band, found.cost_band) == (75, 50)


def test_the_price_list_shows_each_band_beside_the_customers(client, anna):
    client.force_login(anna)
    page = client.get("/pricing/?view=classound&book=gold&currency=EUR&billing_period=monthly&q=CS-FLAT").text

    for band, listed, price in (("1", "€6.00", "€3.60"), ("50", "€5.40", "€3.24"), ("200", "€4.80", "€2.88")):
        row = next(row for row in page.split("<tr")[1:] if price in row)
        assert listed in row
        assert f">{band}<" in row
    file = b"".join(
        client.get("/pricing/export/?view=classound&book=gold&currency=EUR&billing_period=monthly&q=CS-FLAT").streaming_content
    ).decode("utf-8-sig")
    assert "From quantity" in file.splitlines()[0]
    assert ",50,5.40," in file


# --- a band of the customer's alone ---------------------------------------------------------


@pytest.fixture
def only_listed(reference):
    """From 300, the customer's flat is cheaper; neither Gold nor Reseller has a price of its own from there."""
    row = entry(least=200)
    row.pk, row._state.adding, row.min_quantity, row.price = None, True, 300, Decimal("4.50")
    row.save()
    return row


def cells_of(client, query, band):
    """The texts of the row of a band in the price list."""
    text = client.get(f"/pricing/?view=classound&currency=EUR&billing_period=monthly&q=CS-FLAT&{query}").text
    found = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in text.split("<tr")[1:]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in found if any(cell.strip() == band for cell in row)]


@pytest.mark.parametrize(("book", "name", "paid"), [("gold", "Gold", "€2.88"), ("reseller", "Reseller", "€3.65")])
def test_a_band_that_only_the_customer_has_stands_beside_the_book(client, anna, only_listed, book, name, paid):
    client.force_login(anna)

    [row] = cells_of(client, f"book={book}", "300")

    assert row[4:7] == ["€4.50", name, paid]
    found = prices(only_listed.product, billing_period="monthly", currency="EUR", tier="gold", on=TODAY, quantity=300)
    assert (found.list_price, found.unit_cost) == (Decimal("4.50"), Decimal("2.88"))


def test_without_a_chosen_book_it_stands_beside_the_own_one_only(client, anna, carla, only_listed):
    for person, name, paid in ((anna, "Gold", "€2.88"), (carla, "Silver", "€3.26")):
        client.force_login(person)
        assert [row[4:7] for row in cells_of(client, "", "300")] == [["€4.50", name, paid]]


def test_the_file_has_the_customers_band_too_and_no_price_twice(client, anna, only_listed):
    client.force_login(anna)

    file = client.get("/pricing/export/?view=classound&book=gold&currency=EUR&billing_period=monthly&q=CS-FLAT")
    rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()

    assert [row.split(",")[4:8] for row in rows if "CLASSOUND flat" in row] == [
        ["1", "6.00", "Gold", "3.60"],
        ["50", "5.40", "Gold", "3.24"],
        ["200", "4.80", "Gold", "2.88"],
        ["300", "4.50", "Gold", "2.88"],
    ]


def test_where_the_book_has_the_band_or_does_not_sell_the_product_there_is_no_further_row(client, anna, vendor_admin, only_listed):
    row = entry(book="gold", least=200)
    row.pk, row._state.adding, row.min_quantity, row.price = None, True, 300, Decimal("2.50")
    row.save()
    client.force_login(anna)
    assert [cells[4:7] for cells in cells_of(client, "book=gold", "300")] == [["€4.50", "Gold", "€2.50"]]

    PriceBookEntry.objects.filter(book__kind="gold", product=row.product).delete()
    assert cells_of(client, "book=gold", "300") == []
    client.force_login(vendor_admin)
    assert [cells[5:7] for cells in cells_of(client, "book=end_user", "300")] == [["End user", "€4.50"]]
    assert [cells[5] for cells in cells_of(client, "", "300")] == ["End user"]


def test_a_changed_list_price_of_such_a_band_is_marked_as_the_lists(client, anna, only_listed):
    PriceVisit.objects.create(user=anna, seen_at=timezone.now(), before=timezone.now() - timedelta(days=1))
    client.force_login(anna)

    [row] = cells_of(client, "book=gold", "300")

    assert "new" in row[4]
    assert row[6] == "€2.88"
