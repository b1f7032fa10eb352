"""List and board of projects, and the panels on accounts and contacts."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from catalog import words
from catalog.converted import OneNumber
from partnerportal.core import display, tables
from partnerportal.core.panels import RelatedPanel
from partnerportal.core.tables import Column
from partnerportal.core.views import LATELY, Card, Lane, ListView, RecordBoard, RecordList, everything
from partnerportal.core.views.boards import is_late, next_step_badge
from projects import bonus
from projects.filters import ProjectFilter
from projects.models import Project, ProjectQuerySet, ProjectTotal
from projects.stages import AUTOMATIC, REFUSALS, RecordType, Stage

WHY_AUTOMATIC = {
    Stage.CONTRACT_OUT: _("By itself: when the verbal agreement is recorded and a quote is submitted."),
    Stage.ORDER_MANAGEMENT: _("By itself: when the order is made from the accepted quote."),
    Stage.CLOSED: _("By itself, when the order is completed; or with Close as lost on the project."),
}


def this_month(rows: ProjectQuerySet, user: Any) -> ProjectQuerySet:
    """Open projects that are to close in the present month of the reader."""
    today = timezone.localdate()
    last = calendar.monthrange(today.year, today.month)[1]
    return rows.closing_between(today.replace(day=1), today.replace(day=last))


VIEWS = (
    ListView("mine", _("My open projects"), lambda rows, user: rows.open().filter(owner=user), has_totals=True, is_own=True),
    ListView("all", _("All open projects"), lambda rows, user: rows.open(), has_totals=True),
    ListView("closing", _("Closing this month"), this_month),
    ListView("radar", _("Radar: stale, late or no next step"), lambda rows, user: rows.on_radar(today=timezone.localdate())),
    ListView("no_next_step", _("No next step"), lambda rows, user: rows.without_next_step()),
    ListView("silent", format_lazy(_("Silent for {days} days"), days=settings.PROJECT_SILENT_DAYS), lambda rows, user: rows.silent()),
    ListView("awaiting", _("Awaiting AM approval"), lambda rows, user: rows.awaiting_approval()),
    ListView("bonus", _("Open demo bonuses"), lambda rows, user: rows.earning_bonus()),
    ListView("change_orders", _("Change orders"), lambda rows, user: rows.filter(record_type=RecordType.CHANGE_ORDER)),
    ListView("won", _("Won"), lambda rows, user: rows.won()),
    ListView("lost", _("Lost"), lambda rows, user: rows.lost()),
    everything("every", _("All projects")),
    *LATELY,
)


def stage_badge(value: str, project: Project) -> SafeString:
    """The stage in the vendor's word; a closed project says how."""
    if project.outcome:
        return display.badge(project.get_outcome_display(), display.tone_of(project.outcome))
    return display.badge(project.get_stage_display(), display.tone_of(value))


def bonus_badge(project: Project) -> SafeString | str:
    """Where the bonus stands, for projects that wait or were decided."""
    if project.approved_by_am:
        return display.badge(project.get_approved_by_am_display(), display.tone_of(project.approved_by_am))
    if project.demo_done and bonus.is_eligible(project.record_type, project.opportunity_type):
        return display.badge(_now("Awaiting"), "amber")
    return display.NOTHING


class ProjectSet:
    """What list and board have in common."""

    model, permission = Project, "projects.view_project"
    filterset_class = ProjectFilter
    related: ClassVar[tuple[str, ...]] = ("owner", "account")
    unread: ClassVar[tuple[str, ...]] = ("description", "mrr_basis", "pipeline_basis", "running_basis", "account__phone")
    views = VIEWS
    icon = "briefcase"
    add_label, add_permission = _("New project"), "projects.add_project"
    actions = ((_("Fast pipeline"), "projects:pipeline", "lightning-charge"),)
    empty_text = _("A project is what a customer may buy. It comes from a converted lead, from the fast pipeline, or from New project.")


