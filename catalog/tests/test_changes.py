"""What has changed on the price list since the last visit: edited prices, new ones, those that begin to hold; for each person apart."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from catalog.models import PriceBookEntry, PriceVisit
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
