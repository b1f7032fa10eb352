"""The process of a lead, as data. Words and guidance are rows of `catalog.StageText`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.stages import StageMap


class Status(models.TextChoices):
    NEW = "new", _("New")
    QUALIFICATION = "qualification", _("Qualification")
    NOT_IN_TARGET = "not_in_target", _("Not in Target")
    CONVERTED = "converted", _("Converted")


OPEN = (Status.NEW, Status.QUALIFICATION)

# What a person may choose. Converted is reached only by converting.
MOVES = StageMap(
    moves={
        Status.NEW: frozenset({Status.QUALIFICATION, Status.NOT_IN_TARGET}),
        Status.QUALIFICATION: frozenset({Status.NOT_IN_TARGET}),
        Status.NOT_IN_TARGET: frozenset({Status.QUALIFICATION}),
        Status.CONVERTED: frozenset(),
    },
    refusal=_("A lead cannot go to this status from where it is."),
)

# What a person's own last step, taken back, may go back to.
UNDO = StageMap(
    moves={
        Status.NEW: frozenset(),
        Status.QUALIFICATION: frozenset({Status.NEW}),
        Status.NOT_IN_TARGET: frozenset({Status.NEW, Status.QUALIFICATION}),
        Status.CONVERTED: frozenset(),
    },
    refusal=MOVES.refusal,
)

# What converting may leave; and what accepting a lead of the vendor may.
CONVERTIBLE = frozenset({Status.QUALIFICATION})
ACCEPTABLE = frozenset({Status.NEW})
