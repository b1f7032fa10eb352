"""When a partner may take the next lead of a pool: moments in, a moment out."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.pools import free_from

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def ago(**since):
    return NOW - timedelta(**since)


@pytest.mark.parametrize(
    ("taken", "limit", "pause", "expected"),
    [
        ([], None, 0, None),
        ([], 1, 24, None),
        ([ago(hours=1)], None, 0, None),
        ([ago(hours=1)], 2, 0, None),
        ([ago(hours=1)], 1, 0, NOW + timedelta(days=6, hours=23)),
        ([ago(days=6), ago(days=1)], 2, 0, NOW + timedelta(days=1)),
        ([ago(days=1), ago(days=6), ago(days=5)], 2, 0, NOW + timedelta(days=2)),
        ([ago(days=7)], 1, 0, None),
        ([ago(hours=1)], None, 4, NOW + timedelta(hours=3)),
        ([ago(hours=4)], None, 4, None),
        ([ago(hours=1)], 1, 400, NOW + timedelta(hours=399)),
    ],
    ids=[
        "nothing taken",
        "nothing taken, both rules",
        "no rule",
        "below the limit",
        "at the limit",
        "the oldest of two",
        "above a lowered limit",
        "a week is over",
        "in the pause",
        "the pause is over",
        "the later of both",
    ],
)
def test_free_from(taken, limit, pause, expected):
    assert free_from(taken, limit=limit, pause=timedelta(hours=pause), now=NOW) == expected
