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

from accounts import practices
from accounts.domain_owners import has_own_mailbox, owns
from accounts.groups import are_group, are_in_two_towns, are_two_institutions, institutions
from accounts.hosts import brands, company_domain, mail_domain, mail_key, website_host
from accounts.names import TELLING, Alike, Name, compare_names, read_name
from accounts.phone_numbers import area_of, phone_key, shared, switchboard
from accounts.places import city_words, may_be_one_town
from accounts.plain_text import distance, plain
from accounts.possessives import NORDIC, NORDIC_PREFIXES
from accounts.side_by_side import Names
from accounts.slips import UNSURE, is_trade, same_word, sisters
from accounts.tax_numbers import TaxNumber, agree, read

SAME, ALIKE = 75, 60
CERTAIN = 99
SISTERS = 72  # Companies of one group or chain: never taken for one.
ELSEWHERE = 70  # The name alone, of companies in two towns or with two domains.
GATHERED = 64  # Companies on one domain that is neither's.


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
    named: Name
    domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    tax: TaxNumber | None = None
    city: frozenset[str] = frozenset()
    country: str = ""
    emails: frozenset[str] = frozenset()
    website: str = ""
    person: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name; none of a record without one."""
        return self.named.words

    @property
    def has_evidence(self) -> bool:
        """Whether it says anything that another record may be found by; a person without a company could be anybody."""
        return bool(self.words or self.emails or self.domains or self.phones or self.tax)

    @property
    def address_words(self) -> frozenset[str]:
        """What tells one branch of a chain: the sub-domain and path of its page, the name of its mailbox."""
        host = website_host(self.website)
        path = self.website.casefold().split("://")[-1].partition("/")[2]
        below = host.removesuffix(company_domain(host)) if host else ""
        return frozenset(re.findall(r"[a-z]{3,}", plain(" ".join([path, below, *(one.partition("@")[0] for one in self.emails)]))))

    @property
    def is_nordic(self) -> bool:
        """Whether its country, legal form or number is of the north, where names take endings."""
        return bool(({self.country} | self.named.homes) & NORDIC) or any(number.startswith(NORDIC_PREFIXES) for number in self.phones)

    @property
    def homes(self) -> frozenset[str]:
        """The countries that it may be registered in; empty where nothing tells."""
        known = self.tax.country if self.tax and self.tax.country else self.country
        return frozenset({known}) if known else self.named.homes


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
    addresses = frozenset(mail_key(one) for one in emails if "@" in one)
    host = website_host(website)
    domains = {mail_domain(one) for one in addresses} | {company_domain(host)}
    numbers = {phone_key(number, country) for number in phones}
    named = read_name(name)
    if named.care_of:  # Whose letters another takes, has that one's domain and town.
        domains, city = {domain for domain in domains if not owns(read_name(named.care_of), domain, frozenset())}, ""
    return Profile(
        name,
        named,
        domains=frozenset(domains - {""}),
        phones=frozenset(numbers - {""}),
        tax=read(tax_number, country),
        city=city_words(city),
        country=country.upper(),
        emails=addresses,
        website=website,
        person=person.strip(),
    )


def compare(left: Profile, right: Profile) -> Match:
    """How surely two records mean one company, and why; the strongest reason first."""
    alike = _compare_names(left, right)
    is_one_number = agree(left.tax, right.tax)
    if is_one_number and left.tax and right.tax:
        return Match(CERTAIN, (Reason("tax", left.tax.text, right.tax.text), *_in_name(left, right, alike)))
    if is_one_number is False:
        return NO_MATCH
    found = [
        one
        for one in (_by_email(left, right, alike.names), _by_domain(left, right, alike), _by_phone(left, right, alike.names))
        if one is not None
    ]
    found.sort(key=lambda one: -one[0])
    is_supported = any(points != GATHERED for points, _reason in found)
    by_name = alike.score if is_supported else _by_name_alone(left, right, alike)
    score = max([one[0] for one in found] + [by_name, 0])
    if len(found) > 1 or (found and alike.score >= SAME):
        score = min(98, score + 3)
    if score > SISTERS and not left.emails & right.emails and (_are_abroad(left, right) or _are_sisters(left, right, alike)):
        score = min(score, SISTERS)
    return Match(score, (*(one[1] for one in found), *_in_name(left, right, alike)))


def _compare_names(left: Profile, right: Profile) -> Alike:
    """The names; one that is the other's domain is one of its names, in whatever script the company writes itself."""
    alike = compare_names(left.named, right.named, left.city | right.city, left.is_nordic or right.is_nordic)
    by_people = practices.likeness(left.named, right.named, bool(left.city & right.city))
    alike = Alike(by_people, alike.names) if by_people > alike.score else alike
    is_brand = any(
        len(one.named.joined) >= TELLING
        and one.named.joined in brands(other.domains)
        and not has_own_mailbox(other.named, other.address_words - {one.named.joined})
        for one, other in ((left, right), (right, left))
    )
    is_brand = is_brand or _is_spelled_in_address(left, right, alike.names)
    return Alike(max(alike.score, 82), alike.names, alike.is_told) if is_brand else alike


