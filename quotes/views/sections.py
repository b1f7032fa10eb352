"""What the parts of a quote's page show: the lines with their sums, the document, the customer's side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from catalog.bands import Tariff
from catalog.models import BillingPeriod, Product
from catalog.services import price_table
from partnerportal.core import display
from partnerportal.core.models import OutboxMessage
from partnerportal.core.stages import Missing
from projects import services as projects
from quotes import services
from quotes.causes import AMOUNTS, LINE, Cause
from quotes.forms import LineForm
from quotes.models import Additional, Commitment, Quote, QuoteChange, QuoteLine
from quotes.pasting import BadRow
from quotes.pricing import LineAmounts, Totals, discount_given, price_line
from quotes.rules import section_of
from quotes.stages import Approval, Status

MOST_CAUSES = 6  # Inputs that the page names one by one.


@dataclass(frozen=True)
class Row:
    """A line as the partner sees it: with cost and margin, and its form while the quote is a draft."""

    line: QuoteLine
    amounts: LineAmounts
    sum: str
    form: LineForm | None
    is_above_limit: bool
    bands: str
    source: str
    no_price: str = ""


@dataclass(frozen=True)
class Filling:
    """Many lines that were refused: what was pasted, the rows that are wrong, or one sentence."""

    text: str = ""
    rows: tuple[BadRow, ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class Section:
    """A section of the additional configuration, with the products that it offers."""

    label: str
    products: list[tuple[Product, str]]


class Lines:
    """The lines of a quote and what they come to. `forms` are bound forms that were refused, by line; None is the new line's."""

    def __init__(
        self,
        quote: Quote,
        *,
        is_editable: bool,
        today: date,
        applied: str | None = None,
        limit: Decimal | None = None,
        forms: dict[int | None, LineForm] | None = None,
        filling: Filling | None = None,
    ) -> None:
        self.quote, self.today, self.applied, self.known_limit = quote, today, applied, limit
        self.is_editor = is_editable and quote.is_draft
        self.forms, self.filling = forms or {}, filling

    @cached_property
    def lines(self) -> list[QuoteLine]:
        """The lines in their order."""
        lines = services.lines_of(self.quote)
        for line in lines:
            line.quote = self.quote
        return lines

    @cached_property
    def rows(self) -> list[Row]:
        """The lines with what they come to."""
        return [self._row(line) for line in self.lines]

    @cached_property
    def totals(self) -> Totals:
        """What the lines come to together."""
        return self.quote.priced(self.lines)

    @cached_property
    def missing(self) -> list[str]:
        """What the draft lacks before it can be submitted, in sentences."""
        return [one.sentence for one in self.lacking]

    @cached_property
    def is_compared_with_others(self) -> bool:
        """Whether other orders run by now than those that the change order is compared with."""
        return any("comparison" in one.fields for one in self.lacking)

    @cached_property
    def lacking(self) -> tuple[Missing, ...]:
        """The same, with its fields."""
        if not self.quote.is_draft:
            return ()
        known = {"table": self.tariffs, "applied": self.applied, "limit": self.limit_rate}
        return services.missing_to_submit(self.quote, self.lines, today=self.today, **known)  # type: ignore[arg-type]

    @cached_property
    def needs_approval(self) -> bool:
        """Whether a discount waits for the account manager's word."""
        return self.quote.is_draft and services.needs_approval(self.quote, self.lines, limit=self.limit_rate)

    @cached_property
    def outdated(self) -> list[QuoteLine]:
        """The lines of a draft whose prices have changed."""
        return services.outdated(self.lines, self.tariffs) if self.quote.is_draft else []

    @cached_property
    def without_price(self) -> dict[int, str]:
        """Why lines of a draft have no price today, by the key of the line."""
        if not self.quote.is_draft:
            return {}
        return services.without_price(self.lines, self.tariffs, currency=self.quote.currency, on=self.today)

    @cached_property
    def tariffs(self) -> dict[tuple[int, str], Tariff]:
        """What the products of the lines, and those that are offered, cost today; one query."""
        products = {line.product_id: line.product for line in self.lines} | {one.pk: one for one in self.offered if self.quote.additional}
        return price_table(list(products.values()), currency=self.quote.currency, tier=self.quote.partner.tier, on=self.today)

    @property
    def new_form(self) -> LineForm:
        """The form of a further line."""
        usual = self.quote.billing_frequency or BillingPeriod.MONTHLY
        return self.forms.get(None) or LineForm(prefix="new", initial={"billing_period": usual})

    @cached_property
    def offered(self) -> list[Product]:
        """The products to suggest."""
        return list(Product.objects.filter(is_active=True).order_by("family", "name")) if self.is_editor else []

    @cached_property
    def sections(self) -> list[Section]:
        """The ticked sections of the additional configuration, with their products, and how each would be billed."""
        if not self.is_editor or not self.quote.additional:
            return []
        table = self.tariffs
        usual = (self.quote.billing_frequency, *services.USUAL)
        found = []
        for name in self.quote.additional:
            products = [product for product in self.offered if section_of(product.code, product.family) == name]
            periods = [(one, next((str(period) for period in usual if (one.pk, str(period)) in table), "")) for one in products]
            found.append(Section(str(Additional(name).label), [(one, period) for one, period in periods if period]))
        return found

    @property
    def period_sums(self) -> list[tuple[str, Decimal]]:
        """Label and net of each billing period."""
        return [(str(BillingPeriod(one.billing_period).label), one.net) for one in self.totals.per_period]

    @property
    def sums(self) -> list[tuple[str, str]]:
        """Each total as the sum it is."""
        totals, currency = self.totals, self.quote.currency
        net, tax, gross, mrr = (display.money(amount, currency) for amount in (totals.net, totals.tax, totals.gross, totals.mrr))
        return [
            (_("Net, first bill"), display.added([amount for _label, amount in self.period_sums], net, currency)),
            (_("Tax"), f"{net} × {display.rate(self.quote.tax_rate)} = {tax}"),
            (_("Total, first bill"), f"{net} + {tax} = {gross}"),
            (_("MRR"), display.added([row.amounts.monthly for row in self.rows if row.amounts.monthly], mrr, currency)),
        ]

    @cached_property
    def limit_rate(self) -> Decimal:
        """What the partner may give away today without asking, as a fraction."""
        return services.discount_limit(self.quote.partner) if self.known_limit is None else self.known_limit

    @property
    def limit(self) -> str:
        """The same in percent."""
        return display.rate(self.limit_rate)

    def _row(self, line: QuoteLine) -> Row:
        priced = line.priced(self.quote.currency)
        amounts = price_line(priced, commitment=self.quote.commitment)
        is_above = discount_given(priced, line.list_price) > self.limit_rate
        form = self.forms.get(line.pk) or LineForm(row=line) if self.is_editor else None
        tariff = self.tariffs.get((line.product_id, line.billing_period)) if self.is_editor else None
        bands = bands_in_words(tariff, self.quote.currency) if tariff else ""
        reason = self.without_price.get(line.pk, "")
        return Row(line, amounts, as_sum(line, amounts, self.quote.currency), form, is_above, bands, price_of(line), reason)


