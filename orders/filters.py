"""Filters of the list of orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderKind
from orders.stages import Status
from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet


class OrderFilter(PartnerFilterSet):
    search_in = ("number", "reference", "account__name", "tracking", "pbx_name")
    status = Choices(choices=Status.choices, label=_("Status"))
    record_type = Choices(choices=OrderKind.choices, label=_("Kind"))
    created_at = DayRange(label=_("Created"))

    class Meta:
        model = Order
        fields = ["account", "project", "owner"]
