"""What an order takes over from a quote. Pure: any object with the attributes of a quote will do.

Everything that was agreed is copied as it stood, never computed again: lines with both prices, totals, commitment,
shipping type and address. A quote's words to the customer, its terms and its validity stay with the quote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SHIPPED_FAMILIES = frozenset({"hwaas", "rental", "capex"})
TELEPHONY = "classound"


@dataclass(frozen=True)
class Line:
    """One line as it stands on the order. `unit_price` is the customer's, `unit_cost` the partner's; `line_total` is per period."""

    position: int
    product_id: int
    family: str
    name: str
    quantity: int
    billing_period: str
    unit_price: Decimal
    unit_cost: Decimal | None
    discount: Decimal
    line_total: Decimal
    monthly: Decimal


@dataclass(frozen=True)
class Facts:
    """The fields that an order has from its quote."""

    record_type: str
    project_id: int
    account_id: int
    contact_id: int | None
    commitment: int
    currency: str
    capex_total: Decimal
    mrr: Decimal
    cost: Decimal
    shipping_type: str
    ship_company: str
    ship_street: str
    ship_postal_code: str
    ship_city: str
    ship_state: str
    ship_country: str
    ship_contact_name: str
    ship_contact_phone: str
    families: list[str]


@dataclass(frozen=True)
class Handover:
    """All that an order begins with."""

    facts: Facts
    lines: tuple[Line, ...]


RECORD_TYPES = {"business_plan": "initial", "change_order": "change"}
LINE_FIELDS = tuple(Line.__dataclass_fields__)
COPIED_FIELDS = tuple(name for name in Facts.__dataclass_fields__ if name not in ("record_type", "families", "ship_country"))


def hand_over(quote: Any, lines: Iterable[Any], *, project_kind: str) -> Handover:
    """What the order of an accepted quote consists of. Raises KeyError for an unknown kind of project."""
    copied = tuple(Line(**{name: getattr(line, name) for name in LINE_FIELDS}) for line in lines)
    facts = Facts(
        record_type=RECORD_TYPES[project_kind],
        families=families_of(copied),
        ship_country=str(quote.ship_country or ""),
        **{name: getattr(quote, name) for name in COPIED_FIELDS},
    )
    return Handover(facts, copied)


def families_of(lines: Iterable[Line]) -> list[str]:
    """The product families of some lines, each once, in alphabetical order."""
    return sorted({line.family for line in lines})


def ships(families: Iterable[str]) -> bool:
    """Whether something of these families is sent by parcel."""
    return not SHIPPED_FAMILIES.isdisjoint(families)


def has_telephony(families: Iterable[str]) -> bool:
    """Whether telephone lines are among them, which the vendor sets up in a case."""
    return TELEPHONY in families
