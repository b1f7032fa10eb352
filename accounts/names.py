"""The name of a company, made comparable: without legal form, accents, script and order of its words. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from accounts.company_words import ABBREVIATIONS, CUT_SHORT, GENERIC, JOINERS, LEGAL_FORMS, LEGAL_PHRASES, SURNAMES


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Lower case in Latin letters, as one hears them: other scripts transliterated, accents dropped, ae read as ä."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", "".join(one for one in text if not unicodedata.combining(one)))
    text = re.sub(r"([aou])e", r"\1", anyascii(text).casefold())
    return text.replace("ph", "f").replace("y", "i").replace("j", "i")


_phrases = tuple(plain(phrase) for phrase in LEGAL_PHRASES)
# As they stand in the text, and after the dots of "A.E." have gone.
_forms = LEGAL_FORMS | {plain(form) for form in LEGAL_FORMS if len(form) > 2}
_joiners = JOINERS | {plain(word) for word in JOINERS}
_generic = frozenset(plain(word) for word in GENERIC)
_surnames = frozenset(plain(word) for word in SURNAMES)
_whole_words = {plain(short): plain(word) for short, word in ABBREVIATIONS.items()}
_cut_short = {f"{plain(short)}.": plain(word) for short, word in CUT_SHORT.items()}


def company_key(name: str) -> str:
    """The name in plain letters, without punctuation and legal forms: equal keys mean the same company.

    "Müller & Söhne GmbH" and "mueller sohne" are alike. A name of legal forms alone keeps them.
    """
    return " ".join(word.rstrip(".") for word in words_of(name))


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without legal forms and joiners. One that was cut short, and that nobody spelled out, keeps its dot."""
    spelled = _spelled(name)
    return tuple(word for word in _without_forms(spelled) if word not in _joiners) or tuple(spelled)


def initials(name: str) -> frozenset[str]:
    """The abbreviations that a name may go by: first letters, with and without the joiners."""
    words = _without_forms(_spelled(name))
    found = {"".join(word[0] for word in words), "".join(word[0] for word in words if word not in _joiners)}
    return frozenset(one for one in found if len(one) >= 3)


def _spelled(name: str) -> list[str]:
    text = re.sub(r"([\u3040-\u30ff\u3400-\u9fff])", r" \1 ", name)  # Chinese and Japanese letters stand without spaces.
    text = re.sub(r"[’'`´]", "", plain(text)).replace("f.lli", "fratelli ")
    text = re.sub(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?", lambda found: f"{found[0].replace('.', '')} ", text)
    words = re.findall(r"[a-z0-9]+\.?", re.sub(r"[^a-z0-9.]+", " ", text))
    return [_whole_words.get(word.rstrip(".")) or _cut_short.get(word) or _whole(word) for word in words]


def _whole(word: str) -> str:
    """A word without the dot at its end, unless that says that there is more to it."""
    bare = word.rstrip(".")
    return word if word != bare and len(bare) >= 3 and bare not in _forms else bare


def _without_forms(words: list[str]) -> list[str]:
    text = f" {' '.join(words)} "
    for phrase in _phrases:
        if text != f" {phrase} ":
            text = text.replace(f" {phrase} ", " ")
    return [word for word in text.split() if word not in _forms]


def likeness(left: str, right: str) -> int:
    """Shared trigrams of two words, in percent of all of theirs, as PostgreSQL's pg_trgm counts them."""
    one, other = ({f"  {word} "[at : at + 3] for at in range(len(word) + 1)} for word in (left, right))
    return 100 * len(one & other) // len(one | other)


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


@lru_cache(maxsize=50_000)
def same_word(left: str, right: str) -> int:
    """Whether two words are one, in percent: 100 for equal ones, less for a slip of the pen or another ending, 0 for different ones."""
    if left == right:
        return 100
    short, long = sorted((left.rstrip("."), right.rstrip(".")), key=len)
    if long.startswith(short) and (left if left.rstrip(".") == short else right).endswith("."):
        return 96
    if short[:1] != long[:1] or len(long) < 5 or re.search(r"\d", left + right):
        return 0
    slips = distance(short, long)
    if slips == 1 or (slips == 2 and len(long) >= 8):
        return 92 - 6 * slips
    return 84 if len(short) >= 8 and likeness(short, long) >= 60 else 0


@dataclass(frozen=True)
class Names:
    """Two names laid side by side: what both have, and what only one has."""

    both: tuple[tuple[str, str], ...]
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def distinctive(self) -> int:
        """Letters that both names share and that are neither a trade nor a frequent surname."""
        return sum(len(one) for one, _other in self.both if one not in _generic and one not in _surnames)

    @property
    def has_name_in_common(self) -> bool:
        """Whether they share a word that is more than a trade."""
        return any(one not in _generic and len(one) >= 3 for one, _other in self.both)

    @property
    def slips(self) -> int:
        """What the shared words differ by, in percent points."""
        return sum(100 - same_word(one, other) for one, other in self.both)


@lru_cache(maxsize=20_000)
def side_by_side(left: tuple[str, ...], right: tuple[str, ...]) -> Names:
    if "".join(left) == "".join(right):
        return Names(((word := "".join(left), word),) if len(left) != len(right) else tuple(zip(left, left, strict=True)), (), ())
    ranked = sorted(((same_word(one, other), one, other) for one in left for other in right), key=lambda found: -found[0])
    mine, theirs, both = list(left), list(right), []
    for same, one, other in ranked:
        if same and one in mine and other in theirs:
            mine.remove(one)
            theirs.remove(other)
            both.append((one, other))
    if mine and theirs and _is_compound("".join(mine), "".join(theirs)):
        both.append(("".join(mine), "".join(mine)))
        mine, theirs = [], []
    return Names(tuple(both), tuple(mine), tuple(theirs))


def _is_compound(left: str, right: str) -> bool:
    return left == right or (min(len(left), len(right)) >= 10 and left[0] == right[0] and distance(left, right) == 1)


def name_likeness(names: Names) -> int:
    """How alike two company names are, in percent, whatever else is known. Names that each have a word of their own are two."""
    if not names.both:
        return 0
    if names.left and names.right:
        return 45 if names.has_name_in_common else 20
    rest = names.left or names.right
    if not rest:
        return max(76, 100 - names.slips)
    if all(word in _generic for word in rest) and names.distinctive >= 5:
        return max(76, 90 - 3 * len(rest) - names.slips)
    return 64 if names.has_name_in_common else 30
