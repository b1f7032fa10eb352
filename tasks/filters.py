"""Filters of the list of tasks."""

from __future__ import annotations

from functools import cached_property

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet, Person
from partners.models import User
from tasks.models import Kind, Priority, Status, Task, Taskable
from tasks.related import AboutField


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
