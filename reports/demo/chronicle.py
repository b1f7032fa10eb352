"""A past that never ran through the services: rows with the dates and the history that they would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, models
from simple_history.utils import get_history_model_for_model

from partners.models import User

Row = TypeVar("Row", bound=models.Model)

SYSTEM_NAME = "Partner Portal"
BATCH = 500


class Chronicle:
    """Collects rows with the moments at which they were made and changed; `write` inserts them all at once.

    Each row gets its key at once, so that others may point at it. Each change is a history row of its moment and author.
    """

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model]] = {}
        self._history: dict[type[models.Model], list[models.Model]] = {}
        self._keys: dict[type[models.Model], Iterator[int]] = {}

    def add(self, row: Row, *, at: datetime, by: User | None) -> Row:
        """Make a row at a moment. `by` is None for the portal itself."""
        if row.pk is None:
            row.pk = next(self._keys.setdefault(type(row), _keys(type(row))))
        for field in _dated(type(row)):
            setattr(row, field.attname, at)
        self._rows.setdefault(type(row), []).append(row)
        self._remember(row, at=at, by=by, kind="+", reason="")
        return row

    def change(self, row: Row, *, at: datetime, by: User | None, reason: str = "", **fields: Any) -> Row:
        """Change fields of a row made before, at a moment."""
        for name, value in fields.items():
            setattr(row, name, value)
        for field in _dated(type(row)):
            if getattr(field, "auto_now", False):
                setattr(row, field.attname, at)
        self._remember(row, at=at, by=by, kind="~", reason=reason)
        return row

    def rows(self, model: type[Row]) -> Iterator[Row]:
        """The rows of a kind collected since the last writing."""
        yield from self._rows.get(model, [])  # type: ignore[misc]

    def write(self) -> int:
        """Insert everything collected, oldest kind first, and begin anew. Answers with the number of rows, history not counted."""
        for model, rows in self._rows.items():
            with _own_dates(model):
                model._base_manager.bulk_create(rows, batch_size=BATCH)
        for model, history in self._history.items():
            model._base_manager.bulk_create(history, batch_size=BATCH)
        written = sum(len(rows) for rows in self._rows.values())
        self._rows, self._history = {}, {}
        return written

    def _remember(self, row: models.Model, *, at: datetime, by: User | None, kind: str, reason: str) -> None:
        if not hasattr(type(row), "history"):
            return
        model = get_history_model_for_model(type(row))
        entry = model(
            history_date=at,
            history_type=kind,
            history_user=by,
            history_change_reason=reason[:100] or None,
            author_name=by.get_full_name() if by else SYSTEM_NAME,
            channel="form" if by else "service",
            **{field.attname: getattr(row, field.attname) for field in model.tracked_fields},
        )
        self._history.setdefault(model, []).append(entry)


def _keys(model: type[models.Model]) -> Iterator[int]:
    """Keys from the table's own sequence, a few hundred at a time."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [model._meta.db_table, model._meta.pk.column, BATCH],
            )
            yield from [key for (key,) in cursor.fetchall()]


def _dated(model: type[models.Model]) -> list[Any]:
    return [
        field for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add)
    ]


@contextmanager
def _own_dates(model: type[models.Model]) -> Iterator[None]:
    """Insert the dates that the rows have, not the present moment. A command runs alone in its process."""
    kept = [(field, field.auto_now, field.auto_now_add) for field in _dated(model)]
    for field, _, _ in kept:
        field.auto_now = field.auto_now_add = False
    try:
        yield
    finally:
        for field, auto_now, auto_now_add in kept:
            field.auto_now, field.auto_now_add = auto_now, auto_now_add
