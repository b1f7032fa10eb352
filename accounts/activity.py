"""What the timeline of a record tells of merges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.merging import merges_of
from accounts.models import Account, Contact
from partnerportal.core.activity import Entry, Window, source

MERGEABLE = {Account._meta.label_lower, Contact._meta.label_lower, "leads.lead"}


@source("change")
def merges(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """Which records went into this one, with the way to look at them and to take it back."""
    if record._meta.label_lower not in MERGEABLE:
        return
    for merge in window.of(merges_of(record, user), "at"):
        names = ", ".join(one["name"] for one in merge.absorbed)
        yield Entry(
            "change",
            f"merge:{merge.pk:020}",
            _("Merged with %(others)s") % {"others": names},
            at=merge.at,
            detail=_("Undone") if merge.undone_at else "",
            who=merge.by.get_full_name(),
            icon="intersect",
            tone="amber",
            url=merge.get_absolute_url(),
        )
