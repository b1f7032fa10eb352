"""The public forms that leads come from, and what was sent through them, with the consent."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from leads.models.lead import Lead
from leads.models.vendor import VendorLead
from partnerportal.core import display
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerOwned
from partnerportal.core.sentences import said
from partners.models import Partner

if TYPE_CHECKING:
    from partners.models import User


def new_token() -> str:
    """A name for a form that nobody guesses."""
    return secrets.token_urlsafe(12)


class WebFormQuerySet(models.QuerySet["WebForm"]):
    def visible_to(self, user: User) -> WebFormQuerySet:
        """The form of the own company; for vendor users those of their partners and the vendor's own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.partner_id:
            return self.filter(partner=user.partner_id)
        return self.filter(models.Q(partner=None) | models.Q(partner__in=Partner.objects.visible_to(user)))


class WebForm(models.Model):
    """A public form: one of the vendor's, whose leads go to the queue, and one of each partner that wants it."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner"))
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    is_active = models.BooleanField(_("open"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = tracked()

    objects = WebFormQuerySet.as_manager()

    class Meta:
        ordering = ["partner__name", "pk"]
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        constraints = [models.UniqueConstraint(fields=["partner"], nulls_distinct=False, name="web_form_once")]

    def __str__(self) -> str:
        return self.partner.name if self.partner else str(_("Form of the vendor"))

    def get_absolute_url(self) -> str:
        return reverse("web_form", args=[self.token])


class WebEnquiry(PartnerOwned):
    """What somebody sent through a form. It belongs to a partner, or to nobody yet when it came through the vendor's form."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="+", editable=False)  # type: ignore[assignment]
    form = models.ForeignKey(WebForm, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, null=True, related_name="enquiries")
    vendor_lead = models.ForeignKey(VendorLead, on_delete=models.PROTECT, null=True, related_name="enquiries")
    submission = models.UUIDField(editable=False)
    name = models.CharField(_("name"), max_length=201)
    email = models.EmailField(_("e-mail"))
    text = models.TextField(_("message"), blank=True, max_length=2000)
    told = models.JSONField(
        _("what was told"), default=dict, db_default={}, editable=False, help_text=_("Fields of a lead and their values.")
    )
    is_held = models.BooleanField(_("held back"), default=False, db_default=False, editable=False)  # Beyond the day's number.
    is_repeat = models.BooleanField(_("the lead was there already"), default=False)
    routed_because = models.CharField(_("why it came to this owner"), max_length=500, blank=True)
    routed_told = models.JSONField(default=list, db_default=[], editable=False)  # The same as sentences.
    consent_text = models.TextField(_("consent"))
    consent_at = models.DateTimeField(_("consented"))
    language = models.CharField(_("language"), max_length=5)

    class Meta:
        ordering = ["-consent_at", "-pk"]
        verbose_name = _("enquiry of the web form")
        verbose_name_plural = _("enquiries of the web forms")
        indexes = [models.Index(fields=["form", "consent_at"], name="web_enquiry_of_day")]
        constraints = [
            # A form belongs to one partner, or to the vendor; a submission that is sent twice is one enquiry.
            models.UniqueConstraint(models.F("form"), models.F("submission"), name="web_enquiry_once"),
            models.CheckConstraint(
                condition=models.Q(lead__isnull=False) | models.Q(vendor_lead__isnull=False) | models.Q(is_held=True),
                name="web_enquiry_has_lead",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def routed_words(self) -> str:
        """Why it came to this owner, in the language of whoever reads now; of an old enquiry in the language that it was written in."""
        return said(self.routed_told) or self.routed_because

    @property
    def told_words(self) -> SafeString:
        """What was told, with the names of the fields, as a page writes it."""
        fields = [(Lead._meta.get_field(name), value) for name, value in self.told.items()]
        pairs = [(field.verbose_name, display.plain_value(field, field.to_python(value))) for field, value in fields]  # type: ignore[union-attr]
        return format_html_join(" · ", "{}: {}", ((str(label)[:1].upper() + str(label)[1:], words) for label, words in pairs))
