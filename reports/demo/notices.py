"""What stands behind the bells of the demo: the newest things that others did, in the words that the services use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext_noop

from cases.models import Comment
from orders.models import Order
from orders.services.moving import NOTICES
from orders.stages import Status as OrderStatus
from partnerportal.core.models import Notification, StageMove, Subject
from partners.models import User
from projects.models import BonusEntry
from reports.demo.chronicle import Chronicle

KEPT, UNREAD = 12, 4
READ_AFTER = timedelta(hours=3)
GRANTED = gettext_noop("The demo bonus of %(project)s was granted.")
ANSWERED = gettext_noop("%(who)s answered case %(number)s: %(subject)s")


@dataclass(frozen=True)
class Told:
    """One line for one person: a message id with its values."""

    at: datetime
    to: User
    about: Subject
    kind: str
    sentence: str
    values: dict[str, str]


def ring_bells(chronicle: Chronicle, *, now: datetime) -> None:
    """Put the newest notices behind each person's bell; the last few are not read yet."""
    told: dict[User, list[Told]] = defaultdict(list)
    for one in (*_bonuses(chronicle), *_orders(chronicle), *_answers(chronicle)):
        if one.at <= now:
            told[one.to].append(one)
    for lines in told.values():
        newest = sorted(lines, key=lambda one: one.at, reverse=True)[:KEPT]
        for place, one in enumerate(newest):
            _ring(chronicle, one, read_at=None if place < UNREAD else min(one.at + READ_AFTER, now))


def _ring(chronicle: Chronicle, one: Told, *, read_at: datetime | None) -> None:
    notice = Notification(user=one.to, sentence=one.sentence, values=one.values, kind=one.kind, about=one.about, read_at=read_at)
    notice.url = one.about.get_absolute_url()  # type: ignore[attr-defined]
    notice.reason = Notification.Reason.OWNER
    with translation.override(one.to.language):
        notice.text = notice.told[:300]
    chronicle.add(notice, at=one.at, by=None)


def _bonuses(chronicle: Chronicle) -> Iterator[Told]:
    for entry in chronicle.rows(BonusEntry):
        project = entry.project
        if entry.state == BonusEntry.State.GRANTED:
            yield Told(entry.created_at, project.owner, project, "bonus", GRANTED, {"project": project.name})


def _orders(chronicle: Chronicle) -> Iterator[Told]:
    for move in chronicle.rows(StageMove):
        order = move.subject
        if isinstance(order, Order) and move.to_stage in NOTICES:
            yield Told(move.at, order.owner, order, "order", NOTICES[OrderStatus(move.to_stage)], {"number": order.number})


def _answers(chronicle: Chronicle) -> Iterator[Told]:
    for comment in chronicle.rows(Comment):
        case = comment.case
        if not comment.is_internal and comment.author.partner_id is None:
            values = {"who": comment.author.get_full_name(), "number": case.number, "subject": case.subject}
            yield Told(comment.created_at, case.owner, case, "case", ANSWERED, values)
