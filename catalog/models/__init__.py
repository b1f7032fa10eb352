"""What is sold, at what price, and the words and numbers that the vendor edits."""

from catalog.models.prices import AveragePrice, DateRange, DiscountLimit, ExchangeRate, PriceBook, PriceBookEntry, PriceVisit
from catalog.models.products import MONTHS, SOLUTIONS, BillingPeriod, Bundle, BundleItem, Family, HardwareClass, Product, ProductOfInterest
from catalog.models.terms import Forecast, StageText, Term

__all__ = [
    "AveragePrice",
    "DateRange",
    "DiscountLimit",
    "ExchangeRate",
    "PriceBook",
    "PriceBookEntry",
    "PriceVisit",
    "MONTHS",
    "SOLUTIONS",
    "BillingPeriod",
    "Bundle",
    "BundleItem",
    "Family",
    "HardwareClass",
    "Product",
    "ProductOfInterest",
    "Forecast",
    "StageText",
    "Term",
]
