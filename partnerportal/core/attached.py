"""Verbs for any record: notes, followers, owner, delete and restore. Each checks that the person may see, or change, the record.

Those of files are in `core.files`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import display
from partnerportal.core.actors import service
from partnerportal.core.mentions import people_named
from partnerportal.core.models import Follow, Mute, Note, Notification, Subject
from partnerportal.core.notifications import needs_no_mail, notify, notify_all, wants_no_mail
from partnerportal.core.scoping import NotYours, require_editable

if TYPE_CHECKING:
    from partners.models import User

Reason = Notification.Reason


class NotDeletable(Exception):
    """The record may not be deleted, or not be restored. The message is for the person."""


def require_visible(record: Subject, by: User) -> None:
    """Raise the model's DoesNotExist unless `by` may see the record."""
    type(record)._default_manager.visible_to(by).only("pk").get(pk=record.pk)


def link_to(on: Subject) -> dict[str, Any]:
    """Partner and generic link of a row on a record."""
    return {"partner_id": on.partner_id, "content_type": ContentType.objects.get_for_model(on), "object_id": on.pk}


@service
def add_note(on: Subject, text: str, *, by: User, title: str = "") -> Note:
    """Write a note on a record that one may see. Whoever is mentioned in it hears so and follows; followers and owner hear of the note."""
    require_visible(on, by)
    note = Note.objects.for_partner(on.partner_id).create(**link_to(on), text=text, title=title, author=by)
    mentioned = people_named(text, on)
    note.mentioned.set(mentioned)
    tell_mentioned(on, mentioned, by=by)
    sentence = gettext_noop("%(who)s wrote a note on %(record)s")
    tell_followers(on, sentence, values={"who": by.get_full_name(), "record": on}, kind="note", but=[by, *mentioned])
    return note


def tell_mentioned(on: Subject, people: Iterable[User], *, by: User) -> None:
    """Tell people, but not `by`, that a note on a record names them. They follow it from now on."""
    values = {"who": by.get_full_name(), "record": on}
    for person in people:
        if person.pk == by.pk:
            continue
        Follow.objects.for_partner(on.partner_id).get_or_create(**link_to(on), user=person, defaults={"reason": Follow.Reason.MENTIONED})
        sentence = gettext_noop("%(who)s mentioned you on %(record)s")
        notify(person, sentence, values=values, kind="mention", about=on, reason=Reason.MENTIONED)


@service
def pin_note(note: Note, on: Subject, *, by: User) -> Note:
    """Keep a note on top of the record's activity."""
    require_visible(on, by)
    note.pinned_at = note.pinned_at or timezone.now()
    note.save(update_fields=["pinned_at", "updated_at"])
    return note


@service
def unpin_note(note: Note, on: Subject, *, by: User) -> Note:
    """Let a note stand where its date puts it."""
    require_visible(on, by)
    note.pinned_at = None
    note.save(update_fields=["pinned_at", "updated_at"])
    return note


@service
def follow(on: Subject, *, by: User) -> Follow:
    """Hear of a record from now on."""
    require_visible(on, by)
    row, _created = Follow.objects.for_partner(on.partner_id).get_or_create(**link_to(on), user=by)
    return row


@service
def unfollow(on: Subject, *, by: User) -> None:
    """Hear of a record no more."""
    require_visible(on, by)
    on.followers.filter(user=by).delete()


@service
def mute(on: Subject, *, by: User) -> None:
    """Hear nothing of a record, even as its owner, but for what is meant for oneself: a mention, a task, the record handed over."""
    require_visible(on, by)
    Mute.objects.for_partner(on.partner_id).get_or_create(**link_to(on), user=by)
    wants_no_mail(by, on)


@service
def unmute(on: Subject, *, by: User) -> None:
    """Hear of a record again."""
    require_visible(on, by)
    on.mutes.filter(user=by).delete()


def standing(on: Subject, user: User) -> set[str]:
    """What a person has to do with a record: `owner`, `chosen`, `mentioned`, `muted`; one query."""
    link = link_to(on)
    follows = Follow.objects.for_partner(on.partner_id).filter(**link, user=user).order_by().values_list("reason")
    mutes = Mute.objects.for_partner(on.partner_id).filter(**link, user=user).order_by().values_list(Value("muted"))
    found = {word for (word,) in follows.union(mutes)}
    return found | {"owner"} if on.owner_id == user.pk else found


