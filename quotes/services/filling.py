"""Many lines at once: pasted from a spreadsheet, of a bundle, or of another quote; and a quote cloned with its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.bands import Tariff
from catalog.models import BillingPeriod, Bundle, Product
from catalog.services import price_table, too_few
from partnerportal.core.actors import Actor, service
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects import services as projects
from projects.models import Project
from quotes.models import Quote, QuoteLine
from quotes.pasting import BadRow, Row, read
from quotes.rules import misfits
from quotes.services.drafting import KEPT, MAX_LINES, LineInput, QuoteTooLarge, create_quote, edit_quote, place, price_now, recount
from quotes.services.moving import let_mrr_follow, lines_of, open_draft

# How a product is billed when nobody says it: as the quote is, else in the first of these that has a price.
USUAL = (BillingPeriod.YEARLY, BillingPeriod.MONTHLY, BillingPeriod.ONE_OFF, BillingPeriod.THREE_YEARS, BillingPeriod.FIVE_YEARS)


class BadRows(Exception):
    """Rows that cannot be taken, each with its number and the reason; none of the others is taken either."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        super().__init__(" ".join(f"{row.number}: {row.sentence}" for row in rows))
        self.rows = tuple(rows)


@service
def paste_lines(quote: Quote, text: str, *, by: User, today: date) -> int:
    """Put pasted rows on a draft, all or none; answers how many. Raises BadRows, QuoteTooLarge or IllegalMove."""
    quote = open_draft(quote, by=by)
    rows, bad = read(text)
    if not rows and not bad:
        raise BadRows([BadRow(1, "", _("Nothing was pasted."))])
    codes = {row.code.casefold() for row in rows}
    products = {product.code.casefold(): product for product in Product.objects.filter(is_active=True) if product.code.casefold() in codes}
    table = _table(quote, list(products.values()), today)
    lines = []
    for row in rows:
        product = products.get(row.code.casefold())
        if product is None:
            bad.append(BadRow(row.number, row.code, _("There is no product “%(code)s”.") % {"code": row.code[:40]}))
            continue
        line = LineInput(product, row.quantity, _period(quote, product, row, table), row.discount)
        if sentence := _refusal(line, quote, table):
            bad.append(BadRow(row.number, row.code, sentence))
        lines.append(line)
    if bad:
        raise BadRows(sorted(bad, key=lambda one: one.number))
    return _append(quote, lines, table, by=by)


@service
def take_bundle(quote: Quote, bundle: Bundle, *, by: User, today: date) -> int:
    """Put the products of a bundle on a draft; answers how many. Raises BadRows for those without a price, or IllegalMove."""
    quote = open_draft(quote, by=by)
    wanted = [
        LineInput(item.product, item.quantity, item.billing_period, Decimal(0)) for item in bundle.items.select_related("product").all()
    ]
    return _take(quote, wanted, by=by, today=today)


@service
def take_lines_of(quote: Quote, source: Quote, *, by: User, today: date) -> int:
    """Put the lines of another quote that the person sees on a draft, at the prices that hold today; answers how many.

    Raises BadRows for products that are no longer offered or have no price, or IllegalMove.
    """
    quote = open_draft(quote, by=by)
    source = Quote.objects.visible_to(by).get(pk=source.pk)
    wanted = [LineInput(line.product, line.quantity, line.billing_period, line.discount) for line in lines_of(source)]
    return _take(quote, wanted, by=by, today=today)


@service
def begin_quote(project: Project, *, by: User, today: date) -> Quote:
    """As `create_quote`; that of a change order begins with what the customer has, which the project is compared with from then on.

    The recurring lines of every running order, at the prices that hold today, and where none holds at the former price; commitment
    and billing frequency as in the newest of them. More lines than a quote holds are left out altogether.
    """
    quote = create_quote(project, by=by, today=today)
    compared = projects.compare_with_running(project, by=Actor.of(by))
    let_mrr_follow(compared, by=by)
    running = compared.kept_running
    keys = [one.quote for one in running.orders] if compared.is_change_order and running else []
    sources = {one.pk: one for one in Quote.objects.for_partner(project.partner_id).filter(pk__in=keys)}
    lines = [line for key in keys for line in lines_of(sources[key]) if line.billing_period != BillingPeriod.ONE_OFF]
    if not lines or len(lines) > MAX_LINES:
        return quote
    quote = open_draft(quote, by=by)
    newest = sources[keys[-1]]
    quote.commitment = newest.commitment
    quote.billing_frequency = "" if misfits(lines, newest.billing_frequency) else newest.billing_frequency
    _copy(quote, lines, today)
    return recount(quote, by=by, fields=("commitment", "billing_frequency"))


