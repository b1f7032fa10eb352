"""Writings in plain Latin letters, and how far two words are apart. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_UMLAUT = re.compile(r"([ao]|(?<!q)u)e")  # Not that of Albuquerque.


@lru_cache(maxsize=4_000)
def plain(text: str) -> str:
    """Lower case in Latin letters, as one hears them: other scripts transliterated, accents dropped, ae read as ä."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = unicodedata.normalize("NFC", "".join(one for one in text if not unicodedata.combining(one)))
    text = text.replace("ου", "ou").replace("αυ", "av").replace("ευ", "ev").replace("ъ", "a").replace("dj", "d")
    text = _UMLAUT.sub(r"\1", (text if text.isascii() else anyascii(text)).casefold())
    return text.replace("ph", "f").replace("y", "i").replace("j", "i")


def squeezed(word: str) -> str:
    """A word with its doubled letters single: "moretti" is "moreti"."""
    return re.sub(r"(.)\1", r"\1", word)


_SOUNDS = (
    ("shch", "s"), ("tsch", "c"), ("sch", "s"), ("sht", "s"), ("tch", "c"), ("tz", "c"), ("ts", "c"), ("tc", "c"), ("kh", "h"),
    ("gh", "g"), ("zh", "z"), ("sh", "s"), ("ch", "h"), ("dz", "z"), ("ks", "x"), ("ck", "k"), ("ou", "u"), ("ei", "i"), ("oi", "i"),
    ("ai", "e"), ("iu", "u"), ("ia", "a"), ("io", "o"), ("gg", "ng"), ("gk", "g"), ("mp", "b"), ("nt", "d"), ("th", "t"), ("w", "v"),
    ("q", "k"), ("b", "v"), ("ii", "i"), ("c", "s"), ("'", ""),
)  # fmt: skip


@lru_cache(maxsize=4_000)
def heard(word: str) -> str:
    """A word as several transliterations of one script have it in common: kh, ch and h alike, zh and z, w and v."""
    for one, other in _SOUNDS:
        word = word.replace(one, other)
    word = re.sub(r"(.)\1+", r"\1", word)
    return word.rstrip("h") if len(word) > 3 else word


@lru_cache(maxsize=4_000)
def distance(left: str, right: str) -> int:
    """How many letters to change, add, drop or swap with their neighbour make one word of the other."""
    rows = [list(range(len(right) + 1))]
    for at, letter in enumerate(left, 1):
        row = [at]
        for place, other in enumerate(right, 1):
            cost = min(rows[-1][place] + 1, row[-1] + 1, rows[-1][place - 1] + (letter != other))
            if at > 1 and place > 1 and letter == right[place - 2] and left[at - 2] == other:
                cost = min(cost, rows[-2][place - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
