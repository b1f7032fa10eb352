"""A quote is sent as a person composed it: to whom, with which words; and the customer is reminded, by a person or by the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Contact
from partnerportal.core.actors import Actor, service
from partnerportal.core.stages import IllegalMove
from partners.models import User
from quotes.models import Quote, Sending
from quotes.services.moving import lock, require_open
from quotes.services.sending import promise_mail, reader, require_out, submit_quote
from quotes.stages import Status

MOST_RECIPIENTS = 20


@dataclass(frozen=True)
class Letter:
    """What a person composed. An empty subject or text means the usual words."""

    recipients: Sequence[Contact]
    cc: Sequence[str] = ()
    subject: str = ""
    text: str = ""


@service
def compose_quote(quote: Quote, letter: Letter, *, by: User, today: date) -> Quote:
    """Send a quote as it was composed; a draft is submitted first, and its mail follows when the PDF is there.

    Raises ExitConditionMissing for a draft that cannot go out, IllegalMove for a quote that is over or for no recipient.
    """
    _check(letter, quote)
    quote = lock(quote, by=by)
    was_draft = quote.status == Status.DRAFT
    if not was_draft:
        require_out(quote)
        if quote.pdf_id is None:
            raise IllegalMove(_("The PDF is still being made; the mail goes out as soon as it is there."), stage=quote.status)
    sending = Sending.objects.create(
        partner_id=quote.partner_id,
        quote=quote,
        recipients=[reader(one) for one in letter.recipients],
        cc=list(dict.fromkeys(letter.cc)),
        subject=letter.subject,
        text=letter.text,
        by=by,
    )
    if was_draft:
        return submit_quote(quote, by=by, today=today)
    promise_mail(quote, sending)
    return quote


@service
def remind_customer(quote: Quote, *, by: User | Actor) -> Quote:
    """Remind the people to whom a quote was sent that it waits for an answer. Raises IllegalMove when it is not out, or not sent yet."""
    quote = lock(quote, by=by)
    require_out(quote)
    require_open(quote.project)
    if quote.sent_at is None or quote.pdf_id is None:
        raise IllegalMove(_("The quote has not been sent yet."), stage=quote.status)
    mails = quote.sendings.filter(kind=Sending.Kind.QUOTE).exclude(sent_at=None)
    readers = ([one for one in mail.recipients if one["email"] in mail.has_it] for mail in mails)
    recipients = next(filter(None, readers), [reader(quote.contact)])
    sending = Sending.objects.create(
        partner_id=quote.partner_id,
        quote=quote,
        kind=Sending.Kind.REMINDER,
        recipients=recipients,
        by=by if isinstance(by, User) else None,
    )
    promise_mail(quote, sending)
    return quote


@service
def remind_in_time(quote: Quote, *, by: Actor, today: date) -> bool:
    """The schedule's reminder: once, some days before the quote expires, unless it was answered or a reminder went out already."""
    quote = lock(quote, by=by)
    is_due = today <= quote.valid_until <= today + timedelta(days=settings.QUOTE_REMIND_DAYS)
    is_sent = quote.status == Status.SUBMITTED and not quote.is_revoked and quote.sent_at is not None and quote.pdf_id is not None
    is_waiting = is_sent and quote.project.is_open and quote.project.deleted_at is None
    if not is_due or not is_waiting or quote.sendings.filter(kind=Sending.Kind.REMINDER).exists():
        return False
    remind_customer(quote, by=by)
    return True


def people_of(quote: Quote, *, by: User) -> list[Contact]:
    """Whom a quote can be sent to: the contacts of the project first, then the others of the account; only those with an address."""
    rows = Contact.objects.visible_to(by).exclude(email="")
    on_project = {quote.contact_id, quote.project.contact_id, *quote.project.project_contacts.values_list("contact_id", flat=True)}
    found = list(rows.filter(account=quote.account_id) | rows.filter(pk__in=on_project))
    return sorted(found, key=lambda one: (one.pk != quote.contact_id, one.pk not in on_project, str(one)))


def _check(letter: Letter, quote: Quote) -> None:
    if not letter.recipients:
        raise IllegalMove(_("Choose at least one recipient."), stage=quote.status)
    if len(letter.recipients) + len(letter.cc) > MOST_RECIPIENTS:
        raise IllegalMove(_("A quote is sent to at most %(count)s people at once.") % {"count": MOST_RECIPIENTS}, stage=quote.status)
