from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from catalog.models import Product

PRICES = "/pricing/?view=opex&book=gold&currency=EUR"


def test_the_price_page_asks_for_type_and_book_first(client, anna):
    client.force_login(anna)

    text = client.get(reverse("pricing:list")).text

    assert '<option value="gold" selected>Gold</option>' in text
    assert "Reseller" in text
    assert "Silver" not in text


def test_the_list_shows_the_own_price_beside_the_list_price(client, anna):
    client.force_login(anna)

    response = client.get(PRICES)

    assert response.status_code == 200
    assert "UC Business" in response.text
    assert "€108.00" in response.text
    assert "€64.80" in response.text
    assert "€73.44" not in response.text
    assert "Desk phone M</span> <small" not in response.text


def test_the_list_can_be_searched(client, anna):
    client.force_login(anna)

    text = client.get(f"{PRICES}&q=premium").text

    assert "UC Premium" in text
    assert "UC Business" not in text


def test_another_tiers_book_is_not_a_choice(client, anna):
    client.force_login(anna)

    response = client.get("/pricing/?view=all&book=silver")

    assert response.status_code == 422
    assert "€73.44" not in response.text


def test_without_a_book_only_the_permitted_ones_are_shown(client, carla):
    client.force_login(carla)

    text = client.get("/pricing/?view=all&currency=EUR&q=UC-BUSINESS").text

    assert "€73.44" in text
    assert "€82.08" in text
    assert "€64.80" not in text


def test_what_is_no_longer_offered_is_not_in_the_list(client, anna):
    Product.objects.filter(code="UC-PREMIUM").update(is_active=False)
    client.force_login(anna)

    assert "UC Premium" not in client.get(PRICES).text


def test_support_has_no_price_list(client, tariq):
    client.force_login(tariq)

    assert client.get(PRICES).status_code == 403


def test_the_list_goes_into_a_file(client, anna):
    client.force_login(anna)

    rows = b"".join(client.get("/pricing/export/?view=opex&book=gold&currency=EUR").streaming_content).decode("utf-8-sig").splitlines()
    book = BytesIO(b"".join(client.get("/pricing/export/?view=opex&book=gold&currency=EUR&format=xlsx").streaming_content))

    assert rows[0] == "Product,Family,Billed,From quantity,List price,Book,Price of the book,Valid from,Valid to"
    assert "UC Business,License,Yearly,1,108.00,Gold,64.80,2025-01-01," in rows
    assert "xl/workbook.xml" in ZipFile(book).namelist()


def test_the_list_costs_the_same_queries_however_long(client, anna, django_assert_max_num_queries):
    client.force_login(anna)
    client.get(PRICES)

    with django_assert_max_num_queries(14):
        client.get(PRICES)


@pytest.mark.parametrize(
    "page", ["product", "pricebook", "pricebookentry", "averageprice", "exchangerate", "term", "stagetext", "discountlimit"]
)
def test_the_vendor_admin_keeps_the_catalog(client, vendor_admin, reference, page):
    client.force_login(vendor_admin)

    assert client.get(reverse(f"admin:catalog_{page}_changelist")).status_code == 200


@pytest.mark.parametrize("page", ["pricebookentry", "averageprice", "stagetext", "discountlimit"])
def test_an_account_manager_changes_no_prices(client, otto, reference, page):
    client.force_login(otto)

    assert client.get(reverse(f"admin:catalog_{page}_changelist")).status_code == 403
