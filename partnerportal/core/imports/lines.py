"""What becomes of one line: rehearsed, imported, taken back. The rehearsal does everything and lets the database take it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _

from partnerportal.core.attached import NotDeletable, delete_record
from partnerportal.core.bulk.journal import values_of_each
from partnerportal.core.edits import Raw, present_values
from partnerportal.core.forms import refuse
from partnerportal.core.imports.alike import STANDING, Alike
from partnerportal.core.imports.kept import Kept
from partnerportal.core.imports.kinds import Likeness, kind_of
from partnerportal.core.imports.reading import Reader, Refused
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove

READ_SECONDS = min(3.0, settings.JOB_SECONDS / 20)  # Of a part: as many lines are read, and then worked on, as this allows.
Result, Policy, Step = ImportRow.Result, DataImport.Policy, ImportRow.Step


@dataclass
class Ready:
    """A line whose form is valid: what it says, what it is compared by, and the records that it may be the same as."""

    values: dict[str, Raw]
    form: Any
    read: Any
    found: Sequence[Likeness] = ()


class Lines:
    """Works on lines of one import. What is the same for all of them is made once; duplicates are asked for many lines at once.

    `begin` with the lines of a part, then `rehearse` or `carry_out` in their order those that it answers, then `finish`.
    """

    def __init__(self, batch: DataImport) -> None:
        self.batch, self.by, self.kind = batch, batch.owner, kind_of(batch.kind)
        self.reader, self.kept = Reader(batch), Kept(batch)
        self.new: list[tuple[ImportRow, Any]] = []  # Lines with records that are not saved yet.
        self.is_rehearsal = False
        self.ready: dict[int, Ready | Refused] = {}
        self.alike = Alike(batch, self.kind.evidence, ())

    def begin(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Read as many lines as fit into a moment, and look for what is the same: among the records, and among the other lines."""
        began = monotonic()
        for row in rows:
            self.ready[row.number] = self._read(row)
            if monotonic() - began > READ_SECONDS:
                break
        rows = [row for row in rows if row.number in self.ready]
        self.alike = Alike(self.batch, self.kind.evidence, rows)
        good = [(row, one) for row in rows if isinstance(one := self.ready[row.number], Ready)]
        if not good or self.batch.policy == Policy.CREATE:
            return rows
        found = self.kind.likenesses([one.read for _row, one in good], self.by, self._others())
        for (_row, one), likenesses in zip(good, found, strict=True):
            one.found = likenesses
        self.alike.prepare(row for row, _one in good)
        return rows

    def _others(self) -> Case:
        """Records that are not of this import: among lines their own evidence decides. Asked row by row; a join would read all of them."""
        made_here = self.batch.rows.filter(object_id=OuterRef("pk"), result=Result.CREATE)
        return Case(When(Exists(made_here), then=Value(False)), default=Value(True), output_field=models.BooleanField())

    def finish(self) -> None:
        """Write the new records, what became of the lines, and what other lines find them by."""
        self._add()
        self.kept.write()
        self.alike.keep()

    def _read(self, row: ImportRow) -> Ready | Refused:
        row.facts = {}
        try:
            values = self.reader.values(row.cells)
            form = self.reader.new(values)
        except Refused as refused:
            return refused
        read = self.kind.evidence.read(form.instance)
        row.facts = self.kind.evidence.facts(read)
        return Ready(values, form, read)

    def rehearse(self, row: ImportRow) -> None:
        """Say what would become of a line, and change nothing else."""
        self.is_rehearsal = True
        self._attempt(row)
        row.step = Step.CHECKED
        self.kept.add(row)

    def carry_out(self, row: ImportRow) -> None:
        """Do it, once."""
        self._attempt(row)
        row.step = Step.DONE
        self.kept.add(row)

    def _attempt(self, row: ImportRow) -> None:
        row.errors, row.note, row.like_line, row.like_url, row.object_id, row.was, row.now = [], "", None, "", None, {}, {}
        try:
            self._decide(row)
        except Refused as refused:
            row.result, row.errors, row.object_id = Result.ERROR, refused.errors, None
        if row.result in STANDING:
            self.alike.stands(row)

    def _decide(self, row: ImportRow) -> None:
        ready = self.ready.pop(row.number)
        if isinstance(ready, Refused):
            raise ready
        earlier = self.alike.earlier(row) if self.batch.policy != Policy.CREATE else None
        if earlier:
            self._like_line(row, *earlier, ready.values)
        elif ready.found:
            self._like_record(row, ready.found, ready.values)
        else:
            self.new.append((row, self._make(ready)))
            row.result = Result.CREATE

    def _make(self, ready: Ready) -> Any:
        """A record that is not saved yet."""
        return self._serve(ready.form, self.kind.make, values=ready.form.cleaned_data, by=self.by)

    def _add(self) -> None:
        """Save the new records of the lines so far; a rehearsal lets the database take them back."""
        new, self.new = self.new, []
        if not new:
            return
        with self._tried():
            self.kind.add([record for _row, record in new], by=self.by)
        if not self.is_rehearsal:
            found = snapshots(self.kind.model, [record.pk for _row, record in new])
            for row, record in new:
                row.object_id, row.now = record.pk, found[record.pk]

    @contextmanager
    def _tried(self) -> Iterator[None]:
        """What is written inside is taken back at the end of it in a rehearsal."""
        with transaction.atomic():
            yield
            if self.is_rehearsal:
                transaction.set_rollback(True)

    def _serve(self, form: Any, act: Any, *args: Any, **values: Any) -> Any:
        """Through the service, which is one transaction; what it refuses is told like an error of the form."""
        try:
            return act(*args, **values)
        except NotYours as error:
            raise Refused([["", error.who_may]]) from error
        except (ValidationError, IllegalMove) as error:
            refuse(form, error)
            raise Refused(self.reader.errors(form)) from error

    def _like_line(self, row: ImportRow, other: ImportRow, why: str, values: dict[str, Raw]) -> None:
        row.note = _("The same as line %(number)s of this file: %(why)s") % {"number": other.number, "why": why}
        row.note, row.result, row.like_line = row.note[:600], Result.DUPLICATE, other.number
        if self.batch.policy == Policy.FILL:
            self._settle(other)
            with self._tried():
                self._complete(row, other, values)

    def _settle(self, other: ImportRow | None = None) -> None:
        """Before a record is filled: write what is asked for then, the lines of a rehearsal, or the record of an earlier line."""
        if self.is_rehearsal:
            self.kept.write()
        elif other is not None and other.object_id is None:
            self._add()

    def _complete(self, row: ImportRow, other: ImportRow, values: dict[str, Raw]) -> None:
        """Fill the record of another line. In a rehearsal that record is made once more, and with it what lines between have filled."""
        if not self.is_rehearsal:
            self._fill(row, other.object_id, values)  # type: ignore[arg-type]
            return
        while other.object_id is None and other.like_line:
            other = self.alike.row(other.like_line)
        if other.object_id:
            self._fill_after(row, other.object_id, values)
            return
        made = self._read(other)
        assert isinstance(made, Ready)  # noqa: S101 (it was good above)
        record = self._make(made)
        self.kind.add([record], by=self.by)
        filled = self._fill(row, record.pk, values, after=_raw(other.now))
        row.object_id = None
        self._remember(other, filled)

    def _fill_after(self, row: ImportRow, pk: int, values: dict[str, Raw]) -> None:
        """Rehearse to fill a record that is there, after what the lines above would have filled."""
        first = self.batch.rows.filter(object_id=pk, result=Result.UPDATE).order_by("number").first()
        first = self.alike.rows.setdefault(first.number, first) if first else None
        filled = self._fill(row, pk, values, after=_raw(first.now) if first else {})
        if row.result == Result.UPDATE:
            self._remember(first or row, filled)

    def _remember(self, row: ImportRow, filled: dict[str, Raw]) -> None:
        row.now = {**row.now, **filled}
        self.kept.add(row)

    def _like_record(self, row: ImportRow, found: Sequence[Likeness], values: dict[str, Raw]) -> None:
        ours = next((one for one in found if type(one.record) is self.kind.model), None)
        nearest = ours or found[0]
        row.note = (_("Duplicate of %(record)s: %(why)s") % {"record": nearest.record, "why": nearest.why})[:600]
        row.result, row.like_url = Result.DUPLICATE, nearest.record.get_absolute_url()
        if self.batch.policy == Policy.FILL and ours is not None:
            self._settle()
            with self._tried():
                (self._fill_after if self.is_rehearsal else self._fill)(row, ours.record.pk, values)

    def _fill(self, row: ImportRow, pk: int, values: dict[str, Raw], *, after: Mapping[str, Raw] | None = None) -> dict[str, Raw]:
        """Write into the blank fields of a record what the line says there; `after` is what was filled before. The answer is what was."""
        rows = self.kind.model._default_manager.visible_to(self.by)  # type: ignore[attr-defined]
        record = rows.select_for_update(of=("self",)).get(pk=pk)
        present = {**present_values(self.kind.edit_form(user=self.by, instance=record)), **(after or {})}  # type: ignore[call-arg]
        filled = {name: value for name, value in values.items() if value not in ("", ()) and name in present and present[name] in ("", ())}
        if not filled:
            row.result, row.note = Result.SKIP, f"{row.note} {_('Nothing there is blank that this line could fill.')}"[:600]
            return {}
        before = {} if self.is_rehearsal else snapshot(record)
        form = self.reader.valid(self.kind.edit_form(QueryDict(), user=self.by, instance=record), {**present, **filled})  # type: ignore[call-arg]
        written = [name for name in (*(after or {}), *filled) if name in form.cleaned_data]
        saved = self._serve(form, self.kind.edit, record, values={name: form.cleaned_data[name] for name in written}, by=self.by)
        row.result, row.object_id = Result.UPDATE, pk
        if not self.is_rehearsal:
            changed = {name: value for name, value in snapshot(saved).items() if before[name] != value}
            row.was, row.now = {name: before[name] for name in changed}, changed
        return filled

    def take_back(self, row: ImportRow) -> None:
        """Undo one line as far as nobody has changed since what it wrote; what is left says why."""
        model = self.kind.model
        rows = model._default_manager.visible_to(self.by)  # type: ignore[attr-defined]
        record = rows.select_for_update(of=("self",)).filter(pk=row.object_id).first()
        made = row.result == Result.CREATE
        row.step = Step.OVER
        self.kept.add(row)
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
        names = [name for name, value in row.now.items() if name in present and present[name] != value]
        if names:
            labels = [str(record._meta.get_field(name.removesuffix("_id")).verbose_name) for name in names]
            return _("Changed since by somebody, and left: %(fields)s.") % {"fields": ", ".join(labels)}
        if row.result == Result.CREATE and any(getattr(record, name).exists() for name in ("notes", "attachments", "tasks")):
            return _("Somebody has put notes, files or tasks on it since; it was left.")
        return ""


def snapshot(record: models.Model) -> dict[str, Any]:
    """What a record holds, as it is kept with its line."""
    return snapshots(type(record), [record.pk]).get(record.pk, {})


def snapshots(model: Any, pks: Collection[int]) -> dict[int, dict[str, Any]]:
    """The same of several records, by their keys. What is reckoned from the rest, and has no history, is left out."""
    told = {field.attname for field in model.history.model.tracked_fields}
    found = values_of_each(model, pks)
    return {pk: {name: value for name, value in values.items() if name in told} for pk, values in found.items()}


def _in_fields(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Former values as the model's fields hold them."""
    found = {}
    for name, value in values.items():
        one = next(field for field in model._meta.concrete_fields if field.attname == name)
        found[one.name] = None if value is None else one.to_python(value)
    return found


def _raw(kept: Mapping[str, Any]) -> dict[str, Raw]:
    """What a line filled, as it was kept."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
