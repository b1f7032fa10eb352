"""What a list shows, as its address says it: `view, base, <filters>, or, sort, columns, totals`.

Where in it one is: `after, before, start`, of a calendar `month`, `week` or `day`; `count=all` counts beyond the limit, and a sealed number
says what was counted. How it is looked at: `display=split`, with `open`, the record at the right; `per_page`, the rows of a page.

`or` holds one more group of filters, written as an address of its own; a row is shown when it passes every filter of one of the groups.
A saved view is `view=v12`. Alone it stands for what was saved; with `base` the address says the whole state, which may differ from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import QueryDict

PLACE = ("after", "before", "start", "count", "open", "lane", "since", "shown", "month", "week", "day")
ASIDE = ("format", "ids", "q")
LOOK = ("display", "per_page")  # Goes along wherever the list goes, and belongs to no view.
SEEN = "seen"  # How the saved view stood when one began to change what it shows.
SHAPE = ("or", "sort", "columns", "totals")
OWN_PARAMETERS = frozenset({"view", "base", SEEN, *PLACE, *LOOK, *SHAPE, "format", "ids"})
MOST_GROUPS = 5
MOST_KEYS = 3


def empty() -> QueryDict:
    """An address that says nothing yet."""
    return QueryDict(mutable=True)


def without(query: QueryDict, names: Iterable[str]) -> QueryDict:
    """A copy that does not say some things."""
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    return rest


def closed(address: str) -> str:
    """The address of a list without the record that is open beside it: it has just gone."""
    path, _sep, query = address.partition("?")
    return f"{path}?{without(QueryDict(query), ('open',)).urlencode()}" if query else address


def kept(query: QueryDict) -> QueryDict:
    """The part of an address that a saved view keeps: neither its name, nor the place in it, nor the search."""
    rest = without(query, ("view", SEEN, *PLACE, *LOOK, *ASIDE))
    for name in list(rest):
        values = [value for value in rest.getlist(name) if value]
        rest.setlist(name, values) if values else rest.pop(name)
    return rest


def is_same(one: QueryDict, other: QueryDict) -> bool:
    """Whether two addresses keep the same, in whatever order they say it."""
    return _ordered(kept(one)) == _ordered(kept(other))


def _ordered(query: QueryDict) -> dict[str, list[str]]:
    return {name: sorted(_canonical(name, value) for value in values) for name, values in query.lists()}


def _canonical(name: str, value: str) -> str:
    return repr(sorted(_ordered(QueryDict(value)).items())) if name == "or" else value


def groups(query: QueryDict, names: frozenset[str]) -> list[QueryDict]:
    """The groups of filters: those that stand in the address itself, then one an `or`. `names` are those of the filters."""
    first = empty()
    for name, values in query.lists():
        if name in names and name != "q":
            first.setlist(name, values)
    return [first, *(QueryDict(value) for value in query.getlist("or"))]


def with_groups(query: QueryDict, found: Sequence[QueryDict], names: frozenset[str]) -> QueryDict:
    """The same address with other groups of filters; those that say nothing fall out."""
    written = without(query, (*(names - {"q"}), "or", *PLACE))
    said = [group for group in (kept(one) for one in found) if group]
    for name, values in said[0].lists() if said else ():
        written.setlist(name, values)
    if said[1:]:
        written.setlist("or", [group.urlencode() for group in said[1:]])
    return written


def picked(query: QueryDict) -> list[str]:
    """The keys of the rows that a person picked."""
    return [one for one in query.getlist("ids") if one.isdecimal() and len(one) < 19]


def columns_of(query: QueryDict) -> dict[str, int]:
    """The chosen columns in their order, with their widths in pixels (0 where there is none)."""
    found: dict[str, int] = {}
    for word in ",".join(query.getlist("columns")).split(","):
        name, _sep, width = word.partition(":")
        if name:
            found[name] = min(max(int(width), 60), 800) if width.isdecimal() and len(width) < 5 else 0
    return found


def written_columns(columns: dict[str, int]) -> str:
    """`columns_of` the other way round."""
    return ",".join(f"{name}:{width}" if width else name for name, width in columns.items())


def sort_of(query: QueryDict) -> list[str]:
    """The columns that order the list, with a minus for descending."""
    return [word for word in ",".join(query.getlist("sort")).split(",") if word]
