"""Filters of the lists of accounts and contacts."""

from __future__ import annotations

from functools import partial

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountKind, AccountStatus, Contact
from catalog import words
from catalog.models import Term
from partnerportal.core.filters import Amounts, Choices, DayRange, PartnerFilterSet


class AccountFilter(PartnerFilterSet):
    search_in = ("name", "email", "city")

    status = Choices(label=_("Status"), choices=AccountStatus.choices)
    record_type = Choices(label=_("Kind"), choices=AccountKind.choices)
    industry = Choices(label=_("Industry"), choices=partial(words.choices, Term.Kind.INDUSTRY))
    employees = Amounts(label=_("Employees"))
    created = DayRange(label=_("Created"), field_name="created_at")

    class Meta:
        model = Account
        fields = ["owner"]


class ContactFilter(PartnerFilterSet):
    search_in = ("first_name", "last_name", "email", "account__name")

    job_title = Choices(label=_("Job title"), choices=partial(words.choices, Term.Kind.JOB_TITLE))
    power = Choices(label=_("Power"), choices=partial(words.choices, Term.Kind.POWER))
    created = DayRange(label=_("Created"), field_name="created_at")
    # Set by links from an account; a list of all of them would be long.
    account = django_filters.ModelChoiceFilter(queryset=Account.objects.all(), label=_("Account"), widget=forms.HiddenInput)

    class Meta:
        model = Contact
        fields = ["owner"]
