"""At what price it is sold: average prices, exchange rates, price books with their entries."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.products import SOLUTIONS, BillingPeriod, Product
from partnerportal.core.fields import Currency, MoneyField, RateField
from partnerportal.core.history import entries_of, tracked
from partners.models import Tier

if TYPE_CHECKING:
    from partners.models import User


class EffectiveDated(models.QuerySet):
    def on(self, day: date) -> EffectiveDated:
        """Rows that have begun by `day`, the newest first."""
        return self.filter(valid_from__lte=day).order_by("-valid_from")


class AveragePrice(models.Model):
    """The average end-user price of a family, per user and month, net. The newest that has begun counts."""

    family = models.CharField(_("family"), max_length=12, choices=SOLUTIONS)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    amount = MoneyField(_("per user and month"), validators=[MinValueValidator(0)])
    valid_from = models.DateField(_("valid from"))
    history = tracked()

    objects = EffectiveDated.as_manager()

    class Meta:
        ordering = ["family", "currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["family", "currency", "valid_from"], name="average_price_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="average_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_family_display()} {self.amount} {self.currency}"


class ExchangeRate(models.Model):
    """What one euro is worth in a currency from a day on. Used only where a page says that it converts."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    rate = models.DecimalField(_("for 1 EUR"), max_digits=12, decimal_places=6)
    valid_from = models.DateField(_("valid from"))

    objects = EffectiveDated.as_manager()

    class Meta:
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"1 EUR = {self.rate} {self.currency}"


class PriceBookQuerySet(models.QuerySet["PriceBook"]):
    def permitted(self, user: User) -> PriceBookQuerySet:
        """The books that a person may read: the partner's own and the reseller's; for the vendor's sales people every one."""
        if not user.has_perm("catalog.view_pricebook"):
            return self.none()
        if user.partner is None:
            return self.all()
        return self.filter(Q(tiers__contains=[user.partner.tier]) | Q(kind=PriceBook.Kind.RESELLER))

    def of_tier(self, tier: str) -> PriceBookQuerySet:
        """The book that partners of a tier buy from."""
        return self.filter(tiers__contains=[tier])


