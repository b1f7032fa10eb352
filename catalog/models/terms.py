"""The words and numbers of the vendor's lists and stages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Term(models.Model):
    """One word of a list that the vendor edits: lead sources, power, job titles, reasons, competitors. Records keep the slug."""

    class Kind(models.TextChoices):
        LEAD_SOURCE = "lead_source", _("Lead source")
        POWER = "power", _("Power")
        JOB_TITLE = "job_title", _("Job title")
        NOT_IN_TARGET = "not_in_target", _("Reason for Not in Target")
        WON = "won", _("Reason for a win")
        LOST = "lost", _("Reason for a loss")
        INDUSTRY = "industry", _("Industry")
        CASE_TOPIC = "case_topic", _("Topic of a case")

    kind = models.CharField(_("list"), max_length=20, choices=Kind.choices)
    slug = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["kind", "position", "label"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="term_once")]

    def __str__(self) -> str:
        return self.label


class Forecast(models.TextChoices):
    """How sure a deal counts in a forecast. A stage gives its own; a person may say otherwise while the project is open."""

    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    CLOSED = "closed", _("Closed")
    OMITTED = "omitted", _("Omitted")


class StageText(models.Model):
    """Words and numbers of a stage. Order, arrows and guards are code; a change here touches no existing record."""

    class Process(models.TextChoices):
        LEAD = "lead", _("Lead")
        BUSINESS_PLAN = "business_plan", _("Project: business plan")
        CHANGE_ORDER = "change_order", _("Project: change order")

    process = models.CharField(_("process"), max_length=20, choices=Process.choices)
    stage = models.CharField(_("stage"), max_length=30)
    label = models.CharField(_("label"), max_length=60)
    short_label = models.CharField(_("short label"), max_length=30, blank=True)
    guidance = models.TextField(_("guidance"), max_length=1000, blank=True)
    probability = models.PositiveSmallIntegerField(_("probability in percent"), default=0)
    forecast_category = models.CharField(
        _("forecast category"), max_length=10, choices=Forecast.choices, default=Forecast.PIPELINE, help_text=_("For stages of projects.")
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["process", "position"]
        constraints = [
            models.UniqueConstraint(fields=["process", "stage"], name="stage_text_once"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_text_probability_is_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_process_display()}: {self.label}"
