"""When a partner may take the next lead of a pool. Pure: moments in, a moment out.

Source: features, M6 and idea 9 (limits and a pause per partner, so that the fastest do not take everything).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(days=7)


def free_from(taken: Sequence[datetime], *, limit: int | None, pause: timedelta, now: datetime) -> datetime | None:
    """The moment from which the next one may be taken; None when that is now.

    `taken` are the moments at which leads were taken, in any order. Of `limit` leads (None: no limit) the oldest has to lie `WINDOW`
    back, and the last one `pause`.
    """
    newest = sorted(taken, reverse=True)
    waits = [newest[0] + pause] if newest else []
    if limit is not None and len(newest) >= limit:
        waits.append(newest[limit - 1] + WINDOW)
    latest = max(waits, default=now)
    return latest if latest > now else None
