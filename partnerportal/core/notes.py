"""What becomes of a note after it was written: its author edits it, deletes it, brings it back. What it said before is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.core.actors import Actor, current_channel, service
from partnerportal.core.attached import require_visible, tell_mentioned
from partnerportal.core.mentions import people_named
from partnerportal.core.models import Note, NoteChange, Subject
from partnerportal.core.scoping import NotYours

if TYPE_CHECKING:
    from partners.models import User

Kind = NoteChange.Kind


class NoteChanged(Exception):
    """The note is not what the person saw. The message is for her."""


def mark_of(note: Note) -> str:
    """By what one sees whether a note was edited since."""
    return note.edited_at.isoformat() if note.edited_at else ""


def require_author(note: Note, by: User) -> None:
    """Raise NotYours unless `by` wrote the note."""
    if note.author_id != by.pk:
        raise NotYours(_("Only %(author)s, who wrote this note, may change it.") % {"author": note.author.get_full_name()})


@service
def edit_note(note: Note, on: Subject, text: str, *, seen: str, by: User) -> Note:
    """Write one's own note anew. Whoever is mentioned for the first time hears so. Raises NotYours, NoteChanged."""
    note = _own(note, on, by=by, is_deleted=False)
    if mark_of(note) != seen:
        raise NoteChanged(_("You have changed this note meanwhile, in another window. It now says: %(text)s") % {"text": note.text})
    if note.text == text:
        return note
    _keep(note, Kind.EDITED, was=note.text, now=text, by=by)
    note.text, note.edited_at = text, timezone.now()
    note.save(update_fields=["text", "edited_at", "updated_at"])
    known, named = set(note.mentioned.values_list("pk", flat=True)), people_named(text, on)
    note.mentioned.set(named)
    tell_mentioned(on, [person for person in named if person.pk not in known], by=by)
    return note


@service
def delete_note(note: Note, on: Subject, *, by: User) -> Note:
    """Take one's own note off its record. Raises NotYours."""
    note = _own(note, on, by=by, is_deleted=False)
    _keep(note, Kind.DELETED, was=note.text, now="", by=by)
    note.deleted_at, note.pinned_at = timezone.now(), None
    note.save(update_fields=["deleted_at", "pinned_at", "updated_at"])
    return note


@service
def restore_note(note: Note, on: Subject, *, by: User) -> Note:
    """Bring one's own deleted note back. Raises NotYours."""
    note = _own(note, on, by=by, is_deleted=True)
    _keep(note, Kind.RESTORED, was="", now=note.text, by=by)
    note.deleted_at = None
    note.save(update_fields=["deleted_at", "updated_at"])
    return note


def _own(note: Note, on: Subject, *, by: User, is_deleted: bool) -> Note:
    """The note, held. Raises DoesNotExist where it is not on the record any more, or not as it was."""
    require_visible(on, by)
    rows = on.notes.filter(deleted_at__isnull=not is_deleted)
    locked: Note = rows.select_related("author").select_for_update(of=("self",)).get(pk=note.pk)
    require_author(locked, by)
    return locked


def _keep(note: Note, kind: str, *, was: str, now: str, by: User) -> None:
    NoteChange.objects.for_partner(note.partner_id).create(
        partner_id=note.partner_id, note=note, kind=kind, was=was, now=now, by_name=Actor.of(by).name, channel=current_channel()
    )
