"""A quote, version by version, and its lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Account, Contact
from catalog.bands import Prices
from catalog.models import BillingPeriod, Family, Product
from partnerportal.core.addresses import address_of
from partnerportal.core.fields import Currency, MoneyField, RateField
from partnerportal.core.history import tracked
from partnerportal.core.models import Attachment
from partnerportal.core.scoping import PartnerManager, PartnerOwned, PartnerQuerySet
from projects.models import Project
from quotes.pricing import Line, Totals, total
from quotes.stages import NOT_PRIMARY, Approval, Status
from tasks.models import Taskable


class Commitment(models.IntegerChoices):
    """Years that the customer commits to; recurring lines get a discount: 3 years 15 %, 5 years 20 %."""

    NONE = 0, _("None")
    THREE_YEARS = 3, _("3 years (−15 %)")
    FIVE_YEARS = 5, _("5 years (−20 %)")


class HardwareType(models.TextChoices):
    """How the customer gets devices: as a service or rented, never both; bought ones may stand beside either, or alone (`capex`)."""

    HWAAS = "hwaas", _("As a service (HWaaS)")
    RENTAL = "rental", _("Rental")
    CAPEX = "capex", _("Bought (CAPEX only)")


class Frequency(models.TextChoices):
    """How recurring lines are billed when the quote has one rhythm."""

    MONTHLY = "monthly", _("Monthly")
    YEARLY = "yearly", _("Yearly")
    FIVE_YEARS = "five_years", _("Every 5 years")


class Additional(models.TextChoices):
    """Sections of the configuration beyond the licences of the users."""

    CDS = "cds", _("Company data storage")
    ITEMS = "items", _("Additional items")
    UPGRADE = "upgrade", _("Licence upgrade")
    CLASSOUND = "classound", "CLASSOUND"
    OTHER = "other", _("Miscellaneous items")


class ShippingType(models.TextChoices):
    END_USER = "end_user", _("End user")
    PARTNER = "partner", _("Partner")
    RESELLER = "reseller", _("Reseller")


class ShippingAddress(models.Model):
    """Where goods go: chosen on the quote, fixed on the order."""

    shipping_type = models.CharField(_("shipping address type"), max_length=10, choices=ShippingType.choices, default=ShippingType.END_USER)
    ship_company = models.CharField(_("company"), max_length=200, blank=True)
    ship_street = models.CharField(_("street"), max_length=200, blank=True)
    ship_postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    ship_city = models.CharField(_("city"), max_length=100, blank=True)
    ship_state = models.CharField(_("state"), max_length=100, blank=True)
    ship_country = CountryField(_("country"), blank=True)
    ship_contact_name = models.CharField(_("contact for the delivery"), max_length=200, blank=True)
    ship_contact_phone = models.CharField(_("phone for the delivery"), max_length=40, blank=True)

    class Meta:
        abstract = True


class QuoteQuerySet(PartnerQuerySet):
    def alive(self) -> QuoteQuerySet:
        """Drafts and those with the customer: what accepting another quote, or losing the project, cancels."""
        return self.filter(status__in=(Status.DRAFT, Status.SUBMITTED))

    def standing(self) -> QuoteQuerySet:
        """With the customer or accepted: what keeps a project in Contract out."""
        return self.filter(status__in=(Status.SUBMITTED, Status.ACCEPTED, Status.ORDERED))

    def won(self) -> QuoteQuerySet:
        """Accepted by the customer, ordered or not yet: at most one of a project."""
        return self.filter(status__in=(Status.ACCEPTED, Status.ORDERED))

    def out(self) -> QuoteQuerySet:
        """With the customer, waiting for an answer."""
        return self.filter(status=Status.SUBMITTED)

    def awaiting_approval(self) -> QuoteQuerySet:
        """Drafts on whose discount the account manager has still to say a word."""
        return self.filter(status=Status.DRAFT, approval=Approval.REQUESTED, deleted_at=None)

    def expired_by(self, day: date) -> QuoteQuerySet:
        """Submitted, and no longer valid on `day`."""
        return self.out().filter(valid_until__lt=day)


class Quote(ShippingAddress, Taskable):
    """One version of a quote. Totals are stored when it is submitted and never computed again."""

    number = models.CharField(_("number"), max_length=20, editable=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    former = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_version", editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("project"))
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="quotes", editable=False, verbose_name=_("account"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("contact"))
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False)
    is_primary = models.BooleanField(_("primary"), default=False, editable=False)
    approval = models.CharField(_("discount approval"), max_length=10, choices=Approval.choices, default=Approval.NONE, editable=False)
    approval_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
        editable=False,
    )
    approval_reason = models.TextField(_("reason"), blank=True, editable=False)
    approved_discount = RateField(_("discount granted up to"), null=True, blank=True, editable=False)
    approval_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        editable=False,
    )
    language = models.CharField(_("language of the document"), max_length=5, choices=settings.LANGUAGES, default="en")
    commitment = models.PositiveSmallIntegerField(_("commitment"), choices=Commitment.choices, default=Commitment.NONE)
    billing_frequency = models.CharField(
        _("billing frequency"),
        max_length=12,
        choices=Frequency.choices,
        blank=True,
        help_text=_("Recurring lines are billed like this; empty: each line by itself."),
    )
    hardware_type = models.CharField(_("hardware type"), max_length=10, choices=HardwareType.choices, blank=True)
    additional = ArrayField(
        models.CharField(max_length=12, choices=Additional.choices), default=list, blank=True, verbose_name=_("additional configuration")
    )
    valid_until = models.DateField(_("valid until"))
    terms = models.TextField(_("terms"), blank=True, max_length=10_000)
    message = models.TextField(_("words to the customer"), blank=True, max_length=4000)

    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, editable=False)
    tax_rate = RateField(_("tax rate"), default=0)
    capex_total = MoneyField(_("one-off, net"), default=0, editable=False)
    recurring_total = MoneyField(_("recurring, net, first bill"), default=0, editable=False)
    mrr = MoneyField(_("MRR"), default=0, editable=False)
    net = MoneyField(_("net"), default=0, editable=False)
    tax = MoneyField(_("tax"), default=0, editable=False)
    gross = MoneyField(_("gross"), default=0, editable=False)
    cost = MoneyField(_("partner's cost"), null=True, blank=True, default=0, editable=False)
    content = models.JSONField(
        null=True, blank=True, editable=False, help_text=_("What the customer reads, as it was when the quote was submitted.")
    )

    token = models.CharField(max_length=64, unique=True, editable=False)
    is_revoked = models.BooleanField(_("private link withdrawn"), default=False, editable=False)
    pdf = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("e-mailed"), null=True, blank=True, editable=False)
    first_opened_at = models.DateTimeField(_("first opened by the customer"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True, editable=False)
    answer_note = models.TextField(_("customer's words"), blank=True, editable=False)
    consent = models.TextField(_("consent given"), blank=True, editable=False)
    history = tracked(excluded_fields=["token", "content"])
    heard = ("owner", "is_primary")

    objects = PartnerManager.from_queryset(QuoteQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="quote_by_created"),
            models.Index(fields=["valid_until"], condition=Q(status="submitted"), name="quote_out_by_validity"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partner", "number", "version"], name="quote_version_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_primary=True), name="quote_one_primary"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="quote_status_known"),
            models.CheckConstraint(condition=Q(is_primary=False) | ~Q(status__in=list(NOT_PRIMARY)), name="quote_primary_is_alive"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="quote_gross_adds_up"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=1), name="quote_tax_rate_is_fraction"),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"

    def get_absolute_url(self) -> str:
        return address_of("quotes:detail", self.pk)

    @property
    def is_draft(self) -> bool:
        """Whether lines and terms may still change."""
        return self.status == Status.DRAFT

    def lock_above(self) -> None:
        """Its project first, as `services.lock`."""
        Project.objects.for_partner(self.partner_id).select_for_update(of=("self",)).get(pk=self.project_id)

    def deletion_refusal(self) -> str:
        """Why this quote cannot be deleted; empty when it can. A draft is cancelled first, and what the customer has read stays for her."""
        if self.stage_moves.filter(Q(to_stage=Status.ORDERED) | Q(from_stage=Status.ORDERED)).exists():
            return gettext("An order was made from this quote, so it stays.")
        if self.status in (Status.ACCEPTED, Status.ORDERED):
            return gettext("The customer has accepted this quote, so it stays.")
        if self.submitted_at is not None:
            return gettext("The customer has this quote, so it stays. Withdraw its private link if it is to be read no more.")
        return "" if self.status in NOT_PRIMARY else gettext("Cancel the quote first; then it can be deleted.")

    def priced(self, lines: Iterable[QuoteLine]) -> Totals:
        """What the given lines of this quote come to, by `quotes.pricing`."""
        return total(
            [line.priced(self.currency) for line in lines], commitment=self.commitment, tax_rate=self.tax_rate, currency=self.currency
        )


class QuoteLine(PartnerOwned):
    """One line. The customer pays `unit_price` less discounts; `unit_cost` is the partner's and never shown to the customer."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product"))
    family = models.CharField(max_length=12, choices=Family.choices, editable=False)
    name = models.CharField(_("description"), max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(1)])
    billing_period = models.CharField(_("billing period"), max_length=12, choices=BillingPeriod.choices)
    list_price = MoneyField(_("list price"), editable=False)
    list_band = models.PositiveIntegerField(_("volume band of the list price"), default=1, editable=False)
    cost_band = models.PositiveIntegerField(_("volume band of your cost"), default=1, editable=False)
    price_date = models.DateField(_("price valid from"), null=True, editable=False)
    unit_price = MoneyField(_("unit price"), validators=[MinValueValidator(0)])
    unit_cost = MoneyField(_("your cost"), null=True, blank=True, editable=False)
    discount = RateField(_("discount"), default=0)
    line_total = MoneyField(_("total per period"), default=0, editable=False)
    monthly = MoneyField(_("per month"), default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="quote_line_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0, list_price__gte=0), name="quote_line_price_not_negative"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=1), name="quote_line_discount_is_fraction"),
        ]

    def __str__(self) -> str:
        return self.name

    def take(self, price: Prices) -> None:
        """Have the prices of the books, with their bands and their day. The caller saves."""
        self.list_price = self.unit_price = price.list_price
        self.unit_cost, self.price_date = price.unit_cost, price.valid_from
        self.list_band, self.cost_band = price.list_band, price.cost_band

    def priced(self, currency: str) -> Line:
        """This line as the arithmetic sees it."""
        return Line(
            quantity=self.quantity,
            unit_price=self.unit_price,
            billing_period=self.billing_period,
            currency=currency,
            discount=self.discount,
            unit_cost=self.unit_cost,
        )
