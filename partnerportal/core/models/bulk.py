"""One act on many records: what was asked, which records it is about, and what became of each."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkChange(models.Model):
    """An act on a fixed set of records. It belongs to the person who asked for it, and nobody else reads it."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("being prepared")
        READY = "ready", _("ready")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=40, help_text=_("The namespace of the object's addresses."))
    verb = models.CharField(max_length=40)
    answers = models.JSONField(default=dict)
    summary = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="undo")
    back = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["by", "-created_at"], name="bulk_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["preparing", "ready", "running", "done", "stopped"]), name="bulk_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.summary

    @property
    def is_at_work(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.state in (self.State.PREPARING, self.State.RUNNING)


class BulkRow(models.Model):
    """One record of a bulk change. `seen` is what the preview saw in the fields that change, `effects` what was written, for the undo."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be looked at")
        PLANNED = "planned", _("will change")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("not possible")
        DONE = "done", _("changed")
        CLASH = "clash", _("changed by somebody else meanwhile")

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    object_id = models.PositiveBigIntegerField()
    label = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=600, blank=True)
    seen = models.JSONField(default=dict)
    clash = models.JSONField(default=list)
    effects = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["change", "state"], name="bulk_row_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["change", "object_id"], name="one_bulk_row_a_record"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "planned", "unchanged", "refused", "done", "clash"]), name="bulk_row_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.state}"
