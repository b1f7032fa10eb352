"""Moves that nobody chooses: quotes and orders cause them. Each says in the activity what caused it.

The project never looks at its quotes. Quotes say how many are out (`note_quotes_out`), that one was accepted
(`take_acceptance`), and which one is primary (`take_mrr_from`); orders say `advance`.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccountStatus
from partnerportal.core.actors import Actor, service
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects.models import Outcome, Project
from projects.services.amounts import today_of
from projects.services.moves import ProjectClosed, enter, go_out_when_ready, locked, locked_for
from projects.stages import AUTOMATIC, Stage

AGREEMENT_FIELDS = ("verbal_agreement", "verbal_agreement_on", "verbal_agreement_by")
# An order that is cancelled, or a last quote that is, brings the project back here.
BACK_FROM = (Stage.CONTRACT_OUT, Stage.ORDER_MANAGEMENT)


@service
def advance(project: Project, *, to: str, by: Actor, cause: str) -> Project:
    """Move a project to an automatic stage, or from one back to Proposal; `cause` says in the activity what did it.

    Forward from any open stage, the ones passed over noted as skipped; a project that is there already, or beyond, stays.
    Into Closed means won. Raises ProjectClosed when it is lost (or won, for anything but Closed), IllegalMove for another stage.
    """
    project = locked(project)
    if project.stage == to and project.outcome != Outcome.LOST:
        return project
    if not project.is_open:
        raise ProjectClosed(_("This project is no longer open."), stage=project.stage, to=to)
    if to == Stage.PROPOSAL:
        return _fall_back(project, by=by, cause=cause)
    if to not in AUTOMATIC:
        raise IllegalMove(_("Nothing moves a project there automatically."), stage=project.stage, to=to)
    if not project.path.is_forward(project.stage, to):
        return project
    return _go(project, to, by=by, cause=cause)


@service
def note_quotes_out(project: Project, *, count: int, by: Actor, cause: str) -> Project:
    """Note how many quotes of the project are submitted, accepted or ordered; quotes call it after each change of a status.

    In Proposal with the verbal agreement recorded, the first one brings the project to Contract out. In Contract out without
    one, it goes back to Proposal. `cause` is for the activity, such as "Quote Q-2026-00412 v1 submitted".
    """
    project = locked(project)
    if project.quotes_out != count:
        project.quotes_out = count
        project.save(update_fields=["quotes_out", "updated_at"])
    if project.stage == Stage.CONTRACT_OUT and not count:
        return _fall_back(project, by=by, cause=cause)
    return go_out_when_ready(project, by=by, cause=cause)


@service
def take_acceptance(project: Project, *, on: date, agreed_by: str, by: Actor, cause: str) -> Project:
    """A customer has accepted a quote: that is the verbal agreement, and the project is in Contract out from any open stage.

    Raises ProjectClosed for a project that is won, lost or deleted: then the quote is no longer open.
    """
    project = locked(project)
    if not project.is_open or project.deleted_at is not None:
        raise ProjectClosed(_("This project is no longer open."), stage=project.stage, to=Stage.CONTRACT_OUT)
    if not project.verbal_agreement:
        _agree(project, on=on, agreed_by=agreed_by)
    if project.path.is_forward(project.stage, Stage.CONTRACT_OUT):
        return _go(project, Stage.CONTRACT_OUT, by=by, cause=cause)
    return project


@service
def record_verbal_agreement(project: Project, *, on: date, agreed_by: str, by: User) -> Project:
    """Note that the customer has said yes: who and when. With a quote out, a project in Proposal goes to Contract out at once.

    Raises NotYours, ProjectClosed, IllegalMove behind Proposal, or ValidationError.
    """
    project = locked_for(project, by)
    if project.stage in AUTOMATIC:
        closed = ProjectClosed if not project.is_open else IllegalMove
        raise closed(_("The agreement is recorded before the contract goes out."), stage=project.stage)
    if on > today_of(project.partner):
        raise ValidationError({"verbal_agreement_on": _("This day is still to come.")})
    if not agreed_by.strip():
        raise ValidationError({"verbal_agreement_by": _("Say who agreed.")})
    _agree(project, on=on, agreed_by=agreed_by.strip())
    return go_out_when_ready(
        project, by=Actor.of(by), cause=_("Verbal agreement of %(who)s recorded; a quote is out") % {"who": agreed_by.strip()}
    )


@service
def withdraw_verbal_agreement(project: Project, *, by: User) -> Project:
    """Take a recorded agreement back while the project is still in a stage moved by hand. Raises NotYours or IllegalMove."""
    project = locked_for(project, by)
    if project.stage in AUTOMATIC:
        raise IllegalMove(project.path.refusals.from_automatic, stage=project.stage)
    project.verbal_agreement, project.verbal_agreement_on, project.verbal_agreement_by = False, None, ""
    project.save(update_fields=[*AGREEMENT_FIELDS, "updated_at"])
    return project


def _agree(project: Project, *, on: date, agreed_by: str) -> None:
    project.verbal_agreement, project.verbal_agreement_on, project.verbal_agreement_by = True, on, agreed_by
    project.save(update_fields=[*AGREEMENT_FIELDS, "updated_at"])


def _go(project: Project, to: str, *, by: Actor, cause: str) -> Project:
    skipped = project.path.on_the_way(project.stage, to)[1:]
    if to != Stage.CLOSED:
        return enter(project, to, by=by, reason=cause, is_automatic=True, skipped=skipped)
    project.outcome, project.closed_at = Outcome.WON, timezone.now()
    project = enter(project, to, by=by, reason=cause, is_automatic=True, skipped=skipped, also=("outcome", "closed_at"))
    _become_customer(project)
    return project


def _fall_back(project: Project, *, by: Actor, cause: str) -> Project:
    if project.stage not in BACK_FROM:
        return project
    return enter(project, Stage.PROPOSAL, by=by, reason=cause, is_automatic=True)


def _become_customer(project: Project) -> None:
    account = project.account
    if account.status in (AccountStatus.PROSPECT, AccountStatus.FORMER):
        account.status = AccountStatus.ACTIVE
        account.save(update_fields=["status", "updated_at"])
