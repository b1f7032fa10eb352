"""Pages of leads. Converting has its page in `projects`, at `/leads/<id>/convert/`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.kept import MergeableDetail
from catalog import words
from catalog.models import StageText
from leads import services
from leads.filters import LeadFilter
from leads.forms import LeadEditForm, LeadForm, NotInTargetForm
from leads.models import Lead, LeadTotal
from leads.stages import CONVERTIBLE, MOVES, OPEN, UNDO, Status
from leads.views.working import next_step, next_step_link, plan_of, score_badge, work_of
from partnerportal.core import display
from partnerportal.core.forms import PartnerModelForm
from partnerportal.core.tables import Column, choice, due, email, label, owner_avatar, phone
from partnerportal.core.views import (
    LATELY,
    Action,
    Card,
    Fact,
    Lane,
    ListView,
    Panel,
    PathBar,
    RecordAdd,
    RecordBoard,
    RecordEdit,
    RecordList,
    StageMove,
    Step,
    everything,
)
from partnerportal.core.views.boards import next_step_badge
from partnerportal.core.views.sets import RecordSet
from partners.models import User

CONVERT_LATER = _("First qualify the lead: only a lead in Qualification can be converted.")
COMPLETE = "complete"  # What "Mark Status as Complete" posts: on Qualification it asks which way.


def _mine(rows: Any, user: User) -> Any:
    return rows.open().filter(owner=user)


def _incoming(rows: Any, user: User) -> Any:
    return rows.open().filter(origin=Lead.Origin.VENDOR)


def _follow_up(rows: Any, user: User) -> Any:
    return rows.filter(revisit_on__lte=timezone.localdate())


def _silent(rows: Any, user: User) -> Any:
    return rows.silent()


VIEWS = (
    everything("recent", _("Recently created")),
    ListView("my_open", _("My open leads"), _mine, has_totals=True),
    ListView("all_open", _("All open leads"), lambda rows, user: rows.open(), has_totals=True),
    *LATELY,
    ListView("incoming", _("Incoming leads"), _incoming, leads_to="offers:list"),
    ListView("untouched", _("Not contacted yet"), lambda rows, user: rows.filter(status=Status.NEW), has_totals=True),
    ListView("follow_up", _("Follow-up due"), _follow_up),
    ListView("no_next_step", _("Without a next step"), lambda rows, user: rows.open().filter(next_step_on=None)),
    ListView("silent", format_lazy(_("Silent for {days} days"), days=settings.LEAD_SILENT_DAYS), _silent),
    ListView("not_in_target", _("Not in Target"), lambda rows, user: rows.filter(status=Status.NOT_IN_TARGET), has_totals=True),
)


class LeadRows(RecordSet):
    """What list and board share. Converted leads have left both."""

    is_block = True
    model, permission = Lead, "leads.view_lead"
    filterset_class = LeadFilter
    unread = ("phone", "mobile", "description")
    views = VIEWS
    icon = "person-plus"
    add_label, add_permission = _("New lead"), "leads.add_lead"
    empty_text = _("A lead is a company and a person who may become a customer. Write down the first one.")

    def restrict(self, rows: QuerySet) -> QuerySet:
        return rows.exclude(status=Status.CONVERTED)


class LeadList(LeadRows, RecordList):
    actions = ((_("Web form"), "own_web_form", "globe"),)
    columns = (
        Column(_("Company"), "company", sort="company", is_title=True),
        Column(_("Name"), "full_name", sort="last_name"),
        Column(_("Job title"), "job_title", render=label, is_optional=True),
        Column(_("Status"), "status", render=choice, sort="status"),
        Column(_("Score"), "score", render=score_badge, sort="score"),
        Column(_("Next step"), "next_step", render=next_step, sort="next_step_on"),
        Column(_("Source"), "source", render=label),
        Column(_("Power"), "power", render=label, is_optional=True),
        Column(_("E-mail"), "email", render=email),
        Column(_("Phone"), "phone", render=phone, is_optional=True),
        Column(_("Product of interest"), "product_of_interest", render=label, is_optional=True),
        Column(_("Total users"), "total_users", sort="total_users", total=True, is_optional=True),
        Column(_("Next step on"), "next_step_on", render=due, sort="next_step_on", is_optional=True),
        Column(_("Revisit on"), "revisit_on", sort="revisit_on", is_optional=True),
        Column(_("City"), "city", sort="city", is_optional=True),
        Column(_("Created"), "created_at", sort="created_at"),
        Column(_("Changed"), "updated_at", sort="updated_at", is_optional=True),
        Column(_("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
    )


class LeadBoard(LeadRows, RecordBoard):
    stage_field = "status"
    totals = LeadTotal

    def get_lanes(self) -> Sequence[Lane]:
        text = Lead.stage_words()
        hint = _now("Put a qualified lead here to convert it.")
        return [
            Lane(
                status,
                text[status],
                reason=hint if status == Status.CONVERTED else "",
                closed_from=frozenset(stage for stage in Status if status not in (stage, *_onward(stage))),
                why_closed=CONVERT_LATER if status == Status.CONVERTED else MOVES.refusal,
            )
            for status in Status
        ]

    def card(self, record: Lead) -> Card:
        coming = next_step_badge(record.next_step, record.next_step_on) if record.status in OPEN else ""
        badge = coming or display.badge(display.field_value(record, "source"))
        job = display.field_value(record, "job_title")
        return Card(record.company, subtitle=f"{record.full_name} · {job}", on=record.revisit_on, badge=badge)


def _onward(status: str) -> frozenset[str]:
    """Where a card may be put from a status: a move, or the page that converts."""
    return MOVES.moves[status] | ({Status.CONVERTED} if status in CONVERTIBLE else frozenset())


class LeadAdd(RecordAdd):
    model, permission = Lead, "leads.add_lead"
    form_class = LeadForm
    service = staticmethod(services.create_lead)
    icon = "person-plus"
    duplicates = "duplicates_of_new_lead"
    compared = ("company", "email", "phone", "mobile", "website", "last_name")

    def get_form(self, data: Any = None, files: Any = None, **options: Any) -> PartnerModelForm:
        """A clone is not asked about what it was cloned from."""
        return super().get_form(data, files, copied=getattr(self, "record", None), **options)

    def get_initial(self) -> dict[str, Any]:
        """A clone begins anew."""
        anew = {"status": Status.NEW, "next_step": "", "next_step_on": None}
        return super().get_initial() | (anew if hasattr(self, "record") else {})


class LeadEdit(RecordEdit):
    model, permission = Lead, "leads.change_lead"
    form_class = LeadEditForm
    service = staticmethod(services.edit_lead)
    icon = "person-plus"


class LeadDetail(MergeableDetail):
    model, permission = Lead, "leads.view_lead"
    related = ("owner", "partner", "account")
    template_name = "leads/lead_detail.html"
    icon, tone = "person-plus", "blue"
    details = (
        "company",
        "website",
        "phone",
        "mobile",
        "product_of_interest",
        "interested_solutions",
        "total_users",
        "created_at",
        "employees",
        "street",
        "postal_code",
        "city",
        "country",
        "origin",
        "description",
    )

    def get_badges(self) -> list[Any]:
        return [display.choice_badge(self.record, "status")]

    def get_facts(self) -> list[Fact]:
        lead = self.record
        facts = [
            Fact(_("Name"), " ".join(part for part in (lead.get_salutation_display(), lead.full_name) if part)),
            Fact(_("Job title"), lead.get_job_title_display()),
            Fact(_("Power"), lead.get_power_display()),
            Fact(_("E-mail"), display.email(lead.email)),
            Fact(_("Source"), lead.get_source_display()),
            Fact(_("Owner"), display.person(lead.owner)),
        ]
        if lead.status == Status.NOT_IN_TARGET:
            facts.append(Fact(_("Reason"), lead.get_not_in_target_reason_display()))
            return [*facts, Fact(_("Revisit on"), display.due(lead.revisit_on))] if lead.revisit_on else facts
        if lead.status == Status.CONVERTED:
            return [*facts, Fact(_("Converted"), display.day(lead.converted_at), display.record_link(lead.account) if lead.account else "")]
        change = next_step_link(self.link("next_step")) if self.is_editable else ""
        return [*facts, Fact(_("Next step"), next_step(lead.next_step, lead), change)]

    def get_path(self) -> PathBar:
        lead = self.record
        following, button = {
            Status.NOT_IN_TARGET: (Status.QUALIFICATION, _("Back to Qualification")),
            Status.CONVERTED: ("", ""),
        }.get(lead.status, (COMPLETE, _("Mark Status as Complete")))
        return PathBar(
            steps=self._steps(),
            seen=lead.status,
            move_url=self.link("move"),
            following=following,
            button=str(button),
            guidance=words.stage(StageText.Process.LEAD, lead.status).guidance,
            is_editable=self.is_editable,
        )

    def _steps(self) -> list[Step]:
        states = {
            Status.NEW: ("now", "todo", "todo"),
            Status.QUALIFICATION: ("passed", "now", "todo"),
            Status.NOT_IN_TARGET: ("passed", "done", "lost"),
            Status.CONVERTED: ("passed", "passed", "now"),
        }[Status(self.record.status)]
        last = Status.NOT_IN_TARGET if self.record.status == Status.NOT_IN_TARGET else Status.CONVERTED
        order = (Status.NEW, Status.QUALIFICATION, last)
        return [Step(status, self.record.stage_words()[status], state) for status, state in zip(order, states, strict=True)]

    def get_actions(self) -> list[Action]:
        lead = self.record
        find = Action(_("Find duplicates"), reverse("duplicates_of_lead", args=[lead.pk]), "intersect", is_in_menu=True)
        if not self.is_editable:
            return self._of_converted() if lead.status == Status.CONVERTED else [find]
        not_in_target = Action(
            _("Not in Target"),
            self.link("move"),
            "slash-circle",
            method="post",
            values={"to": Status.NOT_IN_TARGET, "seen": lead.status},
            is_in_menu=True,
        )
        if lead.status == Status.NEW:
            return [not_in_target, find]
        if lead.status == Status.QUALIFICATION:
            return [Action(_("Convert"), convert_url(lead), "arrow-left-right", is_primary=True), not_in_target, find]
        return [find]

    def _of_converted(self) -> list[Action]:
        """Who could change it before may take the conversion back; whether that is still possible, the service says."""
        user, lead = self.request.user, self.record
        if user.partner_id != lead.partner_id or not (user.manages_company or lead.owner_id == user.pk):
            return []
        return [Action(_("Undo the conversion"), f"{convert_url(lead)}undo/", "arrow-counterclockwise", method="post")]

    def get_context(self) -> dict[str, Any]:
        work = {"work": work_of(self.record, is_editable=self.is_editable), "plan": plan_of(self.record, is_editable=self.is_editable)}
        return super().get_context() | work

    def get_panels(self) -> list[Panel]:
        return self.task_panels()


class LeadMove(StageMove):
    model, permission = Lead, "leads.change_lead"
    service = staticmethod(services.set_status)
    stage_field = "status"
    board = LeadBoard
    asks = {Status.NOT_IN_TARGET: NotInTargetForm}
    not_in_bulk = (Status.CONVERTED,)

    def can_undo(self, moved: Lead, was: str) -> bool:
        """Whatever has a way back; with a revisit date there is a task by now, and a plan that was stopped stays so."""
        is_alone = UNDO.allows(moved.status, was) and moved.revisit_on is None
        return is_alone and not moved.plan_runs.filter(ended_at__gte=moved.updated_at).exists()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        to, seen = request.POST.get("to", ""), request.POST.get("seen", "")
        if to == Status.CONVERTED:
            return self._convert(seen)
        if to == COMPLETE and self.record.status == Status.QUALIFICATION == seen:
            return self._which_way()
        if to == COMPLETE:
            values = request.POST.copy()
            values["to"] = Status.QUALIFICATION
            request.POST = values  # type: ignore[assignment]
        return super().post(request, pk)

    def _which_way(self) -> HttpResponse:
        """Qualification is completed by converting or by Not in Target."""
        context = {"record": self.record, "tab": "leads", "convert_url": convert_url(self.record), "move_url": self.request.path}
        return self.page("leads/_which_way.html" if self.wants_part else "leads/lead_which_way.html", context, status=422)

    def _convert(self, seen: str) -> HttpResponse:
        """Converting has a page of its own; only a lead in Qualification gets there."""
        self.to, self.seen = Status.CONVERTED, seen
        if self.record.status != Status.QUALIFICATION:
            return self._refuse(str(CONVERT_LATER), status=422)
        return self.lead_to(convert_url(self.record))


def convert_url(lead: Lead) -> str:
    """The page where a lead is converted; it belongs to `projects`, and only its address is known here."""
    return f"{lead.get_absolute_url()}convert/"
