"""Mail about leads that the vendor offers, and the watch over their deadlines."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from leads import services
from leads.models import Lead, LeadOffer
from partnerportal.core import emails, outbox
from partnerportal.core.actors import Actor
from partnerportal.core.notifications import wants_mail
from partnerportal.core.schedule import done_each
from partners.models import User

log = structlog.get_logger(__name__)


@outbox.handles(services.OFFERED)
def mail_offer(*, offer_id: int, user_id: int) -> None:
    """Tell a person of the partner of a new lead, with the time to answer; nothing when it was answered meanwhile."""
    _mail_partner("offer_made", services.OFFERED, offer_id, user_id)


@outbox.handles(services.REMINDED)
def mail_reminder(*, offer_id: int, user_id: int) -> None:
    """Say that an offer still waits."""
    _mail_partner("offer_reminder", services.REMINDED, offer_id, user_id)


@outbox.handles(services.RETURNED)
def mail_return(*, offer_id: int, user_id: int) -> None:
    """Tell the account manager that a lead was declined, or not answered in time."""
    offer, user = _offer(offer_id), User.objects.get(pk=user_id)
    page = reverse("admin:leads_vendorlead_change", args=[offer.vendor_lead_id])
    if not user.is_active or not wants_mail(user, "offer.returned", url=page, since=offer.answered_at or offer.deadline):
        return
    facts = {"offer": offer, "lead": offer.vendor_lead, "person": user, "link": settings.SITE_URL + page}
    _send("offer_returned", user, facts, key=f"{services.RETURNED}:{offer_id}:{user_id}")


def _mail_partner(name: str, kind: str, offer_id: int, user_id: int) -> None:
    offer, user = _offer(offer_id), User.objects.get(pk=user_id)
    notice = name.replace("_", ".")
    if not offer.is_running or not user.is_active or not wants_mail(user, notice, url=offer.get_absolute_url()):
        return
    facts = {"offer": offer, "lead": offer.vendor_lead, "person": user, "link": settings.SITE_URL + offer.get_absolute_url()}
    _send(name, user, facts, key=f"{kind}:{offer_id}:{user_id}")


def _send(name: str, user: User, facts: dict[str, object], *, key: str) -> None:
    with timezone.override(ZoneInfo(user.time_zone)):
        emails.send(name, (user.get_full_name(), user.email), facts, language=user.language, key=key)


def _offer(offer_id: int) -> LeadOffer:
    rows = LeadOffer.objects.across_partners(reason="outbox: the promise names the offer alone")
    return rows.select_related("vendor_lead", "partner", "offered_by").get(pk=offer_id)


@shared_task
def expire_offers() -> int:
    """Take back what nobody answered in time; answers how many. Each offer in a transaction of its own."""
    now = timezone.now()
    overdue = LeadOffer.objects.across_partners(reason="schedule: deadlines of every partner's offers").overdue(now)
    count = done_each(services.expire_offer, overdue.values_list("pk", flat=True), now=now, by=Actor.system())
    log.info("offers.expired", count=count)
    return count


@shared_task
def remind_of_offers() -> int:
    """Remind of what is open with little time left, once; answers how many. An offer for a shorter time needs no reminder."""
    now, ahead = timezone.now(), timedelta(hours=settings.OFFER_REMIND_HOURS)
    running = LeadOffer.objects.across_partners(reason="schedule: reminders of every partner's offers").running(now)
    due = running.filter(reminded_at=None, deadline__lte=now + ahead, created_at__lt=F("deadline") - ahead)
    count = done_each(services.remind_of_offer, due.values_list("pk", flat=True), now=now, by=Actor.system())
    log.info("offers.reminded", count=count)
    return count


@shared_task
def remind_of_revisits() -> int:
    """Tell the owners of leads that were put aside until today; answers how many. Each lead in a transaction of its own."""
    now = timezone.now()
    # It is some day somewhere for fourteen hours before and after the same in Greenwich.
    first, last = (now - timedelta(hours=14)).date() - services.REVISITS_LATE, (now + timedelta(hours=14)).date()
    due = Lead.objects.across_partners(reason="schedule: revisit dates of every partner's leads").to_revisit(first, last)  # type: ignore[attr-defined]
    count = done_each(services.remind_of_revisit, due.values_list("pk", flat=True), now=now, by=Actor.system())
    log.info("leads.revisits_told", count=count)
    return count
