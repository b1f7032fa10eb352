"""Field history of business records: who, when, through what, why, field by field.

simple-history writes the rows on `save()`. `QuerySet.update()` and `bulk_update` leave none and are not for tracked models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as compared
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext
from simple_history.models import HistoricalRecords

from partnerportal.core.actors import current_actor, current_author_name, current_channel, current_request_id
from partnerportal.core.scoping import PartnerOwned

# The link to a record of any kind is two keys, which say nothing; whoever changes it gives the reason.
UNTOLD = frozenset({"updated_at", "created_at", "partner", "content_type", "object_id"})


class HistoryEntry(models.Model):
    """What every history row says besides the fields: author's name, channel and request."""

    author_name = models.CharField(max_length=200, blank=True, default=current_author_name)
    channel = models.CharField(max_length=20, default=current_channel)
    request_id = models.CharField(max_length=64, blank=True, default=current_request_id)

    class Meta:
        abstract = True


def _author(request: Any = None, **_: Any) -> Any:
    actor = current_actor()
    if actor:
        return actor.user
    return request.user if request is not None and request.user.is_authenticated else None


class PortalRecords(HistoricalRecords):
    """simple-history without rows for saves that only touch what is not tracked, such as the time of the last sign-in."""

    def post_save(self, instance: models.Model, created: bool, using: str | None = None, **facts: Any) -> None:
        saved = facts.get("update_fields")
        if created or saved is None or not set(saved) <= set(self.excluded_fields):
            super().post_save(instance, created, using=using, **facts)


def tracked(**options: Any) -> HistoricalRecords:
    """The `history` of a business model."""
    return PortalRecords(bases=[HistoryEntry], get_user=_author, custom_model_name=lambda name: f"Historical{name}", **options)


def create_with_history(records: Sequence[models.Model]) -> None:
    """Write new records of one tracked model at once, each with its history entry as `save()` makes it.

    Neither `save()` nor the signals of a save run: what a model's `save()` keeps is the caller's, and no journal notes it.
    """
    if records:
        model: Any = type(records[0])
        model._base_manager.bulk_create(records)
        model.history.bulk_history_create(records, default_change_reason=None)


def note_in_history(record: models.Model, sentence: str) -> None:
    """Write down in the history of a record what happened to it beside its fields, such as a file that was taken off."""
    entries: Any = record.history.model  # type: ignore[attr-defined]
    longest = entries._meta.get_field("history_change_reason").max_length
    record.history.bulk_history_create(  # type: ignore[attr-defined]
        [record], update=True, default_user=_author(), default_change_reason=sentence[:longest]
    )


def entries_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """The history of a model of the vendor's, such as prices, to look into by a query.

    Raises TypeError for what belongs to partners: their history is read by the record that a person may see.
    """
    if issubclass(model, PartnerOwned):
        raise TypeError(f"The history of {model.__name__} is read record by record.")
    return model.history.all()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class FieldChange:
    """One field of one change. Values are what the record held, not how a page writes them."""

    field: str
    label: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """One save of a record. `kind` is created, changed or deleted."""

    at: datetime
    author: str
    channel: str
    reason: str
    kind: str
    fields: tuple[FieldChange, ...]
    pk: int = compared(default=0, compare=False)


KINDS = {"+": "created", "~": "changed", "-": "deleted"}


def changes(record: models.Model, *, limit: int = 100, until: datetime | None = None) -> list[Change]:
    """What happened to a record, up to a moment or to now, newest first, at most `limit` saves; one query."""
    found = record.history.select_related("history_user").order_by("-history_date", "-history_id")  # type: ignore[attr-defined]
    rows = list((found.filter(history_date__lte=until) if until else found)[: limit + 1])
    return [_change(row, former) for row, former in _pairs(rows)][:limit]


def changed_answers(record: Any, *, limit: int = 100, until: datetime | None = None) -> list[Change]:
    """What became of the answers to questions on a record (`Subject.answered`), up to a moment or to now, newest first, at most `limit`.

    The label of the field is the question, in the words in which it was asked then where the answer keeps them. One query.
    """
    if not record.answered:
        return []
    link = record._meta.get_field(record.answered)
    former = Window(Lag("text"), partition_by=F("id"), order_by=["history_date", "history_id"])
    found = link.related_model.history.filter(**{link.field.name: record.pk, "partner": record.partner_id}).annotate(former=former)
    found = found.select_related("question", "history_user").order_by("-history_date", "-history_id")
    told = [_answer(row) for row in (found.filter(history_date__lte=until) if until else found)[:limit]]
    return [one for one in told if one.fields[0].old != one.fields[0].new]  # An answer that came back from a merge says the same.


def _answer(row: Any) -> Change:
    label = gettext(row.question_text or str(row.question or row._meta.get_field("text").verbose_name))  # As it is, if the vendor wrote it.
    field = FieldChange("text", label, row.former or "", "" if row.history_type == "-" else row.text)
    return Change(row.history_date, _author_of(row), row.channel, row.history_change_reason or "", "changed", (field,), row.pk)


def _pairs(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    for index, row in enumerate(rows):
        yield row, rows[index + 1] if index + 1 < len(rows) else None


def _change(row: Any, former: Any) -> Change:
    fields = tuple(_differences(row, former)) if former is not None else ()
    return Change(row.history_date, _author_of(row), row.channel, row.history_change_reason or "", KINDS[row.history_type], fields, row.pk)


def _author_of(row: Any) -> str:
    return row.author_name or (row.history_user.get_full_name() if row.history_user else "")


def _differences(row: Any, former: Any) -> Iterator[FieldChange]:
    for field in row.tracked_fields:
        if field.name in UNTOLD:
            continue
        old, new = getattr(former, field.attname), getattr(row, field.attname)
        if old != new:
            yield FieldChange(field.name, str(field.verbose_name), old, new)
