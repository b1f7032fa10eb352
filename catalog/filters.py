"""Filters of the price list."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import BillingPeriod, PriceBook, PriceBookEntry
from partnerportal.core.fields import Currency
from partnerportal.core.filters import Choices, PartnerFilterSet
from partners.models import User


class PriceFilter(PartnerFilterSet):
    """Book, currency, billing period; search by code and name."""

    search_in = ("product__code", "product__name")
    book = django_filters.ModelChoiceFilter(
        queryset=PriceBook.objects.none(), to_field_name="kind", label=_("Price book"), method="of_book"
    )
    currency = django_filters.ChoiceFilter(choices=Currency.choices, label=_("Currency"))
    billing_period = Choices(choices=BillingPeriod.choices, label=_("Billed"))

    def of_book(self, rows: QuerySet, name: str, book: PriceBook | None) -> QuerySet:
        """The prices of a book, and the customer's bands that stand beside it."""
        return rows.filter(Q(book=book) | Q(beside=book.pk)) if book else rows

    class Meta:
        model = PriceBookEntry
        fields = ["book", "currency", "billing_period"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.form.fields["book"].queryset = PriceBook.objects.permitted(user)  # type: ignore[attr-defined]
