"""Colleagues named in a text with an @: who may be named, and who is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q, Value
from django.db.models.functions import Concat

from partnerportal.core.models import Subject

if TYPE_CHECKING:
    from partners.models import User

SUGGESTED = 6


def people_who_see(on: Subject) -> Any:
    """The people to whom a record of this company may be shown: its active colleagues, and the partner's account manager.

    Where reps see only their own records, `who_see` looks at each by itself.
    """
    of_company = Q(partner=on.partner_id) | Q(portfolio=on.partner_id)
    return get_user_model()._default_manager.filter(of_company, is_active=True).distinct()


def who_see(people: list[User], on: Subject) -> list[User]:
    """Those of the people who may see the record."""
    rows = type(on)._default_manager
    return [person for person in people if not person.sees_only_own_records or rows.visible_to(person).filter(pk=on.pk).exists()]


def suggest(typed: str, on: Subject) -> list[User]:
    """The first people whose name begins with what was typed after the @, or one of whose names does."""
    named = people_who_see(on).annotate(full_name=Concat("first_name", Value(" "), "last_name"))
    found = named.filter(Q(full_name__istartswith=typed) | Q(last_name__istartswith=typed)) if typed else named
    return who_see(list(found.select_related("partner").order_by("first_name", "last_name", "pk")[: SUGGESTED * 3]), on)[:SUGGESTED]


def people_named(text: str, on: Subject) -> list[User]:
    """The people whom a text names as `@First Last` and who may see the record; the longest name counts."""
    if "@" not in text:
        return []
    people = list(people_who_see(on).select_related("partner").order_by("pk"))
    pattern = pattern_of({person.get_full_name() for person in people})
    named = {found.group(1).casefold() for found in pattern.finditer(text)} if pattern else set()
    return who_see([person for person in people if person.get_full_name().casefold() in named], on)


def pattern_of(names: set[str]) -> re.Pattern[str] | None:
    """What finds these names behind an @ in a text; None without names."""
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(r"(?<!\w)@(" + "|".join(re.escape(name) for name in longest_first) + r")(?!\w)", re.IGNORECASE)
