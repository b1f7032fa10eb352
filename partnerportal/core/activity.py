"""The timeline of a record: what is coming, and what has been. Each source is a function; apps add theirs with `@source`.

@source
def tasks_of(record, user):
    for task in record.tasks.all(): yield Entry(…)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from partnerportal.core.history import Change, changes
from partnerportal.core.models import Subject

LIMIT = 50


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `due_on` marks what is to come, `at` what has been. `tone` colours the sign."""

    title: str
    at: datetime | None = None
    due_on: date | None = None
    text: str = ""
    detail: str = ""
    who: str = ""
    icon: str = "dot"
    tone: str = "blue"
    url: str = ""
    is_upcoming: bool = False


Source = Callable[[Any, Any], Iterable[Entry]]
_sources: list[Source] = []


def source(function: Source) -> Source:
    """Add a source of entries; called with the record and the person, one query each."""
    _sources.append(function)
    return function


@dataclass(frozen=True)
class Timeline:
    """Upcoming first, soonest on top; then the past, newest on top."""

    upcoming: list[Entry]
    past: list[Entry]


def timeline(record: Subject, user: Any) -> Timeline:
    """Everything that all sources tell of a record, at most `LIMIT` lines of the past."""
    entries = [entry for each in _sources for entry in each(record, user)]
    upcoming = sorted((entry for entry in entries if entry.is_upcoming), key=lambda entry: (entry.due_on or date.max, entry.title))
    past = sorted((entry for entry in entries if not entry.is_upcoming and entry.at), key=lambda entry: entry.at, reverse=True)  # type: ignore[arg-type, return-value]
    return Timeline(upcoming, past[:LIMIT])


@source
def notes_of(record: Subject, user: Any) -> Iterator[Entry]:
    """Notes, with their text."""
    for note in record.notes.select_related("author")[:LIMIT]:
        yield Entry(
            note.title or _("Note"), at=note.created_at, text=note.text, who=note.author.get_full_name(), icon="sticky", tone="green"
        )


@source
def moves_of(record: Subject, user: Any) -> Iterator[Entry]:
    """Stage moves, with their reason. The first stage is told by the creation."""
    labels = stage_labels(record)
    for move in record.stage_moves.exclude(from_stage="")[:LIMIT]:
        was, to = labels.get(move.from_stage, move.from_stage), labels.get(move.to_stage, move.to_stage)
        title = _("Moved from %(was)s to %(to)s") % {"was": was, "to": to}
        who = _("automatic") if move.is_automatic and not move.by_name else move.by_name
        yield Entry(
            title,
            at=move.at,
            detail=move.reason,
            who=who,
            icon="lightning-charge" if move.is_automatic else "signpost-split",
            tone="violet",
        )


@source
def changes_of(record: Subject, user: Any) -> Iterator[Entry]:
    """Creation and changes of fields, in one line each; the values stand in the history."""
    stage = stage_field(record)
    for change in changes(record, limit=LIMIT):
        entry = _told(change, stage)
        if entry:
            yield entry


def _told(change: Change, stage: str) -> Entry | None:
    if change.kind == "created":
        return Entry(_("Created"), at=change.at, who=change.author, icon="plus-lg", tone="blue")
    labels = [one.label for one in change.fields if one.field != stage and one.field not in QUIET]
    if not labels:
        return None
    return Entry(
        _("Changed: %(fields)s") % {"fields": ", ".join(labels[:4]) + (" …" if len(labels) > 4 else "")},
        at=change.at,
        who=change.author,
        icon="pencil",
        tone="grey",
    )


# Facts that a move writes along; the move's own line stands for them.
QUIET = frozenset({"probability", "weighted_pipeline", "converted_at", "closed_at", "estimate"})


def stage_field(record: Any) -> str:
    """The field that holds where the record stands in its process."""
    names = {field.name for field in record._meta.get_fields()}
    return "stage" if "stage" in names else "status" if "status" in names else ""


def stage_labels(record: Any) -> dict[str, str]:
    """The words of the record's stages, by value; the vendor's own where the record knows them."""
    if hasattr(record, "stage_words"):
        return record.stage_words()
    name = stage_field(record)
    return {value: str(label) for value, label in record._meta.get_field(name).flatchoices} if name else {}
