"""Tell a person something: one line behind the bell, and by mail where the person wants it.

    notify(user, gettext_noop("%(who)s handed you %(record)s"), values={"who": …, "record": …}, kind="owner", about=record)

A notice is stored as sentence and values, and said in the language of whoever reads it. `kind` belongs to a topic, for which a person
chooses bell and mail, the bell, or nothing. Topics with a mail of their own (a task given, a quote answered) send that one; notices of the
others are gathered by `core.digest`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerportal.core.models import NoticeChoice, Notification, Subject

if TYPE_CHECKING:
    from partners.models import User

Channel = NoticeChoice.Channel
Reason = Notification.Reason


@dataclass(frozen=True)
class Topic:
    """What a person may choose for. `kinds` are the first words of the kinds of notices that belong to it."""

    name: str
    label: str | Promise
    kinds: tuple[str, ...]
    usual: str = Channel.MAIL
    has_own_mail: bool = False


TOPICS = (
    Topic("mention", _("A colleague mentions me"), ("mention",)),
    Topic("owner", _("A record is handed to me"), ("owner",)),
    Topic("follow", _("Something happens to what I own or follow"), ("note", "file", "call", "lead", "stage")),
    Topic("task", _("Tasks"), ("task",), has_own_mail=True),
    Topic("quote", _("Quotes"), ("quote",), has_own_mail=True),
    Topic("order", _("Orders"), ("order",), has_own_mail=True),
    Topic("case", _("Cases"), ("case",), has_own_mail=True),
    Topic("offer", _("Leads from the vendor"), ("offer",), has_own_mail=True),
    Topic("bonus", _("Demo bonus"), ("bonus",), has_own_mail=True),
)
_OTHER = Topic("other", _("Other"), (), usual=Channel.BELL)
_BY_KIND = {kind: topic for topic in TOPICS for kind in topic.kinds}


def topic_of(kind: str) -> Topic:
    """The topic that a kind of notice belongs to."""
    return _BY_KIND.get(kind.split(".")[0], _OTHER)


def channel_of(user: User, topic: Topic) -> str:
    """How the person wants to hear of a topic."""
    chosen = NoticeChoice.objects.filter(user=user, topic=topic.name).values_list("channel", flat=True).first()
    return chosen or topic.usual


def wants_mail(user: User, kind: str) -> bool:
    """Whether the person wants mail of this kind; asked by the jobs that send a mail of their own."""
    return channel_of(user, topic_of(kind)) == Channel.MAIL


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
    topic = topic_of(kind)
    channel = channel_of(user, topic)
    if channel == Channel.OFF:
        return None
    kept = {name: _kept(value) for name, value in (values or {}).items()}
    notice = Notification(user=user, kind=kind, reason=reason, about=about, url=url or (about.get_absolute_url() if about else ""))  # type: ignore[attr-defined]
    if values is not None and len(sentence) <= 300:
        notice.sentence, notice.values = sentence, kept
    notice.is_for_mail = channel == Channel.MAIL and not topic.has_own_mail
    with translation.override(user.language):
        notice.text = (notice.told if notice.sentence else sentence)[:300]
    notice.save()
    return notice


def _kept(value: Any) -> Any:
    """A value as the row keeps it: a translatable word by its message id, which is its English, the rest as text."""
    if not isinstance(value, Promise):
        return str(value)
    with translation.override("en"):
        return {"word": str(value)}
