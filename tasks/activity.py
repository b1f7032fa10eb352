"""Tasks in the activity of the record that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from partnerportal.core.activity import LIMIT, Entry, source
from tasks.models import Kind, Status, Task, Taskable

ICONS = {Kind.TASK: "check2-square", Kind.CALL: "telephone", Kind.EMAIL: "envelope"}


@source
def tasks_of(record: Any, user: Any) -> Iterator[Entry]:
    """Open tasks are to come, completed ones have been."""
    if not isinstance(record, Taskable):
        return
    rows = Task.objects.visible_to(user).filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
    for task in rows.select_related("assigned_to").order_by("-due_on", "-pk")[:LIMIT]:
        is_open = task.status != Status.COMPLETED
        yield Entry(
            task.subject if is_open else _("Completed: %(task)s") % {"task": task.subject},
            at=task.completed_at,
            due_on=task.due_on,
            detail=str(task.get_kind_display()),
            who=task.assigned_to.get_full_name(),
            icon=ICONS[Kind(task.kind)],
            tone="amber" if is_open else "green",
            url=task.get_absolute_url(),
            is_upcoming=is_open,
        )
