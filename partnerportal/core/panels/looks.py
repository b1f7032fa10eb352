"""A person's own look of the portal: pinned views, theme, density."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from partnerportal.core.models import LONGEST_STATE, Pin
from partnerportal.core.toasts import say, warn


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
    """Theme and density, from the profile menu."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        for name in ("theme", "density"):
            value = request.POST.get(name)
            if value in dict(request.user._meta.get_field(name).flatchoices):
                setattr(request.user, name, value)
                request.user.save(update_fields=[name])
        return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("back", "/")
    return HttpResponseRedirect(address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else "/")
