"""Filters of the price list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.models import BillingPeriod, PriceBook, PriceBookEntry
from partnerportal.core.fields import Currency
from partnerportal.core.filters import Choices, PartnerFilterSet


def permitted(request: HttpRequest) -> QuerySet[PriceBook]:
    """The books that the person may read."""
    return PriceBook.objects.permitted(request.user)  # type: ignore[arg-type]


class PriceFilter(PartnerFilterSet):
    """Book, currency, billing period; search by code and name."""

    search_in = ("product__code", "product__name")
    book = django_filters.ModelChoiceFilter(queryset=permitted, to_field_name="kind", label=_("Price book"))
    currency = django_filters.ChoiceFilter(choices=Currency.choices, label=_("Currency"))
    billing_period = Choices(choices=BillingPeriod.choices, label=_("Billed"))

    class Meta:
        model = PriceBookEntry
        fields = ["book", "currency", "billing_period"]
