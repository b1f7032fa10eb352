"""Every arrow of an order, and every pair that has none."""

from itertools import product

import pytest

from orders.stages import MOVES, Status
from partnerportal.core.stages import IllegalMove

ARROWS = {
    ("draft", "confirmed"),
    ("draft", "cancelled"),
    ("confirmed", "in_progress"),
    ("confirmed", "on_hold"),
    ("confirmed", "cancelled"),
    ("in_progress", "shipped"),
    ("in_progress", "completed"),
    ("in_progress", "on_hold"),
    ("in_progress", "cancelled"),
    ("on_hold", "confirmed"),
    ("on_hold", "in_progress"),
    ("on_hold", "cancelled"),
    ("shipped", "completed"),
}


@pytest.mark.parametrize(("status", "to"), sorted(product(Status.values, repeat=2)))
def test_every_pair_of_statuses(status, to):
    assert MOVES.allows(status, to) == ((status, to) in ARROWS)


def test_a_pair_without_an_arrow_is_refused_with_a_sentence():
    with pytest.raises(IllegalMove) as refused:
        MOVES.check("shipped", "cancelled")

    assert str(refused.value) == "An order cannot go to this status from where it is."
