"""Forms of accounts and contacts."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.addresses import check_business_address
from accounts.asking import AsksOnce
from accounts.duplicates import Duplicate, accounts_like, contacts_like
from accounts.matching import ALIKE, Profile
from accounts.models import Account, Contact
from catalog.fields import TermField
from catalog.models import Term
from partnerportal.core.forms import AnswerField, PartnerModelForm


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


class AccountForm(AsksOnce, AccountEditForm):
    """A new account. One that may be the company's is worth asking for: of an account there is one, of leads may be many."""

    is_another = AnswerField(label=_("It is another company: create it all the same"), required=False)

    there_is = _("Your company already has an account like this:")
    ask_from = ALIKE

    class Meta(AccountEditForm.Meta):
        pass

    def find(self, wanted: Profile) -> list[Duplicate]:
        """Accounts that may be this company."""
        return accounts_like(wanted, Account.objects.searched_by(self.user))


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


class ContactForm(AsksOnce, ContactEditForm):
    """A new contact of an account."""

    class Meta(ContactEditForm.Meta):
        fields = ["account", *ContactEditForm.Meta.fields]

    def find(self, wanted: Profile) -> list[Duplicate]:
        """Contacts that may be this person."""
        return contacts_like(wanted, Contact.objects.searched_by(self.user))
