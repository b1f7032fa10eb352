"""Filters of the list of orders."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from orders.models import Order, OrderKind
from orders.stages import Status
from partnerportal.core.filters import Amounts, Choices, DayRange, PartnerFilterSet
from projects.models import Project


class OrderFilter(PartnerFilterSet):
    search_in = ("number", "reference", "account__name", "tracking", "pbx_name")
    status = Choices(choices=Status.choices, label=_("Status"))
    record_type = Choices(choices=OrderKind.choices, label=_("Kind"))
    mrr = Amounts(label=_("MRR"))
    created_at = DayRange(label=_("Created"))
    # Set by links from an account, a contact and a project; a list of all of them would be long.
    account = django_filters.ModelChoiceFilter(queryset=Account.objects.all(), label=_("Account"), widget=forms.HiddenInput)
    contact = django_filters.ModelChoiceFilter(queryset=Contact.objects.all(), label=_("Contact"), widget=forms.HiddenInput)
    project = django_filters.ModelChoiceFilter(queryset=Project.objects.all(), label=_("Project"), widget=forms.HiddenInput)

    class Meta:
        model = Order
        fields = ["account", "contact", "project", "owner"]