def _is_spelled_in_address(left: Profile, right: Profile, names: Names) -> bool:
    """Whether names differ by a word of which one's domain or mailbox has the other's writing: its own is mistyped."""
    unsure = [(one, other) for one, other in names.both if same_word(one, other) <= UNSURE]
    unsure += [(names.left[0], names.right[0])] if len(names.left) == len(names.right) == 1 else []
    if not unsure or len(names.left) != len(names.right) or len(names.left) > 1:
        return False
    mine, theirs = ("-".join([*brands(one.domains), *one.address_words]) for one in (left, right))
    return all(
        min(len(one), len(other)) >= 6
        and distance(one, other) <= 2
        and ((other in mine and one not in mine) or (one in theirs and other not in theirs))
        for one, other in unsure
    )


def _are_abroad(left: Profile, right: Profile) -> bool:
    """Whether they are registered in two countries."""
    return bool(left.homes and right.homes) and not left.homes & right.homes


def _are_sisters(left: Profile, right: Profile, alike: Alike) -> bool:
    """Whether they are of one group or chain: each has a word of its own, and so has its legal form, its town or its address."""
    mine, theirs = alike.names.left, alike.names.right
    if are_group(left.named, right.named, alike.names) or are_two_institutions(left.named, right.named):
        return True
    if are_in_two_towns(left.named, right.named, alike.names):
        return True
    if alike.score >= ALIKE or not (mine and theirs) or not alike.names.both:
        return False
    are_branches = bool(left.address_words & set(mine) and right.address_words & set(theirs))
    are_registered = left.named.is_registered and right.named.is_registered and left.named.is_transcribed == right.named.is_transcribed
    return are_branches or are_registered or not may_be_one_town(left.city, right.city)


def _by_email(left: Profile, right: Profile, names: Names) -> tuple[int, Reason] | None:
    """The address of a public service or of their own domain; with nothing in common it is an agency's or a bookkeeper's."""
    both = min(left.emails & right.emails, default="")
    if not both:
        return None
    towns, domain = left.city | right.city, mail_domain(both)
    is_telling = bool(names.distinctive) or not (names.left and names.right)
    is_ones = not (domain and left.words and right.words) or (is_telling and (names.has_name_in_common or names.has_stem_in_common))
    is_own = domain in left.domains & right.domains and any(owns(one.named, domain, towns) for one in (left, right))
    is_ones = is_ones or is_own or bool(shared(left.phones, right.phones))
    return (93 if is_ones else GATHERED), Reason("email", both, both)


def _by_domain(left: Profile, right: Profile, alike: Alike) -> tuple[int, Reason] | None:
    both = min(left.domains & right.domains, default="")
    if not both or left.emails & right.emails:
        return None
    is_of_one = _is_of_one(both, left, right, alike)
    return (92 if is_of_one and alike.score >= ALIKE else 82 if is_of_one else GATHERED), Reason("domain", both, both)


