"""Leads, accounts and contacts that may be the same as one in hand. See `accounts.duplicates`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.duplicates import Duplicate, accounts_like, contacts_like, ranked
from accounts.matching import Profile, compare
from accounts.models import Account, Contact
from leads.models import Lead, LeadQuerySet

if TYPE_CHECKING:
    from partners.models import User

# What a new or changed record of a kind is compared with.
COMPARED = {Lead: (Lead, Account, Contact), Account: (Account, Lead), Contact: (Contact,)}


def leads_like(wanted: Profile, rows: LeadQuerySet, *, but: int | None = None) -> list[Duplicate]:
    """Leads that may be this company. Converted ones are not among them: their account is."""
    return ranked(wanted, rows.select_related("owner").exclude(pk=but).like(wanted), compare)


FINDERS = {Lead: leads_like, Account: accounts_like, Contact: contacts_like}


def duplicates_of(wanted: Profile, kind: type[Lead | Account | Contact], user: User, *, but: int | None = None) -> list[Duplicate]:
    """What a person may see that may be the same as a record of a kind, the surest first; one query a kind that it is compared with.

    `but` is the key of the record itself.
    """
    found: list[Duplicate] = []
    for model in COMPARED[kind]:
        rows = model.objects.visible_to(user)
        found += FINDERS[model](wanted, rows, but=but if model is kind else None)  # type: ignore[operator]
    return sorted(found, key=lambda one: -one.score)
