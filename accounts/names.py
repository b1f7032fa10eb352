"""The name of a company, made comparable: without legal form, accents, script and order of its words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

from accounts import places
from accounts.company_words import ABBREVIATIONS, ACRONYMS, CUT_SHORT, FILLERS, JOINERS
from accounts.company_words import words as listed
from accounts.eastern_words import in_latin, is_eastern
from accounts.legal_forms import WEAK, forms
from accounts.plain_text import heard, plain
from accounts.possessives import possessives, without
from accounts.slips import UNSURE, first_names, is_trade, same_word, sisters, slip, surnames, tells_little, titles

_DOTTED = re.compile(r"\b(?:[a-z]\.[ ]?){2,}(?:[a-z]\b\.?)?")
# What follows is another name of the same company, or its owner's.
_ALIAS = re.compile(
    r"\s+[-–—|/]+\s+|\s*\|\s*"
    r"|[,;]?\s+(?:t/a|trading as|d/b/a|dba|o/a|operating as|hodn|handelend onder de naam|genannt|dite?|vorm(?:als|\.)|ehem(?:als|\.)"
    r"|f/?k/?a|formerly(?: known as)?|previously|già|anciennement|dawniej|dříve)\s+"
    r"|[,;]?\s+(?:inh(?:aber(?:in)?|\.)|propr?\.|proprietor|titolare|titular|wł(?:aściciel|\.)|eigenaar)\s*:?\s*",
    re.IGNORECASE,
)
_PARTNERS = re.compile(
    r"(?P<form>(?:s\.?\s?n\.?\s?c|s\.?\s?a\.?\s?s|s\.?\s?s|ohg|kg)\.?)\s+(?:di|d\.|des|der|de|von)\s+(?P<who>.+)$"
    r"|\s(?:di|des)\s+(?P<others>\S+(?:\s+\S+){0,3}\s+(?:e|&|u\.|und|ed)\s+(?:c\.?|co\.?|figli.?|f\.lli|fratelli|soci|sons)\b.*)$",
    re.IGNORECASE,
)
_OWNER = re.compile(r"(?<=\w)\s+di\s+(?P<who>[^\W\d]+\s+[^\W\d]+)\s*$", re.IGNORECASE)
_OTHER_LETTERS = re.compile(r"[\u0370-\u1cff\u1f00-\u1fff\u3040-\ufaff]")
_LINKING_S = re.compile(r"((?:ung|ion|heit|keit|schaft|tat))s$")  # Verwaltungs GmbH
_AND_CO = re.compile(
    r"(?<=.)(?:[&+]|\b(?:und|and|et|e|y|i|en|och|og|a|u)\b\.?)\s*"
    r"(?:co|cie|cia|c|ko|s-?ka|comp|compagnie|company|compania|companhia|partners?|spolka|spol|soci)(?:\.|\b)(?![’'])"
)


@dataclass(frozen=True)
class Name:
    """A name as it is compared."""

    text: str
    words: tuple[str, ...]
    joined: str  # All words but the legal form, written as one.
    others: tuple[tuple[str, ...], ...] = ()  # Names that it goes by too: of its owner, its brand.
    owner: tuple[str, ...] = ()  # Who stands behind it, where the name tells: of two owners' bars of one name each is another.
    initials: frozenset[str] = frozenset()
    sorts: frozenset[str] = frozenset()  # Of its legal forms; empty for none and for international ones.
    homes: frozenset[str] = frozenset()  # Countries of its legal forms.
    is_registered: bool = False  # Whether it has a legal form.
    is_transcribed: bool = False  # Whether it is written in other letters than Latin ones.
    owned: frozenset[str] = frozenset()  # Words with an apostrophe and s.


def company_key(name: str) -> str:
    """The name in plain letters, without punctuation and legal forms: equal keys mean the same company.

    "Müller & Söhne GmbH" and "mueller sohne" are alike. A name of legal forms alone keeps them.
    """
    return " ".join(word.rstrip(".") for word in words_of(name))


@lru_cache(maxsize=4_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without legal forms and joiners. One that was cut short, and that nobody spelled out, keeps its dot."""
    spelled, _found = _without_forms(_spelled(name))
    bare = tuple(word for word in spelled if word.rstrip(".") not in _joiners or word.endswith("."))
    return tuple(word for word in bare if not _is_filler(word)) or bare or spelled


