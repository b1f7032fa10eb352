"""What a lead is asked, and what was found out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductOfInterest
from leads.models.lead import Lead
from leads.models.prospect import Prospect
from leads.models.vendor import VendorLead
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerOwned

LONGEST_ANSWER = 4000  # Characters.


class QualificationQuestionQuerySet(models.QuerySet["QualificationQuestion"]):
    def asked_of(self, lead: Prospect) -> QualificationQuestionQuerySet:
        """The questions for every product and those for the lead's."""
        return self.filter(is_active=True, product__in=("", lead.product_of_interest))


class QualificationQuestion(models.Model):
    """A question that a lead is qualified with: for one product of interest, or for every. The vendor edits them."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    product = models.CharField(_("product of interest"), max_length=15, choices=ProductOfInterest.choices, blank=True)
    text = models.CharField(_("question"), max_length=300)
    help = models.CharField(_("help"), max_length=300, blank=True)
    is_active = models.BooleanField(_("asked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    history = tracked()

    objects = QualificationQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class QualificationAnswer(PartnerOwned):
    """What was found out about a lead, with the words in which it was asked then: the vendor may change the question afterwards.

    It stays with the lead, and the project that the lead becomes shows it.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(QualificationQuestion, on_delete=models.PROTECT, related_name="+")
    question_text = models.CharField(_("question"), max_length=300, default="", db_default="", editable=False)
    text = models.TextField(_("answer"), max_length=LONGEST_ANSWER)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        ordering = ["question__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["partner", "lead", "question"], name="qualification_answer_once")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def asked(self) -> str:
        """The question as it was when it was answered."""
        return self.question_text or self.question.text


class VendorAnswer(models.Model):
    """What the vendor knows already of a lead that it hands out. Whoever accepts the lead has it as an answer of the own one."""

    vendor_lead = models.ForeignKey(VendorLead, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(QualificationQuestion, on_delete=models.PROTECT, related_name="+", verbose_name=_("question"))
    question_text = models.CharField(_("question"), max_length=300, editable=False)
    text = models.TextField(_("answer"), max_length=LONGEST_ANSWER)
    history = tracked()

    class Meta:
        ordering = ["question__position", "pk"]
        verbose_name = _("answer")
        verbose_name_plural = _("Qualification")
        constraints = [models.UniqueConstraint(fields=["vendor_lead", "question"], name="vendor_answer_once")]

    def __str__(self) -> str:
        return self.text[:60]
