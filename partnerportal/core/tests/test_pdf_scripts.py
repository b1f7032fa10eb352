"""Text of any script: a sentence of each comes out of the PDF as it went in, and each of its letters is drawn by a bundled font."""

import io
import os
import unicodedata

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ContentStream

from partnerportal.core import pdf

SENTENCES = {
    "latin": "Bürolösungen für Łódź, Đặng Thị, ő ş ğ İı",
    "greek": "Τηλέφωνα γραφείου ΐΰ",
    "cyrillic": "Їжакевич, Ћирилица, ЁҚӘ",
    "armenian": "Հայաստանի կապի կենտրոն և գին",
    "georgian": "საქართველოს კავშირი და ფასი",
    "hebrew": "מרכזיית טלפון בענן, שָׁלוֹם",
    "arabic": "مركز الاتصال السحابي، پشتیبانی ٹیلی فون",
    "thai": "ระบบโทรศัพท์บนคลาวด์ที่ดีที่สุด",
    "devanagari": "क्लाउड टेलीफोन प्रणाली, श्री",
    "bengali": "ক্লাউড টেলিফোন ব্যবস্থা",
    "gujarati": "ક્લાઉડ ટેલિફોન સિસ્ટમ",
    "gurmukhi": "ਕਲਾਉਡ ਟੈਲੀਫੋਨ ਸਿਸਟਮ",
    "tamil": "மேகக்கணி தொலைபேசி அமைப்பு",
    "telugu": "క్లౌడ్ టెలిఫోన్ వ్యవస్థ",
    "kannada": "ಕ್ಲೌಡ್ ದೂರವಾಣಿ ವ್ಯವಸ್ಥೆ",
    "malayalam": "ക്ലൗഡ് ടെലിഫോൺ സംവിധാനം",
    "sinhala": "ක්ලවුඩ් දුරකථන පද්ධතිය",
    "khmer": "ប្រព័ន្ធទូរស័ព្ទពពក",
    "lao": "ລະບົບໂທລະສັບ ຄລາວ",
    "myanmar": "တယ်လီဖုန်း စနစ်",
    "ethiopic": "የስልክ ሥርዓት በደመና",
    "chinese": "云电话系统 企业版",
    "traditional chinese": "雲端電話系統 臺灣總經理 裡",
    "japanese": "クラウド電話サービス 株式会社 髙﨑 ㈱ ｶﾅ 込峠",
    "korean": "클라우드 전화 시스템 뷁",
    "korean in single letters": unicodedata.normalize("NFD", "클라우드 전화"),
    "symbols": "✓ ✔ ☎ ☏ → ⇒ ™ ☃ ★ ● ■ ▲ ♥ ☑ ✗ ⚠ ℃ № ∞ ≤ ≠ √ ½ ① ⌘ ⏻ │ █",
    "letters of mathematics": "𝗕𝗼𝗹𝗱 𝓢𝓬𝓻𝓲𝓹𝓽",
    "emoji": "😀 🎉 📞 👍🏽 🇮🇹 👩‍💻 ❤️ ☎️",
    "currencies": "€ £ ₴ ₺ ₹ ₽ ₿ ₩ ₪ ฿",
}
BOLD = ["latin", "greek", "cyrillic", "armenian", "georgian", "hebrew", "arabic", "thai", "devanagari", "chinese"]
PAGE = '<html lang="en"><head><title>-</title></head><body><p>{0}</p><p><b>{0}</b></p></body></html>'


def letters_of(text):
    """Letters apart from their marks, in whatever shape: the joined shapes of a script count as the letters."""
    return {letter for letter in unicodedata.normalize("NFKD", text) if letter.isprintable() and not letter.isspace()} - {"\ufe0f"}


def text_of(content):
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def fonts_of(page):
    return {name: font.get_object() for name, font in page["/Resources"]["/Font"].items()}


def face_of(font):
    """The font that the document itself holds."""
    descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    return TTFont(io.BytesIO(descriptor["/FontFile2"].get_object().get_data()))


def without_shape(content):
    """Glyphs that a page draws and the embedded font does not have, as (font, number)."""
    reader, found = PdfReader(io.BytesIO(content)), set()
    for page in reader.pages:
        known = {name: len(face_of(font).getGlyphOrder()) for name, font in fonts_of(page).items()}
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"Tf":
                name = operands[0]
            if operator == b"TJ":
                codes = b"".join(part.original_bytes for part in operands[0] if hasattr(part, "original_bytes"))
                numbers = {int.from_bytes(codes[place : place + 2]) for place in range(0, len(codes), 2)}
                found |= {(fonts_of(page)[name]["/BaseFont"], number) for number in numbers if not 0 < number < known[name]}
    return found


@pytest.mark.parametrize("script", SENTENCES)
def test_each_letter_of_a_sentence_is_drawn_and_read_back(script):
    content = pdf.html_to_pdf(PAGE.format(SENTENCES[script]))

    assert without_shape(content) == set()
    assert letters_of(SENTENCES[script]) - letters_of(text_of(content)) == set()
    assert "\ufffd" not in text_of(content)


def test_all_scripts_stand_in_one_document():
    content = pdf.html_to_pdf(PAGE.format("<br>".join(SENTENCES.values())))

    assert without_shape(content) == set()
    assert letters_of("".join(SENTENCES.values())) - letters_of(text_of(content)) == set()
    assert len(content) < 250_000, "only the letters that are used are embedded"


@pytest.mark.parametrize("script", BOLD)
def test_bold_is_drawn_bold(script):
    page = PdfReader(io.BytesIO(pdf.html_to_pdf(f'<html lang="en"><body><b>{SENTENCES[script]}</b></body></html>'))).pages[0]

    assert {font["/BaseFont"].endswith("-Bold") for font in fonts_of(page).values()} == {True}


def test_a_letter_without_bold_is_drawn_by_the_regular_face_beside_it():
    content = pdf.html_to_pdf('<html lang="en"><body><b>系統 전뷁</b></body></html>')

    names = {font["/BaseFont"].partition("+")[2] for font in fonts_of(PdfReader(io.BytesIO(content)).pages[0]).values()}
    assert names == {"Portal-Chinese", "Portal-Chinese-Bold", "Portal-Korean", "Portal-Korean-Bold"}
    assert without_shape(content) == set()
    assert letters_of(text_of(content)) == letters_of("系統 전뷁")


def test_a_letter_that_no_font_has_is_seen():
    assert without_shape(pdf.html_to_pdf(PAGE.format("\U00013000"))) != set()


def test_every_face_has_a_space():
    assert [name for _, name, _ in pdf.FACES if ord(" ") not in TTFont(pdf.FONTS / name).getBestCmap()] == []


@pytest.mark.parametrize("was", [None, "/etc/fonts/fonts.conf"])
def test_only_the_documents_are_without_the_fonts_of_the_machine(was, monkeypatch):
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    if was:
        monkeypatch.setenv("FONTCONFIG_FILE", was)

    pdf._fonts.__wrapped__()

    assert os.environ.get("FONTCONFIG_FILE") == was
