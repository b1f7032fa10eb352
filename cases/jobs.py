"""Mail about cases, and their closing by schedule."""

from __future__ import annotations

from datetime import datetime

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.text import Truncator

from cases.models import Case, Comment
from cases.services import close_resolved
from partnerportal.core import emails, outbox
from partnerportal.core.actors import Actor
from partnerportal.core.models import StageMove
from partnerportal.core.notifications import wants_mail
from partnerportal.core.schedule import done_each

log = structlog.get_logger(__name__)

EXCERPT = 240  # A mail shows how the answer begins; the rest is read in the portal.


@outbox.handles("case.answered")
def email_answer(*, comment_id: int) -> None:
    """Tell the owner by mail that an agent has answered, with the beginning of the answer and a link."""
    comments = Comment.objects.across_partners(reason="outbox: case.answered").filter(is_internal=False)
    comment = comments.select_related("case__owner", "author").get(pk=comment_id)
    _send(
        "case_answered",
        comment.case,
        since=comment.created_at,
        key=f"case.answered:{comment_id}",
        who=comment.author.get_full_name(),
        excerpt=Truncator(comment.text).chars(EXCERPT),
    )


@outbox.handles("case.resolved")
def email_resolved(*, case_id: int, move_id: int) -> None:
    """Tell the owner by mail that the case is resolved, and how to come back."""
    case = Case.objects.across_partners(reason="outbox: case.resolved").select_related("owner").get(pk=case_id)
    move = StageMove.objects.for_partner(case.partner_id).get(pk=move_id)
    _send("case_resolved", case, since=move.at, key=f"case.resolved:{move_id}", who=move.by_name, reason=move.reason)


def _send(name: str, case: Case, *, key: str, since: datetime, **facts: str) -> None:
    owner = case.owner
    if owner.is_active and wants_mail(owner, name.replace("_", "."), about=case, since=since):
        link = f"{settings.SITE_URL}{case.get_absolute_url()}"
        emails.send(name, (owner.get_full_name(), owner.email), {"case": case, "link": link, **facts}, language=owner.language, key=key)


@shared_task
def close_resolved_cases() -> int:
    """Close every case that has been resolved for 7 days, each in a transaction of its own; answers how many."""
    now = timezone.now()
    due = Case.objects.across_partners(reason="schedule: close resolved cases").to_close(now)
    count = done_each(close_resolved, due, now=now, by=Actor.system())
    log.info("cases.closed", count=count)
    return count
