"""Which rows may be the same company or person, found by indexes alone; `matching.compare` then decides.

Names, hosts and tax numbers are compared as the database writes them, by functions of its own: whatever way a row came in, it can
be found. The functions are made in `migrations/0006_match_more_writings.py`; the indexes stand at the models.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Greatest

from accounts.matching import Profile

EXAMINED = 60  # The nearest so many are compared one by one.
SHORTEST_BASE = 9  # Of a telephone number with its prefix: shorter ones are no company's own.


class MatchKey(Func):
    """A name in plain Latin letters, without its legal form."""

    function, output_field = "portal_match_key", TextField()


class HostKey(Func):
    """The host of a mail address or website, letters backwards, so that a domain finds its sub-domains."""

    function, output_field = "portal_host_key", TextField()


class TaxKey(Func):
    """The digits of a tax number that tell the company."""

    function, output_field = "portal_tax_key", TextField()


def candidates(
    rows: QuerySet[Any], profile: Profile, *, name: Any, text: str, hosts: tuple[str, ...], phones: tuple[str, ...], tax: str = ""
) -> QuerySet[Any]:
    """The rows that share a domain, a number or much of the name, the nearest first, at most `EXAMINED`; one query.

    `rows` are in scope already. `name` is the field or expression that `text` is compared with; `hosts`, `phones` and `tax` name fields.
    """
    rows = rows.alias(match_key=MatchKey(name), **{f"host_of_{one}": HostKey(one) for one in hosts})
    hard = Q(pk__in=())
    for domain in profile.domains:
        backwards = domain[::-1]
        for one in hosts:
            hard |= Q(**{f"host_of_{one}": backwards}) | Q(**{f"host_of_{one}__startswith": f"{backwards}."})
    for field in phones:
        hard |= _numbers(field, profile)
    if tax and profile.tax:
        rows = rows.alias(tax_key=TaxKey(tax))
        hard |= Q(tax_key__in=sorted(profile.tax.keys))
    by_name = Q(match_key__trigram_similar=MatchKey(Value(text))) if text else Q(pk__in=())
    near = Func(F("match_key"), MatchKey(Value(text)), function="similarity", output_field=FloatField())
    nearness = Greatest(Case(When(hard, then=Value(1.0)), default=Value(0.0)), near)
    return rows.filter(hard | by_name).annotate(nearness=nearness).order_by("-nearness", "-pk")[:EXAMINED]


def _numbers(field: str, profile: Profile) -> Q:
    """The number itself, its switchboard, and the switchboard's extensions."""
    found = Q(pk__in=())
    for number in (one for one in profile.phones if one.startswith("+")):
        found |= Q(**{f"{field}__in": [number, *(f"{number[:-cut]}0" for cut in (1, 2, 3) if len(number) - cut >= SHORTEST_BASE)]})
        if number.endswith("0") and len(number) > SHORTEST_BASE:
            found |= Q(**{f"{field}__startswith": number[:-1]})
    return found
