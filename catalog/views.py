"""The price list: what the partner pays, beside what the customer's list says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog.filters import PriceFilter
from catalog.models import Family, PriceBook, PriceBookEntry
from catalog.services import note_visit
from partnerportal.core import display, tables
from partnerportal.core.fields import Currency
from partnerportal.core.tables import Column
from partnerportal.core.views import ListView, RecordList
from partners.models import User

# The product types of the dialog, and the families behind each.
TYPES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "opex": (_("OpEx: licences and hardware as a service"), (Family.LICENSE, Family.HWAAS)),
    "capex": (_("CapEx: hardware"), (Family.CAPEX,)),
    "rental": (_("Rental: hardware"), (Family.RENTAL,)),
    "classound": ("CLASSOUND", (Family.CLASSOUND,)),
    "service": (_("Services"), (Family.SERVICE,)),
    "all": (_("All products"), tuple(Family.values)),
}


class PriceChoice(forms.Form):
    """Which prices to show: product type, book, currency."""

    view = forms.ChoiceField(label=_("Product type"), choices=[(name, label) for name, (label, _families) in TYPES.items()])
    book = forms.ModelChoiceField(label=_("Price book type"), queryset=PriceBook.objects.none(), to_field_name="kind", empty_label=None)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = PriceBook.objects.permitted(user)
        self.fields["book"].queryset = books  # type: ignore[attr-defined]
        if user.partner:
            self.fields["currency"].initial = user.partner.currency
            self.fields["book"].initial = books.of_tier(user.partner.tier).first()
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"


def of_families(families: tuple[str, ...]) -> Callable[[Any, Any], Any]:
    """The prices of some families that hold today."""
    return lambda rows, user: rows.filter(product__family__in=families, is_ended=False)


def product(value: Any, entry: PriceBookEntry) -> Any:
    """Name and code."""
    return format_html('<span class="title">{}</span> <small class="quiet">{}</small>', entry.product.name, entry.product.code)


def price(value: Any, entry: Any) -> Any:
    """What is paid, with the former price when it has changed since the last visit. Beside a customer's band, the band below holds."""
    now = tables.amount(entry.paid, entry)
    return now if entry.beside else with_change(now, entry)


def listed(value: Any, entry: Any) -> Any:
    """The list price; of a band of the customer's alone, with the former one when it has changed."""
    now = tables.amount(value, entry)
    return with_change(now, entry) if entry.beside else now


def with_change(now: Any, entry: Any) -> Any:
    """A price with the one before it, when the row has changed since the last visit; struck out when it holds no more."""
    if not entry.is_changed:
        return now
    if entry.is_ended:
        return format_html("<del>{}</del> {}", now, display.badge(_now("ended"), "red"))
    former = format_html("<del>{}</del> ", tables.amount(entry.former_price, entry)) if entry.former_price is not None else ""
    return format_html("{}{} {}", former, now, display.badge(_now("new"), "amber"))


def family(value: Any, entry: PriceBookEntry) -> str:
    """The family in words."""
    return entry.product.get_family_display()


def hardware(value: Any, entry: PriceBookEntry) -> str:
    """What kind of device it is; empty for anything else."""
    return entry.product.get_hardware_class_display()


