"""One search over all business records and their notes: folded, typo-tolerant, by number and telephone, and only what the person may see.

A record is found when every word of the query stands somewhere in it, or resembles a word of it (trigrams; not words with
digits: the neighbour's number is no hit), or when a telephone number in any writing matches its digits. One statement answers,
groups and counts included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, Count, F, Func, Q, QuerySet, Subquery, TextField, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerportal.core.models import SearchEntry
from partnerportal.core.models.search import KINDS, NOTE

if TYPE_CHECKING:
    from partners.models import User

SHORTEST, LONGEST = 2, 100
PER_GROUP = 5
PER_PAGE = 50
SUGGESTIONS = 8
EXAMINED = 2000  # Of a query that nearly everything matches, so many records are looked at.
PHONE = re.compile(r"[\d\s()+/.\-–]+")
FEWEST_DIGITS = 5
NUMBER = re.compile(
    r"#?\s*(?P<series>[a-z]{1,3})?[\s\-./]*(?P<year>20\d\d)[\s\-./]*(?P<number>\d{1,5})(?:[\s\-./]*v?\d{1,2})?", re.IGNORECASE
)
MOST_WORDS = 8
SHORTEST_LIKE = 4  # Shorter words resemble too much.

LABELS: dict[str, tuple[str | Promise, str, str]] = {
    "accounts.account": (_("Accounts"), "building", "accounts"),
    "accounts.contact": (_("Contacts"), "person-vcard", "contacts"),
    "leads.lead": (_("Leads"), "person-plus", "leads"),
    "projects.project": (_("Projects"), "briefcase", "projects"),
    "quotes.quote": (_("Quotes"), "file-earmark-text", "quotes"),
    "orders.order": (_("Orders"), "box-seam", "orders"),
    "cases.case": (_("Cases"), "life-preserver", "cases"),
    "tasks.task": (_("Tasks"), "check2-square", "tasks"),
    NOTE: (_("Notes"), "sticky", ""),
}


@dataclass(frozen=True)
class Hit:
    """One found record."""

    title: str
    subtitle: str
    url: str
    kind: str | Promise
    icon: str
    name: str  # Of the record, as addresses and forms name it: `leads.lead:12`.


@dataclass(frozen=True)
class Group:
    """The best hits of one kind of record. `count` are all that match; `is_capped` when only a part was looked at."""

    kind: str
    label: str | Promise
    icon: str
    hits: tuple[Hit, ...]
    count: int
    is_capped: bool


def find(query: str, user: User, *, per_group: int = PER_GROUP, page: int = 1) -> list[Group]:
    """What matches, of what the person may see, by kind; the best hits first. One statement; nothing for a query too short.

    `page` are the further ones of each kind, in the same order: a kind that has no such page is left out.
    """
    query = clean(query)
    if len(query) < SHORTEST:
        return []
    numbered = matches(query, user).annotate(
        place=Window(
            RowNumber(),
            partition_by=F("kind"),
            order_by=[F("starts").desc(), F("has_all").desc(), F("likeness").desc(), F("object_id").desc()],
        ),
        of_kind=Window(Count("pk"), partition_by=F("kind")),
        examined=Window(Count("pk")),
        stands_on=Case(When(kind=NOTE, then=Subquery(SearchEntry.of_the_record().values("title")[:1])), default=Value("")),
    )
    shown = numbered.filter(place__gt=(page - 1) * per_group, place__lte=page * per_group)
    rows = list(shown.order_by("kind", "place"))
    return [_group(kind, [row for row in rows if row.kind == kind]) for kind in (*KINDS, NOTE) if any(row.kind == kind for row in rows)]


def suggest(query: str, user: User) -> list[Hit]:
    """The first few hits while a person types, the best of each kind first."""
    groups = find(query, user, per_group=3)
    places = range(max((len(group.hits) for group in groups), default=0))
    return [group.hits[place] for place in places for group in groups if place < len(group.hits)][:SUGGESTIONS]


def clean(query: str) -> str:
    """A query without control characters and surplus spaces, at most 100 characters long."""
    printable = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", query))
    return " ".join(printable.split())[:LONGEST].strip()


def phone_digits(query: str) -> set[str]:
    """The digits by which a telephone number is found, without leading zeros; nothing when the query is no number.

    `030 23125-042`, `+49 (0)30 23125042` and `0049 30 23125042` all find +493023125042; in Italy the zero is kept, so both are tried.
    """
    if not PHONE.fullmatch(query):
        return set()
    writings = {re.sub(r"\D", "", one).lstrip("0") for one in (query, query.replace("(0)", ""))}
    return {digits for digits in writings if len(digits) >= FEWEST_DIGITS}


def document_number(query: str) -> set[str]:
    """A quote, order or case number as it is written, however it was typed.

    `q202600412`, `Q 2026/412` and `#Q-2026-00412 v2` are q-2026-00412.
    """
    found = NUMBER.fullmatch(query)
    if found is None:
        return set()
    series = f"{found['series'].lower()}-" if found["series"] else ""
    return {f"{series}{found['year']}-{int(found['number']):05d}"}


def matches(query: str, user: User) -> QuerySet[SearchEntry]:
    """The entries that match, at most `EXAMINED`, with how well: title begins so, all words there, likeness."""
    words = query.split()[:MOST_WORDS]
    exact, tolerant = reduce(and_, map(_holds, words)), _tolerant(words)
    for digits in phone_digits(query) | document_number(query):
        exact |= Q(text__contains=digits)
        tolerant |= Q(text__contains=digits)
    visible = SearchEntry.objects.searched_by(user)
    with_all, alike = visible.filter(exact).order_by(), visible.filter(tolerant).exclude(exact).order_by()
    found = with_all[:EXAMINED].union(alike[:EXAMINED], all=True)[:EXAMINED]
    numbered = Q(pk__in=())
    for number in document_number(query):
        numbered |= Q(text__contains=number)
    return visible.filter(pk__in=found.values("pk")).annotate(
        starts=Case(When(numbered, then=Value(2)), When(title__istartswith=query, then=Value(1)), default=Value(0)),
        has_all=Case(When(exact, then=Value(1)), default=Value(0)),
        likeness=Func(_folded(query), F("text"), function="word_similarity"),
    )


def _tolerant(words: Sequence[str]) -> Q:
    """Each word stands in the entry, or resembles one of it.

    Of the first two that may resemble one, each way is written out: the index then finds a way as a whole, and no entry is compared
    that has only one of two common words.
    """
    two, ways, rest = [word for word in words if _may_resemble(word)][:2], [Q()], Q()
    for word in words:
        if word in two:
            ways = [_holds(word) & way for way in ways] + [way & _resembles(word) for way in ways]
        else:
            rest &= _holds(word) | _resembles(word) if _may_resemble(word) else _holds(word)
    return rest & reduce(or_, ways)


def _holds(word: str) -> Q:
    return Q(text__contains=_folded(word))


def _folded(text: str) -> Func:
    """The database's own folding, in a subquery, so that it is done once and not for every row."""
    return Func(Value(text), template="(SELECT portal_fold(%(expressions)s))", output_field=TextField())


def _may_resemble(word: str) -> bool:
    return len(word) >= SHORTEST_LIKE and word.isalpha()


def _resembles(word: str) -> Q:
    """Whether a word of the entry is like this one: index-supported, at PostgreSQL's usual threshold of 0.6."""
    return Q(Func(_folded(word), F("text"), template="%(expressions)s", arg_joiner=" <%% ", output_field=BooleanField()))


def _group(kind: str, rows: Sequence[SearchEntry]) -> Group:
    label, icon, _place = LABELS[kind]
    first = rows[0]
    return Group(kind, label, icon, tuple(_hit(row) for row in rows), first.of_kind, first.examined >= EXAMINED)  # type: ignore[attr-defined]


def _hit(row: SearchEntry) -> Hit:
    label, icon, place = LABELS[row.kind]
    if row.kind == NOTE:
        return Hit(row.title, row.stands_on, f"/{LABELS[row.on_kind][2]}/{row.on_id}/", label, icon, f"{row.on_kind}:{row.on_id}")  # type: ignore[attr-defined]
    return Hit(row.title, row.subtitle, f"/{place}/{row.object_id}/", label, icon, f"{row.kind}:{row.object_id}")
