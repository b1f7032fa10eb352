"""The mover of projects: by hand, and what every move has in common. Automatic moves are in `automatic`, losses in `closing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from catalog import words
from catalog.models import Forecast
from partnerportal.core.actors import Actor, service
from partnerportal.core.attached import tell_followers
from partnerportal.core.money import ZERO
from partnerportal.core.moves import check_undo, record_move
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove, check_fresh
from partners.models import User
from projects import bonus
from projects.models import BonusEntry, DemoQuestion, Outcome, Project
from projects.services.amounts import basis_of, today_of, weigh
from projects.stages import AUTOMATIC, Stage

# What a person may fill in while a stage is left.
EXIT_FIELDS = ("poc_users", "amount_mrr", "amount_capex")
MOVE_FIELDS = (
    "stage",
    "stage_since",
    "probability",
    "forecast_category",
    "weighted_pipeline",
    "demo_done",
    "demo_date",
    "pipeline_mrr",
    "pipeline_basis",
    "updated_at",
)


class ProjectClosed(IllegalMove):
    """The project is won or lost, so nothing of this kind happens to it any more. The message is for the person."""


class ReasonMissing(IllegalMove):
    """Going back needs a reason."""


def locked_for(project: Project, by: User) -> Project:
    """The row, locked, for a person who may change it. Raises DoesNotExist or NotYours."""
    row = Project.objects.visible_to(by).select_for_update(of=("self",)).select_related("partner", "owner").get(pk=project.pk)
    require_editable(row, by)
    return row


def locked(project: Project) -> Project:
    """The row, locked, for an automatic move."""
    rows = Project.objects.for_partner(project.partner_id).select_for_update(of=("self",))
    return rows.select_related("partner", "owner").get(pk=project.pk)


def require_open(project: Project) -> None:
    """Raise ProjectClosed for a project that is won or lost."""
    if not project.is_open:
        raise ProjectClosed(_("This project is closed, so nothing can be changed in it any more."), stage=project.stage)


@service
def move_project(
    project: Project,
    *,
    to: str,
    seen: str,
    by: User,
    reason: str = "",
    fields: Mapping[str, Any] | None = None,
    is_undo: bool = False,
) -> Project:
    """Move a project by hand to `to`: forward when each guard on the way holds, back with a reason.

    `seen` is the stage that the person was looking at. `fields` are values of `EXIT_FIELDS` given with the move. `is_undo` takes
    the person's own last step back where `can_take_back` says so; that is its reason.
    Raises StaleMove, IllegalMove, ExitConditionMissing, ValidationError or NotYours, and then changes nothing.
    """
    project = locked_for(project, by)
    check_fresh(project.stage, seen)
    given = _take_exit_fields(project, fields or {})
    project.path.check_by_hand(project, project.stage, to)
    if is_undo:
        reason = check_undo(project, to=to, by=Actor.of(by))
        if not can_take_back(project, to):
            raise IllegalMove(_("This step cannot be taken back."), stage=project.stage, to=to)
    if not project.path.is_forward(project.stage, to) and not reason.strip():
        raise ReasonMissing(_("Say why the project goes back."), stage=project.stage, to=to)
    project = enter(project, to, by=Actor.of(by), reason=reason.strip(), also=given)
    return go_out_when_ready(project, by=Actor.of(by), cause=_("Agreement and quote were there already"))


def can_take_back(project: Project, was: str) -> bool:
    """Whether going to `was`, where the project has just been, is a step by hand and would change nothing but the stage."""
    now = project.stage
    if was in AUTOMATIC or now in AUTOMATIC or was == now:
        return False
    if not project.path.is_forward(now, was):
        return True
    fixes_demo = now == Stage.DEMO and not project.demo_done
    return not fixes_demo and not project.path.missing(project, now, was)


@service
def fill_exit_fields(project: Project, *, values: Mapping[str, Any], by: User) -> Project:
    """Fill in what a stage needs before it is left. Raises ValidationError, NotYours or ProjectClosed."""
    project = locked_for(project, by)
    require_open(project)
    given = _take_exit_fields(project, values)
    project.save(update_fields=[*given, "updated_at"])
    return project


def _take_exit_fields(project: Project, values: Mapping[str, Any]) -> list[str]:
    given = [name for name in EXIT_FIELDS if name in values]
    if set(values) - set(EXIT_FIELDS):
        raise ValueError(f"Not given with a move: {sorted(set(values) - set(EXIT_FIELDS))}")
    for name in given:
        setattr(project, name, values[name])
    if given:
        project.clean_fields(exclude=[field.name for field in project._meta.fields if field.name not in given])
        project.clean()
    return given


def enter(
    project: Project,
    to: str,
    *,
    by: Actor,
    reason: str = "",
    is_automatic: bool = False,
    skipped: Sequence[str] = (),
    also: Sequence[str] = (),
    probability: int | None = None,
) -> Project:
    """Write a checked move of a locked row: stage, probability, forecast, weighted pipeline, demo facts, the move itself, the notices.

    `also` names further fields that the caller has set. `probability` is for a loss, which has no row of its own.
    """
    was = project.stage
    note_demo_done(project, to=to)
    project.stage, project.stage_since = to, timezone.now()
    told = words.stage(project.record_type, to)
    project.probability = told.probability if probability is None else probability
    project.forecast_category = Forecast.OMITTED if project.outcome == Outcome.LOST else told.forecast
    weigh(project)
    project._change_reason = reason[:100]  # type: ignore[attr-defined]
    project.save(update_fields=[*MOVE_FIELDS, *also])
    record_move(project, was=was, to=to, by=by, reason=reason, is_automatic=is_automatic, skipped=skipped)
    _tell(project, by=by, reason=reason)
    return project


def go_out_when_ready(project: Project, *, by: Actor, cause: str) -> Project:
    """From Proposal to Contract out, as soon as the verbal agreement is recorded and a quote is out."""
    if project.stage != Stage.PROPOSAL or project.path.missing(project, Stage.PROPOSAL, Stage.CONTRACT_OUT):
        return project
    return enter(project, Stage.CONTRACT_OUT, by=by, reason=cause, is_automatic=True)


def note_demo_done(project: Project, *, to: str) -> None:
    """On leaving Demo, except backwards: set demo done, its date and the pipeline MRR with its sum, once and for ever, when all is there.

    The date is today at the partner's. An eligible project gets its line in the bonus ledger and waits for the account
    manager, who is told. The caller saves the project. Source: the product's brief.
    """
    if project.stage != Stage.DEMO or not project.path.is_forward(Stage.DEMO, to):
        return
    if not bonus.fixes_demo(bonus_facts(project)):
        return
    project.demo_done, project.demo_date, project.pipeline_mrr = True, today_of(project.partner), project.mrr
    project.pipeline_basis = basis_of(project)
    if bonus.is_eligible(project.record_type, project.opportunity_type):
        await_decision(project)


def bonus_facts(project: Project, *, answered: frozenset[str] | None = None, required: frozenset[str] | None = None) -> bonus.Facts:
    """What the bonus of a project depends on. A page that has read the questions and answers gives their keys."""
    if required is None:
        required = frozenset(DemoQuestion.objects.filter(is_active=True, is_required=True).values_list("key", flat=True))
    if answered is None:
        answered = frozenset(project.demo_answers.exclude(text="").values_list("question__key", flat=True))
    return bonus.Facts(
        record_type=project.record_type,
        opportunity_type=project.opportunity_type,
        required=required,
        answered=answered,
        has_mrr=project.mrr is not None,
        demo_done=project.demo_done,
        pipeline_mrr=project.pipeline_mrr,
        approval=project.approved_by_am,
    )


def await_decision(project: Project) -> BonusEntry:
    """Open the ledger for a project whose demo is done, and tell the account manager."""
    entry = add_entry(project, BonusEntry.State.AWAITING)
    manager = project.partner.account_manager
    sentence = gettext_noop("The demo bonus of %(project)s (%(partner)s) waits for your decision.")
    values = {"project": project.name, "partner": project.partner.name}
    address = reverse("admin:projects_bonusdecision_change", args=[project.pk])
    notify(manager, sentence, values=values, kind="bonus.awaiting", about=project, url=address)
    return entry


def add_entry(project: Project, state: str, *, by: User | None = None, reason: str = "") -> BonusEntry:
    """One more line of the ledger: the pipeline MRR, the rate that holds now, and the amount."""
    amount, rate = bonus_of(project)
    return BonusEntry.objects.for_partner(project.partner_id).create(
        partner_id=project.partner_id,
        project=project,
        state=state,
        basis=project.pipeline_mrr,
        rate=rate,
        amount=amount,
        currency=project.currency,
        reason=reason,
        decided_by=by,
    )


def bonus_of(project: Project) -> tuple[Decimal, Decimal]:
    """Amount and rate of the bonus that a project whose demo is done earns now."""
    rate = Decimal(settings.BONUS_RATE)
    return bonus.amount(project.pipeline_mrr or ZERO, rate), rate


def _tell(project: Project, *, by: Actor, reason: str) -> None:
    stage = words.stage_label_lazy(project.record_type, project.stage)
    values = {"project": project.name, "stage": stage, "who": by.name, "reason": reason}
    sentence = gettext_noop("%(project)s is in %(stage)s now (%(who)s)")
    if reason:
        sentence = gettext_noop("%(project)s is in %(stage)s now (%(who)s): %(reason)s")
    tell_followers(project, sentence, values=values, kind="stage", but=[by.user] if by.user else [])
