"""Who has a record under edit just now, as their pages say, and whether somebody has saved it meanwhile.

The editors are kept in the cache alone, one entry a record, and forgotten when their pages stop to speak. Two pages that speak in the
same moment may overwrite each other; the one that was lost is there again with its next word. Without the cache nobody is shown.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import cache

from partnerportal.core.models import Subject

if TYPE_CHECKING:
    from partners.models import User

ASKED_EVERY = 15  # Seconds between two questions of a page that somebody looks at.
LASTS = 35  # Seconds that an editor is shown after the last word of the page: one word may get lost.
MOST = 20
LIMITS: Mapping[str, int] = {"GET": 240, "HEAD": 240, "POST": 240}  # Questions a minute of one person, over all of her pages.


@dataclass(frozen=True)
class Editor:
    """Somebody who has a record under edit. `partner` is None for the vendor's people."""

    pk: int
    name: str
    partner: int | None

    def get_full_name(self) -> str:
        """The name, as a person's."""
        return self.name


@dataclass(frozen=True)
class Saved:
    """Somebody else's newest change of a record."""

    by: str
    at: datetime


def editing(record: Subject, by: User) -> None:
    """Note that a person has the record under edit now."""
    found = _kept(record)
    found[by.pk] = (by.get_full_name(), by.partner_id, time.time() + LASTS)
    latest = sorted(found.items(), key=lambda one: one[1][2])[-MOST:]
    cache.set(_key(record), dict(latest), timeout=LASTS)


def gone(record: Subject, by: User) -> None:
    """Note that a person has left the record."""
    found = _kept(record)
    if found.pop(by.pk, None):
        cache.set(_key(record), found, timeout=LASTS)


def editors(record: Subject, *, seen_by: User) -> list[Editor]:
    """Who else has the record under edit, as this person may know, those who came first in front; no query.

    The vendor's people are shown to their colleagues, and to a partner only where the record names them.
    """
    found = [Editor(pk, name, partner) for pk, (name, partner, _until) in _kept(record).items() if pk != seen_by.pk]
    return [one for one in found if _may_know(record, one, seen_by)]


def saved_since(record: Subject, seen: datetime | None, *, but: User) -> Saved | None:
    """The newest change that somebody else has saved since a page was made of the record as it was then."""
    if seen is None or record.updated_at <= seen:
        return None
    rows = record.history.filter(updated_at__gt=seen).exclude(history_user=but)  # type: ignore[attr-defined]
    row = rows.select_related("history_user").order_by("-history_date", "-history_id").first()
    if row is None:
        return None
    return Saved(row.author_name or (row.history_user.get_full_name() if row.history_user else ""), row.history_date)


def _may_know(record: Subject, editor: Editor, by: User) -> bool:
    if editor.partner is None:
        return by.partner_id is None or editor.pk in record.named_people
    return editor.partner == record.partner_id


def _kept(record: Subject) -> dict[int, tuple[str, int | None, float]]:
    now = time.time()
    found: dict[int, tuple[str, int | None, float]] = cache.get(_key(record)) or {}
    return {pk: entry for pk, entry in found.items() if entry[2] > now}


def _key(record: Subject) -> str:
    return f"presence:{record._meta.label_lower}:{record.pk}"
