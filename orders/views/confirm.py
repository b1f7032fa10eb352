"""The confirmation of an order, step by step. Each step keeps its answers; going back loses nothing, not even what is not valid yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orders import services
from orders.confirmation import Step, missing, missing_of
from orders.forms import StepForm, form_of
from orders.handover import SHIPPED_FAMILIES
from orders.models import Order
from orders.views.records import fact_of
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.core.toasts import say, warn
from partnerportal.core.views import Fact, RecordView

PREVIOUS, NEXT, LATER = "back", "next", "later"


@dataclass(frozen=True)
class Mark:
    """A step in the bar above: `state` is now, done or todo."""

    label: str | Promise
    url: str
    state: str


@dataclass(frozen=True)
class Answers:
    """What the review shows of a step."""

    label: str | Promise
    url: str
    facts: list[Fact]
    missing: str


class ConfirmOrder(RecordView):
    model, permission, must_be_editable = Order, "orders.change_order", True
    related = ("owner", "partner", "account", "project", "quote")
    step: Step

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.record.is_draft:
            return self.leave()
        self.step = self._step(request.GET.get("step", "")) or self._first_open()
        typed = self.record.typed.get(self.step.key, {})
        return self.show(form_of(self.step)(instance=self.record, initial=typed, user=request.user))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.record.is_draft:
            return self.leave()
        self.step = self._step(request.POST.get("step", "")) or self.record.steps[0]
        form = form_of(self.step)(request.POST, instance=self.get_queryset().get(pk=pk), user=request.user)
        go = request.POST.get("go", NEXT)
        try:
            return self.keep(form, go)
        except ExitConditionMissing as refusal:
            for gap in refusal.missing:
                form.add_error(None, gap.sentence)
            return self.show(form, status=422)
        except IllegalMove as refusal:
            warn(request, refusal)
            return self.leave()

    def keep(self, form: StepForm, go: str) -> HttpResponse:
        """Keep what was typed, then go where the button says."""
        if form.is_valid():
            services.answer_step(self.record, step=self.step, answers=form.cleaned_data, by=self.request.user)
        else:
            typed = {name: self.request.POST[name] for name in self.step.fields if name in self.request.POST}
            services.keep_typed(self.record, step=self.step, typed=typed, by=self.request.user)
            if go == NEXT:
                return self.show(form, status=422)
        if go == LATER:
            say(self.request, _("What you entered is kept. Go on whenever you like."))
            return HttpResponseRedirect(self.record.get_absolute_url())
        return self.go_to(go) if go == PREVIOUS or self.step != self.record.steps[-1] else self.confirm()

    def confirm(self) -> HttpResponse:
        order = services.confirm_order(self.record, by=self.request.user)
        link = (_("Open the case"), order.case.get_absolute_url()) if order.case else None
        say(self.request, _("%(order)s is confirmed: the vendor has it now.") % {"order": order}, link=link)
        return HttpResponseRedirect(order.get_absolute_url())

    def leave(self) -> HttpResponse:
        """The order is no draft any more: its page says how it stands."""
        return HttpResponseRedirect(self.record.get_absolute_url())

    def go_to(self, go: str) -> HttpResponse:
        steps = self.record.steps
        place = steps.index(self.step) + (-1 if go == PREVIOUS else 1)
        return HttpResponseRedirect(self.address(steps[max(place, 0)]))

    def address(self, step: Step) -> str:
        return f"{reverse('orders:confirm', args=[self.record.pk])}?step={step.key}"

    def _step(self, key: str) -> Step | None:
        return next((step for step in self.record.steps if step.key == key), None)

    def _first_open(self) -> Step:
        steps = self.record.steps
        return next((step for step in steps if missing_of(step, self.record)), steps[-1])

    def show(self, form: StepForm, *, status: int = 200) -> HttpResponse:
        record = self.get_queryset().get(pk=self.record.pk)
        steps = record.steps
        is_review = self.step == steps[-1]
        context = {
            "record": record,
            "tab": "orders",
            "form": form,
            "step": self.step,
            "place": steps.index(self.step) + 1,
            "count": len(steps),
            "marks": [self._mark(step, record) for step in steps],
            "is_first": self.step == steps[0],
            "is_review": is_review,
            "lines": self._lines(record),
            "answers": [self._answers(step, record) for step in steps[:-1]] if is_review else [],
            "is_ready": not missing(steps[:-1], record),
        }
        return self.page("orders/order_confirm.html", context, status=status)

    def _mark(self, step: Step, record: Order) -> Mark:
        state = "now" if step == self.step else "todo" if missing_of(step, record) else "done"
        return Mark(step.label, self.address(step), state)

    def _lines(self, record: Order) -> Any:
        rows = record.lines.select_related("product").order_by("position", "pk")
        return rows.filter(family__in=SHIPPED_FAMILIES) if self.step.key == "devices" else rows

    def _answers(self, step: Step, record: Order) -> Answers:
        gap = missing_of(step, record)
        facts = [fact_of(record, name) for name in step.fields if getattr(record, name) not in ("", None)]
        return Answers(step.label, self.address(step), facts, gap.sentence if gap else "")
