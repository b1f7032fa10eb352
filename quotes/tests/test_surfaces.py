"""Two hundred random quotes: the customer's page, the PDF, the partner's page and the export say the same cents."""

import csv
import random
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from html import unescape
from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from accounts.tests.factories import AccountFactory, ContactFactory
from catalog.models import Product
from partnerportal.core import display
from partnerportal.core.fields import Currency
from partnerportal.core.pdf import html_to_pdf
from partnerportal.tests.days import this_day
from projects.tests.factories import ProjectFactory
from quotes import documents
from quotes.models import Quote, QuoteLine
from quotes.pricing import COMMITMENT_RATES, PERIODS, Line
from quotes.services.drafting import write_amounts
from quotes.services.moving import count_up, lines_of
from quotes.stages import Status
from quotes.tests.factories import EmptyQuoteFactory
from quotes.tests.test_pricing import cents, exact
from quotes.tests.test_pricing_at_large import a_discount

BATCHES, OF_A_BATCH = 8, 25
LANGUAGES = [code for code, _name in settings.LANGUAGES]
SPACES = re.compile(r"[\s\u00a0\u202f]+")


def a_quote(draw, owner, project, products):
    """A submitted quote with lines of any price, in any currency, commitment, period and language."""
    quote = EmptyQuoteFactory(
        owner=owner,
        project=project,
        currency=draw.choice(Currency.values),
        commitment=draw.choice(list(COMMITMENT_RATES)),
        language=draw.choice(LANGUAGES),
        tax_rate=Decimal(draw.choice(("0", "0.077", "0.19", "0.22", "0.255"))),
        status=Status.SUBMITTED,
    )
    rows = []
    for position in range(1, draw.choice((1, 2, 4, 8)) + 1):
        price = Decimal(draw.randrange(1, 10 ** draw.randint(1, 7))) / 100
        product = draw.choice(products)
        rows.append(
            QuoteLine(
                partner=quote.partner,
                quote=quote,
                position=position,
                product=product,
                family=product.family,
                name=f"Item {chr(64 + position)}",
                quantity=draw.choice((1, 3, 12, 250)),
                billing_period=draw.choice(list(PERIODS)),
                list_price=price,
                unit_price=price,
                unit_cost=None,
                discount=a_discount(draw),
            )
        )
    QuoteLine.objects.bulk_create(rows)
    lines = lines_of(quote)
    count_up(quote, lines)
    write_amounts(quote, lines)
    quote.content = documents.freeze(quote, lines, on=this_day())
    quote.save()
    return quote


def reference_of(quote):
    """The amounts by exact fractions, from the rows alone."""
    lines = [
        Line(line.quantity, line.unit_price, line.billing_period, quote.currency, line.discount)
        for line in quote.lines.order_by("position")
    ]
    prices = [exact(line, line.unit_price, line.discount, quote.commitment) for line in lines]
    rounded = [cents(price) for price in prices]
    nets = {
        period: sum(one for one, line in zip(rounded, lines, strict=True) if line.billing_period == period)
        for period in PERIODS
        if any(line.billing_period == period for line in lines)
    }
    months = [
        cents(price / PERIODS[line.billing_period]) for price, line in zip(prices, lines, strict=True) if PERIODS[line.billing_period]
    ]
    net = sum(rounded)
    tax = cents(Fraction(net) * Fraction(quote.tax_rate))
    return {
        "lines": [(line.unit_price, one) for line, one in zip(lines, rounded, strict=True)],
        "nets": nets,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "mrr": sum(months, Decimal(0)),
        "capex": nets.get("one_off", Decimal(0)),
    }


def expected_of(quote, amounts):
    """Every amount that a customer has to find, as it is written."""
    found = [amount for pair in amounts["lines"] for amount in pair]
    found += [*amounts["nets"].values(), amounts["net"], amounts["tax"], amounts["gross"]]
    if amounts["mrr"]:
        found.append(amounts["mrr"])
    with translation.override(quote.language):
        return Counter(plain(display.money(amount, quote.currency)) for amount in found)


def plain(text):
    return SPACES.sub(" ", text)


def lacks(text, expected):
    """The amounts that do not stand in the text as often as they should, each as an amount of its own."""
    text = plain(text)
    found = {word: len(re.findall(rf"(?<![\d.,’']){re.escape(word)}(?!\d)", text)) for word in expected}
    return {word: (found[word], count) for word, count in expected.items() if found[word] < count}


def words_of(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_page_export_and_pdf_agree_to_the_cent(batch, anna):
    draw = random.Random(f"surfaces {batch}")  # noqa: S311 (a test, not a secret)
    account = AccountFactory(owner=anna)
    contact = ContactFactory(account=account, owner=anna)
    project = ProjectFactory(owner=anna, account=account, contact=contact)
    products = list(Product.objects.all())
    quotes = [a_quote(draw, anna, project, products) for _number in range(OF_A_BATCH)]
    customer, partner = Client(), Client()
    partner.force_login(anna)
    exported = exported_by(partner)
    assert len(exported) == OF_A_BATCH
    assert {quote.currency for quote in quotes} == set(Currency.values)
    assert {quote.commitment for quote in quotes} == set(COMMITMENT_RATES)
    assert {line.billing_period for quote in quotes for line in quote.lines.all()} == set(PERIODS)

    for quote in quotes:
        amounts = reference_of(quote)
        expected = expected_of(quote, amounts)
        stored = Quote.objects.across_partners(reason="test").get(pk=quote.pk)
        assert (stored.net, stored.tax, stored.gross) == (amounts["net"], amounts["tax"], amounts["gross"])
        assert (stored.mrr, stored.capex_total) == (amounts["mrr"], amounts["capex"])
        assert exported[str(quote)] == tuple(amounts[name] for name in ("mrr", "capex", "net", "tax", "gross"))
        assert exported_lines(partner, quote) == amounts["lines"]

        public = words_of(customer.get(f"/q/{quote.token}/").text)
        assert not lacks(public, expected), f"customer's page of {quote}"
        pdf = html_to_pdf(documents.as_html(documents.of(quote)))
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
        assert not lacks(text, expected), f"PDF of {quote}"
        own = words_of(partner.get(f"/quotes/{quote.pk}/").text)
        with translation.override("en"):
            of_partner = [amount for pair in amounts["lines"] for amount in pair]
            of_partner += [*amounts["nets"].values(), amounts["net"], amounts["tax"], amounts["gross"], amounts["mrr"]]
            assert not lacks(own, Counter(plain(display.money(amount, quote.currency)) for amount in of_partner)), f"page of {quote}"


def exported_by(client):
    """MRR, one-off, net, tax and gross of each quote by the file of the list."""
    columns = "number,mrr,capex_total,net,tax,gross"
    response = client.get(f"/quotes/export/?view=all&columns={columns}")
    assert response.status_code == 200
    table, _about = b"".join(response.streaming_content).decode("utf-8-sig").split("\r\n\r\n")
    rows = csv.DictReader(table.splitlines())
    return {row["Quote"]: tuple(Decimal(row[name]) for name in ("MRR", "One-off", "Net", "Tax", "Gross")) for row in rows}


def exported_lines(client, quote):
    """Unit price and sum of each line by the file of the quote's lines."""
    response = client.get(f"/quotes/{quote.pk}/lines/export/")
    table, _about = b"".join(response.streaming_content).decode("utf-8-sig").split("\r\n\r\n")
    return [(Decimal(row["Unit price"]), Decimal(row["Total per period"])) for row in csv.DictReader(table.splitlines())]
