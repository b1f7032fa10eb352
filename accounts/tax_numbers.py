"""Tax and register numbers of companies: how one number is written in several ways, and when two are of different companies. Pure.

    agree(read("03411870359"), read("IT 03411870359"))      # True: the same number, once without its country
    agree(read("DE129273398"), read("DE811907980"))         # False: two companies
    agree(read("DE129273398"), read("ATU62218954"))         # None: numbers of two countries say nothing of each other

A number is taken by its shape, not by its check digits: people mistype. Check digits only tell a slip of the pen from another number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

# A country's numbers: their kind, and how they are written without the country; the group is what tells one company from another.
_SHAPES: dict[str, dict[str, str]] = {
    "AT": {"vat": r"U(\d{8})"},
    "BE": {"vat": r"([01]?\d{9})"},
    "BG": {"vat": r"(\d{9})(?:\d{4})?"},
    "CH": {"vat": r"E?(\d{9})(?:MWST|TVA|IVA|TPV|VAT|HR)?"},
    "CN": {"vat": r"([0-9A-Z]{18})"},
    "CY": {"vat": r"(\d{8}[A-Z])"},
    "CZ": {"vat": r"(\d{8})", "person": r"(\d{9,10})"},
    "DE": {"vat": r"(\d{9})", "tax office": r"(\d{10,11}|\d{13})", "register": r"(HR[AB]\d{1,6})"},
    "DK": {"vat": r"(\d{8})"},
    "EE": {"vat": r"(\d{9})", "register": r"(\d{8})"},
    "ES": {"vat": r"([A-Z0-9]\d{7}[A-Z0-9])"},
    "FI": {"vat": r"(\d{8})"},
    "FR": {"vat": r"(?:[A-Z0-9]{2})?(\d{9})(?:\d{5})?"},
    "GB": {"vat": r"(\d{9})(?:\d{3})?", "register": r"(\d{8}|[A-Z]{2}\d{6})"},
    "GR": {"vat": r"(\d{9})", "register": r"(\d{12})"},
    "HR": {"vat": r"(\d{11})"},
    "HU": {"vat": r"(\d{8})(?:\d{3})?"},
    "IE": {"vat": r"(\d{7}[A-W][A-I]?|\d[A-Z]\d{5}[A-W])"},
    "IS": {"vat": r"(\d{5,6})", "register": r"(\d{10})"},
    "IT": {"vat": r"(\d{11})", "person": r"([A-Z]{6}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z])"},
    "JP": {"vat": r"T?(\d{13})"},
    "LI": {"vat": r"(\d{5})"},
    "LT": {"vat": r"(\d{9}|\d{12})"},
    "LU": {"vat": r"(\d{8})", "register": r"(B\d{4,6})"},
    "LV": {"vat": r"(\d{11})"},
    "MT": {"vat": r"(\d{8})"},
    "NL": {"vat": r"(\d{9})(?:B\d{2})?", "register": r"(\d{8})"},
    "NO": {"vat": r"(\d{9})(?:MVA)?"},
    "PL": {"register": r"(0000\d{6})", "vat": r"(\d{10})", "statistics": r"(\d{9})(?:\d{5})?"},
    "PT": {"vat": r"(\d{9})"},
    "RO": {"vat": r"(\d{4,10})", "register": r"(J\d{5,14})"},
    "RS": {"vat": r"(\d{9})", "register": r"(\d{8})"},
    "RU": {"vat": r"(\d{10}|\d{12})(?:\d{9})?", "register": r"(\d{13}|\d{15})"},
    "SE": {"vat": r"(?:16)?(\d{10})(?:01)?"},
    "SI": {"vat": r"(\d{8})", "register": r"(\d{7}|\d{10})"},
    "SK": {"vat": r"(\d{10})", "register": r"(\d{8})"},
    "TR": {"vat": r"(\d{10,11})"},
    "UA": {"register": r"(\d{8})", "vat": r"(\d{12})"},
}
_PREFIXES = {code: code for code in _SHAPES} | {"EL": "GR", "XI": "GB"}
# Shapes that no other country has, for numbers that stand without theirs.
_TELLING = {"AT": r"U\d{8}", "NL": r"\d{9}B\d{2}", "ES": r"[A-HJNP-W]\d{7}[0-9A-J]", "IE": r"\d{7}[A-W][A-I]?", "NO": r"\d{9}MVA"}
_LABELS = re.compile(
    r"^(?:UST(?:ID(?:ENT)?)?(?:NR)?|UID(?:NR)?|VAT(?:REG)?(?:ID|NO|NR|NUMBER)?|N?TVA(?:INTRA)?|P(?:ARTITA)?IVA|CFPIVA|CF|CIF|NIF|NIPC|NIP|"
    r"REGON|KRS|ICDPH|ICO|DIC|IC|CVR(?:NR)?|SENR|ORG(?:ANISASJONS|ANISATIONS)?(?:NR|NUMMER)|YTUNNUS|MOMS(?:REG)?(?:NR)?|BTW(?:NR)?|SIREN|"
    r"SIRET|KVK|RSIN|OIB|PIB|CUI|EIK|BULSTAT|INN|EDRPOU|AFM|MWST(?:NR)?|ADOSZAM|RCS|BCE|KBO|TAX(?:ID|NO)?|NR|NO)+(?=[A-Z]{0,3}\d)"
)


@dataclass(frozen=True)
class TaxNumber:
    """A number: as it is shown, its country where known, what kind of number it is there, and the part that tells the company."""

    text: str
    country: str
    kind: str
    core: str

    @property
    def keys(self) -> frozenset[str]:
        """What the database may have made of it (`portal_tax_key`): digits without what comes before or after the company's own."""
        numbers = {re.sub(r"\D", "", one) for one in (self.text, self.core)}
        if self.country in {"", "FR"}:
            numbers |= {one[:9] for one in numbers if len(one) == 14} | {one[-9:] for one in numbers if len(one) == 11}
        return frozenset(one.lstrip("0") for one in numbers if len(one) >= 4)


