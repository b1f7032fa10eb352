"""What the command palette offers beside records: what can be begun, where one can go, the views of all lists, switches of the shell.

The actions of the page that one is on are taken from the page itself, so what is not offered there is not offered here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partnerportal.core import display, listviews
from partnerportal.core.context import AT, CREATE, FOR_VENDOR, MORE, TABS, Tab
from partnerportal.core.models import SavedView
from partnerportal.core.views.lists import RecordList

if TYPE_CHECKING:
    from partners.models import User

AT_FIRST, WITH_QUERY = 6, 8  # Entries of a group, without and with a query.

NEW = {
    "lead": _("New lead"),
    "account": _("New account"),
    "contact": _("New contact"),
    "project": _("New project"),
    "task": _("New task"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the palette: it opens `url`, or presses what `press` selects on the page. `words` are found, too, without being shown."""

    label: str
    icon: str
    url: str = ""
    press: str = ""
    detail: str = ""
    key: str = ""
    words: str = ""


@dataclass(frozen=True)
class Section:
    """Entries under a heading."""

    name: str
    label: str
    entries: tuple[Entry, ...]


SWITCHES: tuple[tuple[str | Promise, str, str, str | Promise], ...] = (
    (_("Sign out"), "box-arrow-right", f'form[action="{AT["sign_out"]}"] button', _("log out, leave")),
    (_("Light theme"), "sun", '#profile [name="theme"][value="light"]', ""),
    (_("Dark theme"), "moon", '#profile [name="theme"][value="dark"]', ""),
    (_("Theme of the system"), "circle-half", '#profile [name="theme"][value="auto"]', ""),
    (_("Comfortable rows"), "list", '#profile [name="density"][value="comfortable"]', ""),
    (_("Compact rows"), "justify", '#profile [name="density"][value="compact"]', ""),
    (_("Keyboard shortcuts"), "keyboard", "[data-shortcuts]", "?"),
)

_DETAIL: dict[str, str | Promise] = {
    SavedView.Sharing.PRIVATE: _("my view"),
    SavedView.Sharing.COMPANY: _("view of my company"),
    SavedView.Sharing.PUBLISHED: _("published view"),
}


def sections(query: str, user: User) -> list[Section]:
    """The groups beside the records, as far as they match every word of the query."""
    most = WITH_QUERY if query else AT_FIRST
    found = (
        ("actions", _now("Actions"), actions(user)),
        ("places", _now("Go to"), places(user)),
        ("views", _now("Views"), views(user) if query else ()),
    )
    groups = ((name, label, tuple(matching(query, entries))[:most]) for name, label, entries in found)
    return [Section(name, label, entries) for name, label, entries in groups if entries]


def actions(user: User) -> Iterator[Entry]:
    """What one can begin anywhere, and the switches of the shell."""
    for tab in _open_to(user, CREATE):
        yield Entry(str(NEW.get(tab.name, tab.label)), tab.icon, tab.url, words=_now("create"))
    for label, icon, press, words in SWITCHES:
        yield Entry(str(label), icon, press=press, words=str(words))


def places(user: User) -> Iterator[Entry]:
    """The pages of the shell."""
    vendor = FOR_VENDOR if user.is_staff else ()
    for tab in _open_to(user, (*TABS, *MORE, *vendor)):
        yield Entry(str(tab.label), tab.icon, tab.url, key=f"g {tab.key}" if tab.key else "")
    yield Entry(_now("Notices"), "bell", AT["notices"])
    yield Entry(_now("Profile and settings"), "person", AT["profile"])
    yield Entry(_now("Help"), "question-circle", AT["help"])


def views(user: User) -> Iterator[Entry]:
    """The views of every list, standard and saved ones that this person may open, as table and, where there is one, as board."""
    saved = listviews.all_kept_by(user)
    for tab in _open_to(user, TABS):
        page = _list_at(tab.url)
        if page is None:
            continue
        kind = display.kinds(page.model)
        yield from (Entry(str(view.label), tab.icon, reverse(view.leads_to), detail=kind) for view in page.views if view.leads_to)
        shared = [(view.name, view.word, _DETAIL[view.sharing]) for view in saved.get(page.namespace_of_urls(), ())]
        for label, word, whose in [*shared, *((view.label, view.name, "") for view in page.views if not view.leads_to)]:
            detail = f"{kind} · {whose}" if whose else kind
            yield Entry(str(label), tab.icon, f"{tab.url}?view={word}", detail=detail)
            if _has_board(tab.url):
                yield Entry(_now("%(view)s as a board") % {"view": label}, "kanban", f"{tab.url}board/?view={word}", detail=detail)


def matching(query: str, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries in which every word of the query begins a word; those whose label begins so come first."""
    words = _folded(query).split()
    kept = [entry for entry in entries if _matches(words, entry)]
    first = _folded(query)
    yield from sorted(kept, key=lambda entry: not _folded(entry.label).startswith(first)) if words else kept


def _matches(words: list[str], entry: Entry) -> bool:
    text = f" {_folded(f'{entry.label} {entry.detail} {entry.words}')}"
    return all(f" {word}" in text for word in words)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(
        "".join(letter if letter.isalnum() or letter.isspace() else " " for letter in plain if not unicodedata.combining(letter)).split()
    )


def _open_to(user: User, tabs: Iterable[Tab]) -> list[Tab]:
    return [tab for tab in tabs if not tab.permission or user.has_perm(tab.permission)]


def _list_at(url: str) -> type[RecordList] | None:
    """The list that answers at an address."""
    view = getattr(resolve(url).func, "view_class", None)
    return view if view is not None and issubclass(view, RecordList) else None


def _has_board(url: str) -> bool:
    try:
        return resolve(f"{url}board/").url_name == "board"
    except Resolver404:
        return False