def bands_in_words(tariff: Tariff, currency: str) -> str:
    """The customer's volume bands, such as "from 50: €5.40, from 200: €4.80"; empty without any."""
    parts = [
        _("from %(quantity)s: %(price)s") % {"quantity": display.number(band.min_quantity), "price": display.money(band.price, currency)}
        for band in tariff.listed
        if band.min_quantity > 1
    ]
    return ", ".join(parts)


def as_sum(line: QuoteLine, amounts: LineAmounts, currency: str) -> str:
    """The line as the sum it is, such as "12 × €108.00 × (1 − 10 %) × (1 − 15 %) = €991.44"."""
    factors = [display.number(line.quantity), display.money(line.unit_price, currency)]
    factors += [f"(1 − {display.rate(rate)})" for rate in (line.discount, amounts.commitment_rate) if rate]
    text = f"{' × '.join(factors)} = {display.money(amounts.line_total, currency)}"
    if not amounts.monthly:
        return text
    return _("%(sum)s, that is %(monthly)s a month") % {"sum": text, "monthly": display.money(amounts.monthly, currency)}


def price_of(line: QuoteLine) -> str:
    """Which row of the price list a line's price is: its day, and its volume band. Empty where it was not kept."""
    parts = []
    if line.list_band > 1:
        parts.append(_("volume price from %(quantity)s") % {"quantity": display.number(line.list_band)})
    if line.price_date:
        parts.append(_("price list of %(day)s") % {"day": display.day(line.price_date)})
    return " · ".join(parts)


@dataclass(frozen=True)
class Changed:
    """A change of the totals, as the page tells it: the amounts that changed, from and to, and what changed them."""

    change: QuoteChange
    amounts: list[tuple[str, str, str]]
    causes: list[str]
    more: int


def last_changed(quote: Quote) -> Changed | None:
    """What changed the totals last; None for a quote that was filled in one go or before changes were kept. One query."""
    change = quote.changes.first()
    if change is None:
        return None
    labels = {"net": _("Net, first bill"), "mrr": _("MRR"), "gross": _("Total, first bill")}
    amounts = [
        (labels[name], display.money(Decimal(change.old[name]), quote.currency), display.money(Decimal(change.new[name]), quote.currency))
        for name in AMOUNTS
        if change.old[name] != change.new[name]
    ]
    told = [_told(Cause(**one), quote.currency) for one in change.causes]
    return Changed(change, amounts, told[:MOST_CAUSES], max(0, len(told) - MOST_CAUSES))


