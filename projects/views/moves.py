"""Moves, and what else is done to a project from its page: agreement, loss, reopening, next step, demo answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog import words
from catalog.models import Term
from partnerportal.core import display
from partnerportal.core.edits import Question, asking, present_values, read, sealed
from partnerportal.core.forms import BulkReasonForm, ReasonForm
from partnerportal.core.stages import IllegalMove, StaleMove
from partnerportal.core.submissions import lasting, once
from partnerportal.core.toasts import say
from partnerportal.core.views import RecordAnswers, RecordView, StageMove
from projects import bonus, services
from projects.forms import AgreementForm, DemoForm, LeaveDemoForm, LostForm, NextStepForm, WonForm
from projects.models import DemoAnswer, DemoQuestion, Project, why_unavailable
from projects.stages import AUTOMATIC, Stage
from projects.views.lists import ProjectBoard
from projects.views.refusals import sentences_of
from projects.views.sums import address


class ProjectMove(StageMove):
    model, permission = Project, "projects.change_project"
    board = ProjectBoard
    service = staticmethod(services.move_project)
    fillable = services.EXIT_FIELDS
    bulk_form = BulkReasonForm
    not_in_bulk = (Stage.CLOSED,)
    fill = staticmethod(services.fill_exit_fields)

    def question_for(self, record: Project, to: str) -> Any:
        """Going back asks why; leaving Demo without the answers warns."""
        if to not in record.path.steps or to in AUTOMATIC or record.stage in AUTOMATIC or to == record.stage or self.seen != record.stage:
            return None
        if not record.path.is_forward(record.stage, to):
            return ReasonForm
        facts = services.bonus_facts(record) if record.stage == Stage.DEMO else None
        if facts is None or facts.demo_done or not bonus.unanswered(facts):
            return None
        missing = DemoQuestion.objects.filter(key__in=bonus.unanswered(facts)).values_list("text", flat=True)
        return partial(LeaveDemoForm, missing=[words.said(text) for text in missing], answer_url=reverse("projects:demo", args=[record.pk]))

    def can_undo(self, moved: Project, was: str) -> bool:
        """Not once the demo was counted with the move: that stays for ever."""
        return moved.demo_done == self.record.demo_done and services.can_take_back(moved, was)

    def _ask(self, question: Any, filling: Any, *, sentences: list[str] | None = None) -> HttpResponse:
        """One dialog for everything: what a warning asks and what the stages on the way need."""
        if filling is None and not sentences and self.record.path.is_forward(self.record.stage, self.to):
            missing = self.record.path.missing(self.record, self.record.stage, self.to)
            filling = self._form([name for one in missing for name in one.fields if name in self.fillable])
            sentences = [one.sentence for one in missing]
        return super()._ask(question, filling, sentences=sentences)


class ProjectDialog(RecordView):
    """A question about a project, as a dialog and as a page: one form, one service, its refusals at the fields."""

    is_block = True
    model, permission, must_be_editable = Project, "projects.change_project", True
    related = ("owner", "partner", "account", "contact")
    heading: ClassVar[str | Promise]
    button: ClassVar[str | Promise] = _("Save")
    text: ClassVar[str | Promise] = ""
    is_dangerous: ClassVar[bool] = False
    hidden: Sequence[tuple[str, str]] = ()
    questions: Sequence[Question] = ()

    def get_form(self, data: Any = None) -> Any:
        """The form; None for a plain confirmation."""
        return None

    def act(self, values: dict[str, Any]) -> None:
        """Call the service."""
        raise NotImplementedError

    def done(self) -> str:
        """What the toast says."""
        return _now("%(record)s was saved.") % {"record": self.record}

    def get_text(self) -> str | Promise:
        """What stands above the form."""
        return self.text

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._ask(self.get_form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.answer(self.get_form(request.POST))

    def answer(self, form: Any) -> HttpResponse:
        """Do what was asked, or say what is wrong with it."""
        if form is not None and not form.is_valid():
            return self._ask(form, status=422)

        def act() -> str:
            self.act(form.cleaned_data if form is not None else {})
            say(self.request, self.done())
            return self.record.get_absolute_url()

        try:
            url = once(self.request.POST.get("submission", ""), by=self.request.user, act=act)
        except ValidationError as error:
            for name, sentence in sentences_of(error, self.request.user).items():
                form.add_error(name if name in form.fields else None, sentence)
            return self._ask(form, status=422)
        except StaleMove as error:
            stage = words.stage(self.record.record_type, error.now).label
            return self._refuse(_now("This has been moved meanwhile: it is in %(stage)s now.") % {"stage": stage}, status=409)
        except IllegalMove as error:
            return self._refuse(str(error), status=422)
        return self.lead_to(url)

    def _ask(self, form: Any, *, status: int = 200) -> HttpResponse:
        context = {
            "record": self.record,
            "tab": "projects",
            "heading": self.heading,
            "text": self.get_text(),
            "form": form,
            "action": self.request.path,
            "button": self.button,
            "is_dangerous": self.is_dangerous,
            "hidden": self.hidden,
            "questions": self.questions,
            **lasting(self.request),
        }
        return self.dialog(context, status=status)

    def _refuse(self, sentence: str, *, status: int) -> HttpResponse:
        template = "components/refusal_dialog.html" if self.wants_part else "layouts/refusal.html"
        return self.page(template, {"record": self.record, "tab": "projects", "sentence": sentence}, status=status)


class RecordAgreement(ProjectDialog):
    """The customer's word. Where it is recorded already, the dialog says what else Proposal waits for."""

    is_block = False
    heading, button = _("Verbal agreement"), _("Save and go on")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> AgreementForm:
        initial = {"verbal_agreement_on": timezone.localdate(), "verbal_agreement_by": str(self.record.contact)}
        return AgreementForm(data, user=self.request.user, initial=initial)

    def get_text(self) -> str:
        if self.record.quotes_out:
            return _now("A quote is with the customer, so the project goes to Contract out at once.")
        return _now("With a submitted quote, the project then goes to Contract out by itself.")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.record.verbal_agreement:
            return super().get(request, pk)
        context = {
            "record": self.record,
            "tab": "projects",
            "quote_url": address("quotes:add", query=f"?project={pk}"),
            "agreed": f"{display.day(self.record.verbal_agreement_on)} · {self.record.verbal_agreement_by}",
        }
        return self.page("projects/_quote_needed.html" if self.wants_part else "projects/quote_needed.html", context)

    def act(self, values: dict[str, Any]) -> None:
        self.record = services.record_verbal_agreement(
            self.record, on=values["verbal_agreement_on"], agreed_by=values["verbal_agreement_by"], by=self.request.user
        )

    def done(self) -> str:
        if self.record.stage == Stage.CONTRACT_OUT:
            return _now("%(record)s is in %(stage)s now.") % {"record": self.record, "stage": self.record.get_stage_display()}
        return _now("The verbal agreement was recorded.")


