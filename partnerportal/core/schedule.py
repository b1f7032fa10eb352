"""What the schedule does with many rows: each by itself, so that one that fails stops none of the others.

count = done_each(services.expire_offer, overdue.values_list("pk", flat=True), now=now, by=Actor.system())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.db.models import Model

log = structlog.get_logger(__name__)


def done_each(verb: Callable[..., bool], rows: Iterable[Any], **facts: Any) -> int:
    """Call `verb(row, **facts)`, a service, with each row or key; answers with how many there was something to do. Failures are logged."""
    return sum([_is_done(verb, row, facts) for row in rows])


def _is_done(verb: Callable[..., bool], row: Any, facts: dict[str, Any]) -> bool:
    try:
        return bool(verb(row, **facts))
    except Exception:
        log.exception("schedule.row_failed", verb=verb.__name__, key=row.pk if isinstance(row, Model) else row)
        return False
