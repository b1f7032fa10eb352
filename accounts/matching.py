"""When two records mean one company, or one person: a score and the reasons. Pure.

    left = profile("Brenner Logistik GmbH", emails=["info@brenner.de"], phones=["0471 123456"], country="IT")
    match = compare(left, profile("BRENNER logistik", emails=["a.rossi@it.brenner.de"]))
    match.score, match.reasons        # 98, (Reason("domain", "brenner.de", "brenner.de"), Reason("name", …))

Scores are whole percents. From `SAME` on two records are taken for one; from `ALIKE` on they are worth a look. How good that is
was measured on pairs that were kept out of the making: docs/matching.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from publicsuffixlist import PublicSuffixList

from accounts.company_words import PUBLIC_MAIL
from accounts.names import Names, initials, name_likeness, plain, same_word, side_by_side, words_of

SAME, ALIKE = 75, 60
CERTAIN = 99

_suffixes = PublicSuffixList()


@dataclass(frozen=True)
class Reason:
    """Why two records are alike. `kind` is tax, email, domain, phone, switchboard, name or person.

    `left` and `right` are the values as a person knows them; equal where one says enough.
    """

    kind: str
    left: str
    right: str


@dataclass(frozen=True)
class Match:
    """How alike two records are, in whole percents, and why."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_same(self) -> bool:
        """Whether the two are taken for one."""
        return self.score >= SAME


NO_MATCH = Match(0, ())


@dataclass(frozen=True)
class Profile:
    """What a record says of its company, made comparable. Make it with `profile`."""

    name: str
    words: tuple[str, ...]
    initials: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    tax: str = ""
    city: str = ""
    emails: frozenset[str] = frozenset()
    person: str = ""


def profile(
    name: str,
    *,
    emails: Iterable[str] = (),
    website: str = "",
    phones: Iterable[str] = (),
    tax_number: str = "",
    city: str = "",
    country: str = "",
    person: str = "",
) -> Profile:
    """The comparable form of a record. `country` (two letters) is that of numbers without prefix."""
    addresses = frozenset(one.strip().casefold() for one in emails if "@" in one)
    domains = {mail_domain(one) for one in addresses} | {company_domain(website_host(website))}
    numbers = {phone_key(number, country) for number in phones}
    return Profile(
        name,
        words=words_of(name),
        initials=initials(name),
        domains=frozenset(domains - {""}),
        phones=frozenset(numbers - {""}),
        tax=tax_key(tax_number, country),
        city=plain(city),
        emails=addresses,
        person=person.strip(),
    )


# --- addresses, numbers --------------------------------------------------------------------


def mail_domain(address: str) -> str:
    """The company's domain in a mail address: "brenner.de" for a.rossi@it.brenner.de; empty for a public mail service."""
    return company_domain(address.rpartition("@")[2])


@lru_cache(maxsize=20_000)
def company_domain(host: str) -> str:
    """What is registered of a host name: "acme.co.uk" for shop.acme.co.uk. Empty for a public mail service, and for a suffix alone."""
    host = host.strip().strip(".").casefold()
    domain = _suffixes.privatesuffix(host) or ""
    return "" if domain in PUBLIC_MAIL or host in PUBLIC_MAIL else domain


def website_host(address: str) -> str:
    """The host name in the address of a website, without www."""
    host = re.sub(r"^[a-z]+://", "", address.strip().casefold())
    return re.split(r"[/:?#]", host, maxsplit=1)[0].removeprefix("www.")


