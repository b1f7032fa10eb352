"""Follow a record, or stop to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from partnerportal.core import attached
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.toasts import Undo, say


class FollowRecord(AnyRecord):
    """Follow, or stop to."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.POST.get("on") == "0":
            attached.unfollow(self.record, by=request.user)
            say(request, _("You no longer follow %(record)s.") % {"record": self.record}, undo=Undo(request.path, {"on": "1"}))
        else:
            attached.follow(self.record, by=request.user)
            say(
                request, _("You follow %(record)s and hear of its changes.") % {"record": self.record}, undo=Undo(request.path, {"on": "0"})
            )
        return self.reload()
