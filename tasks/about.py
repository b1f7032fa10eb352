"""What a task is about, read through scope: an address names it as `leads.lead:12`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.http import Http404

from partners.models import User
from tasks.models import Task, Taskable


def record_named(name: str, user: User) -> Taskable:
    """The record that an address names. Raises Http404 for what the person may not see, or what can have no tasks."""
    label, _colon, key = name.partition(":")
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if not issubclass(model, Taskable) or not key.isdecimal() or not may_view(model, user):
        raise Http404
    record = model._default_manager.visible_to(user).filter(pk=key).first()
    if record is None:
        raise Http404
    return record


def record_if_any(name: str, user: User) -> Taskable | None:
    """As `record_named`, and None for what the person may not see."""
    try:
        return record_named(name, user)
    except Http404:
        return None


def name_of(record: Taskable) -> str:
    """How an address names a record."""
    return f"{record._meta.label_lower}:{record.pk}"


def may_view(model: Any, user: User) -> bool:
    """Whether the role opens pages of this kind."""
    return user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def attach_about(tasks: Sequence[Task], user: User) -> None:
    """Set `about` of each task: its record as far as the person may see it, else None. One query a kind of record."""
    found: dict[tuple[int, int], Any] = {}
    for type_id, keys in records_of(tasks).items():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        if model is not None and may_view(model, user):
            found |= {(type_id, record.pk): record for record in model._default_manager.visible_to(user).filter(pk__in=keys)}
    for task in tasks:
        task.about = found.get((task.content_type_id or 0, task.object_id or 0))  # type: ignore[attr-defined]


def records_of(tasks: Iterable[Task]) -> dict[int, set[int]]:
    """The keys of the records that tasks are about, by their content type."""
    found: dict[int, set[int]] = {}
    for task in tasks:
        if task.content_type_id and task.object_id:
            found.setdefault(task.content_type_id, set()).add(task.object_id)
    return found
