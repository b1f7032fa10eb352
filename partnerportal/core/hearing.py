"""Followers hear of the fields that a model names in `heard`, whatever page, bulk change, import or service wrote them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.signals import post_save, pre_save
from django.utils.translation import gettext_lazy, gettext_noop

from partnerportal.core.actors import Actor, current_actor
from partnerportal.core.attached import tell_followers
from partnerportal.core.fields import MoneyField
from partnerportal.core.models import Subject
from partnerportal.core.notifications import Money

HANDED = gettext_noop("%(who)s handed %(record)s to %(owner)s")
MOVED = {"stage", "status"}  # What is saved along with a move is told by its mover.
IS_NOW = gettext_noop("%(record)s: %(field)s is now %(value)s (%(who)s)")
IS_EMPTY = gettext_noop("%(record)s: %(field)s is empty now (%(who)s)")


def connect() -> None:
    """Listen to what is saved. Called once, when the app is ready."""
    pre_save.connect(_note_before, dispatch_uid="core.heard_before")
    post_save.connect(_tell, dispatch_uid="core.heard_after")


def _note_before(sender: type[models.Model], instance: models.Model, update_fields: Any = None, **facts: Any) -> None:
    if not isinstance(instance, Subject) or instance._state.adding:
        return
    if update_fields is not None and MOVED & set(update_fields):
        return
    names = [name for name in instance.heard if update_fields is None or name in update_fields]
    if names:
        keys = [_key(instance, name) for name in names]
        instance._heard_before = sender._base_manager.filter(pk=instance.pk).values(*keys).first() or {}  # type: ignore[attr-defined]


def _tell(sender: type[models.Model], instance: models.Model, **facts: Any) -> None:
    before = instance.__dict__.pop("_heard_before", None)
    if before is None or not isinstance(instance, Subject):
        return
    for name in instance.heard:
        key = _key(instance, name)
        if key in before and before[key] != getattr(instance, key):
            _tell_of(instance, name, former=before[key])


def _key(record: Subject, name: str) -> str:
    return _field(record, name).attname


def _field(record: Subject, name: str) -> Any:
    return record._meta.get_field(name)


def _tell_of(record: Subject, name: str, *, former: Any) -> None:
    actor = current_actor() or Actor.system()
    authors = [actor.user] if actor.user else []
    values: dict[str, Any] = {"who": actor.name, "record": record}
    if name == "owner":  # The new one hears it from whoever hands over.
        values["owner"] = record.owner.get_full_name()
        lost_by = get_user_model()._default_manager.get(pk=former)
        tell_followers(record, HANDED, values=values, kind="handed", but=[*authors, record.owner], also=[lost_by])
        return
    field, value = _field(record, name), getattr(record, name)
    values |= {"field": field.verbose_name, "value": _as_told(record, field, value)}
    sentence = IS_EMPTY if value is None or value == "" else IS_NOW
    tell_followers(record, sentence, values=values, kind=f"field.{name}", but=authors, is_newest_alone=True)


def _as_told(record: Subject, field: Any, value: Any) -> Any:
    """The value so that each reader gets it as she writes it."""
    if isinstance(field, MoneyField) and value is not None:
        return Money(value, record.currency)  # type: ignore[attr-defined]
    if isinstance(value, bool):
        return gettext_lazy("Yes") if value else gettext_lazy("No")
    return value
