"""Who else is editing a record, and whether it was saved meanwhile: asked by its pages every few seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from partnerportal.core import presence
from partnerportal.core.limits import is_too_often
from partnerportal.core.panels.base import AnyRecord


class Presence(AnyRecord):
    """GET asks; POST asks as well and says of the person that she is editing, or gone. 204 while there is nothing to tell."""

    related = ()
    http_method_names = ["get", "post", "options"]

    @property
    def verb(self) -> str:  # type: ignore[override]
        """Who looks asks; who says that she is editing may do so."""
        return "change" if self.request.method == "POST" else "view"

    @property
    def must_be_editable(self) -> bool:  # type: ignore[override]
        """For who says that she is editing."""
        return self.request.method == "POST"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_too_often(request, "presence", presence.LIMITS, who=f"person-{request.user.pk}"):
            return HttpResponse(status=429)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.tell(request.GET.get("seen", ""), is_editing=False)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        say = presence.gone if request.POST.get("is") == "gone" else presence.editing
        say(self.record, by=request.user)
        return self.tell(request.POST.get("seen", ""), is_editing=request.POST.get("at") == "form")

    def tell(self, seen: str, *, is_editing: bool) -> HttpResponse:
        """What there is to tell, as a part of the page."""
        others = presence.editors(self.record, seen_by=self.request.user)
        saved = presence.saved_since(self.record, _moment(seen), but=self.request.user)
        if not others and saved is None:
            return HttpResponse(status=204)
        return self.page("components/presence.html", {"record": self.record, "editors": others, "saved": saved, "is_form": is_editing})


def _moment(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None
