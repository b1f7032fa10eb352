"""What a product costs: the customer by the end-user book, the partner by the book of its tier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.bands import Band, Prices, Tariff
from catalog.models import BillingPeriod, DiscountLimit, ExchangeRate, PriceBook, PriceBookEntry, PriceVisit, Product
from catalog.rates import Rate
from partners.models import User

ONE_VISIT = timedelta(minutes=30)


class PriceMissing(Exception):
    """A book has no price for the product on that day. The message is for the person."""


def prices(product: Product, *, billing_period: str, currency: str, tier: str, on: date, quantity: int = 1) -> Prices:
    """Both prices of a product that hold on a day for a quantity. Raises PriceMissing, with what to do next, when there is none."""
    tariff = price_table([product], currency=currency, tier=tier, on=on).get((product.pk, billing_period))
    found = tariff.at(quantity) if tariff else None
    if found is None:
        raise PriceMissing(why_no_price(product, tariff, billing_period=billing_period, currency=currency, on=on))
    return found


def why_no_price(product: Product, tariff: Tariff | None, *, billing_period: str, currency: str, on: date) -> str:
    """Why there is no price for a quantity, for the person: none in this billing period on that day, or only from a quantity on."""
    if tariff is not None:
        return too_few(product, tariff)
    words = {
        "product": product.name,
        "currency": currency,
        "period": BillingPeriod(billing_period).label.lower(),
        "day": on.isoformat(),
    }
    return (
        _("%(product)s has no price in %(currency)s, billed %(period)s, that holds on %(day)s.") % words
        + " "
        + _("Choose another billing period, or ask your account manager for a price.")
    )


def too_few(product: Product, tariff: Tariff) -> str:
    """That a quantity is below the first band, for the person."""
    return _("%(product)s is sold from a quantity of %(least)s.") % {"product": product.name, "least": tariff.least}


def price_table(products: Collection[Product], *, currency: str, tier: str, on: date) -> dict[tuple[int, str], Tariff]:
    """The bands of some products on a day, by product and billing period; only where both books have one. One query."""
    entries = PriceBookEntry.objects.holding(on).filter(
        Q(book__kind=PriceBook.Kind.END_USER) | Q(book__tiers__contains=[tier]), product__in=products, currency=currency
    )
    listed: dict[tuple[int, str], list[Band]] = defaultdict(list)
    costs: dict[tuple[int, str], list[Band]] = defaultdict(list)
    values = entries.values_list("book__kind", "product_id", "billing_period", "min_quantity", "price", "valid_from")
    for kind, product_id, period, least, price, valid_from in values:
        bands = listed if kind == PriceBook.Kind.END_USER else costs
        bands[(product_id, period)].append(Band(least, price, valid_from))
    return {key: Tariff(tuple(sorted(listed[key])), tuple(sorted(costs[key]))) for key in listed.keys() & costs.keys()}


def discount_limit(tier: str) -> Decimal:
    """What partners of a tier may take off the list price without asking, as a fraction; nothing where the vendor has set no limit."""
    return DiscountLimit.objects.filter(tier=tier).values_list("limit", flat=True).first() or Decimal(0)


def note_visit(user: User, now: datetime) -> datetime | None:
    """Note that a person looks at the price list; answers when the visit before this one began, None at the first.

    Looks within half an hour are one visit.
    """
    with transaction.atomic():
        visit, is_new = PriceVisit.objects.select_for_update().get_or_create(user=user, defaults={"seen_at": now})
        if not is_new and now - visit.seen_at > ONE_VISIT:
            visit.before, visit.seen_at = visit.seen_at, now
            visit.save(update_fields=["before", "seen_at"])
    return visit.before


def rates_on(day: date) -> dict[str, Rate]:
    """By currency, the exchange rate that counts on a day; one query."""
    newest: dict[str, Rate] = {}
    for row in ExchangeRate.objects.on(day):
        newest.setdefault(row.currency, Rate(row.currency, row.rate, row.valid_from))
    return newest
