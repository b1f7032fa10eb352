"""Projects, the people on them, their demos and bonuses."""

from projects.models.bonus import BonusDecision, BonusEntry, BonusStatement
from projects.models.demo import DemoAnswer, DemoQuestion
from projects.models.people import Conversion, ProjectContact
from projects.models.project import (
    AWAITING_BONUS,
    BONUS_ELIGIBLE,
    CLOSE_IN_DAYS,
    Approval,
    ChangeOrderOpen,
    MrrSource,
    OpportunityType,
    Outcome,
    Project,
    ProjectQuerySet,
    ProjectTotal,
    no_average_price,
    silent_since,
    why_unavailable,
)

__all__ = [
    "AWAITING_BONUS",
    "BONUS_ELIGIBLE",
    "CLOSE_IN_DAYS",
    "Approval",
    "ChangeOrderOpen",
    "MrrSource",
    "OpportunityType",
    "Outcome",
    "Project",
    "ProjectQuerySet",
    "ProjectTotal",
    "no_average_price",
    "silent_since",
    "why_unavailable",
    "Conversion",
    "ProjectContact",
    "DemoAnswer",
    "DemoQuestion",
    "BonusDecision",
    "BonusEntry",
    "BonusStatement",
]
