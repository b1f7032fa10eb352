"""The process of a quote, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.stages import StageMap


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Superseded")
    CANCELLED = "cancelled", _("Cancelled")
    ORDERED = "ordered", _("Ordered")


# Statuses in which a quote can no longer be the primary one.
NOT_PRIMARY = (Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED, Status.CANCELLED)

MOVES = StageMap(
    moves={
        Status.DRAFT: frozenset({Status.SUBMITTED, Status.CANCELLED}),
        Status.SUBMITTED: frozenset({Status.ACCEPTED, Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED, Status.CANCELLED}),
        Status.ACCEPTED: frozenset({Status.ORDERED}),
    },
    refusal=_("This quote is no longer in a status that allows this."),
)

# An ordered quote is over only with its order: nobody chooses it.
AFTER_ORDER = StageMap(moves={Status.ORDERED: frozenset({Status.CANCELLED})}, refusal=MOVES.refusal)


class Approval(models.TextChoices):
    """Of a discount above the tier's limit."""

    NONE = "none", _("Not needed")
    REQUESTED = "requested", _("Requested")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
