"""Search over all objects: the page of results, and the first of them while a person types."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from partnerportal.core import palette, search
from partnerportal.core.views.base import Guarded


class SearchPage(Guarded):
    """`/search/?q=`: results by kind of record; `kind=` shows one kind, page by page."""

    permission = "core.search"

    def get(self, request: HttpRequest) -> HttpResponse:
        query = search.clean(request.GET.get("q", ""))
        kind = request.GET.get("kind", "")
        context = {"tab": "search", "query": query, "kind": kind, "is_short": 0 < len(query) < search.SHORTEST}
        if kind in search.LABELS:
            context |= self.of_kind(query, kind, number_of(request.GET.get("page", "")))
        else:
            context["groups"] = search.find(query, request.user)
        return self.page("search/results.html", context)

    def of_kind(self, query: str, kind: str, number: int) -> dict[str, Any]:
        """A page of one kind, and the pages beside it; the first one where there is no such page."""
        found = search.find(query, self.request.user, per_group=search.PER_PAGE, page=number)
        groups = [group for group in found if group.kind == kind]
        if not groups and number > 1:
            return self.of_kind(query, kind, 1)
        first = (number - 1) * search.PER_PAGE + 1
        last = first - 1 + sum(len(group.hits) for group in groups)
        is_last = all(group.count <= last for group in groups)
        return {"groups": groups, "first": first, "last": last, "earlier": number - 1, "later": 0 if is_last else number + 1}


def number_of(text: str) -> int:
    """The number of a page in an address; the first one for what is none."""
    return max(1, min(int(text), search.EXAMINED)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


class SearchSuggest(Guarded):
    """The first hits below the search field of the shell."""

    permission = "core.search"

    def get(self, request: HttpRequest) -> HttpResponse:
        query = search.clean(request.GET.get("q", ""))
        return render(request, "search/_suggestions.html", {"query": query, "hits": search.suggest(query, request.user)})


class Palette(Guarded):
    """The lines of the command palette for what is typed there: records, actions, places and views."""

    permission = "core.search"

    def get(self, request: HttpRequest) -> HttpResponse:
        query = search.clean(request.GET.get("q", ""))
        hits = search.suggest(query, request.user) if query else []
        context = {"query": query, "hits": hits, "sections": palette.sections(query, request.user)}
        return render(request, "search/_palette.html", context)