class PriceBook(models.Model):
    """A list of prices: what the customer pays (end user), or what a partner pays, by tier."""

    class Kind(models.TextChoices):
        END_USER = "end_user", _("End user")
        GOLD = "gold", _("Gold")
        SILVER = "silver", _("Silver")
        RESELLER = "reseller", _("Reseller")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, unique=True)
    name = models.CharField(_("name"), max_length=100)
    tiers = ArrayField(
        models.CharField(max_length=10, choices=Tier.choices), default=list, blank=True, verbose_name=_("tiers that buy from it")
    )

    objects = PriceBookQuerySet.as_manager()

    class Meta:
        ordering = ["kind"]
        constraints = [models.CheckConstraint(condition=Q(tiers__contained_by=Tier.values), name="price_book_tiers_known")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A tier buys from one book; of two, nobody could say what it pays. Raises ValidationError."""
        for other in PriceBook.objects.filter(tiers__overlap=self.tiers).exclude(pk=self.pk):
            twice = ", ".join(str(Tier(tier).label) for tier in other.tiers if tier in self.tiers)
            sentence = gettext("%(tiers)s: already buys from %(book)s. Take it out there first.")
            raise ValidationError({"tiers": sentence % {"tiers": twice, "book": other}})


class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


# What makes two rows prices of the same thing, on other days.
SAME_PRICE = ("book", "product", "currency", "billing_period", "min_quantity")


class PriceBookEntryQuerySet(models.QuerySet["PriceBookEntry"]):
    def holding(self, on: date) -> PriceBookEntryQuerySet:
        """The prices that hold on a day; at most one for a book, product, currency, billing period and band."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)

    def sold(self, on: date) -> PriceBookEntryQuerySet:
        """The customer's prices of a day for what partners can buy as well, in the same currency and billing period: what can be quoted."""
        same = {name: OuterRef(name) for name in ("product", "currency", "billing_period")}
        bought = PriceBookEntry.objects.holding(on).filter(**same).exclude(book__kind=PriceBook.Kind.END_USER)
        return self.holding(on).filter(Exists(bought), book__kind=PriceBook.Kind.END_USER)

    def only_listed(self, book: PriceBook, *, on: date) -> PriceBookEntryQuerySet:
        """The customer's volume bands of a day that `book` sells in without having the band itself: there its band below holds."""
        same = {name: OuterRef(name) for name in ("product", "currency", "billing_period")}
        own = PriceBookEntry.objects.holding(on).filter(**same, book=book)
        listed = self.holding(on).filter(book__kind=PriceBook.Kind.END_USER).exclude(book=book)
        below = Exists(own.filter(min_quantity__lt=OuterRef("min_quantity")))
        return listed.filter(below, ~Exists(own.filter(min_quantity=OuterRef("min_quantity"))))

    def beside(self, book: PriceBook | None, *, on: date) -> PriceBookEntryQuerySet:
        """Each row with what is paid by it and in which book: `paid`, `paid_book`; `beside` names the book that lacks a customer's band."""
        if book is None:
            return self.annotate(beside=Value(None, output_field=models.BigIntegerField()), paid=F("price"), paid_book=F("book__name"))
        same = {name: OuterRef(name) for name in ("product", "currency", "billing_period")}
        below = PriceBookEntry.objects.holding(on).filter(**same, book=book, min_quantity__lt=OuterRef("min_quantity"))
        is_only_listed = Q(pk__in=PriceBookEntry.objects.only_listed(book, on=on).values("pk"))
        return self.annotate(
            beside=Case(When(is_only_listed, then=Value(book.pk)), output_field=models.BigIntegerField()),
            paid=Case(
                When(is_only_listed, then=Subquery(below.order_by("-min_quantity").values("price")[:1])),
                default=F("price"),
                output_field=MoneyField(),
            ),
            paid_book=Case(When(is_only_listed, then=Value(book.name)), default=F("book__name"), output_field=models.CharField()),
        )

    def ended_since(self, moment: datetime, *, on: date) -> PriceBookEntryQuerySet:
        """The prices that held at a moment and are gone on a day, nothing in their place: ended, or of a product offered no more."""
        seen = timezone.localdate(moment)
        kept = entries_of(Product).filter(id=OuterRef("product"))
        at_the_moment = kept.filter(history_date__lte=moment).order_by("-history_date", "-history_id").values("is_active")[:1]
        # A product without an entry of that time was offered, unless it has not been touched since and is not.
        untouched = Case(When(Exists(kept.filter(history_date__gt=moment)), then=Value(True)), default=F("product__is_active"))
        same = {name: OuterRef(name) for name in SAME_PRICE}
        replaced = Exists(PriceBookEntry.objects.holding(on).filter(**same, product__is_active=True))
        held = self.holding(seen).annotate(was_offered=Coalesce(Subquery(at_the_moment), untouched)).filter(was_offered=True)
        return held.filter(Q(valid_to__lte=on) | Q(product__is_active=False)).exclude(replaced)

    def with_changes_since(self, moment: datetime | None, *, on: date) -> PriceBookEntryQuerySet:
        """Each row with `is_changed`: since a moment it was edited, began to hold, or is gone by a day (`is_ended`).

        `former_price` is the one that held before it, or that it had itself at the moment. Without a moment nothing has changed.
        """
        if moment is None:
            return self.annotate(is_changed=Value(False), is_ended=Value(False), former_price=Value(None, output_field=MoneyField()))
        same = {name: OuterRef(name) for name in SAME_PRICE}
        earlier = PriceBookEntry.objects.filter(**same, valid_from__lt=OuterRef("valid_from")).order_by("-valid_from")
        own = entries_of(PriceBookEntry).filter(id=OuterRef("pk"), history_date__lte=moment).order_by("-history_date", "-history_id")
        began = Q(valid_from__gt=timezone.localdate(moment))
        ended = Q(valid_to__lte=on) | Q(product__is_active=False)
        before = Case(When(began, then=Subquery(earlier.values("price")[:1])), default=Subquery(own.values("price")[:1]))
        return self.annotate(
            is_ended=_claim(ended),
            is_changed=_claim(began | ended | Q(changed_at__gt=moment)),
            former_price=NullIf(before, F("price"), output_field=MoneyField()),
        )


def _claim(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField())


class PriceBookEntry(models.Model):
    """The net price of a product in a book, currency and billing period, from a quantity on. Two prices of a band never hold on one day."""

    book = models.ForeignKey(PriceBook, on_delete=models.CASCADE, related_name="entries", verbose_name=_("price book"))
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="entries", verbose_name=_("product"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    billing_period = models.CharField(_("billing period"), max_length=12, choices=BillingPeriod.choices)
    min_quantity = models.PositiveIntegerField(
        _("from quantity"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("The price of each piece when a line has at least so many. 1: the price without a volume band."),
    )
    price = MoneyField(_("net price"), validators=[MinValueValidator(0)])
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The first day on which it no longer holds."))
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    history = tracked()

    objects = PriceBookEntryQuerySet.as_manager()

    class Meta:
        ordering = ["book", "product", "currency", "billing_period", "min_quantity", "-valid_from"]
        verbose_name_plural = _("price book entries")
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(min_quantity__gte=1), name="price_band_begins_at_one"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")), name="price_validity_in_order"
            ),
            ExclusionConstraint(
                name="price_one_at_a_time",
                violation_error_message=_("Another price of this product holds on some of these days. End that one first, or begin later."),
                expressions=[
                    ("book", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    ("billing_period", RangeOperators.EQUAL),
                    ("min_quantity", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.price} {self.currency}"


class DiscountLimit(models.Model):
    """What a partner of a tier may take off the list price without asking, as a fraction. A draft is measured by the limit of the day."""

    tier = models.CharField(_("tier"), max_length=10, choices=Tier.choices, unique=True)
    limit = RateField(_("limit"), help_text=_("As a fraction: 0.2000 is 20 %. A discount above it needs the account manager's approval."))
    history = tracked()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(limit__gte=0, limit__lte=1), name="discount_limit_is_fraction"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="discount_limit_tier_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} {self.limit}"


class PriceVisit(models.Model):
    """When a person last looked at the price list: this visit, and the one before, from which on changes are shown."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("this visit"))
    before = models.DateTimeField(_("the visit before"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.seen_at}"
