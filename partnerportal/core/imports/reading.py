"""A line as the add form takes it. What is the same for all lines is made once: the form, what words mean, what choices were checked."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import translation

from partnerportal.core.edits import Raw, data_of, open_fields
from partnerportal.core.forms import refuse
from partnerportal.core.imports.dates import order_of
from partnerportal.core.imports.kinds import kind_of
from partnerportal.core.imports.values import LANGUAGES, choices_of, raw_of, require_value
from partnerportal.core.models import DataImport
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove

CHOICES = (forms.ChoiceField, forms.ModelChoiceField)
REMEMBERED = 2_000  # So many values of choices that passed.


class Refused(Exception):
    """A line cannot be imported. `errors` are columns with sentences."""

    def __init__(self, errors: list[list[str]]) -> None:
        super().__init__("; ".join(sentence for _column, sentence in errors))
        self.errors = errors


class Reader:
    """Reads lines of one import, for one part of the work."""

    def __init__(self, batch: DataImport) -> None:
        self.batch, self.by, self.kind = batch, batch.owner, kind_of(batch.kind)
        self.columns = {int(place): name for place, name in batch.mapping.items()}
        self.met: set[tuple[str, str]] = set()  # Rules and values that meet them.
        self.passed: set[tuple[str, str]] = set()  # Choices and values that the model takes.
        self.looked_up: dict[tuple[str, str], str | ValidationError] = {}

    @cached_property
    def blank(self) -> Any:
        """The add form, posted empty; a choice that it took once it takes again."""
        form = self.kind.add_form(QueryDict(), user=self.by)  # type: ignore[call-arg]
        for name, field in form.fields.items():
            if isinstance(field, CHOICES):
                form.fields[name] = remembering = copy.copy(field)
                remembering.clean = _remembered(field.clean)  # type: ignore[assignment, method-assign]
        return form

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        """What a line can say."""
        return {name: one for name, one in open_fields(self.blank).items() if name not in self.kind.always}

    @cached_property
    def choices(self) -> dict[str, dict[str, str]]:
        """What the words in cells of a choice mean."""
        found: dict[str, dict[str, str]] = {}
        for language in dict.fromkeys((self.by.language, *LANGUAGES)):  # A form says its choices in the language that it was made in.
            with translation.override(language):
                for name, one in self.kind.fields(self.by).items():
                    if isinstance(one, forms.ChoiceField) and not isinstance(one, forms.ModelChoiceField):
                        found[name] = choices_of(one) | found.get(name, {})
        return found

    def said(self, cells: list[str]) -> dict[str, Raw]:
        """What a line says itself, as the add form would be posted. Raises Refused for a cell that means nothing."""
        found: dict[str, Raw] = {}
        errors = []
        for place, name in self.columns.items():
            text = cells[place] if place < len(cells) else ""
            if not text or name not in self.fields:
                continue
            try:
                found[name] = self._meant(place, name, text)
            except ValidationError as error:
                errors.append([self.heading(name), " ".join(error.messages)])
        if errors:
            raise Refused(errors)
        return found

    def _meant(self, place: int, name: str, text: str) -> Raw:
        """What a cell says. Raises ValidationError."""
        if name in self.kind.lookups:
            return self._look_up(name, text)
        return raw_of(self.fields[name], text, self.choices.get(name, {}), order_of(self.batch.date_counts, place))

    def _look_up(self, name: str, text: str) -> str:
        """The key of the record that a cell names; asked once for the same text."""
        require_value(text)
        if (name, text) not in self.looked_up:
            try:
                self.looked_up[name, text] = self.kind.lookups[name](text, self.by)
            except ValidationError as error:
                self.looked_up[name, text] = error
        found = self.looked_up[name, text]
        if isinstance(found, ValidationError):
            raise found
        return found

    def heading(self, name: str) -> str:
        """The column that a field comes from; the field's own name where none does."""
        place = next((place for place, found in self.columns.items() if found == name), None)
        if place is not None and place < len(self.batch.headings):
            return str(self.batch.headings[place])
        return str(self.fields[name].label) if name in self.fields else ""

    def new(self, values: Mapping[str, Raw]) -> Any:
        """The valid add form of a line. Raises Refused."""
        return self.valid(self.blank, {**values, **self.kind.always})

    def valid(self, blank: Any, values: Mapping[str, Raw]) -> Any:
        """The form of a line: a copy of one that was posted empty, since making its choices anew takes longer than all the rest."""
        form = copy.copy(blank)
        form.data, form.is_bound, form._errors, form._bound_fields_cache = data_of(blank, values), True, None, {}
        form.fields = copy.copy(blank.fields)
        form.instance = record = copy.copy(blank.instance)
        record._state = copy.copy(blank.instance._state)
        met: set[tuple[str, str]] = set()
        record.get_constraints = lambda: self._unmet(type(record), record, met)
        record.clean_fields = lambda exclude=None: self._clean_fields(type(record), record, form.fields, exclude)
        if not form.is_valid():
            raise Refused(self.errors(form))
        self.met |= met
        del record.get_constraints, record.clean_fields
        return form

    def _unmet(self, model: Any, record: Any, met: set[tuple[str, str]]) -> list[tuple[Any, list[Any]]]:
        """The constraints of a record without those that the same values have met in an earlier line; `met` takes what is new."""
        found = []
        for one, constraints in model.get_constraints(record):
            keys = {rule.name: (rule.name, _said(record, rule)) for rule in constraints if isinstance(rule, models.CheckConstraint)}
            met.update(keys.values())
            found.append((one, [rule for rule in constraints if keys.get(rule.name) not in self.met]))
        return found

    def _clean_fields(self, model: Any, record: Any, fields: Mapping[str, forms.Field], exclude: Any) -> None:
        """The model's own check of its fields, but for choices whose value it took in an earlier line as it is."""
        exclude = set(exclude or ())
        said = {
            one.name: (one.name, repr(record.__dict__.get(one.attname)))
            for one in record._meta.concrete_fields
            if isinstance(fields.get(one.name), CHOICES) and one.name not in exclude
        }
        model.clean_fields(record, exclude=exclude | {name for name, value in said.items() if value in self.passed})
        if len(self.passed) < REMEMBERED:
            after = {name: repr(record.__dict__.get(record._meta.get_field(name).attname)) for name in said}
            self.passed |= {value for name, value in said.items() if value[1] == after[name]}

    def serve(self, form: Any, act: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """Through a service, which is one transaction; what it refuses is told like an error of the form."""
        try:
            return act(*args, **values)
        except NotYours as error:
            raise Refused([["", error.who_may]]) from error
        except (ValidationError, IllegalMove) as error:
            refuse(form, error)
            raise Refused(self.errors(form)) from error

    def errors(self, form: Any) -> list[list[str]]:
        """What a form refuses, by column."""
        return [["" if name == "__all__" else self.heading(name), " ".join(map(str, found))] for name, found in form.errors.items()]


def _remembered(clean: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A field's check that is not made twice for a value that passed."""
    known: dict[Any, Any] = {}

    def checked(value: Any) -> Any:
        key = tuple(value) if isinstance(value, list) else value
        if key not in known:
            found = clean(value)
            if len(known) >= REMEMBERED:
                return found
            known[key] = found
        return copy.copy(known[key]) if isinstance(known[key], list) else known[key]

    return checked


def _said(record: Any, rule: models.CheckConstraint) -> str:
    """What a record says in the fields of a rule."""
    return repr([getattr(record, name) for name in sorted(rule.condition.referenced_base_fields)])  # type: ignore[union-attr]
