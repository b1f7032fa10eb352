"""Filters of lists: declared, limited to what the person may see, shown as chips.

class LeadFilter(PartnerFilterSet):
    search_in = ("company", "last_name", "email")
    status = Choices(choices=Status.choices, label=_("Status"))
    created = DayRange(label=_("Created"), field_name="created_at")
    mrr = Amounts(label=_("MRR"))

    class Meta:
        model = Lead
        fields = ["owner"]  # a person may be "me"

Every filter that chooses has a twin that leaves out: `status_not=lost` beside `status=`, declared by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, cached_property, reduce
from operator import and_, or_
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import SuffixedMultiWidget

from partnerportal.core import display, periods
from partnerportal.core.forms import limit_choices
from partnerportal.core.periods import Period

ME = "me"
NOT = "_not"


@dataclass(frozen=True)
class Chip:
    """One active filter: what it says, and the names that it has in an address."""

    label: str
    value: str
    names: tuple[str, ...]


# --- days -------------------------------------------------------------------------------


class DayRangeWidget(SuffixedMultiWidget):
    """The name of a span, or two days. In the address: `<name>_in`, `<name>_after`, `<name>_before`."""

    suffixes = ("in", "after", "before")

    def __init__(self) -> None:
        choices = [("", _("Days …")), *periods.NAMES.items()]
        first, last = ({"type": "date", "aria-label": label} for label in (_("From day"), _("To day")))
        days = [forms.DateInput(attrs=first, format="%Y-%m-%d"), forms.DateInput(attrs=last, format="%Y-%m-%d")]
        super().__init__([forms.Select(choices=choices, attrs={"class": "form-select", "aria-label": _("Span of days")}), *days])

    def decompress(self, value: Period | None) -> list[Any]:
        return [value.name, None, None] if value and value.name else [None, value.first, value.last] if value else [None, None, None]


class DayRangeField(forms.MultiValueField):
    """Reads a `Period`; None when nothing was said."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", DayRangeWidget())
        names = forms.ChoiceField(choices=[("", ""), *periods.NAMES.items()], required=False)
        super().__init__(fields=(names, forms.DateField(required=False), forms.DateField(required=False)), **kwargs)

    def compress(self, data_list: list[Any]) -> Period | None:
        name, first, last = data_list or ("", None, None)
        if name and (first or last):
            raise ValidationError(_now("Please give either a span or days, not both."))
        if name:
            return periods.period(name, timezone.localdate())
        return Period(first, last) if first or last else None


class DayRange(django_filters.Filter):
    """A span of days, relative ones too. Both ends are included, in the reader's time zone where the field has a time."""

    field_class = DayRangeField

    def filter(self, qs: models.QuerySet, value: Period | None) -> models.QuerySet:
        if value is None:
            return qs
        if value.name in ("empty", "set"):
            return qs.filter(**{f"{self.field_name}__isnull": value.name == "empty"})
        has_time = isinstance(qs.model._meta.get_field(self.field_name), models.DateTimeField)
        tests: dict[str, Any] = {}
        if value.first:
            tests[f"{self.field_name}__gte"] = _midnight(value.first) if has_time else value.first
        if value.last:
            tests[f"{self.field_name}__lt"] = _midnight(value.last + timedelta(days=1)) if has_time else value.last + timedelta(days=1)
        return qs.filter(**tests)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# --- choices, people, amounts -----------------------------------------------------------


class Choices(django_filters.MultipleChoiceFilter):
    """One or several of the choices of a field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("distinct", False)  # A field of the row itself doubles no rows.
        super().__init__(*args, **kwargs)


class AmountsWidget(SuffixedMultiWidget):
    """Two numbers. In the address: `<name>_min`, `<name>_max`."""

    suffixes = ("min", "max")

    def __init__(self) -> None:
        told = [{"aria-label": label, "placeholder": label} for label in (_("From number"), _("To number"))]
        super().__init__([forms.NumberInput(attrs={**words, "step": "any"}) for words in told])

    def decompress(self, value: slice | None) -> list[Any]:
        return [value.start, value.stop] if value else [None, None]


class Amounts(django_filters.RangeFilter):
    """From a number to a number, both included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", AmountsWidget())
        super().__init__(*args, **kwargs)


