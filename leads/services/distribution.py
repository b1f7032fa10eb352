"""From the vendor's queue to a partner: assign, claim, decline, let the deadline pass, take back.

Every verb locks the vendor's lead first and its offers second, so that of many claims at the same moment one wins and the
others are told so. Accepting belongs to `projects`, which claims the offer here and converts what it gets in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.models import LONGEST_REASON, Lead, LeadOffer, QualificationAnswer, VendorLead
from leads.services.pools import locked_turn_of
from leads.services.records import PROSPECT_FIELDS
from leads.stages import Status
from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.moves import record_move
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import NotYours, require_editable
from partnerportal.core.sentences import Sentence, in_english, kept
from partnerportal.core.stages import IllegalMove
from partners.models import Partner, User
from partners.roles import Role

OFFERED, REMINDED, RETURNED = "offer.made", "offer.reminder", "offer.returned"
DECLINED = gettext_noop("Declined by %(partner)s: %(reason)s")
EXPIRED = gettext_noop("Not answered in time by %(partner)s.")
TAKEN_BACK = gettext_noop("Taken back by %(who)s.")


class OfferGone(IllegalMove):
    """The offer can no longer be answered. The message is for the person; it never says who was faster."""


class NotYet(OfferGone):
    """A partner has taken so many leads of pools that the next one is left to others for a while. The message says until when."""


@dataclass(frozen=True)
class Choice:
    """To whom a lead is offered, why, and for how long. Several partners are a pool; a person names one."""

    partners: Sequence[Partner]
    reason: str
    person: User | None = None
    message: str = ""
    hours: int = settings.OFFER_HOURS

    @property
    def mode(self) -> str:
        """One partner, one person or a pool."""
        if self.person is not None:
            return LeadOffer.Mode.PERSON
        return LeadOffer.Mode.POOL if len(self.partners) > 1 else LeadOffer.Mode.PARTNER


def missing_for_offer(lead: VendorLead) -> list[str]:
    """What a project needs and this lead does not say yet: labels of fields."""
    names = ("email", "product_of_interest", "interested_solutions", "total_users")
    return [str(VendorLead._meta.get_field(name).verbose_name) for name in names if not getattr(lead, name)]  # type: ignore[union-attr]


def why_queued(lead: VendorLead) -> str:
    """Why a lead waits in the queue, in the reader's language, and what it lacks to be offered; empty when it waits for a partner.

    What the portal itself has written there is said in sentences, what a person has written stays as it is.
    """
    if lead.state != VendorLead.State.QUEUED:
        return ""
    why = lead.queued_words or _("New")
    missing = missing_for_offer(lead)
    return f"{why} · {_('Missing:')} {', '.join(missing)}" if missing else why


def was_offered(lead: VendorLead) -> bool:
    """Whether anybody ever had an offer of it."""
    return LeadOffer.objects.across_partners(reason="whether a lead of the vendor's was ever handed out").filter(vendor_lead=lead).exists()


@service
def assign(lead: VendorLead, *, choice: Choice, by: User) -> list[LeadOffer]:
    """Offer a lead of the queue; mail and bell reach whoever may answer. Raises NotYours, IllegalMove, or ValidationError by field."""
    _require_assigner(by)
    lead = _locked(lead.pk)
    if lead.state != VendorLead.State.QUEUED:
        raise IllegalMove(_("%(lead)s has been handed out already. Take it back first.") % {"lead": lead}, stage=lead.state)
    missing = missing_for_offer(lead)
    if missing:
        raise IllegalMove(_("%(lead)s cannot be offered yet. Missing: %(fields)s.") % {"lead": lead, "fields": ", ".join(missing)})
    _check_choice(choice, by)
    deadline = timezone.now() + timedelta(hours=choice.hours)
    offers = [_offer(lead, partner, choice, deadline, by) for partner in choice.partners]
    lead.state, lead.assigned_by, lead.queued_because, lead.queued_told = VendorLead.State.OFFERED, by, "", []
    lead.save(update_fields=["state", "assigned_by", "queued_because", "queued_told", "updated_at"])
    for offer in offers:
        _announce(offer)
    return offers


@service
def take_back(lead: VendorLead, *, by: User, reason: str = "") -> VendorLead:
    """Take the open offers of a lead back into the queue. Raises NotYours, for offers of others, too; IllegalMove when none is open."""
    _require_assigner(by)
    lead = _locked(lead.pk)
    offers = _open_offers(lead)
    if lead.assigned_by != by and not by.is_vendor_admin and not _has_all(offers, by):
        raise NotYours(_("Only who has offered a lead, or has all its partners, takes it back."))
    if not offers:
        raise IllegalMove(_("No offer of %(lead)s is open.") % {"lead": lead}, stage=lead.state)
    for offer in offers:
        offer.state, offer.is_withdrawn = LeadOffer.State.LOST, True
        offer.save(update_fields=["state", "is_withdrawn"])
        for person in people_to_tell(offer):
            values = {"lead": lead, "vendor": settings.VENDOR_NAME}
            notify(
                person,
                gettext_noop("%(vendor)s has taken the lead %(lead)s back."),
                values=values,
                kind="offer",
                url=offer.get_absolute_url(),
            )
    return _queue(lead, reason.strip() or Sentence(TAKEN_BACK, {"who": by.get_full_name()}))


@service
def decline_offer(offer: LeadOffer, *, reason: str, by: User) -> LeadOffer:
    """Say no, with a reason. The lead returns to the queue when nobody else has it open, and the account manager hears of it.

    Raises NotYours, OfferGone, or ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why.")})
    lead, offer = _answerable(offer, by)
    offer.state, offer.decline_reason, offer.answered_by, offer.answered_at = LeadOffer.State.DECLINED, reason.strip(), by, timezone.now()
    offer.save(update_fields=["state", "decline_reason", "answered_by", "answered_at"])
    _return_if_last(lead, Sentence(DECLINED, {"partner": str(offer.partner), "reason": reason.strip()}))
    sentence = gettext_noop("%(partner)s has declined the lead %(lead)s: %(reason)s")
    _tell_vendor(offer, sentence, {"partner": offer.partner, "lead": lead, "reason": reason.strip()})
    return offer


