"""What has changed on the price list since the last visit: edited, new, beginning and ended prices; for each person apart."""

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from catalog.models import PriceBook, PriceBookEntry, PriceVisit, Product
from catalog.services import note_visit

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def old(reference):
    """The prices have stood for long."""
    PriceBookEntry.objects.update(changed_at=datetime(2025, 1, 1, tzinfo=UTC))


def entry(code="UC-BUSINESS", book="gold", period="yearly"):
    return PriceBookEntry.objects.get(book__kind=book, product__code=code, currency="EUR", billing_period=period, valid_to=None)


def changed(client):
    page = client.get("/pricing/?view=changed&currency=EUR")
    assert page.status_code == 200
    return page.text


def test_looks_within_half_an_hour_are_one_visit(anna, ben):
    assert note_visit(anna, MONDAY) is None
    assert note_visit(anna, MONDAY + timedelta(minutes=30)) is None
    assert note_visit(anna, MONDAY + timedelta(hours=2)) == MONDAY
    assert note_visit(anna, MONDAY + timedelta(hours=2, minutes=20)) == MONDAY
    assert note_visit(anna, MONDAY + timedelta(hours=5)) == MONDAY + timedelta(hours=2)
    assert note_visit(ben, MONDAY + timedelta(hours=5)) is None
    assert PriceVisit.objects.count() == 2


def test_an_edited_price_is_shown_until_the_visit_after(client, anna):
    client.force_login(anna)
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        assert "since your last visit" not in client.get("/pricing/").text
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        row = entry()
        row.price = Decimal("70.00")
        row.save()
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        client.force_login(anna)
        assert "1 price has changed since your last visit" in client.get("/pricing/").text
        text = changed(client)
        assert "€70.00" in text
        assert "UC Premium" not in text
        file = b"".join(client.get("/pricing/export/?view=changed&currency=EUR").streaming_content).decode("utf-8-sig").splitlines()
        assert [line for line in file if ",2025-01-01" in line] == [file[1]]
        assert ",70.00," in file[1]
    with time_machine.travel(MONDAY + timedelta(days=3), tick=False):
        client.force_login(anna)
        assert "No price has changed" in client.get("/pricing/").text
        assert "UC Business" not in changed(client)


def test_a_price_that_begins_to_hold_is_shown_with_the_one_before(client, anna):
    client.force_login(anna)
    with time_machine.travel(MONDAY, tick=False):
        client.get("/pricing/")
    with time_machine.travel(MONDAY + timedelta(days=9), tick=False):
        row = entry()
        PriceBookEntry.objects.filter(pk=row.pk).update(valid_to=date(2026, 3, 10))
        PriceBookEntry.objects.create(
            book=row.book, product=row.product, currency="EUR", billing_period="yearly", price="72.00", valid_from=date(2026, 3, 10)
        )
        client.force_login(anna)
        text = changed(client)

    assert "<del>€64.80</del>" in text
    assert "€72.00" in text


# --- what is told, case by case -----------------------------------------------------------------


@pytest.fixture
def seen(client, anna):
    """Anna has looked on Monday, and looks again on Wednesday: answers what she is told then."""
    client.force_login(anna)
    with time_machine.travel(MONDAY, tick=False):
        client.get("/pricing/")

    def look(query="view=changed&currency=EUR"):
        with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
            client.force_login(anna)
            count = re.search(r"(\d+) prices? ha", client.get("/pricing/").text)
            rows = client.get(f"/pricing/?{query}").text.split("<tr")[1:]
        cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
        told = [[re.sub(r"<(?!/?del)[^>]+>", "", cell).strip() for cell in row] for row in cells if len(row) > 6]
        return int(count[1]) if count else 0, [(row[0].split()[-1], row[3], row[5], row[6]) for row in told if row[5] != "Book"]

    return look


@contextmanager
def tuesday():
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        yield


def put(book="gold", code="UC-BUSINESS", least=1, price="70.00", **facts):
    """A new price in a book."""
    place = {"book": PriceBook.objects.get(kind=book), "product": Product.objects.get(code=code)}
    place |= {"currency": "EUR", "billing_period": "yearly"}
    return PriceBookEntry.objects.create(**place | {"min_quantity": least, "price": price, "valid_from": date(2026, 3, 3)} | facts)


@pytest.mark.parametrize(("book", "name"), [("gold", "Gold"), ("reseller", "Reseller")])
def test_a_new_price_is_told(seen, book, name):
    with tuesday():
        put(book, least=50)

    assert seen() == (1, [("UC-BUSINESS", "50", name, "€70.00 new")])


