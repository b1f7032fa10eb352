"""Leads that come through a public form: to the vendor's queue, or to a partner and there to whom the customer belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.duplicates import accounts_like, ranked, surest_same
from accounts.matching import Profile, compare, profile
from accounts.models import Account
from leads.duplicates import leads_like
from leads.holders import Holder, holders_of_each
from leads.models import Lead, VendorLead, WebEnquiry, WebForm
from partnerportal.core.actors import Actor, service
from partnerportal.core.attached import tell_followers
from partnerportal.core.models import Notification
from partnerportal.core.moves import record_move
from partnerportal.core.notifications import notify, notify_all
from partnerportal.core.scoping import NotYours, WhicheverPartner
from partnerportal.core.sentences import Sentence, in_english, kept
from partners.models import Partner, User
from partners.roles import Role

ASKED = ("company", "first_name", "last_name", "email", "phone", "city", "country", "product_of_interest", "total_users")
NAMED = ("first_name", "last_name")
FIXED = {"source": "website", "power": "unknown", "job_title": "other"}
HELD = gettext_noop("A partner has this company already.")  # Kept as the reason in the queue, and said in the reader's language.
CAME = gettext_noop("A new lead came through the web form: %(lead)s")
CAME_HELD = gettext_noop("A new lead came through the web form, of a company that %(partner)s has already: %(lead)s")
AGAIN = gettext_noop("%(lead)s has written again through the web form.")
FULL = gettext_noop("%(form)s: more was sent today than becomes leads by itself. The rest is held back until somebody releases it.")
RELEASED_AT_ONCE = 50
log = structlog.get_logger(__name__)
RANK = {Role.PARTNER_ADMIN: 0, Role.PARTNER_MANAGER: 1, Role.PARTNER_USER: 2}


class FormClosed(Exception):
    """The form takes nothing: it was closed, or its partner has nobody who could answer."""


@dataclass(frozen=True)
class Consent:
    """The words that a person agreed to, and in which language they were shown."""

    text: str
    language: str


@dataclass(frozen=True)
class Found:
    """The lead of an enquiry: whether it was there already, why it has this owner, and which partners have its company already."""

    lead: Lead | VendorLead
    is_repeat: bool
    because: list[Sentence] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)


@service
def receive(form: WebForm, *, values: Mapping[str, Any], consent: Consent, submission: UUID, by: Actor) -> WebEnquiry:
    """Keep what was sent: a new lead, or a note on the open one of the same company. The same submission is kept once.

    The form is locked, so that enquiries of the same company at the same moment make one lead. Beyond `WEB_FORM_DAILY` on one day
    an enquiry is kept with its consent and held back, without a lead. Raises FormClosed.
    """
    form = WebForm.objects.select_related("partner").select_for_update(of=("self",)).get(pk=form.pk)
    if not form.is_active:
        raise FormClosed
    earlier = WebEnquiry.objects.across_partners(reason="the form of the enquiry is in hand").filter(form=form, submission=submission)
    if there := earlier.first():
        return there
    enquiry = WebEnquiry(form=form, partner=form.partner, submission=submission, is_held=_is_full(form))
    enquiry.name, enquiry.email = f"{values['first_name']} {values['last_name']}".strip(), values["email"]
    enquiry.text, enquiry.language, enquiry.told = values["description"], consent.language, _told(values)
    enquiry.consent_text, enquiry.consent_at = consent.text, timezone.now()
    if not enquiry.is_held:
        return _land(enquiry, values, by)
    enquiry.told |= {name: values[name] for name in NAMED}  # For the lead that may be made of it.
    enquiry.save()
    _tell_of_held(form)
    return enquiry


@service
def release(partner: Partner | None, *, by: User) -> int:
    """Make leads of what the form of a partner, or of the vendor, holds back: of the oldest `RELEASED_AT_ONCE`; how many there were.

    Raises NotYours for whoever does not manage the company, or does not hand out the vendor's leads.
    """
    may = by.partner_id == partner.pk and by.manages_company if partner else by.partner_id is None and by.has_perm("leads.assign_lead")
    if not may:
        raise NotYours(_("Only those who manage the web form release what it holds back."))
    form = WebForm.objects.select_related("partner").select_for_update(of=("self",)).filter(partner=partner).first()
    if form is None:
        return 0
    return sum([_is_released(enquiry, form) for enquiry in held(form).order_by("pk")[:RELEASED_AT_ONCE]])


def _is_released(enquiry: WebEnquiry, form: WebForm) -> bool:
    """Make the lead of an enquiry that was held back. One that cannot become a lead stays, and keeps none of the others."""
    enquiry.form = form
    values = {**dict.fromkeys(ASKED, ""), "total_users": None, **enquiry.told, "description": enquiry.text}
    try:
        with transaction.atomic():
            _land(enquiry, values, Actor.customer(enquiry.name))
    except Exception:
        log.exception("leads.release_failed", enquiry_id=enquiry.pk)
        return False
    return True


def held(form: WebForm) -> QuerySet[WebEnquiry]:
    """The enquiries that a form holds back; the form is in hand."""
    return WebEnquiry.objects.across_partners(reason="the form of the enquiries is in hand").filter(form=form, is_held=True)


def _is_full(form: WebForm) -> bool:
    """Whether as many enquiries as may have become leads today, or were released."""
    rows = WebEnquiry.objects.across_partners(reason="the form of the enquiries is in hand")
    return rows.filter(form=form, is_held=False, consent_at__gte=_midnight()).count() >= settings.WEB_FORM_DAILY


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _tell_of_held(form: WebForm) -> None:
    """Once a day, to whoever hears of new companies that come through the form."""
    page = reverse("own_web_form") if form.partner else reverse("admin:leads_webform_change", args=[form.pk])
    kind = "lead.held" if form.partner else "offer.held"
    if Notification.objects.filter(kind=kind, url=page, created_at__gte=_midnight(), user__partner=form.partner).exists():
        return
    people = [_owner(form.partner, None)[0]] if form.partner else _account_managers()
    named = {"form": form.partner or gettext_lazy("Form of the vendor")}  # In the language of whoever reads it.
    notify_all([(one, Notification.Reason.PERSONAL) for one in people], FULL, values=named, kind=kind, url=page)


def _land(enquiry: WebEnquiry, values: Mapping[str, Any], by: Actor) -> WebEnquiry:
    """Make the lead of an enquiry whose form is locked, or note it on the one that is there, and tell of it."""
    partner = enquiry.form.partner
    found = _of_partner(partner, values, by) if partner else _of_vendor(values)
    enquiry.is_held, enquiry.is_repeat = False, found.is_repeat
    enquiry.routed_because, enquiry.routed_told = in_english(found.because)[:500], kept(found.because)
    enquiry.told = _told(values)
    if isinstance(found.lead, Lead):
        enquiry.lead = found.lead
    else:
        enquiry.vendor_lead = found.lead
    enquiry.save()
    if isinstance(found.lead, Lead):
        _tell(found.lead, is_repeat=found.is_repeat)
    else:
        _tell_vendor(found.lead, found)
    return enquiry


@service
def open_form(partner: Partner, *, by: User, is_active: bool = True) -> WebForm:
    """Open the form of the own company, made at the first time, or close it. Raises NotYours for anybody but its managers."""
    if by.partner_id != partner.pk or not by.manages_company:
        raise NotYours(_("Only the managers of %(partner)s open and close the web form.") % {"partner": partner.name})
    form, is_new = WebForm.objects.select_for_update(of=("self",)).get_or_create(partner=partner, defaults={"is_active": is_active})
    if not is_new and form.is_active != is_active:
        form.is_active = is_active
        form.save(update_fields=["is_active"])
    return form


def _of_partner(partner: Partner, values: Mapping[str, Any], by: Actor) -> Found:
    wanted, whose = _profile(values), WhicheverPartner(partner.pk)
    leads = Lead.objects.for_partner(whose).filter(deleted_at=None).open()  # type: ignore[attr-defined]
    same = surest_same(leads_like(wanted, leads))
    if same is not None:
        return Found(same.record, is_repeat=True, because=same.sentences)
    accounts = Account.objects.for_partner(whose).filter(deleted_at=None)
    known = surest_same(accounts_like(wanted, accounts))  # type: ignore[arg-type]
    account = known.record if known else None
    owner, sentence = _owner(partner, account)
    because = [sentence, *known.sentences] if known and owner == known.record.owner else [sentence]
    lead = Lead(partner=partner, owner=owner, account=account, origin=Lead.Origin.WEB, **FIXED, **_facts(values))
    lead.save()
    record_move(lead, was="", to=lead.status, by=by)
    return Found(lead, is_repeat=False, because=because)


def _of_vendor(values: Mapping[str, Any]) -> Found:
    """To the queue, also when a partner has the company: the item says so, and the account manager assigns it there."""
    wanted = _profile(values)
    rows = VendorLead.objects.exclude(state=VendorLead.State.ACCEPTED)
    same = surest_same(ranked(wanted, rows.like(wanted), compare))
    if same is not None:
        return Found(same.record, is_repeat=True)
    holders = [one for one in holders_of_each([wanted])[0] if one.found.is_same]
    lead = VendorLead(**FIXED, **_facts(values), queued_because=HELD if holders else "")
    lead.save()
    return Found(lead, is_repeat=False, holders=holders)


def _owner(partner: Partner, account: Account | None) -> tuple[User, Sentence]:
    """Who looks after the customer, else who runs the company; and why. Raises FormClosed when nobody works there."""
    if account is not None and account.owner.is_active and account.owner.partner_id == partner.pk:
        return account.owner, Sentence(gettext_noop("Owner of the account %(account)s."), {"account": str(account)})
    people = sorted(User.objects.filter(partner=partner, is_active=True), key=lambda one: (RANK[Role(one.role)], one.pk))
    if not people:
        raise FormClosed
    unknown, left = gettext_noop("No account of this company is known."), gettext_noop("The owner of the account has left.")
    return people[0], Sentence(unknown if account is None else left)


def _profile(values: Mapping[str, Any]) -> Profile:
    return profile(
        values["company"],
        emails=[values["email"]],
        phones=[str(values["phone"] or "")],
        city=values["city"],
        country=str(values["country"] or ""),
        person=f"{values['first_name']} {values['last_name']}",
    )


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ASKED} | {"description": values["description"]}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was told beside the name, as JSON keeps it: of a company that writes again, the lead keeps what it says already."""
    said = {name: values[name] for name in ASKED if name not in NAMED and values[name] not in (None, "")}
    return {name: value if isinstance(value, int) else str(value) for name, value in said.items()}