def _is_filler(word: str) -> bool:
    """Whether a word says "company" or a title, in full or cut short."""
    stem = word.rstrip(".")
    return stem in _fillers or stem in titles or (word != stem and len(stem) >= 4 and any(one.startswith(stem) for one in _fillers))


@lru_cache(maxsize=4_000)
def read_name(text: str) -> Name:
    """A name taken apart: its words, its legal form, and the other names in it."""
    main, others, owner = _parts(text)
    _rest, found = _without_forms(_spelled(text))
    last = [_written[form] for form in found]
    sorts = [frozenset(sort for sort, _where in entries if sort) for entries in last]
    homes = [frozenset().union(*(where for _sort, where in entries)) for entries in last if all(where for _sort, where in entries)]
    return Name(
        text,
        words_of(main),
        "".join(word.rstrip(".") for word in _without_forms(_spelled(main))[0]),
        tuple(dict.fromkeys(words for words in map(words_of, others) if words and words != words_of(main))),
        words_of(owner) if owner else (),
        initials(main),
        frozenset().union(*sorts),
        homes[0].intersection(*homes[1:]) if homes else frozenset(),
        bool(found),
        not plain_letters(text),
        possessives(text),
    )


def plain_letters(text: str) -> bool:
    """Whether a text is written in Latin letters."""
    return not _OTHER_LETTERS.search(text)


def _parts(text: str) -> tuple[str, list[str], str]:
    """The name that counts, the others (brand, owner, what stands in brackets), and which of them is the owner."""
    owner = ""
    others = re.findall(r"\(([^)]{4,})\)", text) if "(" in text else []
    bare = re.sub(r"\([^)]*\)", " ", text) if "(" in text and not is_eastern(text) else text
    if (found := _PARTNERS.search(bare)) and found.start() > 0:
        owner = found["who"] or found["others"]
        bare = f"{bare[: found.start()]} {found['form'] or ''}"
    if (found := _OWNER.search(bare)) and any(plain(word) in first_names for word in found["who"].split()):
        owner = found["who"]
        bare = bare[: found.start()]
    pieces = [piece for piece in _ALIAS.split(bare) if piece and piece.strip()]
    if len(pieces) > 1:
        others += pieces
    return (bare if bare.strip() else text), others + ([owner] if owner else []), owner


def distinctive_part(words: tuple[str, ...]) -> str:
    """The words of a name that are more than a trade, as one would look for them; all of them where each is a trade."""
    found = [word.rstrip(".") for word in words]
    return " ".join([word for word in found if not is_trade(word)] or found)


def initials(name: str) -> frozenset[str]:
    """The abbreviations that a name may go by: first letters, with and without the joiners."""
    words, _found = _without_forms(_spelled(name))
    found = {"".join(word[0] for word in words), "".join(word[0] for word in words if word not in _joiners)}
    return frozenset(one for one in found if len(one) >= 3)


_QUOTES = str.maketrans("", "", "’'`´\"„“”«»")
_SLASHED = re.compile(r"(?<=[a-z])/(?=[a-z]\b)")
_WORDS = re.compile(r"[a-z0-9]+\.?")


def _joined_letters(text: str) -> str:
    """S.p.A. as one word."""
    return _DOTTED.sub(lambda found: f"{found[0].replace('.', '').replace(' ', '')} ", text) if "." in text else text


@lru_cache(maxsize=4_000)
def _spelled(name: str) -> tuple[str, ...]:
    text = plain(in_latin(name).translate(_QUOTES)).replace("f.lli", "fratelli ")
    text = _AND_CO.sub(" ", _SLASHED.sub("", text) if "/" in text else text) if " " in text.strip() else text
    text = _joined_letters(text)
    words = _WORDS.findall(text)
    return tuple(_cut_short.get(word) or _whole_words.get(word.rstrip(".")) or _whole(word) for word in words)


