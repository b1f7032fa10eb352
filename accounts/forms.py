"""Forms of accounts and contacts."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.addresses import check_business_address
from accounts.models import Account, Contact
from catalog.fields import TermField
from catalog.models import Term
from partnerportal.core.forms import PartnerModelForm


class BusinessAddressForm(PartnerModelForm):
    """A form with the field `email` that takes addresses of companies only; one that stays is not asked again."""

    def clean_email(self) -> str:
        """Addresses of companies only."""
        address, former = self.cleaned_data["email"], self.initial.get("email", "") if self.instance.pk else ""
        if address != former:
            check_business_address(address, by=self.user)
        return address


class AccountEditForm(BusinessAddressForm):
    """An account."""

    industry = TermField(Term.Kind.INDUSTRY, label=_("Industry"), required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Account
        fields = [
            "name",
            "record_type",
            "phone",
            "email",
            "website",
            "industry",
            "employees",
            "vat_number",
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
        self.helper.layout = Layout(
            Fieldset(_("Company"), "name", "record_type", "phone", "email"),
            Fieldset(
                _("More about it"),
                "website",
                "industry",
                "employees",
                "vat_number",
                "street",
                "postal_code",
                "city",
                "state",
                "country",
                "description",
            ),
        )
        self.helper.render_unmentioned_fields = True


class AccountForm(AccountEditForm):
    """A new account. Where the company has one like it, that is shown first, and making it all the same is a decision."""

    is_other_company = forms.BooleanField(label=_("It is another company: create it all the same"), required=False)

    class Meta(AccountEditForm.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            del self.fields["is_other_company"]

    def clean(self) -> dict[str, Any]:
        """Ask once when the company seems to be there."""
        values = super().clean() or self.cleaned_data
        if values.get("is_other_company"):
            return values
        similar = self._similar(values)
        if not similar:
            del self.fields["is_other_company"]
        else:
            links = format_html_join(", ", '<a href="{}">{}</a>', ((one.get_absolute_url(), one) for one in similar))
            self.add_error("is_other_company", format_html("{} {}", _("Your company already has an account like this:"), links))
        return values

    def _similar(self, values: dict[str, Any]) -> list[Account]:
        if "name" not in values or "email" not in values:
            return []
        return Account.objects.searched_by(self.user).similar_to(name=values["name"], email=values["email"])


class ContactEditForm(BusinessAddressForm):
    """A contact; the account stays."""

    job_title = TermField(Term.Kind.JOB_TITLE, label=_("Job title"), required=False)
    power = TermField(Term.Kind.POWER, label=_("Power"), required=False, help_text=_("Who decides?"))
    language = forms.ChoiceField(label=_("Language"), choices=[("", "---------"), *settings.LANGUAGES], required=False)

    class Meta:
        model = Contact
        fields = [
            "salutation",
            "first_name",
            "last_name",
            "job_title",
            "power",
            "department",
            "email",
            "phone",
            "mobile",
            "language",
            "description",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class ContactForm(ContactEditForm):
    """A new contact of an account."""

    class Meta(ContactEditForm.Meta):
        fields = ["account", *ContactEditForm.Meta.fields]
