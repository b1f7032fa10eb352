"""The process of an order, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.stages import StageMap


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_PROGRESS = "in_progress", _("In progress")
    SHIPPED = "shipped", _("Shipped")
    COMPLETED = "completed", _("Completed")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")


# `in_progress` → `completed` only where nothing ships: the service checks it.
MOVES = StageMap(
    moves={
        Status.DRAFT: frozenset({Status.CONFIRMED, Status.CANCELLED}),
        Status.CONFIRMED: frozenset({Status.IN_PROGRESS, Status.ON_HOLD, Status.CANCELLED}),
        Status.IN_PROGRESS: frozenset({Status.SHIPPED, Status.COMPLETED, Status.ON_HOLD, Status.CANCELLED}),
        Status.ON_HOLD: frozenset({Status.CONFIRMED, Status.IN_PROGRESS, Status.CANCELLED}),
        Status.SHIPPED: frozenset({Status.COMPLETED}),
    },
    refusal=_("An order cannot go to this status from where it is."),
)
