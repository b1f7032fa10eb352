"""The vendor's words, stages, products and prices as the portal is delivered. Loading them again changes no row that exists.

Words are marked for the catalogues: `words.said` says them in the reader's language until the vendor writes others.

Words and probabilities are those of the product's brief; every price is invented for the demo.
"""

from datetime import date
from decimal import Decimal

from django.utils.text import slugify
from django.utils.translation import gettext_noop as _

from catalog import words
from catalog.models import (
    AveragePrice,
    Bundle,
    BundleItem,
    DiscountLimit,
    ExchangeRate,
    Forecast,
    PriceBook,
    PriceBookEntry,
    Product,
    StageText,
    Term,
)

TERMS: dict[str, tuple[str, ...]] = {
    Term.Kind.LEAD_SOURCE: (
        _("Email campaign"),
        _("External campaign"),
        _("Blue Box"),
        _("Website"),
        _("Phone inquiry"),
        _("Partner referral"),
        _("Event / trade show"),
        _("Webinar"),
        _("Cold call"),
        _("Social media"),
        _("Advertisement"),
        _("Vendor (assigned)"),
        _("Other"),
    ),
    Term.Kind.POWER: (_("Decision maker"), _("Economic buyer"), _("Technical buyer"), _("Influencer"), _("User"), _("Unknown")),
    Term.Kind.JOB_TITLE: (
        _("CEO / Owner"),
        _("Managing director"),
        _("CFO"),
        _("CIO / CTO"),
        _("IT manager"),
        _("Sales manager"),
        _("Operations manager"),
        _("Office manager"),
        _("Purchasing"),
        _("Retail / store manager"),
        _("Other"),
    ),
    Term.Kind.NOT_IN_TARGET: (
        _("No budget"),
        _("Wrong contact"),
        _("Too small"),
        _("Competitor"),
        _("Duplicate"),
        _("No interest"),
        _("Other"),
    ),
    Term.Kind.WON: (_("Price"), _("Product"), _("Service"), _("References"), _("Good relation"), _("Existing customer"), _("Other")),
    Term.Kind.LOST: (
        _("Price"),
        _("Competitor"),
        _("No decision"),
        _("No budget"),
        _("Timing"),
        _("Product gap"),
        _("Duplicate"),
        _("Other"),
    ),
    Term.Kind.INDUSTRY: (
        _("Hospitality"),
        _("Health care"),
        _("Retail"),
        _("Manufacturing"),
        _("Logistics"),
        _("Education"),
        _("Public sector"),
        _("Finance"),
        _("Services"),
        _("Other"),
    ),
    Term.Kind.CASE_TOPIC: (
        _("Billing"),
        _("CLASSOUND"),
        _("HWaaS"),
        _("PBX / licenses"),
        _("Orders"),
        _("Portal errors"),
        _("Promo"),
        _("Company information changes"),
        _("General"),
    ),
}

# process, stage, label, short label, probability in percent, guidance
STAGES: tuple[tuple[str, str, str, str, int, str], ...] = (
    ("lead", "new", _("New"), "", 0, _("Check that company and person fit. Call or write within a day.")),
    (
        "lead",
        "qualification",
        _("Qualification"),
        "",
        0,
        _("Find out need, users, budget and who decides; then convert, or set Not in Target."),
    ),
    ("lead", "not_in_target", _("Not in Target"), "", 0, _("Say why, and when it is worth another look.")),
    ("lead", "converted", _("Converted"), "", 0, _("The work goes on in account, contact and project.")),
    (
        "business_plan",
        "intro",
        _("Intro / Qualification"),
        _("Intro"),
        10,
        _("Learn who uses the product already and how many users a proof of concept has."),
    ),
    ("business_plan", "demo", _("Demo"), "", 30, _("Show the product, answer the demo questions, and note what the project is worth.")),
    ("business_plan", "presentation", _("Project Presentation"), _("Presentation"), 50, _("Present the solution to those who decide.")),
    ("business_plan", "proposal", _("Proposal"), "", 70, _("Quote, and get the customer's word.")),
    ("business_plan", "contract_out", _("Contract out"), "", 90, _("The quote is with the customer. The acceptance becomes the order.")),
    ("business_plan", "order_management", _("Order Management"), _("Order"), 95, _("The order is on its way.")),
    ("business_plan", "closed", _("Closed"), "", 100, _("Won with the completed order, or lost.")),
    ("change_order", "presentation", _("Presentation"), "", 50, _("Agree with the customer on what changes.")),
    ("change_order", "proposal", _("Proposal"), "", 70, _("Quote the change, and get the customer's word.")),
    ("change_order", "contract_out", _("Contract out"), "", 90, _("The quote is with the customer. The acceptance becomes the order.")),
    ("change_order", "order_management", _("Order Management"), _("Order"), 95, _("The order is on its way.")),
    ("change_order", "closed", _("Closed"), "", 100, _("Won with the completed order, or lost.")),
)

