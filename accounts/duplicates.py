"""Accounts and contacts that may be the same as one in hand: why and how alike, among rows that are in scope already.

    accounts_like(record.profile, Account.objects.searched_by(user), but=record.pk)      # one query, the surest first

An import gives `Account.objects.for_partner(partner).filter(deleted_at=None)`. Another partner's rows are never among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from accounts.matching import ALIKE, SAME, Match, Profile, Reason, compare, compare_people
from accounts.models import AccountQuerySet, ContactQuerySet
from partnerportal.core import display
from partnerportal.core.sentences import Sentence

SHOWN = 8


@dataclass(frozen=True)
class Duplicate:
    """A record that may be the same, how surely, and why."""

    record: Any
    match: Match

    @property
    def score(self) -> int:
        """Whole percents."""
        return self.match.score

    @property
    def percent(self) -> str:
        """How surely, as a person reads it."""
        return display.percent(self.score)

    @property
    def kind(self) -> str:
        """What sort of record it is."""
        return display.kind(type(self.record))

    @property
    def is_same(self) -> bool:
        """Whether it is taken for the same, not only for alike."""
        return self.match.score >= SAME

    @property
    def reasons(self) -> list[str]:
        """Why, in sentences."""
        return [str(one) for one in self.sentences]

    @property
    def sentences(self) -> list[Sentence]:
        """Why, to be kept and said to another reader."""
        return [sentence_of(reason) for reason in self.match.reasons]

    @property
    def why(self) -> str:
        """How surely and why, in one line."""
        return " · ".join([self.percent, *self.reasons])


def surest_same(found: Iterable[Duplicate]) -> Duplicate | None:
    """The surest of those that count as the same; what is only alike is left to a person's judgement."""
    return next((one for one in found if one.is_same), None)


def told(reason: Reason) -> str:
    """A reason in words."""
    return str(sentence_of(reason))


def sentence_of(reason: Reason) -> Sentence:
    """A reason as a sentence that can be kept."""
    return Sentence(_words(reason), {"left": reason.left, "right": reason.right})


def _words(reason: Reason) -> str:
    is_exact = reason.left == reason.right
    return {
        "tax": gettext_noop("Same tax number %(left)s"),
        "email": gettext_noop("Same e-mail address %(left)s"),
        "domain": gettext_noop("Same mail domain %(left)s"),
        "phone": gettext_noop("Same telephone number %(left)s"),
        "switchboard": gettext_noop("Numbers of one switchboard: %(left)s, %(right)s"),
        "name": gettext_noop("Same name: “%(left)s”") if is_exact else gettext_noop("Name alike: “%(left)s” ~ “%(right)s”"),
        "person": gettext_noop("Same person: %(left)s") if is_exact else gettext_noop("Person alike: %(left)s ~ %(right)s"),
    }[reason.kind]


def accounts_like(wanted: Profile, rows: AccountQuerySet, *, but: int | None = None) -> list[Duplicate]:
    """Accounts that may be this company."""
    return ranked(wanted, rows.select_related("owner").exclude(pk=but).like(wanted), compare)


def contacts_like(wanted: Profile, rows: ContactQuerySet, *, but: int | None = None) -> list[Duplicate]:
    """Contacts that may be this person."""
    return ranked(wanted, rows.select_related("owner", "account").exclude(pk=but).like(wanted), compare_people)


def accounts_like_each(wanted: Sequence[Profile], rows: AccountQuerySet) -> list[list[Duplicate]]:
    """The same for many companies, in two queries."""
    return [ranked(one, found, compare) for one, found in zip(wanted, rows.select_related("owner").like_each(wanted), strict=True)]


def contacts_like_each(wanted: Sequence[Profile], rows: ContactQuerySet) -> list[list[Duplicate]]:
    """The same for many people, in two queries."""
    found = rows.select_related("owner", "account").like_each(wanted)
    return [ranked(one, records, compare_people) for one, records in zip(wanted, found, strict=True)]


def ranked(wanted: Profile, rows: Iterable[Any], judge: Callable[[Profile, Profile], Match]) -> list[Duplicate]:
    """The rows that are worth a look, the surest first."""
    found = [Duplicate(row, judge(wanted, row.profile)) for row in rows]
    return sorted((one for one in found if one.score >= ALIKE), key=lambda one: (-one.score, one.record.pk))[:SHOWN]
