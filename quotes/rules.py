"""What the configuration of a quote asks of its lines: billing frequency, hardware type, additional sections. Pure of queries.

- With a billing frequency, recurring lines are billed like that. Hardware as a service, rented hardware and CLASSOUND are never billed
  every five years, so beside such licences they are billed monthly or yearly.
- Hardware as a service and rented hardware never stand together on a customer's system; bought devices may stand beside either. With
  hardware type CAPEX there is neither. The first order of a customer fixes the type.
- Rented hardware needs a commitment of 3 or 5 years of the whole quote, and is billed monthly or yearly.
- A section of the additional configuration that was ticked has at least one line.
- Devices that go to a reseller need its address, which nobody fills in by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from catalog.models import BillingPeriod, Family
from partnerportal.core.stages import Missing
from quotes.models import Additional, Commitment, Frequency, HardwareType, ShippingType
from quotes.stages import Status

# What the vendor puts on a customer's system and keeps: one of the two, never both.
ON_THE_SYSTEM = (Family.HWAAS, Family.RENTAL)
GOODS = (*ON_THE_SYSTEM, Family.CAPEX)
NEVER_FOR_FIVE_YEARS = (*ON_THE_SYSTEM, Family.CLASSOUND)
OFTEN = (BillingPeriod.MONTHLY, BillingPeriod.YEARLY)
MOST_NAMES = 5
SECTION_OF_FAMILY = {
    Family.LICENSE: Additional.UPGRADE,
    Family.HWAAS: Additional.ITEMS,
    Family.RENTAL: Additional.ITEMS,
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


@dataclass(frozen=True)
class Configuration:
    """What was configured. `applied` is the hardware type that an order has fixed for the customer; empty while there is none."""

    frequency: str = ""
    hardware_type: str = ""
    commitment: int = Commitment.NONE
    additional: Iterable[str] = ()
    applied: str = ""


def breaches(lines: list[OneLine], codes: Iterable[str], asked: Configuration) -> list[Missing]:
    """Everything in the lines that contradicts the configuration, each with its field and a sentence."""
    found = []
    misfit = misfits(lines, asked.frequency)
    if misfit:
        words = {"frequency": Frequency(asked.frequency).label, "names": _few(misfit)}
        found.append(_missing("billing_frequency", _("Billing frequency: %(names)s are not billed %(frequency)s.") % words))
    others = [line for line in lines if line.family in NEVER_FOR_FIVE_YEARS and line.family != Family.RENTAL]
    rare = [line.name for line in others if line.billing_period == BillingPeriod.FIVE_YEARS]
    if rare and not asked.frequency:  # With a frequency they are misfits of it; rented hardware has a sentence of its own.
        names = {"names": _few(rare)}
        found.append(_missing("lines", _("Billing period: %(names)s are billed every month or year, not every five years.") % names))
    found += [*_of_hardware(lines, asked), *_of_rental(lines, asked.commitment)]
    present = {section_of(code, line.family) for code, line in zip(codes, lines, strict=True)}
    for section in asked.additional:
        if section not in present:
            words = {"section": Additional(section).label}
            sentence = _("Additional configuration: there is no line for %(section)s. Add one, or untick it.") % words
            found.append(_missing("additional", sentence))
    return found


def ships_nowhere(lines: Iterable[OneLine], shipping_type: str, address: Iterable[str]) -> bool:
    """Whether devices go to a reseller whose address is not whole; the other two types fill it in by themselves."""
    has_goods = any(line.family in GOODS for line in lines)
    return has_goods and shipping_type == ShippingType.RESELLER and not all(address)


def _of_hardware(lines: list[OneLine], asked: Configuration) -> list[Missing]:
    """One type on a system, and the type that an order has fixed."""
    if asked.applied and asked.hardware_type not in ("", asked.applied):
        words = {"type": HardwareType(asked.applied).label}
        return [_missing("hardware_type", _("Hardware type: the customer has “%(type)s” by an order. It cannot be changed.") % words)]
    served = [line for line in lines if line.family in ON_THE_SYSTEM]
    chosen = asked.applied or asked.hardware_type
    if chosen:
        names = [line.name for line in served if line.family != chosen]
        sentence = _("Hardware type: %(names)s do not go with “%(type)s”.")
    else:
        names = [line.name for line in served] if len({line.family for line in served}) > 1 else []
        sentence = _("Hardware type: rented hardware and HWaaS do not stand together on one system: %(names)s.")
    label = str(HardwareType(chosen).label) if chosen else ""
    return [_missing("hardware_type", sentence % {"names": _few(names), "type": label})] if names else []


def _of_rental(lines: list[OneLine], commitment: int) -> list[Missing]:
    """What rented hardware asks for besides: a commitment, and bills that come every month or year."""
    rented = [line for line in lines if line.family == Family.RENTAL]
    found = []
    if rented and commitment == Commitment.NONE:
        names = {"names": _few(line.name for line in rented)}
        found.append(_missing("commitment", _("Commitment: rented hardware needs 3 or 5 years: %(names)s.") % names))
    rare = [line.name for line in rented if line.billing_period not in OFTEN]
    if rare:
        found.append(
            _missing("lines", _("Billing period: rented hardware is billed monthly or yearly: %(names)s.") % {"names": _few(rare)})
        )
    return found


def _missing(field: str, sentence: str) -> Missing:
    return Missing(Status.DRAFT, (field,), sentence)


def _few(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:MOST_NAMES])


def _fits(line: OneLine, frequency: str) -> bool:
    if frequency == Frequency.FIVE_YEARS and line.family in NEVER_FOR_FIVE_YEARS:
        return line.billing_period in OFTEN
    return line.billing_period == frequency