class WithdrawAgreement(ProjectDialog):
    is_block = False
    heading, button, is_dangerous = _("Take the verbal agreement back"), _("Take it back"), True
    text = _("The project stays in its stage, and needs the customer's word again before the contract can go out.")
    permission = "projects.change_project"

    def act(self, values: dict[str, Any]) -> None:
        services.withdraw_verbal_agreement(self.record, by=self.request.user)

    def done(self) -> str:
        return _now("The verbal agreement was taken back.")


class CloseAsLost(ProjectDialog):
    is_block = False
    heading, button, is_dangerous = _("Close as lost"), _("Close as lost"), True
    text = _("Drafts and submitted quotes of the project are cancelled, and their links say so. A manager can reopen the project.")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> LostForm:
        return LostForm(data, user=self.request.user, seen=self.record.stage, initial={"competitor": self.record.competitor})

    def act(self, values: dict[str, Any]) -> None:
        services.close_as_lost(
            self.record, seen=values["seen"], lost_reason=values["lost_reason"], competitor=values["competitor"], by=self.request.user
        )

    def done(self) -> str:
        reason = words.label(Term.Kind.LOST, self.request.POST.get("lost_reason", ""))
        return _now("%(record)s is closed as lost (%(reason)s).") % {"record": self.record, "reason": reason}


