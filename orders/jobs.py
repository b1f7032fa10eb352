"""Mail about orders."""

from __future__ import annotations

from django.conf import settings

from orders.models import Order
from partnerportal.core import emails, outbox
from partnerportal.core.models import StageMove
from partnerportal.core.notifications import wants_mail


@outbox.handles("order.moved")
def email_owner(*, order_id: int, move_id: int) -> None:
    """Tell the owner by mail that the order is confirmed, shipped, on hold, completed or cancelled."""
    order = Order.objects.across_partners(reason="outbox: order.moved").select_related("owner", "account", "case").get(pk=order_id)
    move = StageMove.objects.for_partner(order.partner_id).get(pk=move_id)
    if order.owner.is_active and wants_mail(order.owner, "order", about=order, since=move.at):
        link = f"{settings.SITE_URL}{order.get_absolute_url()}"
        facts = {"order": order, "status": move.to_stage, "reason": move.reason, "link": link}
        to = (order.owner.get_full_name(), order.owner.email)
        emails.send("order_moved", to, facts, language=order.owner.language, key=f"order.moved:{move_id}")
