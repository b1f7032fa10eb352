"""The steps of confirming an order, as data: which there are, what each asks, and what must be there.

    PBX → Devices → Telephony → Shipping → Review

A stock order has no customer and so no PBX. Devices are listed where there is hardware, telephony is asked where
there is a CLASSOUND line, shipping where something is sent. No queries: an order, or anything with its attributes, is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.handover import has_telephony, ships
from partnerportal.core.stages import Missing


@dataclass(frozen=True)
class Step:
    """One screen. `fields` are asked in this order; `required` must be given before the order can be confirmed."""

    key: str
    label: str | Promise
    guidance: str | Promise
    fields: tuple[str, ...]
    required: tuple[str, ...]
    sentence: str | Promise


ADDRESS = (
    "ship_company",
    "ship_street",
    "ship_postal_code",
    "ship_city",
    "ship_state",
    "ship_country",
    "ship_contact_name",
    "ship_contact_phone",
)

PBX = Step(
    "pbx",
    _("PBX"),
    _("Where the users of this order live: the name becomes the address of the PBX."),
    ("pbx_name", "pbx_platform", "pbx_region"),
    ("pbx_name", "pbx_platform", "pbx_region"),
    _("PBX: name, platform and region."),
)
DEVICES = Step(
    "devices",
    _("Devices"),
    _("The hardware that the vendor sends. Check models and quantities: after confirmation a change order is needed."),
    ("devices_confirmed", "desired_on"),
    ("devices_confirmed",),
    _("Devices: confirm models and quantities."),
)
TELEPHONY = Step(
    "telephony",
    _("Telephony"),
    _("CLASSOUND needs the numbers and the address for emergency calls. A case with the vendor's support is opened when you confirm."),
    ("number_count", "is_porting", "emergency_address"),
    ("number_count", "emergency_address"),
    _("Telephony: how many numbers, and the emergency address."),
)
SHIPPING = Step(
    "shipping",
    _("Shipping"),
    _("Where the goods go. The type of address was fixed with the quote."),
    (*ADDRESS, "address_is_confirmed"),
    ("ship_street", "ship_postal_code", "ship_city", "ship_country", "address_is_confirmed"),
    _("Shipping: the complete address, and that it is correct."),
)
# Stock goes to the partner's own address, which only the vendor changes.
STOCK_SHIPPING = Step(
    "shipping",
    _("Shipping"),
    _("The goods go to the address of your company."),
    ("ship_contact_name", "ship_contact_phone", "address_is_confirmed"),
    ("address_is_confirmed",),
    _("Shipping: confirm that the address is correct."),
)
REVIEW = Step(
    "review",
    _("Review"),
    _("Read everything once more. Confirming sends the order to the vendor."),
    ("reference", "terms_accepted"),
    ("terms_accepted",),
    _("Review: accept the terms and conditions."),
)


def steps_for(families: Iterable[str], *, has_customer: bool) -> tuple[Step, ...]:
    """The steps that an order with lines of these families needs."""
    kinds = tuple(families)
    shipping = SHIPPING if has_customer else STOCK_SHIPPING
    optional = ((PBX, has_customer), (DEVICES, ships(kinds)), (TELEPHONY, has_telephony(kinds)), (shipping, ships(kinds)))
    return (*(step for step, is_needed in optional if is_needed), REVIEW)


def missing_of(step: Step, order: Any) -> Missing | None:
    """What a step still asks of an order, or None. An empty text, no number and an unticked box are missing; zero is a number."""
    empty = tuple(name for name in step.required if _is_empty(getattr(order, name)))
    return Missing(step.key, empty, str(step.sentence)) if empty else None


def _is_empty(value: Any) -> bool:
    return value is None or value is False or (not isinstance(value, int) and not value)


def missing(steps: Iterable[Step], order: Any) -> tuple[Missing, ...]:
    """What is missing over all steps, in their order."""
    answers = [missing_of(step, order) for step in steps]
    return tuple(answer for answer in answers if answer)
