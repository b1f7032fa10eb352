"""A person's own look of the portal: pinned views, theme, density, shortcuts of one key, rows per page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import View

from partnerportal.core.models import LONGEST_STATE, Pin
from partnerportal.core.toasts import say, warn
from partnerportal.core.views.base import own_path


class PinView(View):
    """Open a list with the present view from now on, or no longer."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        page, query = request.POST.get("page", "")[:200], request.POST.get("query", "")
        if len(query) > LONGEST_STATE:
            warn(request, _("These are more filters and columns than an address can hold."))
        elif request.POST.get("on") == "0":
            Pin.objects.filter(user=request.user, page=page).delete()
            say(request, _("The list opens with its first view again."))
        else:
            Pin.objects.update_or_create(user=request.user, page=page, defaults={"query": query})
            say(request, _("The list opens with this view from now on."))
        return _back(request)


class LookView(View):
    """Theme and density, from the profile menu; shortcuts of one key, from their sheet; rows per page, from the foot of a list."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        for name in ("theme", "density", "keys", "per_page"):
            known = {str(value): value for value, _label in request.user._meta.get_field(name).flatchoices}
            if request.POST.get(name) in known:
                setattr(request.user, name, known[request.POST[name]])
                request.user.save(update_fields=[name])
        return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(own_path(request.POST.get("back", "")) or "/")