def _told(cause: Cause, currency: str) -> str:
    if cause.field == LINE:
        words = {"name": cause.name, "quantity": display.number(int(cause.new or cause.old))}
        return (_("%(quantity)s × %(name)s added") if cause.new else _("%(quantity)s × %(name)s removed")) % words
    write: dict[str, Callable[[str], str]] = {
        "quantity": lambda value: display.number(int(value)),
        "unit_price": lambda value: display.money(Decimal(value), currency),
        "discount": lambda value: display.rate(Decimal(value)),
        "tax_rate": lambda value: display.rate(Decimal(value)),
        "billing_period": lambda value: str(BillingPeriod(value).label),
        "commitment": lambda value: str(Commitment(int(value)).label),
    }
    model = QuoteLine if cause.name else Quote
    label = str(model._meta.get_field(cause.field).verbose_name)
    text = f"{label} {write[cause.field](cause.old)} → {write[cause.field](cause.new)}"
    return f"{cause.name}: {text}" if cause.name else text


@dataclass(frozen=True)
class DocumentState:
    """Where the PDF of a quote stands: `state` is draft, pending, dead or ready; and its last mail: the addresses to which it is on
    its way, those that could not be reached, and those that have it."""

    quote: Quote
    state: str
    going: str = ""
    failed: str = ""
    went: str = ""

    @property
    def is_moving(self) -> bool:
        """Whether the page has to ask again: the PDF or the mail is on its way."""
        return self.state == "pending" or bool(self.going)


def document_state(quote: Quote) -> DocumentState:
    """Where PDF and mail stand, by what was promised; two queries."""
    if quote.content is None:
        return DocumentState(quote, "draft")
    keys = {services.PDF: f"{services.PDF}:{quote.pk}", services.MAIL: f"{services.MAIL}:{quote.pk}:"}
    promised = OutboxMessage.objects.filter(key__startswith=keys[services.MAIL]) | OutboxMessage.objects.filter(key=keys[services.PDF])
    states = list(promised.order_by("pk").values_list("kind", "state", "payload"))
    state = "ready" if quote.pdf_id else next((state for kind, state, _payload in states if kind == services.PDF), "pending")
    mails = [(state, payload) for kind, state, payload in states if kind == services.MAIL]
    return DocumentState(quote, "pending" if state == "done" else state, **_of_last_mail(quote, mails))


def _of_last_mail(quote: Quote, mails: list[tuple[str, dict[str, Any]]]) -> dict[str, str]:
    """The addresses of the last mail by what became of it, from states and payloads of all that were promised.

    A promise that names no address is about everybody to whom the mail goes.
    """
    if not mails and quote.sent_at is None:
        return {}
    sendings = list(quote.sendings.all())
    times = max((payload["times"] for _state, payload in mails), default=0)
    last = [(state, payload) for state, payload in mails if payload["times"] == times]
    asked = next((payload["sending_id"] for _state, payload in last if "sending_id" in payload), None)
    sending = next((one for one in sendings if asked in (None, one.pk)), None)
    everybody = [to for to in sending.everybody if to not in sending.spared] if sending else [quote.contact.email]

    def those(state: str) -> list[str]:
        named = [[payload["to"]] if "to" in payload else everybody for its, payload in last if its == state]
        return list(dict.fromkeys(to for addresses in named for to in addresses))

    going, failed = those("pending"), those("dead")
    before = next((one.has_it for one in sendings if one.has_it), [quote.contact.email] if quote.sent_at else [])
    went = (sending.has_it if sending else []) or before
    found = {"going": going, "failed": failed, "went": [to for to in went if to not in going + failed]}
    return {name: ", ".join(addresses) for name, addresses in found.items()}


def mrr_sentence(quote: Quote, *, has_lines: bool) -> str:
    """What this quote means for the project's MRR, in words."""
    amount = display.money(quote.mrr, quote.currency)
    if not quote.is_primary:
        return _("Not the primary quote: the project's MRR does not follow it.")
    if not has_lines:
        return _("Primary quote: the project's MRR follows it as soon as it has a line. Until then the estimate counts.")
    return _("Primary quote: the project's MRR follows it and is %(amount)s.") % {"amount": amount}


def today_of(quote: Quote) -> date:
    """The day it is at the quote's partner."""
    return projects.today_of(quote.partner)


def sources_for(quote: Quote, user: Any) -> list[Quote]:
    """The last quotes whose lines can be taken over: those of the account first."""
    rows = Quote.objects.visible_to(user).filter(currency=quote.currency).exclude(pk=quote.pk).exclude(net=0)
    is_same = Case(When(account=quote.account_id, then=Value(0)), default=Value(1))
    return list(rows.select_related("account").annotate(is_other=is_same).order_by("is_other", "-created_at")[:12])


def context_of_lines(lines: Lines) -> dict[str, Any]:
    """What the section of lines reads."""
    quote = lines.quote
    return {
        "quote": quote,
        "section": lines,
        "changed": last_changed(quote),
        "mrr_sentence": mrr_sentence(quote, has_lines=bool(lines.lines)),
        "is_requested": quote.approval == Approval.REQUESTED,
        "is_refused": quote.approval == Approval.REFUSED,
        "is_out": quote.status == Status.SUBMITTED,
    }
