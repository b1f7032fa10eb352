from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog import words
from catalog.models import DiscountLimit, PriceBook, PriceBookEntry, Product, StageText, Term
from partnerportal.core import display
from partnerportal.tests.days import this_day

HEAD = "book,product,currency,billing_period,price,valid_from,valid_to"


def import_prices(client, *lines, confirm=True):
    """Upload a file and, after the preview, confirm it. Answers the preview."""
    file = SimpleUploadedFile("prices.csv", "\n".join((HEAD, *lines)).encode(), content_type="text/csv")
    preview = client.post(reverse("admin:catalog_pricebookentry_import"), {"import_file": file, "format": "0", "resource": ""})
    form = preview.context.get("confirm_form")
    if form and confirm:
        client.post(reverse("admin:catalog_pricebookentry_process_import"), form.initial)
    return preview


def price(day=date(2030, 1, 1)):
    entries = PriceBookEntry.objects.holding(day).filter(
        book__kind="gold", product__code="UC-BUSINESS", currency="EUR", billing_period="yearly"
    )
    return entries.get().price


@pytest.fixture
def at_work(client, vendor_admin, reference):
    client.force_login(vendor_admin)
    return client


def test_a_file_of_prices_is_shown_before_it_is_taken(at_work):
    preview = import_prices(at_work, "gold,UC-BUSINESS,EUR,yearly,70.00,2025-01-01,", confirm=False)
    assert "<ins>" in preview.text
    assert "style=" not in preview.text
    assert price() == Decimal("64.80")

    import_prices(at_work, "gold,UC-BUSINESS,EUR,yearly,70.00,2025-01-01,")
    assert price() == Decimal("70.00")
    assert PriceBookEntry.history.filter(price="70.00").count() == 1


@pytest.mark.parametrize(
    "line",
    [
        "gold,NO-SUCH-THING,EUR,yearly,70.00,2025-01-01,",
        "gold,UC-BUSINESS,EUR,yearly,-1,2025-01-01,",
        "gold,UC-BUSINESS,EUR,yearly,70.00,2024-06-01,",
        "gold,UC-BUSINESS,EUR,weekly,70.00,2025-01-01,",
    ],
    ids=["unknown product", "negative", "overlaps", "unknown period"],
)
def test_a_file_with_a_wrong_line_changes_nothing(at_work, line):
    before = list(PriceBookEntry.objects.order_by("pk").values())

    preview = import_prices(at_work, "gold,UC-PREMIUM,EUR,yearly,99.00,2025-01-01,", line)

    assert preview.context.get("confirm_form") is None
    assert list(PriceBookEntry.objects.order_by("pk").values()) == before


def test_a_new_word_is_seen_at_once(at_work):
    assert "Trade fair" not in dict(words.choices(Term.Kind.LEAD_SOURCE)).values()

    at_work.post(
        reverse("admin:catalog_term_add"),
        {"kind": "lead_source", "label": "Trade fair", "slug": "trade-fair", "position": "20", "is_active": "on"},
    )

    assert dict(words.choices(Term.Kind.LEAD_SOURCE))["trade-fair"] == "Trade fair"


def test_a_stage_keeps_its_place_and_takes_new_words(at_work):
    text = StageText.objects.get(process="business_plan", stage="demo")
    assert words.stage("business_plan", "demo").probability == 30

    at_work.post(
        reverse("admin:catalog_stagetext_change", args=[text.pk]),
        {
            "label": "Demonstration",
            "short_label": "",
            "guidance": "Show it.",
            "probability": "35",
            "forecast_category": "commit",
            "stage": "closed",
        },
    )

    found = words.stage("business_plan", "demo")
    assert (found.label, found.probability, found.guidance) == ("Demonstration", 35, "Show it.")


def test_products_are_not_deleted(at_work):
    product = Product.objects.first()

    assert at_work.post(reverse("admin:catalog_product_delete", args=[product.pk]), {"post": "yes"}).status_code == 403
    assert Product.objects.filter(pk=product.pk).exists()


def test_a_file_with_bands_fills_them_and_one_without_means_from_one(at_work):
    import_prices(at_work, "gold,CS-FLAT,EUR,monthly,3.50,2025-01-01,")

    row = PriceBookEntry.objects.filter(book__kind="gold", product__code="CS-FLAT", currency="EUR", billing_period="monthly")
    assert [(one.min_quantity, str(one.price)) for one in row.order_by("min_quantity")] == [(1, "3.50"), (50, "3.24"), (200, "2.88")]


