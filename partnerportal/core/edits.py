"""A change as a person typed it, brought together with what others saved since the form was opened.

Form, cell, board and bulk change go this one way: the form carries what it was opened with (`base`, signed), `read` merges the posted
values with the record as it stands, and answers a form that is bound to both. Values are compared as the form's fields understand
them, so that 4,50 and 4.5 are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone

from partnerportal.core import display
from partnerportal.core.forms import NamedRecordField
from partnerportal.core.history import Change, changes
from partnerportal.core.merge import Clash, Merged, merge

Raw = str | bool | tuple[str, ...]
FormOf = Callable[[QueryDict | None], forms.BaseForm]
SALT = "portal.edit"
CHOICES = ("theirs", "mine", "was")


@dataclass(frozen=True)
class Question:
    """A clash as the person reads it. `name` is the field, `choice` what was picked so far."""

    name: str
    label: str
    theirs: str
    mine: str
    was: str
    change: Change | None
    choice: str = ""


@dataclass(frozen=True)
class Edit:
    """A change that was read: `form` is bound to the merged values; `clashes` are the fields that still need a decision."""

    form: forms.BaseForm
    present: Mapping[str, Raw]
    merged: Merged[Raw]

    @property
    def clashes(self) -> Mapping[str, Clash[Raw]]:
        """Fields that two people changed differently."""
        return self.merged.clashes

    @property
    def changed(self) -> frozenset[str]:
        """Fields that get another value than the record has now: all that there is to write."""
        return frozenset(name for name, value in self.merged.values.items() if value != self.present[name])

    @property
    def base(self) -> str:
        """What the form is opened with from here on."""
        return sealed(self.present)

    @property
    def asked(self) -> str:
        """What the clashing fields were, for the answer that picks it."""
        return sealed({name: clash.was for name, clash in self.clashes.items()})


def open_fields(form: forms.BaseForm) -> dict[str, forms.Field]:
    """The fields of a form that a person may write, but files."""
    return {name: field for name, field in form.fields.items() if not field.disabled and not isinstance(field, forms.FileField)}


def present_values(form: forms.BaseForm) -> dict[str, Raw]:
    """What an unbound form shows."""
    return {name: settled(field, form[name].value()) for name, field in open_fields(form).items()}


def posted_values(form: forms.BaseForm, posted: QueryDict, only: Collection[str] = ()) -> dict[str, Raw]:
    """What was typed; only into some fields, where `only` names them."""
    found = {}
    for name, field in open_fields(form).items():
        if not only or name in only:
            found[name] = settled(field, field.widget.value_from_datadict(posted, {}, form.add_prefix(name)))  # type: ignore[arg-type]
    return found


def settled(field: forms.Field, value: Any) -> Raw:
    """A value in the one way that it is compared, signed and posted again; what the field does not understand stays as typed."""
    if not isinstance(field, forms.ModelChoiceField):
        try:
            value = field.to_python(value)
        except ValidationError:
            pass
    return _plain(value)


def _plain(value: Any) -> Raw:
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value.is_finite() else str(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if timezone.is_aware(value) else value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, list | tuple | set):
        return tuple(sorted(str(one) for one in value))
    return str(value).replace("\r\n", "\n")


def sealed(values: Mapping[str, Raw]) -> str:
    """Values for a hidden field, signed."""
    return signing.dumps(dict(values), salt=SALT, compress=True)


def opened(token: str) -> dict[str, Raw]:
    """The values of `sealed`; none for what is missing or not ours."""
    try:
        found = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return {}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def read(form_of: FormOf, posted: QueryDict, *, only: Collection[str] = (), present: Mapping[str, Raw] | None = None) -> Edit:
    """Bring what was posted together with the record as it stands. The caller holds the record's lock.

    `form_of(data)` makes the form of the present record. Without a base in `posted` the person is taken to have seen what is there.
    A clash for which the post brings a choice is settled by it.
    """
    blank = form_of(None)
    theirs = dict(present) if present is not None else present_values(blank)
    mine = posted_values(blank, posted, only)
    asked = opened(posted.get("clash", ""))
    for name, was in asked.items():
        if name in mine:
            mine[name] = {"theirs": theirs[name], "was": was}.get(posted.get(f"choice-{name}", ""), mine[name])
    base = opened(posted.get("base", ""))
    undecided = {name for name in asked if name in mine and posted.get(f"choice-{name}") not in CHOICES}
    for name in undecided:  # Asked and not answered: the question stays as it was.
        base[name] = asked[name]
    merged = merge(base, mine, theirs)
    return Edit(form_of(data_of(blank, {**theirs, **merged.values})), theirs, merged)


def data_of(form: forms.BaseForm, values: Mapping[str, Raw]) -> QueryDict:
    """The post that would bring these values."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        key = form.add_prefix(name)
        if isinstance(value, tuple):
            data.setlist(key, list(value))
        elif value is True:
            data[key] = "on"
        elif value is not False:
            data[key] = value
    return data


def asking(edit: Edit, record: Model, posted: QueryDict, told: Mapping[str, Change] | None = None) -> dict[str, Any]:
    """What a page that shows `edit.form` needs besides: what it is opened with now, and the clashes to decide, if there are any."""
    is_asked = bool(edit.clashes)
    return {
        "base": edit.base,
        "asked": edit.asked if is_asked else "",
        "questions": questions(edit, record, posted, told) if is_asked else [],
    }


def questions(edit: Edit, record: Model, posted: QueryDict, told: Mapping[str, Change] | None = None) -> list[Question]:
    """The clashes in words, with who changed what: as the record's history has it, or as `told`, by field."""
    told = last_changes(record, edit.clashes) if told is None else told
    found = []
    for name, clash in edit.clashes.items():
        field = edit.form.fields[name]
        theirs, mine, was = (in_words(field, value) for value in (clash.theirs, clash.mine, clash.was))
        choice = posted.get(f"choice-{name}", "")
        found.append(Question(name, str(edit.form[name].label), theirs, mine, was, told.get(name), str(choice or "")))
    return found


def last_changes(record: Model, names: Collection[str]) -> dict[str, Change]:
    """Who changed these fields last, and when, as far as the recent history tells."""
    found: dict[str, Change] = {}
    if names and hasattr(record, "history"):
        for change in changes(record, limit=20):
            for one in change.fields:
                if one.field in names:
                    found.setdefault(one.field, change)
    return found


def in_words(field: forms.Field, value: Raw) -> str:
    """A value as a person reads it."""
    if value == "" or value == ():
        return display.NOTHING
    if isinstance(value, bool):
        return str(display.yes_no(value))
    if isinstance(field, NamedRecordField):
        return field.in_words(str(value))
    if isinstance(field, forms.ModelChoiceField):
        row = (
            field.queryset.filter(pk__in=[value] if isinstance(value, str) else list(value)).first() if field.queryset is not None else None
        )
        return str(field.label_from_instance(row)) if row is not None else display.NOTHING
    if isinstance(field, forms.ChoiceField):
        labels = _labels(field)
        return ", ".join(labels.get(one, one) for one in ([value] if isinstance(value, str) else value))
    if isinstance(field, forms.DateField):
        try:
            return display.day(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return str(value)


def _labels(field: forms.ChoiceField) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in list(field.choices):  # type: ignore[arg-type]
        pairs = label if isinstance(label, list | tuple) else [(value, label)]
        found.update({str(one): str(words) for one, words in pairs})
    return found