@lru_cache(maxsize=20_000)
def phone_key(number: str, country: str = "") -> str:
    """A telephone number as +43512584411, however it was written; `country` is for one without prefix. Empty when it is none."""
    number = re.sub(r"^\s*00", "+", number)
    # Abroad the bracketed nought is left out; not in Italy, whose numbers begin with it.
    number = number.replace("(0)", "0" if number.strip().startswith("+39") else "")
    try:
        found = phonenumbers.parse(number, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if len(str(found.national_number)) < 5:
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def tax_key(number: str, country: str = "") -> str:
    """A tax number without blanks and punctuation, with the country in front where that is known."""
    bare = re.sub(r"[^A-Z0-9]", "", number.upper())
    return f"{country.upper()}{bare}" if bare.isdigit() and country else bare


def _is_one_switchboard(left: str, right: str) -> bool:
    """Whether one number is the other's extension: the shorter one ends in 0, the other goes on instead."""
    short, long = sorted((left, right), key=len)
    base = short[:-1] if short.endswith("0") else short
    return len(base) >= 9 and short != long and short.endswith("0") and long.startswith(base) and len(long) - len(base) <= 3


# --- the decision ---------------------------------------------------------------------------


def compare(left: Profile, right: Profile) -> Match:
    """How surely two records mean one company, and why; the strongest reason first."""
    names = side_by_side(left.words, right.words)
    alike = _name_likeness(left, right, names)
    if left.tax and right.tax:
        if left.tax == right.tax:
            return Match(CERTAIN, (Reason("tax", left.tax, right.tax), *_in_name(left, right, alike)))
        if left.tax[:2] == right.tax[:2]:
            return NO_MATCH
    found = [
        one for one in (_by_email(left, right, alike), _by_domain(left, right, alike), _by_phone(left, right, names)) if one is not None
    ]
    found.sort(key=lambda one: -one[0])
    by_name = alike if found else _by_name_alone(left, right, alike, names)
    score = max([one[0] for one in found] + [by_name])
    if len(found) > 1 or (found and alike >= SAME):
        score = min(98, score + 3)
    return Match(score, (*(one[1] for one in found), *_in_name(left, right, alike)))


def _name_likeness(left: Profile, right: Profile, names: Names) -> int:
    is_abbreviation = {"".join(left.words)} & right.initials or {"".join(right.words)} & left.initials
    return max(66 if is_abbreviation else 0, name_likeness(names))


def _by_email(left: Profile, right: Profile, alike: int) -> tuple[int, Reason] | None:
    shared = min(left.emails & right.emails, default="")
    return (93, Reason("email", shared, shared)) if shared else None


def _by_domain(left: Profile, right: Profile, alike: int) -> tuple[int, Reason] | None:
    shared = min(left.domains & right.domains, default="")
    if not shared or left.emails & right.emails:
        return None
    return (92 if alike >= ALIKE else 82), Reason("domain", shared, shared)


def _by_phone(left: Profile, right: Profile, names: Names) -> tuple[int, Reason] | None:
    """A number counts with a word in common; alone it may be the number of the house."""
    shared = min(left.phones & right.phones, default="")
    if shared:
        return (90 if names.has_name_in_common else ALIKE), Reason("phone", shared, shared)
    for one in sorted(left.phones):
        for other in sorted(right.phones):
            if _is_one_switchboard(one, other) and names.has_name_in_common:
                return 82, Reason("switchboard", one, other)
    return None


def _by_name_alone(left: Profile, right: Profile, alike: int, names: Names) -> int:
    """The name, when nothing else agrees: different domains and different places speak against a name that many could have."""
    is_elsewhere = bool(left.city and right.city) and left.city[:4] != right.city[:4]
    has_other_domain = bool(left.domains and right.domains) and not _one_brand(left.domains, right.domains)
    if is_elsewhere and (has_other_domain or names.distinctive < 9):
        return min(alike, 45)
    if has_other_domain:
        return min(alike, 80) if alike == 100 and names.distinctive >= 9 else min(alike - 25, 64)
    return alike


def _one_brand(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether two domains differ in their ending alone: brenner.de and brenner.com."""
    brands = [{re.sub(r"[^a-z0-9]", "", domain.split(".")[0]) for domain in domains} for domains in (left, right)]
    return bool(brands[0] & brands[1])


def _in_name(left: Profile, right: Profile, alike: int) -> tuple[Reason, ...]:
    return (Reason("name", left.name, right.name),) if alike >= ALIKE else ()


def compare_people(left: Profile, right: Profile) -> Match:
    """How surely two records mean one person: the same address, the same number or company with the same name."""
    shared = min(left.emails & right.emails, default="")
    alike = _person_likeness(left.person, right.person)
    number = min(left.phones & right.phones, default="")
    domain = min(left.domains & right.domains, default="")
    reasons = [
        *([Reason("email", shared, shared)] if shared else []),
        *([Reason("person", left.person, right.person)] if alike >= 80 else []),
        *([Reason("phone", number, number)] if number else []),
        *([Reason("domain", domain, domain)] if domain and not shared else []),
    ]
    if shared:
        return Match(CERTAIN if alike >= 80 else 90, tuple(reasons))
    if alike < 80:
        return NO_MATCH
    is_at_same_company = bool(left.words and right.words) and name_likeness(side_by_side(left.words, right.words)) >= SAME
    is_supported = bool(number or domain) or is_at_same_company
    return Match(92 if is_supported and alike == 100 else 80 if is_supported else ALIKE, tuple(reasons))


def _person_likeness(left: str, right: str) -> int:
    """Names of people, in any order: 100 for the same words, 85 for a slip in one of them, 0 otherwise."""
    one, other = sorted(re.findall(r"[a-z]+", plain(left))), sorted(re.findall(r"[a-z]+", plain(right)))
    if not one or not other:
        return 0
    if one == other:
        return 100
    slips = sum(same_word(first, second) < 100 for first, second in zip(one, other, strict=False))
    is_close = len(one) == len(other) and slips == 1 and all(same_word(a, b) for a, b in zip(one, other, strict=True))
    return 85 if is_close else 0
