"""The document of 1, 40 and 300 lines in five scripts: its text, fonts, tags, page numbers, heads on every page, no sum on its own."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from partnerportal.core.pdf import html_to_pdf
from quotes import documents
from quotes.documents import Document, DocumentLine, Party, PeriodSum
from quotes.pricing import Line, price_line, total

# Company, person, street, city; product, words to the customer, terms.
SCRIPTS = {
    "latin": (
        "Ångström & Søn Łódź Őrség GmbH",
        "Zoë Müller-Çelik",
        "Straße 5",
        "São Paulo",
        "Desk phone Ñ",
        "Größe ß ẞ œ ž ğ ı",
        "Naïve façade",
    ),
    "greek": ("Ελληνικά Τηλέφωνα Α.Ε.", "Γιώργος Παπαδόπουλος", "Οδός Ερμού 5", "Αθήνα", "Τηλέφωνο γραφείου", "Καλημέρα σας", "Πληρωμή"),
    "cyrillic": (
        "Північний Зв’язок ТОВ",
        "Олексій Їжакевич",
        "вул. Хрещатик 5",
        "Київ",
        "Настольный телефон",
        "Добрый день, Ћирилица",
        "Оплата",
    ),
    "chinese": ("北京通信有限公司", "王小明", "长安街5号", "北京市", "桌面电话 企业版", "您好，这是我们的报价。", "三十天内付款"),
    "arabic": ("شركة الاتصالات", "محمد العربي", "شارع النيل 5", "القاهرة", "هاتف مكتبي", "مرحبا بكم في عرضنا", "الدفع خلال ثلاثين يوما"),
}
NAME = "Item"


@cache
def document(script, count, *, language="en"):
    """A quote of so many lines; each third is billed otherwise, the wording repeated so that some lines take two rows."""
    company, person, street, city, product, words, terms = SCRIPTS[script]
    periods = ("yearly", "monthly", "one_off")
    priced = [
        Line(number % 7 + 1, Decimal(1000 + number) / 100, periods[number % 3], "EUR", Decimal("0.1") if number % 4 else Decimal(0))
        for number in range(count)
    ]
    amounts = [price_line(line, commitment=3) for line in priced]
    totals = total(priced, commitment=3, tax_rate=Decimal("0.22"), currency="EUR")
    party = Party(company, (street, f"39012 {city}"), person, "office@company.com", "+39 0473 123456")
    return Document(
        number="Q-2026-00412",
        version=2,
        name=f"{company}: {product}",
        language=language,
        on=date(2026, 3, 2),
        valid_until=date(2026, 4, 1),
        seller=party,
        customer=party,
        deliver_to=(company, street, city),
        lines=tuple(
            DocumentLine(
                name=" ".join([f"{NAME}{number:03d}", *[product] * (1 + 4 * (number % 5 == 0))]),
                code=f"CODE-{number:03d}",
                unit="pc",
                quantity=line.quantity,
                billing_period=line.billing_period,
                unit_price=line.unit_price,
                discount=line.discount,
                commitment_rate=one.commitment_rate,
                line_total=one.line_total,
                monthly=one.monthly,
            )
            for number, (line, one) in enumerate(zip(priced, amounts, strict=True))
        ),
        per_period=tuple(PeriodSum(one.billing_period, one.net) for one in totals.per_period),
        currency="EUR",
        commitment=3,
        capex_total=totals.capex_total,
        mrr=totals.mrr,
        net=totals.net,
        tax_rate=Decimal("0.22"),
        tax=totals.tax,
        gross=totals.gross,
        message=words,
        terms="\n".join([terms] * 12),
    )


@cache
def reader(script, count):
    return PdfReader(BytesIO(html_to_pdf(documents.as_html(document(script, count)))))


def pages(script, count):
    return [page.extract_text() for page in reader(script, count).pages]


ALL = [*((script, count) for script in SCRIPTS for count in (1, 40)), ("latin", 300), ("chinese", 300)]


@pytest.mark.parametrize(("script", "count"), ALL)
def test_pages_are_numbered_and_each_with_lines_has_the_heads(script, count):
    found = pages(script, count)

    for number, page in enumerate(found, start=1):
        assert f"Page {number} / {len(found)}" in page
        assert page.count("Page ") == 1
        is_with_lines = "CODE-" in page
        assert ("Net per period" in page) is is_with_lines
        assert number == 1 or "Q-2026-00412 v2" in page
    codes = re.findall(r"CODE-(\d{3})", "\n".join(found))
    assert codes == [f"{number:03d}" for number in range(count)]


@pytest.mark.parametrize(("script", "count"), ALL)
def test_no_total_stands_alone_on_a_page(script, count):
    [page] = [page for page in pages(script, count) if "Total, first bill" in page]

    assert page.count("CODE-") >= 1, "the sums stand below at least one line"
    for label in ("Net, first bill", "Tax 22 %", "All recurring lines"):
        assert label in page


@pytest.mark.parametrize(("script", "count"), ALL)
def test_fonts_are_embedded_and_every_letter_has_a_shape(script, count):
    pdf = reader(script, count)
    seen = set()
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            [face] = font.get_object()["/DescendantFonts"]
            descriptor = face.get_object()["/FontDescriptor"].get_object()
            assert "Portal" in str(descriptor["/FontName"])
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            seen.add(str(descriptor["/FontName"]))
    text = "".join(pages(script, count))
    letters = {letter for words in SCRIPTS[script] for letter in words if letter.isalpha()}
    if script != "arabic":  # Arabic letters come back in their joined shapes.
        assert letters <= set(text), letters - set(text)
    assert "\ufffd" not in text
    assert "\x00" not in text


@pytest.mark.parametrize(("script", "count"), ALL)
def test_it_is_tagged_for_screen_readers(script, count):
    root = reader(script, count).trailer["/Root"]
    kinds = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, dict):
            kinds.append(str(node.get("/S", "")))
            below = node.get("/K", [])
            for one in below if isinstance(below, list) else [below]:
                if not isinstance(one, int):
                    walk(one)

    walk(root["/StructTreeRoot"])
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader(script, count).metadata.title == "Quote Q-2026-00412 v2"
    assert kinds.count("/H1") == 1
    assert kinds.count("/TH") >= 7
    assert kinds.count("/TR") >= count + 5


def test_a_quote_in_german_is_written_in_german():
    text = PdfReader(BytesIO(html_to_pdf(documents.as_html(replace(document("latin", 1), language="de"))))).pages[0].extract_text()

    assert "Seite 1 / " in text
    assert "01.04.2026" in text
