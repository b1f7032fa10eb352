"""What tables of leads are made of. See `partnerportal.core.imports`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from accounts.asking import NOT_ASKED
from accounts.imports import ACCOUNTS, COMPANY, COMPANY_EVIDENCE, PERSON, came_since, likenesses
from leads.duplicates import duplicates_of_each, leads_like_each
from leads.forms import LeadEditForm, LeadForm
from leads.models import Lead
from leads.services import add_leads, edit_lead, new_lead
from partnerportal.core.imports.kinds import ImportKind, Likeness, compare_too, register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Q

    from accounts.matching import Profile
    from partners.models import User


def _like(wanted: Sequence[Profile], by: User, others: Q) -> list[list[Likeness]]:
    return [likenesses(found) for found in duplicates_of_each(wanted, Lead, by, others)]


def _leads_like(wanted: Sequence[Profile], by: User) -> list[list[Likeness]]:
    return [likenesses(found) for found in leads_like_each(wanted, Lead.objects.searched_by(by))]


compare_too(ACCOUNTS, _leads_like)
LEADS = register(
    ImportKind(
        name="leads",
        model=Lead,
        add_form=LeadForm,
        edit_form=LeadEditForm,
        make=partial(new_lead, origin=Lead.Origin.IMPORT),
        add=add_leads,
        edit=edit_lead,
        duplicates=_like,
        evidence=COMPANY_EVIDENCE,
        keys=("email", "phone"),
        came_since=came_since,
        always=NOT_ASKED,
        aliases={
            **PERSON,
            **COMPANY,
            "company": ("company name", "organisation", "organization", "account", "Firma", "Firmenname", "Unternehmen"),
            "source": ("origin", "channel", "Quelle", "Herkunft"),
            "power": ("decision power", "Entscheider", "Rolle im Einkauf"),
            "status": ("state of lead", "Lead-Status"),
            "product_of_interest": ("product", "interest", "Produkt", "Interesse"),
            "interested_solutions": ("solution", "solutions", "Lösung", "Lösungen"),
            "total_users": ("users", "user count", "seats", "Benutzer", "Anzahl Benutzer", "Nutzer"),
        },
    )
)
