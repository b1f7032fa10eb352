"""What changed the totals of a quote: the inputs in plain values, what the services keep, and what the page says."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from catalog.models import PriceBookEntry, Product
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.days import this_day
from quotes import services
from quotes.causes import Cause, Facts, LineFacts, causes
from quotes.models import QuoteChange
from quotes.tests.factories import DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory

LINE = LineFacts("UC Business", 12, Decimal("108.00"), Decimal("0.1000"), "yearly")
FACTS = Facts({1: LINE}, 0, Decimal("0.1900"), Decimal("1166.40"), Decimal("97.20"), Decimal("1388.02"))

ONE = [("UC-BUSINESS", 12, "yearly", "0.10")]


def line(quantity=12, code="UC-BUSINESS", period="yearly", discount="0.10"):
    return services.LineInput(Product.objects.get(code=code), quantity, period, Decimal(discount))


def changes(quote):
    return QuoteChange.objects.for_partner(quote.partner_id).filter(quote=quote)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (FACTS, []),
        (replace(FACTS, commitment=3), [Cause("commitment", "0", "3")]),
        (replace(FACTS, tax_rate=Decimal("0.2000")), [Cause("tax_rate", "0.1900", "0.2000")]),
        (replace(FACTS, lines={1: replace(LINE, quantity=15)}), [Cause("quantity", "12", "15", "UC Business")]),
        (replace(FACTS, lines={}), [Cause("line", "12", "", "UC Business")]),
        (replace(FACTS, lines={2: LINE, 1: LINE}), [Cause("line", "", "12", "UC Business")]),
        (
            replace(FACTS, lines={1: replace(LINE, unit_price=Decimal("99.00"), discount=Decimal("0.0500"))}),
            [Cause("unit_price", "108.00", "99.00", "UC Business"), Cause("discount", "0.1000", "0.0500", "UC Business")],
        ),
    ],
    ids=["nothing", "commitment", "tax", "quantity", "removed", "added", "price and discount"],
)
def test_every_input_that_differs_is_a_cause(after, found):
    assert causes(FACTS, after) == found


def test_each_change_of_the_amounts_is_kept_with_its_author(anna):
    quote = EmptyQuoteFactory(owner=anna, tax_rate=0)
    row = services.add_line(quote, line(), by=anna, today=this_day())
    services.edit_line(row, line(15), by=anna, today=this_day())
    services.edit_quote(quote, by=anna, changes={"commitment": 3})
    services.remove_line(row, by=anna)

    kept = [(one.old["net"], one.new["net"], one.author_name, one.causes) for one in changes(quote).order_by("pk")]

    name = anna.get_full_name()
    assert kept == [
        ("0.00", "1166.40", name, [{"field": "line", "old": "", "new": "12", "name": "UC Business"}]),
        ("1166.40", "1458.00", name, [{"field": "quantity", "old": "12", "new": "15", "name": "UC Business"}]),
        ("1458.00", "1239.30", name, [{"field": "commitment", "old": "0", "new": "3", "name": ""}]),
        ("1239.30", "0.00", name, [{"field": "line", "old": "15", "new": "", "name": "UC Business"}]),
    ]


def test_what_leaves_the_amounts_alone_is_not_kept(anna):
    quote = DraftQuoteFactory(owner=anna, lines=ONE)

    services.edit_quote(quote, by=anna, changes={"terms": "Net 14 days"})
    services.edit_line(quote.lines.get(), line(12), by=anna, today=this_day())

    assert changes(quote).count() == 0


def test_many_lines_at_once_are_one_change(anna):
    quote = EmptyQuoteFactory(owner=anna)

    services.paste_lines(quote, "UC-BUSINESS\t12\nCS-FLAT\t60\nSV-SETUP\t1", by=anna, today=this_day())

    [change] = changes(quote)
    assert [(one["name"], one["new"]) for one in change.causes] == [
        ("UC Business", "12"),
        ("CLASSOUND flat, per user", "60"),
        ("Installation and training, per day", "1"),
    ]


def test_new_prices_are_a_cause(anna):
    quote = DraftQuoteFactory(owner=anna)
    PriceBookEntry.objects.filter(book__kind="end_user", product__code="UC-BUSINESS", currency="EUR", billing_period="yearly").update(
        price="120.00", valid_from=date(2026, 1, 1)
    )

    services.refresh_prices(quote, by=anna, today=this_day())

    assert changes(quote).get().causes == [{"field": "unit_price", "old": "108.00", "new": "120.00", "name": "UC Business"}]


def test_the_page_opens_each_total_as_its_sum_with_the_price_rows(client, anna):
    quote = EmptyQuoteFactory(owner=anna, tax_rate=Decimal("0.1900"))
    services.paste_lines(quote, "CS-FLAT\t60\t0\tmonthly\nUC-BUSINESS\t12\t0\tyearly", by=anna, today=this_day())
    client.force_login(anna)

    page = client.get(quote.get_absolute_url()).text

    assert "60 × €5.40 = €324.00" in page
    assert "volume price from 50 · price list of 1 Jan 2025" in page
    assert "€324.00 + €1,296.00 = €1,620.00" in page
    assert "€1,620.00 × 19 % = €307.80" in page
    assert "€1,620.00 + €307.80 = €1,927.80" in page
    assert "€324.00 + €108.00 = €432.00" in page
    assert "from 50: €5.40, from 200: €4.80" in page


def test_the_page_says_what_changed_last(client, anna):
    quote = DraftQuoteFactory(owner=anna, tax_rate=0, lines=ONE)
    services.edit_line(quote.lines.get(), line(15), by=anna, today=this_day())
    client.force_login(anna)

    page = client.get(quote.get_absolute_url()).text

    assert "UC Business: quantity 12 → 15" in page
    assert anna.get_full_name() in page
    assert "€1,458.00</p>" in page


def test_another_partner_reads_no_change(client, anna, carla):
    quote = DraftQuoteFactory(owner=anna, lines=ONE)
    services.edit_line(quote.lines.get(), line(15), by=anna, today=this_day())
    client.force_login(carla)

    assert client.get(quote.get_absolute_url()).status_code == 404
    assert not QuoteChange.objects.visible_to(carla).exists()


def test_a_submitted_quote_changes_no_more(anna):
    quote = SubmittedQuoteFactory(owner=anna)

    with pytest.raises(IllegalMove):
        services.edit_quote(quote, by=anna, changes={"commitment": 5})

    assert changes(quote).count() == 0
