"""Forms of leads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from phonenumber_field.formfields import PhoneNumberField

from accounts.addresses import check_business_address, check_company_address
from accounts.asking import AsksOnce
from accounts.duplicates import Duplicate
from accounts.matching import Profile
from catalog import words
from catalog.fields import TermField
from catalog.models import SOLUTIONS, ProductOfInterest, Term
from leads.duplicates import duplicates_of
from leads.models import LONGEST_ANSWER, MOST_USERS, Lead, QualificationAnswer, QualificationQuestion, VendorLead
from leads.services import Choice
from leads.stages import Status
from partnerportal.core.forms import PartnerForm, PartnerModelForm, SeveralField
from partners.models import Partner, User


def _beginnings() -> list[tuple[str, str]]:
    """How a new lead can stand."""
    return [(status, Lead.stage_words()[status]) for status in (Status.NEW, Status.QUALIFICATION)]


class LeadEditForm(PartnerModelForm):
    """A lead without its status, which moves on its path."""

    source = TermField(Term.Kind.LEAD_SOURCE, label=_("Lead source"))
    power = TermField(Term.Kind.POWER, label=_("Power"), help_text=_("Who decides?"))
    job_title = TermField(Term.Kind.JOB_TITLE, label=_("Job title"))
    industry = TermField(Term.Kind.INDUSTRY, label=_("Industry"), required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    interested_solutions = SeveralField(label=_("Interested solution"), choices=SOLUTIONS, required=False)

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
            "next_step",
            "next_step_on",
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
            Fieldset(_("What comes next"), "next_step", "next_step_on"),
            Fieldset(_("About the company"), "industry", "employees", "street", "postal_code", "city", "state", "country", "description"),
        )

    def clean_email(self) -> str:
        """Addresses of companies only."""
        address, former = self.cleaned_data["email"], self.initial.get("email", "") if self.instance.pk else ""
        if address != former:
            check_business_address(address, by=self.user)
        return address


class LeadForm(AsksOnce, LeadEditForm):
    """A new lead."""

    status = forms.ChoiceField(label=_("Lead status"), choices=_beginnings, initial=Status.NEW)

    class Meta(LeadEditForm.Meta):
        fields = ["company", "status", *LeadEditForm.Meta.fields[1:]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.render_unmentioned_fields = True

    def find(self, wanted: Profile) -> list[Duplicate]:
        """Leads, accounts and contacts that may be the same."""
        return duplicates_of(wanted, Lead, self.user)


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


class DeclineOfferForm(PartnerForm):
    """Why a lead of the vendor is not taken; the vendor reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=500, strip=True, widget=forms.Textarea(attrs={"rows": 3}))


