"""Records that are found again by one field that the person chose, such as the mail address, instead of as duplicates are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.functions import Lower

from partnerportal.core.imports.kinds import Evidence, ImportKind, Likeness

if TYPE_CHECKING:
    from partners.models import User


def key_of(record: Any, name: str) -> str:
    """What a record says in the field, as it is compared; nothing finds nothing."""
    value = getattr(record, name)
    return str(getattr(value, "as_e164", value) or "").strip().lower()


def evidence_by(name: str, label: str) -> Evidence:
    """Lines of one file mean the same when they say the same in the field."""

    def words(facts: dict[str, Any]) -> list[str]:
        return [facts["key"]] if facts["key"] else []

    return Evidence(
        read=lambda record: record,
        facts=lambda record: {"key": key_of(record, name)},
        marks=words,
        sought=words,
        why=lambda facts, others: _why(label, facts["key"]) if facts["key"] == others["key"] else "",
    )


def found_by(kind: ImportKind, name: str, label: str, records: Sequence[Any], by: User, others: Q) -> list[list[Likeness]]:
    """For each of some records that are not saved those of the object that say the same in the field; one query."""
    keys = [key_of(record, name) for record in records]
    rows = kind.model._default_manager.visible_to(by).alias(key=Lower(name))  # type: ignore[attr-defined]
    found: dict[str, list[Likeness]] = {}
    for record in rows.filter(key__in={key for key in keys if key}).filter(others).order_by("pk"):
        key = key_of(record, name)
        found.setdefault(key, []).append(Likeness(record, _why(label, key)))
    return [found.get(key, []) for key in keys]


def _why(label: str, key: str) -> str:
    return f"{label} {key}"
