"""What the configuration of a quote asks of its lines: billing frequency, hardware type, additional sections. Pure of queries.

- With a billing frequency, recurring lines are billed like that. Hardware as a service and CLASSOUND are never billed every five years,
  so beside such licences they are billed monthly or yearly.
- With hardware type CAPEX nothing is rented; with HWaaS bought devices may stand beside the rented ones.
- A section of the additional configuration that was ticked has at least one line.
- Devices that go to a reseller need its address, which nobody fills in by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from django.utils.translation import gettext as _

from catalog.models import BillingPeriod, Family
from partnerportal.core.stages import Missing
from quotes.models import Additional, Frequency, HardwareType, ShippingType
from quotes.stages import Status

NEVER_FOR_FIVE_YEARS = (Family.HWAAS, Family.CLASSOUND)
SECTION_OF_FAMILY = {
    Family.LICENSE: Additional.UPGRADE,
    Family.HWAAS: Additional.ITEMS,
    Family.CAPEX: Additional.ITEMS,
    Family.CLASSOUND: Additional.CLASSOUND,
    Family.SERVICE: Additional.OTHER,
}


class OneLine(Protocol):
    """What a rule looks at."""

    name: str
    family: str
    billing_period: str


def section_of(code: str, family: str) -> str:
    """The section of the additional configuration that a product belongs to."""
    return Additional.CDS if code.startswith("CDS-") else SECTION_OF_FAMILY[Family(family)]


def misfits(lines: Iterable[OneLine], frequency: str) -> list[str]:
    """The names of the recurring lines that are billed otherwise than the quote says."""
    if not frequency:
        return []
    return [line.name for line in lines if line.billing_period != BillingPeriod.ONE_OFF and not _fits(line, frequency)]


def breaches(lines: list[OneLine], codes: Iterable[str], *, frequency: str, hardware_type: str, additional: Iterable[str]) -> list[Missing]:
    """Everything in the lines that contradicts the configuration, each with its field and a sentence."""
    found = []
    others = misfits(lines, frequency)
    if others:
        words = {"frequency": Frequency(frequency).label, "names": ", ".join(others[:5])}
        found.append(Missing(Status.DRAFT, ("billing_frequency",), _("Billing frequency: %(names)s are not billed %(frequency)s.") % words))
    rented = [line.name for line in lines if line.family == Family.HWAAS]
    if hardware_type == HardwareType.CAPEX and rented:
        sentence = _("Hardware type: %(names)s are rented, but the hardware is bought only.") % {"names": ", ".join(rented[:5])}
        found.append(Missing(Status.DRAFT, ("hardware_type",), sentence))
    present = {section_of(code, line.family) for code, line in zip(codes, lines, strict=True)}
    for section in additional:
        if section not in present:
            words = {"section": Additional(section).label}
            sentence = _("Additional configuration: there is no line for %(section)s. Add one, or untick it.") % words
            found.append(Missing(Status.DRAFT, ("additional",), sentence))
    return found


def ships_nowhere(lines: Iterable[OneLine], shipping_type: str, address: Iterable[str]) -> bool:
    """Whether devices go to a reseller whose address is not whole; the other two types fill it in by themselves."""
    has_goods = any(line.family in (Family.HWAAS, Family.CAPEX) for line in lines)
    return has_goods and shipping_type == ShippingType.RESELLER and not all(address)


def _fits(line: OneLine, frequency: str) -> bool:
    if frequency == Frequency.FIVE_YEARS and line.family in NEVER_FOR_FIVE_YEARS:
        return line.billing_period in (BillingPeriod.MONTHLY, BillingPeriod.YEARLY)
    return line.billing_period == frequency
