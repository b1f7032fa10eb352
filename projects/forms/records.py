"""New, edit, fast pipeline and conversion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.addresses import check_business_address
from accounts.duplicates import Duplicate, told
from accounts.matching import Reason
from accounts.models import Account, Contact, Salutation
from catalog.models import SOLUTIONS, Forecast, ProductOfInterest
from leads.models import MOST_USERS, Lead
from partnerportal.core.fields import Currency
from partnerportal.core.forms import PartnerForm, PartnerModelForm, SeveralField
from projects.models import CLOSE_IN_DAYS, OpportunityType, Project
from projects.services.records import FIELDS
from projects.stages import RecordType

EMPTY = [("", "---------")]


def solutions(*, required: bool = True) -> SeveralField:
    """License, HWaaS, CLASSOUND: one or several."""
    return SeveralField(label=_("Interested solution"), choices=SOLUTIONS, required=required)


def not_past(day: Any) -> Any:
    """A close date of a new project: today or later."""
    if day and day < timezone.localdate():
        raise ValidationError(_now("This day has passed."))
    return day


class EditProjectForm(PartnerModelForm):
    """What a person may change. Stage, probability and computed amounts are not among it."""

    interested_solutions = solutions()

    class Meta:
        model = Project
        fields = FIELDS
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.instance
        self.fields["forecast_category"].choices = [one for one in Forecast.choices if one[0] != Forecast.CLOSED]  # type: ignore[attr-defined]
        self.fields["forecast_category"].required = False
        self.fields["forecast_category"].help_text = _("The next stage sets it anew.")
        self.fields["contact"].queryset = self.fields["contact"].queryset.filter(account=project.account_id)  # type: ignore[attr-defined]
        if currency_stays := project.currency_refusal():
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = currency_stays
        if project.is_change_order:
            for name in ("poc_users", "amount_mrr", "amount_capex"):
                del self.fields[name]
            self.fields["total_users"].help_text = _("Users added; with a minus, users removed.")
        self.helper.layout = Layout(
            Fieldset(_("Project"), *self._there("name", "contact", "close_date", "opportunity_type", "product_of_interest", "currency")),
            Fieldset(_("Size"), *self._there("interested_solutions", "total_users", "poc_users")),
            Fieldset(_("Your own figures"), *self._there("amount_mrr", "amount_capex")) if "amount_mrr" in self.fields else Div(),
            Fieldset(_("Work"), *self._there("next_step", "next_step_on", "forecast_category", "competitor", "description")),
        )

    def clean_forecast_category(self) -> str:
        """Unless it is said, the category stays."""
        return self.cleaned_data["forecast_category"] or self.instance.forecast_category

    def _there(self, *names: str) -> list[str]:
        return [name for name in names if name in self.fields]


class NewCustomerFields(forms.Form):
    """A company and a person who are not in the portal yet."""

    company = forms.CharField(label=_("Company name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    phone = PhoneNumberField(label=_("Phone"))
    salutation = forms.ChoiceField(label=_("Salutation"), choices=[*EMPTY, *Salutation.choices], required=False)
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)


CUSTOMER_FIELDS = ("company", "email", "phone", "salutation", "first_name", "last_name")


class NewProjectForm(NewCustomerFields, PartnerModelForm):
    """A new project of a customer who is there, or of a new one."""

    interested_solutions = solutions()
    record_type = forms.ChoiceField(label=_("Kind"), choices=RecordType.choices, widget=forms.RadioSelect, initial=RecordType.BUSINESS_PLAN)

    class Meta:
        model = Project
        fields = [
            "record_type",
            "account",
            "contact",
            "name",
            "close_date",
            "opportunity_type",
            "product_of_interest",
            "currency",
            "interested_solutions",
            "total_users",
            "next_step",
            "next_step_on",
            "description",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*CUSTOMER_FIELDS, "account", "contact"):
            self.fields[name].required = False
        self._prepare_choices()
        self.fields["total_users"].help_text = _("A change order may remove users: then with a minus.")
        self.helper.layout = Layout(
            Fieldset(_("Customer"), Div("record_type", css_class="full"), "account", "contact"),
            Fieldset(
                _("New account and contact"),
                Div("company", css_class="when-no-account"),
                "salutation",
                "first_name",
                "last_name",
                "email",
                "phone",
                css_class="when-no-contact",
            ),
            Fieldset(_("Project"), "name", "close_date", "opportunity_type", "product_of_interest", "currency"),
            Fieldset(_("Size"), "interested_solutions", "total_users"),
            Fieldset(_("Work"), "next_step", "next_step_on", "description"),
        )

    def _prepare_choices(self) -> None:
        account, contact = self.fields["account"], self.fields["contact"]
        account.empty_label, contact.empty_label = _now("New account …"), _now("New contact …")  # type: ignore[attr-defined]
        account.widget.attrs |= {
            "hx-get": reverse_lazy("projects:contact_choices"),
            "hx-target": "#id_contact",
            "hx-swap": "innerHTML",
            "hx-trigger": "change",
        }
        chosen = self.data.get("account") if self.is_bound else self.initial.get("account")
        people = contact.queryset.select_related("account")  # type: ignore[attr-defined]
        pk = getattr(chosen, "pk", chosen)
        contact.queryset = people.filter(account=pk) if str(pk or "").isdecimal() else people  # type: ignore[attr-defined]
        contact.label_from_instance = lambda one: str(one) if pk else f"{one} – {one.account}"  # type: ignore[attr-defined]

    def clean_close_date(self) -> Any:
        return not_past(self.cleaned_data["close_date"])

    def clean_email(self) -> str:
        address = self.cleaned_data["email"]
        if address:
            check_business_address(address, by=self.user)
        return address

    def clean(self) -> dict[str, Any]:
        """A customer is either picked or named."""
        values = super().clean() or self.cleaned_data
        needed: list[str] = []
        if not values.get("contact") and "contact" not in self.errors:
            needed += ["first_name", "last_name", "email"]
        elif values.get("contact") and not values.get("account"):
            values["account"] = values["contact"].account
        if not values.get("account") and "account" not in self.errors:
            needed += ["company", "email", "phone"]
        for name in dict.fromkeys(needed):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, _now("This is needed for a new customer."))
        return values


class CustomerForm(NewCustomerFields, PartnerForm):
    """First screen of the fast pipeline: who it is."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.all(), required=False, widget=forms.HiddenInput)  # type: ignore[var-annotated]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            Fieldset(_("Company"), "company", "email", "phone"), Fieldset(_("Contact"), "salutation", "first_name", "last_name")
        )

    def clean_email(self) -> str:
        check_business_address(self.cleaned_data["email"], by=self.user)
        return self.cleaned_data["email"]


