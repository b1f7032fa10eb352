"""Two names laid side by side, word by word: equal, mistyped, joined and apart, or written as first letters. Pure.

side_by_side(("gs", "eschenrode"), ("grundschule", "eschenrode")).both   # (("eschenrode", "eschenrode"), ("gs", "grundschule"))
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

from accounts.company_words import ACRONYMS
from accounts.slips import UNSURE, is_trade, same_word, slip, tells_little


@dataclass(frozen=True)
class Names:
    """Two names laid side by side: what both have, and what only one has."""

    both: tuple[tuple[str, str], ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    slips: int = 0  # What the shared words differ by, in percent points.

    @property
    def distinctive(self) -> int:
        """Letters of the names that both share, trades left out; none where all of them are frequent names."""
        telling = [one for one, other in self.both if not tells_little(one) and not tells_little(other)]
        return sum(min(len(one), len(other)) for one, other in self.both if not _is_a_trade(one, other)) if telling else 0

    @property
    def has_name_in_common(self) -> bool:
        """Whether they share a word that is more than a trade."""
        return any(
            not _is_a_trade(one, other) and min(len(one), len(other)) >= 3 for one, other in self.both if same_word(one, other) > UNSURE
        )

    @property
    def has_stem_in_common(self) -> bool:
        """Whether they share a word but for its ending or a slip, enough with a number: Ohmstedt, Ohmstedts; Kalnciema, Kalnciems."""
        pairs = [*self.both, *((one, other) for one in self.left for other in self.right)]
        return any(not is_trade(one) and not is_trade(other) and _are_of_one_stem(one, other) for one, other in pairs)


def _are_of_one_stem(one: str, other: str) -> bool:
    stem = len(commonprefix([one, other]))
    is_short = (stem >= 5 and {one[stem:], other[stem:]} == {"", "s"}) or (stem >= 6 and max(len(one), len(other)) - stem <= 2)
    return is_short or same_word(one, other) >= UNSURE


def _is_a_trade(one: str, other: str) -> bool:
    return is_trade(one.rstrip(".")) or is_trade(other.rstrip("."))


@lru_cache(maxsize=4_000)
def side_by_side(left: tuple[str, ...], right: tuple[str, ...]) -> Names:
    """Two names word by word: equal words first, then those that differ by a slip, then words that one writes together or as letters."""
    if "".join(left) == "".join(right):
        return Names(tuple(zip(left, left, strict=True)) if len(left) == len(right) else ((("".join(left)), "".join(left)),), (), ())
    ranked = sorted(((same_word(one, other), one, other) for one in left for other in right), key=lambda found: -found[0])
    mine, theirs, both, slips = list(left), list(right), [], 0
    for same, one, other in ranked:
        if same and one in mine and other in theirs:
            mine.remove(one)
            theirs.remove(other)
            both.append((one, other))
            slips += 100 - same
    undated = [[word for word in rest if not is_year(word)] for rest in (mine, theirs)]
    if all(undated) and (cost := _together(tuple(undated[0]), tuple(undated[1]), left, right)):
        both.append(("".join(undated[0]), "".join(undated[1])))
        slips += 100 - cost
        mine, theirs = [word for word in mine if is_year(word)], [word for word in theirs if is_year(word)]
    return Names(tuple(both), tuple(mine), tuple(theirs), slips)


def _has_filler(letters: str) -> bool:
    """Whether first letters begin with that of a Polish word for company, which goes from other names."""
    return letters in ACRONYMS or (len(letters) == 3 and letters[0] in "pz")


def is_year(word: str) -> bool:
    """Whether a word may be the year when a club or a company was founded."""
    return len(word) == 4 and word.isdigit() and word[:2] in {"17", "18", "19", "20"}


def _together(mine: tuple[str, ...], theirs: tuple[str, ...], left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """Whether the words that are left over are one: joined and apart, cut short, or the other's first letters."""
    one, other = "".join(mine), "".join(theirs)
    if one.replace(".", "") == other.replace(".", ""):
        return 98
    for cut, whole in ((mine, other), (theirs, one)):
        if any(word.endswith(".") for word in cut) and re.fullmatch(
            "".join(f"{word[:-1]}[a-z]*" if word.endswith(".") else word for word in cut), whole.replace(".", "")
        ):
            return 92
    for letters, words in ((mine, theirs), (theirs, mine)):
        if len(letters) == 1 and len(words) > 1 and _are_first_letters(letters[0], "".join(word[0] for word in words)):
            return 90
        if len(letters) == 1 and (are_letters_of(letters[0], words) or _are_of_compound(letters[0], words)):
            return 88
    short, long = sorted((one, other), key=len)
    return slip(short, long) if len(short) >= 9 and short[0] == long[0] and (len(mine) != 1 or len(theirs) != 1) else 0


def _are_first_letters(letters: str, first: str) -> bool:
    """Whether a word is others' first letters; P.H.U. has that of Przedsiębiorstwo, which goes as any word for company."""
    return len(letters) <= 6 and (letters == first or (_has_filler(letters) and letters.endswith(first)))


def _are_of_compound(letters: str, words: tuple[str, ...]) -> bool:
    """Whether two letters are those of one long word, the second of a known word at its end: GS of Grundschule."""
    word = words[0]
    ends = (word[at:] for at in range(3, len(word) - 3) if word[at] == letters[-1])
    return len(words) == 1 and len(letters) == 2 and len(word) >= 9 and letters[0] == word[0] and any(map(is_trade, ends))


def are_letters_of(letters: str, words: tuple[str, ...]) -> bool:
    """Whether a word is made of others' first letters and those of the parts of long ones: WBG of Wohnungsbaugesellschaft."""
    if not 3 <= len(letters) <= 5 or len("".join(words)) < 12 or set(letters) & set("0123456789"):
        return False
    return bool(re.fullmatch("".join(f"{letter}[a-z]*" for letter in letters), "".join(words))) and all(
        word[0] in letters for word in words
    )
