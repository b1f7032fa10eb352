"""Orders of the demo, made from accepted quotes, and their way to the customer."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cases.models import Case, CaseType
from cases.services import CLASSOUND_TOPIC
from cases.sla import OpeningHours, response_due
from cases.stages import Status as CaseStatus
from orders.models import Order, OrderKind, OrderLine
from orders.stages import Status
from partnerportal.core.models import StageMove
from projects.stages import RecordType
from quotes.models import Quote
from quotes.stages import Status as QuoteStatus
from reports.demo.moves import move
from reports.demo.setting import Setting

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


def place_order(setting: Setting, quote: Quote, *, at: datetime) -> Order:
    """A draft order with the quote's lines and address."""
    project = quote.project
    order = Order(
        partner=setting.partner,
        owner=quote.owner,
        number=setting.number("O", at),
        record_type=OrderKind.INITIAL if project.record_type == RecordType.BUSINESS_PLAN else OrderKind.CHANGE,
        quote=quote,
        project=project,
        account=quote.account,
        contact=quote.contact,
        commitment=quote.commitment,
        reference=f"PO {setting.rng.randrange(1000, 9999)}",
        pbx_name=quote.account.email.split("@")[1].split(".")[0].replace("-", "")[:20],
        pbx_platform=Order.Platform.CLOUD,
        pbx_region=Order.Region.EUROPE if quote.currency == "EUR" else Order.Region.NORTH_AMERICA,
        families=sorted({line.family for line in quote._lines}),  # type: ignore[attr-defined]
        currency=quote.currency,
        capex_total=quote.capex_total,
        mrr=quote.mrr,
        cost=quote.cost,
        **{name: getattr(quote, name) for name in SHIPPING},
    )
    setting.chronicle.add(order, at=at, by=quote.owner)
    for line in quote._lines:  # type: ignore[attr-defined]
        copied = (
            "position",
            "product",
            "family",
            "name",
            "quantity",
            "billing_period",
            "unit_price",
            "unit_cost",
            "discount",
            "line_total",
            "monthly",
        )
        setting.chronicle.add(
            OrderLine(partner=setting.partner, order=order, **{name: getattr(line, name) for name in copied}), at=at, by=quote.owner
        )
    order._lines = quote._lines  # type: ignore[attr-defined]
    move(setting, quote, field="status", to=QuoteStatus.ORDERED, at=at, by=quote.owner)
    return order


def confirm(setting: Setting, order: Order, *, at: datetime) -> None:
    """Confirmed by the partner; telephony opens a case."""
    case = _telephony_case(setting, order, at=at) if order.has_telephony else None
    facts = {"terms_accepted": True, "confirmed_at": at, "confirmed_by": order.owner, "case": case}
    if order.ships:
        facts |= {"devices_confirmed": True, "address_is_confirmed": True}
    if case:
        facts |= {"number_count": setting.some((10, 20, 30)), "emergency_address": f"{order.ship_street}, {order.ship_city}"}
    move(setting, order, field="status", to=Status.CONFIRMED, at=at, by=order.owner, **facts)


def begin(setting: Setting, order: Order, *, at: datetime) -> None:
    """The vendor works on it."""
    move(setting, order, field="status", to=Status.IN_PROGRESS, at=at, by=setting.account_manager)


def ship(setting: Setting, order: Order, *, at: datetime) -> None:
    """On its way, where there is something to carry."""
    if order.ships:
        tracking = f"TRK{setting.rng.randrange(10**8, 10**9)}"
        move(setting, order, field="status", to=Status.SHIPPED, at=at, by=setting.account_manager, tracking=tracking, shipped_at=at)


def complete(setting: Setting, order: Order, *, at: datetime) -> None:
    """Done; so is the case of the telephony."""
    move(setting, order, field="status", to=Status.COMPLETED, at=at, by=setting.account_manager, completed_at=at)
    if order.case:
        move(setting, order.case, field="status", to=CaseStatus.RESOLVED, at=at, by=setting.agent, resolved_at=at)


ORDERED = (confirm, begin, ship, complete)


def _telephony_case(setting: Setting, order: Order, *, at: datetime) -> Case:
    case = Case(
        partner=setting.partner,
        owner=order.owner,
        number=setting.number("C", at),
        type=CaseType.CUSTOMER_CARE,
        status=CaseStatus.IN_PROGRESS,
        topic=CLASSOUND_TOPIC,
        subject=f"CLASSOUND activation for {order.number}",
        description="Please activate the lines of this order and tell us the porting date.",
        account=order.account,
        contact=order.contact,
        agent=setting.agent,
        response_due_at=response_due(at, Case.Service.STANDARD, OpeningHours(ZoneInfo(setting.partner.time_zone))),
    )
    setting.chronicle.add(case, at=at, by=order.owner)
    first = StageMove(
        partner=setting.partner,
        subject=case,
        from_stage=CaseStatus.NEW,
        to_stage=CaseStatus.IN_PROGRESS,
        by=setting.agent,
        by_name=str(setting.agent),
    )
    setting.chronicle.add(first, at=at, by=setting.agent)
    return case
