"""Tasks in the activity of the record that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerportal.core.activity import Entry, Window, source
from tasks.models import Kind, Status, Task, Taskable

ICONS = {Kind.TASK: "check2-square", Kind.CALL: "telephone", Kind.EMAIL: "envelope"}
KINDS = {Kind.TASK: "task", Kind.CALL: "call", Kind.EMAIL: "mail"}
UPCOMING = 50


@source("task", "call", "mail")
def tasks_of(record: Any, user: Any, window: Window) -> Iterator[Entry]:
    """Open tasks are to come, completed ones have been; a call that was made tells how it went."""
    if not isinstance(record, Taskable):
        return
    rows = Task.objects.visible_to(user).filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
    rows = rows.select_related("assigned_to")
    if window.is_first:
        yield from (_entry(task) for task in rows.open().order_by(F("due_on").asc(nulls_last=True), "pk")[:UPCOMING])
    yield from (_entry(task) for task in window.of(rows.filter(completed_at__isnull=False), "completed_at"))


def _entry(task: Task) -> Entry:
    is_open, is_call = task.status != Status.COMPLETED, bool(task.outcome)
    done = task.subject if is_call else _("Completed: %(task)s") % {"task": task.subject}
    return Entry(
        KINDS[Kind(task.kind)],
        f"task:{task.pk:020}",
        task.subject if is_open else done,
        at=task.completed_at,
        due_on=task.due_on,
        text=task.comments if is_call else "",
        detail=call_in_words(task) if is_call else str(task.get_kind_display()),
        who=task.assigned_to.get_full_name(),
        icon=ICONS[Kind(task.kind)],
        tone="amber" if is_open else "green",
        url=task.get_absolute_url(),
        is_upcoming=is_open,
    )


def call_in_words(task: Task) -> str:
    """Who called, how it went, and how long it took."""
    words = [str(task.get_direction_display()), str(task.get_outcome_display())]
    if task.minutes:
        words.append(ngettext("%(count)s minute", "%(count)s minutes", task.minutes) % {"count": task.minutes})
    return " · ".join(word for word in words if word)
