"""The demo bonus: what is to decide, the ledger, and the statements of quarters."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerportal.core.fields import Currency, MoneyField, RateField
from partnerportal.core.models import Attachment
from partnerportal.core.scoping import PartnerOwned
from projects.models.project import Project


class BonusDecision(Project):
    """A project whose demo is done, as the account manager sees it: to decide on its bonus."""

    class Meta:
        proxy = True
        verbose_name = _("demo bonus")
        verbose_name_plural = _("demo bonuses to decide")


class BonusEntry(PartnerOwned):
    """One line of the bonus ledger. Lines are never changed; a correction is a new one.

    The amount of a corrected line is the difference to what was granted before, with its sign.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting", _("Awaiting approval")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("No longer eligible")
        CORRECTED = "corrected", _("Corrected")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="bonus_entries")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    basis = MoneyField(_("pipeline MRR"))
    rate = RateField(_("rate"))
    amount = MoneyField(_("amount"))
    currency = models.CharField(max_length=3, choices=Currency.choices)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = _("bonus entries")

    def __str__(self) -> str:
        return f"{self.project_id}: {self.state} {self.amount} {self.currency}"


class BonusStatement(PartnerOwned):
    """A partner's statement of a quarter, fixed at a moment; its PDF is never made anew."""

    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name="bonus_statement_quarter_known")]

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"
