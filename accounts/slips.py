"""Whether two words of names are one: equal, cut short, mistyped, or of one trade in two languages. Pure.

Which edits are slips of the pen: a doubled letter, two neighbours swapped, a letter left out of or put into a long word, a key beside the
right one. Another ending or beginning is another word: Bianchi and Bianchini, Lundgren and Lundberg are two families.
"""

from __future__ import annotations

import re
from functools import lru_cache
from os.path import commonprefix

from accounts.company_words import COMMON_NAMES, GENERIC, SISTERS, TITLES, TRADES
from accounts.person_words import FIRST_NAMES, SHORT_FIRST_NAMES, SURNAMES
from accounts.plain_text import distance, plain, squeezed
from accounts.profession_words import PROFESSIONS

EQUAL, CUT, SHORT, SLIP, RARE_SLIP, UNSURE = 100, 96, 94, 92, 86, 70

_trade_of = {plain(word): plain(group.split()[0]) for group in f"{TRADES};{PROFESSIONS}".split(";") for word in group.split()}
generic = frozenset(plain(word) for word in GENERIC) | frozenset(_trade_of)
_first_name_groups = [frozenset(plain(word) for word in group.split()) for group in SHORT_FIRST_NAMES.split(";")]
short_names = frozenset().union(*_first_name_groups)
_trade_beginnings = frozenset(word[:size] for word in generic for size in range(3, len(word)))
surnames = frozenset(plain(word) for word in SURNAMES)
first_names = frozenset(plain(word) for word in FIRST_NAMES)
common_names = frozenset(plain(word) for word in COMMON_NAMES)
sisters = frozenset(plain(word) for word in SISTERS)
titles = frozenset(plain(word) for word in TITLES)
_KEYS = ("qwertzuiop", "qwertyuiop", "asdfghjkl", "yxcvbnm", "zxcvbnm")
_beside = {frozenset(pair) for row in _KEYS for pair in zip(row, row[1:], strict=False)} | {
    frozenset("il"),
    frozenset("oq"),
    frozenset("uv"),
    frozenset("mn"),
}
_ENDINGS = (
    "",
    "e",
    "en",
    "n",
    "s",
    "es",
    "er",
    "i",
    "a",
    "o",
    "os",
    "as",
    "ik",
    "ics",
    "ica",
    "ika",
    "ique",
    "iek",
    "ie",
    "ies",
    "gesellschaft",
    "et",
    "na",
    "ene",
    "erna",
    "erne",
    "arna",
    "betriebe",
    "betrieb",
)
_ADJECTIVES = frozenset({"e", "er", "en", "es", "em"})
_FATHERS = ("son", "sen")
_VOWELS = frozenset("aeiou")


def tells_little(word: str) -> bool:
    """Whether many companies have the word in their names: trades, frequent surnames, first names, stars and gods."""
    bare = word.rstrip(".")
    return is_trade(bare) or bare in surnames or bare in first_names or bare in common_names or len(bare) < 2


@lru_cache(maxsize=4_000)
def is_trade(word: str) -> bool:
    """Whether a word tells what is done, not by whom; also one made of two such words, as Gartenbau or Elektroinstallation."""
    if word in generic or word in titles or (word.endswith(".") and word[:-1] in _trade_beginnings):
        return True
    cuts = ((word[:at], word[at:]) for at in range(3, len(word) - 2))
    return len(word) >= 7 and any(head.rstrip("s") in generic and tail in generic for head, tail in cuts)


@lru_cache(maxsize=4_000)
def same_word(left: str, right: str) -> int:
    """Whether two words are one, in percent: `EQUAL` down to `UNSURE`, which needs other evidence; 0 for different ones."""
    if left == right:
        return EQUAL
    if are_one_first_name(left.rstrip("."), right.rstrip(".")):
        return SHORT
    if left[:1] != right[:1]:
        return 94 if left in _trade_of and _trade_of[left] == _trade_of.get(right) else 0
    one, other = left.rstrip("."), right.rstrip(".")
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if short != long and (left if one == short else right).endswith("."):
        if long.startswith(short):
            return CUT if len(short) > 1 else 90
        if len(short) >= 3 and len(long) >= len(short) + 2 and re.match(".*".join(short), long):
            return 90
    if one == other:
        return EQUAL
    if one in _trade_of and _trade_of[one] == _trade_of.get(other):
        return 94
    if len(long) < 5 or not (one + other).isalpha():
        return 0
    if is_trade(one) and is_trade(other):
        return 0 if one in _trade_of and other in _trade_of else _same_trade(short, long)
    if is_trade(one) != is_trade(other):  # Of a trade and nearly a trade, one is mistyped.
        return RARE_SLIP if slip(short, long) == UNSURE else slip(short, long)
    if _are_of_one_adjective(short, long):
        return CUT
    known = [word in surnames or word in first_names for word in (one, other)]
    return 0 if all(known) else _of_a_name(short, long) if any(known) else slip(short, long)


