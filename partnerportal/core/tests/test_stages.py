"""The mechanism of stages, with a small process of its own."""

from types import SimpleNamespace

import pytest

from partnerportal.core.stages import ExitConditionMissing, IllegalMove, Missing, Path, StageMap, StaleMove, check_fresh

MAP = StageMap(moves={"draft": frozenset({"sent"}), "sent": frozenset({"won", "lost"})})


def needs_users(record):
    return Missing("first", ("users",), "How many users?") if record.users is None else None


def needs_word(record):
    return Missing("third", ("word",), "Who said yes?") if not record.word else None


PATH = Path(
    steps=("first", "second", "third", "sent", "closed"),
    automatic=frozenset({"sent", "closed"}),
    to_leave={"first": (needs_users,), "third": (needs_word,)},
)
READY = SimpleNamespace(users=3, word=True)
EMPTY = SimpleNamespace(users=None, word=False)


@pytest.mark.parametrize("stage", ["draft", "sent", "won", "lost"])
@pytest.mark.parametrize("to", ["draft", "sent", "won", "lost"])
def test_a_map_allows_its_arrows_and_no_others(stage, to):
    is_arrow = (stage, to) in {("draft", "sent"), ("sent", "won"), ("sent", "lost")}

    assert MAP.allows(stage, to) == is_arrow
    if not is_arrow:
        with pytest.raises(IllegalMove) as refusal:
            MAP.check(stage, to)
        assert (refusal.value.stage, refusal.value.to) == (stage, to)


@pytest.mark.parametrize("stage", PATH.steps)
@pytest.mark.parametrize("to", PATH.steps)
def test_a_path_never_lets_a_hand_choose_or_leave_an_automatic_step(stage, to):
    by_hand = {"first", "second", "third"}
    if stage in by_hand and to in by_hand and stage != to:
        PATH.check_by_hand(READY, stage, to)
    else:
        with pytest.raises(IllegalMove):
            PATH.check_by_hand(READY, stage, to)


def test_forward_over_several_steps_needs_each_guard_on_the_way():
    with pytest.raises(ExitConditionMissing) as refusal:
        PATH.check_by_hand(EMPTY, "first", "third")

    assert refusal.value.missing == (Missing("first", ("users",), "How many users?"),)
    assert PATH.missing(EMPTY, "first", "sent") == (
        Missing("first", ("users",), "How many users?"),
        Missing("third", ("word",), "Who said yes?"),
    )


def test_back_is_free():
    PATH.check_by_hand(EMPTY, "third", "first")


def test_following_ends_with_the_path():
    assert [PATH.following(step) for step in PATH.steps] == ["second", "third", "sent", "closed", None]


def test_an_unknown_step_is_refused():
    with pytest.raises(IllegalMove):
        PATH.check_by_hand(READY, "first", "elsewhere")


def test_a_stale_view_is_refused():
    check_fresh("first", "first")
    with pytest.raises(StaleMove) as refusal:
        check_fresh("second", "first")
    assert (refusal.value.seen, refusal.value.now) == ("first", "second")