@service
def expire_offer(offer_id: int, *, now: datetime, by: Actor) -> bool:
    """Take an offer whose time has passed back into the queue, and tell the account manager. False when it was answered meanwhile."""
    found = LeadOffer.objects.across_partners(reason="schedule: the job names the offer alone").filter(pk=offer_id)
    lead = _locked(found.values_list("vendor_lead", flat=True).get())
    offer = found.overdue(now).select_related("partner", "person", "offered_by").select_for_update(of=("self",)).first()
    if offer is None:
        return False
    offer.state = LeadOffer.State.EXPIRED
    offer.save(update_fields=["state"])
    _return_if_last(lead, Sentence(EXPIRED, {"partner": str(offer.partner)}))
    _tell_vendor(offer, gettext_noop("%(partner)s has not answered in time: %(lead)s"), {"partner": offer.partner, "lead": lead})
    return True


@service
def remind_of_offer(offer_id: int, *, now: datetime, by: Actor) -> bool:
    """Promise the reminder of an offer that is still open, once. False when there is nothing to remind of."""
    rows = LeadOffer.objects.across_partners(reason="schedule: the job names the offer alone").running(now)
    offer = (
        rows.filter(pk=offer_id, reminded_at=None)
        .select_related("vendor_lead", "partner", "person")
        .select_for_update(of=("self",))
        .first()
    )
    if offer is None:
        return False
    offer.reminded_at = now
    offer.save(update_fields=["reminded_at"])
    for person in people_to_tell(offer):
        notify(
            person,
            gettext_noop("The lead %(lead)s still waits for your answer."),
            values={"lead": offer.vendor_lead},
            kind="offer.reminder",
            url=offer.get_absolute_url(),
        )
        _promise(REMINDED, offer, person)
    return True