def test_a_file_with_an_unknown_book_says_which_there_are(at_work):
    before = list(PriceBookEntry.objects.order_by("pk").values())

    preview = import_prices(at_work, "platinum,UC-BUSINESS,EUR,yearly,70.00,2025-01-01,")

    assert "There is no price book “platinum”: end_user, gold, reseller, silver." in preview.text
    assert preview.context.get("confirm_form") is None
    assert list(PriceBookEntry.objects.order_by("pk").values()) == before


def save_book(client, kind, tiers):
    book = PriceBook.objects.get(kind=kind)
    answer = client.post(
        reverse("admin:catalog_pricebook_change", args=[book.pk]), {"kind": kind, "name": book.name, "tiers": tiers}, follow=True
    )
    book.refresh_from_db()
    return book, answer.text


def test_the_tiers_of_a_book_are_chosen(at_work):
    page = at_work.get(reverse("admin:catalog_pricebook_change", args=[PriceBook.objects.get(kind="silver").pk])).text
    assert [f'value="{tier}"' in page for tier in ("platinum", "gold", "silver", "bronze", "reseller")] == [True] * 5
    assert 'type="checkbox" name="tiers"' in page

    book, answer = save_book(at_work, "silver", ["silver"])

    assert book.tiers == ["silver"]
    assert "Silver" in answer


@pytest.mark.parametrize(
    ("tiers", "sentence"),
    [(["silver", "diamond"], "diamond is not one of the available choices"), (["silver", "gold"], "Gold: already buys from")],
    ids=["unknown tier", "of two books"],
)
def test_a_tier_that_is_unknown_or_of_another_book_is_refused(at_work, tiers, sentence):
    book, answer = save_book(at_work, "silver", tiers)

    assert sentence in answer
    assert book.tiers == ["silver", "bronze"]


def test_the_database_knows_the_tiers(reference):
    with pytest.raises(IntegrityError, match="price_book_tiers_known"), transaction.atomic():
        PriceBook.objects.filter(kind="gold").update(tiers=["gold", "diamond"])

    assert PriceBook.objects.get(kind="gold").tiers == ["platinum", "gold"]


def prices_of(product="UC-BUSINESS", period="yearly"):
    rows = PriceBookEntry.objects.filter(book__kind="gold", product__code=product, currency="EUR", billing_period=period, min_quantity=1)
    return [(str(one.price), one.valid_from, one.valid_to) for one in rows.order_by("valid_from")]


NEXT_YEAR = date(this_day().year + 1, 1, 1)


def test_next_years_list_is_taken_and_todays_prices_stay(at_work):
    delivered = date(2025, 1, 1)
    before = PriceBookEntry.objects.get(
        book__kind="gold", product__code="UC-BUSINESS", currency="EUR", billing_period="yearly", min_quantity=1
    )
    lines = [f"gold,{code},EUR,yearly,{amount},{NEXT_YEAR}," for code, amount in (("UC-BUSINESS", 70), ("UC-PREMIUM", 99))]

    preview = import_prices(at_work, *lines, confirm=False)
    assert "ends the price of 64.80 that holds from 1 Jan 2025" in preview.text
    assert prices_of() == [("64.80", delivered, None)]
    import_prices(at_work, *lines)

    assert prices_of() == [("64.80", delivered, NEXT_YEAR), ("70.00", NEXT_YEAR, None)]
    assert price(this_day()) == price(NEXT_YEAR - timedelta(days=1)) == Decimal("64.80")
    assert price(NEXT_YEAR) == Decimal("70.00")
    assert [amount for amount, _first, _last in prices_of("UC-PREMIUM")][1:] == ["99.00"]
    assert PriceBookEntry.objects.get(pk=before.pk).changed_at == before.changed_at
    assert before.history.first().valid_to == NEXT_YEAR


def test_a_list_that_is_taken_twice_changes_nothing_the_second_time(at_work):
    line = f"gold,UC-BUSINESS,EUR,yearly,70.00,{NEXT_YEAR},"
    import_prices(at_work, line)
    before = list(PriceBookEntry.objects.order_by("pk").values())

    assert "ends the price" not in import_prices(at_work, line).text
    assert list(PriceBookEntry.objects.order_by("pk").values()) == before


