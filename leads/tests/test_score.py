import pytest

from leads.score import MOST, Facts, Reason, band, score

ALL = Facts(
    power="decision-maker",
    source="website",
    users=120,
    product="collaboration",
    solutions=("license",),
    has_phone=True,
    has_next_step=True,
    answers=7,
)


def test_all_that_counts_is_the_most_and_nothing_is_nothing():
    assert score(ALL).points == MOST
    assert score(ALL).missing == ()
    assert score(Facts()).points == 0
    assert score(Facts()).given == ()


def test_points_are_the_sum_of_the_reasons():
    found = score(Facts(power="influencer", users=40, answers=2, has_phone=True))

    assert found.points == 10 + 15 + 10 + 5
    assert [(one.kind, one.points) for one in found.given] == [("users", 15), ("power", 10), ("answers", 10), ("phone", 5)]
    assert found.missing[0] == Reason("product", 0, 10, "")


@pytest.mark.parametrize(("users", "points"), [(0, 0), (1, 5), (9, 5), (10, 10), (24, 10), (25, 15), (99, 15), (100, 20), (5000, 20)])
def test_size_counts_in_steps(users, points):
    assert score(Facts(users=users)).points == points


def test_words_that_the_vendor_added_are_worth_nothing():
    assert score(Facts(power="owners-cousin", source="carrier-pigeon")).points == 0


def test_no_more_than_four_answers_count():
    assert [score(Facts(answers=count)).points for count in (1, 4, 5)] == [5, 20, 20]


@pytest.mark.parametrize(("points", "word"), [(0, "cold"), (39, "cold"), (40, "warm"), (69, "warm"), (70, "hot"), (100, "hot")])
def test_bands(points, word):
    assert band(points) == word
