"""Forms of quotes: the head, a line, and what is asked with an action."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from catalog.models import BillingPeriod, Product
from partnerportal.core.forms import PartnerForm, PartnerModelForm, SeveralField
from projects.models import Project
from projects.stages import Stage
from quotes.documents import Document
from quotes.models import Additional, Quote, QuoteLine
from quotes.services import Letter, LineInput, applied_hardware

MAX_QUANTITY = 100_000


class QuoteStartForm(PartnerModelForm):
    """What a new quote is for; all else comes from the project."""

    class Meta:
        model = Quote
        fields = ["project"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Project.objects.editable_by(self.user).exclude(stage=Stage.CLOSED).select_related("account")
        field = self.fields["project"]
        field.queryset = rows.order_by("account__name", "name")  # type: ignore[attr-defined]
        field.label_from_instance = lambda project: f"{project.account.name}: {project.name}"  # type: ignore[attr-defined]
        field.help_text = _("Account, contact, currency, terms and tax are taken over from it.")


class PercentField(forms.DecimalField):
    """A percent that a person types, and a fraction of four places in the database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, decimal_places=2, max_digits=5, **kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "step": "0.01"})

    def clean(self, value: Any) -> Decimal:
        """The typed percent as a fraction; nothing is zero."""
        typed = super().clean(value.replace(",", ".") if isinstance(value, str) else value)
        return (typed or Decimal(0)) / 100

    def prepare_value(self, value: Any) -> Any:
        """A fraction as the percent to show; what was typed stays as it is."""
        if not isinstance(value, Decimal):
            return value
        return f"{(value * 100).normalize():f}"


class QuoteForm(PartnerModelForm):
    """Head, words, terms and shipping of a draft."""

    tax_rate = PercentField(label=_("Tax rate in percent"), required=False)
    additional = SeveralField(label=_("Additional configuration"), choices=Additional.choices, required=False)

    class Meta:
        model = Quote
        fields = [
            "name",
            "contact",
            "language",
            "valid_until",
            "commitment",
            "billing_frequency",
            "hardware_type",
            "additional",
            "tax_rate",
            "message",
            "terms",
            "shipping_type",
            "ship_company",
            "ship_street",
            "ship_postal_code",
            "ship_city",
            "ship_state",
            "ship_country",
            "ship_contact_name",
            "ship_contact_phone",
        ]
        widgets = {"message": forms.Textarea(attrs={"rows": 3}), "terms": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = Contact.objects.visible_to(self.user).filter(account=self.instance.account_id)
        self.fields["contact"].queryset = contacts | Contact.objects.visible_to(self.user).filter(pk=self.instance.contact_id)  # type: ignore[attr-defined]
        self.fields["shipping_type"].help_text = _("The address follows the type unless you write another one.")
        self._fix_hardware()
        ship_fields = [name for name in self.Meta.fields if name.startswith("ship_")]
        self.helper.layout = Layout(
            Fieldset(str(_("Quote")), "name", "contact", "language", "valid_until", "commitment", "tax_rate", css_class="form-section"),
            Fieldset(str(_("Configuration")), "billing_frequency", "hardware_type", "additional", css_class="form-section"),
            Fieldset(str(_("What the customer reads")), "message", "terms", css_class="form-section"),
            Fieldset(
                str(_("Shipping")),
                "shipping_type",
                Div(*ship_fields, css_id="ship-fields", css_class="ship-fields"),
                css_class="form-section",
            ),
        )

    def _fix_hardware(self) -> None:
        """What an order has brought stays: the field shows it, and why."""
        applied = applied_hardware(self.instance.account)
        if applied:
            self.initial["hardware_type"] = applied
            self.fields["hardware_type"].disabled = True
            self.fields["hardware_type"].help_text = _("The customer has it by an order. It cannot be changed.")
        else:
            self.fields["hardware_type"].help_text = _("Rental needs 3 or 5 years of commitment, and never stands beside HWaaS.")


class ProductField(forms.ModelChoiceField):
    """A product by its code or its name, typed or picked from the browser's own list of suggestions."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Product | None:
        """The product that is offered under this code or name. Raises ValidationError for any other word."""
        if value in self.empty_values:
            return None
        if isinstance(value, Product):
            return value
        word = str(value).strip()
        found = self.queryset.filter(Q(code__iexact=word) | Q(name__iexact=word)).first() if self.queryset is not None else None
        if found is None:
            raise ValidationError(
                _("There is no product “%(word)s”. Type a code or a name, and choose from the list."), params={"word": word}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        """The code stands in the field."""
        return value.code if isinstance(value, Product) else value


class LineForm(forms.Form):
    """One line: product, quantity, billing period, discount in percent. Prices come from the books."""

    product = ProductField(queryset=Product.objects.none(), label=_("Product"), empty_label=None)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MAX_QUANTITY, initial=1)
    billing_period = forms.ChoiceField(label=_("Billing period"), choices=BillingPeriod.choices)
    discount = PercentField(label=_("Discount in percent"), required=False)

    def __init__(self, *args: Any, row: QuoteLine | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs.setdefault("prefix", f"line-{row.pk}")
            kwargs["initial"] = {
                "product": row.product,
                "quantity": row.quantity,
                "billing_period": row.billing_period,
                "discount": row.discount,
            }
        super().__init__(*args, **kwargs)
        self.row = row
        offered = Product.objects.filter(is_active=True)
        field = self.fields["product"]
        field.queryset = offered if row is None else offered | Product.objects.filter(pk=row.product_id)  # type: ignore[attr-defined]
        field.widget.attrs.update({"list": "offered-products", "autocomplete": "off"})
        self.fields["quantity"].widget.attrs.update({"inputmode": "numeric"})
        for name, each in self.fields.items():
            each.widget.attrs["class"] = "form-select" if name == "billing_period" else "form-control"

    def line(self) -> LineInput:
        """What the person said, for the service."""
        data = self.cleaned_data
        return LineInput(data["product"], data["quantity"], data["billing_period"], data["discount"])


class CancelForm(PartnerForm):
    """Why a quote is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False)