def claim(offer: LeadOffer, *, by: User) -> tuple[VendorLead, LeadOffer]:
    """Win an offer, in the transaction in hand: lead and offer, locked. The first valid claim wins, everybody else's offer is lost.

    The caller makes the lead (`lead_of`) and converts it. Raises NotYours, OfferGone, or NotYet when the partner has to wait its turn.
    """
    lead, offer = _answerable(offer, by)
    if offer.mode == LeadOffer.Mode.POOL and (sentence := locked_turn_of(offer.partner_id).sentence):
        raise NotYet(sentence, stage=offer.state)
    lead.state = VendorLead.State.ACCEPTED
    lead.save(update_fields=["state", "updated_at"])
    for other in _open_offers(lead):
        if other.pk != offer.pk:
            other.state = LeadOffer.State.LOST
            other.save(update_fields=["state"])
    return lead, offer


def lead_of(vendor_lead: VendorLead, offer: LeadOffer, *, by: User) -> Lead:
    """The partner's own lead of a claimed offer, new and owned by whoever claimed it; the offer is accepted with it."""
    facts = {name: getattr(vendor_lead, name) for name in PROSPECT_FIELDS}
    lead = Lead(partner_id=offer.partner_id, owner=by, origin=Lead.Origin.VENDOR, status=Status.NEW, **facts)
    lead.save()
    record_move(lead, was="", to=lead.status, by=Actor.of(by))
    offer.state, offer.lead, offer.answered_by, offer.answered_at = LeadOffer.State.ACCEPTED, lead, by, timezone.now()
    offer.save(update_fields=["state", "lead", "answered_by", "answered_at"])
    _hand_on_answers(vendor_lead, offer, lead)
    vendor_lead.enquiries.update(lead=lead, partner=offer.partner_id)  # Words and consent go along.
    _tell_vendor(
        offer, gettext_noop("%(partner)s has accepted the lead %(lead)s."), {"partner": offer.partner, "lead": vendor_lead}, mail=False
    )
    return lead


def _hand_on_answers(vendor_lead: VendorLead, offer: LeadOffer, lead: Lead) -> None:
    """What the vendor knew, as answers of whoever offered the lead; they count in its score."""
    for one in vendor_lead.answers.all():
        asked = {"question_id": one.question_id, "question_text": one.question_text}
        QualificationAnswer.objects.create(partner_id=lead.partner_id, lead=lead, text=one.text, answered_by=offer.offered_by, **asked)
    lead.save(update_fields=["score"])


def people_to_tell(offer: LeadOffer) -> list[User]:
    """Who hears of an offer: the person, else the managers and admins of the partner, else everybody there."""
    if offer.person is not None:
        return [offer.person] if offer.person.is_active else []
    people = list(User.objects.filter(partner=offer.partner_id, is_active=True).order_by("pk"))
    return [one for one in people if one.role in (Role.PARTNER_MANAGER, Role.PARTNER_ADMIN)] or people


def sentence_of(offer: LeadOffer) -> str:
    """Why an offer can no longer be answered, for the partner's people; empty while it can. Never tells of another partner."""
    if offer.state == LeadOffer.State.OPEN:
        return "" if offer.is_running else _("The time to answer has passed. The lead goes back to the vendor.")
    if offer.state == LeadOffer.State.LOST:
        if offer.is_withdrawn:
            return _("The vendor has taken this lead back.")
        return _("Somebody else was faster: this lead is no longer available.")
    who = offer.answered_by.get_full_name() if offer.answered_by else ""
    sentences = {
        LeadOffer.State.ACCEPTED: _("%(who)s has accepted this lead.") % {"who": who},
        LeadOffer.State.DECLINED: _("%(who)s has declined this lead.") % {"who": who},
        LeadOffer.State.EXPIRED: _("The time to answer has passed. The lead went back to the vendor."),
    }
    return sentences[LeadOffer.State(offer.state)]


