"""The vendor's leads of the demo: some wait in the queue, some are offered to a partner, a person or a pool, one came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from leads.models import LeadOffer, VendorLead, WebForm
from leads.services import DECLINED
from partnerportal.core.sentences import Sentence, in_english, kept
from partners.models import Partner, User
from reports.demo.chronicle import Chronicle

State, Mode = LeadOffer.State, LeadOffer.Mode
# company, city, country, first name, last name, mail domain, phone, product, users, words
QUEUE = (
    ("Gasthof Zum Goldenen Hirsch", "Bamberg", "DE", "Franziska", "Öttl", "goldener-hirsch.de", "+499515550142", "collaboration", 18, ""),
    ("Cartiera Valdarno", "Arezzo", "IT", "Niccolò", "Bandini", "cartiera-valdarno.it", "+390575555018", "x-bees", 60, ""),
    ("Maison Perrault", "Lyon", "FR", "Élodie", "Perrault", "maison-perrault.fr", "+33472555019", "", None, "Rufen Sie mich bitte zurück."),
)
OFFERED = (
    ("Stabilimento Aurelia", "Viareggio", "IT", "Tommaso", "Ricci", "stabilimento-aurelia.it", "+390584555021", "collaboration", 35, ""),
    ("Officine Lambertini", "Modena", "IT", "Beatrice", "Lambertini", "officine-lambertini.it", "+390595555027", "x-bees", 80, ""),
    ("Tyrol Holzbau", "Bozen", "IT", "Matthias", "Gruber", "tyrol-holzbau.it", "+390471555033", "collaboration", 52, ""),
    ("Kühlhaus Nord", "Kiel", "DE", "Wiebke", "Petersen", "kuehlhaus-nord.de", "+494315550118", "x-hoppers", 24, ""),
)
REASONS = (
    "Nearest partner with free hands.",
    "Knows the owner from the fair in Bologna.",
    "Both partners work in the region.",
    "In the region.",
)
CAME_BACK = "We have no technician near Kiel before March."


def offer_leads(vendor: Mapping[str, User], people: Mapping[str, User], *, now: datetime) -> int:
    """Make the vendor's leads where there are none; answers how many rows."""
    if VendorLead.objects.exists():
        return 0
    chronicle, manager = Chronicle(), vendor["otto@vendor.com"]
    aurora, nordlicht = people["anna@aurora-telecom.com"].partner, people["carla@nordlicht-systems.com"].partner
    assert aurora is not None
    assert nordlicht is not None
    for days, facts in enumerate(QUEUE, start=1):
        _lead(chronicle, facts, at=now - timedelta(days=days, hours=3), by=manager)
    direct, personal, pool, back = (_lead(chronicle, facts, at=now - timedelta(days=3), by=manager) for facts in OFFERED)
    asked: dict[str, Any] = {"by": manager, "now": now}
    _offer(chronicle, direct, aurora, Mode.PARTNER, REASONS[0], hours=30, **asked)
    _offer(chronicle, personal, aurora, Mode.PERSON, REASONS[1], hours=6, person=people["anna@aurora-telecom.com"], **asked)
    for partner in (aurora, nordlicht):
        _offer(chronicle, pool, partner, Mode.POOL, REASONS[2], hours=2, **asked)
    declined = _offer(chronicle, back, nordlicht, Mode.PARTNER, REASONS[3], hours=47, **asked)
    _decline(chronicle, declined, people["carla@nordlicht-systems.com"], at=now - timedelta(hours=20))
    for form, name in ((WebForm(), "vendor"), (WebForm(partner=aurora), "aurora-telecom")):
        form.token = f"{name}-demo"
        chronicle.add(
            form, at=now - timedelta(days=90), by=people["dora@aurora-telecom.com"] if form.partner else vendor["admin@vendor.com"]
        )
    return chronicle.write()


def _lead(chronicle: Chronicle, facts: tuple[Any, ...], *, at: datetime, by: User) -> VendorLead:
    company, city, country, first, last, domain, phone, product, users, words = facts
    lead = VendorLead(company=company, city=city, country=country, first_name=first, last_name=last, phone=phone)
    lead.email, lead.website = f"info@{domain}", f"https://www.{domain}"
    lead.product_of_interest, lead.total_users, lead.description = product, users, words
    lead.interested_solutions = ["license", "hwaas"] if users else []
    return chronicle.add(lead, at=at, by=by)


def _offer(
    chronicle: Chronicle,
    lead: VendorLead,
    partner: Partner,
    mode: str,
    reason: str,
    *,
    hours: int,
    by: User,
    now: datetime,
    person: User | None = None,
) -> LeadOffer:
    """An offer that was made so many hours ago."""
    at = now - timedelta(hours=hours)
    offer = LeadOffer(vendor_lead=lead, partner=partner, mode=mode, person=person, reason=reason, offered_by=by)
    offer.deadline = at + timedelta(hours=settings.OFFER_HOURS)
    if offer.deadline - now <= timedelta(hours=settings.OFFER_REMIND_HOURS):
        offer.reminded_at = offer.deadline - timedelta(hours=settings.OFFER_REMIND_HOURS)
    if lead.state == VendorLead.State.QUEUED:
        chronicle.change(lead, at=at, by=by, state=VendorLead.State.OFFERED, assigned_by=by)
    return chronicle.add(offer, at=at, by=by)


def _decline(chronicle: Chronicle, offer: LeadOffer, person: User, *, at: datetime) -> None:
    chronicle.change(offer, at=at, by=person, state=State.DECLINED, decline_reason=CAME_BACK, answered_by=person, answered_at=at)
    because = [Sentence(DECLINED, {"partner": str(offer.partner), "reason": CAME_BACK})]
    said: dict[str, Any] = {"queued_because": in_english(because), "queued_told": kept(because)}
    chronicle.change(offer.vendor_lead, at=at, by=person, state=VendorLead.State.QUEUED, **said)
