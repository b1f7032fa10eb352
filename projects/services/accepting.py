"""Accept Lead: what the vendor offers becomes account, contact and project at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from accounts.duplicates import accounts_like
from accounts.models import Account, AccountStatus, Contact
from leads.models import Lead, LeadOffer
from leads.services import claim, lead_of
from leads.stages import ACCEPTABLE
from partnerportal.core.actors import service
from partnerportal.core.attached import link_to
from partnerportal.core.models import Follow
from partners.models import User
from projects.models import CLOSE_IN_DAYS, OpportunityType, Project
from projects.services.amounts import today_of
from projects.services.conversion import turn_into_project

Known = TypeVar("Known", Account, Contact)


@service
def accept_offer(offer: LeadOffer, *, by: User) -> Project:
    """Claim an offer and convert its lead, all or nothing. A company or person that the partner knows already is taken, not made again.

    Raises NotYours, and OfferGone with a sentence when somebody else was faster, the time is over or the vendor took it back.
    """
    vendor_lead, offer = claim(offer, by=by)
    lead = lead_of(vendor_lead, offer, by=by)
    account = _known_account(lead, by)
    contact = _known_contact(lead, account, by) if account else None
    values = _project_of(lead, account)
    return turn_into_project(lead, values=values, by=by, account=account, contact=contact, convertible=ACCEPTABLE)


def _known_account(lead: Lead, by: User) -> Account | None:
    """The partner's account that is surely this company, whoever owns it; one that is only alike is left to the person's judgement."""
    found = accounts_like(lead.profile, Account.objects.for_partner(lead.partner_id).filter(deleted_at=None))  # type: ignore[arg-type]
    known = next((one.record for one in found if one.is_same), None)
    return _shown(known, by) if known else None


def _known_contact(lead: Lead, account: Account, by: User) -> Contact | None:
    people = Contact.objects.for_partner(lead.partner_id).filter(account=account, deleted_at=None)
    known = people.filter(email__iexact=lead.email, last_name__iexact=lead.last_name).first()
    return _shown(known, by) if known else None


def _shown(record: Known, by: User) -> Known:
    """A record that the new project stands on: where everybody sees only their own, its person follows it and so sees it."""
    if not type(record).objects.visible_to(by).filter(pk=record.pk).exists():
        Follow.objects.for_partner(record.partner_id).get_or_create(**link_to(record), user=by)
    return record


def _project_of(lead: Lead, account: Account | None) -> dict[str, Any]:
    is_customer = account is not None and account.status in (AccountStatus.ACTIVE, AccountStatus.SUSPENDED)
    return {
        "name": lead.company,
        "close_date": today_of(lead.partner) + timedelta(days=CLOSE_IN_DAYS),
        "opportunity_type": OpportunityType.EXISTING_BUSINESS if is_customer else OpportunityType.NEW_BUSINESS,
        "product_of_interest": lead.product_of_interest,
        "interested_solutions": lead.interested_solutions,
        "total_users": lead.total_users,
        "phone": lead.phone,
    }