@lru_cache(maxsize=4_000)
def are_one_first_name(left: str, right: str) -> bool:
    """Whether two words are one first name: Wm and William, G and Giovanni."""
    if left not in short_names and right not in short_names and 1 not in {len(left), len(right)}:
        return False
    short, long = sorted((left, right), key=len)
    return (len(short) == 1 and long in first_names and long[0] == short) or any({left, right} <= group for group in _first_name_groups)


def _are_of_one_adjective(short: str, long: str) -> bool:
    """Whether only the case differs: Barmherzige, Barmherzigen."""
    stem = len(commonprefix([short, long]))
    return stem >= 7 and {short[stem - 1 :], long[stem - 1 :]} <= _ADJECTIVES


def _of_a_name(short: str, long: str) -> int:
    """A frequent name and a word near it: mistyped, or another family's."""
    is_likely = (squeezed(short) == squeezed(long) and not long.endswith("ssen")) or sorted(short) == sorted(long)
    return slip(short, long) if is_likely else min(UNSURE, slip(short, long))


def _same_trade(short: str, long: str) -> int:
    """Two trades: one in another language or number, or the first part of the other."""
    stem = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if stem >= 5 and short[stem:] in _ENDINGS and long[stem:] in _ENDINGS:
        return 94
    return 88 if stem == len(short) >= 5 else SLIP if squeezed(short) == squeezed(long) or sorted(short) == sorted(long) else 0


@lru_cache(maxsize=4_000)
def slip(short: str, long: str) -> int:
    """How likely one word is the other mistyped; `short` is not the longer one."""
    if short.endswith(_FATHERS) and long.endswith(_FATHERS) and sorted(short) != sorted(long) and squeezed(short) != squeezed(long):
        return UNSURE if distance(short, long) == 1 else 0  # Martinsson and Mårtensson are two.
    if len(long) - len(short) > 2 or len(set(short) ^ set(long)) > 4:
        return 0
    if squeezed(short) == squeezed(long):
        return SLIP
    apart = distance(short, long)
    if apart > 2 or (apart == 2 and len(long) < 9):
        return 0
    if apart == 2:
        return _two_slips(short, long)
    start = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if sorted(short) == sorted(long):
        return SLIP if len(long) >= 6 else UNSURE
    if len(short) < len(long):
        return _letter_missing(long, start)
    return _letter_changed(short, long, start)


def _letter_missing(long: str, start: int) -> int:
    if start >= len(long) - 1:
        return UNSURE if len(long) >= 9 else 0
    return SLIP if len(long) >= 9 else UNSURE if len(long) >= 6 else 0


def _letter_changed(short: str, long: str, start: int) -> int:
    letters = frozenset((short[start], long[start]))
    if start >= len(long) - 1:
        return UNSURE if len(long) >= 10 and not letters <= _VOWELS else 0
    is_key = letters in _beside and not letters <= _VOWELS
    if (len(long) >= 10 and not letters <= _VOWELS) or (is_key and len(long) >= 7):
        return RARE_SLIP
    return UNSURE if len(long) >= 7 else 0


def _two_slips(short: str, long: str) -> int:
    """A doubled letter beside another slip, or two slips in a very long word."""
    one, other = sorted((squeezed(short), squeezed(long)), key=len)
    if len(one) >= 8 and distance(one, other) == 1:
        return UNSURE if slip(one, other) in {0, UNSURE} else RARE_SLIP
    is_inside = short[:3] == long[:3] and short[-2:] == long[-2:]
    return UNSURE if len(long) >= 11 and is_inside else 0
