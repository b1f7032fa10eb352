"""Which rows may be the same company or person, found by indexes alone; `matching.compare` then decides.

Names, hosts and tax numbers are compared as the database writes them, by functions of its own: whatever way a row came in, it can
be found. The functions are made in `migrations/0006_match_more_writings.py`; the indexes stand at the models.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
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

    `rows` are in scope already. `name` is the field or expression that `text`, and each name that it says, is compared with;
    `hosts`, `phones` and `tax` name fields.
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
    by_name, near = Q(pk__in=()), []
    for one in _written_names(profile, text):
        wanted = MatchKey(Value(one))
        by_name |= Q(match_key__trigram_similar=wanted)
        near.append(Func(F("match_key"), wanted, function="similarity", output_field=FloatField()))
    nearness = Greatest(Case(When(hard, then=Value(1.0)), default=Value(0.0)), Value(0.0), *near)
    return rows.filter(hard | by_name).annotate(nearness=nearness).order_by("-nearness", "-pk")[:EXAMINED]


def _written_names(profile: Profile, text: str) -> list[str]:
    """A company's name as it is written, then each name that it says, in Latin letters; of a person the name alone."""
    said = profile.named.each if text == profile.name and profile.named.says_more else ()
    return [one for one in dict.fromkeys([text, *(" ".join(words) for words in said)]) if one]


def _numbers(field: str, profile: Profile) -> Q:
    """The number itself, its switchboard, and the switchboard's extensions."""
    numbers = frozenset(one for one in profile.phones if one.startswith("+"))
    found = Q(**{f"{field}__in": sorted(_written(numbers))})
    for number in numbers:
        if number.endswith("0") and len(number) > SHORTEST_BASE:
            found |= Q(**{f"{field}__startswith": number[:-1]})
    return found


def candidates_each(
    rows: QuerySet[Any],
    profiles: Sequence[Profile],
    *,
    name: Any,
    texts: Sequence[Collection[str]],
    hosts: Sequence[str],
    phones: Sequence[str],
    tax: str = "",
) -> list[list[Any]]:
    """The same for many profiles, in two queries: for each the rows that may be taken for one with it, at most `EXAMINED` a way.

    `texts`, some for each, are looked for inside the names: without the trades, which many share, few rows are read.
    """
    arms, values = [], []
    for query, wanted in _arms(rows, profiles, name=name, texts=texts, hosts=hosts, phones=phones, tax=tax):
        pairs = [(number, value) for number, found in enumerate(wanted) for value in sorted(found)]
        if pairs:
            try:
                inner, parameters = query[:EXAMINED].query.sql_with_params()
            except EmptyResultSet:
                continue
            arms.append(
                f"SELECT w.number, r.pk FROM unnest(%s::int[], %s::text[]) AS w(number, value) CROSS JOIN LATERAL ({inner}) AS r(pk)"  # noqa: S608 (the queryset's own SQL; values are parameters)
            )
            values += [[number for number, _value in pairs], [value for _number, value in pairs], *parameters]
    found: list[set[int]] = [set() for _profile in profiles]
    if arms:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ".join(arms), values)
            for number, key in cursor.fetchall():
                found[number].add(key)
    records = {one.pk: one for one in rows.filter(pk__in=set().union(*found))} if any(found) else {}
    return [[records[key] for key in sorted(keys, reverse=True) if key in records] for keys in found]


def _arms(
    rows: QuerySet[Any],
    profiles: Sequence[Profile],
    *,
    name: Any,
    texts: Sequence[Collection[str]],
    hosts: Sequence[str],
    phones: Sequence[str],
    tax: str,
) -> list[tuple[QuerySet[Any], list[set[str]]]]:
    """Ways to find rows, each by one index, with what each profile looks for; the value in hand is `w.value`."""
    bare = rows.select_related(None).order_by()
    value: Any = RawSQL("w.value", (), output_field=TextField())
    wanted = MatchKey(value)
    near = Func(F("match_key"), wanted, function="similarity", output_field=FloatField())
    by_name = (
        bare.alias(match_key=MatchKey(name))
        .filter(match_key__trigram_word_similar=wanted)
        .alias(near=near)
        .order_by("-near", "-pk")
        .values("pk")
    )
    arms = [(by_name, [set(some) - {""} for some in texts])]
    domains = [{domain[::-1] for domain in one.domains} for one in profiles]
    for field in hosts:
        keyed = bare.alias(host=HostKey(field))
        arms.append((_equal(keyed, "host").values("pk"), domains))
        arms.append((_beginning(keyed, "host").values("pk"), [{f"{domain}." for domain in found} for found in domains]))
    known = [frozenset(number for number in one.phones if number.startswith("+")) for one in profiles]
    for field in phones:
        arms.append((_equal(bare, field).values("pk"), [_written(one) for one in known]))
        bases = [{number[:-1] for number in one if number.endswith("0") and len(number) > SHORTEST_BASE} for one in known]
        arms.append((_beginning(bare, field).values("pk"), bases))
    if tax:
        numbers = [set(one.tax.keys) if one.tax else set() for one in profiles]
        keyed = bare.alias(tax_key=TaxKey(tax))
        arms.append((keyed.filter(_compared(F("tax_key"), ">=", value), _compared(F("tax_key"), "<=", value)).values("pk"), numbers))
    return arms


def _equal(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """Rows whose field is `w.value`, as a range: where most rows say nothing there, the database takes any value for a frequent one."""
    value = RawSQL("w.value", (), output_field=TextField())
    return rows.filter(_compared(F(field), "~>=~", value), _compared(F(field), "~<=~", value))


def _beginning(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """Rows whose field begins with `w.value`: a range, since a pattern that is not known beforehand finds no index."""
    least = _compared(F(field), "~>=~", RawSQL("w.value", (), output_field=TextField()))
    most = _compared(F(field), "~<~", RawSQL("(w.value || chr(1114111))", (), output_field=TextField()))
    return rows.filter(least, most)


def _compared(left: Any, by: str, right: Any) -> Func:
    return Func(left, right, arg_joiner=f" {by} ", template="(%(expressions)s)", output_field=BooleanField())


def _written(numbers: frozenset[str]) -> set[str]:
    """Numbers and what may be their switchboards'."""
    return set(numbers) | {f"{number[:-cut]}0" for number in numbers for cut in (1, 2, 3) if len(number) - cut >= SHORTEST_BASE}
