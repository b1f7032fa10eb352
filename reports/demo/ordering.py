"""Orders of the demo, made from accepted quotes, and their way to the customer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from cases.models import Case, CaseType
from cases.services import CLASSOUND_TOPIC
from cases.stages import Status as CaseStatus
from orders.handover import hand_over
from orders.models import Order, OrderLine
from orders.stages import Status
from quotes.models import Quote
from quotes.stages import Status as QuoteStatus
from reports.demo.moves import move
from reports.demo.setting import Setting
from reports.demo.support import due

REGIONS = {"EUR": Order.Region.EUROPE, "USD": Order.Region.NORTH_AMERICA}


def place_order(setting: Setting, quote: Quote, *, at: datetime) -> Order:
    """A draft order with what the quote hands over, and the answers that its confirmation asks for."""
    handover = hand_over(quote, quote._lines, project_kind=quote.project.record_type)  # type: ignore[attr-defined]
    order = Order(partner=setting.partner, owner=quote.owner, number=setting.number("O", at), quote=quote, **asdict(handover.facts))
    order.reference = f"PO {setting.rng.randrange(1000, 9999)}"
    order.pbx_name = quote.account.email.split("@")[1].split(".")[0][:20].strip("-")
    order.pbx_platform = Order.Platform.CLOUD
    order.pbx_region = REGIONS[quote.currency]
    if order.has_telephony:
        order.number_count, order.is_porting = 10, setting.turn("porting", (True, False))
        order.emergency_address = f"{quote.account.street}, {quote.account.postal_code} {quote.account.city}"
    setting.chronicle.add(order, at=at, by=quote.owner)
    for line in handover.lines:
        setting.chronicle.add(OrderLine(partner=setting.partner, order=order, **asdict(line)), at=at, by=quote.owner)
    move(setting, quote, field="status", to=QuoteStatus.ORDERED, at=at, by=quote.owner)
    return order


def confirm(setting: Setting, order: Order, *, at: datetime) -> None:
    """Confirmed by the partner; telephony opens a case."""
    case = _telephony_case(setting, order, at=at) if order.has_telephony else None
    ticked = {"address_is_confirmed": order.ships, "devices_confirmed": order.ships, "terms_accepted": True}
    facts = {"confirmed_at": at, "confirmed_by": order.owner, "case": case}
    move(setting, order, field="status", to=Status.CONFIRMED, at=at, by=order.owner, **ticked, **facts)  # type: ignore[arg-type]


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
    porting = "yes" if order.is_porting else "no"
    case = Case(
        partner=setting.partner,
        owner=order.owner,
        number=setting.number("C", at),
        type=CaseType.CUSTOMER_CARE,
        topic=CLASSOUND_TOPIC,
        subject=f"CLASSOUND of order {order.number}",
        description=f"Please set up the telephone lines of order {order.number}.\n\n"
        f"Telephone numbers: {order.number_count}\nNumbers are ported: {porting}\nEmergency address: {order.emergency_address}",
        account_id=order.account_id,
        contact_id=order.contact_id,
        response_due_at=due(setting, at, Case.Service.STANDARD),
    )
    setting.chronicle.add(case, at=at, by=order.owner)
    move(setting, case, field="status", to=CaseStatus.IN_PROGRESS, at=at, by=setting.agent, agent=setting.agent, first_answered_at=at)
    return case
