"""Write down a stage move, and say whether one may be taken back. Only the mover of an app calls this, with the record locked."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.core.actors import Actor
from partnerportal.core.models import StageMove, Subject
from partnerportal.core.stages import IllegalMove


def record_move(
    record: Subject, *, was: str, to: str, by: Actor, reason: str = "", is_automatic: bool = False, skipped: Sequence[str] = ()
) -> StageMove:
    """The row that says who moved the record, when, from where, to where, why, and how long it had been there."""
    before = record.stage_moves.order_by("-at", "-pk").values_list("at", flat=True).first() if was else None
    return StageMove.objects.create(
        partner_id=record.partner_id,
        subject=record,
        from_stage=was,
        to_stage=to,
        reason=reason,
        by=by.user,
        by_name=by.name,
        is_automatic=is_automatic,
        skipped=list(skipped),
        lasted=timezone.now() - (before or record.created_at),
    )


def record_beginnings(beginnings: Sequence[tuple[Subject, str]], *, by: Actor) -> None:
    """The first rows of new records of one partner, each with the stage that it begins in; at once."""
    if beginnings:
        StageMove.objects.for_partner(beginnings[0][0].partner_id).bulk_create(
            StageMove(
                partner_id=record.partner_id,
                subject=record,
                to_stage=stage,
                by=by.user,
                by_name=by.name,
                lasted=timezone.now() - record.created_at,
            )
            for record, stage in beginnings
        )


def check_undo(record: Subject, *, to: str, by: Actor) -> str:
    """The reason of a move that takes the last one back. Raises IllegalMove unless that was the person's own, by hand, from `to`."""
    last = record.stage_moves.order_by("-at", "-pk").first()
    if last is None or last.from_stage != to or last.is_automatic or last.by is None or last.by != by.user:
        raise IllegalMove(_("Only your own last step can be taken back."), to=to)
    return _("Undo")
