"""What the worker and the schedule do with quotes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import wraps

import structlog
from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partnerportal.core import emails, outbox
from partnerportal.core.actors import Actor
from partnerportal.core.notifications import wants_mail
from partnerportal.core.pdf import html_to_pdf
from partnerportal.core.schedule import done_each
from partners.models import User
from quotes import documents, services
from quotes.models import CustomerEvent, Quote, Sending

log = structlog.get_logger(__name__)


@outbox.handles(services.PDF)
def write_pdf(*, quote_id: int) -> None:
    """Write the document of a submitted quote, once."""
    quote = services.awaiting_pdf(quote_id)
    if quote is not None:
        services.keep_pdf(quote, html_to_pdf(documents.as_html(documents.of(quote))), by=Actor.system())


@outbox.handles(services.MAIL)
def mail_quote(*, quote_id: int, times: int, sending_id: int | None = None, to: str = "", number: int = 0) -> None:
    """E-mail a quote that is out, with the PDF and the private link: as it was composed, or with the usual words to its contact.

    A mail to several people is not sent but split, into a promise for each address; the `number` of an address among them gives its
    mail a Message-ID of its own. No row is locked while the mail server has the word.
    """
    quote = services.to_be_mailed(quote_id)
    if quote is None or quote.pdf is None:
        return
    sending = quote.sendings.filter(pk=sending_id).first()
    if sending is not None and not to and len(sending.waiting) != 1:
        services.promise_each(sending, times=times, by=Actor.system())
        return
    to = to or (sending.waiting[0] if sending else quote.contact.email)
    with quote.pdf.file.open("rb") as file:
        pdf = emails.Attached(quote.pdf.name, file.read(), quote.pdf.media_type)
    emails.send(
        "quote_sent",
        to=(name_of(to, quote, sending), to),
        context=letter(quote, sending) | {"is_copy": sending is not None and to not in sending.addresses},
        language=quote.language,
        key=f"{services.MAIL}:{quote_id}:{times}" + (f":{number}" if number else ""),
        attachments=[pdf],
        reply_to=quote.owner.email,
    )
    services.note_sent(quote_id, to=to, by=Actor.system(), sending_id=sending_id)


@outbox.given_up(services.MAIL)
def note_failure(*, quote_id: int, times: int, sending_id: int | None = None, to: str = "", number: int = 0) -> None:
    """Write down that a mail could not be delivered."""
    services.note_failed(quote_id, to=to, by=Actor.system(), sending_id=sending_id)


def name_of(address: str, quote: Quote, sending: Sending | None) -> str:
    """Who has this address; empty for somebody who gets a copy. The contact when nobody composed the mail."""
    if sending is None:
        return str(quote.contact)
    return next((one["name"] for one in sending.recipients if one["email"] == address), "")


def letter(quote: Quote, sending: Sending | None) -> dict[str, object]:
    """What the templates of the mail read."""
    document = documents.of(quote)
    return {
        "document": document,
        "link": services.private_link(quote),
        "subject_line": sending.subject if sending else "",
        "words": sending.text if sending else "",
        "is_reminder": sending is not None and sending.kind == Sending.Kind.REMINDER,
        "greeted": ", ".join(one["name"] for one in sending.recipients) if sending else document.customer.person,
    }


@outbox.handles(services.ANSWERED)
def mail_answer(*, quote_id: int, event_id: int) -> None:
    """E-mail the owner what the customer answered."""
    event = (
        CustomerEvent.objects.across_partners(reason="outbox: the promise names the event alone")
        .select_related("quote__owner", "quote__account")
        .get(pk=event_id)
    )
    quote = event.quote
    since = event.at if event.kind == CustomerEvent.Kind.CHANGE else None  # A quote is answered only once.
    if not quote.owner.is_active or not wants_mail(quote.owner, f"quote.{event.kind}", about=quote, since=since):
        return
    emails.send(
        "quote_answered",
        to=(quote.owner.get_full_name(), quote.owner.email),
        context={"quote": quote, "event": event, "link": settings.SITE_URL + quote.get_absolute_url()},
        language=quote.owner.language,
        key=f"{services.ANSWERED}:{quote_id}:{event_id}",
    )


@outbox.handles(services.ASKED)
def mail_question(*, quote_id: int, highest: str, since: str, message_key: str) -> None:
    """E-mail the account manager that a discount waits for a word, as long as this very one does and she has not read of it."""
    rows = Quote.objects.across_partners(reason="outbox: the promise names the quote alone").awaiting_approval()
    quote = rows.select_related("partner__account_manager", "account", "approval_asked_by").filter(pk=quote_id).first()
    manager = quote.partner.account_manager if quote else None
    if quote is None or manager is None or not manager.is_active:
        return
    if not wants_mail(manager, "quote.approval", about=quote, since=datetime.fromisoformat(since)):
        return
    lines, asked = services.lines_of(quote), services.last_asked(quote)
    if asked is None or asked.discount != Decimal(highest):
        return  # More was asked for since, which has a mail of its own.
    limit = services.discount_limit(quote.partner)
    emails.send(
        "discount_asked",
        to=(manager.get_full_name(), manager.email),
        context={
            "quote": quote,
            "manager": manager,
            "highest": services.in_percent(services.highest_discount(lines)),
            "limit": services.in_percent(limit),
            "reason": asked.text,
            "effect": services.effect_of_discounts(quote, lines, limit=limit),
            "link": settings.SITE_URL + reverse("admin:quotes_quote_change", args=[quote.pk]),
        },
        language=manager.language,
        key=message_key,
    )


@outbox.handles(services.DECIDED)
def mail_decision(*, quote_id: int, user_id: int, is_granted: bool, reason: str, since: str, message_key: str) -> None:
    """E-mail the owner of a quote, or whoever asked for its discount, what the account manager decided, unless that was read."""
    person = User.objects.get(pk=user_id)
    rows = Quote.objects.across_partners(reason="outbox: the promise names the quote alone")
    quote = rows.select_related("account").get(pk=quote_id)
    if not person.is_active or not wants_mail(person, "quote.discount", about=quote, since=datetime.fromisoformat(since)):
        return
    emails.send(
        "discount_decided",
        to=(person.get_full_name(), person.email),
        context={
            "quote": quote,
            "person": person,
            "is_granted": is_granted,
            "reason": reason,
            "link": settings.SITE_URL + quote.get_absolute_url(),
        },
        language=person.language,
        key=message_key,
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
    count = done_each(_today(services.expire_quote), due)
    log.info("quotes.expired", count=count)
    return count


@shared_task
def remind_customers() -> int:
    """Remind customers whose quote expires soon; answers how many. Each quote in a transaction of its own."""
    now = timezone.now()
    first, last = (now - timedelta(hours=14)).date(), (now + timedelta(hours=14)).date() + timedelta(days=settings.QUOTE_REMIND_DAYS)
    waiting = Quote.objects.across_partners(reason="schedule: reminders of every partner's quotes").out()
    due = waiting.filter(valid_until__range=(first, last)).exclude(sent_at=None).select_related("partner")
    count = done_each(_today(services.remind_in_time), due)
    log.info("quotes.reminded", count=count)
    return count


def _today(verb: Callable[..., bool]) -> Callable[..., bool]:
    """The verb on the day that it is at the quote's partner."""
    return wraps(verb)(lambda quote: verb(quote, by=Actor.system(), today=quote.partner.today()))
