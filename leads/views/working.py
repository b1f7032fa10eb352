"""Working a lead: questions, score, plan, next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog import words
from catalog.models import ProductOfInterest, Term
from leads import score, services
from leads.forms import NextStepForm, QualificationForm
from leads.models import Lead, LeadPlan, QualificationAnswer, QualificationQuestion
from leads.stages import OPEN
from partnerportal.core import display
from partnerportal.core.edits import asking, present_values, read, sealed
from partnerportal.core.stages import IllegalMove
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views import RecordAnswers, RecordView
from partners.models import User
from tasks.models import Status as TaskStatus
from tasks.models import Task

TONES = {"hot": "green", "warm": "amber", "cold": "grey"}
BANDS = {"hot": _("hot"), "warm": _("warm"), "cold": _("cold")}
# What a reason is called when it brings points, and what to do about it when it does not.
REASONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "power": (_("Power: %(value)s"), _("Find who decides")),
    "users": (_("Users: %(value)s"), _("Ask how many users there will be")),
    "answers": (_("Questions answered: %(value)s"), _("Answer the qualification questions")),
    "product": (_("Product of interest: %(value)s"), _("Find out which product is of interest")),
    "source": (_("Source: %(value)s"), _("A source where the customer asks")),
    "next_step": (_("Next step with a date"), _("Agree on the next step")),
    "solutions": (_("Solution chosen"), _("Find out which solution they want")),
    "phone": (_("Phone number known"), _("Ask for a phone number")),
}
WORDS = {"power": Term.Kind.POWER, "source": Term.Kind.LEAD_SOURCE}


@dataclass(frozen=True)
class ReasonLine:
    """A reason of the score in words."""

    points: int
    most: int
    text: str


@dataclass(frozen=True)
class Answered:
    """A qualification question with its answer, if it has one."""

    question: QualificationQuestion
    answer: QualificationAnswer | None

    @property
    def asked(self) -> str:
        """The question as it was when it was answered; without an answer as it is."""
        return words.said(self.answer.asked if self.answer else self.question.text)


@dataclass(frozen=True)
class StepLine:
    """A step of the plan that is running."""

    task: Task
    is_done: bool


def score_badge(points: int, record: Lead | None = None) -> SafeString:
    """The points, with their band in words: colour alone says nothing."""
    band = score.band(points)
    return display.badge(f"{points} {BANDS[band]}", TONES[band])


def next_step(value: str, lead: Lead) -> SafeString | str:
    """What is next and when, of an open lead."""
    if not value and not lead.next_step_on:
        return display.NOTHING
    when = display.due(lead.next_step_on) if lead.next_step_on and lead.status in OPEN else display.day(lead.next_step_on)
    return format_html('<span class="next-step"><span>{}</span> {}</span>', value, when)


def next_step_link(address: str) -> SafeString:
    """The pencil that opens the dialog, and without script its page."""
    return format_html(
        '<a href="{0}" hx-get="{0}" hx-target="#dialog" aria-label="{1}" title="{1}"><i class="bi bi-pencil" aria-hidden="true"></i></a>',
        address,
        _now("Change the next step"),
    )


def answers_of(lead: Lead) -> list[Answered]:
    """Every question that is asked about this lead's product, and every one that was answered."""
    given = {one.question_id: one for one in lead.answers.select_related("question", "answered_by")}  # type: ignore[attr-defined]
    asked = list(QualificationQuestion.objects.asked_of(lead))
    further = [one.question for one in given.values() if one.question not in asked]
    return [Answered(question, given.get(question.pk)) for question in [*asked, *further]]


def work_of(lead: Lead, *, is_editable: bool) -> dict[str, Any]:
    """What the card of a lead's work shows."""
    answers = answers_of(lead)
    given = sum(1 for one in answers if one.answer)
    found = lead.get_score(answers=given)
    return {
        "answers": answers,
        "given_count": given,
        "score": score_badge(found.points),
        "points": found.points,
        "reasons": [_line(one) for one in found.given],
        "missing": [_line(one) for one in found.missing],
        "answer_url": reverse("leads:qualify", args=[lead.pk]) if is_editable else "",
    }


