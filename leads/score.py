"""How much a lead promises: points from 0 to 100, and where each of them comes from. Pure.

    found = score(Facts(power="decision-maker", users=40, answers=2))
    found.points, found.reasons        # 45, (Reason("power", 20, "decision-maker"), Reason("users", 15, "40"), …)

The vendor may rename its words and add others; a word that is not listed here is worth nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

MOST = 100
WARM, HOT = 40, 70

POWER = MappingProxyType({"decision-maker": 20, "economic-buyer": 20, "technical-buyer": 12, "influencer": 10, "user": 4})
# The customer asked (10), or met us (5).
SOURCE = MappingProxyType(
    {
        "website": 10,
        "phone-inquiry": 10,
        "partner-referral": 10,
        "vendor-assigned": 10,
        "webinar": 5,
        "event-trade-show": 5,
        "blue-box": 5,
    }
)
SIZES = ((100, 20), (25, 15), (10, 10), (1, 5))  # From so many users on, so many points.
PRODUCT, SOLUTIONS, PHONE, NEXT_STEP = 10, 5, 5, 10
ANSWER, ANSWERS_COUNTED = 5, 4


@dataclass(frozen=True)
class Facts:
    """What of a lead counts. `answers` is how many qualification questions are answered."""

    power: str = ""
    source: str = ""
    users: int = 0
    product: str = ""
    solutions: tuple[str, ...] = ()
    has_phone: bool = False
    has_next_step: bool = False
    answers: int = 0


@dataclass(frozen=True)
class Reason:
    """Where points come from, or would: `kind` names the fact, `value` what it says, `most` what it is worth at best."""

    kind: str
    points: int
    most: int
    value: str = ""


@dataclass(frozen=True)
class Score:
    """The points of a lead, and every reason, those without points too."""

    points: int
    reasons: tuple[Reason, ...]

    @property
    def given(self) -> tuple[Reason, ...]:
        """The reasons that bring points, the strongest first."""
        return tuple(sorted((one for one in self.reasons if one.points), key=lambda one: -one.points))

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What would bring more, the most first: of facts that say nothing yet."""
        return tuple(sorted((one for one in self.reasons if not one.points), key=lambda one: -one.most))


def score(facts: Facts) -> Score:
    """The points of a lead with their reasons."""
    reasons = (
        Reason("power", POWER.get(facts.power, 0), max(POWER.values()), facts.power),
        Reason("users", _size(facts.users), SIZES[0][1], str(facts.users or "")),
        Reason("answers", ANSWER * min(facts.answers, ANSWERS_COUNTED), ANSWER * ANSWERS_COUNTED, str(facts.answers)),
        Reason("product", PRODUCT if facts.product else 0, PRODUCT, facts.product),
        Reason("source", SOURCE.get(facts.source, 0), max(SOURCE.values()), facts.source),
        Reason("next_step", NEXT_STEP if facts.has_next_step else 0, NEXT_STEP),
        Reason("solutions", SOLUTIONS if facts.solutions else 0, SOLUTIONS),
        Reason("phone", PHONE if facts.has_phone else 0, PHONE),
    )
    return Score(sum(one.points for one in reasons), reasons)


def band(points: int) -> str:
    """hot, warm or cold."""
    return "hot" if points >= HOT else "warm" if points >= WARM else "cold"


def _size(users: int) -> int:
    return next((points for least, points in SIZES if users >= least), 0)
