"""The turn of a partner in pools: what it has taken, and when it may take the next. See `leads.pools`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads import pools
from leads.models import LeadOffer
from partnerportal.core import display
from partners.models import Partner


@dataclass(frozen=True)
class Turn:
    """How a partner stands in pools. `free_from` is when it may take the next lead, None for now."""

    partner: Partner
    taken: int
    free_from: datetime | None

    @property
    def share(self) -> str:
        """How much of its limit a partner has taken, in words; empty without a limit."""
        limit = self.partner.pool_limit
        return _("%(taken)s of %(limit)s in seven days") % {"taken": self.taken, "limit": limit} if limit else ""

    @property
    def sentence(self) -> str:
        """Why the next one has to wait, and until when; empty when it need not."""
        if self.free_from is None:
            return ""
        when = display.moment(self.free_from)
        if self.partner.pool_limit and self.taken >= self.partner.pool_limit:
            text = ngettext(
                "Your company took %(count)d lead from pools in seven days, as many as the vendor allows. The next is possible: %(when)s.",
                "Your company took %(count)d leads from pools in seven days, as many as the vendor allows. The next is possible: %(when)s.",
                self.taken,
            )
            return text % {"count": self.taken, "when": when}
        return _("Your company just took a lead from a pool. The next is possible: %(when)s.") % {"when": when}


def turn_of(partner: Partner) -> Turn:
    """How a partner stands in pools now; one query."""
    now, pause = timezone.now(), timedelta(hours=partner.pool_pause)
    won = LeadOffer.objects.for_partner(partner).filter(mode=LeadOffer.Mode.POOL, state=LeadOffer.State.ACCEPTED)
    since = now - max(pools.WINDOW, pause)
    taken = [moment for moment in won.filter(answered_at__gt=since).values_list("answered_at", flat=True) if moment]
    in_window = [moment for moment in taken if moment > now - pools.WINDOW]
    return Turn(partner, len(in_window), pools.free_from(taken, limit=partner.pool_limit, pause=pause, now=now))


def locked_turn_of(partner_id: int) -> Turn:
    """The same, with the partner locked until the end of the transaction: of two leads that it claims at once, one counts first."""
    return turn_of(Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner_id))