def _tell(lead: Lead, *, is_repeat: bool) -> None:
    tell_followers(lead, AGAIN if is_repeat else CAME, values={"lead": lead}, kind="lead", but=[])


def _tell_vendor(lead: VendorLead, found: Found) -> None:
    """Behind the bell of whoever hands the lead out; whose partner has the company already, reads that instead."""
    page = reverse("admin:leads_vendorlead_change", args=[lead.pk])
    holding = {one.partner.account_manager_id: one.partner for one in reversed(found.holders)}
    managers = _distributors(lead)
    others = [(one, Notification.Reason.PERSONAL) for one in managers if one.pk not in holding]
    notify_all(others, AGAIN if found.is_repeat else CAME, values={"lead": lead}, kind="offer.queued", url=page)
    for one in managers:
        if one.pk in holding:
            notify(one, CAME_HELD, values={"lead": lead, "partner": holding[one.pk]}, kind="offer.queued", url=page)


def _distributors(lead: VendorLead) -> list[User]:
    """Every account manager while it is in the queue, then whoever has handed it out."""
    if lead.state == VendorLead.State.QUEUED:
        return _account_managers()
    return list(User.objects.filter(is_active=True, pk=lead.assigned_by_id))


def _account_managers() -> list[User]:
    return list(User.objects.filter(is_active=True, role=Role.ACCOUNT_MANAGER).order_by("pk"))
