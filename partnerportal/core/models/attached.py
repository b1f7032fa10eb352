"""What can be attached to any record: notes, files, followers, and who wants to hear nothing of it.

Each row has its own `partner`, copied from the record."""

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
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False)
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-created_at"], name="note_of_record")]

    def __str__(self) -> str:
        return self.title or self.text[:60]


class NoteChange(PartnerOwned):
    """What a note said before and after its author edited it, deleted it, or brought it back. It goes along with the note."""

    class Kind(models.TextChoices):
        EDITED = "edited", _("edited")
        DELETED = "deleted", _("deleted")
        RESTORED = "restored", _("restored")

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="changes", editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    was = models.TextField(blank=True)
    now = models.TextField(blank=True)
    by_name = models.CharField(max_length=200)
    channel = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.note_id}: {self.kind}"


def stored_name(attachment: "Attachment", filename: str) -> str:
    """Where a file lies: a random name that says nothing, below its partner."""
    return f"{attachment.partner_id}/{uuid.uuid4().hex}"


class Attachment(Attached):
    """A private file on a record, or one version of it. It is served by views that read it through scope.

    The versions of a file share `document`; the newest is the current one. With a scanner a file waits until it is found clean.
    What was taken off its record has `deleted_at` and can be brought back for `RESTORE_DAYS`; then the worker deletes it.
    """

    class Scan(models.TextChoices):
        NONE = "none", _("not scanned")
        PENDING = "pending", _("being scanned")
        CLEAN = "clean", _("clean")
        INFECTED = "infected", _("infected")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    is_current = models.BooleanField(default=True, editable=False)
    file = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    preview = models.FileField(upload_to=stored_name, max_length=200, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.NONE, editable=False)
    is_generated = models.BooleanField(default=False, help_text=_("Made by the portal, such as the PDF of a quote."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-created_at"], name="attachment_of_record")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "document", "version"], name="attachment_version_once"),
            models.UniqueConstraint(
                fields=["partner", "document"], condition=models.Q(is_current=True), name="attachment_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_be_read(self) -> bool:
        """Whether the content may leave the store: not while it waits for the scanner, and never when that found something."""
        return self.scan in (self.Scan.NONE, self.Scan.CLEAN)


class Follow(Attached):
    """A person who wants to hear of a record, and why."""

    class Reason(models.TextChoices):
        CHOSEN = "chosen", _("you chose to")
        MENTIONED = "mentioned", _("you were mentioned")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.CHOSEN, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "user", "content_type", "object_id"], name="follow_once")]
        indexes = [models.Index(fields=["content_type", "object_id"], name="follow_of_record")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.content_type_id}:{self.object_id}"


class Mute(Attached):
    """A person who wants to hear nothing of a record, but for what is meant for her alone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "user", "content_type", "object_id"], name="mute_once")]
        indexes = [models.Index(fields=["content_type", "object_id"], name="mute_of_record")]

    def __str__(self) -> str:
        return f"{self.user_id} ⇥ {self.content_type_id}:{self.object_id}"
