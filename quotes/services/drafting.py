"""A quote before it goes out: made from a project, filled with lines, checked against the discount limit."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from catalog.bands import Prices, Tariff
from catalog.models import Product
from catalog.services import PriceMissing, price_table, prices, why_no_price
from partnerportal.core.actors import Actor, service
from partnerportal.core.moves import record_move
from partnerportal.core.numbering import next_number
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove
from partners.models import Partner, User
from projects.models import Project
from quotes.models import Quote, QuoteLine, QuoteQuerySet, ShippingType
from quotes.pricing import price_line
from quotes.services.approving import let_approval_follow
from quotes.services.hardware import applied_hardware, require_fixed_hardware
from quotes.services.moving import (
    TOTALS,
    count_up,
    let_mrr_follow,
    lines_of,
    lock,
    note_change,
    open_draft,
    require_no_winner,
    require_open,
)
from quotes.stages import Status

# Prices of a day, by product and billing period.
Tariffs = Mapping[tuple[int, str], Tariff]
MAX_LINES = 500
MAX_AMOUNT = Decimal("9999999999.99")
HEAD = (
    "name",
    "contact",
    "language",
    "commitment",
    "billing_frequency",
    "hardware_type",
    "additional",
    "valid_until",
    "tax_rate",
    "terms",
    "message",
)
SHIPPING = (
    "shipping_type",
    "ship_company",
    "ship_street",
    "ship_postal_code",
    "ship_city",
    "ship_state",
    "ship_country",
    "ship_contact_name",
    "ship_contact_phone",
)


# What a new version takes over from the former one.
KEPT = (
    "name",
    "language",
    "commitment",
    "billing_frequency",
    "hardware_type",
    "additional",
    "tax_rate",
    "terms",
    "message",
    "currency",
    *SHIPPING,
)


class QuoteTooLarge(Exception):
    """More lines, or a higher amount, than a quote can hold. The message is for the person."""


class PrimaryChanged(IllegalMove):
    """Somebody has made another quote the primary one since the person looked. The message is for the person."""

    def __init__(self, quote: Quote, present: Quote) -> None:
        words = {"present": present, "quote": quote}
        sentence = _("Meanwhile %(present)s was made the primary quote; it still is. If %(quote)s is to be it, make it primary once more.")
        super().__init__(sentence % words, stage=quote.status)


@dataclass(frozen=True)
class LineInput:
    """What a person says about a line; prices come from the books."""

    product: Product
    quantity: int
    billing_period: str
    discount: Decimal


@service
def create_quote(project: Project, *, by: User, today: date) -> Quote:
    """Make an empty draft for a project; the first quote of a project becomes the primary one.

    Account, contact and currency are the project's; terms, tax rate and language the partner's. `today` is the
    partner's day. Raises NotYours, or QuoteProjectClosed for a project that is over.
    """
    project = Project.objects.visible_to(by).select_for_update(of=("self",)).get(pk=project.pk)
    require_editable(project, by)
    require_open(project)
    others = Quote.objects.for_partner(project.partner_id).filter(project=project)
    count = others.filter(version=1).count()
    partner = project.partner
    quote = Quote(
        partner=partner,
        owner=project.owner,
        project=project,
        account=project.account,
        contact=project.contact,
        name=project.name if not count else f"{project.name[:190]} ({count + 1})",
        number=next_number(partner.pk, "Q", year=today.year),
        token=secrets.token_urlsafe(32),
        currency=project.currency,
        tax_rate=partner.tax_rate,
        terms=partner.quote_terms,
        language=_language_for(project.contact, partner),
        valid_until=today + timedelta(days=settings.QUOTE_VALID_DAYS),
        hardware_type=applied_hardware(project.account),
        is_primary=not others.filter(is_primary=True).exists(),
        **address(ShippingType.END_USER, account=project.account, contact=project.contact, partner=partner),
    )
    quote.save()
    record_move(quote, was="", to=quote.status, by=Actor.of(by))
    let_mrr_follow(project, by=by)
    return quote


def address(shipping_type: str, *, account: Account, contact: Contact, partner: Partner) -> dict[str, Any]:
    """Where goods go for a shipping address type: the customer's address or the partner's; a reseller's is typed in."""
    names = ("street", "postal_code", "city", "state", "country")
    places: dict[str, Any] = {ShippingType.END_USER: account, ShippingType.PARTNER: partner}
    source = places.get(ShippingType(shipping_type))
    fields: dict[str, Any] = {f"ship_{name}": getattr(source, name, "") or "" for name in names}
    fields["shipping_type"] = shipping_type
    fields["ship_company"] = source.name if source else ""  # type: ignore[attr-defined]
    fields["ship_contact_name"] = str(contact) if source is account else ""
    fields["ship_contact_phone"] = (
        str(contact.phone or contact.mobile or "") if source is account else str(getattr(source, "phone", "") or "")
    )
    return fields