def plan_of(lead: Lead, *, is_editable: bool) -> dict[str, Any]:
    """The plan that is running, step by step; else the plans that can be started."""
    run = lead.plan_runs.filter(ended_at=None).select_related("plan").first()  # type: ignore[attr-defined]
    tasks = list(run.tasks.filter(deleted_at=None).order_by("due_on", "pk")) if run else []
    steps = [StepLine(task, task.status == TaskStatus.COMPLETED) for task in tasks]
    is_running = any(not step.is_done for step in steps)
    may_start = is_editable and lead.status in OPEN and not is_running
    return {
        "plan": run.plan if run else None,
        "steps": steps,
        "is_running": is_running,
        "offered": list(LeadPlan.objects.filter(is_active=True)) if may_start else [],
        "start_url": reverse("leads:start_plan", args=[lead.pk]) if may_start else "",
        "stop_url": reverse("leads:stop_plan", args=[lead.pk]) if is_editable and is_running else "",
    }


def _line(reason: score.Reason) -> ReasonLine:
    given, missing = REASONS[reason.kind]
    value = words.label(WORDS[reason.kind], reason.value) if reason.kind in WORDS else reason.value
    if reason.kind == "product" and value:
        value = ProductOfInterest(value).label
    return ReasonLine(reason.points, reason.most, str(given) % {"value": value} if reason.points else str(missing))


class Qualify(RecordAnswers):
    is_block = False
    model, permission = Lead, "leads.change_lead"
    template_name, tab = "leads/qualify_form.html", "leads"
    heading, saved = _("Qualification"), _("The answers were saved.")

    def get_answers(self) -> dict[str, QualificationAnswer]:
        return {one.question.key: one.answer for one in answers_of(self.record) if one.answer}

    def get_form(self, data: Any = None) -> QualificationForm:
        return QualificationForm(data, user=self.request.user, asked=[(one.question, one.answer) for one in answers_of(self.record)])

    def save(self, answers: dict[str, str]) -> None:
        services.answer_questions(self.record, answers=answers, by=self.request.user)


class NextStep(RecordView):
    """What is to be done next, and when: a dialog, and a page without script."""

    model, permission, must_be_editable = Lead, "leads.change_lead", True

    def get_form(self, data: Any = None) -> NextStepForm:
        return NextStepForm(data, instance=self.get_queryset().get(pk=self.record.pk), user=self.request.user)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.get_form()
        return self._ask(form, asked={"base": sealed(present_values(form)), "asked": "", "questions": []})

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.get_queryset().select_for_update(of=("self",)).get(pk=self.record.pk)
        edit = read(self.get_form, request.POST)
        if edit.clashes or not edit.form.is_valid():
            return self._ask(edit.form, asked=asking(edit, self.record, request.POST), status=409 if edit.clashes else 422)
        services.edit_lead(self.record, values=edit.form.cleaned_data, by=request.user)
        say(request, _now("The next step was saved."))
        return self.lead_to(self.record.get_absolute_url())

    def _ask(self, form: Any, *, asked: dict[str, Any], status: int = 200) -> HttpResponse:
        context = {
            "record": self.record,
            "tab": "leads",
            "heading": _("Next step"),
            "text": "",
            "form": form,
            "action": self.request.path,
            "button": _("Save"),
            "hidden": [("base", asked["base"]), ("clash", asked["asked"])],
            "questions": asked["questions"],
            "draft": self.request.path,
        }
        return self.dialog(context, status=status)


class PlanAction(RecordView):
    """A button of the plan's card; a refusal is said on the page of the lead."""

    is_block = True
    model, permission, must_be_editable = Lead, "leads.change_lead", True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            self.act(request.user)
        except IllegalMove as refusal:
            warn(request, refusal)
        return HttpResponseRedirect(self.record.get_absolute_url())

    def act(self, user: User) -> None:
        """Call the service and say what it did."""
        raise NotImplementedError


class StartPlan(PlanAction):
    def act(self, user: User) -> None:
        key = self.request.POST.get("plan", "")
        plan = LeadPlan.objects.filter(pk=key if key.isdecimal() else None, is_active=True).first()
        if plan is None:
            raise IllegalMove(_now("This plan is not offered any more."), stage=self.record.status)
        run = services.start_plan(self.record, plan=plan, by=user)
        count = run.tasks.count()
        text = ngettext("“%(plan)s” is started: %(count)s task for you.", "“%(plan)s” is started: %(count)s tasks for you.", count)
        say(self.request, text % {"plan": plan, "count": count}, undo=Undo(reverse("leads:stop_plan", args=[self.record.pk])))


class StopPlan(PlanAction):
    def act(self, user: User) -> None:
        count = services.stop_plan(self.record, by=user)
        text = ngettext("The plan is stopped; %(count)s open task is gone.", "The plan is stopped; %(count)s open tasks are gone.", count)
        say(self.request, text % {"count": count})
