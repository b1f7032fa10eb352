"""What tables of leads are made of. See `partnerportal.core.imports`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from accounts.imports import COMPANY, COMPANY_EVIDENCE, PERSON, same
from leads.duplicates import duplicates_of_each
from leads.forms import LeadEditForm, LeadForm
from leads.models import Lead
from leads.services import create_lead, edit_lead
from partnerportal.core.imports.kinds import ImportKind, Likeness, register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Case

    from partners.models import User


def _like(leads: Sequence[Lead], by: User, others: Case) -> list[list[Likeness]]:
    return [same(found) for found in duplicates_of_each([lead.profile for lead in leads], Lead, by, others)]


LEADS = register(
    ImportKind(
        name="leads",
        model=Lead,
        add_form=LeadForm,
        edit_form=LeadEditForm,
        create=partial(create_lead, origin=Lead.Origin.IMPORT),
        edit=edit_lead,
        duplicates=_like,
        evidence=COMPANY_EVIDENCE,
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