class PipelineForm(PartnerForm):
    """Second screen of the fast pipeline: what it is about."""

    interested_solutions = solutions()
    opportunity_type = forms.ChoiceField(label=_("Opportunity type"), choices=[*EMPTY, *OpportunityType.choices])
    product_of_interest = forms.ChoiceField(label=_("Product of interest"), choices=[*EMPTY, *ProductOfInterest.choices])
    total_users = forms.IntegerField(label=_("Total users"), min_value=1, max_value=MOST_USERS)
    close_date = forms.DateField(label=_("Close date"))
    notes = forms.CharField(label=_("Notes"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_close_date(self) -> Any:
        return not_past(self.cleaned_data["close_date"])


class ConvertForm(PartnerForm):
    """What a lead becomes: which account and contact, and what a project must know."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.all(), required=False)  # type: ignore[var-annotated]
    phone = PhoneNumberField(label=_("Phone of the company"), required=False)
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Contact.objects.all(), required=False)  # type: ignore[var-annotated]
    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.all(), required=False)  # type: ignore[var-annotated]
    name = forms.CharField(label=_("Project name"), max_length=200)
    close_date = forms.DateField(label=_("Close date"))
    opportunity_type = forms.ChoiceField(label=_("Opportunity type"), choices=OpportunityType.choices)
    product_of_interest = forms.ChoiceField(label=_("Product of interest"), choices=[*EMPTY, *ProductOfInterest.choices])
    interested_solutions = solutions()
    total_users = forms.IntegerField(label=_("Total users"), min_value=1, max_value=MOST_USERS)
    currency = forms.ChoiceField(label=_("Project currency"), choices=Currency.choices)

    OF_A_NEW_PROJECT = ("name", "close_date", "opportunity_type", "product_of_interest", "currency", "interested_solutions", "total_users")

    def __init__(self, *args: Any, lead: Lead, accounts: Iterable[Account], alike: Sequence[Duplicate] = (), **kwargs: Any) -> None:
        """`accounts` are offered; `alike` are those of them that the lead was compared with, the surest first."""
        super().__init__(*args, **kwargs)
        self.lead = lead
        account, contact = self.fields["account"], self.fields["contact"]
        account.empty_label = _now("Create “%(company)s”") % {"company": lead.company}  # type: ignore[attr-defined]
        contact.empty_label = _now("Create “%(person)s”") % {"person": f"{lead.first_name} {lead.last_name}"}  # type: ignore[attr-defined]
        offered = [one.pk for one in accounts]
        account.queryset = account.queryset.filter(pk__in=offered)  # type: ignore[attr-defined]
        why = {one.record.pk: one.why for one in alike}
        account.label_from_instance = lambda one: f"{one} – {why[one.pk]}" if one.pk in why else str(one)  # type: ignore[attr-defined]
        if alike:
            # A help text is written as it is.
            account.help_text = escape(_now("Most alike: %(account)s, %(why)s") % {"account": alike[0].record, "why": alike[0].why})
        contact.queryset = contact.queryset.filter(account__in=offered).select_related("account")  # type: ignore[attr-defined]
        contact.label_from_instance = self._person  # type: ignore[attr-defined]
        project = self.fields["project"]
        project.empty_label = _now("Create a new project")  # type: ignore[attr-defined]
        project.queryset = project.queryset.open().filter(account__in=offered).select_related("account")  # type: ignore[attr-defined]
        project.label_from_instance = lambda one: f"{one} – {one.account} · {one.get_stage_display()}"  # type: ignore[attr-defined]
        if not offered:
            account.widget, contact.widget = forms.HiddenInput(), forms.HiddenInput()
        if not project.queryset.exists():  # type: ignore[attr-defined]
            project.widget = forms.HiddenInput()
        if lead.phone:
            del self.fields["phone"]
        if self.data.get("project"):
            for name in self.OF_A_NEW_PROJECT:
                self.fields[name].required = False
        who = ["account", *(["phone"] if "phone" in self.fields else []), "contact", "project"]
        self.helper.layout = Layout(
            Fieldset(_("What is there already"), *who) if offered or "phone" in self.fields else Div(*who),
            Fieldset(
                _("New project"), "name", "close_date", "opportunity_type", "product_of_interest", "currency", css_class="when-no-project"
            ),
            Fieldset(_("Size"), "interested_solutions", "total_users", css_class="when-no-project"),
        )

    def _person(self, one: Contact) -> str:
        is_same = bool(one.email) and one.email.casefold() == self.lead.email.casefold()
        return " – ".join([str(one), str(one.account), *([told(Reason("email", one.email, one.email))] if is_same else [])])

    @staticmethod
    def initial_of(lead: Lead, *, currency: str) -> dict[str, Any]:
        """What the lead says already, and the defaults of a project."""
        return {
            "name": lead.company,
            "close_date": timezone.localdate() + timedelta(days=CLOSE_IN_DAYS),
            "opportunity_type": OpportunityType.NEW_BUSINESS,
            "product_of_interest": lead.product_of_interest,
            "interested_solutions": lead.interested_solutions,
            "total_users": lead.total_users,
            "currency": currency,
        }

    def clean_close_date(self) -> Any:
        day = self.cleaned_data["close_date"]
        return not_past(day) if day else day

    def clean(self) -> dict[str, Any]:
        """Contact and project belong to the account, which a project brings along; a new account has a phone."""
        values = super().clean() or self.cleaned_data
        account, contact, project = values.get("account"), values.get("contact"), values.get("project")
        if project and account and project.account_id != account.pk:
            self.add_error("project", _now("This project belongs to %(account)s: choose that account too.") % {"account": project.account})
        elif project and not account:
            account = values["account"] = project.account
        if contact and (not account or contact.account_id != account.pk):
            self.add_error("contact", _now("This person belongs to %(account)s: choose that account too.") % {"account": contact.account})
        if not account and "phone" in self.fields and "phone" not in self.errors and not values.get("phone"):
            self.add_error("phone", _now("A new account needs a phone number."))
        return values
