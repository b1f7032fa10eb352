"""The record of every stage move: who, when, from, to, why and how long the stage had lasted."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.models.attached import Attached


class StageMove(Attached):
    """One move of one record, written by the mover of its app in the same transaction."""

    from_stage = models.CharField(_("from"), max_length=30, blank=True)
    to_stage = models.CharField(_("to"), max_length=30)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    by_name = models.CharField(_("by"), max_length=200)
    is_automatic = models.BooleanField(default=False)
    skipped = models.JSONField(default=list, blank=True, help_text=_("Stages that were passed over."))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    lasted = models.DurationField(_("time in the former stage"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-at"], name="move_of_record")]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
