"""What the customer reads of a quote: one frozen content for the private page, the mail and the PDF.

`freeze` takes the content when the quote is submitted; `of` reads it back (or shows a draft as it would be). It holds what
the customer pays and nothing of what the partner pays. All of it is plain text; the templates escape it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import BillingPeriod
from partners.models import BRAND_COLOUR, Logo
from quotes.models import Commitment, Quote, QuoteLine, ShippingType
from quotes.pricing import price_line


@dataclass(frozen=True)
class Party:
    """One side of the quote: a company, its address in lines, and the person there."""

    name: str
    address: tuple[str, ...]
    person: str
    email: str
    phone: str


@dataclass(frozen=True)
class DocumentLine:
    """One line as the customer reads it. Rates are fractions, prices net."""

    name: str
    code: str
    unit: str
    quantity: int
    billing_period: str
    unit_price: Decimal
    discount: Decimal
    commitment_rate: Decimal
    line_total: Decimal
    monthly: Decimal

    @property
    def period_label(self) -> str:
        """How often the line is billed, in the language at hand."""
        return str(BillingPeriod(self.billing_period).label)


@dataclass(frozen=True)
class PeriodSum:
    """The net that is billed in one rhythm."""

    billing_period: str
    net: Decimal

    @property
    def label(self) -> str:
        """How often it is billed, in the language at hand."""
        return str(BillingPeriod(self.billing_period).label)


@dataclass(frozen=True)
class Document:
    """The content of a quote. Amounts are in `currency`, `tax_rate` is a fraction, `commitment` in years."""

    number: str
    version: int
    name: str
    language: str
    on: date
    valid_until: date
    seller: Party
    customer: Party
    deliver_to: tuple[str, ...]
    lines: tuple[DocumentLine, ...]
    per_period: tuple[PeriodSum, ...]
    currency: str
    commitment: int
    capex_total: Decimal
    mrr: Decimal
    net: Decimal
    tax_rate: Decimal
    tax: Decimal
    gross: Decimal
    message: str
    terms: str
    logo_id: int | None = None  # What was frozen before there were logos has neither logo nor colour.
    colour: str = BRAND_COLOUR

    @property
    def title(self) -> str:
        """Number and version, such as "Q-2026-00412 v2"."""
        return f"{self.number} v{self.version}"

    @property
    def commitment_label(self) -> str:
        """The commitment in words, in the language at hand."""
        return str(Commitment(self.commitment).label)

    @property
    def has_discount(self) -> bool:
        """Whether any line has a discount: only then the document has a column for it."""
        return any(line.discount or line.commitment_rate for line in self.lines)

    @property
    def has_recurring(self) -> bool:
        """Whether anything is billed again and again."""
        return any(line.monthly for line in self.lines)


def freeze(quote: Quote, lines: Sequence[QuoteLine], *, on: date) -> dict[str, Any]:
    """The content of a quote as it is now, as plain JSON: what `of` reads back, whatever changes later."""
    return _plain(asdict(_take(quote, lines, on=on)))


def of(quote: Quote) -> Document:
    """The frozen content of a submitted quote. Raises ValueError for a draft, which has none."""
    if quote.content is None:
        raise ValueError(f"{quote} has not been submitted")
    facts = dict(quote.content)
    for name in ("seller", "customer"):
        facts[name] = Party(**{**facts[name], "address": tuple(facts[name]["address"])})
    for name in ("capex_total", "mrr", "net", "tax_rate", "tax", "gross"):
        facts[name] = Decimal(facts[name])
    for name in ("on", "valid_until"):
        facts[name] = date.fromisoformat(facts[name])
    facts["deliver_to"] = tuple(facts["deliver_to"])
    facts["per_period"] = tuple(PeriodSum(row["billing_period"], Decimal(row["net"])) for row in facts["per_period"])
    facts["lines"] = tuple(_line_back(row) for row in facts["lines"])
    return Document(**facts)


def preview(quote: Quote, lines: Sequence[QuoteLine], *, on: date) -> Document:
    """A draft as the customer would read it today."""
    return _take(quote, lines, on=on)


def as_html(document: Document) -> str:
    """The whole document for the PDF, in its own language."""
    with translation.override(document.language):
        title = _("Quote %(title)s") % {"title": document.title}
        return render_to_string("pdf/quote.html", {"document": document, "title": title, "logo": logo_of(document)})


def as_part(document: Document) -> SafeString:
    """The document as a part of a page, in its own language."""
    with translation.override(document.language):
        return render_to_string("quotes/_paper.html", {"document": document, "logo": logo_of(document)})


def logo_of(document: Document) -> str:
    """The seller's logo as it was then, as an address that holds the picture; empty for a document without one."""
    if document.logo_id is None:
        return ""
    return (
        Logo.objects.across_partners(reason="the customer's document names the logo that it was frozen with")
        .get(pk=document.logo_id)
        .address
    )


