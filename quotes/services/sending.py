"""A quote goes out: submitted, frozen, written as a PDF by the worker, and e-mailed with its private link."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Contact
from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.models import Attachment, OutboxMessage
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, Missing
from partners.models import User
from projects import services as projects
from quotes import documents
from quotes.models import Quote, QuoteLine, Sending
from quotes.rules import Configuration, breaches, ships_nowhere
from quotes.services.approving import discount_limit, highest_discount, in_percent, needs_approval
from quotes.services.drafting import Tariffs, outdated, primary_of, take_primary, tariffs_of, without_price
from quotes.services.hardware import applied_hardware
from quotes.services.moving import (
    TOTALS,
    count_up,
    let_mrr_follow,
    let_stage_follow,
    lines_of,
    lock,
    lock_draft,
    move,
    require_no_winner,
    tell,
)
from quotes.stages import Approval, Status

PDF = "quote.pdf"
MAIL = "quote.mail"


@service
def submit_quote(quote: Quote, *, by: User, today: date) -> Quote:
    """Freeze a draft and send it on its way: the worker writes the PDF, and the mail follows when it is there.

    The version that was with the customer is superseded, and hands on being primary; so does one that has ended. A project in
    Proposal with the verbal agreement goes to Contract out. Raises ExitConditionMissing with everything that is not there yet,
    IllegalMove when another quote of the project is accepted.
    """
    quote = lock_draft(quote, by=by)
    require_no_winner(quote)
    lines = lines_of(quote)
    for line in lines:
        line.quote = quote
    missing = missing_to_submit(quote, lines, today=today)
    if missing:
        raise ExitConditionMissing(missing)
    count_up(quote, lines)
    _supersede_former(quote, by=by)
    if primary_of(quote) is None:  # The version that was has ended while this one was written.
        take_primary(quote)
    quote.submitted_at = timezone.now()
    quote.content = documents.freeze(quote, lines, on=today)
    if quote.approval == Approval.REQUESTED:  # The limit was raised meanwhile, so nothing is left to answer.
        quote.approval = Approval.NONE
    fields = move(quote, Status.SUBMITTED, by=by)
    quote.save(update_fields=[*fields, *TOTALS, "submitted_at", "content", "approval"])
    let_mrr_follow(quote.project, by=by)
    let_stage_follow(quote.project, by=by, cause=_("%(quote)s was submitted.") % {"quote": str(quote)})
    outbox.promise(PDF, key=f"{PDF}:{quote.pk}", quote_id=quote.pk)
    return quote


def missing_to_submit(
    quote: Quote,
    lines: list[QuoteLine],
    *,
    today: date,
    table: Tariffs | None = None,
    applied: str | None = None,
    limit: Decimal | None = None,
) -> tuple[Missing, ...]:
    """What a draft still lacks before it can be submitted, each with its field and a sentence; nothing when it may go.

    `table`, `applied` and `limit` save queries when the caller has read the prices of the day, the hardware that the customer has, and
    what the tier may give away.
    """
    found = []
    if not lines:
        found.append(Missing(Status.DRAFT, ("lines",), _("Lines: add at least one product.")))
    if not quote.contact.email:
        found.append(Missing(Status.DRAFT, ("contact",), _("Contact: %(name)s has no e-mail address.") % {"name": quote.contact}))
    if quote.valid_until < today:
        found.append(Missing(Status.DRAFT, ("valid_until",), _("Valid until: this day is over.")))
    found += breaches(
        lines,  # type: ignore[arg-type]
        [line.product.code for line in lines],
        Configuration(
            frequency=quote.billing_frequency,
            hardware_type=quote.hardware_type,
            commitment=quote.commitment,
            additional=quote.additional,
            applied=applied_hardware(quote.account) if applied is None else applied,
        ),
    )
    if projects.is_compared_with_others(quote.project):
        sentence = _("Comparison: other orders run by now than those that this change order is compared with. Compare anew.")
        found.append(Missing(Status.DRAFT, ("comparison",), sentence))
    if ships_nowhere(lines, quote.shipping_type, (quote.ship_company, quote.ship_street, quote.ship_city, str(quote.ship_country))):
        sentence = _("Shipping: write the reseller's address, or choose another shipping address type.")
        found.append(Missing(Status.DRAFT, ("shipping_type",), sentence))
    limit = discount_limit(quote.partner) if limit is None else limit
    if needs_approval(quote, lines, limit=limit):
        words = {"highest": in_percent(highest_discount(lines)), "limit": in_percent(limit)}
        sentence = _("Discount: %(highest)s is above your limit of %(limit)s. Ask your account manager to approve it.") % words
        found.append(Missing(Status.DRAFT, ("approval",), sentence))
    table = tariffs_of(quote, lines, today=today) if table is None else table
    gone = without_price(lines, table, currency=quote.currency, on=today)
    found += [Missing(Status.DRAFT, ("prices",), _("Not available: %(reason)s") % {"reason": reason}) for reason in gone.values()]
    changed = [line for line in outdated(lines, table) if line.pk not in gone]
    if changed:
        sentence = (
            _("Prices: the price list has changed for %(names)s, too. That can be taken over once every line has a price.")
            if gone
            else _("Prices: the price list has changed for %(names)s. Take today's prices.")
        )
        found.append(Missing(Status.DRAFT, ("prices",), sentence % {"names": ", ".join(line.name for line in changed)}))
    return tuple(found)


def awaiting_pdf(quote_id: int) -> Quote | None:
    """The submitted quote that a promised PDF is about, locked; None when it has its PDF."""
    quote = _locked_for_worker(quote_id)
    return None if quote.pdf_id or quote.content is None else quote


@service
def keep_pdf(quote: Quote, data: bytes, *, by: Actor) -> Quote:
    """Keep the document of a locked quote, with its SHA-256, and promise the mail.

    A quote that was cancelled or superseded in the meantime, or that the demo says was sent, gets its document but no mail.
    """
    pdf = Attachment(
        partner_id=quote.partner_id,
        subject=quote,
        name=documents.file_name(quote),
        media_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        is_generated=True,
    )
    pdf.file.save(pdf.name, ContentFile(data), save=False)
    pdf.save()
    quote.pdf = pdf
    quote.save(update_fields=["pdf", "updated_at"])
    if quote.status == Status.SUBMITTED and quote.sent_at is None:
        promise_mail(quote, quote.sendings.filter(sent_at=None).first())  # As it was composed, when it was.
    return quote


@service
def resend_quote(quote: Quote, *, by: User) -> Quote:
    """E-mail a submitted quote once more as it was last composed, to the same people at the addresses that they have now.

    Where some of them did not get it, to these alone. Nobody composed it: to its contact. Raises IllegalMove when it is not out, nobody
    has an address, or a mail is on its way.
    """
    quote = lock(quote, by=by)
    require_out(quote)
    if quote.pdf_id is None:
        raise IllegalMove(_("The PDF is still being made; the mail goes out as soon as it is there."), stage=quote.status)
    mails = OutboxMessage.objects.filter(key__startswith=f"{MAIL}:{quote.pk}:")
    if mails.filter(state=OutboxMessage.State.PENDING).exists():
        raise IllegalMove(_("A mail is on its way already."), stage=quote.status)
    promise_mail(quote, _once_more(quote, by=by))
    return quote


@service
def revoke_link(quote: Quote, *, by: User) -> Quote:
    """Withdraw the private link: from now on it shows nothing of the quote, and accepts no answer."""
    quote = lock(quote, by=by)
    quote.is_revoked = True
    quote.save(update_fields=["is_revoked", "updated_at"])
    return quote


@service
def restore_link(quote: Quote, *, by: User) -> Quote:
    """Let the private link work again."""
    quote = lock(quote, by=by)
    quote.is_revoked = False
    quote.save(update_fields=["is_revoked", "updated_at"])
    return quote


@service
def note_sent(quote_id: int, *, to: str, by: Actor, sending_id: int | None = None) -> Sending:
    """Write down that an address took the mail. A mail that nobody composed went to the contact.

    The quote is sent as soon as one of its recipients has it. The owner is told once every address took the mail or was given up.
    """
    quote = _locked_for_worker(quote_id)
    sending = quote.sendings.filter(pk=sending_id).first() or _to_the_contact(quote, to)
    now, is_first = timezone.now(), not set(sending.reached) & set(sending.addresses)
    if is_first and to in sending.addresses:
        quote.sent_at = now
        quote.save(update_fields=["sent_at", "updated_at"])
    sending.reached, sending.sent_at = list(dict.fromkeys([*sending.reached, to])), sending.sent_at or now
    sending.save()
    _tell_when_through(quote, sending, by=by)
    return sending


@service
def note_failed(quote_id: int, *, by: Actor, to: str = "", sending_id: int | None = None) -> Sending:
    """Write down that an address was given up, or without one everybody who has not got the mail, and tell the owner."""
    quote = _locked_for_worker(quote_id)
    sending = quote.sendings.filter(pk=sending_id).first() or _to_the_contact(quote, to or quote.contact.email)
    given_up = [to] if to else sending.waiting
    sending.refused, sending.failed_at = list(dict.fromkeys([*sending.refused, *given_up])), timezone.now()
    sending.save()
    text = gettext_noop("The mail of %(quote)s to %(email)s could not be delivered.")
    tell(quote, text, kind="quote.failed", by=by, email=", ".join(given_up))
    _tell_when_through(quote, sending, by=by)
    return sending


def _tell_when_through(quote: Quote, sending: Sending, *, by: Actor) -> None:
    if sending.reached and not set(sending.waiting) - set(sending.refused):
        tell(quote, gettext_noop("%(quote)s was e-mailed to %(email)s."), kind="quote.sent", by=by, email=", ".join(sending.reached))


def reader(contact: Contact) -> dict[str, Any]:
    """A person to whom a quote goes, as a mail keeps her."""
    return {"name": str(contact), "email": contact.email, "contact": contact.pk}


def _to_the_contact(quote: Quote, address: str) -> Sending:
    return Sending(partner_id=quote.partner_id, quote=quote, recipients=[{**reader(quote.contact), "email": address}])


def _once_more(quote: Quote, *, by: User) -> Sending:
    """A copy of the last composed mail: for those who have not got it, and for everybody when there are none."""
    last = quote.sendings.filter(kind=Sending.Kind.QUOTE).first() or _to_the_contact(quote, quote.contact.email)
    spared = last.has_it if last.waiting else []
    again = Sending(partner_id=quote.partner_id, quote=quote, cc=last.cc, subject=last.subject, text=last.text, spared=spared, by=by)
    now = [one if one["email"] in spared else _as_now(one, quote) for one in last.recipients]
    again.recipients = [one for one in now if one["email"]]
    nobody = [one["name"] for one in now if not one["email"]]
    if nobody and not (again.recipients and again.waiting):
        raise IllegalMove(_("%(name)s has no e-mail address.") % {"name": nobody[0]}, stage=quote.status)
    if not again.waiting:  # Who did not get it has an address now that did.
        again.spared = []
    again.save()
    return again


def _as_now(one: dict[str, Any], quote: Quote) -> dict[str, Any]:
    """A person of a mail at the address that she has now; as she was when she is no contact any more."""
    person = Contact.objects.for_partner(quote.partner_id).filter(pk=one.get("contact")).first()
    return reader(person) if person else one


def to_be_mailed(quote_id: int) -> Quote | None:
    """The quote that a promised mail is about; None when it is no longer out or its link is withdrawn.

    It is not locked: nobody waits for the mail server. Whoever writes after the mail reads it anew.
    """
    quote = _promised().get(pk=quote_id)
    if quote.status != Status.SUBMITTED or quote.is_revoked or quote.pdf is None:
        return None
    return quote


def _locked_for_worker(quote_id: int) -> Quote:
    return _promised().select_for_update(of=("self",)).get(pk=quote_id)


def _promised() -> QuerySet[Quote]:
    rows = Quote.objects.across_partners(reason="outbox: the promise names the quote alone")
    return rows.select_related("partner", "account", "contact", "owner", "pdf")


def promise_mail(quote: Quote, sending: Sending | None = None) -> None:
    """Promise the next mail of a locked quote: as it was composed, or with the usual words to its contact."""
    mails = OutboxMessage.objects.filter(key__startswith=f"{MAIL}:{quote.pk}:")
    times = max(mails.values_list("payload__times", flat=True), default=0) + 1
    facts = {"sending_id": sending.pk} if sending else {}
    outbox.promise(MAIL, key=f"{MAIL}:{quote.pk}:{times}", quote_id=quote.pk, times=times, **facts)


@service
def promise_each(sending: Sending, *, times: int, by: Actor) -> Sending:
    """Promise a mail to each address that a composed mail goes to, so that none waits for another. `times` is that of its promise."""
    for number, to in enumerate(sending.waiting):
        facts = {"sending_id": sending.pk, "to": to, "number": number}
        key = f"{MAIL}:{sending.quote_id}:{times}:{number}"
        outbox.promise(MAIL, key=key, quote_id=sending.quote_id, times=times, **facts)
    return sending


def private_link(quote: Quote) -> str:
    """The address of the customer's page."""
    return settings.SITE_URL + reverse("customer_quote", args=[quote.token])


def require_out(quote: Quote) -> None:
    """Raise IllegalMove unless a quote is with the customer and its link works."""
    if quote.status != Status.SUBMITTED:
        raise IllegalMove(_("Only a quote that is out with the customer can be sent."), stage=quote.status)
    if quote.is_revoked:
        raise IllegalMove(_("Its private link is withdrawn. Restore the link first."), stage=quote.status)


def _supersede_former(quote: Quote, *, by: User) -> None:
    """Earlier versions that are with the customer are replaced by this one, which takes over being primary."""
    versions = Quote.objects.for_partner(quote.partner_id).filter(number=quote.number, status=Status.SUBMITTED)
    for former in versions.exclude(pk=quote.pk).select_for_update(of=("self",)):
        was_primary = former.is_primary
        fields = move(former, Status.SUPERSEDED, by=by, reason=_("Replaced by %(quote)s") % {"quote": str(quote)}, is_automatic=True)
        former.save(update_fields=fields)
        if was_primary:
            take_primary(quote)
