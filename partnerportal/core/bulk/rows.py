"""One record of a bulk change: held, acted on in a savepoint, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core.bulk import journal
from partnerportal.core.bulk.verbs import Contested, Scene, Verb
from partnerportal.core.models import BulkRow, Subject
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove

if TYPE_CHECKING:
    from partners.models import User

NOT_YOURS = gettext_noop("Not yours to change: only its owner and the managers may.")
log = structlog.get_logger(__name__)

_Row = BulkRow.State


def apply(
    row: BulkRow, act: Callable[[Any], list[Contested] | None], *, scene: Scene, verb: Verb, by: User, is_deleted: bool = False
) -> None:
    """Act on the record of a row, in a savepoint, and write into the row what came of it. Its refusals are the services' own.

    What `act` answers is in question; what it wrote beside that stays written. `seen` keeps no field in question. A record that is
    deleted is not there to be held: `act` gets none, and asks for it itself.
    """
    kept = row.effects if row.state == _Row.CLASH else []  # What was written beside the fields that were in question.
    row.effects = kept
    try:
        with transaction.atomic(), journal.recording() as written:
            contested = act(None if is_deleted else locked(row, scene=scene, verb=verb, by=by)) or []
        row.effects = [*kept, *written.effects()]
        row.state, row.reason, row.clash = (_Row.DONE if row.effects else _Row.UNCHANGED), "", [asdict(one) for one in contested]
        if contested:
            row.state, row.reason = _Row.CLASH, _("Changed by somebody else meanwhile.")
            row.seen = {name: value for name, value in row.seen.items() if name not in {one.name for one in contested}}
    except NotYours:
        row.state, row.reason = _Row.REFUSED, _(NOT_YOURS)
    except ExitConditionMissing as error:
        row.state, row.reason = _Row.REFUSED, " ".join(str(one.sentence) for one in error.missing)[:600]
    except ValidationError as error:
        row.state, row.reason = _Row.REFUSED, " ".join(error.messages)[:600]
    except (IllegalMove, scene.model.DoesNotExist) as error:
        gone = isinstance(error, scene.model.DoesNotExist)
        row.state, row.reason = _Row.REFUSED, _("It is not there any more.") if gone else _(str(error))[:600]
    except refusals(scene) as error:
        row.state, row.reason = _Row.REFUSED, str(error)[:600]
    except OperationalError:  # The whole part is tried again.
        raise
    except Exception as error:
        log.exception("bulk.row_failed", bulk_row_id=row.pk, error=type(error).__name__)
        row.state, row.reason = _Row.REFUSED, _("This one failed for a reason of ours, and was left as it is.")


def refusals(scene: Scene) -> tuple[type[Exception], ...]:
    """What the page that edits such a record takes for a refusal of its service."""
    edit = scene.view("edit", 0)
    return edit.errors if edit is not None else ()


def locked(row: BulkRow, *, scene: Scene, verb: Verb, by: User) -> Any:
    """The record, held. Raises DoesNotExist or NotYours."""
    if not by.is_active or not by.has_perm(scene.change_permission):
        raise NotYours("")
    rows = scene.model._default_manager
    if scene.model.lock_above is not Subject.lock_above:
        rows.visible_to(by).get(pk=row.object_id).lock_above()
    record = rows.visible_to(by).select_related("owner", "partner").select_for_update(of=("self",)).get(pk=row.object_id)
    if verb.must_be_editable and not rows.editable_by(by).filter(pk=record.pk).exists():
        raise NotYours("")
    return record
