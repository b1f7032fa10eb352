"""Which orders a customer pays: what a change order is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch

from accounts.models import Account
from orders.models import Order, OrderKind, OrderLine
from orders.stages import Status
from projects.mrr import RunningOrder
from projects.services import running_source
from quotes.pricing import ONE_OFF


@running_source
def confirmed(account: Account) -> Iterator[RunningOrder]:
    """The confirmed orders of a customer as they were confirmed, on hold or completed ones too; cancelled ones run no more. Two queries."""
    rows = Order.objects.for_partner(account.partner_id).filter(account=account, confirmed_at__isnull=False, quote__isnull=False)
    lines = OrderLine.objects.for_partner(account.partner_id).exclude(billing_period=ONE_OFF)
    recurring = Prefetch("lines", queryset=lines, to_attr="recurring")
    for order in rows.exclude(status=Status.CANCELLED).select_related("project").prefetch_related(recurring).order_by("confirmed_at", "pk"):
        users: dict[str, int] = {}
        for line in order.recurring:  # type: ignore[attr-defined]
            users[line.family] = users.get(line.family, 0) + line.quantity
        yield RunningOrder(order.number, order.pk, order.quote_id, order.currency, order.mrr, users, _replaced(order))  # type: ignore[arg-type]


def _replaced(order: Order) -> tuple[int, ...]:
    """The orders in whose place a change order came: those that its project was compared with."""
    kept = order.project.kept_running if order.project and order.record_type == OrderKind.CHANGE else None
    return tuple(one.key for one in kept.orders) if kept else ()
