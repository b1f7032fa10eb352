"""Two changes of one record, field by field: what both leave, what one changed, and where they clash. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class Clash(Generic[V]):
    """A field that two people gave different values: what it was, mine, and theirs that is saved already."""

    was: V
    mine: V
    theirs: V


@dataclass(frozen=True)
class Merged(Generic[V]):
    """The record that keeps both changes. `values` holds mine where they clash; `followed` names what only the others changed."""

    values: Mapping[str, V]
    clashes: Mapping[str, Clash[V]]
    followed: frozenset[str]


def merge(was: Mapping[str, V], mine: Mapping[str, V], theirs: Mapping[str, V]) -> Merged[V]:
    """Merge my change into the record as it stands.

    `was` is what I saw when I began, `theirs` the record now. A field that `was` does not know counts as seen as it stands; one that
    `theirs` does not have is no longer open to change and is left out.
    """
    values: dict[str, V] = {}
    clashes: dict[str, Clash[V]] = {}
    followed: set[str] = set()
    for name, wanted in mine.items():
        if name not in theirs:
            continue
        present = theirs[name]
        seen = was.get(name, present)
        values[name] = wanted
        if wanted == present or seen == present:
            continue
        if wanted == seen:
            values[name] = present
            followed.add(name)
        else:
            clashes[name] = Clash(seen, wanted, present)
    return Merged(values, clashes, frozenset(followed))