class WhyWon(ProjectDialog):
    is_block = False
    heading, button = _("Why was it won?"), _("Save")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> WonForm:
        project = self.record
        return WonForm(data, user=self.request.user, initial={"won_reason": project.won_reason, "competitor": project.competitor})

    def act(self, values: dict[str, Any]) -> None:
        services.say_why_won(self.record, won_reason=values["won_reason"], competitor=values["competitor"], by=self.request.user)

    def done(self) -> str:
        return _now("The reason of the win was saved.")


class ReopenProject(ProjectDialog):
    is_block = False
    heading, button = _("Reopen the project"), _("Reopen")
    text = _("The project begins again in its first stage.")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> ReasonForm:
        return ReasonForm(data, user=self.request.user)

    def act(self, values: dict[str, Any]) -> None:
        services.reopen_project(self.record, reason=values["reason"], by=self.request.user)

    def done(self) -> str:
        return _now("%(record)s is open again.") % {"record": self.record}


class NextStep(ProjectDialog):
    is_block = False
    heading = _("Next step")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> NextStepForm:
        return NextStepForm(data, instance=self.get_queryset().get(pk=self.record.pk), user=self.request.user)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.get_form()
        self.hidden = [("base", sealed(present_values(form)))]
        return self._ask(form)

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.get_queryset().select_for_update(of=("self",)).get(pk=self.record.pk)
        edit = read(self.get_form, request.POST)
        asked = asking(edit, self.record, request.POST)
        self.hidden, self.questions = [("base", asked["base"]), ("clash", asked["asked"])], asked["questions"]
        return self._ask(edit.form, status=409) if edit.clashes else self.answer(edit.form)

    def act(self, values: dict[str, Any]) -> None:
        services.edit_project(self.record, values=values, by=self.request.user)

    def done(self) -> str:
        return _now("The next step was saved.")


class EstimateToday(ProjectDialog):
    """Today's average prices for a project that keeps older ones, or lacked one: what comes of it is read before it is asked for."""

    is_block = False
    heading, button = _("Estimate with today's prices"), _("Estimate anew")
    permission = "projects.change_project"

    def get_text(self) -> str:
        found = services.estimate_of_today(self.record)
        if found.amount is None:
            return _now("Still not available: %(reason)s.") % {"reason": why_unavailable(found)}
        new = display.money(found.amount, found.currency)
        if found.amount == self.record.expected_mrr:
            return _now("Today's prices give the same expected MRR: %(amount)s.") % {"amount": new}
        told = _now("Expected MRR: %(old)s → %(new)s.") % {"old": self._expected(self.record), "new": new}
        return f"{told} {_now('MRR and weighted pipeline follow it; the change stands in the history.')}"

    def act(self, values: dict[str, Any]) -> None:
        self.estimated = services.estimate_with_prices_of_today(self.record, by=self.request.user)

    def done(self) -> str:
        old, new = self._expected(self.record), self._expected(self.estimated)
        if self.estimated.expected_mrr is None:
            return _now("Still not available: %(reason)s.") % {"reason": self.estimated.why_unavailable}
        if self.estimated.expected_mrr == self.record.expected_mrr:
            return _now("Today's prices give the same expected MRR: %(amount)s.") % {"amount": new}
        return _now("Expected MRR: %(old)s → %(new)s.") % {"old": old, "new": new}

    def _expected(self, project: Project) -> str:
        return _now("not available") if project.expected_mrr is None else display.money(project.expected_mrr, project.currency)


class AnswerDemo(RecordAnswers):
    is_block = False
    model, permission = Project, "projects.change_project"
    template_name, tab = "projects/demo_form.html", "projects"
    heading, saved = _("Demo answers"), _("The demo answers were saved.")

    def get_answers(self) -> dict[str, DemoAnswer]:
        return {answer.question.key: answer for answer in self.record.demo_answers.select_related("question", "answered_by")}

    def get_form(self, data: Any = None) -> DemoForm:
        given = {key: answer.text for key, answer in self.get_answers().items()}
        return DemoForm(data, user=self.request.user, questions=DemoQuestion.objects.filter(is_active=True), initial=given)

    def save(self, answers: dict[str, str]) -> None:
        services.answer_demo(self.record, answers=answers, by=self.request.user)