@service
def change_owner(record: Subject, *, to: User, by: User) -> Subject:
    """Hand a record to an active colleague of the same company, and tell her. Raises NotYours.

    The former owner and the followers hear of it as of any change of an owner, by `core.hearing`.
    """
    record = _locked(record, by)
    if to.partner_id != record.partner_id or not to.is_active:
        raise NotYours(_("A record can only be handed to an active colleague."))
    record.owner = to
    record.save(update_fields=["owner", "updated_at"])
    if to.pk != by.pk:
        sentence = gettext_noop("%(who)s handed you %(record)s")
        notify(to, sentence, values={"who": by.get_full_name(), "record": record}, kind="owner", about=record)
    return record


def _locked(record: Subject, by: User) -> Any:
    rows = type(record)._default_manager.visible_to(by)
    record.lock_above()
    locked = rows.select_for_update(of=("self",)).get(pk=record.pk)
    require_editable(locked, by)
    return locked


@service
def delete_record(record: Subject, *, by: User) -> Subject:
    """Hide a record everywhere. Its owner and the managers can bring it back for `RESTORE_DAYS` days. Raises NotDeletable."""
    record = _locked(record, by)
    refusal = record.deletion_refusal() if hasattr(record, "deletion_refusal") else ""
    if refusal:
        raise NotDeletable(refusal)
    record.deleted_at = timezone.now()
    record.save(update_fields=["deleted_at", "updated_at"])
    needs_no_mail(record)
    return record


def deleted_records(model: type[Subject], by: User) -> Any:
    """Records that the person deleted or could restore."""
    since = timezone.now() - timedelta(days=settings.RESTORE_DAYS)
    rows = model._default_manager.across_partners(reason="deleted records, narrowed to the person's own scope at once")
    return rows.filter(model.scope(by), model.editability(by), deleted_at__gte=since)


@service
def restore_record(model: type[Subject], pk: int, *, by: User) -> Subject:
    """Bring a deleted record back. Raises DoesNotExist when the person has none such, ValidationError where it belongs to a deleted one."""
    record = deleted_records(model, by).select_for_update(of=("self",)).get(pk=pk)
    _require_parents(record)
    record.deleted_at = None
    record.save(update_fields=["deleted_at", "updated_at"])
    return record


def _require_parents(record: Subject) -> None:
    """Hold what a record belongs to, so that nobody deletes it meanwhile. Raises ValidationError for what is deleted."""
    for field in record._meta.concrete_fields:
        model = field.related_model
        if not isinstance(model, type) or not issubclass(model, Subject) or model is type(record):
            continue  # A former version of itself is no parent.
        parents = model._default_manager.for_partner(record.partner_id).select_for_update(of=("self",), no_key=True)
        parent = parents.filter(pk=getattr(record, field.attname)).first()
        if parent is not None and parent.deleted_at:
            raise ValidationError(_("This belongs to something in the bin: %(kind)s. Restore that first.") % {"kind": display.kind(model)})


def move_attached(source: Subject, target: Subject) -> None:
    """Hand notes, files and followers of one record to another of the same partner; for conversion and merging.

    Its stage moves stay: they tell of its own way.
    """
    if source.partner_id != target.partner_id:
        raise ValueError("Attached rows never leave their partner.")
    link = {"content_type": ContentType.objects.get_for_model(target), "object_id": target.pk}
    source.notes.update(**link)
    source.attachments.update(**link)
    followed = target.followers.values("user")
    source.followers.exclude(user__in=followed).update(**link)
    source.mutes.exclude(user__in=target.mutes.values("user")).update(**link)


def tell_followers(
    on: Subject,
    sentence: str,
    *,
    values: dict[str, Any],
    kind: str,
    but: Iterable[User],
    also: Iterable[User] = (),
    is_newest_alone: bool = False,
) -> None:
    """Put a notice behind the bell of the owner, of everybody who follows and of those in `also`.

    Not of those in `but`, nor of who has muted the record, or has lost sight of it. The same queries for any number of colleagues.
    """
    listeners: dict[int, tuple[User, str]] = {person.pk: (person, Reason.PERSONAL) for person in also}
    listeners |= {follow.user_id: (follow.user, follow.reason) for follow in on.followers.select_related("user")}
    listeners[on.owner_id] = (on.owner, Reason.OWNER)
    for person in but:
        listeners.pop(person.pk, None)
    if listeners:
        muted = set(on.mutes.values_list("user_id", flat=True))
        people = [(person, why) for key, (person, why) in listeners.items() if key not in muted and person.is_active and _sees(on, person)]
        notify_all(people, sentence, values=values, kind=kind, about=on, is_newest_alone=is_newest_alone)


def _sees(on: Subject, person: User) -> bool:
    """Within the company one may see what one follows or has just given away; of anybody else it is asked."""
    return person.partner_id == on.partner_id or type(on)._default_manager.visible_to(person).filter(pk=on.pk).exists()
