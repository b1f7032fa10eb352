"""A stage move of the demo: the change of the field, its history, and the row that says who moved what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catalog import words
from catalog.models import Forecast
from partnerportal.core.models import StageMove, Subject
from partners.models import User
from projects.models import Outcome, Project
from reports.demo.chronicle import SYSTEM_NAME
from reports.demo.setting import Setting


def move(
    setting: Setting,
    record: Subject,
    *,
    field: str,
    to: str,
    at: datetime,
    by: User | None,
    reason: str = "",
    skipped: Sequence[str] = (),
    **others: Any,
) -> None:
    """Set a stage at a moment, with other fields of the same save. `by` None is the portal itself."""
    was = getattr(record, field)
    if isinstance(record, Project):
        sure = Forecast.OMITTED if others.get("outcome") == Outcome.LOST else words.stage(record.record_type, to).forecast
        others |= {"stage_since": at, "forecast_category": sure}
    since = getattr(record, "_moved_at", record.created_at)
    setting.chronicle.change(record, at=at, by=by, reason=reason, **{field: to}, **others)
    one = StageMove(
        partner=setting.partner,
        subject=record,
        from_stage=was,
        to_stage=to,
        reason=reason,
        by=by,
        by_name=by.get_full_name() if by else SYSTEM_NAME,
        is_automatic=by is None,
        skipped=list(skipped),
        lasted=at - since,
    )
    setting.chronicle.add(one, at=at, by=by)
    record._moved_at = at  # type: ignore[attr-defined]