def _whole(word: str) -> str:
    """A word without the dot at its end, unless that says that there is more to it."""
    bare = _LINKING_S.sub(r"\1", word.rstrip("."))
    return f"{bare}." if word.endswith(".") and not bare.isdigit() and (bare,) not in _written else bare


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", _joined_letters(plain(text))))


_before_names = listed("de den der van vande vanden vander da di del della dal la le el du des lo o mc mac ten ter op")
_joiners = JOINERS | {plain(word) for word in JOINERS}
_fillers = frozenset(plain(word) for word in FILLERS)
_whole_words = {plain(short): plain(ABBREVIATIONS.get(word, word)) for short, word in ABBREVIATIONS.items()}
_whole_words |= {plain(letters): letters for letters in ACRONYMS if len(letters) > 2}  # PHU is heard as fu.
_cut_short = {f"{plain(short)}.": plain(word) for short, word in CUT_SHORT.items()}
_weak = frozenset(plain(word) for word in WEAK)
_written: dict[tuple[str, ...], list[tuple[str, frozenset[str]]]] = {}
for _form, _sort, _where in forms():
    _apart = tuple(one for word in _form.split() for one in (re.findall(r"[A-Za-zÀ-ž]", word) if "." in word else [word]))
    for _variant in {
        _tokens(_form),
        _tokens(re.sub(r"[./]", "", _form)),
        _tokens(" ".join(_apart)),
        tuple(_tokens(_form.replace("&", " "))),
    }:
        if len("".join(_variant)) > 1 and not any((_sort, _where) == known for known in _written.get(_variant, [])):
            _written.setdefault(_variant, []).append((_sort, _where))
_longest: dict[str, int] = {}  # The words of the longest form that begins with one.
for _variant in _written:
    _longest[_variant[0]] = max(_longest.get(_variant[0], 0), len(_variant))