class _PersonIterator(django_filters.fields.ModelChoiceIterator):
    """The choices of people, "me" before the names."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        yield (ME, _now("Me"))
        yield from ((person.pk, person.get_full_name()) for person in self.queryset)


class PersonField(django_filters.fields.ModelChoiceField):
    """A colleague, or "me": whoever reads the list. `reader` and `known` (people met before, by key) are set by the filter set."""

    iterator = _PersonIterator
    reader: Any = None
    known: dict[str, Any]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if value not in self.known:
            self.known[value] = self.reader if value == ME else super().to_python(value)
        return self.known[value]


class Person(django_filters.ModelChoiceFilter):
    """A person of a record: a colleague by name, or "me"."""

    field_class = PersonField


# --- the set ----------------------------------------------------------------------------


class PartnerFilterSet(django_filters.FilterSet):
    """A filter set whose related choices are those that the person may see. `search_in` are the fields of the list's own search."""

    search_in: tuple[str, ...] = ()
    q = django_filters.CharFilter(method="search", label=_("Search this list"), max_length=100)

    def __init__(
        self, data: QueryDict | None = None, queryset: Any = None, *, user: Any, known: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, queryset, **kwargs)
        self.user, self.known = user, known if known is not None else {}

    @cached_property
    def is_silent(self) -> bool:
        """Whether the address names none of these filters. Then their form is not needed, and making it costs more than the query."""
        return all(self.data.get(name) is None for name in self.parameters())

    @cached_property
    def form(self) -> forms.Form:
        """The form of the filters, made when somebody asks."""
        form = super().form
        limit_choices(form.fields, self.user)
        for field in form.fields.values():
            if hasattr(field, "empty_label") and field.empty_label is not None:
                field.empty_label = _now("Any")
            if isinstance(field, PersonField):
                field.reader, field.known = self.user, self.known
                field.empty_label = _now("Anybody")
        for name in self.left_out():
            if getattr(form.fields[name], "empty_label", None) is not None:
                form.fields[name].empty_label = display.NOTHING
            form.fields[name].label = _is_not(self._label(form, name.removesuffix(NOT)))
        form.auto_id = f"filter_{self.form_prefix or ''}%s"  # A dialog over the list may hold fields of the same names.
        form.helper = FormHelper()
        form.helper.form_tag = False
        form.helper.disable_csrf = True
        form.helper.layout = self._layout(form)
        return form

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """What the filters let through; they were understood."""
        return queryset if self.is_silent else super().filter_queryset(queryset)

    def _layout(self, form: forms.Form) -> Layout:
        """The filters but the search, and below them, folded, those that leave out."""
        left_out = self.left_out()
        chosen = [name for name in form.fields if name not in (*left_out, "q")]
        return Layout(*chosen, *([LeftOut(*left_out)] if left_out else []))

    @classmethod
    def get_filters(cls) -> Any:
        """The declared filters; those that choose words or people get a twin that leaves out."""
        found = super().get_filters()
        for name, one in list(found.items()):
            is_of_words = isinstance(one, django_filters.ChoiceFilter) and not isinstance(one, django_filters.ModelChoiceFilter)
            if is_of_words or isinstance(one, Choices | Person):
                found[f"{name}{NOT}"] = twin = deepcopy(one)
                twin.exclude = True
        return found

    @classmethod
    def left_out(cls) -> list[str]:
        """The names of the filters that leave out."""
        return [name for name, one in cls.base_filters.items() if one.exclude]

    def _label(self, form: forms.Form, name: str) -> str:
        return str(form.fields[name].label or self.filters[name].label or name)

    @classmethod
    def filter_for_field(cls, field: Any, field_name: str, lookup_expr: str | None = None) -> Any:
        """A field that names a person can be asked for "me"."""
        if isinstance(field, models.ForeignKey) and field.related_model is get_user_model():
            label = str(field.verbose_name)
            return Person(field_name=field_name, queryset=get_user_model()._default_manager.none(), label=label[:1].upper() + label[1:])
        return super().filter_for_field(field, field_name, lookup_expr)

    def search(self, queryset: models.QuerySet, name: str, value: str) -> models.QuerySet:
        """Rows that hold every word in one of `search_in`."""
        tests = [reduce(or_, (Q(**{f"{field}__icontains": word}) for field in self.search_in)) for word in value.split()]
        return queryset.filter(reduce(and_, tests)) if tests and self.search_in else queryset

    @classmethod
    def names_of(cls, name: str) -> tuple[str, ...]:
        """The names that one filter reads from an address."""
        return _names(cls)[name]  # type: ignore[arg-type]

    @classmethod
    def parameters(cls) -> frozenset[str]:
        """Every name that this filter set reads from an address."""
        return frozenset(
            one
            for names in _names(cls).values()  # type: ignore[arg-type]
            for one in names
        )

    @cached_property
    def fields_in_use(self) -> set[str]:
        """The fields that the active filters, and the search, look at."""
        said = self.form.cleaned_data.items() if not self.is_silent and self.form.is_valid() else ()
        return {self.filters[name].field_name for name, value in said if not _is_blank(value)}

    @cached_property
    def chips(self) -> list[Chip]:
        """The active filters but the search, in the order of their declaration."""
        if self.is_silent or not self.form.is_valid():
            return []
        return [self._chip(name, value) for name, value in self.form.cleaned_data.items() if name != "q" and not _is_blank(value)]

    def _chip(self, name: str, value: Any) -> Chip:
        field = self.form.fields[name]
        said = _now("Me") if isinstance(field, PersonField) and self.data.get(name) == ME else _words(field, value)
        return Chip(self._label(self.form, name), said, self.names_of(name))


