"""Filters of the list of tasks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet
from tasks.models import Kind, Priority, Status, Task


class TaskFilter(PartnerFilterSet):
    search_in = ("subject", "comments")

    status = Choices(label=_("Status"), choices=Status.choices)
    priority = Choices(label=_("Priority"), choices=Priority.choices)
    kind = Choices(label=_("Kind"), choices=Kind.choices)
    due = DayRange(label=_("Due"), field_name="due_on")

    class Meta:
        model = Task
        fields = ["assigned_to"]