@service
def edit_quote(quote: Quote, *, by: User, changes: dict[str, Any]) -> Quote:
    """Change head, terms or shipping of a draft; amounts follow commitment and tax rate.

    Other names raise ValueError; another hardware type than the one that an order has fixed, IllegalMove.
    """
    unknown = set(changes) - {*HEAD, *SHIPPING}
    if unknown:
        raise ValueError(f"not a field of the quote's form: {', '.join(sorted(unknown))}")
    quote = open_draft(quote, by=by)
    if "hardware_type" in changes:
        require_fixed_hardware(quote, hardware_type=changes["hardware_type"])
    for name, value in changes.items():
        setattr(quote, name, value)
    return recount(quote, by=by, fields=tuple(changes))


@service
def add_line(quote: Quote, line: LineInput, *, by: User, today: date) -> QuoteLine:
    """Put a product on a draft at the prices that hold today.

    Raises PriceMissing when a book has none, QuoteTooLarge, or IllegalMove once the quote is submitted.
    """
    quote = open_draft(quote, by=by)
    if quote.lines.count() >= MAX_LINES:
        raise QuoteTooLarge(_("A quote holds at most %(count)s lines.") % {"count": MAX_LINES})
    last = quote.lines.aggregate(last=Max("position"))["last"] or 0
    row = QuoteLine(partner_id=quote.partner_id, quote=quote, position=last + 1)
    _fill(row, line, quote=quote, today=today)
    row.save()
    recount(quote, by=by)
    return QuoteLine.objects.for_partner(quote.partner_id).get(pk=row.pk)


@service
def edit_line(row: QuoteLine, line: LineInput, *, by: User, today: date) -> QuoteLine:
    """Change a line of a draft; its prices are those that hold today. Raises as `add_line`."""
    quote = open_draft(row.quote, by=by)
    row = quote.lines.get(pk=row.pk)
    _fill(row, line, quote=quote, today=today)
    row.save()
    recount(quote, by=by)
    row.refresh_from_db()
    return row


@service
def remove_line(row: QuoteLine, *, by: User) -> Quote:
    """Take a line off a draft."""
    quote = open_draft(row.quote, by=by)
    quote.lines.filter(pk=row.pk).delete()
    return recount(quote, by=by)


@service
def refresh_prices(quote: Quote, *, by: User, today: date) -> Quote:
    """Give every line of a draft the prices that hold today. Raises PriceMissing for the first one that has none."""
    quote = open_draft(quote, by=by)
    for row in lines_of(quote):
        line = LineInput(row.product, row.quantity, row.billing_period, row.discount)
        _fill(row, line, quote=quote, today=today)
        row.save()
    return recount(quote, by=by)


