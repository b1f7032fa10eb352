"""What a customer pays per month already, and the change-order projects that are compared with it.

Orders belong to a later app: it says what is confirmed, as a `running_source`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account
from partnerportal.core.actors import Actor, service
from projects import mrr
from projects.models import Project
from projects.services.amounts import today_of
from projects.stages import AUTOMATIC

Source = Callable[[Account], Iterable[mrr.RunningOrder]]
_sources: list[Source] = []
RUNNING_FIELDS = ("running_mrr", "running_basis")


def running_source(function: Source) -> Source:
    """Add a source of the confirmed orders of an account, in the order in which they were confirmed."""
    _sources.append(function)
    return function


def running_of(project: Project) -> mrr.Running:
    """What the customer of a project pays today, in the project's currency; one query a source."""
    found = [one for source in _sources for one in source(project.account)]
    return mrr.running(found, currency=project.currency, day=today_of(project.partner))


def keep_running(project: Project) -> None:
    """Have a change order compare itself with what runs today. The caller saves `RUNNING_FIELDS`, and lets the MRR follow."""
    if project.is_change_order:
        now = running_of(project)
        project.running_mrr, project.running_basis = now.amount, now.as_json()


@service
def compare_with_running(project: Project, *, by: Actor) -> Project:
    """Compare a change order with what runs today, when a quote of it is begun; one that is agreed keeps what it was compared with.

    The caller lets the MRR follow its primary quote afterwards.
    """
    project = Project.objects.for_partner(project.partner_id).select_for_update(of=("self",)).get(pk=project.pk)
    if project.is_change_order and project.stage not in AUTOMATIC:
        keep_running(project)
        project.save(update_fields=[*RUNNING_FIELDS, "updated_at"])
    return project


def is_compared_with_others(project: Project) -> bool:
    """Whether other orders run today than those that an open change order is compared with; one query a source."""
    kept = project.kept_running
    if kept is None or project.stage in AUTOMATIC:
        return False
    return {one.key for one in running_of(project).orders} != {one.key for one in kept.orders}


def check_reduction(project: Project) -> None:
    """Raise ValidationError when a change order takes more users away than run. Without a running order the portal cannot know."""
    kept = project.kept_running
    if kept is None or not kept.orders or project.total_users >= 0:
        return
    most = kept.users_of(project.interested_solutions)
    if -project.total_users > most:
        words = {"count": most, "orders": ", ".join(one.order for one in kept.orders)}
        raise ValidationError({"total_users": _("No more users can be removed than run: %(count)s by %(orders)s.") % words})
