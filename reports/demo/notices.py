"""What stands behind the bells of the demo: the newest things that others did, in the words that the services use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

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


@dataclass(frozen=True)
class Told:
    """One line for one person."""

    at: datetime
    to: User
    about: Subject
    kind: str
    text: Callable[[], str]


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
    with translation.override(one.to.language):
        text = one.text()[:300]
    url = one.about.get_absolute_url()  # type: ignore[attr-defined]
    chronicle.add(Notification(user=one.to, text=text, kind=one.kind, url=url, about=one.about, read_at=read_at), at=one.at, by=None)


def _bonuses(chronicle: Chronicle) -> Iterator[Told]:
    for entry in chronicle.rows(BonusEntry):
        project = entry.project
        if entry.state == BonusEntry.State.GRANTED:
            yield Told(entry.created_at, project.owner, project, "bonus", _granted(project.name))


def _granted(name: str) -> Callable[[], str]:
    return lambda: _("The demo bonus of %(project)s was granted.") % {"project": name}


def _orders(chronicle: Chronicle) -> Iterator[Told]:
    for move in chronicle.rows(StageMove):
        order = move.subject
        if isinstance(order, Order) and move.to_stage in NOTICES:
            yield Told(move.at, order.owner, order, "order", _moved(OrderStatus(move.to_stage), order.number))


def _moved(status: OrderStatus, number: str) -> Callable[[], str]:
    return lambda: _(NOTICES[status]) % {"number": number}


def _answers(chronicle: Chronicle) -> Iterator[Told]:
    for comment in chronicle.rows(Comment):
        case = comment.case
        if not comment.is_internal and comment.author.partner_id is None:
            facts = {"who": comment.author.get_full_name(), "number": case.number, "subject": case.subject}
            yield Told(comment.created_at, case.owner, case, "case", _answered(facts))


def _answered(facts: dict[str, str]) -> Callable[[], str]:
    return lambda: _("%(who)s answered case %(number)s: %(subject)s") % facts
