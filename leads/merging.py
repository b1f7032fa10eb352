"""Make up to three leads one. See `accounts.merging`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.merging import merge_records
from accounts.models import Merge
from leads.models import Lead
from leads.services import FIELDS
from partnerportal.core.actors import service
from partners.models import User


@service
def merge_leads(keep: Lead, others: Sequence[Lead], *, chosen: Mapping[str, int], by: User) -> Merge:
    """Make open leads one; its status stays that of the one that stays. A converted lead is refused. As `merge_records`."""
    merge = merge_records(keep, others, fields=FIELDS, chosen=chosen, by=by)
    Lead.objects.for_partner(merge.partner_id).get(pk=merge.object_id).save(update_fields=["score"])  # With the answers that came along.
    return merge
