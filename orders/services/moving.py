"""The mover of orders, and the vendor's verbs: start, ship, complete, hold, release, cancel.

Each move says in the project's activity what it causes: completing an order closes the project as won, cancelling it
sends the project back to Proposal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.models import Order
from orders.stages import MOVES, Status
from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.attached import tell_followers
from partnerportal.core.models import StageMove
from partnerportal.core.moves import record_move
from partnerportal.core.scoping import NotYours, require_editable
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, Missing
from projects.models import Project
from projects.services import advance
from projects.stages import Stage
from quotes.services import cancel_ordered

if TYPE_CHECKING:
    from partners.models import User

NOTICES = {
    Status.CONFIRMED: gettext_noop("Order %(number)s is confirmed."),
    Status.SHIPPED: gettext_noop("Order %(number)s is shipped."),
    Status.ON_HOLD: gettext_noop("Order %(number)s is on hold."),
    Status.COMPLETED: gettext_noop("Order %(number)s is completed."),
    Status.CANCELLED: gettext_noop("Order %(number)s is cancelled."),
}
GOES_ON = gettext_noop("Order %(number)s is now: %(status)s")


@service
def start_order(order: Order, *, by: User) -> Order:
    """The vendor begins to work on a confirmed order. Raises NotYours or IllegalMove."""
    order = _lock_for_vendor(order, by)
    if order.status == Status.ON_HOLD:
        raise IllegalMove(_("This order is on hold. Release it first."), stage=order.status, to=Status.IN_PROGRESS)
    move(order, Status.IN_PROGRESS, by=Actor.of(by))
    return order


@service
def ship_order(order: Order, *, tracking: str, by: User) -> Order:
    """The goods are on their way, with a tracking number. Raises NotYours, IllegalMove where nothing ships, or ExitConditionMissing."""
    order = _lock_for_vendor(order, by)
    MOVES.check(order.status, Status.SHIPPED)
    if not order.ships:
        raise IllegalMove(_("Nothing of this order ships. Complete it."), stage=order.status, to=Status.SHIPPED)
    order.tracking = _required(tracking, "tracking", _("Tracking: the number under which the parcel can be followed."), order)
    order.shipped_at = timezone.now()
    announce(order, move(order, Status.SHIPPED, by=Actor.of(by), also=("tracking", "shipped_at")))
    return order


@service
def complete_order(order: Order, *, by: User) -> Order:
    """Everything is delivered: the project is won, and its account a customer. Raises NotYours, or IllegalMove before goods are shipped."""
    order = _lock_for_vendor(order, by)
    MOVES.check(order.status, Status.COMPLETED)
    if order.ships and order.status != Status.SHIPPED:
        raise IllegalMove(_("Something of this order ships. Mark it as shipped first."), stage=order.status, to=Status.COMPLETED)
    order.completed_at = timezone.now()
    announce(order, move(order, Status.COMPLETED, by=Actor.of(by), also=("completed_at",)))
    if order.project:
        advance(order.project, to=Stage.CLOSED, by=Actor.of(by), cause=_("Order %(number)s was completed") % {"number": order.number})
    return order


@service
def hold_order(order: Order, *, reason: str, by: User) -> Order:
    """Stop an order for a reason that the partner reads; `release_order` goes on where it was.

    Raises NotYours, IllegalMove or ExitConditionMissing.
    """
    order = _lock_for_vendor(order, by)
    MOVES.check(order.status, Status.ON_HOLD)
    why = _required(reason, "reason", _("Reason: what the order waits for."), order)
    order.held_from = order.status
    announce(order, move(order, Status.ON_HOLD, by=Actor.of(by), reason=why, also=("held_from",)))
    return order


@service
def release_order(order: Order, *, by: User) -> Order:
    """Go on with an order on hold, in the status that it had. Raises NotYours or IllegalMove."""
    order = _lock_for_vendor(order, by)
    if order.status != Status.ON_HOLD:
        raise IllegalMove(_("This order is not on hold."), stage=order.status)
    back_to, order.held_from = order.held_from, ""
    move(order, back_to, by=Actor.of(by), also=("held_from",))
    return order


@service
def cancel_order(order: Order, *, reason: str, by: User) -> Order:
    """Cancel an order before it ships: the partner a draft, the vendor any. Its quote is over, and its project, unless another
    order of it lives, goes back to Proposal.

    Raises NotYours, IllegalMove once it has shipped, or ExitConditionMissing without a reason.
    """
    order = lock(order, by) if by.partner_id else _lock_for_vendor(order, by)
    if by.partner_id and not order.is_draft:
        raise IllegalMove(_("This order is confirmed. Ask the vendor, by a case, to cancel it."), stage=order.status, to=Status.CANCELLED)
    MOVES.check(order.status, Status.CANCELLED)
    why = _required(reason, "reason", _("Reason: why the order is cancelled."), order)
    announce(order, move(order, Status.CANCELLED, by=Actor.of(by), reason=why))
    cause = _("Order %(number)s was cancelled") % {"number": order.number}
    if order.project and not _has_other(order):
        advance(order.project, to=Stage.PROPOSAL, by=Actor.of(by), cause=cause)
    if order.quote:
        cancel_ordered(order.quote, by=by, cause=cause)
    return order


def _has_other(order: Order) -> bool:
    """Whether another order of the project lives. The project is locked: of two that end at once the second sees the first."""
    Project.objects.for_partner(order.partner_id).select_for_update(of=("self",)).get(pk=order.project_id)
    others = Order.objects.for_partner(order.partner_id).filter(project=order.project_id).exclude(pk=order.pk)
    return others.exclude(status=Status.CANCELLED).exists()


def lock(order: Order, by: User) -> Order:
    """The order as it is now, locked, for a person of the partner who may change it. Raises DoesNotExist or NotYours."""
    rows = Order.objects.visible_to(by).select_related("owner", "partner", "project", "quote")
    locked = rows.select_for_update(of=("self",)).get(pk=order.pk)
    require_editable(locked, by)
    return locked


def lock_draft(order: Order, by: User) -> Order:
    """As `lock`, for what only a draft allows. Raises IllegalMove for an order that is not one."""
    order = lock(order, by)
    if not order.is_draft:
        raise IllegalMove(_("This order is no longer a draft and cannot be changed."), stage=order.status)
    return order


def _lock_for_vendor(order: Order, by: User) -> Order:
    if not by.is_active or not (by.is_account_manager or by.is_vendor_admin):
        raise NotYours(_("Only the vendor moves an order that is confirmed."))
    rows = Order.objects.visible_to(by).select_related("owner", "partner", "project", "quote")
    return rows.select_for_update(of=("self",)).get(pk=order.pk)


def _required(text: str, field: str, sentence: str, order: Order) -> str:
    if not text.strip():
        raise ExitConditionMissing([Missing(order.status, (field,), sentence)])
    return text.strip()


def move(order: Order, to: str, *, by: Actor, reason: str = "", also: tuple[str, ...] = ()) -> StageMove:
    """Put a locked order into a status, saving the fields `also` that the verb has set, and tell. Raises IllegalMove."""
    MOVES.check(order.status, to)
    was, order.status = order.status, to
    order.save(update_fields=["status", "updated_at", *also])
    made = record_move(order, was=was, to=to, by=by, reason=reason)
    values = {"number": order.number, "status": Status(to).label}
    kind = "order" if to in NOTICES else "order.moved"
    tell_followers(order, NOTICES.get(Status(to), GOES_ON), values=values, kind=kind, but=[by.user] if by.user else [])
    return made


def announce(order: Order, made: StageMove) -> None:
    """Promise the owner a mail of a move."""
    outbox.promise("order.moved", key=f"order.moved:{made.pk}", order_id=order.pk, move_id=made.pk)
