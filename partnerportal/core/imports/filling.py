"""What a line writes into a record that is there: the rehearsal plans it, and what somebody changed since becomes an open choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from partnerportal.core.bulk.journal import values_of_each
from partnerportal.core.edits import Raw, last_changes, present_values, settled
from partnerportal.core.imports.reading import Reader
from partnerportal.core.merge import Clash, merge
from partnerportal.core.models import DataImport, ImportRow

BLANK: tuple[Raw, ...] = ("", ())
Result, Policy = ImportRow.Result, DataImport.Policy


@dataclass(frozen=True)
class Rehearsed:
    """What the rehearsal of a line came to, and the record that it was about, when that was there."""

    result: str
    pk: int | None
    planned: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, row: ImportRow) -> Rehearsed:
        """Of a line that was not carried out yet."""
        return cls(row.result, row.object_id, row.planned)

    def has_seen(self, pk: int) -> bool:
        """Whether it was this record that the rehearsal looked at; what it made itself has no key to compare."""
        return bool(self.planned) and self.pk in (None, pk)


class Filler:
    """Writes lines of one import into records that are there, through the kind's edit form and service."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.kind, self.by, self.policy = reader, reader.kind, reader.by, reader.batch.policy

    def fill(
        self, row: ImportRow, pk: int, says: Mapping[str, Raw], *, after: Mapping[str, Raw], rehearsed: Rehearsed | None
    ) -> dict[str, Raw]:
        """Write what a line says, but for fields that somebody changed since it was `rehearsed`: these are kept as open choices.

        Without `rehearsed` this is the rehearsal, or a line that had none; `after` is what lines above would have written by then.
        The answer is what it writes.
        """
        record = self.locked(pk).get()
        blank = self._form(record)
        present = {**present_values(blank), **after}
        was, mine = self._meant(blank, pk, says, present, rehearsed)
        merged = merge(was, mine, present)
        written = {name: value for name, value in merged.values.items() if name not in merged.clashes and value != present[name]}
        changed = self._write(row, record, {**present, **written}, present, after=after, is_kept=rehearsed is not None)
        if not changed and not merged.clashes:
            sentence = (
                _("Nothing there is blank that this line could fill.") if self.policy == Policy.FILL else _("It says all of this already.")
            )
            row.result, row.note = Result.SKIP, f"{row.note} {sentence}"[:600]
            return {}
        row.clash = _asked(record, merged.clashes)
        row.planned = {name: [present[name], value] for name, value in changed.items()}
        row.result, row.object_id = (Result.CLASH if row.clash else Result.UPDATE), pk
        return changed

    def decide(self, row: ImportRow, choices: Mapping[str, str], shown: Mapping[str, Raw]) -> int:
        """Settle open choices of a line: `theirs` leaves a field, `mine` and `was` write it. Raises Refused, and then changes nothing.

        A field that is not what was `shown` any more is not written: its choice stays open, and says what is there now. How many did.
        """
        record = self.locked(row.object_id).first()
        if record is None:
            row.clash, row.result, row.note = {}, Result.SKIP, _("It is not there any more.")
            return 0
        present = present_values(self._form(record))
        written, again = {}, {}
        rest = clashes_of(row)
        for name, clash in clashes_of(row).items():
            choice = choices.get(name, "")
            value = {"mine": clash.mine, "was": clash.was}.get(choice)
            if name not in present or choice == "theirs" or present[name] == (clash.mine if value is None else value):
                del rest[name]
            elif value is not None and present[name] not in (shown.get(name), clash.was):
                again[name] = Clash(clash.was, clash.mine, present[name])
            elif value is not None:
                written[name] = value
                del rest[name]
        changed = self._write(row, record, {**present, **written}, present, after={}, is_kept=True)
        row.planned = {**row.planned, **{name: [present[name], value] for name, value in changed.items()}}
        row.clash = {**{name: row.clash[name] for name in rest}, **_asked(record, again)}
        if not row.clash:
            row.result = Result.UPDATE if row.now else Result.SKIP
            row.note = row.note if row.now else f"{row.note} {_('The other change was left.')}"[:600]
        return len(again)

    def locked(self, pk: int | None) -> Any:
        """The record, as far as the person sees it, held."""
        rows = self.kind.model._default_manager.visible_to(self.by)  # type: ignore[attr-defined]
        return rows.select_for_update(of=("self",)).filter(pk=pk)

    def _form(self, record: Any, data: QueryDict | None = None) -> Any:
        return self.kind.edit_form(data, user=self.by, instance=record)  # type: ignore[call-arg]

    def _meant(
        self, blank: Any, pk: int, says: Mapping[str, Raw], present: Mapping[str, Raw], rehearsed: Rehearsed | None
    ) -> tuple[dict[str, Raw], dict[str, Raw]]:
        """What the rehearsal saw in the fields that the line writes, and what it writes there: as was planned, else by the policy."""
        if rehearsed is not None and rehearsed.has_seen(pk):
            planned = {name: values for name, values in rehearsed.planned.items() if name in present}
            return {name: raw(was) for name, (was, _mine) in planned.items()}, {name: raw(mine) for name, (_was, mine) in planned.items()}
        said = {name: settled(blank.fields[name], value) for name, value in says.items() if name in present and value not in BLANK}
        if self.policy == Policy.FILL:
            return {}, {name: value for name, value in said.items() if present[name] in BLANK}
        is_unseen = rehearsed is not None and rehearsed.result != Result.ERROR  # Such a record was not there, or another was found.
        return ({name: _blank(present[name]) for name in said} if is_unseen else {}), said

    def _write(
        self, row: ImportRow, record: Any, wanted: Mapping[str, Raw], present: Mapping[str, Raw], *, after: Mapping[str, Raw], is_kept: bool
    ) -> dict[str, Raw]:
        """Through form and service; the answer is what the form made of the values, where that is not what is there."""
        names = [name for name, value in wanted.items() if value != present[name]]
        if not names:
            return {}
        form = self.reader.valid(self._form(record, QueryDict()), wanted)
        made = {name: settled(form.fields[name], form.cleaned_data[name]) for name in names if name in form.cleaned_data}
        changed = {name: value for name, value in made.items() if value != present[name]}
        if not changed:
            return {}
        before = snapshot(record) if is_kept else {}
        values = {name: form.cleaned_data[name] for name in (*after, *changed) if name in form.cleaned_data}
        saved = self.reader.serve(form, self.kind.edit, record, values=values, by=self.by)
        if is_kept:
            now = {name: value for name, value in snapshot(saved).items() if before[name] != value}
            row.was = {**{name: before[name] for name in now}, **row.was}
            row.now = {**row.now, **now}
        return changed