def _is_of_one(domain: str, left: Profile, right: Profile, alike: Alike) -> bool:
    """Whether a shared domain is one company's: named after it, or with a name or number in common and not in two towns."""
    towns, names = left.city | right.city, alike.names
    is_one_kind = bool(institutions(left.named) & institutions(right.named))
    common = [one for one, _other in names.both if is_one_kind or one not in towns]
    is_one_name = alike.score >= ALIKE or (names.has_name_in_common and names.distinctive and common)
    if (is_one_name and may_be_one_town(left.city, right.city)) or shared(left.phones, right.phones):
        return True
    mine, theirs = owns(left.named, domain, towns), owns(right.named, domain, towns)
    if mine and theirs:
        return True
    guest, host = (right, left) if mine else (left, right)
    is_trade_name = guest.named.is_registered and not host.named.is_registered
    return (mine or theirs) and (is_trade_name or not has_own_mailbox(guest.named, guest.address_words))


def _by_phone(left: Profile, right: Profile, names: Names) -> tuple[int, Reason] | None:
    """A number counts with a word in common; alone it may be the number of the house."""
    if both := shared(left.phones, right.phones):
        return (90 if names.has_name_in_common or names.has_stem_in_common else ALIKE), Reason("phone", *both)
    if (
        names.has_name_in_common
        and (names.distinctive or not (names.left and names.right))
        and (extension := switchboard(left.phones, right.phones))
    ):
        return 82, Reason("switchboard", *extension)
    return None


def _by_name_alone(left: Profile, right: Profile, alike: Alike) -> int:
    """The name, when nothing else agrees: other domains, towns, regions and legal forms speak against a name that many could have."""
    score, telling = alike.score, alike.names.distinctive
    if not may_be_one_town(left.city, right.city):
        return min(score, 45 if telling < TELLING or _have_other_domains(left, right) else ELSEWHERE)
    if _have_other_domains(left, right) and not alike.is_told:
        return min(score, 80) if score == 100 and telling >= TELLING else min(score - 25, 64)
    if _have_other_areas(left, right) or _are_registered_apart(left.named, right.named, alike.names):
        return min(score, ELSEWHERE)
    is_in_one_town = bool(left.city & right.city)
    if score == 64 and is_in_one_town and telling >= TELLING and not _is_sister_word(alike.names):
        return 78
    return score


def _are_registered_apart(left: Name, right: Name, names: Names) -> bool:
    """Whether two registered names differ by a word, or one is of an association or foundation."""
    if not (left.is_registered and right.is_registered) or left.is_transcribed != right.is_transcribed:
        return False
    is_public = ("c" in left.sorts) != ("c" in right.sorts) and bool(left.sorts and right.sorts)
    return is_public or (len(names.both) == 1 and _is_trade_of_one(names))


def _is_trade_of_one(names: Names) -> bool:
    own = (*names.left, *names.right)
    return bool(own) and all(is_trade(word) for word in own)


def _is_sister_word(names: Names) -> bool:
    return any(word in sisters for word in (*names.left, *names.right))


def _have_other_areas(left: Profile, right: Profile) -> bool:
    """Whether their fixed lines are in two regions."""
    areas = [{area_of(number) for number in one.phones} - {""} for one in (left, right)]
    return bool(areas[0] and areas[1]) and not areas[0] & areas[1]


def _have_other_domains(left: Profile, right: Profile) -> bool:
    return bool(left.domains and right.domains) and not _one_brand(left.domains, right.domains)


def _one_brand(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether two domains differ in their ending alone: brenner.de and brenner.com."""
    return bool(brands(left) & brands(right))


def _in_name(left: Profile, right: Profile, alike: Alike) -> tuple[Reason, ...]:
    return (Reason("name", left.name, right.name),) if alike.score >= ALIKE else ()


def compare_people(left: Profile, right: Profile) -> Match:
    """How surely two records mean one person: the same address, the same number or company with the same name."""
    address = min(left.emails & right.emails, default="")
    alike = _person_likeness(left.person, right.person)
    numbers = shared(left.phones, right.phones)
    domain = min(left.domains & right.domains, default="")
    reasons = [
        *([Reason("email", address, address)] if address else []),
        *([Reason("person", left.person, right.person)] if alike >= 80 else []),
        *([Reason("phone", *numbers)] if numbers else []),
        *([Reason("domain", domain, domain)] if domain and not address else []),
    ]
    if address:
        return Match(CERTAIN if alike >= 80 else 90, tuple(reasons))
    if alike < 80:
        return NO_MATCH
    is_at_same_company = bool(left.name and right.name) and compare_names(left.named, right.named).score >= SAME
    is_supported = bool(numbers or domain) or is_at_same_company
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