def file_name(quote: Quote) -> str:
    """What the PDF is called: number, version and the customer, in letters that every file system takes."""
    customer = unicodedata.normalize("NFKC", quote.account.name)
    customer = re.sub(r"[^\w.-]+", "-", customer).strip("-.")[:60]
    return f"{quote.number}-v{quote.version}-{customer}.pdf" if customer else f"{quote.number}-v{quote.version}.pdf"


def _take(quote: Quote, lines: Sequence[QuoteLine], *, on: date) -> Document:
    with translation.override(quote.language):  # Countries are written in the customer's language.
        return _document(quote, lines, on=on)


def _document(quote: Quote, lines: Sequence[QuoteLine], *, on: date) -> Document:
    totals = quote.priced(lines)
    return Document(
        number=quote.number,
        version=quote.version,
        name=quote.name,
        language=quote.language,
        on=on,
        valid_until=quote.valid_until,
        seller=_seller(quote),
        customer=_customer(quote),
        deliver_to=_delivery(quote),
        lines=tuple(_line(line, quote) for line in lines),
        per_period=tuple(PeriodSum(period.billing_period, period.net) for period in totals.per_period),
        currency=quote.currency,
        commitment=quote.commitment,
        capex_total=totals.capex_total,
        mrr=totals.mrr,
        net=totals.net,
        tax_rate=quote.tax_rate,
        tax=totals.tax,
        gross=totals.gross,
        message=quote.message,
        terms=quote.terms,
        logo_id=quote.partner.logo_id,
        colour=quote.partner.brand_colour,
    )


def _line(line: QuoteLine, quote: Quote) -> DocumentLine:
    amounts = price_line(line.priced(quote.currency), commitment=quote.commitment)
    return DocumentLine(
        name=line.name,
        code=line.product.code,
        unit=line.product.unit,
        quantity=line.quantity,
        billing_period=line.billing_period,
        unit_price=line.unit_price,
        discount=line.discount,
        commitment_rate=amounts.commitment_rate,
        line_total=amounts.line_total,
        monthly=amounts.monthly,
    )


def _line_back(row: dict[str, Any]) -> DocumentLine:
    amounts = ("unit_price", "discount", "commitment_rate", "line_total", "monthly")
    return DocumentLine(**{**row, **{name: Decimal(row[name]) for name in amounts}})


def _seller(quote: Quote) -> Party:
    partner, owner = quote.partner, quote.owner
    return Party(
        name=partner.name,
        address=_address(partner.street, partner.postal_code, partner.city, partner.state, _country(partner.country)),
        person=owner.get_full_name(),
        email=owner.email,
        phone=str(owner.phone or partner.phone or ""),
    )


def _customer(quote: Quote) -> Party:
    account, contact = quote.account, quote.contact
    return Party(
        name=account.name,
        address=_address(account.street, account.postal_code, account.city, account.state, _country(account.country)),
        person=str(contact),
        email=contact.email,
        phone=str(contact.phone or ""),
    )


def _delivery(quote: Quote) -> tuple[str, ...]:
    """Where goods go, when they go to the customer; another address is not the customer's business."""
    if quote.shipping_type != ShippingType.END_USER:
        return ()
    place = _address(quote.ship_street, quote.ship_postal_code, quote.ship_city, quote.ship_state, _country(quote.ship_country))
    return tuple(line for line in (quote.ship_company, quote.ship_contact_name, *place) if line) if place else ()


def _address(street: str, postal_code: str, city: str, state: str, country: str) -> tuple[str, ...]:
    return tuple(line for line in (street, f"{postal_code} {city}".strip(), state, str(country)) if line)


def _country(country: Any) -> str:
    """The country's name in the language at hand."""
    return str(country.name)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
