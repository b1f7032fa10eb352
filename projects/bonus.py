"""The demo bonus: which conditions are met, what is missing, its status and its amount. Pure.

A business-plan project that is new business, or existing business that is not with the vendor, earns it: all required demo
questions answered, an MRR there, and Demo left (demo done, pipeline MRR fixed); then the account manager's yes. The amount is
the pipeline MRR times the rate, half up to cents: 1,120.00 at 0.1000 is 112.00. Source: the product's brief.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from partnerportal.core.money import round_money

ELIGIBLE_KIND = "business_plan"
ELIGIBLE_TYPES = frozenset({"new_business", "existing_not_with_vendor"})

NOT_ELIGIBLE = "not_eligible"
ANSWERS_MISSING = "answers_missing"
MRR_MISSING = "mrr_missing"
READY = "ready"
AWAITING = "awaiting"
APPROVED = "approved"
REJECTED = "rejected"


@dataclass(frozen=True)
class Facts:
    """What the bonus depends on. `approval` is empty, "yes" or "no"."""

    record_type: str
    opportunity_type: str
    required: frozenset[str]
    answered: frozenset[str]
    has_mrr: bool
    demo_done: bool
    pipeline_mrr: Decimal | None
    approval: str


@dataclass(frozen=True)
class Condition:
    """One thing that the bonus needs. `key` is eligible, answers, demo_done, pipeline_mrr or approval; `is_open` waits for somebody."""

    key: str
    is_met: bool
    is_open: bool = False


def is_eligible(record_type: str, opportunity_type: str) -> bool:
    """Whether a project of this kind and type can earn the bonus at all."""
    return record_type == ELIGIBLE_KIND and opportunity_type in ELIGIBLE_TYPES


def unanswered(facts: Facts) -> frozenset[str]:
    """The required questions without an answer."""
    return facts.required - facts.answered


def fixes_demo(facts: Facts) -> bool:
    """Whether leaving Demo now sets demo done, its date and the pipeline MRR: everything answered, an MRR there, and not set before."""
    return not facts.demo_done and not unanswered(facts) and facts.has_mrr


def conditions(facts: Facts) -> tuple[Condition, ...]:
    """Each condition, met or not, in the order in which a project meets them."""
    is_granted = facts.approval == "yes"
    return (
        Condition("eligible", is_eligible(facts.record_type, facts.opportunity_type)),
        Condition("answers", facts.demo_done or not unanswered(facts)),
        Condition("demo_done", facts.demo_done),
        Condition("pipeline_mrr", facts.pipeline_mrr is not None),
        Condition("approval", is_granted, is_open=facts.demo_done and not facts.approval),
    )


def status(facts: Facts) -> str:
    """Where the bonus of a project stands. A decision that was made stands, whatever was changed afterwards."""
    if facts.approval:
        return APPROVED if facts.approval == "yes" else REJECTED
    if not is_eligible(facts.record_type, facts.opportunity_type):
        return NOT_ELIGIBLE
    if facts.demo_done:
        return AWAITING
    if unanswered(facts):
        return ANSWERS_MISSING
    return READY if facts.has_mrr else MRR_MISSING


def amount(pipeline_mrr: Decimal, rate: Decimal) -> Decimal:
    """The bonus: pipeline MRR times the rate (a fraction), to cents."""
    return round_money(pipeline_mrr * rate)
