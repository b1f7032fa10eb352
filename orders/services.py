"""What happens to orders: placed from a quote or for the stock, confirmed step by step, advanced by the vendor.

The partner places and confirms; from then on the vendor has the order. Each move says in the project's activity what
it causes: the order brings it to Order Management, its completion closes it as won, its cancelling sends it back to Proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from catalog.services import price_table
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from quotes.services import mark_ordered

from cases.models import CaseType
from cases.services import CLASSOUND_TOPIC, NewCase, submit_case
from catalog.models import BillingPeriod, Family, Product
from orders.confirmation import Step, missing
from orders.handover import Line, hand_over
from orders.models import Order, OrderKind, OrderLine
from orders.stages import MOVES, Status
from orders.stock import StockLine, total_of
from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.models import StageMove
from partnerportal.core.money import ZERO
from partnerportal.core.moves import record_move
from partnerportal.core.notifications import notify
from partnerportal.core.numbering import next_number
from partnerportal.core.scoping import NotYours, require_editable
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, Missing
from partners.models import Partner
from projects.models import Project
from projects.services import advance
from projects.stages import Stage
from quotes.models import Quote, ShippingType

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
    lines = stock_lines(partner, wanted, on=timezone.now().astimezone(ZoneInfo(partner.time_zone)).date())
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
        found = prices.get((one.product.pk, BillingPeriod.ONE_OFF))
        if one.product.family != Family.CAPEX or not one.product.is_active or found is None:
            raise StockRefused(_("%(product)s cannot be ordered to stock.") % {"product": one.product.name})
        if one.quantity > MOST_PIECES:
            raise StockRefused(_("%(product)s: at most %(most)s pieces in one order.") % {"product": one.product.name, "most": MOST_PIECES})
        lines.append(StockLine(one.product.pk, one.product.code, one.product.name, one.quantity, found.unit_cost, one.product.pack_size))
    return lines


@service
def answer_step(order: Order, *, step: Step, answers: Mapping[str, Any], by: User) -> Order:
    """Keep the valid answers to a step of the confirmation. Raises NotYours, or IllegalMove once the order is confirmed."""
    order = _locked_draft(order, by)
    for name in step.fields:
        setattr(order, name, answers[name])
    order.typed.pop(step.key, None)
    order.save(update_fields=[*step.fields, "typed", "updated_at"])
    return order


@service
def keep_typed(order: Order, *, step: Step, typed: Mapping[str, str], by: User) -> Order:
    """Keep what was typed on a step and is not valid yet, so that going back loses nothing.

    It is no change of the order and leaves no history. Raises NotYours, or IllegalMove once the order is confirmed.
    """
    order = _locked_draft(order, by)
    order.typed[step.key] = {name: typed[name] for name in step.fields if name in typed}
    order.skip_history_when_saving = True  # type: ignore[attr-defined]
    order.save(update_fields=["typed"])
    del order.skip_history_when_saving  # type: ignore[attr-defined]
    return order


@service
def confirm_order(order: Order, *, by: User) -> Order:
    """Send a draft order to the vendor; telephone lines open a case, linked from the order. Confirming again changes nothing.

    Raises NotYours, ExitConditionMissing with what the steps still ask, or IllegalMove for a cancelled order.
    """
    order = _locked(order, by)
    if order.confirmed_at and order.status != Status.CANCELLED:
        return order
    MOVES.check(order.status, Status.CONFIRMED)
    gaps = missing(order.steps, order)
    if gaps:
        raise ExitConditionMissing(gaps)
    if order.has_telephony and order.case_id is None:
        order.case = submit_case(_telephony_case(order), by=by)
    order.confirmed_at, order.confirmed_by = timezone.now(), by
    _announce(order, _move(order, Status.CONFIRMED, by=Actor.of(by), also=("case", "confirmed_at", "confirmed_by")))
    return order


@service
def start_order(order: Order, *, by: User) -> Order:
    """The vendor begins to work on a confirmed order. Raises NotYours or IllegalMove."""
    order = _locked_for_vendor(order, by)
    if order.status == Status.ON_HOLD:
        raise IllegalMove(_("This order is on hold. Release it first."), stage=order.status, to=Status.IN_PROGRESS)
    _move(order, Status.IN_PROGRESS, by=Actor.of(by))
    return order


@service
def ship_order(order: Order, *, tracking: str, by: User) -> Order:
    """The goods are on their way, with a tracking number. Raises NotYours, IllegalMove where nothing ships, or ExitConditionMissing."""
    order = _locked_for_vendor(order, by)
    MOVES.check(order.status, Status.SHIPPED)
    if not order.ships:
        raise IllegalMove(_("Nothing of this order ships. Complete it."), stage=order.status, to=Status.SHIPPED)
    order.tracking = _required(tracking, "tracking", _("Tracking: the number under which the parcel can be followed."), order)
    order.shipped_at = timezone.now()
    _announce(order, _move(order, Status.SHIPPED, by=Actor.of(by), also=("tracking", "shipped_at")))
    return order


@service
def complete_order(order: Order, *, by: User) -> Order:
    """Everything is delivered: the project is won, and its account a customer. Raises NotYours, or IllegalMove before goods are shipped."""
    order = _locked_for_vendor(order, by)
    MOVES.check(order.status, Status.COMPLETED)
    if order.ships and order.status != Status.SHIPPED:
        raise IllegalMove(_("Something of this order ships. Mark it as shipped first."), stage=order.status, to=Status.COMPLETED)
    order.completed_at = timezone.now()
    _announce(order, _move(order, Status.COMPLETED, by=Actor.of(by), also=("completed_at",)))
    if order.project:
        advance(order.project, to=Stage.CLOSED, by=Actor.of(by), cause=_("Order %(number)s was completed") % {"number": order.number})
    return order


@service
def hold_order(order: Order, *, reason: str, by: User) -> Order:
    """Stop an order for a reason that the partner reads; `release_order` goes on where it was.

    Raises NotYours, IllegalMove or ExitConditionMissing.
    """
    order = _locked_for_vendor(order, by)
    MOVES.check(order.status, Status.ON_HOLD)
    why = _required(reason, "reason", _("Reason: what the order waits for."), order)
    order.held_from = order.status
    _announce(order, _move(order, Status.ON_HOLD, by=Actor.of(by), reason=why, also=("held_from",)))
    return order


@service
def release_order(order: Order, *, by: User) -> Order:
    """Go on with an order on hold, in the status that it had. Raises NotYours or IllegalMove."""
    order = _locked_for_vendor(order, by)
    if order.status != Status.ON_HOLD:
        raise IllegalMove(_("This order is not on hold."), stage=order.status)
    back_to, order.held_from = order.held_from, ""
    _move(order, back_to, by=Actor.of(by), also=("held_from",))
    return order


@service
def cancel_order(order: Order, *, reason: str, by: User) -> Order:
    """Cancel an order before it ships, and send its project back to Proposal: the partner a draft, the vendor any.

    Raises NotYours, IllegalMove once it has shipped, or ExitConditionMissing without a reason.
    """
    order = _locked(order, by) if by.partner_id else _locked_for_vendor(order, by)
    if by.partner_id and not order.is_draft:
        raise IllegalMove(_("This order is confirmed. Ask the vendor, by a case, to cancel it."), stage=order.status, to=Status.CANCELLED)
    MOVES.check(order.status, Status.CANCELLED)
    why = _required(reason, "reason", _("Reason: why the order is cancelled."), order)
    _announce(order, _move(order, Status.CANCELLED, by=Actor.of(by), reason=why))
    if order.project:
        advance(order.project, to=Stage.PROPOSAL, by=Actor.of(by), cause=_("Order %(number)s was cancelled") % {"number": order.number})
    return order


def _locked(order: Order, by: User) -> Order:
    rows = Order.objects.visible_to(by).select_related("owner", "partner", "project")
    locked = rows.select_for_update(of=("self",)).get(pk=order.pk)
    require_editable(locked, by)
    return locked


def _locked_draft(order: Order, by: User) -> Order:
    order = _locked(order, by)
    if not order.is_draft:
        raise IllegalMove(_("This order is no longer a draft and cannot be changed."), stage=order.status)
    return order


def _locked_for_vendor(order: Order, by: User) -> Order:
    if not by.is_active or not (by.is_account_manager or by.is_vendor_admin):
        raise NotYours(_("Only the vendor moves an order that is confirmed."))
    rows = Order.objects.visible_to(by).select_related("owner", "partner", "project")
    return rows.select_for_update(of=("self",)).get(pk=order.pk)


def _required(text: str, field: str, sentence: str, order: Order) -> str:
    if not text.strip():
        raise ExitConditionMissing([Missing(order.status, (field,), sentence)])
    return text.strip()


def _move(order: Order, to: str, *, by: Actor, reason: str = "", also: tuple[str, ...] = ()) -> StageMove:
    MOVES.check(order.status, to)
    was, order.status = order.status, to
    order.save(update_fields=["status", "updated_at", *also])
    return record_move(order, was=was, to=to, by=by, reason=reason)


NOTICES = {
    Status.CONFIRMED: gettext_noop("Order %(number)s is confirmed."),
    Status.SHIPPED: gettext_noop("Order %(number)s is shipped."),
    Status.ON_HOLD: gettext_noop("Order %(number)s is on hold."),
    Status.COMPLETED: gettext_noop("Order %(number)s is completed."),
    Status.CANCELLED: gettext_noop("Order %(number)s is cancelled."),
}


def _announce(order: Order, move: StageMove) -> None:
    """Tell the owner behind the bell now, and by mail."""
    with translation.override(order.owner.language):
        notify(order.owner, _(NOTICES[Status(move.to_stage)]) % {"number": order.number}, kind="order", about=order)
    outbox.promise("order.moved", key=f"order.moved:{move.pk}", order_id=order.pk, move_id=move.pk)


def _number(partner: Partner) -> str:
    return next_number(partner.pk, "O", year=timezone.now().astimezone(ZoneInfo(partner.time_zone)).year)


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


def _telephony_case(order: Order) -> NewCase:
    words = {
        "number": order.number,
        "count": order.number_count,
        "porting": _("yes") if order.is_porting else _("no"),
        "address": order.emergency_address,
    }
    return NewCase(
        type=CaseType.CUSTOMER_CARE,
        topic=CLASSOUND_TOPIC,
        subject=_("CLASSOUND of order %(number)s") % words,
        description=_(
            "Please set up the telephone lines of order %(number)s.\n\n"
            "Telephone numbers: %(count)s\nNumbers are ported: %(porting)s\nEmergency address: %(address)s"
        )
        % words,
        account=order.account,
        contact=order.contact,
        owner=order.owner,
    )
