"""What the timelines of projects and accounts tell of the leads that became them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from leads.activity import told
from leads.models import Lead, WebEnquiry
from partnerportal.core.activity import Entry, Window, source
from projects.models import Conversion, Project
from projects.services import converted_leads


@source("mail")
def enquiries(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """What had been sent through the web form before the lead was converted."""
    if isinstance(record, Project):
        yield from told(WebEnquiry.objects.visible_to(user).filter(lead__in=converted_leads(record, user)), window)


@source("stage")
def origin(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """The lead that an account was made of."""
    if not isinstance(record, Account):
        return
    rows = Conversion.objects.for_partner(record.partner_id).filter(account=record, undone_at=None, made__has_key="account")
    rows = rows.filter(lead__in=Lead.objects.visible_to(user)).select_related("lead", "by")
    for one in window.of(rows, "at"):
        yield Entry(
            "stage",
            f"conversion:{one.pk:020}",
            _("From lead: %(lead)s") % {"lead": one.lead},
            at=one.at,
            who=one.by.get_full_name(),
            icon="arrow-left-right",
            tone="green",
            url=one.lead.get_absolute_url(),
        )
