"""What two records have in common that are taken for one, as words to look up by equality: for many lines of one table, where every
line with every other would be too much. Pure.

Both sides have a company's own domain, as whatever comes in must have. Then two records are one by the domain, the address, a number or the
tax number; by the name alone, a former or trade name too, only when all of it agrees, or when the domains differ in their ending.
`matching.compare` decides.
"""

from __future__ import annotations

import re
from typing import Any

from accounts.hosts import brands
from accounts.matching import Profile
from accounts.names import read_name
from accounts.plain_text import plain
from accounts.tax_numbers import TaxNumber

LONGEST_EXTENSION = 3
LAST_DIGITS = 6  # Of a number, however it begins.


def company_marks(of: Profile) -> frozenset[str]:
    """By what a company is found: of any two that are one, each seeks (`company_sought`) one of the other's."""
    return frozenset(_common(of) | {f"board:{end}" for end in _boards(of)} | {f"extension:{end}" for end in _extensions(of)})


def company_sought(of: Profile) -> frozenset[str]:
    """What a company seeks: with a switchboard's number its extensions, with an extension its switchboard; not another extension."""
    return frozenset(_common(of) | {f"extension:{end}" for end in _boards(of)} | {f"board:{end}" for end in _extensions(of)})


def _boards(of: Profile) -> set[str]:
    """Where numbers may go on: after their end, or instead of their last 0."""
    return {number.removesuffix("0")[-LAST_DIGITS:] for number in of.phones}


def _extensions(of: Profile) -> set[str]:
    """What numbers may go on from."""
    return {number[:-cut][-LAST_DIGITS:] for number in of.phones for cut in range(1, LONGEST_EXTENSION + 1)}


def _common(of: Profile) -> set[str]:
    found = {f"name:{letters}" for words in (of.words, *of.named.told) if (letters := _letters(words))}
    found |= {f"domain:{domain}" for domain in of.domains} | {f"brand:{brand}" for brand in brands(of.domains)}
    found |= {f"email:{address}" for address in of.emails}
    found |= {f"tax:{key}" for key in of.tax.keys} if of.tax else set()
    return found | {f"phone:{number[-LAST_DIGITS:]}" for number in of.phones}


def person_marks(of: Profile) -> frozenset[str]:
    """Any two people that are one share one of these: the address; or all words of the name but one, with its first letter, and a number, a
    domain or the company."""
    words = sorted(re.findall(r"[a-z]+", plain(of.person)))
    supports = [*of.domains, *(number[-LAST_DIGITS:] for number in of.phones), *([letters] if (letters := _letters(of.words)) else [])]
    found = {f"email:{address}" for address in of.emails}
    for place, word in enumerate(words):
        rest = " ".join(words[:place] + words[place + 1 :])
        found |= {f"person:{rest} {word[0]} {support}" for support in supports}
    return frozenset(found)


def _letters(words: tuple[str, ...]) -> str:
    return "".join(sorted("".join(words).replace(".", "")))


def as_json(of: Profile) -> dict[str, Any]:
    """A profile to be kept."""
    sets = {name: sorted(getattr(of, name)) for name in ("domains", "phones", "city", "emails")}
    texts = {name: getattr(of, name) for name in ("name", "country", "website", "person")}
    tax = [of.tax.text, of.tax.country, of.tax.kind, of.tax.core] if of.tax else []
    return {name: value for name, value in {**texts, **sets, "tax": tax}.items() if value}


def from_json(kept: dict[str, Any]) -> Profile:
    """The profile that was kept."""
    sets = {name: frozenset(kept.get(name, ())) for name in ("domains", "phones", "city", "emails")}
    facts: dict[str, Any] = {name: kept.get(name, "") for name in ("country", "website", "person")} | sets
    name, tax = kept.get("name", ""), kept.get("tax")
    return Profile(name, read_name(name), tax=TaxNumber(*tax) if tax else None, **facts)
