"""Quotes: prices offered to a customer, one row a version, which submitting freezes; their lines; and what happens to them."""

from quotes.models.events import CustomerEvent, DiscountEvent, QuoteChange, Sending
from quotes.models.quote import (
    Additional,
    Commitment,
    Frequency,
    HardwareType,
    Quote,
    QuoteLine,
    QuoteQuerySet,
    ShippingAddress,
    ShippingType,
)

__all__ = [
    "Additional",
    "Commitment",
    "CustomerEvent",
    "DiscountEvent",
    "Frequency",
    "HardwareType",
    "Quote",
    "QuoteChange",
    "QuoteLine",
    "QuoteQuerySet",
    "Sending",
    "ShippingAddress",
    "ShippingType",
]
