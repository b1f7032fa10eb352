"""What is sold, and what is often sold together."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerportal.core.history import tracked


class Family(models.TextChoices):
    """Product families. License, HWaaS and CLASSOUND are the interested solutions of a project."""

    LICENSE = "license", _("License")
    HWAAS = "hwaas", _("HWaaS")
    RENTAL = "rental", _("Hardware (rental)")
    CLASSOUND = "classound", "CLASSOUND"
    CAPEX = "capex", _("Hardware (CAPEX)")
    SERVICE = "service", _("Service")


SOLUTIONS = [(family.value, family.label) for family in (Family.LICENSE, Family.HWAAS, Family.CLASSOUND)]


class HardwareClass(models.TextChoices):
    """What kind of device a product is. An accessory is bought or comes as a service; it is never rented."""

    PHONE = "phone", _("Desk phone")
    DECT = "dect", "DECT"
    CONFERENCE = "conference", _("Conference room")
    GATEWAY = "gateway", _("Gateway")
    ACCESSORY = "accessory", _("Accessory")


class ProductOfInterest(models.TextChoices):
    COLLABORATION = "collaboration", "Collaboration"
    XBEES = "x-bees", "x-bees"
    XHOPPERS = "x-hoppers", "x-hoppers"


class BillingPeriod(models.TextChoices):
    """How often a line is billed; `one_off` once. Months: 1, 12, 36, 60."""

    ONE_OFF = "one_off", _("One-off")
    MONTHLY = "monthly", _("Monthly")
    YEARLY = "yearly", _("Yearly")
    THREE_YEARS = "three_years", _("Every 3 years")
    FIVE_YEARS = "five_years", _("Every 5 years")


MONTHS = {BillingPeriod.MONTHLY: 1, BillingPeriod.YEARLY: 12, BillingPeriod.THREE_YEARS: 36, BillingPeriod.FIVE_YEARS: 60}


class Product(models.Model):
    """Something that can stand on a quote or an order."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    family = models.CharField(_("family"), max_length=12, choices=Family.choices)
    hardware_class = models.CharField(_("hardware class"), max_length=12, choices=HardwareClass.choices, blank=True)
    description = models.TextField(_("description"), blank=True)
    unit = models.CharField(_("unit"), max_length=20, default="pc")
    pack_size = models.PositiveIntegerField(_("pack size"), default=1)
    is_active = models.BooleanField(_("offered"), default=True)
    history = tracked()

    class Meta:
        ordering = ["family", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(family=Family.RENTAL, hardware_class=HardwareClass.ACCESSORY),
                name="product_no_accessory_is_rented",
                violation_error_message=_("An accessory is not rented: sell it, or offer it as a service."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Bundle(models.Model):
    """Products that are often sold together, put on a quote at once. The vendor edits them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BundleItem(models.Model):
    """One product of a bundle."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])
    billing_period = models.CharField(_("billing period"), max_length=12, choices=BillingPeriod.choices)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "product", "billing_period"], name="bundle_item_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="bundle_item_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"
