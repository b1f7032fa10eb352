"""Orders come to be: from an accepted quote, or for the partner's own stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from catalog.models import BillingPeriod, Family, Product
from catalog.services import price_table
from orders.handover import Line, hand_over
from orders.models import Order, OrderKind, OrderLine
from orders.stock import StockLine, total_of
from partnerportal.core.actors import Actor, service
from partnerportal.core.money import ZERO
from partnerportal.core.numbering import next_number
from partnerportal.core.scoping import require_editable
from partners.models import Partner
from projects.models import Project
from projects.services import advance
from projects.stages import Stage
from quotes.models import Quote, ShippingType
from quotes.services import mark_ordered

if TYPE_CHECKING:
    from partners.models import User

MOST_PIECES = 9_999
ADDRESS_OF_PARTNER = ("street", "postal_code", "city", "country")


class StockRefused(Exception):
    """The order to stock cannot be placed like this. The message says what to change."""


@dataclass(frozen=True)
class Wanted:
    """A product for the stock, and how many of it."""

    product: Product
    quantity: int


@service
def place_from_quote(quote: Quote, *, by: User) -> Order:
    """Make the draft order of an accepted quote: lines, prices and shipping taken over, project to Order Management.

    A quote has one order: asking again answers that one. Raises NotYours, or IllegalMove unless the quote is accepted.
    """
    project = Project.objects.for_partner(quote.partner_id).select_for_update(of=("self",)).get(pk=quote.project_id)
    quote = Quote.objects.visible_to(by).select_related("partner", "owner").get(pk=quote.pk)
    require_editable(quote, by)
    placed = Order.objects.for_partner(quote.partner_id).filter(quote=quote).first()
    if placed:
        return placed
    quote = mark_ordered(quote, by=by)
    handover = hand_over(quote, quote.lines.all(), project_kind=project.record_type)
    order = Order.objects.create(
        partner_id=quote.partner_id, owner=quote.owner, number=_number(quote.partner), quote=quote, **asdict(handover.facts)
    )
    _add_lines(order, handover.lines)
    cause = _("Order %(number)s was made from quote %(quote)s") % {"number": order.number, "quote": quote}
    advance(project, to=Stage.ORDER_MANAGEMENT, by=Actor.of(by), cause=cause)
    return order


@service
def place_stock_order(wanted: Iterable[Wanted], *, by: User, reference: str = "") -> Order:
    """Make a draft order of CAPEX products to the partner's own address, at the prices of its tier. Raises StockRefused."""
    if by.partner is None:
        raise StockRefused(_("Only a partner orders to stock."))
    partner = by.partner
    if not all(getattr(partner, name) for name in ADDRESS_OF_PARTNER):
        raise StockRefused(_("The address of your company is not complete. Please ask your account manager to complete it."))
    lines = stock_lines(partner, wanted, on=partner.today())
    if not lines:
        raise StockRefused(_("Choose at least one product."))
    total = total_of(lines)
    order = Order.objects.create(
        partner=partner,
        owner=by,
        number=_number(partner),
        record_type=OrderKind.STOCK,
        reference=reference,
        families=[Family.CAPEX],
        currency=partner.currency,
        capex_total=total,
        cost=total,
        **_address_of(partner, by),
    )
    _add_lines(order, [_stock_facts(position, line) for position, line in enumerate(lines, start=1)])
    return order


def stock_lines(partner: Partner, wanted: Iterable[Wanted], *, on: date) -> list[StockLine]:
    """What some products cost a partner on a day, one line each, for those of which there is more than none. Raises StockRefused."""
    chosen = [one for one in wanted if one.quantity > 0]
    prices = price_table([one.product for one in chosen], currency=partner.currency, tier=partner.tier, on=on)
    lines = []
    for one in chosen:
        tariff = prices.get((one.product.pk, BillingPeriod.ONE_OFF))
        found = tariff.at(one.quantity) if tariff else None
        if one.product.family != Family.CAPEX or not one.product.is_active or found is None:
            raise StockRefused(_("%(product)s cannot be ordered to stock.") % {"product": one.product.name})
        if one.quantity > MOST_PIECES:
            raise StockRefused(_("%(product)s: at most %(most)s pieces in one order.") % {"product": one.product.name, "most": MOST_PIECES})
        lines.append(StockLine(one.product.pk, one.product.code, one.product.name, one.quantity, found.unit_cost, one.product.pack_size))
    return lines


def _number(partner: Partner) -> str:
    return next_number(partner.pk, "O", year=partner.today().year)


def _add_lines(order: Order, lines: Iterable[Line]) -> None:
    rows = [OrderLine(partner_id=order.partner_id, order=order, **asdict(line)) for line in lines]
    OrderLine.objects.for_partner(order.partner_id).bulk_create(rows)


def _stock_facts(position: int, line: StockLine) -> Line:
    return Line(
        position=position,
        product_id=line.product_id,
        family=Family.CAPEX,
        name=line.name,
        quantity=line.quantity,
        billing_period=BillingPeriod.ONE_OFF,
        unit_price=line.price,
        unit_cost=line.price,
        discount=ZERO,
        line_total=line.total,
        monthly=ZERO,
    )


def _address_of(partner: Partner, by: User) -> dict[str, str]:
    return {
        "shipping_type": ShippingType.PARTNER,
        "ship_company": partner.name,
        "ship_street": partner.street,
        "ship_postal_code": partner.postal_code,
        "ship_city": partner.city,
        "ship_state": partner.state,
        "ship_country": str(partner.country),
        "ship_contact_name": by.get_full_name(),
        "ship_contact_phone": str(partner.phone or ""),
    }
