"""Orders: from an accepted quote, or to the partner's own stock."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from cases.models import Case
from catalog.models import BillingPeriod, Family, Product
from orders.confirmation import Step, steps_for
from orders.handover import has_telephony, ships
from orders.stages import Status
from partnerportal.core.addresses import address_of
from partnerportal.core.fields import Currency, MoneyField, RateField
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerManager, PartnerOwned, PartnerQuerySet
from projects.models import Project
from quotes.models import Quote, ShippingAddress
from tasks.models import Taskable

is_host_name = RegexValidator(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z", _("Lower-case letters, digits and hyphens, and no hyphen at the ends."))


class OrderKind(models.TextChoices):
    INITIAL = "initial", _("Initial order")
    CHANGE = "change", _("Change order")
    STOCK = "stock", _("Order to stock")


class OrderQuerySet(PartnerQuerySet):
    def open(self) -> OrderQuerySet:
        """Neither completed nor cancelled."""
        return self.exclude(status__in=(Status.COMPLETED, Status.CANCELLED))


class Order(ShippingAddress, Taskable):
    """What the partner orders of the vendor. Only a draft can be edited."""

    class Platform(models.TextChoices):
        CLOUD = "cloud", _("Cloud")
        VIRTUAL = "virtual", _("Virtual")
        HARDWARE = "hardware", _("Hardware")

    class Region(models.TextChoices):
        EUROPE = "europe", _("Europe")
        UNITED_KINGDOM = "united_kingdom", _("United Kingdom")
        NORTH_AMERICA = "north_america", _("North America")
        ASIA_PACIFIC = "asia_pacific", _("Asia and Pacific")

    number = models.CharField(_("number"), max_length=20, editable=False)
    record_type = models.CharField(_("kind"), max_length=10, choices=OrderKind.choices, editable=False)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False)
    held_from = models.CharField(max_length=12, blank=True, editable=False, help_text=_("The status to which an order on hold returns."))
    quote = models.OneToOneField(
        Quote, on_delete=models.PROTECT, null=True, blank=True, related_name="order", editable=False, verbose_name=_("quote")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", editable=False, verbose_name=_("project")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", editable=False, verbose_name=_("account")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="orders", editable=False, verbose_name=_("contact")
    )
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="order", editable=False, verbose_name=_("case")
    )
    reference = models.CharField(_("your order reference"), max_length=60, blank=True)
    commitment = models.PositiveSmallIntegerField(_("commitment in years"), default=0, editable=False)
    desired_on = models.DateField(_("desired date"), null=True, blank=True)

    pbx_name = models.CharField(_("PBX name (DNS)"), max_length=30, blank=True, validators=[is_host_name])
    pbx_platform = models.CharField(_("platform"), max_length=10, choices=Platform.choices, blank=True)
    pbx_region = models.CharField(_("region"), max_length=20, choices=Region.choices, blank=True)
    number_count = models.PositiveIntegerField(_("telephone numbers"), null=True, blank=True)
    is_porting = models.BooleanField(_("numbers are ported"), default=False)
    emergency_address = models.CharField(_("emergency address"), max_length=300, blank=True)
    devices_confirmed = models.BooleanField(_("models and quantities are right"), default=False)
    address_is_confirmed = models.BooleanField(_("the address is correct"), default=False)
    terms_accepted = models.BooleanField(_("terms and conditions accepted"), default=False)

    typed = models.JSONField(
        default=dict, editable=False, help_text=_("What was typed on a step of the confirmation and is not valid yet, by step.")
    )

    families = ArrayField(
        models.CharField(max_length=12, choices=Family.choices), default=list, editable=False, verbose_name=_("product families")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, editable=False)
    capex_total = MoneyField(_("one-off, net"), default=0, editable=False)
    mrr = MoneyField(_("MRR"), default=0, editable=False)
    cost = MoneyField(_("your cost"), default=0, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("confirmed by")
    )
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True, editable=False)
    tracking = models.CharField(_("tracking"), max_length=100, blank=True, editable=False)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)
    history = tracked(excluded_fields=["typed"])

    objects = PartnerManager.from_queryset(OrderQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["partner", "-created_at", "-id"], name="order_by_created")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="order_number_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status_known"),
            models.CheckConstraint(
                condition=Q(record_type="stock", quote=None, account=None, project=None)
                | ~Q(record_type="stock") & Q(quote__isnull=False, account__isnull=False),
                name="order_stock_has_no_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address_of("orders:detail", self.pk)

    @property
    def ships(self) -> bool:
        """Whether something of it is sent by parcel."""
        return ships(self.families)

    @property
    def has_telephony(self) -> bool:
        return has_telephony(self.families)

    @property
    def is_stock(self) -> bool:
        return self.record_type == OrderKind.STOCK

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of its confirmation."""
        return steps_for(self.families, has_customer=not self.is_stock)

    def deletion_refusal(self) -> str:
        """Why it cannot be deleted: what the vendor has got stays, and a quote has one order."""
        if self.is_draft and self.is_stock:
            return ""
        return str(_("An order stays. Cancel it as long as nothing is shipped."))


class OrderLine(PartnerOwned):
    """One line of an order, copied from the quote or chosen for the stock."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product"))
    family = models.CharField(max_length=12, choices=Family.choices, editable=False)
    name = models.CharField(_("description"), max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(1)])
    billing_period = models.CharField(_("billing period"), max_length=12, choices=BillingPeriod.choices)
    unit_price = MoneyField(_("unit price"), editable=False)
    unit_cost = MoneyField(_("your cost"), null=True, editable=False)
    discount = RateField(_("discount"), default=0, editable=False)
    line_total = MoneyField(_("total per period"), default=0, editable=False)
    monthly = MoneyField(_("per month"), default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity_positive")]

    def __str__(self) -> str:
        return self.name