@pytest.mark.parametrize(("book", "name"), [("gold", "Gold"), ("reseller", "Reseller")])
def test_an_edited_price_is_told_with_the_one_that_was_seen(seen, book, name):
    row = entry(book=book)
    with time_machine.travel(MONDAY - timedelta(days=1), tick=False):
        row.price = Decimal("60.00")
        row.save()
        PriceBookEntry.objects.filter(pk=row.pk).update(changed_at=MONDAY - timedelta(days=1))
    with tuesday():
        for price in ("65.00", "70.00"):
            row.price = Decimal(price)
            row.save()

    assert seen() == (1, [("UC-BUSINESS", "1", name, "<del>€60.00</del> €70.00 new")])


@pytest.mark.parametrize(("book", "name", "price"), [("gold", "Gold", "€64.80"), ("reseller", "Reseller", "€82.08")])
def test_a_price_that_has_ended_is_told(seen, client, book, name, price):
    PriceBookEntry.objects.filter(pk=entry(book=book).pk).update(valid_to=date(2026, 3, 4))

    assert seen() == (1, [("UC-BUSINESS", "1", name, f"<del>{price}</del> ended")])
    assert ("UC-BUSINESS", "1", name) not in [row[:3] for row in seen("view=all&currency=EUR&billing_period=yearly&q=UC-BUSINESS")[1]]
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        file = b"".join(client.get("/pricing/export/?view=changed&currency=EUR").streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[5:] for line in file if line.startswith("UC Business")] == [[name, "", "2025-01-01", "2026-03-04"]]


def test_the_end_of_a_band_is_told(seen):
    row = put(least=50, valid_from=date(2025, 1, 1))
    PriceBookEntry.objects.filter(pk=row.pk).update(valid_to=date(2026, 3, 4), changed_at=MONDAY - timedelta(days=9))

    assert seen() == (1, [("UC-BUSINESS", "50", "Gold", "<del>€70.00</del> ended")])


def test_the_end_of_a_band_of_the_customers_list_is_told(seen):
    row = put("end_user", least=50, valid_from=date(2025, 1, 1))
    PriceBookEntry.objects.filter(pk=row.pk).update(valid_to=date(2026, 3, 4), changed_at=MONDAY - timedelta(days=9))

    assert seen() == (1, [("UC-BUSINESS", "50", "End user", "<del>€70.00</del> ended")])


def test_a_product_that_is_offered_no_more_is_told_in_both_books(seen):
    product = Product.objects.get(code="CX-BASE")
    with tuesday():
        product.is_active = False
        product.save()

    assert seen()[1] == [
        ("CX-BASE", "1", "Gold", "<del>€209.40</del> ended"),
        ("CX-BASE", "1", "Reseller", "<del>€265.24</del> ended"),
    ]
    assert "CX-BASE" not in [row[0] for row in seen("view=all&currency=EUR&q=CX-BASE")[1]]


@pytest.mark.parametrize(
    "facts",
    [
        {"valid_to": date(2026, 3, 2)},  # It had ended before.
        {"valid_to": date(2026, 3, 5)},  # It still holds.
        {"book": "silver", "valid_to": date(2026, 3, 4)},
        {"book": "end_user", "valid_to": date(2026, 3, 4)},
    ],
    ids=["before", "later", "of another book", "of the customer's list"],
)
def test_no_other_end_is_told(seen, facts):
    row = entry(book=facts.get("book", "gold"))
    PriceBookEntry.objects.filter(pk=row.pk).update(valid_to=facts["valid_to"])

    assert seen() == (0, [])


def test_a_price_that_is_followed_has_not_ended(seen):
    PriceBookEntry.objects.filter(pk=entry().pk).update(valid_to=date(2026, 3, 4))
    put(valid_from=date(2026, 3, 4))

    assert seen() == (1, [("UC-BUSINESS", "1", "Gold", "<del>€64.80</del> €70.00 new")])


@pytest.mark.parametrize("book", ["silver", "end_user"])
def test_a_change_of_another_book_is_not_told(client, anna, book):
    client.force_login(anna)
    with time_machine.travel(MONDAY, tick=False):
        client.get("/pricing/")
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        row = entry(book=book)
        row.price = Decimal("1.00")
        row.save()
        client.force_login(anna)
        assert "No price has changed" in client.get("/pricing/").text
