"""What the worker and the schedule do with quotes."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partnerportal.core import emails, outbox
from partnerportal.core.actors import Actor
from partnerportal.core.notifications import wants_mail
from partnerportal.core.pdf import html_to_pdf
from projects import services as projects
from quotes import documents, services
from quotes.models import CustomerEvent, Quote

log = structlog.get_logger(__name__)


@outbox.handles(services.PDF)
def write_pdf(*, quote_id: int) -> None:
    """Write the document of a submitted quote, once."""
    quote = services.awaiting_pdf(quote_id)
    if quote is not None:
        services.keep_pdf(quote, html_to_pdf(documents.as_html(documents.of(quote))), by=Actor.system())


@outbox.handles(services.MAIL)
def mail_quote(*, quote_id: int, times: int) -> None:
    """E-mail a quote that is out to its contact, with the PDF and the private link."""
    quote = services.to_be_mailed(quote_id)
    if quote is None or quote.pdf is None:
        return
    with quote.pdf.file.open("rb") as file:
        pdf = emails.Attached(quote.pdf.name, file.read(), quote.pdf.media_type)
    emails.send(
        "quote_sent",
        to=(str(quote.contact), quote.contact.email),
        context={"document": documents.of(quote), "link": private_link(quote)},
        language=quote.language,
        key=f"{services.MAIL}:{quote_id}:{times}",
        attachments=[pdf],
        reply_to=quote.owner.email,
    )
    services.note_sent(quote, by=Actor.system())


@outbox.handles(services.ANSWERED)
def mail_answer(*, quote_id: int, event_id: int) -> None:
    """E-mail the owner what the customer answered."""
    event = (
        CustomerEvent.objects.across_partners(reason="outbox: the promise names the event alone")
        .select_related("quote__owner", "quote__account")
        .get(pk=event_id)
    )
    quote = event.quote
    if not quote.owner.is_active or not wants_mail(quote.owner, "quote"):
        return
    emails.send(
        "quote_answered",
        to=(quote.owner.get_full_name(), quote.owner.email),
        context={"quote": quote, "event": event, "link": settings.SITE_URL + quote.get_absolute_url()},
        language=quote.owner.language,
        key=f"{services.ANSWERED}:{quote_id}:{event_id}",
    )


@outbox.handles("project.lost")
def cancel_quotes(*, project_id: int) -> None:
    """Cancel the drafts and submitted quotes of a lost project."""
    services.cancel_quotes_of_lost(project_id, by=Actor.system())


@shared_task
def expire_quotes() -> int:
    """Set to expired what is no longer valid where its partner is; answers how many. Each quote in a transaction of its own."""
    # The day begins in the east up to fourteen hours before it does in UTC; the service asks each partner's calendar.
    latest = (timezone.now() + timedelta(hours=14)).date()
    due = Quote.objects.across_partners(reason="schedule: expiry of every partner's quotes").expired_by(latest).select_related("partner")
    count = 0
    for quote in due:
        count += services.expire_quote(quote, by=Actor.system(), today=projects.today_of(quote.partner))
    log.info("quotes.expired", count=count)
    return count


def private_link(quote: Quote) -> str:
    """The address of the customer's page."""
    return settings.SITE_URL + reverse("customer_quote", args=[quote.token])
