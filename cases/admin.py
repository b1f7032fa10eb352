"""Cases in the back office: the support agent answers, asks, comments internally, resolves, and decides on requests."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases import services
from cases.models import Case, Comment
from cases.sla import ANSWERED, ANSWERED_LATE, DUE, OVERDUE
from cases.stages import OPEN, Status
from partnerportal.core.admin import ObjectAction, PartnerOwnedAdmin, PartnerOwnedInline, VisibleChoicesFilter
from partners.models import User

STATES = {ANSWERED: _("in time"), ANSWERED_LATE: _("late"), DUE: _("due"), OVERDUE: _("overdue")}


def answer(case: Case, *, text: str, by: User) -> Comment:
    """Answer; the case is in progress."""
    return services.answer_case(case, text, to=Status.IN_PROGRESS, by=by)


def ask(case: Case, *, text: str, by: User) -> Comment:
    """Ask the partner something; the case waits for the answer."""
    return services.answer_case(case, text, to=Status.WAITING, by=by)


def resolve(case: Case, *, text: str, by: User) -> Comment:
    """Answer, and set the case resolved."""
    return services.answer_case(case, text, to=Status.RESOLVED, by=by)


def comment(case: Case, *, text: str, by: User) -> Comment:
    """Comment for the vendor's eyes only."""
    return services.comment_internally(case, text, by=by)


def decide(verdict: str) -> Any:
    """The verb that answers a feature request with a verdict."""

    def run(case: Case, *, text: str, by: User) -> Case:
        return services.decide_request(case, verdict=verdict, answer=text, by=by)

    return run


def is_open(case: Case) -> bool:
    return case.status in OPEN


def is_alive(case: Case) -> bool:
    return case.status != Status.CLOSED


def is_request(case: Case) -> bool:
    return case.is_feature_request and is_alive(case)


def _say(name: str, label: Any, run: Any, question: Any, when: Any) -> ObjectAction:
    return ObjectAction(name, label, run=run, permission="cases.change_case", asks="text", question=question, is_required=True, when=when)


TO_PARTNER = _("The owner of the case gets your words by mail and behind the bell, with a link.")


class CommentInline(PartnerOwnedInline):
    model = Comment
    fields = ("created_at", "author", "is_internal", "text")
    readonly_fields = fields
    ordering = ("created_at", "pk")
    verbose_name_plural = _("conversation")


@admin.register(Case)
class CaseAdmin(PartnerOwnedAdmin):
    list_display = (
        "number",
        "subject",
        "partner",
        "type",
        "status",
        "service_class",
        "first_answer",
        "response_due_at",
        "agent",
        "created_at",
    )
    list_display_links = ("number", "subject")
    list_filter = ("status", "type", "service_class", ("agent", VisibleChoicesFilter), ("partner", VisibleChoicesFilter))
    search_fields = ("number", "subject", "description", "account__name", "partner__name")
    list_select_related = ("partner", "agent")
    ordering = ("-created_at",)
    inlines = (CommentInline,)
    refusals = (services.CaseClosed, services.TooLateToReopen)
    object_actions = (
        _say("answer", _("Answer"), answer, TO_PARTNER, lambda case: case.status in (Status.NEW, Status.IN_PROGRESS)),
        _say("ask", _("Answer and wait for the partner"), ask, TO_PARTNER, is_open),
        _say("resolve", _("Answer and resolve"), resolve, TO_PARTNER, is_open),
        _say("comment", _("Internal comment"), comment, _("Only the vendor reads this."), lambda case: True),
        ObjectAction("take", _("Take the case"), run=services.take_case, permission="cases.change_case", when=is_open),
        _say("review", _("Request: under review"), decide(Case.Verdict.UNDER_REVIEW), TO_PARTNER, is_request),
        _say("plan", _("Request: planned"), decide(Case.Verdict.PLANNED), TO_PARTNER, is_request),
        _say("release", _("Request: released"), decide(Case.Verdict.RELEASED), TO_PARTNER, is_request),
        _say("decline", _("Request: declined"), decide(Case.Verdict.DECLINED), TO_PARTNER, is_request),
        ObjectAction(
            "reopen",
            _("Reopen"),
            run=services.reopen_case,
            permission="cases.change_case",
            asks="reason",
            question=_("Why is the case taken up again?"),
            is_required=True,
            when=lambda case: not is_open(case),
        ),
    )

    @admin.display(description=_("first answer"))
    def first_answer(self, case: Case) -> SafeString | str:
        return str(STATES[case.response.state(timezone.now())])
