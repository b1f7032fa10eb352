"""Filters of the list of quotes."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from partnerportal.core.filters import Amounts, Choices, DayRange, PartnerFilterSet
from projects.models import Project
from quotes.models import Quote
from quotes.stages import Approval, Status


class QuoteFilter(PartnerFilterSet):
    """Status, approval, primary, owner, project, account, and days."""

    search_in = ("number", "name", "account__name")
    status = Choices(choices=Status.choices, label=_("Status"))
    approval = Choices(choices=Approval.choices, label=_("Discount approval"))
    mrr = Amounts(label=_("MRR"))
    is_primary = django_filters.BooleanFilter(label=_("Primary"))
    valid_until = DayRange(label=_("Valid until"))
    created_at = DayRange(label=_("Created"))
    # Set by links from an account, a contact and a project; a list of all of them would be long.
    account = django_filters.ModelChoiceFilter(queryset=Account.objects.all(), label=_("Account"), widget=forms.HiddenInput)
    contact = django_filters.ModelChoiceFilter(queryset=Contact.objects.all(), label=_("Contact"), widget=forms.HiddenInput)
    project = django_filters.ModelChoiceFilter(queryset=Project.objects.all(), label=_("Project"), widget=forms.HiddenInput)

    class Meta:
        model = Quote
        fields = ["owner", "account", "contact", "project", "currency"]
