"""Mails of quotes in the activity of the quote, its project, account and contact; and what the customer did with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from partnerportal.core.activity import Entry, Window, source
from projects.models import Project
from quotes.models import CustomerEvent, Quote

PARENTS = {Account: "account", Contact: "contact", Project: "project", Quote: "pk"}
EVENTS = CustomerEvent.Kind
SIGNS = {EVENTS.OPENED: ("eye", "blue"), EVENTS.ACCEPTED: ("check-lg", "green"), EVENTS.DECLINED: ("x-lg", "red")}


@source("mail")
def mails_of(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """The mail with which a quote went out."""
    if type(record) not in PARENTS or not user.has_perm("quotes.view_quote"):
        return
    rows = Quote.objects.visible_to(user).filter(**{PARENTS[type(record)]: record.pk}, sent_at__isnull=False)
    for quote in window.of(rows.select_related("contact", "owner"), "sent_at"):
        yield Entry(
            "mail",
            f"mail:{quote.pk:020}",
            _("%(quote)s was e-mailed to %(address)s") % {"quote": quote, "address": quote.contact.email},
            at=quote.sent_at,
            detail=str(quote.contact),
            who=quote.owner.get_full_name(),
            icon="send",
            tone="blue",
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
            who=event.name or _("Customer"),
            icon=icon,
            tone=tone,
            url=event.quote.get_absolute_url(),
        )