class VendorLeadForm(forms.ModelForm):
    """A lead of the vendor, in the back office. What is still missing is asked for before it is offered."""

    job_title = TermField(Term.Kind.JOB_TITLE, label=_("Job title"), initial="other")
    power = TermField(Term.Kind.POWER, label=_("Power"), initial="unknown")
    source = TermField(Term.Kind.LEAD_SOURCE, label=_("Lead source"), initial="vendor-assigned")
    industry = TermField(Term.Kind.INDUSTRY, label=_("Industry"), required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    interested_solutions = SeveralField(label=_("Interested solution"), choices=SOLUTIONS, required=False)

    class Meta:
        model = VendorLead
        fields = [
            "company",
            "product_of_interest",
            "interested_solutions",
            "total_users",
            "source",
            "description",
            "salutation",
            "first_name",
            "last_name",
            "job_title",
            "power",
            "email",
            "phone",
            "mobile",
            "website",
            "industry",
            "employees",
            "street",
            "postal_code",
            "city",
            "country",
        ]


class AssignForm(forms.Form):
    """To whom leads of the vendor are offered: one partner, one person, or several partners as a pool."""

    partners = forms.ModelMultipleChoiceField(
        label=_("Partners"),
        queryset=Partner.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of several partners, the first who accepts has the lead; contact data stay hidden until then."),
    )
    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, help_text=_("Only this person and the managers there answer.")
    )
    reason = forms.CharField(
        label=_("Reason of the choice"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with the offer; the partner does not read it."),
    )
    message = forms.CharField(label=_("Message to the partner"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    hours = forms.IntegerField(label=_("Hours to answer"), min_value=1, max_value=720, initial=settings.OFFER_HOURS)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = Partner.objects.visible_to(user).filter(status=Partner.Status.ACTIVE)
        people = User.objects.visible_to(user).filter(partner__in=partners, is_active=True).select_related("partner")
        self.fields["partners"].queryset = partners  # type: ignore[attr-defined]
        self.fields["person"].queryset = people.order_by("partner__name", "first_name", "last_name")  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda one: f"{one.partner.name} – {one.get_full_name()}"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A person belongs to the one partner that is chosen, or names it."""
        values = super().clean() or self.cleaned_data
        partners, person = list(values.get("partners") or ()), values.get("person")
        if person is not None and not partners:
            partners = [person.partner]
        if not partners and "person" not in self.errors and "partners" not in self.errors:
            self.add_error("partners", _("Choose a partner, several, or a person."))
        if not self.errors:
            given = {name: values[name] for name in ("reason", "message", "hours")}
            values["choice"] = Choice(partners=partners, person=person, **given)
        return values


class EnquiryForm(forms.Form):
    """What somebody tells of himself on a public page. Nothing of it is trusted; the words of the consent are the page's own."""

    company = forms.CharField(label=_("Company"), max_length=200, strip=True)
    first_name = forms.CharField(label=_("First name"), max_length=100, strip=True)
    last_name = forms.CharField(label=_("Last name"), max_length=100, strip=True)
    email = forms.EmailField(label=_("E-mail"), max_length=254, help_text=_("Your address at the company."))
    phone = PhoneNumberField(label=_("Phone"), required=False, help_text=_("With the country: +49 …"))
    city = forms.CharField(label=_("City"), max_length=100, required=False, strip=True)
    country = forms.ChoiceField(label=_("Country"), choices=lambda: [("", _("Please choose")), *countries], required=False)
    product_of_interest = forms.ChoiceField(
        label=_("Product of interest"), choices=[("", _("Please choose")), *ProductOfInterest.choices], required=False
    )
    total_users = forms.IntegerField(label=_("How many people shall use it?"), min_value=1, max_value=MOST_USERS, required=False)
    description = forms.CharField(
        label=_("Your message"), max_length=2000, required=False, strip=True, widget=forms.Textarea(attrs={"rows": 4})
    )
    consent = forms.BooleanField()
    # A person never sees this field. A machine that fills in everything gives itself away.
    fax_number = forms.CharField(
        required=False, label=_("Leave this empty"), widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, consent: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = consent
        for name, kind in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = kind
        for field in self.fields.values():
            field.widget.attrs["class"] = STYLES.get(type(field.widget), "form-control")
        for name in [name for name in self.fields if self.fields[name].required]:
            self.fields[name].widget.attrs["required"] = True

    @property
    def is_trapped(self) -> bool:
        """Whether the field that nobody sees was filled."""
        return bool(self.data.get("fax_number"))

    def clean_email(self) -> str:
        """Addresses of companies only."""
        address = self.cleaned_data["email"]
        check_company_address(address)
        return address


STYLES: dict[type[forms.Widget], str] = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}
AUTOCOMPLETE = {
    "company": "organization",
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "phone": "tel",
    "city": "address-level2",
    "country": "country",
}


class NextStepForm(PartnerModelForm):
    """What is to be done next with a lead."""

    class Meta:
        model = Lead
        fields = ["next_step", "next_step_on"]


class QualificationForm(PartnerForm):
    """The qualification questions, one text each. Fields are named after the questions' keys."""

    def __init__(self, *args: Any, asked: Iterable[tuple[QualificationQuestion, QualificationAnswer | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question, answer in asked:
            self.fields[question.key] = forms.CharField(
                label=words.said(question.text),
                help_text=words.said(question.help),
                required=False,
                max_length=LONGEST_ANSWER,
                initial=answer.text if answer else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )
