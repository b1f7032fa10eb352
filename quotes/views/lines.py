"""Lines of a draft: add, change, remove; and of any quote as a file. Every answer to htmx is the whole section, summed as everywhere."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import BillingPeriod
from catalog.services import PriceMissing, price_table, too_few
from partnerportal.core import display
from partnerportal.core.exports import Manifest, csv_response, xlsx_response
from partnerportal.core.stages import IllegalMove
from partnerportal.core.tables import Column, label
from partnerportal.core.toasts import warn
from partnerportal.core.views import RecordView, parts
from partnerportal.core.views.details import BESIDE
from quotes import services
from quotes.forms import LineForm
from quotes.models import Quote, QuoteLine
from quotes.pricing import Line, price_line
from quotes.services import QuoteTooLarge
from quotes.views.pages import RELATED, QuoteDetail
from quotes.views.sections import Filling, Lines, bands_in_words, context_of_lines, today_of

REFUSALS = (PriceMissing, IllegalMove, QuoteTooLarge)


class LinesView(RecordView):
    """What the verbs of lines share: the answer. Without htmx it is the record's page, or the section as a page when refused."""

    is_block = True
    model, permission, related = Quote, "quotes.change_quote", RELATED
    must_be_editable = True
    http_method_names = ["post", "options"]

    def answer(self, forms: dict[int | None, LineForm] | None = None, filling: Filling | None = None) -> HttpResponse:
        """The section anew; with what was refused its status is 422."""
        status = 422 if forms or filling else 200
        if not self.wants_part:
            if status == 200:
                return HttpResponseRedirect(f"{self.record.get_absolute_url()}#lines")
            context = self._context(forms, filling) | {"record": self.record, "tab": "quotes"}
            return self.page("quotes/lines_page.html", context, status=status)
        section = render_to_string("quotes/_lines.html", self._context(forms, filling), request=self.request)
        return parts(self.request, section, self._head(), status=status)

    def _context(self, forms: dict[int | None, LineForm] | None, filling: Filling | None = None) -> dict[str, Any]:
        self.record = self.get_queryset().get(pk=self.record.pk)
        lines = Lines(self.record, is_editable=True, today=today_of(self.record), forms=forms, filling=filling)
        return context_of_lines(lines)

    def _head(self) -> str:
        detail = QuoteDetail()
        detail.setup(self.request, pk=self.record.pk)
        detail.record = detail.get_queryset().get(pk=self.record.pk)
        look = BESIDE if self.list_in_sight else {}
        return render_to_string("components/record_head.html", {**detail.get_context(), "is_oob": True, **look}, request=self.request)

    def line(self, line: int) -> QuoteLine:
        """A line of this very quote."""
        row = self.record.lines.filter(pk=line).select_related("product").first()
        if row is None:
            raise Http404
        row.quote = self.record
        return row


class AddLine(LinesView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = LineForm(request.POST, prefix="new")
        if not form.is_valid():
            return self.answer({None: form})
        try:
            services.add_line(self.record, form.line(), by=request.user, today=today_of(self.record))  # type: ignore[arg-type]
        except REFUSALS as error:
            form.add_error(None, str(error))
            return self.answer({None: form})
        return self.answer()


class EditLine(LinesView):
    def post(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        row = self.line(line)
        form = LineForm(request.POST, row=row)
        if not form.is_valid():
            return self.answer({row.pk: form})
        try:
            services.edit_line(row, form.line(), by=request.user, today=today_of(self.record))  # type: ignore[arg-type]
        except REFUSALS as error:
            form.add_error(None, str(error))
            return self.answer({row.pk: form})
        return self.answer()


class RemoveLine(LinesView):
    def post(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        try:
            services.remove_line(self.line(line), by=request.user)  # type: ignore[arg-type]
        except IllegalMove as error:
            warn(request, str(error))
        return self.answer()


class LinePreview(RecordView):
    """What a line that is being typed would come to: its price of today, the sum, the billing periods that have a price."""

    model, permission, related = Quote, "quotes.change_quote", RELATED
    must_be_editable = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = LineForm(request.GET, prefix="new")
        form.full_clean()
        product = form.cleaned_data.get("product")
        if product is None:
            return self.page("quotes/_line_preview.html", {"form": form})
        table = price_table([product], currency=self.record.currency, tier=self.record.partner.tier, on=today_of(self.record))
        order = list(BillingPeriod.values)
        periods = sorted((period for _product, period in table), key=order.index)
        chosen = form.cleaned_data.get("billing_period", "")
        period = chosen if chosen in periods else (periods[0] if periods else "")
        context = {
            "form": form,
            "product": product,
            "periods": [(one, BillingPeriod(one).label) for one in periods],
            "chosen": period,
            "sum": self._sum(form, table, period) if period else "",
            "bands": bands_in_words(table[(product.pk, period)], self.record.currency) if period else "",
        }
        return self.page("quotes/_line_preview.html", context)

    def _sum(self, form: LineForm, table: dict[Any, Any], period: str) -> str:
        data = form.cleaned_data
        currency, quantity = self.record.currency, data.get("quantity") or 1
        tariff = table[(data["product"].pk, period)]
        price = tariff.at(quantity)
        if price is None:
            return too_few(data["product"], tariff)
        line = Line(quantity, price.list_price, period, currency, data.get("discount") or 0, price.unit_cost)
        amounts = price_line(line, commitment=self.record.commitment)
        words = {"price": display.money(price.list_price, currency), "total": display.money(amounts.line_total, currency)}
        if not amounts.monthly:
            return _("%(price)s each, %(total)s in all") % words
        return _("%(price)s each, %(total)s per period, %(monthly)s a month") % {
            **words,
            "monthly": display.money(amounts.monthly, currency),
        }


class LinesFile(RecordView):
    """The lines of a quote as they stand: CSV, or XLSX with `format=xlsx`. It has the partner's own cost, which no customer gets."""

    model, permission = Quote, "quotes.view_quote"
    columns = (
        Column(gettext_lazy("Position"), "position"),
        Column(gettext_lazy("Code"), "product.code"),
        Column(gettext_lazy("Description"), "name"),
        Column(gettext_lazy("Quantity"), "quantity"),
        Column(gettext_lazy("Billing period"), "billing_period", render=label),
        Column(gettext_lazy("List price"), "list_price"),
        Column(gettext_lazy("Unit price"), "unit_price"),
        Column(gettext_lazy("Discount"), "discount"),
        Column(gettext_lazy("Total per period"), "line_total"),
        Column(gettext_lazy("Per month"), "monthly"),
        Column(gettext_lazy("Your cost"), "unit_cost"),
        Column(gettext_lazy("Currency"), "quote.currency"),
    )

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        quote = self.record
        rows = quote.lines.select_related("product", "quote").order_by("position", "pk")
        write = xlsx_response if request.GET.get("format") == "xlsx" else csv_response
        facts = ((_("Quote"), str(quote)), (_("Account"), str(quote.account)), (_("Exported by"), request.user.get_full_name()))
        return write(rows, self.columns, name=str(quote).replace(" ", "-"), manifest=Manifest(facts))
