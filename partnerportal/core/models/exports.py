"""A file of many rows that the worker writes: what was asked for, and how far it is."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def stored_export(export: DataExport, filename: str) -> str:
    """Where the file lies: below its partner, by the key of its row, so that a second attempt leaves no second file."""
    return f"{export.by.partner_id or 'vendor'}/export-{export.pk}"


class DataExport(models.Model):
    """The file of a list's state. It belongs to the person who asked for it, and nobody else reads it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("rows to be chosen")
        RUNNING = "running", _("being written")
        DONE = "done", _("ready")
        STOPPED = "stopped", _("stopped")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    page = models.CharField(max_length=40, help_text=_("The namespace of the object's addresses."))
    query = models.TextField(blank=True)  # The state of the list, with what its saved view says.
    facts = models.JSONField(default=list)  # What the file says about itself: label and value.
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=500, blank=True)
    file = models.FileField(_("file"), upload_to=stored_export, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)  # Rows that were still there when their turn came.
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["by", "-created_at"], name="export_of_person")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["waiting", "running", "done", "stopped"]), name="export_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("core:export", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ExportPart(models.Model):
    """Some of the chosen rows, in their order; once written, their part of the sheet. Gone when the file is put together."""

    export = models.ForeignKey(DataExport, on_delete=models.CASCADE, related_name="parts", editable=False)
    number = models.PositiveIntegerField()
    keys = ArrayField(models.BigIntegerField())
    content = models.BinaryField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="one_export_part_a_number")]

    def __str__(self) -> str:
        return f"{self.export_id}: {self.number}"
