"""Filters of lists: declared, limited to what the person may see, shown as chips.

class LeadFilter(PartnerFilterSet):
    search_in = ("company", "last_name", "email")

    class Meta:
        model = Lead
        fields = {"status": ["exact"], "source": ["exact"], "owner": ["exact"]}
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from django import forms
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerportal.core import display
from partnerportal.core.forms import limit_choices


@dataclass(frozen=True)
class Chip:
    """One active filter: what it says, and the query of the page without it."""

    label: str
    value: str
    without: str


class DayRange(django_filters.DateFromToRangeFilter):
    """From a day to a day, both included. In the address: `<name>_after`, `<name>_before`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", django_filters.widgets.DateRangeWidget(attrs={"type": "date"}))
        super().__init__(*args, **kwargs)

    def filter(self, queryset: models.QuerySet, value: slice | None) -> models.QuerySet:
        """A field without time is compared with days; midnights in the reader's zone would be the day before in another."""
        field = queryset.model._meta.get_field(self.field_name)
        if value and not isinstance(field, models.DateTimeField):
            value = slice(_day(value.start), _day(value.stop), value.step)
        return super().filter(queryset, value)


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


class Choices(django_filters.MultipleChoiceFilter):
    """One or several of the choices of a field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(*args, **kwargs)


class PartnerFilterSet(django_filters.FilterSet):
    """A filter set whose related choices are those that the person may see. `search_in` are the fields of the list's own search."""

    search_in: tuple[str, ...] = ()
    q = django_filters.CharFilter(method="search", label=_("Search this list"), max_length=100)

    def __init__(self, data: QueryDict | None = None, queryset: Any = None, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        self.user = user
        limit_choices(self.form.fields, user)
        self.form.auto_id = "filter_%s"  # A dialog over the list may hold fields of the same names.
        self.form.helper = FormHelper()
        self.form.helper.form_tag = False
        self.form.helper.disable_csrf = True

    def search(self, queryset: models.QuerySet, name: str, value: str) -> models.QuerySet:
        """Rows that hold every word in one of `search_in`."""
        tests = [reduce(or_, (Q(**{f"{field}__icontains": word}) for field in self.search_in)) for word in value.split()]
        return queryset.filter(reduce(and_, tests)) if tests and self.search_in else queryset

    @classmethod
    def parameters(cls) -> frozenset[str]:
        """Every name that this filter set reads from an address."""
        names: set[str] = set()
        for name, declared in cls.base_filters.items():
            widget = deepcopy(declared).field.widget  # A field keeps the label that it was made with; here no language is chosen yet.
            suffixes = getattr(widget, "suffixes", None)
            names.update(f"{name}_{suffix}" for suffix in suffixes) if suffixes else names.add(name)
        return frozenset(names)

    @property
    def kept_values(self) -> list[tuple[str, str]]:
        """The active filters as they stand in the address, for a form that changes something else."""
        names = self.parameters() - {"q"}
        return [(name, value) for name, values in self.data.lists() if name in names for value in values if value]

    def chips(self, query: QueryDict) -> list[Chip]:
        """The active filters but the search, in the order of their declaration."""
        if not self.form.is_valid():
            return []
        return [self._chip(name, value, query) for name, value in self.form.cleaned_data.items() if name != "q" and value]

    def _chip(self, name: str, value: Any, query: QueryDict) -> Chip:
        rest = query.copy()
        for key in (name, f"{name}_after", f"{name}_before", f"{name}_min", f"{name}_max", "after", "before"):
            rest.pop(key, None)
        label = self.form.fields[name].label or self.filters[name].label or name
        return Chip(str(label), _words(self.form.fields[name], value), rest.urlencode())


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, slice):
        ends = [(">=" if end is value.start else "<=", end) for end in (value.start, value.stop) if end is not None]
        return " ".join(f"{sign} {_end(end)}" for sign, end in ends)
    choices = (
        {str(key): text for key, text in getattr(field, "choices", ()) if not isinstance(text, list | tuple)}
        if not isinstance(field, forms.ModelChoiceField)
        else {}
    )
    values = value if isinstance(value, list | tuple | models.QuerySet) else [value]
    return ", ".join(str(choices.get(str(one), display.yes_no(one) if isinstance(one, bool) else one)) for one in values)


def _end(end: Any) -> str:
    return display.number(end) if isinstance(end, int | Decimal) else display.day(end) if hasattr(end, "year") else str(end)
