"""Practices of people: doctors, lawyers, architects. Their names in any order, with and without titles and profession. Pure.

likeness(read_name("Dr. med. Greta Wendel, Kinderärztin"), read_name("Kinderarztpraxis Wendel Greta"), False)      # 88
"""

from __future__ import annotations

import re

from accounts.names import Name
from accounts.plain_text import plain
from accounts.profession_words import MORE_TITLES, PARTS_OF_PROFESSIONS, PROFESSIONS, SPECIALITIES, WORKPLACES
from accounts.slips import SHORT, first_names, is_trade, same_word, surnames, titles

PRACTICE, SURNAME = 88, 80
RARE = 5  # Letters of a surname that few others have.

_profession_of = {plain(word): plain(group.split()[0]) for group in PROFESSIONS.split(";") for word in group.split()}
_workplaces = frozenset(plain(word) for word in WORKPLACES)
_titles = titles | frozenset(plain(word) for word in MORE_TITLES)
_signs = _titles | _workplaces
_specialities = frozenset(plain(word) for word in SPECIALITIES)
_parts_of_professions = frozenset(plain(word) for word in PARTS_OF_PROFESSIONS)
_general = plain("arzt")


def likeness(left: Name, right: Name, is_in_one_town: bool) -> int:
    """How alike two practices are by the names of their people, in percent; 0 where one is none, or the professions are two.

    A surname alone is enough in one town, for one profession, when it is no frequent one.
    """
    mine, theirs = professions(left), professions(right)
    is_practice = all(found or not _signs.isdisjoint(_all_words(one)) for found, one in ((mine, left), (theirs, right)))
    if not is_practice or not _agree(mine, theirs):
        return 0
    matched, mine_left, theirs_left = _laid_out(_people(left), _people(right))
    rest, is_one_person = [*mine_left, *theirs_left], sum(not is_trade(_bare(word)) for word in matched) >= 2
    if (
        len(matched) >= 2
        and not (mine_left and theirs_left)
        and all(len(word) == 1 or _tells_profession(word) for word in map(_bare, rest))
    ):
        return PRACTICE
    if is_one_person and (is_in_one_town or all(_tells_profession(_bare(word)) for word in rest)):
        return PRACTICE
    is_surname = not (mine_left and theirs_left) and _is_one_surname(matched, rest)
    return SURNAME if is_surname and is_in_one_town and mine & theirs else 0


def _laid_out(left: list[str], right: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The words that both have, and those that only one has."""
    matched, mine, theirs = [], [], list(right)
    for word in left:
        found = next((known for known in theirs if _is_one_name(word, known)), None)
        if found is None:
            mine.append(word)
        else:
            matched.append(max(word, found, key=len))
            theirs.remove(found)
    return matched, mine, theirs


def _tells_profession(word: str) -> bool:
    return is_trade(word) or word in _parts_of_professions


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
    return is_letter or same_word(word, other) >= SHORT


def _bare(word: str) -> str:
    return word.rstrip(".")
