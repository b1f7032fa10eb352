"""Leads, accounts and contacts that may be the same as one in hand. See `accounts.duplicates`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from accounts.duplicates import Duplicate, accounts_like, accounts_like_each, contacts_like, contacts_like_each, ranked
from accounts.matching import Profile, compare
from accounts.models import Account, Contact
from leads.models import Lead, LeadQuerySet

if TYPE_CHECKING:
    from django.db.models import Q

    from partners.models import User

# What a new or changed record of a kind is compared with.
COMPARED = {Lead: (Lead, Account, Contact), Account: (Account, Lead), Contact: (Contact,)}


def leads_like(wanted: Profile, rows: LeadQuerySet, *, but: int | None = None) -> list[Duplicate]:
    """Leads that may be this company. Converted ones are not among them: their account is."""
    return ranked(wanted, rows.select_related("owner").exclude(pk=but).like(wanted), compare)


def leads_like_each(wanted: Sequence[Profile], rows: LeadQuerySet) -> list[list[Duplicate]]:
    """The same for many companies, in two queries."""
    return [ranked(one, found, compare) for one, found in zip(wanted, rows.select_related("owner").like_each(wanted), strict=True)]


FINDERS = {Lead: leads_like, Account: accounts_like, Contact: contacts_like}

FINDERS_OF_MANY = {Lead: leads_like_each, Account: accounts_like_each, Contact: contacts_like_each}


def duplicates_of(wanted: Profile, kind: type[Lead | Account | Contact], user: User, *, but: int | None = None) -> list[Duplicate]:
    """What a person may see that may be the same as a record of a kind, the surest first; one query a kind that it is compared with.

    `but` is the key of the record itself.
    """
    found: list[Duplicate] = []
    for model in COMPARED[kind]:
        rows = model.objects.searched_by(user)
        found += FINDERS[model](wanted, rows, but=but if model is kind else None)  # type: ignore[operator]
    return sorted(found, key=lambda one: -one.score)


def duplicates_of_each(wanted: Sequence[Profile], kind: type[Lead | Account | Contact], user: User, others: Q) -> list[list[Duplicate]]:
    """The same for many new records; two queries a kind that they are compared with. Rows of the kind itself must meet `others`."""
    found: list[list[Duplicate]] = [[] for _profile in wanted]
    for model in COMPARED[kind]:
        rows = model.objects.searched_by(user)
        rows = rows.filter(others) if model is kind else rows
        for one, more in zip(found, FINDERS_OF_MANY[model](wanted, rows), strict=True):  # type: ignore[operator]
            one += more
    return [sorted(one, key=lambda duplicate: -duplicate.score) for one in found]
