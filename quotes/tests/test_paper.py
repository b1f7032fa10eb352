"""The document of 1, 40 and 300 lines in five scripts and many at once: text, font, tags, page numbers, heads, no sum alone."""

import re
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from partnerportal.core.pdf import html_to_pdf
from quotes import documents
from quotes.tests.papers import SCRIPTS, document


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


def places(script, count):
    """Where each text of the first page begins, from the upper left."""
    found = {}

    def note(text, _matrix, place, _font, _size):
        if text.strip():
            found.setdefault(text.strip(), (place[4], place[5]))

    reader(script, count).pages[0].extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_parts_of_the_first_page_stand_below_one_another(script):
    at = places(script, 1)
    heights = [
        at[label][1] for label in ("office@company.com", "For", "Currency", "Description", "Net, first bill", "Delivery to", "Terms")
    ]

    assert heights == sorted(heights)
    assert len(set(heights)) == len(heights)


@pytest.mark.parametrize(("script", "side"), [("latin", "left"), ("chinese", "left"), ("arabic", "right")])
def test_terms_and_words_begin_where_their_script_does(script, side):
    html = documents.as_html(document(script, 1))

    assert html.count(f'<p class="text" dir="{"rtl" if side == "right" else "ltr"}">') == 2


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


@pytest.mark.parametrize(
    ("language", "page", "day", "heading"),
    [
        ("de", "Seite 1 / ", "01.04.2026", "Menge"),
        ("it", "Pagina 1 / ", "1 apr 2026", "Quantità"),
        ("fr", "Page 1 / ", "1 avr. 2026", "Quantité"),
        ("es", "Página 1 / ", "1 abr 2026", "Cantidad"),
        ("nl", "Pagina 1 / ", "1 apr 2026", "Aantal"),
    ],
)
def test_a_quote_is_written_in_the_customers_language(language, page, day, heading):
    text = PdfReader(BytesIO(html_to_pdf(documents.as_html(replace(document("latin", 1), language=language))))).pages[0].extract_text()

    assert page in text
    assert day in text
    assert heading in text
