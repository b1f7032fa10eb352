"""What lists of projects can be narrowed to."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from catalog import words
from catalog.models import Forecast, Term
from partnerportal.core.filters import Amounts, Choices, DayRange, PartnerFilterSet
from projects.models import Project
from projects.stages import PATHS, RecordType, Stage


def stage_choices() -> list[tuple[str, str]]:
    """The stages in the vendor's words; where a change order calls one otherwise, both."""
    found = []
    for stage in Stage:
        told = [words.stage(kind, stage).label for kind in RecordType if stage in PATHS[kind].steps]
        found.append((str(stage), " / ".join(dict.fromkeys(told))))
    return found


class ProjectFilter(PartnerFilterSet):
    search_in = ("name", "account__name", "contact__first_name", "contact__last_name")
    stage = Choices(choices=stage_choices, label=_("Stage"))
    close_date = DayRange(label=_("Close date"))
    next_step_on = DayRange(label=_("Next step on"))
    created_at = DayRange(label=_("Created"))
    closed = DayRange(label=_("Closed"), field_name="closed_at")
    # Set by links from an account and a contact; a list of all of them would be long.
    account = django_filters.ModelChoiceFilter(queryset=Account.objects.all(), label=_("Account"), widget=forms.HiddenInput)
    contact = django_filters.ModelChoiceFilter(queryset=Contact.objects.all(), label=_("Contact"), widget=forms.HiddenInput)
    mrr = Amounts(label=_("MRR"))
    total_users = Amounts(label=_("Total users"))
    forecast_category = Choices(choices=Forecast.choices, label=_("Forecast category"))
    won_reason = Choices(choices=lambda: words.choices(Term.Kind.WON), label=_("Reason of the win"))
    lost_reason = Choices(choices=lambda: words.choices(Term.Kind.LOST), label=_("Reason of the loss"))
    demo_done = django_filters.BooleanFilter(label=_("Demo done"))

    class Meta:
        model = Project
        fields = ["owner", "record_type", "outcome", "opportunity_type", "product_of_interest", "currency"]