class ProjectList(ProjectSet, RecordList):
    converter = OneNumber
    ordering = "close_date"
    columns = (
        Column(_("Project"), "name", sort="name", is_title=True),
        Column(_("Account"), "account", render=tables.link, sort="account__name"),
        Column(_("Stage"), "stage", render=stage_badge, sort="stage", export=lambda project: project.get_stage_display()),
        Column(_("MRR"), "mrr", render=tables.computed, sort="mrr", total=True),
        Column(_("Weighted pipeline"), "weighted_pipeline", render=tables.computed, sort="weighted_pipeline", total=True),
        Column(
            _("Close date"),
            "close_date",
            render=lambda day, project: display.due(day) if project.is_open else display.day(day),
            sort="close_date",
        ),
        Column(_("Owner"), "owner", render=tables.owner_avatar, sort="owner__last_name"),
        Column(_("Kind"), "record_type", render=tables.label, is_optional=True),
        Column(_("Opportunity type"), "opportunity_type", render=tables.label, is_optional=True),
        Column(_("Product of interest"), "product_of_interest", render=tables.label, is_optional=True),
        Column(_("Total users"), "total_users", sort="total_users", total=True, is_optional=True),
        Column(_("Probability"), "probability", render=tables.percent, sort="probability", is_optional=True),
        Column(_("Expected MRR"), "expected_mrr", render=tables.computed, sort="expected_mrr", is_optional=True),
        Column(_("Pipeline MRR"), "pipeline_mrr", render=tables.amount, sort="pipeline_mrr", is_optional=True),
        Column(
            _("Approved by AM"),
            "approved_by_am",
            render=lambda value, project: bonus_badge(project),
            export=lambda project: project.get_approved_by_am_display(),
            is_optional=True,
        ),
        Column(_("Next step"), "next_step", is_optional=True),
        Column(_("Next step on"), "next_step_on", sort="next_step_on", is_optional=True),
        Column(
            _("In this stage"),
            "stage_since",
            sort="stage_since",
            render=lambda since, project: display.days(timezone.now() - since) if project.is_open else display.NOTHING,
            export=lambda project: (timezone.now() - project.stage_since).days if project.is_open else "",
            is_optional=True,
        ),
        Column(_("Forecast category"), "forecast_category", render=tables.label, sort="forecast_category", is_optional=True),
        Column(_("Reason of the win"), "won_reason", render=tables.label, is_optional=True),
        Column(_("Reason of the loss"), "lost_reason", render=tables.label, is_optional=True),
        Column(_("Created"), "created_at", sort="created_at", is_optional=True),
    )


class ProjectBoard(ProjectSet, RecordBoard):
    related = ("owner", "account")
    unread = ("description", "mrr_basis", "pipeline_basis", "running_basis")
    stage_field = "stage"
    totals = ProjectTotal
    sums = ((_("MRR"), "mrr"), (_("weighted"), "weighted_pipeline"))
    may_lack = "mrr"
    ordering = "close_date"

    def get_lanes(self) -> Sequence[Lane]:
        """Both kinds share the lanes; Closed is there only where closed projects are looked at."""
        shows_closed = self.view is not None and self.view.name in ("change_orders", "won", "lost", "every", "awaiting")
        stages = [stage for stage in Stage if stage != Stage.CLOSED or shows_closed]
        return [
            Lane(
                stage,
                words.stage(RecordType.BUSINESS_PLAN, stage).label,
                stage in AUTOMATIC,
                WHY_AUTOMATIC.get(stage, ""),
                closed_from=frozenset(AUTOMATIC),
                why_closed=REFUSALS.from_automatic,
            )
            for stage in stages
        ]

    def card(self, record: Project) -> Card:
        product = record.get_product_of_interest_display()
        kind = record.get_record_type_display() if record.is_change_order else ""
        age = display.days(timezone.now() - record.stage_since) if record.is_open else ""
        company = "" if record.account.name in record.name else record.account.name
        return Card(
            record.name,
            subtitle=" · ".join(part for part in (company, kind, product, age) if part),
            amount=record.mrr,
            currency=record.currency,
            why_unavailable=record.why_unavailable if record.mrr is None else "",
            on=record.close_date if record.is_open else None,
            badge=card_badge(record),
        )


def card_badge(project: Project) -> SafeString:
    """The one thing to know of a card: how it ended, what waits, or what comes next."""
    if project.outcome:
        return display.badge(project.get_outcome_display(), display.tone_of(project.outcome))
    if project.stage in AUTOMATIC:
        label = _now("Sent for signature") if project.stage == Stage.CONTRACT_OUT else _now("Order on its way")
        return display.badge(label, "violet")
    coming = next_step_badge(project.next_step, project.next_step_on)
    if project.verbal_agreement and not is_late(project.next_step_on):
        return display.badge(_now("Verbal agreement"), "green")
    if coming:
        return coming
    if project.demo_done and not project.approved_by_am and bonus.is_eligible(project.record_type, project.opportunity_type):
        return display.badge(_now("Bonus pending"), "amber")
    return display.badge(_now("No next step"), "amber")


class ProjectPanel(RelatedPanel):
    """Projects on another record's page."""

    is_block = True
    model, permission, add_permission = Project, "projects.view_project", "projects.add_project"
    label = _("Projects")
    columns = (
        Column(_("Project"), "name", is_title=True),
        Column(_("Stage"), "stage", render=stage_badge),
        Column(_("MRR"), "mrr", render=tables.computed),
    )
    all_view = "every"


class ProjectsOfAccount(ProjectPanel):
    parent_model, parent_field = Account, "account"
    permission = "projects.view_project"


class ProjectsOfContact(ProjectPanel):
    parent_model, parent_field = Contact, "contact"
    permission = "projects.view_project"

    def add_url(self, parent: Contact) -> str:
        """New, with account and contact filled in."""
        return f"{reverse('projects:add')}?account={parent.account_id}&contact={parent.pk}"
