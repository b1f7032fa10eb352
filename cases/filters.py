"""Filters of the list of cases."""

from __future__ import annotations

from cases.models import Case, CaseType
from cases.stages import Status
from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet


class CaseFilter(PartnerFilterSet):
    search_in = ("number", "subject", "description", "account__name")
    status = Choices(choices=Status.choices)
    type = Choices(choices=CaseType.choices)
    created_at = DayRange()

    class Meta:
        model = Case
        fields = ["status", "type", "service_class", "account", "owner", "created_at"]
