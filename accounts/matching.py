"""When two company names mean one company. Pure."""

import re
import unicodedata

# Legal forms say nothing about who it is.
LEGAL_FORMS = frozenset(
    (
        "ag", "bv", "co", "corp", "ev", "gbr", "gmbh", "gruppe", "group", "holding", "inc", "kg",
        "llc", "llp", "ltd", "limited", "mbh", "nv", "ohg", "oy", "plc", "sa", "sagl", "sarl",
        "sas", "se", "sl", "snc", "spa", "srl", "srls", "sro", "ug",
    )
)  # fmt: skip


def company_key(name: str) -> str:
    """The name without accents, case, punctuation and legal forms: equal keys mean the same company.

    "Müller & Söhne GmbH" and "muller sohne" are alike. A name of legal forms alone keeps them.
    """
    plain = "".join(character for character in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(character))
    words = re.sub(r"\.(?=\w)|(?<=\w)\.", "", plain)
    kept = [word for word in re.split(r"[\W_]+", words) if word]
    return " ".join([word for word in kept if word not in LEGAL_FORMS] or kept)


def mail_domain(address: str) -> str:
    """The domain of an address, in lower case; empty when there is none."""
    return address.rpartition("@")[2].casefold()
