"""What a calendar is drawn of: its days, and one record in a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.dates import format_date, format_interval, format_skeleton
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from partnerportal.core import display
from partnerportal.core.spans import MONTH, WEEK, Span


@dataclass(frozen=True)
class Event:
    """What the calendar shows of a record. `about` is a second line, `badge` ready HTML, `said` what colour and sign mean in words."""

    title: str
    icon: str = "circle"
    said: Sequence[str] = ()
    about: str = ""
    badge: SafeString | str = ""
    is_done: bool = False
    is_late: bool = False


@dataclass(frozen=True)
class Tally:
    """How many records a day has."""

    count: int = 0
    done: int = 0


@dataclass(frozen=True)
class Day:
    """A day of the calendar. `late` are its open records once it has passed; `base` is what a record is opened with when it is moved."""

    date: date
    is_today: bool
    is_outside: bool
    tally: Tally
    late: int
    address: str
    add_url: str
    base: str
    events: list[SafeString] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many are not drawn."""
        return self.tally.count - len(self.events)

    @property
    def is_weekend(self) -> bool:
        """Whether it is a Saturday or Sunday."""
        return self.date.weekday() > 4

    @property
    def words(self) -> str:
        """The whole date, for those who hear it, and for the agenda."""
        return capfirst(format_date(self.date, "full", locale=display.locale()))


def weekday(day: date) -> tuple[str, str]:
    """The name of a day of the week, short and long."""
    short, long = (format_date(day, pattern, locale=display.locale()) for pattern in ("ccc", "cccc"))
    return capfirst(short), capfirst(long)


def words_of(span: Span) -> str:
    """What a span is called."""
    locale = display.locale()
    if span.kind == MONTH:
        return capfirst(format_skeleton("yMMMM", span.first, locale=locale))
    if span.kind == WEEK:
        return format_interval(span.first, span.last, "yMMMd", locale=locale)
    return capfirst(format_date(span.first, "full", locale=locale))


def event_html(record: Any, event: Event, move: str, words: tuple[str, str]) -> SafeString:
    """One record of a day; those of a month are many, so it is written here for speed. `move` asks for another day, `words` say so."""
    url = record.get_absolute_url()
    said = ", ".join(str(word) for word in event.said)
    return format_html(
        '<li class="event{}{}" id="event-{}"{}><i class="bi bi-{}" aria-hidden="true"></i>'
        '<div class="w"><a class="t" href="{}" title="{}">{}</a>{}{}</div>{}{}</li>',
        " done" if event.is_done else "",
        " late" if event.is_late else "",
        record.pk,
        format_html(' data-move="{}day/"', url) if move else "",
        event.icon,
        url,
        event.title,
        event.title,
        format_html('<span class="visually-hidden">, {}</span>', said) if said else "",
        format_html('<span class="about">{}</span>', event.about) if event.about else "",
        event.badge,
        _move_html(event, move, words) if move else "",
    )


def _move_html(event: Event, move: str, words: tuple[str, str]) -> SafeString:
    """The way to another day: a dialog, or a page of its own."""
    return format_html(
        '<a class="event-menu" data-move-menu href="{0}" hx-get="{0}" hx-target="#dialog" hx-swap="innerHTML" hx-push-url="false" '
        'aria-haspopup="dialog" aria-label="{1}" title="{2}"><i class="bi bi-three-dots" aria-hidden="true"></i></a>',
        move,
        words[0] % {"title": event.title},
        words[1],
    )
