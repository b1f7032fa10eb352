"""Filters of the list of cases."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from cases.models import Case, CaseType
from cases.stages import Status
from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet


class CaseFilter(PartnerFilterSet):
    search_in = ("number", "subject", "description", "account__name")
    status = Choices(choices=Status.choices)
    type = Choices(choices=CaseType.choices)
    created_at = DayRange()
    # Set by links from an account and a contact; a list of all of them would be long.
    account = django_filters.ModelChoiceFilter(queryset=Account.objects.all(), label=_("Account"), widget=forms.HiddenInput)
    contact = django_filters.ModelChoiceFilter(queryset=Contact.objects.all(), label=_("Contact"), widget=forms.HiddenInput)

    class Meta:
        model = Case
        fields = ["status", "type", "service_class", "account", "contact", "owner", "created_at"]