class PriceList(RecordList):
    model, permission, filterset_class = PriceBookEntry, "catalog.view_pricebook", PriceFilter
    namespace = "pricing"
    template_name = "catalog/price_list.html"
    related = ("product", "book")
    views = (
        *(ListView(name, label, of_families(families)) for name, (label, families) in TYPES.items()),
        ListView("changed", _("Changed since your last visit"), lambda rows, user: rows.filter(is_changed=True)),
    )
    columns = (
        Column(_("Product"), "product.name", sort="product__name", render=product),
        Column(_("Code"), "product.code", sort="product__code", is_optional=True),
        Column(_("Family"), "product.family", sort="product__family", render=family, export=lambda entry: family("", entry)),
        Column(_("Hardware class"), "product.hardware_class", render=hardware, export=lambda entry: hardware("", entry), is_optional=True),
        Column(_("Unit"), "product.unit", is_optional=True),
        Column(_("Pack size"), "product.pack_size", is_optional=True),
        Column(_("Billed"), "billing_period", render=tables.label, sort="billing_period"),
        Column(_("From quantity"), "min_quantity", sort="min_quantity"),
        Column(_("List price"), "list_price", render=listed),
        Column(_("Book"), "book", sort="paid_book", render=lambda value, entry: entry.paid_book, export=lambda entry: entry.paid_book),
        Column(_("Price of the book"), "price", render=price, sort="paid", export=lambda entry: None if entry.is_ended else entry.paid),
        Column(_("Currency"), "currency", sort="currency", is_optional=True),
        Column(_("Valid from"), "valid_from", sort="valid_from"),
        Column(_("Valid to"), "valid_to", sort="valid_to"),
    )
    ordering = "product__name"
    icon, can_select = "tags", False
    empty_text = _("No price of the books that you buy from fits.")

    def get_queryset(self) -> QuerySet:
        today = timezone.localdate()
        listed = (
            PriceBookEntry.objects.holding(today)
            .filter(
                book__kind=PriceBook.Kind.END_USER,
                product=OuterRef("product"),
                currency=OuterRef("currency"),
                billing_period=OuterRef("billing_period"),
                min_quantity__lte=OuterRef("min_quantity"),
            )
            .order_by("-min_quantity")
        )
        books = PriceBook.objects.permitted(self.request.user)  # type: ignore[arg-type]
        own = self.own_book(books)
        of_books = Q(book__in=books)
        if own:
            of_books |= Q(pk__in=PriceBookEntry.objects.only_listed(own, on=today).values("pk"))
        shown = Q(pk__in=PriceBookEntry.objects.holding(today).filter(product__is_active=True).values("pk"))
        if self.seen_before:
            gone = PriceBookEntry.objects.ended_since(self.seen_before, on=today)
            shown |= Q(pk__in=gone.values("pk"))
            if own:
                beside = PriceBookEntry.objects.only_listed(own, on=timezone.localdate(self.seen_before))
                of_books |= Q(pk__in=gone.filter(pk__in=beside.values("pk")).values("pk"))
        return (
            PriceBookEntry.objects.filter(of_books & shown)
            .select_related(*self.related)
            .beside(own, on=today)  # type: ignore[attr-defined]
            .annotate(list_price=Subquery(listed.values("price")[:1]))
            .with_changes_since(self.seen_before, on=today)  # type: ignore[attr-defined]
        )

    def own_book(self, books: QuerySet[PriceBook]) -> PriceBook | None:
        """The book that the customer's bands stand beside: the one that is looked at, else the one that the partner buys from."""
        user, wanted = self.request.user, self.query.get("book", "")
        chosen = Q(kind=wanted) if wanted else Q(tiers__contains=[user.partner.tier]) if user.partner else Q(pk__in=())  # type: ignore[union-attr]
        return books.filter(chosen).first()

    @cached_property
    def seen_before(self) -> datetime | None:
        """When the person was here before; what has changed since then is shown."""
        return note_visit(self.request.user, timezone.now())  # type: ignore[arg-type]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not request.GET and not self.pin and not self.is_export:
            return self.choose()
        return super().get(request)

    def choose(self) -> HttpResponse:
        """Ask for product type and book first."""
        form = PriceChoice(user=self.request.user)  # type: ignore[arg-type]
        context = {
            "form": form,
            "tab": "pricing",
            "action": reverse("pricing:list"),
            "seen_before": self.seen_before,
            "changes": self.get_queryset().filter(is_changed=True).count() if self.seen_before else 0,
        }
        return self.page("catalog/price_choice.html", context)

    def common_context(self) -> dict[str, Any]:
        return super().common_context() | {"choose_url": reverse("pricing:list")}
