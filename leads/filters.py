"""Filters of the list and the board of leads."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from catalog import words
from catalog.models import ProductOfInterest, Term
from leads.models import Lead
from leads.stages import Status
from partnerportal.core.filters import Amounts, Choices, DayRange, PartnerFilterSet


def _listed() -> list[tuple[str, str]]:
    """Every status that a list can show."""
    return [(status, text) for status, text in Lead.stage_words().items() if status != Status.CONVERTED]


class LeadFilter(PartnerFilterSet):
    search_in = ("company", "first_name", "last_name", "email")

    status = Choices(label=_("Status"), choices=_listed)
    source = Choices(label=_("Lead source"), choices=partial(words.choices, Term.Kind.LEAD_SOURCE))
    power = Choices(label=_("Power"), choices=partial(words.choices, Term.Kind.POWER))
    product_of_interest = Choices(label=_("Product of interest"), choices=ProductOfInterest.choices)
    total_users = Amounts(label=_("Total users"))
    score = Amounts(label=_("Score"))
    next_step_on = DayRange(label=_("Next step on"))
    revisit = DayRange(label=_("Revisit on"), field_name="revisit_on")
    created = DayRange(label=_("Created"), field_name="created_at")

    class Meta:
        model = Lead
        fields = ["owner"]
