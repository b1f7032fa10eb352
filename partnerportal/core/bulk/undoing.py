"""The way back of a bulk change, record by record: what nobody has changed since gets what it had."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from partnerportal.core.actors import Actor
from partnerportal.core.attached import restore_record
from partnerportal.core.bulk import journal
from partnerportal.core.bulk.rows import NOT_YOURS, apply
from partnerportal.core.bulk.verbs import ChangeFields, ChangeOwner, Scene, Verb, raw, verb_of
from partnerportal.core.models import BulkChange, BulkRow
from partnerportal.core.moves import record_move

if TYPE_CHECKING:
    from partners.models import User

OWN_WAY_BACK = timedelta(hours=1)  # So long one takes back a record of one's own that one has handed over.
_Row = BulkRow.State


def take_back(change: BulkChange, row: BulkRow) -> None:
    """Give one record back what it had, as far as nobody has changed it since."""
    scene, verb = Scene(change.page), verb_of(change.verb)
    if isinstance(verb, ChangeFields):
        apply(row, lambda record: _restore_fields(change, row, record, scene, verb), scene=scene, verb=verb, by=change.by)
        if row.state == _Row.UNCHANGED:
            row.state, row.reason = _Row.REFUSED, _("Somebody has changed it since; it was left.")
        return
    if verb.destroys:
        _bring_back(row, scene=scene, verb=verb, by=change.by)
        return
    main = scene.model._meta.label_lower
    was = {name: value for effect in row.effects if effect["model"] == main for name, value in effect["was"].items()}
    rows, by = scene.model._default_manager, change.by
    # What one handed over may be out of one's own sight; it is still of one's company.
    known = rows.for_partner(by.partner_id) if by.partner_id else rows.visible_to(by)
    record = known.select_for_update(of=("self",)).filter(pk=row.object_id, deleted_at=None).first()
    refusal = _("It is not there any more.")
    if record is not None:
        refusal = verb.refuse_undo(record, set(was)) if _is_theirs(change, record, was) else _(NOT_YOURS)
    if refusal:
        row.state, row.reason = _Row.REFUSED, refusal[:600]
        return
    left: list[str] = []
    for effect in reversed(row.effects):
        found, labels = journal.take_back(effect, partner_id=record.partner_id, together=verb.goes_back_together)
        left += labels
        if found is not None and not labels and verb.name == "stage" and effect["model"] == main:
            _note_way_back(scene, found, effect, by=change.by)
    row.state = _Row.REFUSED if left else _Row.DONE
    row.reason = (_("Changed since by somebody, and left: %(fields)s.") % {"fields": ", ".join(dict.fromkeys(left))})[:600] if left else ""


def _is_theirs(change: BulkChange, record: Any, was: dict[str, Any]) -> bool:
    """Whether the person may change the record today, or handed over her own a short while before she asked for the way back."""
    scene, verb, by = Scene(change.page), verb_of(change.verb), change.by
    if not by.is_active or not by.has_perm(scene.change_permission):
        return False
    rows, done = scene.model._default_manager, change.undoes
    mine = rows.editable_by(by) if verb.must_be_editable else rows.visible_to(by)
    if mine.filter(pk=record.pk).exists():
        return True
    is_fresh = done is not None and done.finished_at is not None and change.created_at <= done.finished_at + OWN_WAY_BACK
    return is_fresh and isinstance(verb, ChangeOwner) and was.get("owner_id") == by.pk


def _bring_back(row: BulkRow, *, scene: Scene, verb: Verb, by: User) -> None:
    """Restore a deleted record, as its page in the bin does."""

    def act(_none: Any) -> None:
        restore_record(scene.model, row.object_id, by=by)

    apply(row, act, scene=scene, verb=verb, by=by, is_deleted=True)
    if row.state == _Row.REFUSED and scene.model._default_manager.visible_to(by).filter(pk=row.object_id).exists():
        row.reason = _("It is back already.")


def _restore_fields(change: BulkChange, row: BulkRow, record: Any, scene: Scene, verb: ChangeFields) -> None:
    """Through the service, so that what is computed from them follows."""
    present = verb.seen(scene, record, change.answers, change.by)
    answers = raw(change.answers)
    names = [name for name, value in present.items() if raw({name: value})[name] == answers[name] and name in row.seen]
    if names:
        back = {name: row.seen[name] for name in names}
        verb.act(scene, record, back, seen={name: present[name] for name in names}, by=change.by)


def _note_way_back(scene: Scene, record: Any, effect: dict[str, Any], *, by: User) -> None:
    name = scene.view("move", 0).stage_field
    if name in effect["was"]:
        record_move(record, was=effect["now"][name], to=effect["was"][name], by=Actor.of(by), reason=_("Bulk change undone"))
