"""Which partners have a company already that the vendor is about to hand out. For the vendor's people alone: no partner reads of it.

An account manager reads the records of the own portfolio; of any other, only that there is one, and whom to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.duplicates import Duplicate, accounts_like_each, ranked
from accounts.matching import Profile, compare
from accounts.models import Account
from leads.duplicates import leads_like_each
from leads.models import Lead, LeadOffer, VendorLead
from partners.models import Partner

if TYPE_CHECKING:
    from partners.models import User

WHY = "whose customer a company is already: said to the vendor's account managers alone"


@dataclass(frozen=True)
class Holder:
    """A partner that may have a company, and its record that tells so: an account, an open lead, or a lead that it has accepted."""

    partner: Partner
    found: Duplicate


@dataclass(frozen=True)
class Clash:
    """What an account manager reads of a holder. `found` is None where the partner is another's: the sentence is all there is."""

    sentence: str
    is_same: bool
    found: Duplicate | None = None

    @property
    def address(self) -> str:
        """Where the record is read in the admin; empty without one."""
        if self.found is None:
            return ""
        meta = self.found.record._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.found.record.pk])


def holders_of_each(wanted: Sequence[Profile]) -> list[list[Holder]]:
    """For each company the partners that may have it, the surest first, each with its surest record; few queries, however many."""
    accounts = Account.objects.across_partners(reason=WHY).filter(deleted_at=None)
    leads = Lead.objects.across_partners(reason=WHY).filter(deleted_at=None).open()  # type: ignore[attr-defined]
    each = zip(
        _of_partners(accounts_like_each(wanted, accounts.select_related("partner__account_manager"))),  # type: ignore[arg-type]
        _of_partners(leads_like_each(wanted, leads.select_related("partner__account_manager"))),
        _accepted_like_each(wanted),
        strict=True,
    )
    return [_once_a_partner([*owned, *worked, *accepted]) for owned, worked, accepted in each]


def clashes_of_each(wanted: Sequence[Profile], user: User) -> list[list[Clash]]:
    """The same as one of the vendor's people may read it."""
    found = holders_of_each(wanted)
    partners = {one.partner.pk for holders in found for one in holders}
    own = set(Partner.objects.visible_to(user).filter(pk__in=partners).values_list("pk", flat=True))
    return [_told(holders, own) for holders in found]


def _of_partners(found: list[list[Duplicate]]) -> list[list[Holder]]:
    return [[Holder(one.record.partner, one) for one in duplicates] for duplicates in found]


def _accepted_like_each(wanted: Sequence[Profile]) -> list[list[Holder]]:
    """By the vendor's own leads: a company stays the partner's that has accepted it, whatever that calls it now."""
    rows = VendorLead.objects.filter(state=VendorLead.State.ACCEPTED)
    found = [ranked(one, records, compare) for one, records in zip(wanted, rows.like_each(wanted), strict=True)]
    offers = LeadOffer.objects.across_partners(reason=WHY).filter(state=LeadOffer.State.ACCEPTED)
    offers = offers.filter(vendor_lead__in={one.record.pk for duplicates in found for one in duplicates})
    partners = {offer.vendor_lead_id: offer.partner for offer in offers.select_related("partner__account_manager")}
    return [[Holder(partners[one.record.pk], one) for one in duplicates if one.record.pk in partners] for duplicates in found]


def _once_a_partner(holders: list[Holder]) -> list[Holder]:
    surest: dict[int, Holder] = {}
    for one in sorted(holders, key=lambda holder: -holder.found.score):
        surest.setdefault(one.partner.pk, one)
    return list(surest.values())


def _told(holders: list[Holder], own: set[int]) -> list[Clash]:
    """Those of the own partners with their records; of another account manager's one line, however many."""
    told: dict[tuple[str, int], Clash] = {}
    for one in holders:
        if one.partner.pk in own:
            told["partner", one.partner.pk] = Clash(_of_own(one), one.found.is_same, one.found)
        else:
            told.setdefault(("manager", one.partner.account_manager_id), Clash(_of_another(one), one.found.is_same))
    return list(told.values())


def _of_own(holder: Holder) -> str:
    same, alike = {
        Account: (_("%(partner)s has this customer already:"), _("%(partner)s has a customer like it:")),
        Lead: (_("%(partner)s has an open lead of this company:"), _("%(partner)s has an open lead of a company like it:")),
        VendorLead: (_("%(partner)s has accepted a lead of this company:"), _("%(partner)s has accepted a lead of a company like it:")),
    }[type(holder.found.record)]
    return (same if holder.found.is_same else alike) % {"partner": holder.partner}


def _of_another(holder: Holder) -> str:
    same, alike = (
        _("A customer of another account manager: ask %(name)s."),
        _("May be a customer of another account manager: ask %(name)s."),
    )
    return (same if holder.found.is_same else alike) % {"name": holder.partner.account_manager.get_full_name()}
