"""Words that differ by the ending for whose, or for "the": Murphy's and Murphy, Björkbackens and Björkbacken. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from accounts.plain_text import plain

NORDIC = frozenset({"SE", "NO", "DK", "FI", "IS"})
NORDIC_PREFIXES = ("+46", "+47", "+45", "+358", "+354")
SHORTEST = 5  # Letters of a word that may take such an ending.
_ENDINGS = ("s", "n", "en", "et", "t", "ens", "ets", "na", "ne", "ene", "erne", "arna", "erna", "an", "ans")
_FAMILIES = ("sen", "son", "ssen", "sson")  # Anders and Andersen are two.
_APOSTROPHE = re.compile(r"((?:\w['’])?\w+)['’´`]s\b")


@lru_cache(maxsize=4_000)
def possessives(text: str) -> frozenset[str]:
    """The words of a name that are written with an apostrophe and s: {"murphys"} of Murphy's Bakery."""
    return frozenset(plain(re.sub(r"['’]", "", word)) + "s" for word in _APOSTROPHE.findall(text)) if "s" in text else frozenset()


def without(words: tuple[str, ...], others: tuple[str, ...], owned: frozenset[str], is_nordic: bool) -> tuple[str, ...]:
    """The words as the other name has them, where they differ by such an ending."""
    return tuple(next((one for one in others if _belongs(word, one, owned, is_nordic)), word) for word in words)


def _belongs(word: str, base: str, owned: frozenset[str], is_nordic: bool) -> bool:
    if word in owned and word == f"{base}s":
        return True
    is_long = is_nordic and len(base) >= SHORTEST and word.startswith(base) and not word.endswith(_FAMILIES)
    return is_long and word[len(base) :] in _ENDINGS
