import pytest

from leads.stages import MOVES, Status
from partnerportal.core.stages import IllegalMove

ARROWS = {
    (Status.NEW, Status.QUALIFICATION),
    (Status.NEW, Status.NOT_IN_TARGET),
    (Status.QUALIFICATION, Status.NOT_IN_TARGET),
    (Status.NOT_IN_TARGET, Status.QUALIFICATION),
}


@pytest.mark.parametrize("stage", Status)
@pytest.mark.parametrize("to", [*Status, "lost", ""])
def test_every_arrow_and_every_other_pair(stage, to):
    if (stage, to) in ARROWS:
        MOVES.check(stage, to)
    else:
        with pytest.raises(IllegalMove):
            MOVES.check(stage, to)
