"""Many lines at once, a quote cloned, and two quotes of a project side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Bundle
from catalog.services import PriceMissing
from partnerportal.core import display
from partnerportal.core.toasts import say
from partnerportal.core.views import RecordView
from quotes import services
from quotes.differences import Side, compare
from quotes.models import Quote, QuoteLine
from quotes.pricing import price_line
from quotes.services import BadRows
from quotes.views.actions import QuoteAction
from quotes.views.lines import REFUSALS, LinesView
from quotes.views.pages import RELATED
from quotes.views.sections import Filling, sources_for, today_of


class FillView(LinesView):
    """A verb that adds many lines, all or none; what is wrong is named row by row."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            count = self.fill()
        except BadRows as error:
            return self.answer(filling=Filling(text=self.text, rows=error.rows))
        except REFUSALS as error:
            return self.answer(filling=Filling(text=self.text, sentence=str(error)))
        say(request, ngettext("%(count)s line was added.", "%(count)s lines were added.", count) % {"count": count})
        return self.answer()

    @property
    def text(self) -> str:
        """What was pasted, to be shown again."""
        return ""

    def fill(self) -> int:
        """Add the lines and say how many."""
        raise NotImplementedError


class PasteLines(FillView):
    @property
    def text(self) -> str:
        return self.request.POST.get("rows", "")[:100_000]

    def fill(self) -> int:
        return services.paste_lines(self.record, self.text, by=self.request.user, today=today_of(self.record))  # type: ignore[arg-type]


class FillChoices(RecordView):
    """Bundles and other quotes whose lines can be put on a draft."""

    model, permission, related = Quote, "quotes.change_quote", RELATED
    must_be_editable = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            "quote": self.record,
            "record": self.record,
            "tab": "quotes",
            "heading": _("Lines of a bundle or of another quote"),
            "component": "quotes/_line_takes.html",
            "bundles": list(Bundle.objects.filter(is_active=True)),
            "sources": sources_for(self.record, request.user),
        }
        return self.page("quotes/_line_takes.html" if self.wants_part else "layouts/panel.html", context)


class TakeBundle(FillView):
    def fill(self) -> int:
        word = self.request.POST.get("bundle", "")
        bundle = Bundle.objects.filter(is_active=True, pk=int(word) if word.isdecimal() and len(word) < 10 else 0).first()
        if bundle is None:
            raise PriceMissing(_("Choose a bundle."))
        return services.take_bundle(self.record, bundle, by=self.request.user, today=today_of(self.record))  # type: ignore[arg-type]


class TakeLines(FillView):
    def fill(self) -> int:
        word = self.request.POST.get("source", "")
        rows = Quote.objects.visible_to(self.request.user)
        source = rows.filter(pk=int(word) if word.isdecimal() and len(word) < 19 else 0).first()
        if source is None:
            raise PriceMissing(_("Choose a quote."))
        return services.take_lines_of(self.record, source, by=self.request.user, today=today_of(self.record))  # type: ignore[arg-type]


class CloneQuote(QuoteAction):
    done = gettext_lazy("%(quote)s is a new draft with the same lines, at today's prices.")

    @staticmethod
    def act(quote: Quote, *, by: Any) -> Quote:
        return services.clone_quote(quote, by=by, today=today_of(quote))


@dataclass(frozen=True)
class Sums:
    """One amount of both quotes, and what is between them."""

    label: str
    before: Any
    after: Any

    @property
    def difference(self) -> Any:
        """How much more the later one is."""
        return self.after - self.before


class CompareQuotes(RecordView):
    """A quote beside another one of its project: the former version unless another is chosen."""

    model, permission, related = Quote, "quotes.view_quote", RELATED

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        before = self.other
        context = {"record": self.record, "tab": "quotes", "before": before, "others": self.others, "is_other_currency": False}
        if before is not None:
            found = compare(sides(before), sides(self.record))
            context |= {
                "differences": found,
                "is_same": all(one.kind == "same" for one in found),
                "sums": self.sums(before),
                "mrr_change": self.record.mrr - before.mrr,
                "head": self.head(before),
                "is_other_currency": before.currency != self.record.currency,
            }
        return self.page("quotes/compare.html", context)

    @cached_property
    def others(self) -> list[Quote]:
        """The other quotes of the project, the versions of this one first."""
        rows = Quote.objects.visible_to(self.request.user).filter(project=self.record.project_id).exclude(pk=self.record.pk)
        return sorted(rows[:50], key=lambda one: (one.number != self.record.number, -one.version, -one.pk))

    @property
    def other(self) -> Quote | None:
        """What it is compared with. Another project's quote is not there."""
        word = self.request.GET.get("with", "")
        if word:
            found = next((one for one in self.others if str(one.pk) == word), None)
            if found is None:
                raise Http404
            return found
        return next((one for one in self.others if one.pk == self.record.former_id), self.others[0] if self.others else None)

    def sums(self, before: Quote) -> list[Sums]:
        """The sums of both."""
        names = {
            "capex_total": _("One-off, net"),
            "recurring_total": _("Recurring, net, first bill"),
            "net": _("Net, first bill"),
            "tax": _("Tax"),
            "gross": _("Total, first bill"),
            "mrr": _("MRR"),
        }
        return [Sums(label, getattr(before, name), getattr(self.record, name)) for name, label in names.items()]

    def head(self, before: Quote) -> list[tuple[str, Any, Any]]:
        """The words of the head that differ."""
        return [
            (capfirst(Quote._meta.get_field(name).verbose_name), *(display.field_value(quote, name) for quote in (before, self.record)))  # type: ignore[union-attr]
            for name in (*services.HEAD, *services.SHIPPING)
            if getattr(before, name) != getattr(self.record, name)
        ]


def sides(quote: Quote) -> list[Side]:
    """The lines of a quote, as they are compared."""
    return [_side(line, quote) for line in services.lines_of(quote)]


def _side(line: QuoteLine, quote: Quote) -> Side:
    amounts = price_line(line.priced(quote.currency), commitment=quote.commitment)
    return Side(
        code=line.product.code,
        name=line.name,
        billing_period=line.billing_period,
        period_label=line.get_billing_period_display(),
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        line_total=amounts.line_total,
        monthly=amounts.monthly,
    )
