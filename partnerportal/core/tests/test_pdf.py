"""Rendering is closed: whatever a document asks for, nothing is read from a network or a disk."""

import io
import socket
import threading
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from weasyprint import CSS
from weasyprint.urls import URLFetchingError

from partnerportal.core import pdf

PAGE = '<html lang="en"><head><title>Quote Q-2026-00001</title><meta name="author" content="Aurora"></head><body>{}</body></html>'


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture
def trap():
    """A server that counts who comes."""
    visits = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        is_over = threading.Event()

        def listen():
            while not is_over.is_set():
                try:
                    client, _ = server.accept()
                except TimeoutError:
                    continue
                visits.append(client.recv(200))
                client.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", visits
        is_over.set()
        thread.join()


def hostile(place, secret):
    """Ways in which a document asks for something, with the address in its place."""
    asks = [
        '<img src="{0}/a.png">', '<img srcset="{0}/a.png 2x">', '<object data="{0}/a.svg"></object>', '<embed src="{0}/a.svg">',
        '<link rel="stylesheet" href="{0}/a.css">', '<LiNk ReL="StyleSheet" HrEf="{0}/a.css">', '<link rel="attachment" href="{0}">',
        '<a rel="attachment" href="{0}">x</a>', '<style>@import "{0}/a.css";</style>', '<style>@import url({0}/a.css) print;</style>',
        '<style>@font-face {{ font-family: x; src: url({0}/a.ttf) }} p {{ font-family: x }}</style><p>x</p>',
        '<div style="background: url({0}/a.png)">x</div>', '<div style="background-image: image-set(url({0}/a.png) 1x)">x</div>',
        '<ul style="list-style-image: url({0}/a.png)"><li>x</ul>', '<p style="content: url({0}/a.png)">x</p>',
        '<style>p::before {{ content: url({0}/a.png) }}</style><p>x</p>', '<div style="border-image: url({0}/a.png) 1">x</div>',
        '<div style="mask-image: url({0}/a.png)">x</div>', '<svg><image href="{0}/a.png" width="9" height="9"/></svg>',
        '<svg><image xlink:href="{0}/a.png" width="9" height="9"/></svg>', '<svg><use href="{0}/a.svg#x"/></svg>',
        '<svg><style>@import "{0}/a.css";</style><rect fill="url({0}/a.svg#g)" width="9" height="9"/></svg>',
        "<img src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='{0}/a.png' width='9' height='9'/%3E%3C/svg%3E\">",  # noqa: E501
        '<style>@page {{ background: url({0}/a.png) }}</style>', '<style>@page {{ @top-left {{ content: url({0}/a.png) }} }}</style>',
        '<base href="{0}/"><img src="a.png">', '<iframe src="{0}/a.html"></iframe>', '<input type="image" src="{0}/a.png">',
        '<style>@color-profile device-cmyk {{ src: url({0}/a.icc) }}</style>', '<img src="&#104;ttp{1}/a.png">',
    ]  # fmt: skip
    for ask in asks:
        yield ask.format(place, place.removeprefix("http"))
        yield ask.format(f"file://{secret}", f"://{secret}")


def rendered(page, style):
    """The document, or nothing when it is refused as a whole."""
    try:
        return pdf.html_to_pdf(page, styles=(style,))
    except URLFetchingError:
        return pdf.html_to_pdf(PAGE.format("refused"))


def test_thirty_ways_to_ask_for_something_get_nothing(trap, tmp_path):
    place, visits = trap
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY-7f3a")
    asked = list(hostile(place, secret))

    documents = [rendered(PAGE.format(ask), f"@import url({place}/i.css); p {{ background: url({place}/css.png) }}") for ask in asked]

    assert visits == []
    assert [index for index, content in enumerate(documents) if b"CANARY-7f3a" in content or "CANARY" in text_of(content)] == []
    assert [index for index, content in enumerate(documents) if PdfReader(io.BytesIO(content)).attachments] == []
    print(f"PDF closed fetcher: {len(asked)} hostile snippets, 0 requests, 0 files")


def test_the_trap_would_be_reached_by_an_open_fetcher(trap):
    place, visits = trap

    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever it makes of an answer that is none)
        CSS(url=f"{place}/a.css")

    assert len(visits) >= 1


def test_fetcher_knows_only_the_bundled_fonts():
    assert pdf.CLOSED.fetch("font:NotoSans-Regular.ttf").read()[:4] == b"\x00\x01\x00\x00"
    for url in [
        "font:../pdf.py",
        "font:%2e%2e/pdf.py",
        "font:README.md",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "font:",
        "data:text/plain,x",
    ]:
        with pytest.raises(pdf.FetchRefused):
            pdf.CLOSED.fetch(url)


def test_document_says_what_it_is_and_is_tagged():
    reader = PdfReader(io.BytesIO(pdf.html_to_pdf(PAGE.format("<h1>Quote</h1><p>Text</p>"))))

    assert reader.metadata.title == "Quote Q-2026-00001"
    assert reader.metadata.author == "Aurora"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_same_input_gives_the_same_bytes():
    page = PAGE.format("<h1>Quote</h1>")

    assert pdf.html_to_pdf(page) == pdf.html_to_pdf(page)


@pytest.mark.parametrize("words", ["Bürolösungen für Łódź", "Τηλέφωνο", "Телефония", "هاتف سحابي", "云电话系统", "クラウド電話"])
def test_no_script_has_missing_glyphs(words):
    content = pdf.html_to_pdf(PAGE.format(f"<p>{words}</p><p><b>{words}</b></p>"))

    fonts = [font.get_object() for page in PdfReader(io.BytesIO(content)).pages for font in page["/Resources"]["/Font"].values()]
    names = {font["/BaseFont"] for font in fonts}
    assert {name.partition("+")[2][:6] for name in names} == {"Portal"}
    assert missing(words) == set()


def missing(words):
    """Characters that no bundled font has."""
    known = set().union(*(TTFont(pdf.FONTS / name).getBestCmap() for _, name, _ in pdf.FACES))
    return {character for character in words if ord(character) not in known}


def test_a_missing_glyph_is_seen():
    assert missing("A\U00013000") == {"\U00013000"}


def test_markup_and_control_characters_of_a_person_are_text():
    content = pdf.html_to_pdf(PAGE.format("<p>a\x00b\x07c &lt;script&gt;</p>"))

    assert "abc <script>" in text_of(content)


def test_fonts_come_with_their_licences():
    fonts = {file.stem.partition("-")[0] for file in Path(pdf.FONTS).glob("*.ttf")}

    assert fonts == {file.stem.removeprefix("OFL-") for file in Path(pdf.FONTS).glob("OFL-*.txt")}
