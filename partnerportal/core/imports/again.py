"""What a line that was put right in the rehearsal means for the lines after it: those that it can touch, and no others, are planned anew.

A line depends on lines above it that mean the same, and on what lines above it fill into the same record. What the person has put right
in a later line is in its cells, so it stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from partnerportal.core.edits import Raw
from partnerportal.core.imports.alike import forget, numbers_of, seeking
from partnerportal.core.imports.filling import raw
from partnerportal.core.imports.kinds import Evidence
from partnerportal.core.models import DataImport, ImportRow

MOST_TOUCHED = 1_000  # So many lines are told apart; beyond, all later ones are planned anew.
Step, Result = ImportRow.Step, ImportRow.Result
# A line of which nothing is planned.
UNPLANNED: Mapping[str, Any] = {
    "step": Step.WAITING, "result": "", "errors": [], "note": "", "facts": {}, "object_id": None, "like_line": None, "like_url": "",
    "now": {}, "planned": {},
}  # fmt: skip


@dataclass(frozen=True)
class Stood:
    """Where a line stood: what it is compared by, the line that it was the same as, and the record that it filled."""

    number: int
    facts: dict[str, Any]
    like_line: int | None
    object_id: int | None

    @classmethod
    def of(cls, row: ImportRow) -> Stood:
        """Of a line as it is in hand."""
        return cls(row.number, row.facts, row.like_line, row.object_id)


def put_back_touched(batch: DataImport, evidence: Evidence, before: Stood, row: ImportRow) -> int:
    """Have all later lines wait that a line can touch which is not what it was `before`; directly, or through lines between. How many."""
    if batch.policy == DataImport.Policy.CREATE:
        return 0  # Then no line is compared with another.
    found: set[int] = set()
    level = [before, Stood.of(row)]
    while level:
        numbers = (_alike(batch, evidence, level, row.number) | _bound(batch, level, row.number)) - found
        found |= numbers
        if len(found) > MOST_TOUCHED:
            return _put_back(batch, Q(number__gt=row.number))
        level = [Stood.of(one) for one in batch.rows.filter(number__in=numbers)]
    return _put_back(batch, Q(number__in=found))


def put_back_bound(batch: DataImport, rows: Sequence[ImportRow]) -> int:
    """Have the later lines wait that fill the same record as these, which were planned anew; those of `rows` themselves have seen it."""
    fill = [row for row in rows if row.result == Result.UPDATE]
    found = {number for row in fill for number in _bound(batch, [Stood.of(row)], row.number)}
    return _put_back(batch, Q(number__in=found - {row.number for row in rows}))


def filled_above(batch: DataImport, row: ImportRow, *, made_by: ImportRow | None = None, pk: int | None = None) -> dict[str, Raw]:
    """What lines above a line fill into the same record: into the one of the key `pk`, or the one that a line above makes."""
    same = Q(object_id=pk) if made_by is None else Q(number__in=_with_all_like(batch, {made_by.number}) - {made_by.number})
    rows = batch.rows.filter(same, number__lt=row.number, result=Result.UPDATE, step=Step.CHECKED).order_by("number")
    filled: dict[str, Raw] = {}
    for planned in rows.values_list("planned", flat=True):
        filled |= {name: raw(becomes) for name, (_was, becomes) in planned.items()}
    return filled


def _put_back(batch: DataImport, which: Q) -> int:
    numbers = set(batch.rows.filter(which, step=Step.CHECKED).values_list("number", flat=True))
    forget(batch, numbers)
    return batch.rows.filter(number__in=numbers).update(**UNPLANNED)


def _alike(batch: DataImport, evidence: Evidence, level: Iterable[Stood], after: int) -> set[int]:
    """The lines after a number that mean the same as one of these: those that stand for a record, and those that seek one."""
    by_mark: dict[int, list[dict[str, Any]]] = {}
    for one in level:
        for mark in _marks_of(evidence, one.facts):
            by_mark.setdefault(mark, []).append(one.facts)
    numbers = batch.marks.filter(mark__in=by_mark, number__gt=after).values("number")  # type: ignore[attr-defined]
    found = set()
    for row in batch.rows.filter(number__in=numbers, step=Step.CHECKED).iterator(chunk_size=500):
        compared = (facts for mark in _marks_of(evidence, row.facts) for facts in by_mark.get(mark, ()))
        if any(evidence.why(row.facts, facts) for facts in compared):
            found.add(row.number)
    return found


def _marks_of(evidence: Evidence, facts: dict[str, Any]) -> set[int]:
    """The marks by which lines of the same may be found, whether they stand for a record or not."""
    if not facts:
        return set()
    words = {*evidence.marks(facts), *evidence.sought(facts)}
    return {*numbers_of(words), *numbers_of(seeking(words))}


def _bound(batch: DataImport, level: Collection[Stood], after: int) -> set[int]:
    """The lines after a number that are told to be the same as one of these, or that fill the same record."""
    same = Q(like_line__in={one.number for one in level})
    if batch.policy in DataImport.WRITES:
        same |= Q(object_id__in={one.object_id for one in level if one.object_id})
        same |= Q(number__in=_with_all_like(batch, _first_of(batch, {one.like_line for one in level if one.like_line})))
    return set(batch.rows.filter(same, number__gt=after, step=Step.CHECKED).values_list("number", flat=True))


def _first_of(batch: DataImport, numbers: set[int]) -> set[int]:
    """The lines that these lead to, each the same as one above it."""
    found: set[int] = set()
    while numbers:
        led = dict(batch.rows.filter(number__in=numbers).values_list("number", "like_line"))
        found |= {number for number, like in led.items() if like is None}
        numbers = {like for like in led.values() if like is not None}
    return found


def _with_all_like(batch: DataImport, numbers: set[int]) -> set[int]:
    """These lines, and all that lead to them."""
    found, level = set(numbers), set(numbers)
    while level:
        level = set(batch.rows.filter(like_line__in=level).values_list("number", flat=True)) - found
        found |= level
    return found
