"""Practices of people: doctors, lawyers, architects. Their names in any order, with and without titles and profession. Pure.

likeness(read_name("Dr. med. Greta Wendel, Kinderärztin"), read_name("Kinderarztpraxis Wendel Greta"), False)      # 88
"""

from __future__ import annotations

import re

from accounts.names import Name
from accounts.plain_text import plain
from accounts.profession_words import MORE_TITLES, PROFESSIONS, SPECIALITIES, WORKPLACES
from accounts.slips import CUT, first_names, same_word, surnames, titles

PRACTICE, SURNAME = 88, 80
RARE = 5  # Letters of a surname that few others have.

_profession_of = {plain(word): plain(group.split()[0]) for group in PROFESSIONS.split(";") for word in group.split()}
_workplaces = frozenset(plain(word) for word in WORKPLACES)
_titles = titles | frozenset(plain(word) for word in MORE_TITLES)
_signs = _titles | _workplaces
_specialities = frozenset(plain(word) for word in SPECIALITIES)
_general = plain("arzt")


def likeness(left: Name, right: Name, is_in_one_town: bool) -> int:
    """How alike two practices are by the names of their people, in percent; 0 where one is none, or the professions are two.

    A surname alone is enough in one town, for one profession, when it is no frequent one.
    """
    mine, theirs = professions(left), professions(right)
    is_practice = all(found or not _signs.isdisjoint(_all_words(one)) for found, one in ((mine, left), (theirs, right)))
    if not is_practice or not _agree(mine, theirs):
        return 0
    one, other = _people(left), _people(right)
    short, long = sorted((one, other), key=len)
    rest = list(long)
    for word in short:
        found = next((known for known in rest if _is_one_name(word, known)), None)
        if found is None:
            return 0
        rest.remove(found)
    if len(short) >= 2 and all(len(word) == 1 for word in map(_bare, rest)):
        return PRACTICE
    return SURNAME if _is_one_surname(short, rest) and is_in_one_town and mine & theirs else 0


def professions(name: Name) -> frozenset[str]:
    """The professions that a name tells."""
    return frozenset(_profession_of[word] for word in _all_words(name) if word in _profession_of)


def _all_words(name: Name) -> tuple[str, ...]:
    """Titles too, which the words that are compared are without."""
    return tuple(re.findall(r"[a-z]+", plain(name.text)))


def _agree(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    if not mine or not theirs or mine & theirs:
        return True
    return _general in mine | theirs and mine | theirs <= _specialities


def _people(name: Name) -> list[str]:
    """The words that are no title, no profession and no place of work."""
    known = (_titles, _workplaces, _profession_of)
    return [word for word in name.words if not any(_bare(word) in one for one in known)]


def _is_one_surname(short: list[str], rest: list[str]) -> bool:
    """Whether all that both have is one rare surname, beside which one has a first name."""
    return len(short) == 1 and len(_bare(short[0])) >= RARE and short[0] not in surnames | first_names and len(rest) <= 2


def _is_one_name(word: str, other: str) -> bool:
    """Whether two names are one, also where one is its first letter."""
    is_letter = word[0] == other[0] and 1 in {len(_bare(word)), len(_bare(other))}
    return is_letter or same_word(word, other) >= CUT


def _bare(word: str) -> str:
    return word.rstrip(".")
