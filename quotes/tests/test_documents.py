from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from partnerportal.core.pdf import html_to_pdf
from quotes import documents, services
from quotes.models import Quote, ShippingType
from quotes.tests.factories import DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory, put_line

TODAY = date(2026, 3, 2)
# Costs and margins that appear nowhere else among the amounts of the quote below.
COST, LINE_COST, TOTAL_COST, MARGIN = "64.80", "777.60", "1,207.80", "675.60"


def pages_of(data):
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def as_pdf(quote):
    return html_to_pdf(documents.as_html(documents.of(quote)))


def reread(quote):
    return Quote.objects.across_partners(reason="test").get(pk=quote.pk)


def test_what_is_frozen_reads_back_as_it_was(anna):
    quote = DraftQuoteFactory(owner=anna, commitment=3, message="Hello", terms="Net 30")
    document = documents.preview(quote, services.lines_of(quote), on=TODAY)

    quote.content = documents.freeze(quote, services.lines_of(quote), on=TODAY)
    quote.save()

    assert documents.of(reread(quote)) == document
    assert (document.on, document.message, document.terms, document.commitment) == (TODAY, "Hello", "Net 30", 3)
    assert [(period.billing_period, period.net) for period in document.per_period] == [
        ("one_off", Decimal("645.00")),
        ("monthly", Decimal("61.20")),
        ("yearly", Decimal("991.44")),
    ]


def test_a_draft_has_no_frozen_content(anna):
    with pytest.raises(ValueError, match="has not been submitted"):
        documents.of(DraftQuoteFactory(owner=anna))


def test_the_pdf_says_what_the_customer_has_to_know(anna):
    quote = SubmittedQuoteFactory(owner=anna, commitment=3, message="As discussed on the phone.")

    [text] = pages_of(as_pdf(quote))

    for word in (
        "Aurora Telecom",
        "Via Roma 1",
        "Anna Conti",
        quote.account.name,
        str(quote.contact),
        str(quote),
        "UC Business",
        "€991.44",
        "€61.20",
        "€645.00",
        "€1,697.64",
        "Tax 22 %",
        "€373.48",
        "€2,071.12",
        "€143.82",
        "Payment within 30 days.",
        "As discussed on the phone.",
        "Valid until",
        "Page 1 / 1",
    ):
        assert word in text


@pytest.mark.parametrize("count", [1, 30, 60])
def test_a_long_quote_repeats_its_head_and_counts_its_pages(anna, count):
    quote = EmptyQuoteFactory(owner=anna)
    for position in range(count):
        put_line(quote, "UC-BUSINESS", position + 1, "yearly", position=position)
    quote.content = documents.freeze(quote, services.lines_of(quote), on=TODAY)

    pages = pages_of(as_pdf(quote))

    with_lines = [page for page in pages if "UC-BUSINESS" in page]
    assert all("Description" in page and "Net per period" in page for page in with_lines)
    assert sum(page.count("UC-BUSINESS") for page in pages) == count
    assert [f"Page {number} / {len(pages)}" in page for number, page in enumerate(pages, start=1)] == [True] * len(pages)
    assert len(pages) >= count / 25


@pytest.mark.parametrize(
    "word",
    ["Ångström è ß ő", "Καλημέρα κόσμε", "Привет, мир", "桌面电话 企业版", "مرحبا بالعالم", "שלום עולם", "สวัสดี", "नमस्ते", "안녕하세요"],
    ids=["latin", "greek", "cyrillic", "chinese", "arabic", "hebrew", "thai", "devanagari", "korean"],
)
def test_every_script_has_its_letters(anna, word):
    quote = SubmittedQuoteFactory(owner=anna)
    quote.content["name"] = word

    reader = PdfReader(BytesIO(as_pdf(quote)))

    fonts = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert all("Portal" in font for font in fonts), fonts
    text = "".join(page.extract_text() for page in reader.pages)
    # Arabic and Devanagari letters come back joined; what counts is that none is a box.
    assert set(word.replace(" ", "")) <= set(text) or word in ("مرحبا بالعالم", "नमस्ते")
    assert "\ufffd" not in text


def test_the_document_is_written_in_the_customers_formats(anna):
    quote = SubmittedQuoteFactory(owner=anna, language="de", lines=[("UC-BUSINESS", 100, "yearly", "0")])

    [text] = pages_of(as_pdf(quote))

    assert "10.800,00" in text
    assert quote.valid_until.strftime("%d.%m.%Y") in text


HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="file:///etc/passwd">',
    '<link rel="attachment" href="file:///etc/hostname">',
    "</td></tr></table><h1>mine</h1>",
    "{{ quote.cost }}{% debug %}",
    "<style>@page{background:url(http://127.0.0.1:9/x)}</style>",
]


@pytest.mark.parametrize("word", HOSTILE)
def test_user_text_is_text(anna, word):
    quote = SubmittedQuoteFactory(owner=anna)
    quote.content |= {"name": word, "message": word, "terms": word}
    quote.content["customer"]["name"] = word
    quote.content["lines"][0]["name"] = word

    data = as_pdf(quote)

    text = "".join("".join(pages_of(data)).split())
    assert text.count("".join(word.split())) >= 5
    assert not PdfReader(BytesIO(data)).attachments


def test_nothing_of_cost_and_margin_is_in_content_page_or_pdf(anna):
    quote = SubmittedQuoteFactory(owner=anna)

    totals = quote.priced(services.lines_of(quote))
    assert (f"{totals.cost:,}", f"{totals.margin:,}") == (TOTAL_COST, MARGIN)
    content, html, pdf = str(quote.content), documents.as_html(documents.of(quote)), "".join(pages_of(as_pdf(quote)))
    for leak in (COST, LINE_COST, TOTAL_COST, TOTAL_COST.replace(",", ""), MARGIN):
        assert leak not in content
        assert leak not in html
        assert leak not in pdf
    assert "cost" not in content.lower() + pdf.lower()
    assert "margin" not in content.lower() + pdf.lower()


def test_the_address_of_the_partner_is_not_the_customers_business(anna):
    there = SubmittedQuoteFactory(owner=anna)
    here = SubmittedQuoteFactory(owner=anna, shipping_type=ShippingType.PARTNER)

    assert documents.of(there).deliver_to[0] == there.account.name
    assert documents.of(here).deliver_to == ()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Brenner Logistik GmbH", "Brenner-Logistik-GmbH"),
        ("../../etc/passwd", "etc-passwd"),
        ("北京 公司", "北京-公司"),
        ('a"b\r\nc', "a-b-c"),
        ("...", ""),
    ],
)
def test_the_file_has_a_harmless_name(anna, name, file):
    quote = SubmittedQuoteFactory(owner=anna)
    quote.account.name = name

    assert documents.file_name(quote) == (f"{quote.number}-v1-{file}.pdf" if file else f"{quote.number}-v1.pdf")