def clashes_of(row: ImportRow) -> dict[str, Clash[Raw]]:
    """The open choices of a line by field."""
    return {name: Clash(raw(one["was"]), raw(one["mine"]), raw(one["theirs"])) for name, one in row.clash.items()}


def _asked(record: models.Model, clashes: Mapping[str, Clash[Raw]]) -> dict[str, dict[str, Any]]:
    """Open choices as they are kept with their line: with who changed the field last, and when."""
    told, found = last_changes(record, clashes), {}
    for name, clash in clashes.items():
        change = told.get(name)
        who, at = (change.author, change.at.isoformat()) if change else ("", "")
        found[name] = {"was": clash.was, "theirs": clash.theirs, "mine": clash.mine, "who": who, "at": at}
    return found


def raw(value: Any) -> Raw:
    """A value as forms compare it; JSON has no tuples."""
    return tuple(value) if isinstance(value, list) else value


def _blank(value: Raw) -> Raw:
    """What nothing looks like in such a field."""
    return () if isinstance(value, tuple) else False if isinstance(value, bool) else ""


def snapshot(record: models.Model) -> dict[str, Any]:
    """What a record holds, as it is kept with its line."""
    return snapshots(type(record), [record.pk]).get(record.pk, {})


def snapshots(model: Any, pks: Collection[int]) -> dict[int, dict[str, Any]]:
    """The same of several records, by their keys. What is reckoned from the rest, and has no history, is left out."""
    told = {field.attname for field in model.history.model.tracked_fields}
    found = values_of_each(model, pks)
    return {pk: {name: value for name, value in values.items() if name in told} for pk, values in found.items()}
