"""Forms of leads."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.addresses import check_business_address
from catalog import words
from catalog.fields import TermField
from catalog.models import SOLUTIONS, Term
from leads.models import Lead
from leads.stages import Status
from partnerportal.core.forms import PartnerForm, PartnerModelForm

BEGINNINGS = [(status.value, status.label) for status in (Status.NEW, Status.QUALIFICATION)]


class LeadEditForm(PartnerModelForm):
    """A lead without its status, which moves on its path."""

    source = TermField(Term.Kind.LEAD_SOURCE, label=_("Lead source"))
    power = TermField(Term.Kind.POWER, label=_("Power"), help_text=_("Who decides?"))
    job_title = TermField(Term.Kind.JOB_TITLE, label=_("Job title"))
    industry = TermField(Term.Kind.INDUSTRY, label=_("Industry"), required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    interested_solutions = forms.MultipleChoiceField(
        label=_("Interested solution"), choices=SOLUTIONS, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Lead
        fields = [
            "company",
            "salutation",
            "first_name",
            "last_name",
            "job_title",
            "power",
            "email",
            "phone",
            "mobile",
            "source",
            "product_of_interest",
            "interested_solutions",
            "total_users",
            "website",
            "industry",
            "employees",
            "street",
            "postal_code",
            "city",
            "state",
            "country",
            "description",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = ["status"] if "status" in self.fields else []
        self.helper.layout = Layout(
            Fieldset(_("Company and person"), "company", *status, "salutation", "first_name", "last_name", "job_title", "power", "source"),
            Fieldset(_("How to reach them"), "email", "phone", "mobile", "website"),
            Fieldset(_("Interest"), "product_of_interest", "total_users", "interested_solutions"),
            Fieldset(_("About the company"), "industry", "employees", "street", "postal_code", "city", "state", "country", "description"),
        )

    def clean_email(self) -> str:
        """Addresses of companies only."""
        address, former = self.cleaned_data["email"], self.initial.get("email", "") if self.instance.pk else ""
        if address != former:
            check_business_address(address, by=self.user)
        return address


class LeadForm(LeadEditForm):
    """A new lead."""

    status = forms.ChoiceField(label=_("Lead status"), choices=BEGINNINGS, initial=Status.NEW)

    class Meta(LeadEditForm.Meta):
        fields = ["company", "status", *LeadEditForm.Meta.fields[1:]]


class NotInTargetForm(PartnerForm):
    """Why a lead is put aside, and when it is worth another look."""

    reason = forms.ChoiceField(label=_("Reason"), choices=lambda: [("", "---------"), *words.choices(Term.Kind.NOT_IN_TARGET)])
    revisit_on = forms.DateField(label=_("Revisit on"), required=False, help_text=_("Makes a task for the owner of the lead."))

    def clean_revisit_on(self) -> Any:
        """A day to come."""
        day = self.cleaned_data["revisit_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return day
