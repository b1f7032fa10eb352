"""What happens to tasks by itself."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from partnerportal.core.actors import Actor
from partnerportal.core.schedule import done_each
from tasks import services
from tasks.models import Task

log = structlog.get_logger(__name__)


@shared_task
def remind_of_due() -> int:
    """Tell people of their tasks whose day has come; answers how many people. Each person in a transaction of its own."""
    now = timezone.now()
    # It is some day somewhere for fourteen hours before and after the same in Greenwich.
    first, last = (now - timedelta(hours=14)).date() - services.DUE_LATE, (now + timedelta(hours=14)).date()
    due = Task.objects.across_partners(reason="schedule: due dates of every partner's tasks").to_remind(first, last)  # type: ignore[attr-defined]
    people = list(due.order_by().values_list("assigned_to", flat=True).distinct())
    count = done_each(services.remind_of_due, people, now=now, by=Actor.system())
    log.info("tasks.due_told", count=count)
    return count
