"""Companies that belong together without being one: a holding and its company, branches of a chain, what a town keeps up. Pure."""

from __future__ import annotations

from accounts import places
from accounts.company_words import words
from accounts.names import Name
from accounts.plain_text import plain
from accounts.profession_words import INSTITUTIONS
from accounts.side_by_side import Names
from accounts.slips import is_trade, sisters


def _plain(several: frozenset[str]) -> frozenset[str]:
    return frozenset(plain(word) for word in several)


_institution_of = {plain(word): plain(group.split()[0]) for group in INSTITUTIONS.split(";") for word in group.split()}
_property = _plain(words("immobilien immobiliare immobiliaria immobilier liegenschaften vastgoed fastigheter verwaltung real estate"))
_always = _plain(words("förderverein freundeskreis elternverein betriebsrat pensionskasse unterstützungskasse"))


def are_group(left: Name, right: Name, names: Names) -> bool:
    """Whether one is the other's holding or foundation: only its name says so, and the other is a registered company of its own."""
    return _is_holding(names.left, names.right, left, right) or _is_holding(names.right, names.left, right, left)


def _is_holding(mine: tuple[str, ...], theirs: tuple[str, ...], one: Name, other: Name) -> bool:
    found = sisters.intersection(mine)
    if _always.intersection(mine):
        return True
    if not found or sisters.intersection(theirs) or not other.is_registered:
        return False
    return one.is_registered or not found <= _property


def institutions(name: Name) -> frozenset[str]:
    """What of a town a name tells: its school, its town hall, its fire brigade."""
    return frozenset(_institution_of[word] for word in name.words if word in _institution_of)


def are_two_institutions(left: Name, right: Name) -> bool:
    """Whether they are two of a town's: its school and its fire brigade."""
    mine, theirs = institutions(left), institutions(right)
    return bool(mine and theirs) and not mine & theirs


def are_in_two_towns(left: Name, right: Name, names: Names) -> bool:
    """Whether names differ in the town that each ends with: Mathetreff Bonn, Mathetreff Köln."""
    if not (len(names.left) == len(names.right) == 1 and names.has_name_in_common):
        return False
    ends = (left.words[-1], right.words[-1])
    is_last = ends == (*names.left, *names.right)
    towns = [places.town(word) for word in ends]
    return is_last and towns[0] != towns[1] and any(map(places.is_town, ends)) and not any(map(is_trade, ends))
