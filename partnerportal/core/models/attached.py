"""What can be attached to any record: notes, files, followers. Each row has its own `partner`, copied from the record."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.scoping import PartnerOwned


class Attached(PartnerOwned):
    """A row with one generic link. Scoping goes by its own partner and never joins through the link."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+", editable=False)
    object_id = models.PositiveBigIntegerField(editable=False)
    subject = GenericForeignKey("content_type", "object_id")

    class Meta:
        abstract = True


class Note(Attached):
    """A text that somebody wrote on a record."""

    title = models.CharField(_("title"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=10_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-created_at"], name="note_of_record")]

    def __str__(self) -> str:
        return self.title or self.text[:60]


def stored_name(attachment: "Attachment", filename: str) -> str:
    """Where a file lies: a random name that says nothing, below its partner."""
    return f"{attachment.partner_id}/{uuid.uuid4().hex}"


class Attachment(Attached):
    """A private file on a record. It is served by one view that reads it through scope."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    is_generated = models.BooleanField(default=False, help_text=_("Made by the portal, such as the PDF of a quote."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-created_at"], name="attachment_of_record")]

    def __str__(self) -> str:
        return self.name


class Follow(Attached):
    """A person who wants to hear of a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "user", "content_type", "object_id"], name="follow_once")]
        indexes = [models.Index(fields=["content_type", "object_id"], name="follow_of_record")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.content_type_id}:{self.object_id}"
