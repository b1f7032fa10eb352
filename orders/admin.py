"""Orders in the back office: the vendor moves them on. An account manager sees the own portfolio alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders import services
from orders.models import Order, OrderLine
from orders.stages import MOVES, Status
from partnerportal.core.admin import REFUSALS, ObjectAction, PartnerOwnedAdmin, PartnerOwnedInline, VisibleChoicesFilter

CHANGE = "orders.change_order"


def may_go(to: str) -> Callable[[Order], bool]:
    """Whether the process has an arrow from where an order is."""
    return lambda order: MOVES.allows(order.status, to)


def is_held(order: Order) -> bool:
    return order.status == Status.ON_HOLD


def may_complete(order: Order) -> bool:
    return order.status == Status.SHIPPED or (order.status == Status.IN_PROGRESS and not order.ships)


@admin.action(description=_("Begin to work on the chosen orders"), permissions=["change"])
def start_chosen(modeladmin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[Order]) -> None:
    """Start each; one that cannot be started says why and holds up no other."""
    _each(modeladmin, request, chosen, services.start_order)


@admin.action(description=_("Complete the chosen orders"), permissions=["change"])
def complete_chosen(modeladmin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[Order]) -> None:
    """Complete each; one that cannot be completed says why and holds up no other."""
    _each(modeladmin, request, chosen, services.complete_order)


def _each(modeladmin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[Order], verb: Callable[..., Any]) -> None:
    for order in chosen:
        try:
            verb(order, by=request.user)
        except REFUSALS as refusal:
            modeladmin.message_user(request, f"{order}: {refusal}", messages.ERROR)
        else:
            modeladmin.message_user(request, _("%(order)s: done.") % {"order": order}, messages.SUCCESS)


class OrderLineInline(PartnerOwnedInline):
    model = OrderLine
    fields = ("position", "product", "name", "quantity", "billing_period", "unit_price", "unit_cost", "discount", "line_total", "monthly")
    readonly_fields = fields


@admin.register(Order)
class OrderAdmin(PartnerOwnedAdmin):
    list_display = ("number", "partner", "account", "record_type", "status", "mrr", "capex_total", "currency", "confirmed_at")
    list_filter = ("status", "record_type", ("partner", VisibleChoicesFilter))
    search_fields = ("number", "reference", "account__name", "partner__name", "tracking")
    list_select_related = ("partner", "account")
    ordering = ("-created_at",)
    exclude = ("typed",)
    inlines = (OrderLineInline,)
    actions = (start_chosen, complete_chosen)
    object_actions = (
        ObjectAction("start", _("Begin"), run=services.start_order, permission=CHANGE, when=lambda order: order.status == Status.CONFIRMED),
        ObjectAction(
            "ship",
            _("Mark as shipped"),
            run=services.ship_order,
            permission=CHANGE,
            asks="tracking",
            question=_("Tracking number"),
            is_required=True,
            when=lambda order: order.ships and MOVES.allows(order.status, Status.SHIPPED),
        ),
        ObjectAction("complete", _("Complete"), run=services.complete_order, permission=CHANGE, when=may_complete),
        ObjectAction(
            "hold",
            _("Put on hold"),
            run=services.hold_order,
            permission=CHANGE,
            asks="reason",
            question=_("What does the order wait for? The partner reads this."),
            is_required=True,
            when=may_go(Status.ON_HOLD),
        ),
        ObjectAction(
            "release", _("Release"), run=services.release_order, permission=CHANGE, when=lambda order: order.status == Status.ON_HOLD
        ),
        ObjectAction(
            "cancel",
            _("Cancel the order"),
            run=services.cancel_order,
            permission=CHANGE,
            asks="reason",
            question=_("Why is the order cancelled? The partner reads this."),
            is_required=True,
            when=may_go(Status.CANCELLED),
        ),
    )
