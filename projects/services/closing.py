"""The end of a project by hand: lost, and taken up again."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import words
from catalog.models import Term
from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove, check_fresh
from partners.models import User
from projects.models import Outcome, Project
from projects.services.automatic import AGREEMENT_FIELDS
from projects.services.moves import enter, locked_for, require_open
from projects.stages import AUTOMATIC, Stage

CLOSING_FIELDS = ("outcome", "won_reason", "lost_reason", "competitor", "closed_at")


@service
def close_as_lost(project: Project, *, seen: str, lost_reason: str, competitor: str = "", by: User) -> Project:
    """Close a project from a stage moved by hand, with the reason (a term's key) and who got it, and promise `project.lost`.

    Quotes answer that promise: drafts and submitted ones are cancelled. Raises StaleMove, IllegalMove, ValidationError or NotYours.
    """
    project = locked_for(project, by)
    require_open(project)
    check_fresh(project.stage, seen)
    if project.stage in AUTOMATIC:
        raise IllegalMove(_("A quote or an order is on its way: cancel it first."), stage=project.stage, to=Stage.CLOSED)
    if lost_reason not in dict(words.choices(Term.Kind.LOST)):
        raise ValidationError({"lost_reason": _("Choose a reason.")})
    project.outcome, project.lost_reason, project.competitor = Outcome.LOST, lost_reason, competitor.strip()
    project.closed_at = timezone.now()
    reason = _("Lost: %(reason)s") % {"reason": words.label(Term.Kind.LOST, lost_reason)}
    project = enter(project, Stage.CLOSED, by=Actor.of(by), reason=reason, also=CLOSING_FIELDS, probability=0)
    outbox.promise("project.lost", key=f"project.lost:{project.pk}:{project.closed_at:%Y%m%d%H%M%S%f}", project_id=project.pk)
    return project


@service
def say_why_won(project: Project, *, won_reason: str, competitor: str = "", by: User) -> Project:
    """Note why a project was won (a term's key), and against whom. Raises NotYours, IllegalMove unless won, or ValidationError."""
    project = locked_for(project, by)
    if project.outcome != Outcome.WON:
        raise IllegalMove(_("This project is not won."), stage=project.stage)
    if won_reason not in dict(words.choices(Term.Kind.WON)):
        raise ValidationError({"won_reason": _("Choose a reason.")})
    project.won_reason, project.competitor = won_reason, competitor.strip()
    project.save(update_fields=["won_reason", "competitor", "updated_at"])
    return project


@service
def reopen_project(project: Project, *, reason: str, by: User) -> Project:
    """Take a lost project up again, in its first stage; what the customer had agreed to counts no more. A manager's right.

    Raises NotYours for a rep, IllegalMove unless lost, ValidationError without a reason, ChangeOrderOpen where the account has another
    open change order by now.
    """
    project = locked_for(project, by)
    if not by.manages_company:
        raise NotYours(_("Only the managers of %(partner)s may reopen a lost project.") % {"partner": project.partner.name})
    if project.outcome != Outcome.LOST:
        raise IllegalMove(_("Only a lost project can be reopened."), stage=project.stage)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the project is taken up again.")})
    project.outcome, project.won_reason, project.lost_reason, project.competitor, project.closed_at = "", "", "", "", None
    project.verbal_agreement, project.verbal_agreement_on, project.verbal_agreement_by = False, None, ""
    return enter(project, project.path.steps[0], by=Actor.of(by), reason=reason.strip(), also=(*CLOSING_FIELDS, *AGREEMENT_FIELDS))