@lru_cache(maxsize=4_000)
def read(number: str, country: str = "") -> TaxNumber | None:
    """A number as people write it; `country` is of the record, for a number without one. None where there is no number."""
    if not any(one.isdigit() for one in number):
        return None
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", number).upper().replace("ΑΦΜ", "").replace("ИНН", ""))
    bare = re.sub(r"[^A-Z0-9]", "", letters)
    digits = re.sub(r"\D", "", bare)
    if len(digits) < 4 or len(set(digits)) == 1:
        return None
    return _recognised(bare, country.upper()) or _recognised(_LABELS.sub("", bare), country.upper()) or _unknown(bare)


def _recognised(bare: str, country: str) -> TaxNumber | None:
    """The number of the country that it names, else of the record's, else of the only one that writes numbers so."""
    for code, prefix, body in ((_PREFIXES.get(bare[:2], ""), bare[:2], bare[2:]), (country, country, bare)):
        for kind, shape in _SHAPES.get(code, {}).items():
            if found := re.fullmatch(shape, body):
                return TaxNumber(prefix + body, code, kind, _filled(code, found[1]))
    for code, shape in _TELLING.items():
        if not country and re.fullmatch(shape, bare):
            return _recognised(bare, code)
    return None


def _filled(country: str, core: str) -> str:
    return core.zfill(10) if country == "BE" else core.lstrip("0") if country == "RO" else core


def _unknown(bare: str) -> TaxNumber:
    return TaxNumber(bare, "", re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", bare)), bare)


def agree(left: TaxNumber | None, right: TaxNumber | None) -> bool | None:
    """True for one number, False for those of two companies, None where they cannot be compared or one may be mistyped."""
    if left is None or right is None:
        return None
    left, right = _in_country_of(left, right), _in_country_of(right, left)
    if left.country != right.country:
        return None
    if left.core == right.core or (not left.country and _is_within(left.core, right.core)):
        return True
    if left.kind != right.kind or (left.country and _is_slip(left, right)):
        return None
    return False


def _in_country_of(number: TaxNumber, other: TaxNumber) -> TaxNumber:
    """A number without country, read as one of the other's where it has such a shape."""
    return number if number.country or not other.country else read(number.text, other.country) or number


def _is_within(left: str, right: str) -> bool:
    """Whether one is the French number of the company (9 digits), the other that of its branch (14) or for VAT (11)."""
    short, long = sorted((left, right), key=len)
    is_french = len(short) == 9 and len(long) in {11, 14} and (short + long).isdigit()
    return is_french and (long.startswith(short) if len(long) == 14 else long.endswith(short))


def _is_slip(left: TaxNumber, right: TaxNumber) -> bool:
    """Whether one digit is mistyped, or two swapped: then only one of the numbers has the right check digits."""
    if len(left.core) != len(right.core):
        return False
    apart = [at for at, (one, other) in enumerate(zip(left.core, right.core, strict=True)) if one != other]
    is_swap = len(apart) == 2 and sorted(left.core[apart[0] : apart[0] + 2]) == sorted(right.core[apart[0] : apart[0] + 2])
    return (len(apart) == 1 or is_swap) and _is_valid(left) != _is_valid(right)


def _is_valid(number: TaxNumber) -> bool:
    module = get_cc_module(number.country.lower(), "vat")
    try:
        return bool(module and module.validate(number.text))
    except ValidationError:
        return False
