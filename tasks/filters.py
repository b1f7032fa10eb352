"""Filters of the list of tasks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet, Person
from partners.models import User
from tasks.about import record_named
from tasks.models import Kind, Priority, Status, Task, Taskable


class AboutField(forms.CharField):
    """A record that the reader may see, named as `leads.lead:12`."""

    reader: Any = None

    def clean(self, value: Any) -> Taskable | None:
        name = super().clean(value)
        if not name:
            return None
        try:
            return record_named(name, self.reader)
        except Http404 as error:
            raise ValidationError(forms.ModelChoiceField.default_error_messages["invalid_choice"], code="invalid_choice") from error


class About(django_filters.Filter):
    """The tasks about one record."""

    field_class = AboutField

    def filter(self, qs: QuerySet, value: Taskable | None) -> QuerySet:
        return qs if value is None else qs.filter(pk__in=value.tasks.values("pk"))


class TaskFilter(PartnerFilterSet):
    search_in = ("subject", "comments")

    status = Choices(label=_("Status"), choices=Status.choices)
    priority = Choices(label=_("Priority"), choices=Priority.choices)
    kind = Choices(label=_("Kind"), choices=Kind.choices)
    owner = Person(label=_("Given by"), queryset=User.objects.none())
    due = DayRange(label=_("Due"), field_name="due_on")
    created = DayRange(label=_("Created"), field_name="created_at")
    about = About(label=_("About"), widget=forms.HiddenInput)  # Set by the panel of a record.

    class Meta:
        model = Task
        fields = ["assigned_to"]

    @cached_property
    def form(self) -> forms.Form:
        form = super().form
        form.fields["about"].reader = self.user  # type: ignore[attr-defined]
        return form
