"""What a piece of work writes, so that it can be taken back: every tracked record with its values before and after."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.signals import post_save, pre_save
from django.utils import timezone

from partnerportal.core.history import UNTOLD

_open: ContextVar[Journal | None] = ContextVar("journal", default=None)


@dataclass
class Journal:
    """Records that were written inside `recording`, as they were when first touched; None for a new one."""

    before: dict[tuple[str, int], dict[str, Any] | None] = field(default_factory=dict)
    made: set[tuple[str, int]] = field(default_factory=set)

    def effects(self) -> list[dict[str, Any]]:
        """What differs now, as it is kept with the row. To be asked inside the transaction that wrote."""
        found = []
        for label, pk in [*self.before, *sorted(self.made)]:
            now = values_of(apps.get_model(label), pk)
            if now is None:
                continue
            if (label, pk) in self.made:
                found.append({"model": label, "pk": pk, "made": True, "was": {}, "now": now})
                continue
            was = self.before[label, pk] or {}
            names = [name for name, value in now.items() if was.get(name) != value]
            if names:
                found.append({"model": label, "pk": pk, "was": {n: was.get(n) for n in names}, "now": {n: now[n] for n in names}})
        return found


LEFT_OUT = UNTOLD - {"content_type", "object_id"}  # What a task is related to has no line of its own in the history, but is taken back.


def values_of(model: type[models.Model], pk: int) -> dict[str, Any] | None:
    """The fields of a row as JSON keeps them; None for a row that is not there."""
    return values_of_each(model, [pk]).get(pk)


def values_of_each(model: type[models.Model], pks: Collection[int]) -> dict[int, dict[str, Any]]:
    """The same of several rows, by their keys; one query."""
    names = [one.attname for one in model._meta.concrete_fields if one.name not in LEFT_OUT and not one.primary_key]
    rows = model._base_manager.filter(pk__in=pks).order_by().values("pk", *names)
    return {row.pop("pk"): json.loads(json.dumps(row, cls=_Encoder)) for row in rows}


class _Encoder(DjangoJSONEncoder):
    """Numbers of telephones, countries and the like as their text."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


@contextmanager
def recording() -> Iterator[Journal]:
    """Note every tracked record that is written inside."""
    journal = Journal()
    token = _open.set(journal)
    try:
        yield journal
    finally:
        _open.reset(token)


def _note_before(sender: type[models.Model], instance: models.Model, **facts: Any) -> None:
    journal = _open.get()
    if journal is None or instance.pk is None or not hasattr(sender, "history"):
        return
    key = (sender._meta.label_lower, instance.pk)
    if key not in journal.before and key not in journal.made:
        journal.before[key] = values_of(sender, instance.pk)


def _note_made(sender: type[models.Model], instance: models.Model, created: bool, **facts: Any) -> None:
    journal = _open.get()
    if journal is not None and created and hasattr(sender, "history"):
        key = (sender._meta.label_lower, instance.pk)
        journal.before.pop(key, None)
        journal.made.add(key)


def connect() -> None:
    """Listen to what is saved. Called once, when the app is ready."""
    pre_save.connect(_note_before, dispatch_uid="core.journal_before")
    post_save.connect(_note_made, dispatch_uid="core.journal_made")


def take_back(effect: Mapping[str, Any], *, partner_id: int, together: bool) -> tuple[Any, list[str]]:
    """Undo one effect: what it made is deleted softly, what it wrote gets its former value where nobody has changed it since.

    Answers the record (None where it is gone) and the labels of the fields that were left; with `together` one of these leaves all.
    """
    model: Any = apps.get_model(effect["model"])
    record = model._default_manager.for_partner(partner_id).select_for_update(of=("self",)).filter(pk=effect["pk"]).first()
    present = values_of(model, effect["pk"])
    if record is None or present is None or present.get("deleted_at"):
        return None, []
    told = {field.attname for field in model.history.model.tracked_fields}  # Others are the portal's own notes, such as a reminder's.
    left = [name for name, value in effect["now"].items() if name in told and present.get(name) != value]
    fields = {field.attname: field for field in model._meta.concrete_fields}
    labels = [str(fields[name].verbose_name) for name in left]
    if effect.get("made"):
        if not left:
            record.deleted_at = timezone.now()
            record.save(update_fields=["deleted_at", "updated_at"])
        return record, labels
    names = [] if together and left else [name for name in effect["was"] if name not in left]
    for name in names:
        setattr(record, name, None if effect["was"][name] is None else fields[name].to_python(effect["was"][name]))
    if names:
        record.save(update_fields=[*names, "updated_at"])
    return record, labels