@service
def make_primary(quote: Quote, *, by: User, seen: str | None = None) -> Quote:
    """Let this quote be the primary one, and the project's MRR follow it; the others no longer are.

    `seen` is the key of the primary one that the person was looking at, empty for none. Raises PrimaryChanged when it is another one
    by now, IllegalMove for a quote that is over, in a closed project, or beside a quote that is accepted.
    """
    quote = lock(quote, by=by)
    require_open(quote.project)
    require_no_winner(quote)
    present = primary_of(quote)
    if seen is not None and present and present != quote and str(present.pk) != seen:
        raise PrimaryChanged(quote, present)
    if quote.status not in (Status.DRAFT, Status.SUBMITTED, Status.ACCEPTED):
        raise IllegalMove(_("A quote that is over cannot be the primary one."), stage=quote.status)
    take_primary(quote)
    let_mrr_follow(quote.project, by=by)
    return quote


def primary_of(quote: Quote) -> Quote | None:
    """The primary quote of the project that a quote belongs to."""
    return Quote.objects.for_partner(quote.partner_id).filter(project=quote.project_id, is_primary=True, deleted_at=None).first()


def with_primary(quotes: QuoteQuerySet) -> QuoteQuerySet:
    """These quotes with `primary`, the key of the primary quote of their project; None where there is none. See `primary_of`."""
    rows = Quote.objects.across_partners(reason="a part of a query that is scoped, within the project of its quote")
    primary = rows.filter(project=OuterRef("project"), partner=OuterRef("partner"), is_primary=True, deleted_at=None)
    return quotes.annotate(primary=Subquery(primary.values("pk")[:1]))


def take_primary(quote: Quote) -> None:
    """Make a locked quote the primary one of its locked project, in place of any other."""
    for other in Quote.objects.for_partner(quote.partner_id).filter(project=quote.project_id, is_primary=True).exclude(pk=quote.pk):
        other.is_primary = False
        other.save(update_fields=["is_primary", "updated_at"])
    quote.is_primary = True
    quote.save(update_fields=["is_primary", "updated_at"])


@service
def new_version(quote: Quote, *, by: User, today: date) -> Quote:
    """A draft of the next version with the same lines, at the prices that hold today; where none holds, at the former price.

    The former one stays with the customer until this one is submitted. Raises IllegalMove for an accepted quote, and
    when there is a draft of the number already.
    """
    quote = lock(quote, by=by)
    require_open(quote.project)
    family = Quote.objects.for_partner(quote.partner_id).filter(number=quote.number)
    latest = family.order_by("-version").select_for_update(of=("self",)).first() or quote
    _check_new_version(latest, [version.status for version in family])
    kept = {name: getattr(quote, name) for name in KEPT}
    kept["hardware_type"] = applied_hardware(quote.account) or quote.hardware_type
    has_primary = Quote.objects.for_partner(quote.partner_id).filter(project=quote.project_id, is_primary=True).exists()
    draft = Quote(
        partner_id=quote.partner_id,
        owner=quote.owner,
        project=quote.project,
        account=quote.account,
        contact=quote.contact,
        number=quote.number,
        version=latest.version + 1,
        former=latest,
        token=secrets.token_urlsafe(32),
        valid_until=max(quote.valid_until, today + timedelta(days=settings.QUOTE_VALID_DAYS)),
        is_primary=not has_primary,
        **kept,
    )
    draft.save()
    record_move(draft, was="", to=draft.status, by=Actor.of(by), reason=_("New version of %(quote)s") % {"quote": str(quote)})
    _copy_lines(quote, draft, today=today)
    return recount(draft, by=by)


def tariffs_of(quote: Quote, lines: Iterable[QuoteLine], *, today: date) -> dict[tuple[int, str], Tariff]:
    """What the products of some lines of a quote cost on a day, by product and billing period; one query."""
    return price_table([line.product for line in lines], currency=quote.currency, tier=quote.partner.tier, on=today)


def outdated(lines: Iterable[QuoteLine], table: Tariffs) -> list[QuoteLine]:
    """The lines whose prices are not, or no longer, those of the books, as `tariffs_of` has read them."""
    found = [(line, price_now(table, line.product_id, line.billing_period, line.quantity)) for line in lines]
    return [line for line, now in found if now is None or (now.list_price, now.unit_cost) != (line.list_price, line.unit_cost)]


