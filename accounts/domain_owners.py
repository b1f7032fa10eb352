"""Whose a domain is: of a company that is named in it, or of an agency, a portal, a town that many use. Pure.

owns(read_name("Trattoria La Gobba"), "lagobba-vicenza.it", frozenset({"vicenza"}))          # True
owns(read_name("Gasthof Lindenwirt"), "gasthofweb-service.at", frozenset())                  # False
"""

from __future__ import annotations

import re
from functools import lru_cache

from accounts.names import Name
from accounts.plain_text import heard, plain
from accounts.profession_words import REGIONS
from accounts.side_by_side import are_letters_of
from accounts.slips import UNSURE, first_names, generic, is_trade, same_word, surnames

WHOLE = 7  # Letters of a name of trades alone that tell it.
BEGINNING = 5  # Letters of a word that was cut short in a domain.

_regions = frozenset(plain(word) for word in REGIONS)


@lru_cache(maxsize=4_000)
def owns(name: Name, domain: str, towns: frozenset[str]) -> bool:
    """Whether a word of the name that is no trade, or its first letters, or all of it, stand in what is before the ending.

    The company's town and its region are no words of its own: a town's domain is not that of all in it.
    """
    parts = tuple(re.sub(r"[^a-z0-9]", "", plain(part)) for part in domain.partition(".")[0].split("-"))
    label = "".join(parts)
    if any(word in parts for word in name.words if len(word) == 2 and not is_trade(word)):
        return True
    if len(name.joined) >= WHOLE and name.joined in label and name.joined not in towns | _regions:
        return True
    if any(_begins_with(letters, parts, label, towns) for letters in name.initials):
        return True
    if any(are_letters_of(part, name.words) and not is_trade(part) for part in parts):
        return True
    made_up = (word for word in name.words if word == label and word not in generic | towns | _regions)
    return any(made_up) or any(_stands_in(word, parts, label) for word in own_words(name, towns))


def has_own_mailbox(name: Name, addresses: frozenset[str]) -> bool:
    """Whether what is around the domain in a company's addresses is its name: wirt@agency.at of Gasthof Wirt. People's names are not."""
    whole = "".join(word.rstrip(".") for word in name.words if not is_trade(word))
    if len(whole) >= BEGINNING and whole in addresses and len(name.words) > 1:
        return True
    is_person = any(word in first_names or word in surnames for word in (*name.words, *name.owner))
    return not is_person and any(_is_of(one, word) for word in own_words(name) for one in addresses)


def _is_of(address: str, word: str) -> bool:
    """Whether a word stands in an address, or an address cuts it short."""
    return (len(word) >= 4 and word in address) or (len(address) >= BEGINNING and word.startswith(address))


def own_words(name: Name, towns: frozenset[str] = frozenset()) -> frozenset[str]:
    """The words that tell the company: no trade, no region, not its town."""
    found = {word.rstrip(".") for words in (name.words, *name.others) for word in words}
    return frozenset(word for word in found if len(word) >= 3 and not is_trade(word) and word not in towns | _regions)


def _begins_with(letters: str, parts: tuple[str, ...], label: str, towns: frozenset[str]) -> bool:
    """Whether first letters stand alone in a domain, or before a trade or the town."""
    rest = label.removeprefix(letters)
    return letters in parts or (rest != label and (len(letters) >= 4 or is_trade(rest) or rest in towns))


def _stands_in(word: str, parts: tuple[str, ...], label: str) -> bool:
    """Three letters have to stand alone or at an end; longer words anywhere, as they sound, mistyped, or by their beginning."""
    if len(word) == 3:
        return word in parts or label.startswith(word) or label.endswith(word)
    if word in label or (len(heard(word)) >= 4 and heard(word) in heard(label)):
        return True
    return any(
        (len(part) >= BEGINNING and word.startswith(part) and not is_trade(part)) or same_word(word, part) >= UNSURE for part in parts
    )
