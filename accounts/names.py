"""The name of a company, made comparable: without legal form, accents, script and order of its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from accounts import places
from accounts.company_words import ABBREVIATIONS, ACRONYMS, CUT_SHORT, FILLERS, JOINERS
from accounts.company_words import words as listed
from accounts.eastern_words import in_latin
from accounts.legal_forms import WEAK, forms
from accounts.plain_text import heard, plain
from accounts.possessives import possessives, without
from accounts.said_names import said
from accounts.side_by_side import Names, is_year, side_by_side
from accounts.slips import UNSURE, first_names, is_trade, same_word, sisters, surnames, titles

TELLING = 9  # Letters of a name that few others have.
SURE_OF_OTHER = 80  # A former or trade name with a trade or the town beside it.

_DOTTED = re.compile(r"\b(?:[a-z]\.[ ]?){2,}(?:[a-z]\b\.?)?")
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
    core: str = ""  # The same without the trades.
    told: tuple[tuple[str, ...], ...] = ()  # Names that it says to go by too, or to have gone by.
    others: tuple[tuple[str, ...], ...] = ()  # Names that may be its own too: of its owner, its brand.
    owner: tuple[str, ...] = ()  # Who stands behind it, where the name tells: of two owners' bars of one name each is another.
    care_of: str = ""  # Who takes its letters.
    initials: frozenset[str] = frozenset()
    sorts: frozenset[str] = frozenset()  # Of its legal forms; empty for none and for international ones.
    homes: frozenset[str] = frozenset()  # Countries of its legal forms.
    is_registered: bool = False  # Whether it has a legal form.
    is_transcribed: bool = False  # Whether it is written in other letters than Latin ones.
    owned: frozenset[str] = frozenset()  # Words with an apostrophe and s.

    @property
    def each(self) -> tuple[tuple[str, ...], ...]:
        """The words of every name that it says, the present one first; in Latin letters."""
        return tuple(words for words in (self.words, *self.told, *self.others) if words)

    @property
    def says_more(self) -> bool:
        """Whether it is more than one name in Latin letters, so that others may write a part of it, or write it otherwise."""
        return self.is_transcribed or len(self.each) > 1


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
    names = said(text)
    main, (spelled, _forms_of_main) = words_of(names.main), _without_forms(_spelled(names.main))
    _rest, found = _without_forms(_spelled(text))
    last = [_written[form] for form in found]
    sorts = [frozenset(sort for sort, _where in entries if sort) for entries in last]
    homes = [frozenset().union(*(where for _sort, where in entries)) for entries in last if all(where for _sort, where in entries)]
    return Name(
        text,
        main,
        "".join(word.rstrip(".") for word in spelled),
        "".join(word.rstrip(".") for word in spelled if not is_trade(word)),
        _words_of_each(names.told, main),
        _words_of_each(names.others, main),
        words_of(names.owner) if names.owner else (),
        names.care_of,
        initials(names.main),
        frozenset().union(*sorts),
        homes[0].intersection(*homes[1:]) if homes else frozenset(),
        bool(found),
        not plain_letters(text),
        possessives(text),
    )


def _words_of_each(names: tuple[str, ...], main: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(words for words in map(words_of, names) if words and words != main))


def plain_letters(text: str) -> bool:
    """Whether a text is written in Latin letters."""
    return not _OTHER_LETTERS.search(text)


def distinctive_part(words: tuple[str, ...]) -> str:
    """The words of a name that are more than a trade, as one would look for them; all of them where each is a trade."""
    found = [word.rstrip(".") for word in words]
    return " ".join([word for word in found if not is_trade(word)] or found)


def distinctive_parts(name: Name) -> set[str]:
    """The same of every name that it says."""
    return {distinctive_part(words) for words in name.each}


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
    text = plain(in_latin(name).translate(_QUOTES)).replace("f.lli", "fratelli ").replace("b&b", "bb")
    text = _AND_CO.sub(" ", _SLASHED.sub("", text) if "/" in text else text) if " " in text.strip() else text
    text = _joined_letters(text)
    words = _WORDS.findall(text)
    return tuple(one for word in words for one in (_cut_short.get(word) or _whole_words.get(word.rstrip(".")) or _whole(word)).split())


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
        or bare in ACRONYMS
        or len(bare) == 1
        or is_year(bare)
        or places.town(bare) in towns
    )


@dataclass(frozen=True)
class Alike:
    """How alike two names are: in percent, and word by word."""

    score: int
    names: Names
    is_told: bool = False  # All of a former or trade name: another domain says nothing then.


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
    elif min(len(left.core), len(right.core)) >= TELLING and (left.core == right.joined or right.core == left.joined):
        score = max(score, 87)
    main = Alike(score, names)
    if left.owner and right.owner and not side_by_side(left.owner, right.owner).both:
        return Alike(min(score, 45), names)
    return max([main, *_by_other_names(left, right, towns)], key=lambda one: one.score)


def _adapted(name: Name, other: Name, is_nordic: bool) -> tuple[str, ...]:
    """The words as the other name writes them: without the ending for whose, "de" and "van" apart."""
    words = without(name.words, other.words, name.owned, is_nordic)
    return tuple(next((one for one in other.words if _is_with_joiner(word, one, other.joined)), word) for word in words)


def _is_with_joiner(word: str, base: str, joined: str) -> bool:
    """Whether a word is another's with the joiner before it: Dewael of De Wael."""
    return len(base) >= 3 and word != base and word.endswith(base) and word.removesuffix(base) in _before_names and word in joined


def _by_other_names(left: Name, right: Name, towns: frozenset[str]) -> Iterator[Alike]:
    """Each name of one beside each of the other, but for the main ones: a brand all of it, a former or a trade name as any."""
    for (one, is_mine), (other, is_theirs) in [(a, b) for a in _each_name(left) for b in _each_name(right)][1:]:
        names = side_by_side(one, other)
        is_whole = bool(names.both) and not (names.left or names.right) and names.slips <= 14
        is_person = len(one) > 1 and any(word in surnames for word in one)
        if is_whole and (names.distinctive >= 5 or is_person):
            yield Alike(82, names, is_mine and is_theirs and not names.slips)
        elif names.distinctive >= 5 and (likeness := name_likeness(names, towns)) >= 64:
            rest = [(word, right) for word in names.left] + [(word, left) for word in names.right]
            is_explained = all(any(same_word(word, known) for known in of.words) for word, of in rest)
            if is_explained or (is_mine and is_theirs and likeness >= SURE_OF_OTHER):
                yield Alike(SURE_OF_OTHER, names)


def _each_name(of: Name) -> list[tuple[tuple[str, ...], bool]]:
    """The main name first, then the others; and whether it is said to be the company's."""
    return [(of.words, True), *((words, True) for words in of.told), *((words, False) for words in of.others)]
