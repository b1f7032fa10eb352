"""Tables of inputs and exact results; no database."""

from dataclasses import replace
from decimal import Decimal

import pytest

from projects import bonus

REQUIRED = frozenset({"attendees", "pains"})
FACTS = bonus.Facts(
    record_type="business_plan",
    opportunity_type="new_business",
    required=REQUIRED,
    answered=REQUIRED,
    has_mrr=True,
    demo_done=False,
    pipeline_mrr=None,
    approval="",
)
DONE = replace(FACTS, demo_done=True, pipeline_mrr=Decimal("1120.00"))


@pytest.mark.parametrize(
    "facts, status",
    [
        (FACTS, "ready"),
        (replace(FACTS, answered=frozenset({"pains"})), "answers_missing"),
        (replace(FACTS, answered=frozenset(), has_mrr=False), "answers_missing"),
        (replace(FACTS, has_mrr=False), "mrr_missing"),
        (replace(FACTS, required=frozenset(), answered=frozenset()), "ready"),
        (replace(FACTS, opportunity_type="existing_business"), "not_eligible"),
        (replace(FACTS, opportunity_type="existing_not_with_vendor"), "ready"),
        (replace(FACTS, record_type="change_order"), "not_eligible"),
        (DONE, "awaiting"),
        (replace(DONE, answered=frozenset()), "awaiting"),
        (replace(DONE, approval="yes"), "approved"),
        (replace(DONE, approval="no"), "rejected"),
        (replace(DONE, opportunity_type="existing_business"), "not_eligible"),
        (replace(DONE, opportunity_type="existing_business", approval="yes"), "approved"),
    ],
)
def test_status_follows_the_facts(facts, status):
    assert bonus.status(facts) == status


@pytest.mark.parametrize(
    "facts, fixes",
    [
        (FACTS, True),
        (replace(FACTS, answered=REQUIRED | {"more"}), True),
        (replace(FACTS, answered=frozenset({"pains"})), False),
        (replace(FACTS, has_mrr=False), False),
        (DONE, False),
        (replace(FACTS, opportunity_type="existing_business"), True),
    ],
)
def test_leaving_demo_fixes_its_facts_once_and_only_when_all_is_there(facts, fixes):
    assert bonus.fixes_demo(facts) is fixes


def test_each_condition_says_whether_it_is_met():
    met = {one.key: one.is_met for one in bonus.conditions(FACTS)}
    awaiting = {one.key: (one.is_met, one.is_open) for one in bonus.conditions(DONE)}

    assert met == {"eligible": True, "answers": True, "demo_done": False, "pipeline_mrr": False, "approval": False}
    assert awaiting["approval"] == (False, True)
    assert all(is_met for key, (is_met, _) in awaiting.items() if key != "approval")


@pytest.mark.parametrize(
    "pipeline_mrr, rate, amount",
    [("1120.00", "0.1000", "112.00"), ("600.00", "0.1000", "60.00"), ("0.05", "0.1000", "0.01"), ("0.00", "0.1000", "0.00")],
)
def test_amount_is_the_rate_of_the_pipeline_mrr(pipeline_mrr, rate, amount):
    assert bonus.amount(Decimal(pipeline_mrr), Decimal(rate)) == Decimal(amount)
