"""Stages as data: which moves a process allows. Pure: no Django, no queries; plain strings for stages.

`StageMap` is a set of arrows (leads, quotes, orders, cases). `Path` is a row of steps with exit conditions and
automatic steps (projects). The one mover of each app asks them, and changes nothing when they refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class IllegalMove(Exception):
    """The process has no such move. The message is for the person."""

    def __init__(self, message: str, *, stage: str = "", to: str = "") -> None:
        super().__init__(message)
        self.stage, self.to = stage, to


class StaleMove(Exception):
    """The record is no longer where the person saw it. `now` is where it is."""

    def __init__(self, *, seen: str, now: str) -> None:
        super().__init__(f"{seen} → {now}")
        self.seen, self.now = seen, now


@dataclass(frozen=True)
class Missing:
    """One thing that must be there before a stage can be left: its field(s) and a sentence that says so."""

    stage: str
    fields: tuple[str, ...]
    sentence: str


class ExitConditionMissing(Exception):
    """Stages on the way cannot be left yet. `missing` names each thing, in the order of the stages."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(" ".join(str(one.sentence) for one in missing))
        self.missing = tuple(missing)


def check_fresh(now: str, seen: str) -> None:
    """Raise StaleMove when the record has left the stage that the person was looking at."""
    if now != seen:
        raise StaleMove(seen=seen, now=now)


@dataclass(frozen=True)
class StageMap:
    """Arrows between stages: `moves[stage]` are those one may go to."""

    moves: Mapping[str, frozenset[str]]
    refusal: object = "This step cannot follow on the present one."

    def allows(self, stage: str, to: str) -> bool:
        """Whether there is an arrow."""
        return to in self.moves.get(stage, frozenset())

    def check(self, stage: str, to: str) -> None:
        """Raise IllegalMove where there is no arrow."""
        if not self.allows(stage, to):
            raise IllegalMove(str(self.refusal), stage=stage, to=to)


Guard = Callable[[Any], Missing | None]


@dataclass(frozen=True)
class Refusals:
    """What a person reads when a path refuses a move. An app gives its translated sentences."""

    unknown: Any = "There is no such step to go to."
    automatic: Any = "This stage is reached automatically and cannot be chosen."
    from_automatic: Any = "From here on the record moves by itself."


@dataclass(frozen=True)
class Path:
    """Ordered steps. A person completes a step or goes back to an earlier one; automatic steps refuse a hand.

    `to_leave[step]` are the guards that must hold to leave a step forwards; a guard gets the record (or anything with
    its attributes) and answers what is missing, or None.
    """

    steps: tuple[str, ...]
    automatic: frozenset[str]
    to_leave: Mapping[Any, tuple[Guard, ...]] = field(default_factory=dict)
    refusals: Refusals = Refusals()

    def following(self, stage: str) -> str | None:
        """The step after `stage`, None at the end."""
        index = self.steps.index(stage)
        return self.steps[index + 1] if index + 1 < len(self.steps) else None

    def is_forward(self, stage: str, to: str) -> bool:
        """Whether `to` lies behind `stage` on the path."""
        return self.steps.index(to) > self.steps.index(stage)

    def on_the_way(self, stage: str, to: str) -> tuple[str, ...]:
        """The steps that are left by going forward from `stage` to `to`: `stage` and those passed over."""
        return self.steps[self.steps.index(stage) : self.steps.index(to)]

    def missing(self, record: Any, stage: str, to: str) -> tuple[Missing, ...]:
        """What must be there, step by step, before one may go forward from `stage` to `to`."""
        guards = [guard for step in self.on_the_way(stage, to) for guard in self.to_leave.get(step, ())]
        answers = [guard(record) for guard in guards]
        return tuple(answer for answer in answers if answer)

    def check_by_hand(self, record: Any, stage: str, to: str) -> None:
        """Raise IllegalMove or ExitConditionMissing unless a person may move the record from `stage` to `to`."""
        if stage not in self.steps or to not in self.steps or to == stage:
            raise IllegalMove(str(self.refusals.unknown), stage=stage, to=to)
        if to in self.automatic:
            raise IllegalMove(str(self.refusals.automatic), stage=stage, to=to)
        if stage in self.automatic:
            raise IllegalMove(str(self.refusals.from_automatic), stage=stage, to=to)
        if self.is_forward(stage, to):
            missing = self.missing(record, stage, to)
            if missing:
                raise ExitConditionMissing(missing)