def _answerable(offer: LeadOffer, by: User) -> tuple[VendorLead, LeadOffer]:
    """Lead and offer, locked in this order, if this person may answer it now."""
    mine = LeadOffer.objects.visible_to(by).select_related("partner", "person", "answered_by", "offered_by")
    lead = _locked(mine.get(pk=offer.pk).vendor_lead_id)
    offer = mine.select_for_update(of=("self",)).get(pk=offer.pk)
    require_editable(offer, by)
    if not offer.is_running:
        raise OfferGone(sentence_of(offer), stage=offer.state)
    return lead, offer


def _locked(key: int) -> VendorLead:
    return VendorLead.objects.select_for_update(of=("self",)).get(pk=key)


def _open_offers(lead: VendorLead) -> list[LeadOffer]:
    rows = LeadOffer.objects.across_partners(reason="the offers of one vendor lead end together").filter(vendor_lead=lead).open()
    return list(rows.select_related("partner", "person").order_by("pk").select_for_update(of=("self",)))


def _require_assigner(by: User) -> None:
    if not by.has_perm("leads.assign_lead"):
        raise NotYours(_("Only the vendor's account managers hand out leads."))


def _check_choice(choice: Choice, by: User) -> None:
    errors: dict[str, Any] = {}
    allowed = set(Partner.objects.visible_to(by).filter(status=Partner.Status.ACTIVE).values_list("pk", flat=True))
    if not choice.partners or {one.pk for one in choice.partners} - allowed:
        errors["partners"] = _("Choose active partners of your own.")
    if choice.person is not None and (
        len(choice.partners) != 1 or choice.person.partner_id != choice.partners[0].pk or not choice.person.is_active
    ):
        errors["person"] = _("This person does not work for the partner.")
    if not choice.reason.strip():
        errors["reason"] = _("Please say why.")
    if errors:
        raise ValidationError(errors)


def _offer(lead: VendorLead, partner: Partner, choice: Choice, deadline: datetime, by: User) -> LeadOffer:
    offer = LeadOffer(partner=partner, vendor_lead=lead, mode=choice.mode, person=choice.person, deadline=deadline, offered_by=by)
    offer.reason, offer.message = choice.reason.strip(), choice.message.strip()
    offer.save()
    return offer


def _announce(offer: LeadOffer) -> None:
    values = {"vendor": settings.VENDOR_NAME, "lead": offer.vendor_lead}
    for person in people_to_tell(offer):
        notify(
            person, gettext_noop("%(vendor)s offers you a lead: %(lead)s"), values=values, kind="offer.made", url=offer.get_absolute_url()
        )
        _promise(OFFERED, offer, person)


def _promise(kind: str, offer: LeadOffer, person: User) -> None:
    outbox.promise(kind, key=f"{kind}:{offer.pk}:{person.pk}", offer_id=offer.pk, user_id=person.pk)


def _has_all(offers: Sequence[LeadOffer], by: User) -> bool:
    return LeadOffer.objects.visible_to(by).filter(pk__in=[one.pk for one in offers]).count() == len(offers)


def _queue(lead: VendorLead, because: Sentence | str) -> VendorLead:
    told = [because] if isinstance(because, Sentence) else []
    text = in_english(told) if isinstance(because, Sentence) else because
    lead.state, lead.queued_because, lead.queued_told = VendorLead.State.QUEUED, text[:LONGEST_REASON], kept(told)
    lead.save(update_fields=["state", "queued_because", "queued_told", "updated_at"])
    return lead


def _return_if_last(lead: VendorLead, because: Sentence) -> None:
    if not _open_offers(lead):
        _queue(lead, because)


def _tell_vendor(offer: LeadOffer, sentence: str, values: dict[str, Any], *, mail: bool = True) -> None:
    """Behind the bell of the account manager who offered it, and by mail when there is something to do."""
    manager = offer.offered_by if offer.offered_by.is_active else offer.partner.account_manager
    kind = "offer.returned" if mail else "offer.accepted"
    notify(manager, sentence, values=values, kind=kind, url=reverse("admin:leads_vendorlead_change", args=[offer.vendor_lead_id]))
    if mail:
        _promise(RETURNED, offer, manager)
