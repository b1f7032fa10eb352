"""The mail of what nobody has read: one mail per quiet period, the rest waits for the next; what was read in the portal is never mailed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from partnerportal.core import emails, outbox
from partnerportal.core.models import Notification, OutboxMessage

KIND = "notices.mail"
IN_ONE_MAIL = 50


def promise_due(now: datetime) -> int:
    """Promise a mail to each person who has left a notice unread for `NOTICE_WAIT` and had none for `NOTICE_QUIET`; how many there are."""
    mailed = Notification.objects.filter(user=OuterRef("user"), mailed_at__gt=now - timedelta(seconds=settings.NOTICE_QUIET))
    underway = list(OutboxMessage.objects.filter(kind=KIND, state=OutboxMessage.State.PENDING).values_list("payload__user_id", flat=True))
    ripe = Notification.objects.filter(is_for_mail=True, mailed_at=None, read_at=None, user__is_active=True)
    ripe = ripe.filter(created_at__lte=now - timedelta(seconds=settings.NOTICE_WAIT))
    people = ripe.filter(~Exists(mailed)).exclude(user__in=underway).order_by().values_list("user", flat=True).distinct()
    found = list(people)
    with transaction.atomic():
        for user_id in found:
            key = f"{KIND}:{user_id}:{now:%Y%m%d%H%M}"
            outbox.promise(KIND, key=key, user_id=user_id, message_key=key)
    return len(found)


def mail_unread(*, user_id: int, message_key: str) -> None:
    """Mail a person what is unread now, gathered by record; nothing when all was read, or a mail has gone out meanwhile."""
    rows = Notification.objects.select_for_update(of=("self",)).select_related("user")
    unread = list(rows.filter(user=user_id, is_for_mail=True, mailed_at=None, read_at=None, user__is_active=True).order_by("-pk"))
    if not unread or _was_mailed(user_id):
        return
    user = unread[0].user
    emails.send(
        "notices",
        (user.get_full_name(), user.email),
        {
            "person": user,
            "bundles": bundles(unread[:IN_ONE_MAIL]),
            "count": len(unread),
            "left": max(0, len(unread) - IN_ONE_MAIL),
            "link": f"{settings.SITE_URL}/notifications/",
            "choices": f"{settings.SITE_URL}/profile/",
        },
        language=user.language,
        key=message_key,
    )
    Notification.objects.filter(pk__in=[notice.pk for notice in unread]).update(mailed_at=timezone.now())


def _was_mailed(user_id: int) -> bool:
    since = timezone.now() - timedelta(seconds=settings.NOTICE_QUIET)
    return Notification.objects.filter(user=user_id, mailed_at__gt=since).exists()


class Bundle(list[Notification]):
    """The notices about one record. Unread mentions stand before the rest, so that nothing newer hides them."""

    @property
    def newest(self) -> int:
        """The key of the newest: who opens the bundle has seen all up to it."""
        return max(notice.pk for notice in self)


def bundles(notices: Iterable[Notification]) -> list[Bundle]:
    """The notices, newest first, by what they are about, in the order of the newest of each."""
    found: dict[object, Bundle] = {}
    for notice in notices:
        about = (notice.content_type_id, notice.object_id) if notice.object_id else notice.pk
        found.setdefault(about, Bundle()).append(notice)
    for bundle in found.values():
        bundle.sort(key=lambda notice: not notice.is_unread_mention)
    return list(found.values())