@lru_cache(maxsize=4_000)
def _without_forms(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The words that are no legal form, and the forms. Short ones count at either end of a name only."""
    kept: list[str] = []
    found: list[tuple[str, ...]] = []
    bare, at = [word.rstrip(".") for word in words], 0
    while at < len(words):
        size = next(
            (size for size in range(_longest.get(bare[at], 0), 0, -1) if _is_form(tuple(bare[at : at + size]), at, size, words, kept)), 0
        )
        if size:
            found.append(tuple(bare[at : at + size]))
        else:
            kept.append(words[at])
        at += size or 1
    return (tuple(kept) or words), tuple(found) if kept else ()


def _is_form(piece: tuple[str, ...], at: int, size: int, words: tuple[str, ...], kept: list[str]) -> bool:
    if len(piece) < size or piece not in _written:
        return False
    letters = "".join(piece)
    if len(letters) > 2 and letters not in _weak:
        return True
    after = tuple(word.rstrip(".") for word in words[at + size :])
    return (not kept and bool(after)) or all((word,) in _written for word in after)


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
    if mine and theirs and (cost := _together(tuple(mine), tuple(theirs), left, right)):
        both.append(("".join(mine), "".join(theirs)))
        slips += 100 - cost
        mine, theirs = [], []
    return Names(tuple(both), tuple(mine), tuple(theirs), slips)


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
        if len(letters) == 1 and are_letters_of(letters[0], words):
            return 88
    short, long = sorted((one, other), key=len)
    return slip(short, long) if len(short) >= 9 and short[0] == long[0] and (len(mine) != 1 or len(theirs) != 1) else 0


def _are_first_letters(letters: str, first: str) -> bool:
    """Whether a word is others' first letters; P.H.U. has that of Przedsiębiorstwo, which goes as any word for company."""
    return len(letters) <= 6 and (letters == first or (letters in _acronyms and letters.endswith(first)))


def are_letters_of(letters: str, words: tuple[str, ...]) -> bool:
    """Whether a word is made of others' first letters and those of the parts of long ones: WBG of Wohnungsbaugesellschaft."""
    if not 3 <= len(letters) <= 5 or len("".join(words)) < 12 or set(letters) & set("0123456789"):
        return False
    return bool(re.fullmatch("".join(f"{letter}[a-z]*" for letter in letters), "".join(words))) and all(
        word[0] in letters for word in words
    )


def name_likeness(names: Names, towns: frozenset[str] = frozenset()) -> int:
    """How alike two company names are, in percent, whatever else is known. Names that each have a word of their own are two.

    `towns` are the words of the towns where the two are: added to a name, they set nothing apart.
    """
    if not names.both:
        return 0
    if names.left and names.right:
        return 45 if names.has_name_in_common else 20
    rest = names.left or names.right
    if not rest:
        return max(UNSURE, 100 - names.slips)
    if any(word in sisters for word in rest):
        return 64 if names.has_name_in_common else 30
    if all(_adds_nothing(word, towns) for word in rest) and names.distinctive >= 5:
        return max(UNSURE, 90 - 3 * len(rest) - names.slips)
    return 64 if names.has_name_in_common else 30


def _adds_nothing(word: str, towns: frozenset[str]) -> bool:
    bare = word.rstrip(".")
    return (
        is_trade(word)
        or is_trade(bare)
        or bare in first_names
        or bare in titles
        or bare in _acronyms
        or len(bare) == 1
        or places.town(bare) in towns
    )


_acronyms = ACRONYMS


@dataclass(frozen=True)
class Alike:
    """How alike two names are: in percent, and word by word."""

    score: int
    names: Names


@lru_cache(maxsize=4_000)
def compare_names(left: Name, right: Name, towns: frozenset[str] = frozenset(), is_nordic: bool = False) -> Alike:
    """Two names by their words, their initials, and the other names that they go by."""
    names = side_by_side(_adapted(left, right, is_nordic), _adapted(right, left, is_nordic))
    score = name_likeness(names, towns)
    if left.is_transcribed != right.is_transcribed and score < 100:
        as_heard = side_by_side(*(tuple(heard(word.rstrip(".")) for word in one.words) for one in (left, right)))
        if not (as_heard.left or as_heard.right):
            names, score = as_heard, max(score, 92 - as_heard.slips)
    if {"".join(left.words)} & right.initials or {"".join(right.words)} & left.initials:
        score = max(score, 66)
    if left.joined == right.joined:
        score = max(score, 98)
    if left.owner and right.owner and not side_by_side(left.owner, right.owner).both:
        return Alike(min(score, 45), names)
    return Alike(max(score, _by_other_name(left, right)), names)


def _adapted(name: Name, other: Name, is_nordic: bool) -> tuple[str, ...]:
    """The words as the other name writes them: without the ending for whose, "de" and "van" apart."""
    words = without(name.words, other.words, name.owned, is_nordic)
    return tuple(next((one for one in other.words if _is_with_joiner(word, one, other.joined)), word) for word in words)


def _is_with_joiner(word: str, base: str, joined: str) -> bool:
    """Whether a word is another's with the joiner before it: Dewael of De Wael."""
    return len(base) >= 3 and word != base and word.endswith(base) and word.removesuffix(base) in _before_names and word in joined


def _by_other_name(left: Name, right: Name) -> int:
    """A brand, an owner or a former name of one, which is the other's name."""
    if left.others and right.others and len(left.words) != len(right.words):
        pairs = [(one, other) for one in (left.words, *left.others) for other in (right.words, *right.others)]
    else:
        pairs = [(one, right.words) for one in left.others] + [(left.words, other) for other in right.others]
    for one, other in pairs:
        names = side_by_side(one, other)
        is_whole = bool(names.both) and not (names.left or names.right) and names.slips <= 14
        if is_whole and (names.distinctive >= 5 or (len(one) > 1 and any(word in surnames for word in one))):
            return 82
    return 0
