"""Which names a text says: the present one, former ones, trade names, the owner's; whom letters go to is none of them. Pure.

said("Solveta AG (vormals Gaswerk Rietburg AG) c/o Kanzlei Bömmel")
# Said(main="Solveta AG", told=("Gaswerk Rietburg AG",), care_of="Kanzlei Bömmel")
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from accounts.eastern_words import is_eastern
from accounts.plain_text import plain
from accounts.slips import first_names

# What says that another name of the same company follows, of its owner, or of whoever takes its letters.
_FORMER = r"""
    vorm(?:als|aliger?|\.) | ehem(?:als|alige[rs]?|\.) | früher | f/?k/?a | v/h | formerly(?:\ known\ as|\ trading\ as)?
    | previously(?:\ known\ as)? | formally | già | ex(?=[\s-]) | in\ precedenza | precedentemente | anciennement | autrefois | dawniej
    | dawna\ nazwa | uprzednio | poprzednio | dříve | predtým | voorheen | vroeger | anteriormente | antigua(?:mente) | antiga(?:mente)
    | tidigare | tidligere | entinen | aiemmin | korábban | fosta? | bivš[aie] | ranije | endine | bijušais | buvęs | πρώην | бывш\w*
    | колишн\w* | раніше | бивш\w* | now\ known\ as
"""
# Words of names too: only after a comma, a dash, or at the beginning of a bracket.
_ASIDE = r"f\.?\ ?d\.? | aka | tidl\. | jetzt | nunmehr | ora | now | nyní | obecnie | thans | antes | prej | zuvor | enseigne | insegna"
_TRADE = r"""
    t/a | trading\ as | d/b/a | a/k/a | dba | d\.b\.a\. | o/a | operating\ as | h\.?o\.?d\.?n\.? | handelend\ onder\ de\ naam | genannt
    | dite? | also\ known\ as | bekannt\ als | firmierend\ als | connue?\ sous\ le\ nom(?:\ de)? | nom\ commercial
    | conosciut[oa]\ come | nombre\ comercial | nome\ comercial | conocid[oa]\ como | pod\ nazwą
"""
_OWNED = r"""
    inh(?:aber(?:in)?|\.) | inh\b | propr?\. | proprietor | prop(?:rietario|rietaria|riétaire|ietário|ietária) | titolare | titular
    | wł(?:aściciel(?:ka)?|\.) | eigenaa?r(?:esse)? | eigentümer(?:in)? | owned\ by | majitel(?:ka)? | tulajdonos | tulaj\. | indehaver
    | innehaver | innehavare | omistaja | vlasni[kc]\w* | gérante? | geschäftsführer(?:in)?
"""
_CARE = r"""
    c/o | c\.o\. | care\ of | z\.\ ?h(?:d|d\.|ä?nden|\.) | zu\ h(?:ä|ae)nden(?:\ von)? | p/a | att(?:n|ention|enzione)?[.:](?=\s)
    | attn | f\.?a\.?o\.? | t\.?a\.?v\.? | all['’]attenzione(?:\ di)? | alla\ c\.a\. | à\ l['’]attention\ de | a/c | do\ rąk | k\ rukám
"""
_MARK = re.compile(
    rf"(?:^|[,;:]?\s+|[,;]\s*)(?:[-–—]\s+)?(?:(?P<former>{_FORMER})|(?P<trade>{_TRADE})|(?P<owner>{_OWNED})|(?P<care>{_CARE}))(?:\s*:\s*|[\s-]+)"
    rf"|(?:^|[,;]\s*|\s[-–—]\s+)(?:(?P<aside>{_ASIDE})|(?P<aside_owner>owner|eig\.)|(?P<aside_care>presso))(?:\s*:\s*|\s+)"
    r"|(?P<dash>\s+[-–—|/]+\s+|\s*\|\s*)",
    re.IGNORECASE | re.VERBOSE,
)
_KINDS = {"aside": "former", "aside_owner": "owner", "aside_care": "care"}
_PARTNERS = re.compile(
    r"(?P<form>(?:s\.?\s?n\.?\s?c|s\.?\s?a\.?\s?s|s\.?\s?s|ohg|kg)\.?)\s+(?:di|d\.|des|der|de|von)\s+(?P<who>.+)$"
    r"|\s(?:di|des)\s+(?P<others>\S+(?:\s+\S+){0,3}\s+(?:e|&|u\.|und|ed)\s+(?:c\.?|co\.?|figli.?|f\.lli|fratelli|soci|sons)\b.*)$",
    re.IGNORECASE,
)
_OWNER = re.compile(r"(?<=\w)\s+di\s+(?P<who>[^\W\d]+\s+[^\W\d]+)\s*$", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^)]*)\)")


@dataclass(frozen=True)
class Said:
    """The names in a text."""

    main: str
    told: tuple[str, ...] = ()  # Former and trade names, said to be names of the same company.
    others: tuple[str, ...] = ()  # What stands in brackets or beside a dash: a brand, a branch, a remark.
    owner: str = ""
    care_of: str = ""  # Whoever takes its letters.


def said(text: str) -> Said:
    """The names in a text, each by itself."""
    brackets = _BRACKETS.findall(text) if "(" in text else []
    bare = _BRACKETS.sub(" ", text) if brackets and not is_eastern(text) else text
    owner, bare = _partners(bare)
    found: dict[str, list[str]] = {"main": [], "bracket": [], "dash": [], "former": [], "trade": [], "owner": [], "care": []}
    if not bare.strip():
        bare, brackets = text.strip("() "), []
    for kind, piece in [*_pieces(bare, "main"), *(one for bracket in brackets for one in _pieces(bracket, "bracket"))]:
        found[kind].append(piece)
    main = " - ".join([*found["main"], *found["dash"]])
    beside = [one for one in map(_from_capital, found["bracket"]) if len(one) >= 4]
    owner = owner or " ".join(found["owner"])
    return Said(
        main or text,
        (*found["former"], *found["trade"]),
        (*beside, *((*found["main"], *found["dash"]) if found["dash"] else ()), *([owner] if owner else [])),
        owner,
        " ".join(found["care"]),
    )


def _from_capital(text: str) -> str:
    """A remark from its first word with a capital on: what stands before says what follows, in whatever language."""
    return re.sub(r"^(?:[^\W\d_A-Z]+[.:]?\s+)+(?=[^\W\d_a-z])", "", text) if text[:1].islower() else text


def _partners(text: str) -> tuple[str, str]:
    """The partners or the owner at the end of an Italian or German name, and the name without them."""
    if (found := _PARTNERS.search(text)) and found.start() > 0:
        return found["who"] or found["others"], f"{text[: found.start()]} {found['form'] or ''}"
    if (found := _OWNER.search(text)) and any(plain(word) in first_names for word in found["who"].split()):
        return found["who"], text[: found.start()]
    return "", text


def _pieces(text: str, kind: str) -> list[tuple[str, str]]:
    """The pieces of a text between the words that say what follows, each with its kind. A main name may begin with one."""
    pieces, start, at = [], 0, 0
    for mark in _MARK.finditer(text):
        if kind == "main" and not text[: mark.start()].strip(" ,;"):
            continue
        pieces.append((kind, text[start : mark.start()]))
        start, at = mark.end(), 1
        kind = _KINDS.get(str(mark.lastgroup), str(mark.lastgroup))
    pieces.append((kind, text[start:]))
    return [(sort, piece.strip(" ,;:-–")) for sort, piece in pieces if piece.strip(" ,;:-–")] if at or text.strip() else []
