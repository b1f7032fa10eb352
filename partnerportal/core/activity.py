"""The timeline of a record: what is coming, and what has been. Each source is a function; apps add theirs with `@source`.

    @source("task")
    def tasks_of(record, user, window):
        for task in window.of(record.tasks.all(), "completed_at"): yield Entry("task", f"task:{task.pk}", …)

A source is asked for a window of the past, newest first, and yields what is to come on the first page only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core.display import days, file_size
from partnerportal.core.history import Change, changes
from partnerportal.core.models import Note, Subject
from partnerportal.core.told import QUIET, FieldWords, stage_field, stage_labels

PER_PAGE = 20
SPARE = 20  # Entries of the same moment as the last one of a page, which the next page tells.
KINDS: dict[str, str | Promise] = {
    "note": gettext_lazy("Notes"),
    "call": gettext_lazy("Calls"),
    "task": gettext_lazy("Tasks"),
    "mail": gettext_lazy("E-mails"),
    "file": gettext_lazy("Files"),
    "stage": gettext_lazy("Stages"),
    "change": gettext_lazy("Changes"),
}


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `due_on` marks what is to come, `at` what has been. `key` is its own; `tone` colours the sign."""

    kind: str
    key: str
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
    mentioned: tuple[str, ...] = ()
    note: Note | None = None


