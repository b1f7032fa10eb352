"""Write down a stage move. Only the mover of an app calls this, after it has locked and checked the record."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from partnerportal.core.actors import Actor
from partnerportal.core.models import StageMove, Subject


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
