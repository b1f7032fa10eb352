"""Accept Lead: what the vendor offers becomes account, contact and project at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.duplicates import accounts_like, surest_same
from accounts.models import Account, AccountStatus, Contact
from leads.models import Lead, LeadOffer
from leads.services import claim, lead_of
from leads.stages import ACCEPTABLE
from partnerportal.core.actors import service
from partnerportal.core.attached import link_to
from partnerportal.core.models import Follow
from partnerportal.core.scoping import WhicheverPartner
from partners.models import User
from projects.models import CLOSE_IN_DAYS, Conversion, OpportunityType, Project
from projects.services.amounts import today_of
from projects.services.conversion import contact_of, turn_into_project


@service
def accept_offer(offer: LeadOffer, *, by: User) -> Project:
    """Claim an offer and convert its lead, all or nothing. A company or person that the partner knows already is taken, not made again.

    Raises NotYours, OfferGone with a sentence when somebody else was faster, the time is over or the vendor took it back, and
    ValidationError when the company or person that is known was merged or deleted at this very moment.
    """
    vendor_lead, offer = claim(offer, by=by)
    lead = lead_of(vendor_lead, offer, by=by)
    account = _known_account(lead)
    contact = _known_contact(lead, account) if account else None
    follows = [_shown(record, by) for record in (account, contact) if record]
    values = _project_of(lead, account)
    project = turn_into_project(lead, values=values, by=by, account=account, contact=contact, convertible=ACCEPTABLE)
    conversion = Conversion.objects.for_partner(lead.partner_id).get(lead=lead, undone_at=None)
    conversion.carried |= {"follows": [pk for pk in follows if pk]}
    conversion.save(update_fields=["carried"])
    return project


def _known_account(lead: Lead) -> Account | None:
    """The partner's account that is surely this company, whoever owns it."""
    found = accounts_like(lead.profile, Account.objects.for_partner(WhicheverPartner(lead.partner_id)).filter(deleted_at=None))  # type: ignore[arg-type]
    known = surest_same(found)
    return known.record if known else None


def _known_contact(lead: Lead, account: Account) -> Contact | None:
    """Nobody looks at the choice here, so an address that a colleague of another name shares is not enough."""
    people = Contact.objects.for_partner(lead.partner_id).filter(deleted_at=None, last_name__iexact=lead.last_name)
    return contact_of(lead, account, people)


def _shown(record: Account | Contact, by: User) -> int | None:
    """Let who sees only her own records follow one that the new project stands on, and so see it. The key of the follow that it took."""
    if type(record).objects.visible_to(by).filter(pk=record.pk).exists():
        return None
    follow, _is_new = Follow.objects.for_partner(record.partner_id).get_or_create(**link_to(record), user=by)
    return follow.pk


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
