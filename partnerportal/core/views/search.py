"""Search over all objects: the page of results, and the first of them while a person types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from partnerportal.core import palette, search
from partnerportal.core.views.base import Guarded


class SearchPage(Guarded):
    """`/search/?q=`: results by kind of record; `kind=` shows more of one kind."""

    permission = "core.search"

    def get(self, request: HttpRequest) -> HttpResponse:
        query = search.clean(request.GET.get("q", ""))
        kind = request.GET.get("kind", "")
        groups = search.find(query, request.user, per_group=search.PER_PAGE if kind in search.LABELS else search.PER_GROUP)
        if kind in search.LABELS:
            groups = [group for group in groups if group.kind == kind]
        context = {"tab": "search", "query": query, "kind": kind, "groups": groups, "is_short": 0 < len(query) < search.SHORTEST}
        return self.page("search/results.html", context)


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