def without_price(lines: Iterable[QuoteLine], table: Tariffs, *, currency: str, on: date) -> dict[int, str]:
    """The lines that have no price on a day, as `tariffs_of` has read it: key of the line → why, and what to do."""
    gone = [line for line in lines if price_now(table, line.product_id, line.billing_period, line.quantity) is None]
    return {
        line.pk: why_no_price(
            line.product,
            table.get((line.product_id, line.billing_period)),
            billing_period=line.billing_period,
            currency=currency,
            on=on,
        )
        for line in gone
    }


def price_now(table: Tariffs, product_id: int, period: str, quantity: int) -> Prices | None:
    """What a table of prices says for a quantity; None when it has no price."""
    tariff = table.get((product_id, period))
    return tariff.at(quantity) if tariff else None


def _fill(row: QuoteLine, line: LineInput, *, quote: Quote, today: date) -> None:
    if not line.product.is_active and line.product.pk != row.product_id:
        raise PriceMissing(_("%(product)s is no longer offered.") % {"product": line.product.name})
    tier = quote.partner.tier
    price = prices(line.product, billing_period=line.billing_period, currency=quote.currency, tier=tier, on=today, quantity=line.quantity)
    place(row, line, price)


def place(row: QuoteLine, line: LineInput, price: Prices) -> None:
    """Write on a line what the person said and what the books say."""
    row.product, row.family, row.name = line.product, line.product.family, line.product.name
    row.quantity, row.billing_period, row.discount = line.quantity, line.billing_period, line.discount
    row.take(price)


def recount(quote: Quote, *, by: User, fields: tuple[str, ...] = ()) -> Quote:
    """Write the amounts of lines and quote anew, and let approval and the project's MRR follow."""
    lines = lines_of(quote)
    for line in lines:
        line.quote = quote
    count_up(quote, lines)
    if quote.gross > MAX_AMOUNT or (quote.cost or 0) > MAX_AMOUNT:
        raise QuoteTooLarge(_("The amount is larger than a quote can hold."))
    write_amounts(quote, lines)
    let_approval_follow(quote, lines)
    quote.save(update_fields=[*fields, *TOTALS, "approval", "approval_reason", "approval_by", "approved_discount", "updated_at"])
    note_change(quote, lines, by=by)
    if quote.is_primary:
        let_mrr_follow(quote.project, by=by)
    return quote


def write_amounts(quote: Quote, lines: list[QuoteLine]) -> None:
    """Keep what each line comes to."""
    for line in lines:
        amounts = price_line(line.priced(quote.currency), commitment=quote.commitment)
        if (line.line_total, line.monthly) != (amounts.line_total, amounts.monthly):
            line.line_total, line.monthly = amounts.line_total, amounts.monthly
            line.save(update_fields=["line_total", "monthly"])


def _check_new_version(latest: Quote, statuses: list[str]) -> None:
    if Status.ACCEPTED in statuses or Status.ORDERED in statuses:
        raise IllegalMove(_("The customer has accepted this quote. Make a change order for what comes on top."), stage=latest.status)
    if Status.DRAFT in statuses:
        raise IllegalMove(_("%(quote)s is a draft already. Go on with that one.") % {"quote": str(latest)}, stage=latest.status)


def _copy_lines(source: Quote, target: Quote, *, today: date) -> None:
    lines = lines_of(source)
    table = tariffs_of(source, lines, today=today)
    for line in lines:
        now = price_now(table, line.product_id, line.billing_period, line.quantity)
        line.pk, line._state.adding, line.quote = None, True, target
        if now:
            line.take(now)
        line.save()


def _language_for(contact: Contact, partner: Partner) -> str:
    offered = dict(settings.LANGUAGES)
    return contact.language if contact.language in offered else partner.language