FORECASTS = {
    "presentation": Forecast.BEST_CASE,
    "proposal": Forecast.BEST_CASE,
    "contract_out": Forecast.COMMIT,
    "order_management": Forecast.COMMIT,
    "closed": Forecast.CLOSED,
}

START = date(2025, 1, 1)
AVERAGE_PRICES = {"license": Decimal("9.00"), "hwaas": Decimal("4.50"), "classound": Decimal("6.00")}
RATES = {"EUR": Decimal("1.00"), "USD": Decimal("1.10"), "GBP": Decimal("0.85"), "CHF": Decimal("0.95"), "CAD": Decimal("1.50")}

BOOKS = (
    ("end_user", "End user", ()),
    ("gold", "Gold", ("platinum", "gold")),
    ("silver", "Silver", ("silver", "bronze")),
    ("reseller", "Reseller", ("reseller",)),
)
# What a tier may take off the list price without asking.
DISCOUNT_LIMITS = {
    "platinum": Decimal("0.20"),
    "gold": Decimal("0.20"),
    "silver": Decimal("0.10"),
    "bronze": Decimal("0.10"),
    "reseller": Decimal("0.05"),
}
# What a book asks of the end-user price.
SHARES = {"end_user": Decimal("1.00"), "gold": Decimal("0.60"), "silver": Decimal("0.68"), "reseller": Decimal("0.76")}

# code, name, family, pack size, {billing period: end-user price in EUR}
PRODUCTS: tuple[tuple[str, str, str, int, dict[str, str]], ...] = (
    ("UC-ESSENTIAL", "UC Essential", "license", 1, {"monthly": "6.00", "yearly": "66.00", "five_years": "300.00"}),
    ("UC-BUSINESS", "UC Business", "license", 1, {"monthly": "10.00", "yearly": "108.00", "five_years": "490.00"}),
    ("UC-PREMIUM", "UC Premium", "license", 1, {"monthly": "14.00", "yearly": "150.00", "five_years": "690.00"}),
    ("XB-BUSINESS", "x-bees Business", "license", 1, {"monthly": "12.00", "yearly": "132.00", "five_years": "600.00"}),
    ("XH-RETAIL", "x-hoppers Retail", "license", 1, {"monthly": "16.00", "yearly": "174.00"}),
    ("CDS-10", "Company data storage 10 GB", "license", 1, {"monthly": "8.00", "yearly": "90.00"}),
    ("HW-PHONE-M", "Desk phone M, as a service", "hwaas", 1, {"monthly": "4.50", "yearly": "50.00"}),
    ("HW-DECT", "DECT handset, as a service", "hwaas", 1, {"monthly": "3.80", "yearly": "42.00"}),
    ("HW-STATION", "Conference station, as a service", "hwaas", 1, {"monthly": "29.00", "yearly": "320.00"}),
    ("RN-PHONE-M", "Desk phone M, rented", "rental", 1, {"monthly": "3.60", "yearly": "40.00"}),
    ("RN-DECT", "DECT handset, rented", "rental", 1, {"monthly": "3.00", "yearly": "33.50"}),
    ("RN-STATION", "Conference station, rented", "rental", 1, {"monthly": "23.50", "yearly": "260.00"}),
    ("CS-FLAT", "CLASSOUND flat, per user", "classound", 1, {"monthly": "6.00", "yearly": "68.00"}),
    ("CS-DID10", "CLASSOUND block of 10 numbers", "classound", 1, {"monthly": "5.00", "yearly": "56.00"}),
    ("CX-PHONE-M", "Desk phone M", "capex", 5, {"one_off": "129.00"}),
    ("CX-DECT", "DECT handset", "capex", 10, {"one_off": "98.00"}),
    ("CX-BASE", "DECT base station", "capex", 1, {"one_off": "349.00"}),
    ("CX-GATEWAY", "Gateway 4 channels", "capex", 1, {"one_off": "410.00"}),
    ("SV-SETUP", "Installation and training, per day", "service", 1, {"one_off": "850.00"}),
    ("SV-PORTING", "Porting of numbers, per block", "service", 1, {"one_off": "60.00"}),
)

# What kind of device a code is, by how it goes on after the family.
DEVICES = {"PHONE-M": "phone", "DECT": "dect", "BASE": "dect", "STATION": "conference", "GATEWAY": "gateway"}
HARDWARE = ("HW", "RN", "CX")

