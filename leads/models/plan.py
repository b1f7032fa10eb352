"""Plans: which steps a lead is worked in, and on which day each is due."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog import words
from leads.models.lead import Lead
from partnerportal.core.scoping import PartnerOwned
from tasks.models import Kind, Task


class LeadPlan(models.Model):
    """A way of working a lead: what is done on which day. The vendor edits them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return words.said(self.name)


class PlanStep(models.Model):
    """One step of a plan, which becomes a task."""

    plan = models.ForeignKey(LeadPlan, on_delete=models.CASCADE, related_name="steps")
    day = models.PositiveSmallIntegerField(_("day"), help_text=_("1 is the day on which the plan is started."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CALL)
    subject = models.CharField(_("subject"), max_length=200)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.CheckConstraint(condition=Q(day__range=(1, 365)), name="plan_step_day_in_a_year")]

    def __str__(self) -> str:
        return self.subject


class PlanRun(PartnerOwned):
    """A plan that was started on a lead, with the tasks that it made. A lead has one at a time."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="plan_runs")
    plan = models.ForeignKey(LeadPlan, on_delete=models.PROTECT, related_name="+")
    tasks = models.ManyToManyField(Task, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["partner", "lead"], condition=Q(ended_at=None), name="plan_run_one_at_a_time")]

    def __str__(self) -> str:
        return str(self.plan)

    @property
    def open_tasks(self) -> QuerySet[Task]:
        """What is still to be done."""
        return Task.objects.for_partner(self.partner_id).open().filter(pk__in=self.tasks.values("pk"), deleted_at=None)
