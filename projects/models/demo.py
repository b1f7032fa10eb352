"""What is asked about a demo, and what was answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerOwned
from projects.models.project import Project


class DemoQuestion(models.Model):
    """A question about a demo; all required ones answered earn the bonus. The vendor edits them."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    text = models.CharField(_("question"), max_length=300)
    help = models.CharField(_("help"), max_length=300, blank=True)
    is_required = models.BooleanField(_("needed for the bonus"), default=True)
    is_active = models.BooleanField(_("asked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class DemoAnswer(PartnerOwned):
    """A rep's answer to a demo question, with the words in which it was asked then: the vendor may change the question afterwards."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="demo_answers")
    question = models.ForeignKey(DemoQuestion, on_delete=models.PROTECT, related_name="+")
    question_text = models.CharField(_("question"), max_length=300, default="", db_default="", editable=False)
    text = models.TextField(_("answer"), max_length=4000)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "project", "question"], name="demo_answer_once")]

    def __str__(self) -> str:
        return self.text[:60]
