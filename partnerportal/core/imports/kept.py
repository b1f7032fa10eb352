"""Lines as they are kept: those of a part are written at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from partnerportal.core.models import DataImport, ImportRow

WRITTEN = ("step", "result", "errors", "note", "facts", "like_line", "like_url", "object_id", "was", "now", "planned", "clash")


class Kept:
    """The lines of a part that differ from what the database holds, until `write`."""

    def __init__(self, batch: DataImport) -> None:
        self.batch = batch
        self.changed: dict[int, ImportRow] = {}

    def add(self, row: ImportRow) -> None:
        """A line to be written."""
        self.changed[row.number] = row

    def write(self) -> None:
        """Write what differs, in one statement."""
        rows, self.changed = list(self.changed.values()), {}
        if rows:
            write_rows(self.batch, rows)


def write_rows(batch: DataImport, rows: Iterable[ImportRow]) -> None:
    """Write what became of lines, but for what they hold."""
    fields = [ImportRow._meta.get_field(name) for name in WRITTEN]
    columns = ", ".join(f"{one.attname} {_kind(one)}" for one in fields)  # type: ignore[union-attr]
    changes = ", ".join(f"{one.attname} = w.{one.attname}" for one in fields)  # type: ignore[union-attr]
    kept = json.dumps([{"number": row.number, **{name: getattr(row, name) for name in WRITTEN}} for row in rows])
    statement = (
        f"UPDATE core_importrow AS r SET {changes} FROM jsonb_to_recordset(%s::jsonb) AS w(number integer, {columns}) "  # noqa: S608 (names of columns)
        "WHERE r.partner_id = %s AND r.batch_id = %s AND r.number = w.number"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [kept, batch.partner_id, batch.pk])


def _kind(field: Any) -> str:
    """The type of a column, without its length."""
    kinds: list[tuple[type[models.Field[Any, Any]], str]] = [
        (models.JSONField, "jsonb"),
        (models.BigIntegerField, "bigint"),
        (models.IntegerField, "integer"),
    ]
    return next((name for kind, name in kinds if isinstance(field, kind)), "text")