# Name, description, (code, quantity, billing period)
BUNDLES: tuple[tuple[str, str, tuple[tuple[str, int, str], ...]], ...] = (
    (
        "Office for 10",
        "Ten licences, telephony and desk phones as a service",
        (("UC-BUSINESS", 10, "yearly"), ("CS-FLAT", 10, "yearly"), ("HW-PHONE-M", 10, "yearly"), ("SV-SETUP", 1, "one_off")),
    ),
    (
        "Shop with handsets",
        "Retail licences with handsets that the customer buys",
        (("XH-RETAIL", 5, "yearly"), ("CX-DECT", 10, "one_off"), ("CX-BASE", 2, "one_off"), ("SV-SETUP", 1, "one_off")),
    ),
)


# code, {from quantity: share of the price}, in every book
BANDS: tuple[tuple[str, dict[int, str]], ...] = (
    ("CS-FLAT", {50: "0.90", 200: "0.80"}),
    ("HW-PHONE-M", {100: "0.92"}),
)


def load_reference() -> None:
    """Terms, stage texts, exchange rates, products, price books with entries, average prices, discount limits, bundles: what is missing."""
    Term.objects.bulk_create(
        [
            Term(kind=kind, slug=slugify(label), label=label, position=position)
            for kind, labels in TERMS.items()
            for position, label in enumerate(labels)
        ],
        ignore_conflicts=True,
    )
    StageText.objects.bulk_create(
        [
            StageText(
                process=process,
                stage=stage,
                label=label,
                short_label=short,
                probability=probability,
                forecast_category=FORECASTS.get(stage, Forecast.PIPELINE),
                guidance=guidance,
                position=position,
            )
            for position, (process, stage, label, short, probability, guidance) in enumerate(STAGES)
        ],
        ignore_conflicts=True,
    )
    ExchangeRate.objects.bulk_create(
        [ExchangeRate(currency=code, rate=rate, valid_from=START) for code, rate in RATES.items()], ignore_conflicts=True
    )
    AveragePrice.objects.bulk_create(
        [
            AveragePrice(family=family, currency=currency, amount=_in(currency, amount), valid_from=START)
            for currency in RATES
            for family, amount in AVERAGE_PRICES.items()
        ],
        ignore_conflicts=True,
    )
    DiscountLimit.objects.bulk_create(
        [DiscountLimit(tier=tier, limit=limit) for tier, limit in DISCOUNT_LIMITS.items()], ignore_conflicts=True
    )
    _load_price_books()
    _load_bundles()
    words.forget()


def _load_price_books() -> None:
    PriceBook.objects.bulk_create(
        [PriceBook(kind=kind, name=name, tiers=list(tiers)) for kind, name, tiers in BOOKS], ignore_conflicts=True
    )
    Product.objects.bulk_create(
        [
            Product(code=code, name=name, family=family, pack_size=pack, hardware_class=_device(code))
            for code, name, family, pack, _ in PRODUCTS
        ],
        ignore_conflicts=True,
    )
    if PriceBookEntry.objects.exists():
        return
    books = {book.kind: book for book in PriceBook.objects.all()}
    products = {product.code: product for product in Product.objects.all()}
    bands = dict(BANDS)
    PriceBookEntry.objects.bulk_create(
        [
            PriceBookEntry(
                book=books[kind],
                product=products[code],
                currency=currency,
                billing_period=period,
                min_quantity=least,
                price=_in(currency, Decimal(price) * share * Decimal(part)),
                valid_from=START,
            )
            for kind, share in SHARES.items()
            for code, _name, _family, _pack, prices in PRODUCTS
            for period, price in prices.items()
            for currency in RATES
            for least, part in {1: "1", **bands.get(code, {})}.items()
        ]
    )


def _load_bundles() -> None:
    if Bundle.objects.exists():
        return
    products = {product.code: product for product in Product.objects.all()}
    for name, description, items in BUNDLES:
        bundle = Bundle.objects.create(name=name, description=description)
        BundleItem.objects.bulk_create(
            [
                BundleItem(bundle=bundle, product=products[code], quantity=quantity, billing_period=period)
                for code, quantity, period in items
            ]
        )


def _device(code: str) -> str:
    """The hardware class of a code; empty for what is no device."""
    kind, _dash, model = code.partition("-")
    return DEVICES[model] if kind in HARDWARE else ""


def _in(currency: str, euros: Decimal) -> Decimal:
    return (euros * RATES[currency]).quantize(Decimal("0.01"))
