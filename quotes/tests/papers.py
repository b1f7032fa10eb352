"""Documents of quotes as the renderer is given them: any number of lines, in five scripts and many at once. For tests and the bench."""

from datetime import date
from decimal import Decimal
from functools import cache

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
    "world": (
        "Հայկապ • საქართველო • 한국통신",
        "דוד כהן, สมชาย ใจดี",
        "क्लाउड मार्ग 5",
        "臺北 東京 ঢাকা",
        "☎ クラウド電話 → 전화 ✓",
        "வணக்கம் 😀 ሰላም ជំរាបសួរ ★",
        "ວັນທີ ≤ 30 నమస్తే ನಮಸ್ಕಾರ ഹലോ ආයුබෝවන် မင်္ဂလာပါ ✔",
    ),
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
