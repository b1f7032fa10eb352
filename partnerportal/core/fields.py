"""Model fields that several apps share."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class MoneyField(models.DecimalField):
    """An amount of 12 digits and 2 places; its currency is a column beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 12
        kwargs["decimal_places"] = 2
        super().__init__(*args, **kwargs)


class RateField(models.DecimalField):
    """A fraction from 0 to 1 with four places: 0.1500 is 15 %."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 5
        kwargs["decimal_places"] = 4
        kwargs.setdefault("validators", [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))])
        super().__init__(*args, **kwargs)


class Currency(models.TextChoices):
    """The currencies that the portal sells in. Amounts of different currencies are never added."""

    EUR = "EUR", "EUR"
    USD = "USD", "USD"
    GBP = "GBP", "GBP"
    CHF = "CHF", "CHF"
    CAD = "CAD", "CAD"
