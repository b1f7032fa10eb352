"""What becomes of one line: rehearsed, imported, taken back. The rehearsal does everything and lets the database take it back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from partnerportal.core.attached import NotDeletable, delete_record
from partnerportal.core.bulk.journal import values_of
from partnerportal.core.edits import Raw, data_of, present_values
from partnerportal.core.forms import refuse
from partnerportal.core.imports.kinds import Likeness, kind_of
from partnerportal.core.imports.values import LANGUAGES, choices_of, raw_of
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove

Result, Policy, Step = ImportRow.Result, DataImport.Policy, ImportRow.Step


class _Rehearsed(Exception):
    """Ends the transaction of a rehearsal."""


class Refused(Exception):
    """A line cannot be imported. `errors` are columns with sentences."""

    def __init__(self, errors: list[list[str]]) -> None:
        super().__init__("; ".join(sentence for _column, sentence in errors))
        self.errors = errors


class Lines:
    """Works on lines of one import; what is the same for all of them is made once."""

    def __init__(self, batch: DataImport) -> None:
        self.batch, self.by, self.kind = batch, batch.owner, kind_of(batch.kind)
        self.columns = {int(place): name for place, name in batch.mapping.items()}

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        """What a line can say."""
        return self.kind.fields(self.by)

    @cached_property
    def choices(self) -> dict[str, dict[str, str]]:
        """What the words in cells of a choice mean."""
        found: dict[str, dict[str, str]] = {}
        for language in (self.by.language, *LANGUAGES):  # A form says its choices in the language that it was made in.
            with translation.override(language):
                for name, one in self.kind.fields(self.by).items():
                    if isinstance(one, forms.ChoiceField) and not isinstance(one, forms.ModelChoiceField):
                        found[name] = choices_of(one) | found.get(name, {})
        return found

    def values(self, cells: list[str]) -> dict[str, Raw]:
        """What a line says, as the add form would be posted. Raises Refused for a cell that names no record."""
        found: dict[str, Raw] = {}
        errors = []
        for place, name in self.columns.items():
            text = cells[place] if place < len(cells) else ""
            if not text or name not in self.fields:
                continue
            try:
                look = self.kind.lookups.get(name)
                found[name] = look(text, self.by) if look else raw_of(self.fields[name], text, self.choices.get(name, {}))
            except ValidationError as error:
                errors.append([self.heading(name), " ".join(error.messages)])
        if errors:
            raise Refused(errors)
        return {**self.batch.constants, **found}

    def heading(self, name: str) -> str:
        """The column that a field comes from; the field's own name where none does."""
        place = next((place for place, found in self.columns.items() if found == name), None)
        if place is not None and place < len(self.batch.headings):
            return str(self.batch.headings[place])
        return str(self.fields[name].label) if name in self.fields else ""

    def rehearse(self, row: ImportRow) -> None:
        """Say what would become of a line, and change nothing else."""
        try:
            with transaction.atomic():
                self._attempt(row)
                raise _Rehearsed
        except _Rehearsed:
            pass
        row.step, row.object_id, row.was, row.now = Step.CHECKED, None, {}, {}

    def carry_out(self, row: ImportRow) -> None:
        """Do it, once."""
        self._attempt(row)
        row.step = Step.DONE

    def _attempt(self, row: ImportRow) -> None:
        row.errors, row.note, row.like_line, row.like_url, row.object_id = [], "", None, "", None
        try:
            with transaction.atomic():
                self._decide(row)
        except Refused as refused:
            row.result, row.errors, row.object_id = Result.ERROR, refused.errors, None

    def _decide(self, row: ImportRow) -> None:
        values = self.values(row.cells)
        form = self._valid(self.kind.add_form, {**values, **self.kind.always})
        row.key = self.kind.key(form.instance)[:300]
        if self.batch.policy != Policy.CREATE:
            earlier = self._earlier(row)
            if earlier is not None:
                self._like_line(row, earlier, values)
                return
            found = self._others(self.kind.duplicates(form.instance, self.by))
            if found:
                self._like_record(row, found, values)
                return
        record = self._serve(form, self.kind.create, values=form.cleaned_data, by=self.by)
        row.result, row.object_id, row.was, row.now = Result.CREATE, record.pk, {}, snapshot(record)

    def _valid(self, form_class: Any, values: Mapping[str, Raw], **more: Any) -> Any:
        blank = form_class(user=self.by, **more)
        form = form_class(data_of(blank, values), user=self.by, **more)
        if not form.is_valid():
            raise Refused(self._errors(form))
        return form

    def _serve(self, form: Any, act: Any, *args: Any, **values: Any) -> Any:
        """Through the service; what it refuses is told like an error of the form."""
        try:
            with transaction.atomic():
                return act(*args, **values)
        except NotYours as error:
            raise Refused([["", error.who_may]]) from error
        except (ValidationError, IllegalMove) as error:
            refuse(form, error)
            raise Refused(self._errors(form)) from error

    def _errors(self, form: Any) -> list[list[str]]:
        return [["" if name == "__all__" else self.heading(name), " ".join(map(str, found))] for name, found in form.errors.items()]

    def _earlier(self, row: ImportRow) -> ImportRow | None:
        """The line above that means the same, and becomes or completes a record."""
        if not row.key:
            return None
        above = self.batch.rows.filter(key=row.key, number__lt=row.number, result__in=(Result.CREATE, Result.UPDATE))
        return above.order_by("number").first()

    def _others(self, found: Any) -> list[Likeness]:
        """Without what this import made itself: among its lines, equal keys decide."""
        own = set()
        if found:
            keys = [one.record.pk for one in found if type(one.record) is self.kind.model]
            own = set(self.batch.rows.filter(object_id__in=keys, result=Result.CREATE).values_list("object_id", flat=True))
        return [one for one in found if type(one.record) is not self.kind.model or one.record.pk not in own]

    def _like_line(self, row: ImportRow, earlier: ImportRow, values: dict[str, Raw]) -> None:
        row.like_line = earlier.number
        row.note = _("The same as line %(number)s of this file.") % {"number": earlier.number}
        row.result = Result.DUPLICATE
        if self.batch.policy == Policy.FILL:
            if earlier.object_id:
                self._fill(row, earlier.object_id, values)
            else:  # In the rehearsal there is no record of that line yet.
                row.result = Result.UPDATE

    def _like_record(self, row: ImportRow, found: list[Likeness], values: dict[str, Raw]) -> None:
        ours = next((one for one in found if type(one.record) is self.kind.model), None)
        nearest = ours or found[0]
        row.note = (_("Duplicate of %(record)s: %(why)s") % {"record": nearest.record, "why": nearest.why})[:600]
        row.result, row.like_url = Result.DUPLICATE, nearest.record.get_absolute_url()
        if self.batch.policy == Policy.FILL and ours is not None:
            self._fill(row, ours.record.pk, values)

    def _fill(self, row: ImportRow, pk: int, values: dict[str, Raw]) -> None:
        """Write into the blank fields of a record what the line says there."""
        rows = self.kind.model._default_manager.visible_to(self.by)  # type: ignore[attr-defined]
        record = rows.select_for_update(of=("self",)).get(pk=pk)
        present = present_values(self.kind.edit_form(user=self.by, instance=record))  # type: ignore[call-arg]
        filled = {name: value for name, value in values.items() if value not in ("", ()) and name in present and present[name] in ("", ())}
        if not filled:
            row.result, row.note = Result.SKIP, f"{row.note} {_('Nothing there is blank that this line could fill.')}"[:600]
            return
        before = snapshot(record)
        form = self._valid(self.kind.edit_form, {**present, **filled}, instance=record)
        saved = self._serve(form, self.kind.edit, record, values={name: form.cleaned_data[name] for name in filled}, by=self.by)
        after = snapshot(saved)
        changed = [name for name, value in after.items() if before[name] != value]
        row.result, row.object_id = Result.UPDATE, pk
        row.was, row.now = {name: before[name] for name in changed}, {name: after[name] for name in changed}

    def take_back(self, row: ImportRow) -> None:
        """Undo one line as far as nobody has changed since what it wrote; what is left says why."""
        model = self.kind.model
        rows = model._default_manager.visible_to(self.by)  # type: ignore[attr-defined]
        record = rows.select_for_update(of=("self",)).filter(pk=row.object_id).first()
        made = row.result == Result.CREATE
        row.step = Step.OVER
        if record is None:
            row.result, row.note = (Result.BACK, _("It was deleted already.")) if made else (Result.LEFT, _("It is not there any more."))
            return
        refusal = self._changed_since(record, row) or self._undo(record, row, made=made)
        row.result, row.note = (Result.LEFT, refusal[:600]) if refusal else (Result.BACK, "")

    def _undo(self, record: Any, row: ImportRow, *, made: bool) -> str:
        """Delete, or empty the fields again; a sentence when that is refused."""
        try:
            with transaction.atomic():
                if made:
                    delete_record(record, by=self.by)
                else:
                    self.kind.edit(record, values=_in_fields(type(record), row.was), by=self.by)
        except NotYours as error:
            return error.who_may
        except (NotDeletable, ValidationError, IllegalMove) as error:
            return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return ""

    def _changed_since(self, record: Any, row: ImportRow) -> str:
        present = snapshot(record)
        names = [name for name, value in row.now.items() if present.get(name) != value]
        if names:
            labels = [str(record._meta.get_field(name.removesuffix("_id")).verbose_name) for name in names]
            return _("Changed since by somebody, and left: %(fields)s.") % {"fields": ", ".join(labels)}
        if row.result == Result.CREATE and any(getattr(record, name).exists() for name in ("notes", "attachments", "tasks")):
            return _("Somebody has put notes, files or tasks on it since; it was left.")
        return ""


def snapshot(record: models.Model) -> dict[str, Any]:
    """What a record holds, as it is kept with its line."""
    return values_of(type(record), record.pk) or {}


def _in_fields(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Former values as the model's fields hold them."""
    found = {}
    for name, value in values.items():
        one = next(field for field in model._meta.concrete_fields if field.attname == name)
        found[one.name] = None if value is None else one.to_python(value)
    return found