def test_a_line_that_overlaps_is_named_in_words(at_work):
    before = list(PriceBookEntry.objects.order_by("pk").values())

    preview = import_prices(
        at_work, f"gold,UC-PREMIUM,EUR,yearly,99.00,{NEXT_YEAR},", "gold,UC-BUSINESS,EUR,yearly,70.00,2024-06-01,2025-06-01"
    )

    [refused] = preview.context["result"].invalid_rows
    assert (refused.number, refused.values[1]) == (2, "UC-BUSINESS")
    assert refused.error_dict == {
        "__all__": ["Another price of this product holds on some of these days. End that one first, or begin later."]
    }
    assert "Another price of this product holds on some of these days." in preview.text
    assert "price_one_at_a_time" not in preview.text
    assert list(PriceBookEntry.objects.order_by("pk").values()) == before


def test_a_line_that_is_refused_for_something_else_ends_nothing(at_work):
    before = list(PriceBookEntry.objects.order_by("pk").values())

    import_prices(at_work, f"gold,UC-BUSINESS,EUR,yearly,-1,{NEXT_YEAR},")

    assert list(PriceBookEntry.objects.order_by("pk").values()) == before


# --- the billing periods of a product -------------------------------------------------


def billed(at_work, code, **query):
    """What the list of products says of one; None where it is not in the list."""
    page = at_work.get(reverse("admin:catalog_product_changelist"), {"q": code, **query})
    admin = page.context["cl"].model_admin
    return next((admin.billed(product) for product in page.context["cl"].result_list if product.code == code), None)


def test_a_product_says_in_which_periods_it_is_sold_today(at_work):
    assert billed(at_work, "UC-BUSINESS") == "Monthly, Yearly, Every 5 years"
    assert billed(at_work, "CX-BASE") == "One-off"

    prices = PriceBookEntry.objects.filter(product__code="UC-BUSINESS")
    prices.filter(billing_period="monthly", book__kind="end_user").update(valid_to=this_day())
    prices.filter(billing_period="five_years").exclude(book__kind="end_user").delete()

    assert billed(at_work, "UC-BUSINESS") == "Yearly"
    product = Product.objects.get(code="UC-BUSINESS")
    assert '<div class="readonly">Yearly</div>' in at_work.get(reverse("admin:catalog_product_change", args=[product.pk])).text


def test_products_are_filtered_by_what_they_are_sold_by_today(at_work):
    PriceBookEntry.objects.filter(product__code="UC-PREMIUM").update(valid_to=this_day())

    assert billed(at_work, "UC-BUSINESS", billed="five_years") == "Monthly, Yearly, Every 5 years"
    assert billed(at_work, "CX-BASE", billed="five_years") is None
    assert billed(at_work, "UC-PREMIUM", billed="yearly") is None
    assert billed(at_work, "UC-PREMIUM", billed="none") == display.NOTHING
    assert billed(at_work, "UC-BUSINESS", billed="none") is None


# --- discount limits ------------------------------------------------------------------


def test_the_limits_are_delivered_for_every_tier(reference):
    assert {tier: str(limit) for tier, limit in DiscountLimit.objects.values_list("tier", "limit")} == {
        "platinum": "0.2000",
        "gold": "0.2000",
        "silver": "0.1000",
        "bronze": "0.1000",
        "reseller": "0.0500",
    }


def test_the_vendor_sets_the_limit_of_a_tier(at_work, vendor_admin):
    row = DiscountLimit.objects.get(tier="silver")
    page = reverse("admin:catalog_discountlimit_change", args=[row.pk])

    at_work.post(page, {"limit": "0.1250", "tier": "gold"})

    row.refresh_from_db()
    assert (row.tier, row.limit) == ("silver", Decimal("0.1250"))
    [entry] = row.history.all()
    assert (entry.limit, entry.history_user) == (Decimal("0.1250"), vendor_admin)
    for name in ("add", "delete"):
        keys = [row.pk] if name == "delete" else []
        assert at_work.post(reverse(f"admin:catalog_discountlimit_{name}", args=keys), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("limit", ["-0.01", "1.01", "20", "0.12345", ""])
def test_a_limit_is_a_fraction(at_work, limit):
    row = DiscountLimit.objects.get(tier="silver")

    assert at_work.post(reverse("admin:catalog_discountlimit_change", args=[row.pk]), {"limit": limit}).status_code == 200

    row.refresh_from_db()
    assert row.limit == Decimal("0.1000")


@pytest.mark.parametrize("limit", ["-0.01", "1.01"])
def test_the_database_holds_that_a_limit_is_a_fraction(reference, limit):
    with pytest.raises(IntegrityError, match="discount_limit_is_fraction"), transaction.atomic():
        DiscountLimit.objects.filter(tier="silver").update(limit=limit)
