"""Forms of orders: the steps of the confirmation, and the products of an order to stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField, modelform_factory
from django.utils.translation import gettext_lazy as _

from catalog.bands import Band
from catalog.models import Product
from orders.confirmation import Step
from orders.models import Order
from orders.services import Wanted
from orders.services.placing import MOST_PIECES
from partnerportal.core.forms import PartnerForm, PartnerModelForm


class StepForm(PartnerModelForm):
    """One step of the confirmation. Use `form_of(step)`."""

    required_names: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.required_names:
            self.fields[name].required = True


HELP = {
    "pbx_name": _("For example “brenner”. Lower-case letters, digits and hyphens."),
    "desired_on": _("When you would like the delivery. The vendor confirms the day."),
    "number_count": _("New numbers and those that are ported."),
    "emergency_address": _("Street, number, postal code and city where the phones stand."),
    "reference": _("Your own number of this order, shown on the vendor’s papers."),
}


def form_of(step: Step) -> type[StepForm]:
    """The form class of a step."""
    asked = {name: text for name, text in HELP.items() if name in step.fields}
    form = modelform_factory(Order, form=StepForm, fields=step.fields, help_texts=asked)  # type: ignore[arg-type]
    form.required_names = step.required  # type: ignore[attr-defined]
    return form  # type: ignore[return-value]


class OrderForm(PartnerModelForm):
    """What the partner may put right on a draft; the rest comes from the quote or is asked by the confirmation."""

    class Meta:
        model = Order
        fields = ["reference", "desired_on"]
        help_texts = {"reference": HELP["reference"], "desired_on": HELP["desired_on"]}


@dataclass(frozen=True)
class Offer:
    """A product that can be ordered to stock, and its prices for this partner, by quantity."""

    product: Product
    bands: Sequence[Band]


@dataclass(frozen=True)
class Row:
    """A line of the form: what is offered, and where the quantity is typed."""

    offer: Offer
    field: BoundField


class StockForm(PartnerForm):
    """How many of each product. A field is called `quantity_<product id>`."""

    reference = forms.CharField(label=_("Your order reference"), max_length=60, required=False, help_text=HELP["reference"])

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        for offer in offers:
            label = _("Quantity of %(product)s") % {"product": offer.product.name}
            widget = forms.NumberInput(
                attrs={"class": "form-control num", "min": 0, "max": MOST_PIECES, "inputmode": "numeric", "placeholder": 0}
            )
            self.fields[_name(offer)] = forms.IntegerField(label=label, min_value=0, max_value=MOST_PIECES, required=False, widget=widget)

    @property
    def rows(self) -> list[Row]:
        """The products with their fields, for the table."""
        return [Row(offer, self[_name(offer)]) for offer in self.offers]

    @property
    def wanted(self) -> list[Wanted]:
        """What was typed, as far as it is valid."""
        typed = self.cleaned_data
        return [Wanted(offer.product, typed[_name(offer)]) for offer in self.offers if typed.get(_name(offer))]


def quantities(lines: Iterable[tuple[int, int]]) -> dict[str, int]:
    """The data of the form for products, by their ids, and quantities."""
    return {f"quantity_{product}": quantity for product, quantity in lines}


def _name(offer: Offer) -> str:
    return f"quantity_{offer.product.pk}"
