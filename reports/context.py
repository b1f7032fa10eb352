"""What waits for the person: the counts in the tabs and on the bell."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from cases.models import Case
from cases.stages import Status as CaseStatus
from leads.models import Lead, LeadOffer
from leads.stages import Status as LeadStatus
from partnerportal.core.models import Notification
from partnerportal.core.totals import numbers_of
from partners.models import User
from tasks.models import Task


def waiting(request: HttpRequest) -> dict[str, object]:
    """Counts by tab name, and `notices` for the bell; one query, sent when a template asks."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"waiting": {}}
    return {"waiting": SimpleLazyObject(lambda: counts(person))}


def counts(user: User) -> Mapping[str, int]:
    """What the person is to act on: offers and leads of the vendor, tasks due, cases that wait for an answer, unread notices."""
    leads = Lead.objects.visible_to(user).filter(owner=user, status=LeadStatus.NEW, origin=Lead.Origin.VENDOR)
    offers = LeadOffer.objects.editable_by(user).running(timezone.now())
    tasks = Task.objects.visible_to(user).open().filter(assigned_to=user, due_on__lte=timezone.localdate())
    notices = Notification.objects.filter(user=user, read_at=None)
    found = numbers_of(leads=leads, offers=offers, tasks=tasks, cases=_cases(user), notices=notices)
    found["leads"] += found.pop("offers")
    return found


def _cases(user: User) -> QuerySet[Case]:
    """For a partner the own cases in which the vendor asks; for an agent the open ones that nobody or she has taken."""
    rows = Case.objects.visible_to(user)
    if user.partner_id:
        return rows.filter(owner=user, status=CaseStatus.WAITING)
    if not user.is_support:
        return rows.none()
    return rows.open().exclude(status=CaseStatus.WAITING).filter(Q(agent=user) | Q(agent=None))
