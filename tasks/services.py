"""What may be done with a task: give, change, complete, reopen; and hand a record over with the work that is open on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import attached
from partnerportal.core.actors import Actor, service
from partnerportal.core.models import Subject
from partnerportal.core.notifications import needs_no_mail, notify
from partnerportal.core.scoping import NotYours, require_editable
from partners.models import User
from tasks.about import records_of
from tasks.models import Kind, Outcome, Status, Task, Taskable

CALL_FIELDS = ("direction", "outcome", "minutes", "comments")
# What a form, a bulk change or an import may write.
FIELDS = ("subject", "kind", "assigned_to", "due_on", "status", "priority", "comments")
DUE_LATE = timedelta(days=7)  # What became overdue longer ago is not told any more.
NAMED = 3  # So many tasks a notice of several names.


@service
def create_task(*, values: Mapping[str, Any], by: User, on: Taskable | None = None) -> Task:
    """Give a task, about a record that one sees or about none; without `assigned_to` it is one's own.

    Somebody else hears of it by bell and mail. Raises NotYours for the vendor's people, DoesNotExist for a record that `by` does
    not see, and ValidationError for an assignee who is no active colleague.
    """
    if by.partner_id is None:
        raise NotYours(_("Tasks are given by the people of a partner."))
    task = Task(partner_id=by.partner_id, owner=by, assigned_to=by)
    if on is not None:
        attached.require_visible(on, by)
        task.related = on
    _take(task, values)
    task.save()
    _tell_assignee(task, by)
    return task


@service
def log_call(on: Taskable, *, values: Mapping[str, Any], by: User) -> Task:
    """Write down a call about a record that one sees: direction, outcome, minutes, what was said; and the follow-up as a task, in one step.

    Owner and followers hear of it. `values`: direction, outcome, minutes, comments, follow_up, follow_up_on, follow_up_by.
    Raises as `create_task`.
    """
    if by.partner_id is None:
        raise NotYours(_("Calls are written down by the people of a partner."))
    attached.require_visible(on, by)
    now = timezone.now()
    call = Task(partner_id=by.partner_id, owner=by, assigned_to=by, kind=Kind.CALL, status=Status.COMPLETED, completed_at=now)
    call.related, call.subject = on, _("Call")
    for name in CALL_FIELDS:
        setattr(call, name, values[name])
    call.save()
    heard = {"who": by.get_full_name(), "record": on, "outcome": Outcome(call.outcome).label}
    attached.tell_followers(on, gettext_noop("%(who)s called about %(record)s: %(outcome)s"), values=heard, kind="call", but=[by])
    if values.get("follow_up") or values.get("follow_up_on"):
        following = {
            "subject": values.get("follow_up") or _("Call again"),
            "kind": Kind.CALL,
            "due_on": values.get("follow_up_on"),
            "assigned_to": values.get("follow_up_by") or by,
        }
        create_task(values=following, on=on, by=by)
    return call


@service
def edit_task(task: Task, *, values: Mapping[str, Any], by: User) -> Task:
    """Change a task. A new assignee hears of it. `related` among the values is another record that one sees, or None.

    Raises ValidationError for an assignee who is no active colleague.
    """
    task = _locked(task, by)
    before = task.assigned_to_id
    changed = [*_take(task, values), *_relate(task, values, by)]
    if changed:
        task.save(update_fields=[*changed, "completed_at", "updated_at"])
    if task.assigned_to_id != before or task.status == Status.COMPLETED:
        needs_no_mail(task, "task", "due")
    if task.assigned_to_id != before:
        _tell_assignee(task, by)
    return task


@service
def complete_task(task: Task, *, by: User) -> Task:
    """Tick a task off and tell who gave it; one that is completed stays as it is."""
    task = _locked(task, by)
    if task.status == Status.COMPLETED:
        return task
    task.status, task.completed_at = Status.COMPLETED, timezone.now()
    task.save(update_fields=["status", "completed_at", "updated_at"])
    needs_no_mail(task, "task", "due")
    if task.owner_id != by.pk:
        values = {"who": by.get_full_name(), "task": task}
        notify(task.owner, gettext_noop("%(who)s completed “%(task)s”"), values=values, kind="task", about=task)
    return task


@service
def reopen_task(task: Task, *, by: User, status: Status = Status.NOT_STARTED) -> Task:
    """Take a tick back, to the open `status` that it had before; who gave it gets no mail of the tick. An open task stays as it is."""
    task = _locked(task, by)
    if task.status != Status.COMPLETED:
        return task
    task.status, task.completed_at = status, None
    task.save(update_fields=["status", "completed_at", "updated_at"])
    needs_no_mail(task, "task")
    return task


@service
def remind_of_due(user_id: int, *, now: datetime, by: Actor) -> bool:
    """Tell a person, once and in one notice, of the own tasks whose day has come. False when there is nothing to tell.

    The day is the person's. What is some days late, since nothing ran or the day was moved, is told all the same; not what the person
    has muted, nor what is about a record that was deleted.
    """
    person = User.objects.get(pk=user_id)
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    rows = Task.objects.across_partners(reason="schedule: the job names the person alone").filter(assigned_to=person)
    due = rows.to_remind(today - DUE_LATE, today).exclude(mutes__user=person)  # type: ignore[attr-defined]
    tasks = _but_of_deleted(due.select_for_update(of=("self",)).order_by("due_on", "pk"))
    rows.filter(pk__in=[task.pk for task in tasks]).update(due_told_on=F("due_on"))  # Not in the history, and no change of the task.
    if len(tasks) == 1:
        notify(
            person, gettext_noop("Due on %(day)s: %(task)s"), values={"day": tasks[0].due_on, "task": tasks[0]}, kind="due", about=tasks[0]
        )
    elif tasks:
        named = " · ".join(Truncator(task.subject).chars(60) for task in tasks[:NAMED])
        values = {"count": len(tasks), "tasks": named if len(tasks) <= NAMED else f"{named} · …"}
        page = f"{reverse('tasks:list')}?view=my_open"
        notify(person, gettext_noop("%(count)s of your tasks are due: %(tasks)s"), values=values, kind="due", url=page)
    return bool(tasks)


@service
def hand_over(record: Taskable, *, to: User, by: User) -> Taskable:
    """Change the owner of a record. Open tasks on it that the former owner was to do go along; completed ones stay."""
    former = record.owner
    record = attached.change_owner(record, to=to, by=by)  # type: ignore[assignment]
    hand_over_tasks([record], former=former, to=to)
    return record


def hand_over_tasks(records: Iterable[Subject], *, former: User, to: User) -> int:
    """Give the open tasks on these records, as far as `former` was to do them, to a colleague; how many there were.

    Part of a change of owner: the caller's transaction, author and notice. The rows are locked.
    """
    records = list(records)
    if not records:
        return 0
    about = Q(pk__in=())
    for record in records:
        about |= Q(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
    tasks = list(
        Task.objects.for_partner(records[0].partner_id)
        .open()
        .filter(about, assigned_to=former, deleted_at=None)
        .select_for_update(of=("self",))
    )
    for task in tasks:
        task.assigned_to = to
        task.save(update_fields=["assigned_to", "updated_at"])
    return len(tasks)


def withdraw_tasks(tasks: QuerySet[Task], *, at: datetime | None = None) -> int:
    """Take tasks away softly that somebody else's decision has made needless; how many there were. `at` is the moment, None for now.

    Part of another service: the caller's transaction and author, and its right to do so. The rows are locked.
    """
    now = at or timezone.now()
    found = list(tasks.select_for_update(of=("self",)))
    for task in found:
        task.deleted_at = now
        task.save(update_fields=["deleted_at", "updated_at"])
        needs_no_mail(task)
    return len(found)


def give_back_tasks(tasks: QuerySet[Task]) -> None:
    """Bring tasks back that `withdraw_tasks` took away; part of another service, as that one."""
    for task in tasks.select_for_update(of=("self",)):
        task.deleted_at = None
        task.save(update_fields=["deleted_at", "updated_at"])


def _locked(task: Task, by: User) -> Task:
    task = Task.objects.visible_to(by).select_related("owner").select_for_update(of=("self",)).get(pk=task.pk)
    require_editable(task, by)
    return task


def _take(task: Task, values: Mapping[str, Any]) -> list[str]:
    """Write the values that differ and answer their names; `completed_at` follows the status."""
    changed = [name for name in FIELDS if name in values and getattr(task, name) != values[name]]
    for name in changed:
        setattr(task, name, values[name])
    if "assigned_to" in changed:
        _check_assignee(task)
    if "status" in changed:
        task.completed_at = timezone.now() if task.status == Status.COMPLETED else None
    return changed


def _relate(task: Task, values: Mapping[str, Any], by: User) -> list[str]:
    """Tie a task to what `related` among the values says, if it says anything new, and answer the names of the fields that differ."""
    if "related" not in values or values["related"] == task.related:
        return []
    if values["related"] is not None:
        try:
            attached.require_visible(values["related"], by)
        except ObjectDoesNotExist:
            raise ValidationError({"related": _("It is not there any more.")}) from None
    task.related = values["related"]
    task._change_reason = _("Related to another record") if task.related else _("Related to no record any more")  # type: ignore[attr-defined]
    return ["content_type", "object_id"]


def _check_assignee(task: Task) -> None:
    if task.assigned_to.partner_id != task.partner_id or not task.assigned_to.is_active:
        raise ValidationError({"assigned_to": _("A task can only be given to an active colleague.")})


def _tell_assignee(task: Task, by: User) -> None:
    if task.assigned_to_id == by.pk:
        return
    values = {"who": by.get_full_name(), "task": task}
    notify(task.assigned_to, gettext_noop("%(who)s gave you a task: %(task)s"), values=values, kind="task", about=task)


def _but_of_deleted(tasks: Iterable[Task]) -> list[Task]:
    """The tasks but those about a deleted record, whoever may see it. One query a kind of record."""
    tasks = list(tasks)
    gone: set[tuple[int, int]] = set()
    for type_id, keys in records_of(tasks).items():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        rows = model._default_manager.across_partners(reason="tied to the tasks in hand").filter(pk__in=keys, deleted_at__isnull=False)
        gone |= {(type_id, key) for key in rows.values_list("pk", flat=True)}
    return [task for task in tasks if (task.content_type_id or 0, task.object_id or 0) not in gone]
