"""The page of a case: the conversation with its composer, and what one may do next."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact
from cases import services
from cases.forms import AnswerForm, CommentForm
from cases.models import Case, CaseType, Comment
from cases.stages import Status
from cases.views.lists import response_badge
from partnerportal.core import display
from partnerportal.core.forms import PartnerForm
from partnerportal.core.panels import Activity, AddNote, PinNote
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.core.submissions import once, token_of
from partnerportal.core.toasts import say
from partnerportal.core.views import Action, Fact, Panel, PathBar, RecordDetail, steps_of

REFUSALS = (IllegalMove, services.CaseClosed, services.TooLateToReopen)


def is_agent(user: Any) -> bool:
    """Whether a person answers for the vendor."""
    return bool(user.is_support or user.is_vendor_admin)


class CaseDetail(RecordDetail):
    model, permission = Case, "cases.view_case"
    template_name = "cases/case_detail.html"
    icon, tone = "life-preserver", "violet"
    related = ("owner", "partner", "account", "contact", "agent")

    def get_eyebrow(self) -> list[SafeString | str]:
        parent = [self._named(self.record.account)] if self.record.account else []
        return [self.record.get_type_display(), *parent]

    def _named(self, other: Account | Contact | None) -> SafeString | str:
        """The name of a record, as a link for whoever may open it: support may not open accounts."""
        if other is None:
            return display.NOTHING
        meta = other._meta
        may_open = self.request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return display.record_link(other) if may_open else str(other)

    def get_badges(self) -> list[SafeString]:
        critical = (
            [display.badge(self.record.get_service_class_display(), "red", "exclamation-triangle")]
            if self.record.service_class == Case.Service.CRITICAL
            else []
        )
        verdict = [display.choice_badge(self.record, "verdict")] if self.record.verdict else []
        return [*critical, *verdict]

    def get_facts(self) -> list[Fact]:
        case = self.record
        return [
            Fact(_("Status"), display.badge(self._status(), display.tone_of(case.status))),
            Fact(_("First answer"), response_badge(case)),
            Fact(_("Agent"), display.person(case.agent) if case.agent else _("not assigned yet")),
            Fact(_("Owner"), display.person(case.owner)),
            Fact(_("Submitted"), display.ago(case.created_at)),
        ]

    def get_path(self) -> PathBar:
        """The road of a case; nobody chooses a step, each follows from what is said."""
        middle = (
            (Status.WAITING.value, self._status())
            if self.record.status == Status.WAITING
            else (Status.IN_PROGRESS.value, Status.IN_PROGRESS.label)
        )
        order = [
            (Status.NEW.value, Status.NEW.label),
            middle,
            (Status.RESOLVED.value, Status.RESOLVED.label),
            (Status.CLOSED.value, Status.CLOSED.label),
        ]
        return PathBar(
            steps_of(order, now=self.record.status), seen=self.record.status, move_url="", is_editable=False, guidance=self._guidance()
        )

    def _status(self) -> str:
        is_ours = self.record.status == Status.WAITING and self.request.user.partner_id
        return _("Waiting for you") if is_ours else self.record.get_status_display()

    def _guidance(self) -> str:
        if self.record.status == Status.RESOLVED:
            day = display.day(self.record.resolved_at + services.CLOSES_AFTER)
            return _("A comment takes the case up again. Without one it closes on %(day)s.") % {"day": day}
        if self.record.status == Status.WAITING and self.request.user.partner_id:
            return _("The vendor has asked you something: your comment lets the work go on.")
        return ""

    def get_details(self) -> list[Fact]:
        case = self.record
        lines = [Fact(_("Number"), case.number), Fact(_("Type"), case.get_type_display())]
        if case.topic:
            lines.append(Fact(_("Topic"), case.get_topic_display()))
        if case.type == CaseType.TECH_SUPPORT:
            lines.append(Fact(_("Class of service"), case.get_service_class_display()))
        lines += [
            Fact(_("Account"), self._named(case.account)),
            Fact(_("Contact"), self._named(case.contact)),
            Fact(_("First answer due"), display.moment(case.response_due_at)),
            Fact(_("First answered"), display.moment(case.first_answered_at) or display.NOTHING),
        ]
        return lines if self.request.user.partner_id else [*lines, Fact(_("Partner"), case.partner.name)]

    def get_panels(self) -> list[Panel]:
        if self.record.topic != services.CLASSOUND_TOPIC or not self.request.user.has_perm("orders.view_order"):
            return self.task_panels()
        order = Panel("order", _("Order"), url=reverse("orders:for_case", args=[self.record.pk]), icon="box-seam")
        return [order, *self.task_panels()]

    def get_actions(self) -> list[Action]:
        if not self.is_editable:
            return []
        case, found = self.record, []
        if case.is_open and is_agent(self.request.user) and case.agent_id != self.request.user.pk:
            found.append(Action(_("Take the case"), self.link("take"), "hand-index", method="post", is_primary=case.agent_id is None))
        if case.is_feature_request and case.status != Status.CLOSED and is_agent(self.request.user):
            found.append(Action(_("Answer the request"), self.link("decide"), "lightbulb", method="dialog"))
        if case.is_open:
            found.append(Action(_("Mark as resolved"), self.link("resolve"), "check-lg", method="post", values={"seen": case.status}))
        elif case.reopenable_at(timezone.now()):
            found.append(Action(_("Reopen"), self.link("reopen"), "arrow-counterclockwise", method="dialog", is_primary=True))
        return found

    def own_actions(self) -> list[Action]:
        """What every record can do; the owner is somebody at the partner, whom support does not choose."""
        found = super().own_actions()
        return found if self.request.user.partner_id else [one for one in found if one.url != self.link("owner")]

    def get_context(self) -> dict[str, Any]:
        return super().get_context() | conversation(self.record, self.request, may_write=self.is_editable)


def conversation(case: Case, request: HttpRequest, *, may_write: bool, form: PartnerForm | None = None) -> dict[str, Any]:
    """The thread of a case as this person may read it, and the composer that she may use."""
    by_agent = is_agent(request.user)
    comments = Comment.objects.visible_to(request.user).filter(case=case).select_related("author").order_by("created_at", "pk")
    return {
        "comments": comments,
        "is_agent": by_agent,
        "may_write": may_write and case.status != Status.CLOSED,
        "comment_form": form or (AnswerForm(user=request.user) if by_agent else CommentForm(user=request.user)),
        "submission": token_of(request),
        "is_closed": case.status == Status.CLOSED,
    }


class Say(CaseDetail):
    """POST a comment. `verb(case, text, by=, **more)` is the service; an invalid one shows the page again with what was typed."""

    permission = "cases.change_case"
    http_method_names = ["post", "options"]
    form_of: ClassVar[type[CommentForm]] = CommentForm
    said: ClassVar[str | Promise] = gettext_lazy("Your comment was sent.")

    def verb(self, form: CommentForm) -> Any:
        return services.comment_on_case(self.record, form.cleaned_data["text"], by=self.request.user)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form_of(request.POST, user=request.user)
        target = f"{self.record.get_absolute_url()}#conversation"
        if not form.is_valid():
            return self._again(form)

        def act() -> str:
            self.verb(form)
            say(request, self.said)
            return target

        try:
            return HttpResponseRedirect(once(request.POST.get("submission", ""), by=request.user, act=act))
        except REFUSALS as error:
            form.add_error(None, str(error))
            return self._again(form)

    def _again(self, form: CommentForm) -> HttpResponse:
        context = self.get_context() | conversation(self.record, self.request, may_write=self.is_editable, form=form)
        return self.page(self.template_name, context, status=422)


class CommentOnCase(Say):
    """A comment of the partner."""


class AnswerCase(Say):
    form_of = AnswerForm
    said = gettext_lazy("Your answer was sent to the partner.")

    def verb(self, form: CommentForm) -> Any:
        return services.answer_case(self.record, form.cleaned_data["text"], to=form.cleaned_data["to"], by=self.request.user)


class CommentInternally(Say):
    said = gettext_lazy("Your internal comment was kept. The partner does not see it.")

    def verb(self, form: CommentForm) -> Any:
        return services.comment_internally(self.record, form.cleaned_data["text"], by=self.request.user)


class CaseActivity(Activity):
    """The activity of a case. The vendor's people write in the conversation, where they choose who reads it, and no notes."""

    def context(self, form: Any = None) -> dict[str, Any]:
        found = super().context(form)
        return found | {"may_write": found["may_write"] and bool(self.request.user.partner_id)}


class CaseNote(AddNote):
    """A note on a case, by the partner's people."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        _require_partner(request)
        return super().post(request, pk)


class CasePin(PinNote):
    """A note of a case on top, by the partner's people."""

    def post(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        _require_partner(request)
        return super().post(request, pk, note)


def _require_partner(request: HttpRequest) -> None:
    if not request.user.partner_id:
        raise NotYours(_("Write in the conversation instead: there you choose who reads it."))
