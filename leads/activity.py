"""What the timeline of a lead tells of the web form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from leads.models import Lead, WebEnquiry
from partnerportal.core import display
from partnerportal.core.activity import Entry, Window, source


@source("mail")
def enquiries(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """What was sent through the form, why it came here, and the consent with its time."""
    if isinstance(record, Lead):
        yield from told(WebEnquiry.objects.visible_to(user).filter(lead=record), window)


def told(rows: QuerySet[WebEnquiry], window: Window) -> Iterator[Entry]:
    """Enquiries as lines of a timeline, also for what a lead became."""
    for one in window.of(rows, "consent_at"):
        consent = _("Consent of %(moment)s: “%(text)s”") % {"moment": display.moment(one.consent_at), "text": one.consent_text}
        yield Entry(
            "mail",
            f"enquiry:{one.pk:020}",
            _("Wrote again through the web form") if one.is_repeat else _("Came through the web form"),
            at=one.consent_at,
            text=one.text,
            detail=format_html_join(
                " ", "{}", ((part,) for part in (one.told_words or display.email(one.email), one.routed_words, consent) if part)
            ),
            who=one.name,
            icon="globe",
            tone="violet",
        )
