"""What the vendor edits: products, price books, average prices, exchange rates, terms and the words of stages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from import_export import fields, resources, widgets
from import_export.admin import ImportExportMixin
from tablib import Dataset

from catalog import words
from catalog.models import (
    BillingPeriod,
    Bundle,
    BundleItem,
    DiscountLimit,
    ExchangeRate,
    PriceBook,
    PriceBookEntry,
    Product,
    StageText,
    Term,
)
from partnerportal.core import display
from partnerportal.core.admin import VendorAdmin
from partners.models import Tier

SAME_PRICE = ("book_id", "product_id", "currency", "billing_period", "min_quantity")
INLINE_STYLE = re.compile(r'(?<=<ins|<del) style="[^"]*"')


class PlainDiff(resources.Diff):
    """The preview's differences without inline style, which the content security policy would refuse."""

    def as_html(self) -> list[SafeString]:
        return [mark_safe(INLINE_STYLE.sub("", html)) for html in super().as_html()]  # noqa: S308 (escaped by the differ)


class VendorResource(resources.ModelResource):
    """A file of rows that the vendor reads before they are taken."""

    def get_diff_class(self) -> type[resources.Diff]:
        return PlainDiff


class ProductResource(VendorResource):
    """Products by their code."""

    class Meta:
        model = Product
        import_id_fields = ("code",)
        fields = ("code", "name", "family", "hardware_class", "description", "unit", "pack_size", "is_active")
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        use_transactions = True