@dataclass(frozen=True)
class Cursor:
    """A place in the past: older entries come after it."""

    at: datetime
    key: str

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The place that an address names; None when it names none."""
        moment, _tilde, key = text.partition("~")
        try:
            at = parse_datetime(moment.replace(" ", "+"))
        except ValueError:
            return None
        return cls(at, key) if at is not None and at.tzinfo is not None and key else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.key}"


@dataclass(frozen=True)
class Window:
    """Which part of the past is asked for: from `before` on, the newest first."""

    before: Cursor | None = None

    @property
    def is_first(self) -> bool:
        """Whether it is the first page, which also tells what is to come."""
        return self.before is None

    def of(self, rows: QuerySet, moment: str) -> QuerySet:
        """The rows of the window by their moment; one page of them, and a few more."""
        if self.before is not None:
            rows = rows.filter(**{f"{moment}__lte": self.before.at})
        return rows.order_by(f"-{moment}", "-pk")[: PER_PAGE + SPARE]


Source = Callable[[Any, Any, Window], Iterable[Entry]]
_sources: list[tuple[frozenset[str], Source]] = []


def source(*kinds: str) -> Callable[[Source], Source]:
    """Add a source of entries of these kinds; called with the record, the person and the window, one query each."""

    def register(function: Source) -> Source:
        _sources.append((frozenset(kinds), function))
        return function

    return register


@dataclass(frozen=True)
class Timeline:
    """Upcoming first, soonest on top; then a page of the past, newest on top. `following` is where the next page begins."""

    upcoming: list[Entry]
    past: list[Entry]
    following: Cursor | None = None


def timeline(record: Subject, user: Any, *, kinds: Collection[str] = (), before: Cursor | None = None) -> Timeline:
    """A page of everything that all sources tell of a record, or of some kinds alone."""
    window = Window(before)
    asked = [function for theirs, function in _sources if not kinds or theirs & set(kinds)]
    entries = [entry for each in asked for entry in each(record, user, window) if not kinds or entry.kind in kinds]
    upcoming = sorted((entry for entry in entries if entry.is_upcoming), key=lambda entry: (entry.due_on or date.max, entry.title))
    past = sorted((entry for entry in entries if not entry.is_upcoming and entry.at), key=_place, reverse=True)
    if before is not None:
        past = [entry for entry in past if _place(entry) < (before.at, before.key)]
    shown = past[:PER_PAGE]
    following = Cursor(*_place(shown[-1])) if len(past) > PER_PAGE else None
    return Timeline(upcoming if window.is_first else [], shown, following)


def _place(entry: Entry) -> tuple[datetime, str]:
    return entry.at, entry.key  # type: ignore[return-value]


def pinned(record: Subject) -> list[Entry]:
    """The notes that stand on top, the last pinned first."""
    return [_note(note) for note in _with_people(record.notes.filter(pinned_at__isnull=False, deleted_at=None)).order_by("-pinned_at")]


@source("note")
def notes_of(record: Subject, user: Any, window: Window) -> Iterator[Entry]:
    """Notes, with their text."""
    for note in window.of(_with_people(record.notes.filter(deleted_at=None)), "created_at"):
        yield _note(note)


def _with_people(notes: QuerySet) -> QuerySet:
    names = get_user_model().objects.filter(pk__in=Note.mentioned.through.objects.filter(note=OuterRef(OuterRef("pk"))).values("user"))
    named = ArraySubquery(names.values_list(Concat("first_name", Value(" "), "last_name"), flat=True))
    return notes.select_related("author").annotate(named=named)


def _note(note: Note) -> Entry:
    return Entry(
        "note",
        f"note:{note.pk:020}",
        note.title or _("Note"),
        at=note.created_at,
        text=note.text,
        detail=_("edited") if note.edited_at else "",
        who=note.author.get_full_name(),
        icon="sticky",
        tone="green",
        mentioned=tuple(getattr(note, "named", ())),
        note=note,
    )


@source("file")
def files_of(record: Subject, user: Any, window: Window) -> Iterator[Entry]:
    """Files and their versions, as they came."""
    for file in window.of(record.attachments.filter(deleted_at=None).select_related("author"), "created_at"):
        title = _("Added %(file)s") if file.version == 1 else _("Added version %(version)s of %(file)s")
        yield Entry(
            "file",
            f"file:{file.pk}",
            title % {"file": file.name, "version": file.version},
            at=file.created_at,
            detail=file_size(file.size),
            who=file.author.get_full_name() if file.author else _("automatic"),
            icon="paperclip",
            tone="blue",
        )


@source("stage")
def moves_of(record: Subject, user: Any, window: Window) -> Iterator[Entry]:
    """Stage moves, with their reason. The first stage is told by the creation."""
    labels = stage_labels(record)
    for move in window.of(record.stage_moves.exclude(from_stage=""), "at"):
        was, to = labels.get(move.from_stage, move.from_stage), labels.get(move.to_stage, move.to_stage)
        who = _("automatic") if move.is_automatic and not move.by_name else move.by_name
        yield Entry(
            "stage",
            f"stage:{move.pk:020}",
            _("Moved from %(was)s to %(to)s") % {"was": was, "to": to},
            at=move.at,
            detail=" · ".join(part for part in (move.reason, _after(move.lasted)) if part),
            who=who,
            icon="lightning-charge" if move.is_automatic else "signpost-split",
            tone="violet",
        )


def _after(lasted: timedelta | None) -> str:
    """How long the former stage had lasted; nothing for less than a day."""
    return _("after %(days)s") % {"days": days(lasted)} if lasted and lasted.days else ""


@source("change")
def changes_of(record: Subject, user: Any, window: Window) -> Iterator[Entry]:
    """Creation and changes of fields, in a sentence each."""
    hidden = {stage_field(record), *QUIET}
    found = changes(record, limit=PER_PAGE + SPARE, until=window.before.at if window.before else None)
    words = FieldWords(type(record), user).learn(found)
    for change in found:
        entry = _told(change, words, hidden, record)
        if entry:
            yield entry


def _told(change: Change, words: FieldWords, hidden: set[str], record: Any) -> Entry | None:
    key = f"change:{change.pk:020}"
    if change.kind == "created":
        return Entry("change", key, _("Created"), at=change.at, who=change.author, icon="plus-lg", tone="blue")
    if change.kind == "changed" and not change.fields and change.reason:
        return Entry("change", key, change.reason, at=change.at, who=change.author, icon="pencil", tone="grey")
    fields = [one for one in change.fields if one.field not in hidden]
    if not fields:
        return None
    sentences = [words.sentence(one, record) for one in fields]
    more = _("and %(count)s more") % {"count": len(sentences) - 3} if len(sentences) > 3 else ""
    detail = " · ".join([*sentences[1:3], *([more] if more else [])])
    return Entry("change", key, sentences[0], at=change.at, detail=detail, who=change.author, icon="pencil", tone="grey")
