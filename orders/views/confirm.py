"""The confirmation of an order, step by step. Each step keeps its answers; going back loses nothing, not even what is not valid yet."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orders import services
from orders.confirmation import Step, missing, missing_of
from orders.forms import StepForm, form_of
from orders.handover import SHIPPED_FAMILIES
from orders.models import Order
from orders.views.records import fact_of
from partnerportal.core.edits import Edit, asking, present_values, read, sealed
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
        form_class, user = form_of(self.step), self.request.user
        base = sealed(present_values(form_class(instance=self.record, user=user)))
        form = form_class(instance=self.record, initial=self.record.typed.get(self.step.key, {}), user=user)
        return self.show(form, base=base)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.record.is_draft:
            return self.leave()
        self.step = self._step(request.POST.get("step", "")) or self.record.steps[0]
        go = request.POST.get("go", NEXT)
        try:
            edit = self.keep()
        except IllegalMove as refusal:
            warn(request, refusal)
            return self.leave()
        if edit.clashes or (go == NEXT and not edit.form.is_valid()):
            return self.show_again(edit, status=409 if edit.clashes else 422)
        try:
            return self.go_on(go)
        except ExitConditionMissing as refusal:
            for gap in refusal.missing:
                edit.form.add_error(None, gap.sentence)
            return self.show(edit.form, status=422, base=sealed({**edit.present, **edit.merged.values}))
        except IllegalMove as refusal:
            warn(request, refusal)
            return self.leave()

    @transaction.atomic
    def keep(self) -> Edit:
        """Bring what was typed together with what others answered meanwhile, and keep it, unless there is something to choose."""
        present = self.get_queryset().select_for_update(of=("self",)).get(pk=self.record.pk)

        def form(data: QueryDict | None) -> StepForm:
            return form_of(self.step)(data, instance=copy.copy(present), user=self.request.user)

        edit = read(form, self.request.POST)
        if edit.clashes:
            return edit
        if edit.form.is_valid():
            answers = {name: edit.form.cleaned_data[name] for name in edit.changed}
            services.answer_step(self.record, step=self.step, answers=answers, by=self.request.user)
        else:
            typed = {name: self.request.POST[name] for name in edit.changed if name in self.request.POST}
            services.keep_typed(self.record, step=self.step, typed=typed, by=self.request.user)
        return edit

    def go_on(self, go: str) -> HttpResponse:
        """Where the button says, once everything is kept."""
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

    def show_again(self, edit: Edit, *, status: int) -> HttpResponse:
        """The step with what was typed, and what is wrong with it or to be chosen."""
        return self.show(edit.form, status=status, **asking(edit, self.record, self.request.POST))

    def show(self, form: forms.BaseForm, *, status: int = 200, **more: Any) -> HttpResponse:
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
            **more,
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
