"""Tell a person something: one line behind the bell, and by mail where the person wants it.

    notify(user, gettext_noop("%(who)s handed you %(record)s"), values={"who": …, "record": …}, kind="owner", about=record)

A notice is stored as sentence and values, and said in the language of whoever reads it. `kind` belongs to a topic, for which a person
chooses bell and mail, the bell, or nothing. What is to be mailed is gathered by `core.digest`; but of some kinds (a quote answered, an
order shipped) a job sends a mail of their own to whom it concerns, which asks `wants_mail` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerportal.core.models import NoticeChoice, Notification, Subject

if TYPE_CHECKING:
    from partners.models import User

Channel = NoticeChoice.Channel
Reason = Notification.Reason


@dataclass(frozen=True)
class Money:
    """An amount within a notice, written as its reader does."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Topic:
    """What a person may choose for. `kinds` are the first words of the kinds of notices that belong to it.

    `apart` are the kinds that the gathered mail leaves out for whom they concern: a job sends a mail of their own, or the bell is enough.
    """

    name: str
    label: str | Promise
    kinds: tuple[str, ...]
    usual: str = Channel.MAIL
    apart: tuple[str, ...] = ()


TOPICS = (
    Topic("mention", _("A colleague mentions me"), ("mention",)),
    Topic("owner", _("A record is handed to me"), ("owner",)),
    Topic("follow", _("Something happens to what I own or follow"), ("note", "file", "call", "lead", "stage", "field", "handed")),
    Topic("task", _("Tasks"), ("task",)),
    Topic("due", _("A task of mine is due"), ("due",), usual=Channel.BELL),
    Topic(
        "quote",
        _("Quotes"),
        ("quote",),
        apart=("quote.accepted", "quote.declined", "quote.change", "quote.sent", "quote.approval", "quote.discount"),
    ),
    Topic("order", _("Orders"), ("order",), apart=("order",)),
    Topic("case", _("Cases"), ("case",), apart=("case.answered", "case.resolved")),
    Topic("offer", _("Leads from the vendor"), ("offer",), apart=("offer.made", "offer.reminder", "offer.returned", "offer.accepted")),
    Topic("bonus", _("Demo bonus"), ("bonus",), apart=("bonus.decided", "bonus.awaiting")),
    Topic("data", _("What became of my imports, bulk changes and exports"), ("import", "bulk", "export")),
)
_OTHER = Topic("other", _("Other"), (), usual=Channel.BELL)
ALONE = ("mention", "owner", "task")  # The kinds that come of a muted record, too.
_BY_KIND = {kind: topic for topic in TOPICS for kind in topic.kinds}


def topic_of(kind: str) -> Topic:
    """The topic that a kind of notice belongs to."""
    return _BY_KIND.get(kind.split(".")[0], _OTHER)


def channel_of(user: User, topic: Topic) -> str:
    """How the person wants to hear of a topic."""
    chosen = NoticeChoice.objects.filter(user=user, topic=topic.name).values_list("channel", flat=True).first()
    return chosen or topic.usual


def wants_mail(user: User, kind: str, *, about: Subject | None = None, url: str = "", since: datetime | None = None) -> bool:
    """Whether the person wants mail of this kind; asked by the jobs that send a mail of their own.

    Not who has muted what it is about, nor who has read the notice of it (about `about` or leading to `url`, as new as `since`).
    """
    if channel_of(user, topic_of(kind)) != Channel.MAIL or (about is not None and about.mutes.filter(user=user).exists()):
        return False
    if about is None and not url:
        return True
    read = Notification.objects.filter(user=user, kind=kind, read_at__isnull=False)
    read = read.filter(**_link(about)) if about is not None else read.filter(url=url)
    return not (read.filter(created_at__gte=since) if since else read).exists()


def choose(user: User, channels: dict[str, str]) -> None:
    """Keep a person's choices: a channel by the name of its topic."""
    for topic in TOPICS:
        if channels.get(topic.name) in Channel.values:
            NoticeChoice.objects.update_or_create(user=user, topic=topic.name, defaults={"channel": channels[topic.name]})


def notify(
    user: User,
    sentence: str,
    *,
    kind: str,
    values: dict[str, Any] | None = None,
    about: Subject | None = None,
    url: str = "",
    reason: str = Reason.PERSONAL,
) -> Notification | None:
    """Put a notice behind a person's bell, with a link to what it is about; None when the person wants none of this kind.

    With `values` the sentence is a message id, said in the reader's language; a value that is itself a lazy translation is, too.
    Without them it is a text in the person's language already.
    """
    told = notify_all([(user, reason)], sentence, kind=kind, values=values, about=about, url=url)
    return told[0] if told else None


def notify_all(
    people: Iterable[tuple[User, str]],
    sentence: str,
    *,
    kind: str,
    values: dict[str, Any] | None = None,
    about: Subject | None = None,
    url: str = "",
    is_newest_alone: bool = False,
) -> list[Notification]:
    """As `notify`, for several people with the reason of each, in the same few queries for any number of them.

    With `is_newest_alone` an unread notice of this kind about the record gives way to the new one.
    """
    reasons = {person: reason for person, reason in people}
    topic = topic_of(kind)
    chosen = dict(NoticeChoice.objects.filter(user__in=reasons, topic=topic.name).values_list("user", "channel"))
    channels = {person: chosen.get(person.pk, topic.usual) for person in reasons}
    address = url or (about.get_absolute_url() if about else "")  # type: ignore[attr-defined]
    kept = {name: _kept(value) for name, value in (values or {}).items()}
    notices = []
    for person, channel in channels.items():
        if channel == Channel.OFF:
            continue
        notice = Notification(user=person, kind=kind, reason=reasons[person], about=about, url=address)
        if values is not None and len(sentence) <= 300:
            notice.sentence, notice.values = sentence, kept
        concerns = reasons[person] in (Reason.OWNER, Reason.PERSONAL)
        notice.is_for_mail = channel == Channel.MAIL and not (concerns and kind in topic.apart)
        with translation.override(person.language):
            notice.text = (notice.told if notice.sentence else sentence)[:300]
        notices.append(notice)
    if is_newest_alone and about is not None:
        former = Notification.objects.filter(**_link(about), user__in=reasons, kind=kind, read_at=None, mailed_at=None)
        former.delete()
    return Notification.objects.bulk_create(notices)


def needs_no_mail(about: Subject, *kinds: str) -> None:
    """Leave what is settled, of these kinds or altogether, out of the mail of the unread; behind the bell it stays."""
    waiting = Notification.objects.filter(**_link(about), is_for_mail=True, mailed_at=None)
    (waiting.filter(kind__in=kinds) if kinds else waiting).update(is_for_mail=False)


def wants_no_mail(user: User, about: Subject) -> None:
    """Leave what waits for a person about a record out of her mail, but for what is meant for her alone; behind the bell it stays."""
    waiting = Notification.objects.filter(**_link(about), user=user, is_for_mail=True, mailed_at=None)
    waiting.exclude(kind__in=ALONE).update(is_for_mail=False)


def _link(about: Subject) -> dict[str, Any]:
    return {"content_type": ContentType.objects.get_for_model(about), "object_id": about.pk}


def _kept(value: Any) -> Any:
    """A value as the row keeps it: a translatable word by its message id, which is its English, a day or an amount as itself, or text."""
    if isinstance(value, Promise):
        with translation.override("en"):
            return {"word": str(value)}
    if isinstance(value, Money):
        return {"money": str(value.amount), "currency": value.currency}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"day": value.isoformat()}
    return str(value)