class BookWidget(widgets.ForeignKeyWidget):
    """A price book by its kind; an unknown one is refused with those that there are."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except PriceBook.DoesNotExist:
            known = ", ".join(PriceBook.objects.values_list("kind", flat=True))
            raise ValueError(_now("There is no price book “%(name)s”: %(known)s.") % {"name": value, "known": known}) from None


class PriceBookEntryResource(VendorResource):
    """Prices by book, product, currency, billing period, band and first day. A file without bands has prices from 1 on.

    A price that begins later than the open one of the same kind ends that one on its own first day, and the preview says so: so next
    year's list can be taken while this year's holds. What overlaps otherwise is refused.
    """

    ended: PriceBookEntry | None = None  # By the row in hand.

    book = fields.Field(column_name="book", attribute="book", widget=BookWidget(PriceBook, "kind"))
    product = fields.Field(column_name="product", attribute="product", widget=widgets.ForeignKeyWidget(Product, "code"))

    class Meta:
        model = PriceBookEntry
        import_id_fields = ("book", "product", "currency", "billing_period", "min_quantity", "valid_from")
        fields = ("book", "product", "currency", "billing_period", "min_quantity", "price", "valid_from", "valid_to")
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        use_transactions = True

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        if "min_quantity" not in (dataset.headers or ()):
            dataset.append_col([1] * dataset.height, header="min_quantity")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        self.ended = None

    def validate_instance(self, instance: PriceBookEntry, *args: Any, **kwargs: Any) -> None:
        """With the open price before it ended; a row that is refused for something else ends nothing."""
        with transaction.atomic():
            self.ended = _end_open_price(instance)
            super().validate_instance(instance, *args, **kwargs)

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        """The preview says beside its first day what a new price ends."""
        if self.ended is None or row_result.diff is None:
            return
        place = [field.column_name for field in self.get_user_visible_fields()].index("valid_from")
        words = {"price": self.ended.price, "day": display.day(self.ended.valid_from)}
        text = _now("ends the price of %(price)s that holds from %(day)s") % words
        row_result.diff[place] = format_html("{}<br><small>{}</small>", row_result.diff[place], text)


def _end_open_price(new: PriceBookEntry) -> PriceBookEntry | None:
    """End the open price that a new one of the same kind follows, on the first day of the new one; None where there is none.

    It is not marked as changed: until then it is the same price.
    """
    if not new._state.adding or not isinstance(new.valid_from, date):
        return None
    same = {name: getattr(new, name) for name in SAME_PRICE}
    former = PriceBookEntry.objects.filter(**same, valid_to=None, valid_from__lt=new.valid_from).first()
    if former is not None:
        former.valid_to = new.valid_from
        former.save(update_fields=["valid_to"])
    return former


class ImportingAdmin(ImportExportMixin, VendorAdmin):
    """A list that can be filled from a file, after a preview of every row, and written to one."""

    import_error_display = ("message",)


class SoldFilter(admin.SimpleListFilter):
    """The billing periods in which a product can be quoted today; or none at all."""

    title = _("billed")
    parameter_name = "billed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*BillingPeriod.choices, ("none", _("No price today"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not self.value():
            return queryset
        sold = PriceBookEntry.objects.sold(timezone.localdate())
        if self.value() == "none":
            return queryset.exclude(pk__in=sold.values("product"))
        return queryset.filter(pk__in=sold.filter(billing_period=self.value()).values("product"))


@admin.register(Product)
class ProductAdmin(ImportingAdmin):
    """Products. In which billing periods one is sold is said by its prices of today alone."""

    resource_classes = (ProductResource,)
    list_display = ("code", "name", "family", "hardware_class", "billed", "unit", "pack_size", "is_active")
    list_filter = ("family", "hardware_class", SoldFilter, "is_active")
    search_fields = ("code", "name")
    readonly_fields = ("billed",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        sold = PriceBookEntry.objects.sold(timezone.localdate()).filter(product=OuterRef("pk")).order_by()
        return super().get_queryset(request).annotate(periods=ArraySubquery(sold.values("billing_period").distinct()))

    @admin.display(description=_("billed"))
    def billed(self, product: Any) -> str:
        """The billing periods in which it can be quoted today, shortest first."""
        periods = getattr(product, "periods", ())
        return ", ".join(str(label) for period, label in BillingPeriod.choices if period in periods) or display.NOTHING

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # Quotes and orders name it; one that is no longer sold is no longer offered.


class BundleItemInline(admin.TabularInline):
    model = BundleItem
    view_on_site = False
    autocomplete_fields = ("product",)
    extra = 3


@admin.register(Bundle)
class BundleAdmin(VendorAdmin):
    list_display = ("name", "description", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    inlines = (BundleItemInline,)


class PriceBookForm(forms.ModelForm):
    tiers = forms.MultipleChoiceField(
        label=_("Tiers that buy from it"), choices=Tier.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = PriceBook
        fields = ["kind", "name", "tiers"]


@admin.register(PriceBook)
class PriceBookAdmin(VendorAdmin):
    form = PriceBookForm
    list_display = ("name", "kind", "tier_names")

    @admin.display(description=_("tiers that buy from it"))
    def tier_names(self, book: PriceBook) -> str:
        """In words, the highest first."""
        return ", ".join(str(label) for tier, label in Tier.choices if tier in book.tiers) or "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PriceBookEntry)
class PriceBookEntryAdmin(ImportingAdmin):
    resource_classes = (PriceBookEntryResource,)
    list_display = ("product", "book", "currency", "billing_period", "min_quantity", "price", "valid_from", "valid_to")
    list_filter = ("book", "currency", "billing_period", "product__family")
    list_select_related = ("product", "book")
    search_fields = ("product__code", "product__name")
    autocomplete_fields = ("product",)
    date_hierarchy = "valid_from"


@admin.register(DiscountLimit)
class DiscountLimitAdmin(VendorAdmin):
    """One row a tier. A change holds at once for every draft; what was granted stays granted, and what was submitted stays as it is."""

    list_display = ("tier", "limit", "in_percent")
    readonly_fields = ("tier",)

    @admin.display(description=_("in percent"))
    def in_percent(self, limit: DiscountLimit) -> str:
        return display.rate(limit.limit)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ExchangeRate)
class ExchangeRateAdmin(VendorAdmin):
    list_display = ("currency", "rate", "valid_from")
    list_filter = ("currency",)


class WordsAdmin(VendorAdmin):
    """Words that the portal keeps in memory: a change is seen at once in this process, and within a minute in the others."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        words.forget()


@admin.register(Term)
class TermAdmin(WordsAdmin):
    list_display = ("label", "kind", "slug", "position", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("label", "slug")
    prepopulated_fields = {"slug": ("label",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("kind", "slug")  # Records keep the slug.

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StageText)
class StageTextAdmin(WordsAdmin):
    list_display = ("label", "process", "stage", "probability", "forecast_category", "short_label")
    list_filter = ("process",)
    readonly_fields = ("process", "stage")
    fieldsets = ((None, {"fields": ("process", "stage", "label", "short_label", "guidance", "probability", "forecast_category")}),)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
