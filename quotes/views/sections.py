"""What the parts of a quote's page show: the lines with their sums, the document, the customer's side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Case, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import BillingPeriod, Product
from catalog.services import price_table
from partnerportal.core import display
from partnerportal.core.models import OutboxMessage
from projects import services as projects
from quotes import services
from quotes.forms import LineForm
from quotes.models import Additional, Quote, QuoteLine
from quotes.pasting import BadRow
from quotes.pricing import LineAmounts, Totals, discount_given, price_line
from quotes.rules import section_of
from quotes.stages import Approval, Status


@dataclass(frozen=True)
class Row:
    """A line as the partner sees it: with cost and margin, and its form while the quote is a draft."""

    line: QuoteLine
    amounts: LineAmounts
    sum: str
    form: LineForm | None
    is_above_limit: bool


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
        forms: dict[int | None, LineForm] | None = None,
        filling: Filling | None = None,
    ) -> None:
        self.quote, self.today = quote, today
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
        if not self.quote.is_draft:
            return []
        return [one.sentence for one in services.missing_to_submit(self.quote, self.lines, today=self.today)]

    @cached_property
    def needs_approval(self) -> bool:
        """Whether a discount waits for the account manager's word."""
        return self.quote.is_draft and services.needs_approval(self.quote, self.lines)

    @cached_property
    def outdated(self) -> list[QuoteLine]:
        """The lines of a draft whose prices have changed."""
        return services.outdated(self.quote, self.lines, today=self.today) if self.quote.is_draft else []

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
        table = price_table(self.offered, currency=self.quote.currency, tier=self.quote.partner.tier, on=self.today)
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
    def limit(self) -> str:
        """What the partner may give away without asking."""
        return display.rate(services.discount_limit(self.quote.partner))

    def _row(self, line: QuoteLine) -> Row:
        priced = line.priced(self.quote.currency)
        amounts = price_line(priced, commitment=self.quote.commitment)
        is_above = discount_given(priced, line.list_price) > services.discount_limit(self.quote.partner)
        form = self.forms.get(line.pk) or LineForm(row=line) if self.is_editor else None
        return Row(line, amounts, as_sum(line, amounts, self.quote.currency), form, is_above)


def as_sum(line: QuoteLine, amounts: LineAmounts, currency: str) -> str:
    """The line as the sum it is, such as "12 × €108.00 × (1 − 10 %) × (1 − 15 %) = €991.44"."""
    factors = [display.number(line.quantity), display.money(line.unit_price, currency)]
    factors += [f"(1 − {display.rate(rate)})" for rate in (line.discount, amounts.commitment_rate) if rate]
    text = f"{' × '.join(factors)} = {display.money(amounts.line_total, currency)}"
    if not amounts.monthly:
        return text
    return _("%(sum)s, that is %(monthly)s a month") % {"sum": text, "monthly": display.money(amounts.monthly, currency)}


@dataclass(frozen=True)
class DocumentState:
    """Where the PDF of a quote stands: `state` is draft, pending, dead or ready."""

    quote: Quote
    state: str
    mail: str

    @property
    def is_moving(self) -> bool:
        """Whether the page has to ask again: the PDF or the mail is on its way."""
        return self.state == "pending" or self.mail == "pending"


def document_state(quote: Quote) -> DocumentState:
    """Where PDF and mail stand, by what was promised; one query."""
    if quote.content is None:
        return DocumentState(quote, "draft", "")
    keys = {services.PDF: f"{services.PDF}:{quote.pk}", services.MAIL: f"{services.MAIL}:{quote.pk}:"}
    promised = OutboxMessage.objects.filter(key__startswith=keys[services.MAIL]) | OutboxMessage.objects.filter(key=keys[services.PDF])
    states = list(promised.order_by("pk").values_list("kind", "state"))
    mails = [state for kind, state in states if kind == services.MAIL]
    state = "ready" if quote.pdf_id else next((state for kind, state in states if kind == services.PDF), "pending")
    return DocumentState(quote, "pending" if state == "done" else state, mails[-1] if mails else "")


def private_link(quote: Quote) -> str:
    """The address of the customer's page."""
    return settings.SITE_URL + reverse("customer_quote", args=[quote.token])


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
        "mrr_sentence": mrr_sentence(quote, has_lines=bool(lines.lines)),
        "is_requested": quote.approval == Approval.REQUESTED,
        "is_refused": quote.approval == Approval.REFUSED,
        "is_out": quote.status == Status.SUBMITTED,
    }
