from hypothesis import given
from hypothesis import strategies as st

from partnerportal.core.merge import Clash, merge

NAMES = ("company", "city", "phone")
VALUES = st.sampled_from(["", "a", "b", "c"])
RECORDS = st.fixed_dictionaries({name: VALUES for name in NAMES})


@given(was=RECORDS, theirs=RECORDS)
def test_who_changed_nothing_gets_the_record_as_it_stands(was, theirs):
    merged = merge(was, was, theirs)

    assert (merged.values, merged.clashes) == (theirs, {})


@given(was=RECORDS, mine=RECORDS)
def test_what_nobody_else_changed_is_mine(was, mine):
    merged = merge(was, mine, was)

    assert (merged.values, merged.clashes, merged.followed) == (mine, {}, frozenset())


@given(was=RECORDS, mine=RECORDS, theirs=RECORDS)
def test_every_change_is_kept_or_asked_about(was, mine, theirs):
    merged = merge(was, mine, theirs)

    for name in NAMES:
        changed = {value for value in (mine[name], theirs[name]) if value != was[name]}
        if len(changed) == 2:
            assert merged.clashes[name] == Clash(was[name], mine[name], theirs[name])
        else:
            assert name not in merged.clashes
            assert merged.values[name] == (changed.pop() if changed else was[name])


@given(was=RECORDS, mine=RECORDS, theirs=RECORDS)
def test_it_does_not_matter_who_comes_first(was, mine, theirs):
    one, other = merge(was, mine, theirs), merge(was, theirs, mine)

    assert one.clashes.keys() == other.clashes.keys()
    assert {name: one.values[name] for name in NAMES if name not in one.clashes} == {
        name: other.values[name] for name in NAMES if name not in other.clashes
    }


@given(was=RECORDS, mine=RECORDS, theirs=RECORDS)
def test_merging_what_was_merged_changes_nothing(was, mine, theirs):
    merged = merge(was, mine, theirs)

    assert merge(theirs, merged.values, theirs).values == merged.values


@given(mine=RECORDS, theirs=RECORDS)
def test_without_a_base_the_record_counts_as_seen(mine, theirs):
    assert merge({}, mine, theirs).values == mine


def test_a_field_that_is_no_longer_open_is_left_out():
    assert merge({"city": "a", "phone": "b"}, {"city": "x", "phone": "y"}, {"city": "a"}).values == {"city": "x"}
