"""The views that every list has, whatever it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerportal.core.listviews import recently_opened


@dataclass(frozen=True)
class ListView:
    """A standard view of a list. `narrow(rows, user)` answers its rows; `ordering` is how they stand, where it is not the list's own.

    `has_totals` when stage and owner alone decide: then `narrow` works on the totals of the records, too, and boards count with them.
    `leads_to` names a page that shows these records instead of the list. `is_own` shows what the person owns.
    """

    name: str
    label: str | Promise
    narrow: Callable[[Any, Any], Any]
    ordering: str = ""
    has_totals: bool = False
    leads_to: str = ""
    is_own: bool = False


def first_for(views: Sequence[ListView], user: Any) -> ListView | None:
    """The view that a list opens with: the first. The vendor's people own nothing of a partner: theirs is the first about more."""
    usual = views[0] if views else None
    return usual if user.partner_id else next((view for view in views if not view.is_own), usual)


def everything(name: str, label: str | Promise) -> ListView:
    """All that the person may see."""
    return ListView(name, label, lambda rows, user: rows, has_totals=True)


def owned(name: str, label: str | Promise) -> ListView:
    """What the person owns."""
    return ListView(name, label, lambda rows, user: rows.filter(owner=user), has_totals=True, is_own=True)


def _since(days_ago: int) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=days_ago), time.min))


VIEWED = ListView("viewed", _("Recently viewed"), recently_opened, "-opened_at")
NEW_TODAY = ListView("new_today", _("New today"), lambda rows, user: rows.filter(created_at__gte=_since(0)))
NEW_THIS_WEEK = ListView(
    "new_this_week", _("New this week"), lambda rows, user: rows.filter(created_at__gte=_since(timezone.localdate().weekday()))
)
LATELY = (VIEWED, NEW_TODAY, NEW_THIS_WEEK)
