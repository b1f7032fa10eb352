"""Pages of cases: list, submit (type first), the case with its conversation, and what one may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact
from cases import services
from cases.filters import CaseFilter
from cases.forms import OFFERED_TYPES, AnswerForm, CaseEditForm, CaseForm, CommentForm, VerdictForm
from cases.models import Case, CaseType, Comment
from cases.sla import ANSWERED, ANSWERED_LATE, DUE, OVERDUE
from cases.stages import OPEN, Status
from catalog import words
from catalog.models import Term
from partnerportal.core import attached, display
from partnerportal.core.forms import PartnerForm, ReasonForm
from partnerportal.core.panels import Activity, AddNote, RelatedPanel
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove, StaleMove
from partnerportal.core.submissions import new_token, once
from partnerportal.core.tables import Column, choice, label, owner_avatar, person
from partnerportal.core.toasts import say, warn
from partnerportal.core.views import Action, Fact, ListView, Panel, PathBar, RecordAdd, RecordDetail, RecordEdit, RecordList, steps_of
from partnerportal.core.views.base import RecordView

CALM = {ANSWERED: "green", ANSWERED_LATE: "amber", DUE: "blue", OVERDUE: "red"}
REFUSALS = (IllegalMove, services.CaseClosed, services.TooLateToReopen, services.NotEligible)


def response_badge(case: Case) -> SafeString:
    """Whether the first answer came in time, or when it is due."""
    state = case.response.state(timezone.now())
    texts = {
        ANSWERED: _("Answered in time"),
        ANSWERED_LATE: _("Answered late"),
        OVERDUE: _("Overdue"),
        DUE: _("Due %(when)s") % {"when": display.moment(case.response_due_at)},
    }
    if state in (DUE, OVERDUE) and case.status not in OPEN:
        return display.NOTHING
    return display.badge(texts[state], CALM[state])


def response_cell(value: Any, case: Case) -> SafeString:
    return response_badge(case)


def is_agent(user: Any) -> bool:
    """Whether a person answers for the vendor."""
    return bool(user.is_support or user.is_vendor_admin)


class CaseList(RecordList):
    model, permission, add_permission = Case, "cases.view_case", "cases.add_case"
    filterset_class = CaseFilter
    icon, add_label = "life-preserver", gettext_lazy("Submit a Case")
    empty_text = gettext_lazy("Questions to the vendor stand here, with every answer. Submit the first one.")
    related = ("owner", "account", "agent", "partner")
    views = (
        ListView("my_open", gettext_lazy("My open cases"), lambda rows, user: rows.open().filter(Q(owner=user) | Q(agent=user))),
        ListView("open", gettext_lazy("All open cases"), lambda rows, user: rows.open()),
        ListView(
            "waiting",
            gettext_lazy("Waiting for us"),
            lambda rows, user: rows.filter(status=Status.WAITING) if user.partner_id else rows.open().exclude(status=Status.WAITING),
        ),
        ListView("closed", gettext_lazy("Closed cases"), lambda rows, user: rows.filter(status__in=(Status.RESOLVED, Status.CLOSED))),
        ListView("all", gettext_lazy("All cases"), lambda rows, user: rows),
    )
    columns = (
        Column(gettext_lazy("Subject"), "subject", sort="subject", is_title=True),
        Column(gettext_lazy("Number"), "number", sort="number"),
        Column(gettext_lazy("Type"), "type", render=choice),
        Column(gettext_lazy("Status"), "status", render=choice),
        Column(gettext_lazy("First answer"), "response_due_at", sort="response_due_at", render=response_cell),
        Column(gettext_lazy("Account"), "account.name", sort="account__name"),
        Column(gettext_lazy("Agent"), "agent", render=person),
        Column(gettext_lazy("Created"), "created_at", sort="created_at"),
        Column(gettext_lazy("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
        Column(gettext_lazy("Class"), "service_class", render=label, is_optional=True),
        Column(gettext_lazy("Partner"), "partner.name", is_optional=True),
    )


@dataclass(frozen=True)
class TypeChoice:
    """One of the kinds of case that the first screen offers; `refusal` explains why it is not open to this partner."""

    label: str | Promise
    text: str | Promise
    icon: str
    url: str
    refusal: str


TYPE_TEXTS: dict[str, tuple[str | Promise, str]] = {
    CaseType.CUSTOMER_CARE: (gettext_lazy("Orders, billing, licenses, your company’s data, anything about the portal."), "headset"),
    CaseType.TECH_SUPPORT: (gettext_lazy("Something does not work: calls, devices, a PBX that cannot be reached."), "tools"),
    CaseType.FEATURE_REQUEST: (gettext_lazy("What the product should be able to do. You hear what becomes of it."), "lightbulb"),
}


class CaseAdd(RecordAdd):
    """Submit a Case: the type first, then what this type asks."""

    model, permission = Case, "cases.add_case"
    form_class = CaseForm
    template_name = "cases/case_form.html"
    errors = (services.NotEligible, services.ElsewhereContact, NotYours, attached.FileRefused)
    can_save_and_new, icon = False, "life-preserver"

    @property
    def case_type(self) -> str:
        return self.request.GET.get("type", "")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        is_open = self.case_type in OFFERED_TYPES and (
            not request.user.partner or not services.why_not_eligible(request.user.partner, self.case_type)
        )
        if is_open or not request.user.has_perm(self.permission):
            return super().dispatch(request, *args, **kwargs)
        return self.page(
            "cases/case_types.html",
            {"tab": "cases", "kind": _("Case"), "heading": _("Submit a Case"), "choices": [self._choice(one) for one in OFFERED_TYPES]},
        )

    def _choice(self, case_type: CaseType) -> TypeChoice:
        text, icon = TYPE_TEXTS[case_type]
        query = self.request.GET.copy()
        query["type"] = case_type.value
        refusal = services.why_not_eligible(self.request.user.partner, case_type) if self.request.user.partner else ""
        return TypeChoice(case_type.label, text, icon, f"?{query.urlencode()}", refusal)

    def get_form(self, data: Any = None, files: Any = None, **options: Any) -> CaseForm:
        return CaseForm(data, files, user=self.request.user, case_type=self.case_type, **options)

    def create(self, form: Any) -> Case:
        case = services.submit_case(form.new_case(), by=self.request.user)
        if form.cleaned_data["file"]:
            attached.attach_file(case, form.cleaned_data["file"], by=self.request.user)
        return case

    def get_context(self, form: Any, **more: Any) -> dict[str, Any]:
        kind = CaseType(self.case_type).label
        return super().get_context(form, **more) | {"heading": _("Submit a Case: %(type)s") % {"type": kind}, "kind": _("Case")}


class CaseEdit(RecordEdit):
    model, permission, form_class = Case, "cases.change_case", CaseEditForm


class CaseDetail(RecordDetail):
    model, permission = Case, "cases.view_case"
    template_name = "cases/case_detail.html"
    icon, tone, can_clone = "life-preserver", "violet", False
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
            lines.append(Fact(_("Topic"), words.label(Term.Kind.CASE_TOPIC, case.topic)))
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
            return []
        return [Panel("order", _("Order"), url=reverse("orders:for_case", args=[self.record.pk]), icon="box-seam")]

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
        "submission": request.POST.get("submission") or new_token(),
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


class CaseVerb(RecordView):
    """One verb on a case by POST; a refusal becomes a message."""

    is_block = True
    model, permission = Case, "cases.change_case"
    http_method_names = ["post", "options"]
    must_be_editable = True
    act: ClassVar[Callable[..., Any]]
    said: ClassVar[str | Promise]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            self.do()
        except StaleMove:
            warn(request, _("This case has been moved meanwhile. Look again before you go on."))
        except REFUSALS as error:
            warn(request, error)
        else:
            say(request, self.said)
        return self.back()

    def do(self) -> Any:
        raise NotImplementedError

    def back(self) -> HttpResponse:
        address = self.record.get_absolute_url()
        return HttpResponse(status=204, headers={"HX-Redirect": address}) if self.wants_part else HttpResponseRedirect(address)


class TakeCase(CaseVerb):
    said = gettext_lazy("The case is yours.")

    def do(self) -> Case:
        return services.take_case(self.record, by=self.request.user)


class ResolveCase(CaseVerb):
    said = gettext_lazy("The case is resolved. It closes in 7 days unless somebody comments.")

    def do(self) -> Case:
        return services.resolve_case(self.record, seen=self.request.POST.get("seen", ""), by=self.request.user)


class CaseQuestion(CaseVerb):
    """A verb that asks first: a dialog, or a page without script."""

    is_block = True
    http_method_names = ["get", "post", "options"]
    form_of: ClassVar[type[PartnerForm]]
    heading: ClassVar[str | Promise]
    button: ClassVar[str | Promise]
    form: PartnerForm

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.ask(self.form_of(user=request.user))

    def ask(self, form: PartnerForm, *, status: int = 200) -> HttpResponse:
        context = {
            "record": self.record,
            "tab": "cases",
            "form": form,
            "heading": self.heading,
            "button": self.button,
            "action": self.request.path,
        }
        return self.page("components/form_dialog.html" if self.wants_part else "layouts/confirm.html", context, status=status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.form = self.form_of(request.POST, user=request.user)
        return super().post(request, pk) if self.form.is_valid() else self.ask(self.form, status=422)


class ReopenCase(CaseQuestion):
    form_of, heading, button = ReasonForm, gettext_lazy("Reopen this case?"), gettext_lazy("Reopen")
    said = gettext_lazy("The case is open again.")

    def do(self) -> Case:
        return services.reopen_case(self.record, reason=self.form.cleaned_data["reason"], by=self.request.user)


class DecideRequest(CaseQuestion):
    form_of, heading, button = VerdictForm, gettext_lazy("Answer the request"), gettext_lazy("Send the answer")
    said = gettext_lazy("Your answer was sent to the partner.")

    def do(self) -> Case:
        return services.decide_request(self.record, **self.form.cleaned_data, by=self.request.user)


class CaseActivity(Activity):
    """The activity of a case. The vendor's people write in the conversation, where they choose who reads it, and no notes."""

    def context(self, form: Any = None) -> dict[str, Any]:
        found = super().context(form)
        return found | {"may_write": found["may_write"] and bool(self.request.user.partner_id)}


class CaseNote(AddNote):
    """A note on a case, by the partner's people."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.partner_id:
            raise NotYours(_("Write in the conversation instead: there you choose who reads it."))
        return super().post(request, pk)


class CasesOfAccount(RelatedPanel):
    """The cases about an account, on its page."""

    permission, add_permission = "cases.view_case", "cases.add_case"
    parent_model, model, parent_field = Account, Case, "account"
    label, add_label = gettext_lazy("Cases"), gettext_lazy("Submit")
    columns = (Column(gettext_lazy("Case"), "subject", is_title=True), Column(gettext_lazy("Status"), "status", render=choice))

    def all_url(self, parent: Any) -> str:
        return f"{reverse('cases:list')}?view=all&account={parent.pk}"
