"""Both paths, every pair of stages; no database."""

from types import SimpleNamespace

import pytest

from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from projects.stages import AUTOMATIC, PATHS, RecordType, Stage

READY = SimpleNamespace(poc_users=5, amount_mrr=500, amount_capex=None, verbal_agreement=True, quotes_out=1)
EMPTY = SimpleNamespace(poc_users=None, amount_mrr=None, amount_capex=None, verbal_agreement=False, quotes_out=0)
BY_HAND = {
    RecordType.BUSINESS_PLAN: ("intro", "demo", "presentation", "proposal"),
    RecordType.CHANGE_ORDER: ("presentation", "proposal"),
}
# What is missing to leave a stage, in the order of the business plan.
NEEDED = {"intro": [("poc_users",)], "demo": [("amount_mrr", "amount_capex")]}


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("to", Stage)
def test_a_hand_moves_between_manual_stages_of_its_path_and_nowhere_else(kind, stage, to):
    manual = BY_HAND[kind]
    path = PATHS[kind]
    if stage in manual and to in manual and stage != to:
        path.check_by_hand(READY, stage, to)
    else:
        with pytest.raises(IllegalMove):
            path.check_by_hand(READY, stage, to)


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("to", Stage)
def test_forward_needs_what_each_stage_on_the_way_needs(kind, stage, to):
    manual = BY_HAND[kind]
    if stage not in manual or to not in manual or stage == to:
        return
    way = manual[manual.index(stage) : manual.index(to)]
    needed = [fields for step in way for fields in NEEDED.get(step, [])] if kind == RecordType.BUSINESS_PLAN else []
    if not needed:
        PATHS[kind].check_by_hand(EMPTY, stage, to)
        return
    with pytest.raises(ExitConditionMissing) as refusal:
        PATHS[kind].check_by_hand(EMPTY, stage, to)
    assert [one.fields for one in refusal.value.missing] == needed


@pytest.mark.parametrize("kind", RecordType)
def test_proposal_is_left_with_the_agreement_and_a_quote(kind):
    missing = PATHS[kind].missing(EMPTY, Stage.PROPOSAL, Stage.CONTRACT_OUT)

    assert [one.fields for one in missing] == [("verbal_agreement", "verbal_agreement_on", "verbal_agreement_by"), ()]
    assert PATHS[kind].missing(READY, Stage.PROPOSAL, Stage.CONTRACT_OUT) == ()


def test_the_paths_are_those_of_the_brief():
    assert PATHS[RecordType.BUSINESS_PLAN].steps == tuple(Stage)
    assert PATHS[RecordType.CHANGE_ORDER].steps == tuple(Stage)[2:]
    assert all(path.automatic == frozenset(AUTOMATIC) for path in PATHS.values())