class ApprovalForm(PartnerForm):
    """Why a discount above the limit is needed."""

    reason = forms.CharField(
        label=_("Why is the discount needed?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: a competitor's offer, the size of the deal, or what you get in return."),
    )


class AcceptanceForm(PartnerForm):
    """An acceptance that the customer gave elsewhere."""

    name = forms.CharField(label=_("Accepted by"), max_length=200)
    note = forms.CharField(
        label=_("How"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: signed copy by e-mail on 3 March."),
    )


class CustomerForm(forms.Form):
    """What the customer's forms share: plain fields with the portal's classes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_tick = isinstance(field, forms.BooleanField)
            field.widget.attrs["class"] = "form-check-input" if is_tick else "form-control"


class CustomerAcceptForm(CustomerForm):
    """The customer's yes: name, and consent to the words beside the tick."""

    name = forms.CharField(label=_("Your name"), max_length=200, min_length=2, strip=True)
    consent = forms.BooleanField(label=_("I accept"), error_messages={"required": _("Tick this to accept the quote.")})


class CustomerWordsForm(CustomerForm):
    """The customer declines, or asks for a change: name, and words."""

    name = forms.CharField(label=_("Your name"), max_length=200, min_length=2, strip=True)
    text = forms.CharField(label=_("Your words"), max_length=4000, strip=True, widget=forms.Textarea(attrs={"rows": 4}))


class CustomerChangeForm(CustomerForm):
    """The customer asks for a change: name, words on the whole, and words on single lines of the document."""

    name = forms.CharField(label=_("Your name"), max_length=200, min_length=2, strip=True)
    text = forms.CharField(
        label=_("What should be different?"), max_length=4000, strip=True, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        self.document = document
        super().__init__(*args, **kwargs)
        for number, line in enumerate(document.lines, start=1):
            field = forms.CharField(label=f"{number}. {line.name}", max_length=500, strip=True, required=False)
            field.widget.attrs["class"] = "form-control"
            self.fields[f"line_{number}"] = field

    @property
    def line_fields(self) -> list[forms.BoundField]:
        """One field a line."""
        return [self[name] for name in self.fields if name.startswith("line_")]

    def clean(self) -> dict[str, Any]:
        """The words on lines as `lines`. Raises ValidationError when nothing was asked at all."""
        data = super().clean() or {}
        data["lines"] = [
            {"position": number, "name": line.name, "text": data[f"line_{number}"]}
            for number, line in enumerate(self.document.lines, start=1)
            if data.get(f"line_{number}")
        ]
        if not data.get("text") and not data["lines"] and "text" not in self.errors:
            self.add_error("text", _("Say what should be different, here or at a line."))
        return data


class ComposeForm(PartnerForm):
    """To whom a quote goes, and with which words."""

    recipients: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        queryset=Contact.objects.none(),
        label=_("To"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one recipient.")},
    )
    cc_me = forms.BooleanField(label=_("A copy to me"), required=False)
    cc = forms.CharField(label=_("Copy to"), required=False, max_length=1000, help_text=_("Addresses, parted by commas."))
    subject = forms.CharField(
        label=_("Subject"), required=False, max_length=200, help_text=_("Empty: number of the quote and your company.")
    )
    text = forms.CharField(label=_("Words"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, people: list[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["recipients"]
        field.queryset = Contact.objects.visible_to(self.user).filter(pk__in=[one.pk for one in people])  # type: ignore[attr-defined]
        field.choices = [(one.pk, f"{one} · {one.email}") for one in people]  # type: ignore[attr-defined]
        self.helper.form_tag = False

    def clean_cc(self) -> list[str]:
        """The addresses, each checked."""
        found = [word.strip() for word in self.cleaned_data["cc"].replace(";", ",").split(",") if word.strip()]
        for address in found:
            validate_email(address)
        return found

    def clean_subject(self) -> str:
        """One line."""
        return " ".join(self.cleaned_data["subject"].split())

    def letter(self) -> Letter:
        """What was composed, for the service."""
        data = self.cleaned_data
        own = [self.user.email] if data["cc_me"] else []
        return Letter(list(data["recipients"]), [*data["cc"], *own], data["subject"], data["text"])
