"""What a task is related to, as forms ask for it: a search, and a choice of what it found. Without script both stand in the same form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now

from partnerportal.core import display, search
from partnerportal.core.forms import NamedRecordField
from partners.models import User
from tasks.about import name_of, record_if_any
from tasks.models import Taskable

Choices = list[tuple[str, Any]]


class RelatedSelect(forms.Select):
    """The choice of a record. A post that does not name it leaves what is `present`."""

    present = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, self.present)


class AboutField(NamedRecordField):
    """A record that the reader may see and that can have tasks, named as `leads.lead:12`."""

    def clean(self, value: Any) -> Taskable | None:
        name = super().clean(value)
        if not name:
            return None
        record = record_if_any(name, self.reader)
        if record is None:
            raise ValidationError(forms.ModelChoiceField.default_error_messages["invalid_choice"], code="invalid_choice")
        return record

    def in_words(self, name: str) -> str:
        record = record_if_any(name, self.reader)
        return str(record) if record else display.NOTHING


def found(query: str, user: User) -> Choices:
    """The records that can have tasks among what a search finds, by kind; nothing for a query too short."""
    groups = search.find(search.clean(query), user)
    wanted = [group for group in groups if issubclass(apps.get_model(group.kind), Taskable)]
    return [(str(group.label), [(hit.name, _words(hit)) for hit in group.hits]) for group in wanted]


def choices(chosen: Taskable | None, query: str, user: User) -> Choices:
    """Nothing, what is chosen, and what a search finds."""
    name = name_of(chosen) if chosen else ""
    groups = [(label, [pair for pair in pairs if pair[0] != name]) for label, pairs in found(query, user)]
    return [("", _now("Nothing")), *([(name, str(chosen))] if chosen else []), *(group for group in groups if group[1])]


def _words(hit: search.Hit) -> str:
    return f"{hit.title} · {hit.subtitle}" if hit.subtitle else hit.title
