"""What becomes of one line: rehearsed, imported, taken back. The rehearsal does everything and lets the database take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from partnerportal.core.attached import NotDeletable, delete_record
from partnerportal.core.edits import Raw
from partnerportal.core.imports.again import filled_above
from partnerportal.core.imports.alike import STANDING, Alike
from partnerportal.core.imports.filling import Filler, Rehearsed, clashes_of, raw, snapshot, snapshots
from partnerportal.core.imports.kept import Kept
from partnerportal.core.imports.keys import evidence_by, found_by
from partnerportal.core.imports.kinds import Likeness, kind_of
from partnerportal.core.imports.reading import Reader, Refused
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove

READ_SECONDS = min(3.0, settings.JOB_SECONDS / 20)  # Of a part: as many lines are read, and then worked on, as this allows.
Result, Policy, Step = ImportRow.Result, DataImport.Policy, ImportRow.Step


@dataclass
class Ready:
    """A line whose form is valid: what it says to a record that is there, what it is compared by, and what it may be the same as."""

    says: dict[str, Raw]
    form: Any
    read: Any
    found: Sequence[Likeness] = ()


class Lines:
    """Works on lines of one import. What is the same for all of them is made once; duplicates are asked for many lines at once.

    `begin` with the lines of a part, then `rehearse` or `carry_out` in their order those that it answers, then `finish`.
    `is_again`: lines are planned anew among others that stay as they are; else all of them are rehearsed from the first on.
    """

    def __init__(self, batch: DataImport, *, is_again: bool = False) -> None:
        self.is_again = is_again
        self.batch, self.by, self.kind = batch, batch.doer, kind_of(batch.kind)
        self.reader, self.kept = Reader(batch), Kept(batch)
        self.filler, self.rehearsed = Filler(self.reader), Rehearsed("", None, {})
        self.new: list[tuple[ImportRow, Any]] = []  # Lines with records that are not saved yet.
        self.is_rehearsal = False
        self.ready: dict[int, Ready | Refused] = {}
        self.key = batch.found_by
        self.label = str(self.reader.fields[self.key].label) if self.key else ""
        self.evidence = evidence_by(self.key, self.label) if self.key else self.kind.evidence
        self.alike = Alike(batch, self.evidence, ())

    def begin(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Read as many lines as fit into a moment, and look for what is the same: among the records, and among the other lines."""
        began = monotonic()
        for row in rows:
            self.ready[row.number] = self._read(row)
            if monotonic() - began > READ_SECONDS:
                break
        rows = [row for row in rows if row.number in self.ready]
        self.alike = Alike(self.batch, self.evidence, rows)
        good = [(row, one) for row in rows if isinstance(one := self.ready[row.number], Ready)]
        if not good or self.batch.policy == Policy.CREATE:
            return rows
        found = self._found([one.read for _row, one in good])
        for (_row, one), likenesses in zip(good, found, strict=True):
            one.found = likenesses
        self.alike.prepare(row for row, _one in good)
        return rows

    def _found(self, read: list[Any]) -> list[list[Likeness]]:
        """For each line the records that it may mean: as duplicates are found, or by the field that was chosen."""
        if self.key:
            return found_by(self.kind, self.key, self.label, read, self.by, self._others())
        return self.kind.likenesses(read, self.by, self._others())

    def _others(self) -> Q:
        """Records that are not of this import: among lines their own evidence decides.

        Asked of each record in hand: for `Exists` the database would read all lines first.
        """
        made_here = self.batch.rows.filter(object_id=OuterRef("pk"), result=Result.CREATE)
        return Q(IsNull(Subquery(made_here.values("number")[:1]), True))  # noqa: FBT003 (Django's way to write a lookup)

    def finish(self) -> None:
        """Write the new records, what became of the lines, and what other lines find them by."""
        self._add()
        self.kept.write()
        self.alike.keep()

    def _read(self, row: ImportRow) -> Ready | Refused:
        row.facts = {}
        try:
            said = self.reader.said(row.cells)
            values = {**self.batch.constants, **said}
            form = self.reader.new(values)
        except Refused as refused:
            return refused
        read = self.evidence.read(form.instance)
        row.facts = self.evidence.facts(read)
        return Ready(said if self.batch.policy == Policy.REPLACE else values, form, read)

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
        self.rehearsed = Rehearsed.of(row)
        row.errors, row.note, row.like_line, row.like_url, row.object_id, row.was, row.now = [], "", None, "", None, {}, {}
        row.planned, row.clash = {}, {}
        try:
            self._decide(row)
        except Refused as refused:
            row.result, row.errors, row.object_id, row.planned = Result.ERROR, refused.errors, None, {}
        if row.result in STANDING:
            self.alike.stands(row)
        elif self.is_rehearsal:
            self.alike.seeks(row)

    def _decide(self, row: ImportRow) -> None:
        ready = self.ready.pop(row.number)
        if isinstance(ready, Refused):
            raise ready
        if row.is_another or self.batch.policy == Policy.CREATE:
            self._plan_new(row, ready)
            return
        if self.key and len(ready.found) > 1:
            sentence = _("There are several records with “%(value)s” here, so it is not clear which one is meant.")
            raise Refused([[self.reader.heading(self.key), sentence % {"value": row.facts["key"]}]])
        if earlier := self.alike.earlier(row):
            self._like_line(row, *earlier, ready.says)
        elif same := [one for one in ready.found if one.is_same]:
            self._like_record(row, same, ready.says)
        else:
            self._plan_new(row, ready)
            self._point_to(row, ready.found)

    def _plan_new(self, row: ImportRow, ready: Ready) -> None:
        self.new.append((row, self._make(ready)))
        row.result = Result.CREATE

    def _make(self, ready: Ready) -> Any:
        """A record that is not saved yet."""
        return self.reader.serve(ready.form, self.kind.make, values=ready.form.cleaned_data, by=self.by)

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

    def _like_line(self, row: ImportRow, other: ImportRow, why: str, says: dict[str, Raw]) -> None:
        row.note = _("The same as line %(number)s of this file: %(why)s") % {"number": other.number, "why": why}
        row.note, row.result, row.like_line = row.note[:600], Result.DUPLICATE, other.number
        if self.batch.policy in DataImport.WRITES:
            self._settle(other)
            with self._tried():
                self._complete(row, other, says)

    def _settle(self, other: ImportRow | None = None) -> None:
        """Before a record is filled: write what is asked for then, the lines of a rehearsal, or the record of an earlier line."""
        if self.is_rehearsal:
            self.kept.write()
        elif other is not None and other.object_id is None:
            self._add()

    def _complete(self, row: ImportRow, other: ImportRow, says: dict[str, Raw]) -> None:
        """Fill the record of another line. In a rehearsal that record is made once more, and with it what lines between have filled."""
        if not self.is_rehearsal:
            self._fill(row, other.object_id, says)  # type: ignore[arg-type]
            return
        while other.object_id is None and other.like_line:
            other = self.alike.row(other.like_line)
        if other.object_id:
            self._fill_after(row, other.object_id, says)
            return
        made = self._read(other)
        assert isinstance(made, Ready)  # noqa: S101 (it was good above)
        record = self._make(made)
        self.kind.add([record], by=self.by)
        after = filled_above(self.batch, row, made_by=other) if self.is_again else _raw(other.now)
        filled = self._fill(row, record.pk, says, after=after)
        row.object_id = None
        self._remember(other, filled)

    def _fill_after(self, row: ImportRow, pk: int, says: dict[str, Raw]) -> None:
        """Rehearse to fill a record that is there, after what the lines above would have filled."""
        if self.is_again:
            self._fill(row, pk, says, after=filled_above(self.batch, row, pk=pk))
            return
        first = self.batch.rows.filter(object_id=pk, result=Result.UPDATE).order_by("number").first()
        first = self.alike.rows.setdefault(first.number, first) if first else None
        filled = self._fill(row, pk, says, after=_raw(first.now) if first else {})
        if row.result == Result.UPDATE:
            self._remember(first or row, filled)

    def _remember(self, row: ImportRow, filled: dict[str, Raw]) -> None:
        if self.is_again:
            return  # Then it is read from the lines.
        row.now = {**row.now, **filled}
        self.kept.add(row)

    def _like_record(self, row: ImportRow, found: Sequence[Likeness], says: dict[str, Raw]) -> None:
        ours = next((one for one in found if type(one.record) is self.kind.model), None)
        nearest = ours or found[0]
        row.note = (_("Duplicate of %(record)s: %(why)s") % {"record": nearest.record, "why": nearest.why})[:600]
        row.result, row.like_url = Result.DUPLICATE, nearest.record.get_absolute_url()
        if self.batch.policy in DataImport.WRITES and ours is not None:
            self._settle()
            with self._tried():
                (self._fill_after if self.is_rehearsal else self._fill)(row, ours.record.pk, says)

    def _point_to(self, row: ImportRow, found: Sequence[Likeness]) -> None:
        """A new line that is like a record, but not taken for it, is worth a look."""
        for one in found[:1]:
            row.note = (_("Worth a look, it may be %(record)s: %(why)s") % {"record": one.record, "why": one.why})[:600]
            row.like_url = one.record.get_absolute_url()

    def _fill(self, row: ImportRow, pk: int, says: dict[str, Raw], *, after: Mapping[str, Raw] | None = None) -> dict[str, Raw]:
        """Write into a record what the line says there; `after` is what was filled before."""
        return self.filler.fill(row, pk, says, after=after or {}, rehearsed=None if self.is_rehearsal else self.rehearsed)

    def settle(self, row: ImportRow) -> None:
        """Carry out what was decided for all lines that wait; what is refused, or was changed again, goes on waiting."""
        row.step = Step.DONE
        shown = {name: clash.theirs for name, clash in clashes_of(row).items()}
        self.decide(row, dict.fromkeys(shown, self.batch.decision), shown)

    def decide(self, row: ImportRow, choices: Mapping[str, str], shown: Mapping[str, Raw]) -> int:
        """Carry out what was decided for a line; what is refused goes on waiting and says why. How many fields are asked anew."""
        row.errors = []
        self.kept.add(row)
        try:
            return self.filler.decide(row, choices, shown)
        except Refused as refused:
            row.errors = refused.errors
            return 0

    def take_back(self, row: ImportRow) -> None:
        """Undo one line as far as nobody has changed since what it wrote; what is left says why."""
        model = self.kind.model
        rows = model._default_manager.visible_to(self.by)  # type: ignore[attr-defined]
        record = rows.select_for_update(of=("self",)).filter(pk=row.object_id).first()
        made = row.result == Result.CREATE
        row.step, row.clash, row.like_url = Step.OVER, {}, "" if made else row.like_url
        self.kept.add(row)
        if not made and not row.now:
            row.result, row.note = Result.SKIP, _("The other change was left.")
            return
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
        attached = (record.notes, record.attachments.filter(deleted_at=None), record.tasks)
        if row.result == Result.CREATE and any(rows.exists() for rows in attached):
            return _("Somebody has put notes, files or tasks on it since; it was left.")
        if row.result == Result.CREATE and self.kind.came_since(record):
            return _("Somebody has worked on it since, such as by an answer, an enquiry, a project or a merge; it was left.")
        return ""


def _in_fields(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Former values as the model's fields hold them."""
    found = {}
    for name, value in values.items():
        one = next(field for field in model._meta.concrete_fields if field.attname == name)
        found[one.name] = None if value is None else one.to_python(value)
    return found


def _raw(kept: Mapping[str, Any]) -> dict[str, Raw]:
    """What a line filled, as it was kept."""
    return {name: raw(value) for name, value in kept.items()}
