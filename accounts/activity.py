"""What the timeline of a record tells of merges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.merging import merges_of
from accounts.models import Account, Contact
from partnerportal.core import activity
from partnerportal.core.activity import Entry

MERGEABLE = {Account._meta.label_lower, Contact._meta.label_lower, "leads.lead"}


@activity.source
def merges(record: Any, user: Any) -> Iterator[Entry]:
    """Which records went into this one, with the way to look at them and to take it back."""
    if record._meta.label_lower not in MERGEABLE:
        return
    for merge in merges_of(record, user):
        names = ", ".join(one["name"] for one in merge.absorbed)
        title = _("Merged with %(others)s") % {"others": names}
        detail = _("Undone") if merge.undone_at else ""
        yield Entry(
            title, at=merge.at, detail=detail, who=merge.by.get_full_name(), icon="intersect", tone="amber", url=merge.get_absolute_url()
        )
