"""Follow a record, or stop to; hear nothing of it, or hear of it again."""

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
            undo = Undo(request.path, {"on": "1"}) if self.is_in_sight() else None
            say(request, _("You no longer follow %(record)s.") % {"record": self.record}, undo=undo)
        else:
            attached.follow(self.record, by=request.user)
            say(
                request, _("You follow %(record)s and hear of its changes.") % {"record": self.record}, undo=Undo(request.path, {"on": "0"})
            )
        return self.reload()


class MuteRecord(AnyRecord):
    """Hear nothing of a record but what is meant for oneself, or hear of it again."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.POST.get("on") == "0":
            attached.unmute(self.record, by=request.user)
            say(request, _("You hear of %(record)s again.") % {"record": self.record}, undo=Undo(request.path, {"on": "1"}))
        else:
            attached.mute(self.record, by=request.user)
            sentence = _("%(record)s is muted. Only what is meant for you alone still comes: a mention, a task, the record handed to you.")
            say(request, sentence % {"record": self.record}, undo=Undo(request.path, {"on": "0"}))
        return self.reload()
