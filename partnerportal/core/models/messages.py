"""What leaves the database, or waits for a person: promises of the outbox, notices, and the demo's mail."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnerportal.core import display


class OutboxMessage(models.Model):
    """An effect promised in the transaction that caused it, and delivered by a worker. See `core.outbox`."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        DONE = "done", _("done")
        DEAD = "dead", _("dead")

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outbox message")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["available_at"], condition=models.Q(state="pending"), name="outbox_pending")]
        constraints = [models.CheckConstraint(condition=models.Q(state__in=["pending", "done", "dead"]), name="outbox_state_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Notification(models.Model):
    """One line behind a person's bell. It belongs to the person, who reads only the own ones.

    `sentence` and `values` say it in the reader's language; without them `text` is what it says.
    """

    class Reason(models.TextChoices):
        OWNER = "owner", _("you own it")
        FOLLOWED = "chosen", _("you follow it")
        MENTIONED = "mentioned", _("you were mentioned")
        PERSONAL = "personal", _("it is meant for you")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    text = models.CharField(max_length=300)
    sentence = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.PERSONAL)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    about = GenericForeignKey("content_type", "object_id")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    is_for_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notification_of_user"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notification_unread"),
            models.Index(fields=["user", "-mailed_at"], condition=models.Q(mailed_at__isnull=False), name="notification_mailed"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(is_for_mail=True, mailed_at__isnull=True, read_at__isnull=True),
                name="notification_for_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.told

    @property
    def is_unread_mention(self) -> bool:
        """Whether a colleague waits for the person to read what she wrote to her."""
        return self.read_at is None and self.kind.startswith("mention")

    @property
    def told(self) -> str:
        """What it says, in the language of whoever reads now."""
        if not self.sentence:
            return self.text
        return gettext(self.sentence) % {name: _in_words(value) for name, value in self.values.items()}


def _in_words(kept: Any) -> str:
    """A value of a notice as its reader writes it; see `notifications`."""
    if not isinstance(kept, dict):
        return str(kept)
    if "day" in kept:
        return display.day(date.fromisoformat(kept["day"]))
    if "money" in kept:
        return display.money(Decimal(kept["money"]), kept["currency"])
    return gettext(kept["word"])


class NoticeChoice(models.Model):
    """How a person wants to hear of one topic: bell and mail, the bell alone, or not at all."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("Bell and mail")
        BELL = "bell", _("Bell")
        OFF = "off", _("Off")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    topic = models.CharField(max_length=20)
    channel = models.CharField(max_length=4, choices=Channel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.channel}"


class StoredMail(models.Model):
    """A mail that the demo keeps in the portal instead of sending it. Only the vendor admin reads these."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message_id = models.CharField(max_length=255, unique=True)
    sender = models.CharField(max_length=320)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    raw = models.BinaryField()
    attachment_names = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.subject