class LeftOut(Div):
    """The filters that leave out, folded until one of them says something."""

    template = "components/filters_left_out.html"

    def render(self, form: Any, context: Any, **kwargs: Any) -> Any:
        self.is_open = any(not _is_blank(form[name].value()) for name in self.fields)
        return super().render(form, context, **kwargs)


def _is_not(label: str) -> str:
    return _now("%(label)s is not") % {"label": label}


@cache
def _names(filterset: type[PartnerFilterSet]) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, declared in filterset.base_filters.items():
        widget = deepcopy(declared).field.widget  # A field keeps the label that it was made with; here no language is chosen yet.
        suffixes = getattr(widget, "suffixes", None)
        found[name] = tuple(f"{name}_{suffix}" for suffix in suffixes) if suffixes else (name,)
    return found


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, list | tuple | models.QuerySet) and not value)


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, Period):
        return str(periods.NAMES[value.name]) if value.name else _span(value.first, value.last)
    if isinstance(value, slice):
        return _span(value.start, value.stop)
    choices = (
        {str(key): text for key, text in getattr(field, "choices", ()) if not isinstance(text, list | tuple)}
        if not isinstance(field, forms.ModelChoiceField)
        else {}
    )
    values = value if isinstance(value, list | tuple | models.QuerySet) else [value]
    return ", ".join(str(choices.get(str(one), display.yes_no(one) if isinstance(one, bool) else one)) for one in values)


def _span(first: Any, last: Any) -> str:
    if first is not None and first == last:
        return _end(first)
    return " ".join(f"{sign} {_end(end)}" for sign, end in (("≥", first), ("≤", last)) if end is not None)


def _end(end: Any) -> str:
    return display.number(end) if isinstance(end, int | Decimal) else display.day(end) if hasattr(end, "year") else str(end)
