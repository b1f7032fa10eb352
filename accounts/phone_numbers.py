"""Telephone numbers as companies write them: with or without country, trunk prefix, extension. Pure.

    shared(frozenset({"+492261904417"}), frozenset({"2261904417"}))      # the second was written without a country

A number is +43512584411 where its country is known, else its digits alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

SHORTEST = 7  # Digits of a number without country that can be one company's.
EXTENSION = 4
_DIRECT = re.compile(r"\b(?:dw|durchwahl|klappe|kl|nst|nebenstelle)\b\.?:?", re.IGNORECASE)
_INTERNAL = re.compile(
    r"\b(?:int|interno|poste|wew|wewn|tst|toestel|anexo|linka|mell[eé]k|anslutning|vaihde|ext|extension|x)\b\.?:?.*$", re.IGNORECASE
)


@lru_cache(maxsize=4_000)
def phone_key(number: str, country: str = "") -> str:
    """A telephone number as +43512584411, however it was written; `country` is for one without prefix. Empty when it is none.

    Without any country, the digits alone.
    """
    number = re.sub(r"^\s*\(?\s*00", "+", _INTERNAL.sub("", _DIRECT.sub("-", number)))
    # Abroad the bracketed nought is left out; not in Italy, whose numbers begin with it.
    number = number.replace("(0)", "0" if number.strip().startswith("+39") else "")
    try:
        found = phonenumbers.parse(number, country.upper() or None)
    except phonenumbers.NumberParseException:
        digits = re.sub(r"\D", "", number)
        return digits if SHORTEST <= len(digits) <= 15 else ""
    if len(str(found.national_number)) < 5:
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4_000)
def _national(number: str) -> frozenset[str]:
    """What a number is within its country. One without it may begin with a trunk prefix (0, 06, in Russia 8), or with the country."""
    if number.startswith("+"):
        return frozenset({str(phonenumbers.parse(number).national_number)})
    found = {number.lstrip("0")}
    if number.startswith("06"):
        found.add(number[2:])
    if number.startswith("8") and len(number) in {9, 11}:
        found.add(number[1:])
    try:
        abroad = phonenumbers.parse(f"+{number}")
        found |= {str(abroad.national_number)} if phonenumbers.is_valid_number(abroad) else set()
    except phonenumbers.NumberParseException:
        pass
    return frozenset(found)


def shared(left: frozenset[str], right: frozenset[str]) -> tuple[str, str] | None:
    """A number that both have, as each writes it; the one with a country first where there is a choice."""
    if both := min(left & right, default=""):
        return both, both
    for one in sorted(left):
        for other in sorted(right):
            if not (one.startswith("+") and other.startswith("+")) and _national(one) & _national(other):
                return one, other
    return None


def switchboard(left: frozenset[str], right: frozenset[str]) -> tuple[str, str] | None:
    """Two numbers of which one is the other's extension."""
    for one in sorted(left):
        for other in sorted(right):
            has_countries = one.startswith("+") and other.startswith("+")
            if has_countries and _is_extension(one, other, SHORTEST + 2):
                return one, other
            if not has_countries and any(_is_extension(a, b, SHORTEST - 1) for a in _national(one) for b in _national(other)):
                return one, other
    return None


def _is_extension(left: str, right: str, shortest: int) -> bool:
    """Whether one goes on where the other ends, or instead of its last 0."""
    bases = [(short.removesuffix("0"), long) for short, long in ((left, right), (right, left))]
    return left != right and any(
        len(base) >= shortest and long.startswith(base) and 0 < len(long) - len(base) < EXTENSION for base, long in bases
    )


@lru_cache(maxsize=4_000)
def area_of(number: str) -> str:
    """The beginning of a fixed line's number, which tells the region: "" for a mobile, or where no country is known."""
    if not number.startswith("+"):
        return ""
    found = phonenumbers.parse(number)
    is_fixed = phonenumbers.number_type(found) == phonenumbers.PhoneNumberType.FIXED_LINE
    return f"+{found.country_code} {str(found.national_number)[:2]}" if is_fixed else ""