@service
def compare_anew(quote: Quote, *, by: User, today: date) -> Quote:
    """Compare the change order of a draft with what runs today, without losing anything that the draft says.

    The recurring lines of orders that have come since are put on it, as `begin_quote` does. Lines of orders that run no more stay, since
    only the person knows which are meant. Raises IllegalMove unless it is a draft, QuoteTooLarge.
    """
    quote = open_draft(quote, by=by)
    before = quote.project.kept_running
    known = {one.key for one in before.orders} if before else set()
    quote.project = projects.compare_with_running(quote.project, by=Actor.of(by))
    now = quote.project.kept_running if quote.project.is_change_order else None
    fresh = Quote.objects.for_partner(quote.partner_id).filter(
        pk__in=[one.quote for one in now.orders if one.key not in known] if now else []
    )
    lines = [line for one in fresh.order_by("pk") for line in lines_of(one) if line.billing_period != BillingPeriod.ONE_OFF]
    present = lines_of(quote)
    if len(present) + len(lines) > MAX_LINES:
        raise QuoteTooLarge(_("A quote holds at most %(count)s lines.") % {"count": MAX_LINES})
    _copy(quote, lines, today, after=present[-1].position if present else 0)
    if quote.billing_frequency and misfits([*present, *lines], quote.billing_frequency):
        quote.billing_frequency = ""
    let_mrr_follow(quote.project, by=by)
    return recount(quote, by=by, fields=("billing_frequency",))


def _copy(quote: Quote, lines: list[QuoteLine], today: date, *, after: int = 0) -> None:
    table = _table(quote, [line.product for line in lines], today)
    for position, line in enumerate(lines, start=after + 1):
        now = price_now(table, line.product_id, line.billing_period, line.quantity)
        line.pk, line._state.adding, line.quote, line.position = None, True, quote, position
        if now:
            line.take(now)
        line.save()


@service
def clone_quote(quote: Quote, *, by: User, today: date) -> Quote:
    """A new draft with a number of its own for the same project: head, shipping and lines taken over, prices of today.

    Raises NotYours, QuoteProjectClosed, or BadRows for lines that cannot be sold any more.
    """
    source = Quote.objects.visible_to(by).select_related("project").get(pk=quote.pk)
    draft = create_quote(source.project, by=by, today=today)
    kept = [name for name in (*KEPT, "contact") if name not in ("name", "currency")]
    changes = {name: getattr(source, name) for name in kept}
    changes["hardware_type"] = draft.hardware_type or source.hardware_type  # What an order has fixed stays.
    draft = edit_quote(draft, by=by, changes=changes)
    if source.lines.exists():
        take_lines_of(draft, source, by=by, today=today)
    return Quote.objects.visible_to(by).select_related("contact").get(pk=draft.pk)


def _take(quote: Quote, wanted: list[LineInput], *, by: User, today: date) -> int:
    table = _table(quote, [line.product for line in wanted], today)
    refused = ((number, line, _refusal(line, quote, table)) for number, line in enumerate(wanted, start=1))
    bad = [BadRow(number, line.product.code, sentence) for number, line, sentence in refused if sentence]
    if bad:
        raise BadRows(bad)
    if not wanted:
        raise IllegalMove(_("There is no line to take over."), stage=quote.status)
    return _append(quote, wanted, table, by=by)


def _append(quote: Quote, lines: list[LineInput], table: dict[tuple[int, str], Tariff], *, by: User) -> int:
    if quote.lines.count() + len(lines) > MAX_LINES:
        raise QuoteTooLarge(_("A quote holds at most %(count)s lines.") % {"count": MAX_LINES})
    last = quote.lines.aggregate(last=Max("position"))["last"] or 0
    rows = []
    for position, line in enumerate(lines, start=last + 1):
        row = QuoteLine(partner_id=quote.partner_id, quote=quote, position=position)
        price = price_now(table, line.product.pk, line.billing_period, line.quantity)
        assert price is not None  # refused above
        place(row, line, price)
        rows.append(row)
    QuoteLine.objects.bulk_create(rows)
    recount(quote, by=by)
    return len(rows)


def _table(quote: Quote, products: list[Product], today: date) -> dict[tuple[int, str], Tariff]:
    return price_table(products, currency=quote.currency, tier=quote.partner.tier, on=today)


def _period(quote: Quote, product: Product, row: Row, table: dict[tuple[int, str], Tariff]) -> str:
    if row.billing_period:
        return row.billing_period
    wanted = (quote.billing_frequency, *USUAL)
    return next((str(period) for period in wanted if (product.pk, str(period)) in table), "")


def _refusal(line: LineInput, quote: Quote, table: dict[tuple[int, str], Tariff]) -> str:
    """Why a line cannot be sold today; empty when it can."""
    tariff = table.get((line.product.pk, line.billing_period))
    if tariff is None or not line.product.is_active:
        return _no_price(line.product, quote, line.billing_period)
    return "" if tariff.at(line.quantity) else too_few(line.product, tariff)


def _no_price(product: Product, quote: Quote, period: str) -> str:
    if not product.is_active:
        return _("%(product)s is no longer offered.") % {"product": product.name}
    words = {"product": product.name, "currency": quote.currency, "period": str(BillingPeriod(period).label).lower() if period else ""}
    if period:
        return _("%(product)s has no price in %(currency)s, billed %(period)s.") % words
    return _("%(product)s has no price in %(currency)s.") % words
