"""HTML to PDF. The only module that knows WeasyPrint; imported by the PDF worker, not by the web process.

Nothing is fetched, neither from a network nor from a disk: `html_to_pdf` gives a closed fetcher to the document and to every
style sheet, and knows one private scheme, `font:`, for the fonts beside this file, and PNG pictures that the document itself holds.
"""

from __future__ import annotations

import os
import re
import unicodedata
from base64 import b64decode
from functools import cache
from pathlib import Path
from urllib.parse import quote

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

FONTS = Path(__file__).parent / "fonts"
# A character is drawn by the first family that has it, in the regular face where the bold one lacks it.
WITH_BOLD = {
    "Portal": "NotoSans",
    "Portal Arabic": "IBMPlexSansArabic",
    "Portal Hebrew": "NotoSansHebrew",
    "Portal Armenian": "NotoSansArmenian",
    "Portal Georgian": "NotoSansGeorgian",
    "Portal Thai": "NotoSansThai",
    "Portal Devanagari": "NotoSansDevanagari",
    "Portal Chinese": "NotoSansSC",
    "Portal Korean": "NotoSansKR",
}
REGULAR = {
    "Portal Han": "NotoSansHan",
    "Portal Ajami": "NotoSansArabic",
    "Portal Bengali": "NotoSansBengali",
    "Portal Ethiopic": "NotoSansEthiopic",
    "Portal Gujarati": "NotoSansGujarati",
    "Portal Gurmukhi": "NotoSansGurmukhi",
    "Portal Kannada": "NotoSansKannada",
    "Portal Khmer": "NotoSansKhmer",
    "Portal Lao": "NotoSansLao",
    "Portal Malayalam": "NotoSansMalayalam",
    "Portal Myanmar": "NotoSansMyanmar",
    "Portal Sinhala": "NotoSansSinhala",
    "Portal Tamil": "NotoSansTamil",
    "Portal Telugu": "NotoSansTelugu",
    "Portal Mathematics": "NotoSansMath",
    "Portal Symbols": "NotoSansSymbols",
    "Portal Signs": "NotoSansSymbols2",
    "Portal Emoji": "NotoEmoji",
}
FACES = [
    *((family, f"{file}-Regular.ttf", 400) for family, file in (WITH_BOLD | REGULAR).items()),
    *((family, f"{file}-Bold.ttf", 700) for family, file in WITH_BOLD.items()),
]
JAMO = re.compile("[\u1100-\u11ff]+")
OWN_PNG = "data:image/png;base64,"
FAMILIES = ", ".join(f'"{family}"' for family in dict.fromkeys(family for family, _name, _weight in FACES))


class FetchRefused(ValueError):
    """A document asked for something outside itself."""


class ClosedFetcher(URLFetcher):
    """Refuses everything but the bundled fonts and a PNG that stands in the document itself."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        names = {f"font:{quote(name)}": name for _, name, _ in FACES}
        if url.startswith(OWN_PNG):
            return URLFetcherResponse(url, b64decode(url.removeprefix(OWN_PNG), validate=True), {"Content-Type": "image/png"})
        if url not in names:
            raise FetchRefused("A document may not load anything")
        return URLFetcherResponse(url, (FONTS / names[url]).read_bytes(), {"Content-Type": "font/ttf"})


CLOSED = ClosedFetcher()


@cache
def _fonts() -> FontConfiguration:
    """Only the bundled fonts. By the machine's rules a regular face passes for the bold one it stands in for: wrong letters."""
    was = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")
    try:
        return FontConfiguration()
    finally:
        del os.environ["FONTCONFIG_FILE"]
        if was is not None:
            os.environ["FONTCONFIG_FILE"] = was


@cache
def _base() -> CSS:
    """The fonts, as a style sheet that is parsed once a process."""
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("font:{name}"); font-weight: {weight} }}' for family, name, weight in FACES
    )
    return _style(f"{faces} html {{ font-family: {FAMILIES}; }}")


def _style(text: str) -> CSS:
    return CSS(string=text, font_config=_fonts(), url_fetcher=CLOSED)


def html_to_pdf(html: str, *, styles: tuple[str, ...] = ()) -> bytes:
    """Render a whole HTML document, and style sheets given as text, to a tagged PDF (PDF/UA-1).

    Title, author and language come from the document's `title`, `meta` and `lang`. The same input gives the same bytes.
    """
    document = HTML(string=_printable(html), url_fetcher=CLOSED, base_url=None)
    return document.write_pdf(
        stylesheets=[_base(), *(_style(text) for text in styles)],
        font_config=_fonts(),
        pdf_variant="pdf/ua-1",
        presentational_hints=False,
    )


def _printable(html: str) -> str:
    """Without control characters, and with whole syllables where Hangul came in single letters: the font has those alone."""
    html = JAMO.sub(lambda letters: unicodedata.normalize("NFC", letters[0]), html)
    return "".join(character for character in html if character in "\n\t" or unicodedata.category(character) != "Cc")


def warm() -> None:
    """Render one page, so that a worker's children inherit parsed fonts and style."""
    html_to_pdf('<html lang="en"><head><title>-</title></head><body><p>Ready. جاهز 好</p></body></html>')
