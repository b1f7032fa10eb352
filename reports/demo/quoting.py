"""Quotes of the demo: lines from the price book, priced by the same arithmetic as in the portal."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from catalog.models import BillingPeriod, Family
from partnerportal.core import outbox
from partners.models import Partner
from projects.models import Project
from quotes import documents, pricing
from quotes.models import Commitment, CustomerEvent, Quote, QuoteLine, ShippingType
from quotes.services import PDF
from quotes.stages import Status
from reports.demo.moves import move
from reports.demo.setting import Setting

DOCUMENTS = 20  # A partner's; more would keep the worker busy when the demo starts.
CONSENT = "I have read the quote and accept it."


def make_quote(setting: Setting, project: Project, *, at: datetime) -> Quote:
    """A draft with lines for what the project is interested in; the primary quote of its project."""
    account = project.account
    quote = Quote(
        partner=setting.partner,
        owner=project.owner,
        number=setting.number("Q", at),
        name=project.name,
        project=project,
        account=account,
        contact=project.contact,
        is_primary=True,
        language=setting.partner.language,
        commitment=_commitment(setting, project),
        valid_until=(at + timedelta(days=settings.QUOTE_VALID_DAYS)).date(),
        terms=setting.partner.quote_terms,
        message="Thank you for the good talk. Here is what we have agreed on.",
        currency=project.currency,
        tax_rate=setting.partner.tax_rate,
        token=secrets.token_urlsafe(32),
        shipping_type=ShippingType.END_USER,
        ship_company=account.name,
        ship_street=account.street,
        ship_postal_code=account.postal_code,
        ship_city=account.city,
        ship_state=account.state,
        ship_country=account.country,
        ship_contact_name=str(project.contact),
        ship_contact_phone=str(project.contact.phone),
    )
    lines = _lines(setting, project, quote)
    _price(quote, lines)
    setting.chronicle.add(quote, at=at, by=project.owner)
    for line in lines:
        setting.chronicle.add(line, at=at, by=project.owner)
    return quote


def _lines(setting: Setting, project: Project, quote: Quote) -> list[QuoteLine]:
    if kept := getattr(project, "_kept", None):
        return [_line(setting, quote, **_changed(line, project.total_users)) for line in kept]
    users = project.total_users
    license_code = {"collaboration": "UC-BUSINESS", "x-bees": "XB-BUSINESS", "x-hoppers": "XH-RETAIL"}[project.product_of_interest]
    wanted = [(license_code, BillingPeriod.YEARLY if setting.rng.random() < 0.5 else BillingPeriod.MONTHLY, users)]
    if "hwaas" in project.interested_solutions:
        wanted.append(("HW-PHONE-M", BillingPeriod.MONTHLY, max(1, users // 2)))
    if "classound" in project.interested_solutions:
        wanted.append(("CS-FLAT", BillingPeriod.MONTHLY, users))
    if setting.turn("devices", (True, True, False)):
        wanted.append(("CX-DECT", BillingPeriod.ONE_OFF, 10))
    wanted.append(("SV-SETUP", BillingPeriod.ONE_OFF, 1 + users // 40))
    discount = setting.some((Decimal(0), Decimal(0), Decimal("0.0500"), Decimal("0.1000")))
    return [
        _line(
            setting,
            quote,
            code=code,
            period=period,
            quantity=quantity,
            position=position,
            discount=discount if position == 0 else Decimal(0),
        )
        for position, (code, period, quantity) in enumerate(wanted)
    ]


def kept_by(quote: Quote) -> list[QuoteLine]:
    """What a customer goes on paying for: the recurring lines."""
    return [line for line in quote._lines if line.billing_period != BillingPeriod.ONE_OFF]  # type: ignore[attr-defined]


def _commitment(setting: Setting, project: Project) -> int:
    if kept := getattr(project, "_kept", None):
        return kept[0].quote.commitment
    return setting.some((Commitment.NONE, Commitment.NONE, Commitment.THREE_YEARS, Commitment.FIVE_YEARS))


def _changed(line: QuoteLine, users: int) -> dict[str, Any]:
    """A line of a change order: what runs, with so many users more or less; the devices stay."""
    quantity = line.quantity if line.family == Family.HWAAS else line.quantity + users
    facts = {"code": line.product.code, "period": line.billing_period, "position": line.position, "discount": line.discount}
    return {**facts, "quantity": quantity}


def _line(setting: Setting, quote: Quote, *, code: str, period: str, quantity: int, position: int, discount: Decimal) -> QuoteLine:
    catalog = setting.catalog
    product = catalog.products[code]
    line = QuoteLine(
        partner=setting.partner,
        quote=quote,
        position=position,
        product=product,
        family=product.family,
        name=product.name,
        quantity=quantity,
        billing_period=period,
        discount=discount,
    )
    price = catalog.tariffs[code, period].at(quantity)
    assert price is not None
    line.take(price)
    amounts = pricing.price_line(as_line(line, quote.currency), commitment=quote.commitment)
    line.line_total, line.monthly = amounts.line_total, amounts.monthly
    return line


def as_line(line: QuoteLine, currency: str) -> pricing.Line:
    """A row as the arithmetic sees it."""
    return pricing.Line(line.quantity, line.unit_price, line.billing_period, currency, line.discount, line.unit_cost)


def _price(quote: Quote, lines: list[QuoteLine]) -> None:
    totals = pricing.total(
        [as_line(line, quote.currency) for line in lines], commitment=quote.commitment, tax_rate=quote.tax_rate, currency=quote.currency
    )
    quote.capex_total, quote.recurring_total, quote.mrr = totals.capex_total, totals.recurring_total, totals.mrr
    quote.net, quote.tax, quote.gross, quote.cost = totals.net, totals.tax, totals.gross, totals.cost
    quote._lines = lines  # type: ignore[attr-defined]


def submit(setting: Setting, quote: Quote, *, at: datetime) -> None:
    """Frozen, and e-mailed an hour later."""
    quote.content = documents.freeze(quote, quote._lines, on=at.date())  # type: ignore[attr-defined]
    move(
        setting,
        quote,
        field="status",
        to=Status.SUBMITTED,
        at=at,
        by=quote.owner,
        submitted_at=at,
        sent_at=min(at + timedelta(hours=1), setting.now),
    )


def revise(setting: Setting, quote: Quote, *, at: datetime) -> Quote:
    """A second version that replaces the first, submitted at once."""
    second = make_quote(setting, quote.project, at=at)
    second.number, second.version, second.former = quote.number, quote.version + 1, quote
    setting.numbers["Q", at.year] -= 1
    move(setting, quote, field="status", to=Status.SUPERSEDED, at=at, by=quote.owner, is_primary=False)
    submit(setting, second, at=at + timedelta(minutes=15))
    return second


def accept(setting: Setting, quote: Quote, *, at: datetime) -> None:
    """The customer reads and accepts."""
    name = str(quote.contact)
    _event(setting, quote, CustomerEvent.Kind.OPENED, at=at - timedelta(minutes=8))
    _event(setting, quote, CustomerEvent.Kind.ACCEPTED, at=at, name=name)
    answer = {"answered_at": at, "answered_by": name, "consent": CONSENT, "first_opened_at": at - timedelta(minutes=8)}
    move(setting, quote, field="status", to=Status.ACCEPTED, at=at, by=None, reason=f"Accepted by {name}", **answer)  # type: ignore[arg-type]


def reject(setting: Setting, quote: Quote, *, at: datetime) -> None:
    """The customer reads and declines."""
    name, why = str(quote.contact), "We decide next year."
    _event(setting, quote, CustomerEvent.Kind.OPENED, at=at - timedelta(minutes=20))
    _event(setting, quote, CustomerEvent.Kind.DECLINED, at=at, name=name, text=why)
    answer = {"answered_at": at, "answered_by": name, "answer_note": why, "first_opened_at": at - timedelta(minutes=20)}
    move(setting, quote, field="status", to=Status.REJECTED, at=at, by=None, reason=why, is_primary=False, **answer)  # type: ignore[arg-type]


def expire(setting: Setting, quote: Quote, *, at: datetime) -> None:
    """Nobody answered in time."""
    quote.valid_until = (at - timedelta(days=1)).date()
    move(setting, quote, field="status", to=Status.EXPIRED, at=at, by=None, is_primary=False)


def cancel(setting: Setting, quote: Quote, *, at: datetime) -> None:
    """The project is lost, and its quote with it."""
    move(setting, quote, field="status", to=Status.CANCELLED, at=at, by=None, reason="The project was closed as lost.", is_primary=False)


def _event(setting: Setting, quote: Quote, kind: str, *, at: datetime, name: str = "", text: str = "") -> None:
    setting.chronicle.add(CustomerEvent(partner=setting.partner, quote=quote, kind=kind, name=name, text=text), at=at, by=None)


def promise_documents(partner: Partner) -> None:
    """Let the worker write the PDFs of the partner's newest quotes that are out or accepted; nothing is mailed."""
    alive = Quote.objects.for_partner(partner).filter(status__in=(Status.SUBMITTED, Status.ACCEPTED), sent_at__isnull=False)
    for quote in alive.order_by("-created_at")[:DOCUMENTS]:
        outbox.promise(PDF, key=f"{PDF}:{quote.pk}", quote_id=quote.pk)
