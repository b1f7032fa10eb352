"""The process of a support case, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.stages import StageMap


class Status(models.TextChoices):
    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for partner")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)

MOVES = StageMap(
    moves={
        Status.NEW: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED}),
        Status.IN_PROGRESS: frozenset({Status.WAITING, Status.RESOLVED}),
        Status.WAITING: frozenset({Status.IN_PROGRESS, Status.RESOLVED}),
        Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
        Status.CLOSED: frozenset({Status.IN_PROGRESS}),
    },
    refusal=_("A case cannot go to this status from where it is."),
)
