"""Every arrow of a case, and every pair that has none."""

from itertools import product

import pytest

from cases.stages import MOVES, OPEN, Status
from partnerportal.core.stages import IllegalMove

ARROWS = {
    ("new", "in_progress"),
    ("new", "waiting"),
    ("new", "resolved"),
    ("in_progress", "waiting"),
    ("in_progress", "resolved"),
    ("waiting", "in_progress"),
    ("waiting", "resolved"),
    ("resolved", "in_progress"),
    ("resolved", "closed"),
    ("closed", "in_progress"),
}


@pytest.mark.parametrize(("stage", "to"), sorted(product(Status.values, repeat=2)))
def test_every_pair_of_statuses(stage, to):
    assert MOVES.allows(stage, to) == ((stage, to) in ARROWS)


def test_a_pair_without_an_arrow_is_refused_with_a_sentence():
    with pytest.raises(IllegalMove) as refused:
        MOVES.check("new", "closed")

    assert str(refused.value) == "A case cannot go to this status from where it is."


def test_open_is_all_that_is_not_resolved():
    assert OPEN == ("new", "in_progress", "waiting")
