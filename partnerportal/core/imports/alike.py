"""Lines of one file that mean the same, found by what their records are compared by: equal words first, then the kind's own judgement.

What is kept of a line is in the database, so that neither the memory nor the time of a line grows with the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b

from django.db import connection

from partnerportal.core.imports.kinds import Evidence
from partnerportal.core.models import DataImport, ImportMark, ImportRow

EXAMINED = 20  # So many lines a word, the first of the file.
Step, Result = ImportRow.Step, ImportRow.Result
STANDING = (Result.CREATE, Result.UPDATE, Result.CLASH)


def numbers_of(words: Iterable[str]) -> list[int]:
    """Words as numbers of eight bytes."""
    return sorted({int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), signed=True) for word in words})


def seeking(words: Iterable[str]) -> list[str]:
    """The words by which a line is found that stands for no record, but would be another if what they name changed."""
    return [f"seeks {word}" for word in words]


class Alike:
    """Which lines stand for a record, for the lines of one part of the work."""

    def __init__(self, batch: DataImport, evidence: Evidence, part: Sequence[ImportRow]) -> None:
        self.batch, self.evidence = batch, evidence
        self.rows = {row.number: row for row in part}
        self.found: dict[int, list[int]] = {}
        self.sought: dict[int, list[int]] = {}
        self.new: list[tuple[int, int]] = []

    def prepare(self, lines: Iterable[ImportRow]) -> None:
        """Look up the words that these lines seek, in one query, and the rows that have them, in another."""
        words = {word for row in lines for word in self._sought_by(row)}
        statement = (
            "SELECT w.mark, m.number FROM unnest(%s::bigint[]) AS w(mark) CROSS JOIN LATERAL "
            "(SELECT number FROM core_importmark WHERE batch_id = %s AND mark = w.mark ORDER BY number LIMIT %s) AS m"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [sorted(words), self.batch.pk, EXAMINED])
            for mark, number in cursor.fetchall():
                self.found.setdefault(mark, []).append(number)
        missing = {number for numbers in self.found.values() for number in numbers} - self.rows.keys()
        if missing:
            self.rows |= {row.number: row for row in self.batch.rows.filter(number__in=missing)}

    def _sought_by(self, row: ImportRow) -> list[int]:
        if row.number not in self.sought:
            self.sought[row.number] = numbers_of(self.evidence.sought(row.facts))
        return self.sought[row.number]

    def earlier(self, row: ImportRow) -> tuple[ImportRow, str] | None:
        """The first other line that means the same and becomes or completes a record, and why it is the same.

        Other lines are those above; once the import is over, all.
        """
        numbers = {number for mark in self._sought_by(row) for number in self.found.get(mark, ())}
        for other in (self.rows[number] for number in sorted(numbers) if number in self.rows):
            stands = other.result in STANDING and (other.number < row.number or other.step == Step.DONE)
            if stands and other.number != row.number and (why := self.evidence.why(row.facts, other.facts)):
                return other, why
        return None

    def stands(self, row: ImportRow) -> None:
        """From here on a line is found by its words."""
        self.rows[row.number] = row
        for mark in numbers_of(self.evidence.marks(row.facts)):
            numbers = self.found.setdefault(mark, [])
            if row.number not in numbers and (len(numbers) < EXAMINED or row.number < max(numbers)):
                numbers.append(row.number)
                self.new.append((mark, row.number))

    def seeks(self, row: ImportRow) -> None:
        """A line that stands for no record is found when a line above it is put right."""
        if row.facts:
            self.new += [(mark, row.number) for mark in numbers_of(seeking(self.evidence.sought(row.facts)))]

    def row(self, number: int) -> ImportRow:
        """A line of the file, always the same object."""
        if number not in self.rows:
            self.rows[number] = self.batch.rows.get(number=number)
        return self.rows[number]

    def keep(self) -> None:
        """Write down what is new."""
        ImportMark.objects.bulk_create(
            [ImportMark(batch=self.batch, mark=mark, number=number) for mark, number in self.new], batch_size=2_000
        )
        self.new = []


def forget(batch: DataImport, numbers: Collection[int] | None = None) -> None:
    """Lines are not found any more: these, or all."""
    rows = batch.marks.all() if numbers is None else batch.marks.filter(number__in=numbers)  # type: ignore[attr-defined]
    rows.delete()
