"""Mails of quotes in the activity of the quote, its project, account and contact; and what the customer did with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from partnerportal.core.activity import Entry, Window, source
from projects.models import Project
from quotes.models import CustomerEvent, DiscountEvent, Quote, Sending
from quotes.services import in_percent

PARENTS = {Account: "account", Contact: "contact", Project: "project", Quote: "pk"}
EVENTS = CustomerEvent.Kind
DISCOUNTS = DiscountEvent.Kind
DISCOUNT_SIGNS = {
    DISCOUNTS.ASKED: ("hourglass-split", "amber"),
    DISCOUNTS.GRANTED: ("check-lg", "green"),
    DISCOUNTS.REFUSED: ("x-lg", "red"),
}
SIGNS = {EVENTS.OPENED: ("eye", "blue"), EVENTS.ACCEPTED: ("check-lg", "green"), EVENTS.DECLINED: ("x-lg", "red")}


@source("mail")
def mails_of(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """The mails with which a quote went out, and reminders; of a quote without a composed mail, the one to its contact."""
    if type(record) not in PARENTS or not user.has_perm("quotes.view_quote"):
        return
    quotes = Quote.objects.visible_to(user).filter(**{PARENTS[type(record)]: record.pk})
    sendings = Sending.objects.visible_to(user).filter(quote__in=quotes.values("pk"), sent_at__isnull=False)
    for sending in window.of(sendings.select_related("quote", "by"), "sent_at"):
        is_reminder = sending.kind == Sending.Kind.REMINDER
        yield _mail(
            f"sending:{sending.pk:020}",
            sending.quote,
            sending.sent_at,
            addresses=sending.reached or sending.everybody,  # Older mails did not keep them: they went to everybody.
            who=sending.by.get_full_name() if sending.by else "",
            is_reminder=is_reminder,
        )
    plain = quotes.filter(sendings=None, sent_at__isnull=False).select_related("contact", "owner")
    for quote in window.of(plain, "sent_at"):
        yield _mail(f"mail:{quote.pk:020}", quote, quote.sent_at, addresses=[quote.contact.email], who=quote.owner.get_full_name())


@source("mail")
def failures_of(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """The mails of a quote that could not be delivered, with the addresses that were given up."""
    if type(record) not in PARENTS or not user.has_perm("quotes.view_quote"):
        return
    quotes = Quote.objects.visible_to(user).filter(**{PARENTS[type(record)]: record.pk})
    rows = Sending.objects.visible_to(user).filter(quote__in=quotes.values("pk"), failed_at__isnull=False)
    for sending in window.of(rows.select_related("quote", "by"), "failed_at"):
        words = {"quote": sending.quote, "address": ", ".join(sending.refused or sending.everybody)}
        yield Entry(
            "mail",
            f"failed:{sending.pk:020}",
            _("The mail of %(quote)s to %(address)s could not be delivered") % words,
            at=sending.failed_at,
            who=sending.by.get_full_name() if sending.by else "",
            icon="envelope-x",
            tone="red",
            url=sending.quote.get_absolute_url(),
        )


def _mail(key: str, quote: Quote, at: Any, *, addresses: list[str], who: str, is_reminder: bool = False) -> Entry:
    words = {"quote": quote, "address": ", ".join(addresses)}
    title = _("%(quote)s: reminder sent") % words if is_reminder else _("%(quote)s was e-mailed to %(address)s") % words
    return Entry(
        "mail",
        key,
        title,
        at=at,
        detail=", ".join(addresses) if is_reminder else "",
        who=who,
        icon="alarm" if is_reminder else "send",
        tone="amber" if is_reminder else "blue",
        url=quote.get_absolute_url(),
    )


@source("mail")
def answers_to(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """What the customer did on the private page of a quote."""
    if type(record) not in PARENTS or not user.has_perm("quotes.view_quote"):
        return
    quotes = Quote.objects.visible_to(user).filter(**{PARENTS[type(record)]: record.pk})
    rows = CustomerEvent.objects.visible_to(user).filter(quote__in=quotes.values("pk")).select_related("quote")
    for event in window.of(rows, "at"):
        icon, tone = SIGNS.get(EVENTS(event.kind), ("chat-left-text", "violet"))
        yield Entry(
            "mail",
            f"answer:{event.pk:020}",
            f"{event.quote}: {event.get_kind_display()}",
            at=event.at,
            text=event.text,
            detail=in_words(event),
            who=event.name or _("Customer"),
            icon=icon,
            tone=tone,
            url=event.quote.get_absolute_url(),
        )


@source("change")
def discounts_of(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """Discounts above the limit: asked for, granted, refused, each with its reason."""
    if type(record) not in PARENTS or not user.has_perm("quotes.view_quote"):
        return
    quotes = Quote.objects.visible_to(user).filter(**{PARENTS[type(record)]: record.pk})
    rows = DiscountEvent.objects.visible_to(user).filter(quote__in=quotes.values("pk"))
    for event in window.of(rows.select_related("quote", "by"), "at"):
        words = {"quote": event.quote, "discount": in_percent(event.discount), "state": event.get_kind_display()}
        icon, tone = DISCOUNT_SIGNS[DISCOUNTS(event.kind)]
        yield Entry(
            "change",
            f"discount:{event.pk:020}",
            _("%(quote)s: discount of %(discount)s %(state)s") % words,
            at=event.at,
            text=event.text,
            detail=_("limit %(limit)s") % {"limit": in_percent(event.limit)},
            who=event.by.get_full_name(),
            icon=icon,
            tone=tone,
            url=event.quote.get_absolute_url(),
        )


def in_words(event: CustomerEvent) -> str:
    """What the customer asks of single lines, in one sentence."""
    return " · ".join(f"{line['position']}. {line['name']}: {line['text']}" for line in event.lines)
