"""What every page of the portal stands on: a declared permission, and records fetched through scope."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from partnerportal.core.scoping import require_editable


class Guarded(View):
    """A page with a permission. A class without one is refused at import; a block says `is_block = True` of itself."""

    permission: ClassVar[str]
    is_block: ClassVar[bool] = True
    request: HttpRequest

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("is_block"):
            return
        cls.is_block = False
        if not hasattr(cls, "permission"):
            raise TypeError(f"{cls.__module__}.{cls.__name__} names no permission.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def wants_part(self) -> bool:
        """Whether htmx asks for a part of the page; not when it goes back in the browser's history."""
        return bool(self.request.htmx) and not self.request.htmx.history_restore_request  # type: ignore[attr-defined]

    def page(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A page, or the part that htmx asked for: the same address answers both."""
        response = render(self.request, template, context, status=status)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def dialog(self, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A question in a dialog, without htmx as a page: `heading, text, form, action, button`."""
        return self.page("components/form_dialog.html" if self.wants_part else "layouts/confirm.html", context, status=status)

    def lead_to(self, address: str) -> HttpResponse:
        """Another page, for htmx too."""
        return HttpResponse(status=204, headers={"HX-Redirect": address}) if self.wants_part else HttpResponseRedirect(address)


class RecordView(Guarded):
    """A page about one record. What the person may not see is 404, before anything else is asked."""

    is_block = True
    model: ClassVar[type[Model]]
    related: ClassVar[tuple[str, ...]] = ("owner", "partner")
    must_be_editable: ClassVar[bool] = False
    record: Any

    def get_queryset(self) -> QuerySet:
        """The records that the person may see."""
        return self.model._default_manager.visible_to(self.request.user).select_related(*self.related)  # type: ignore[attr-defined]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "pk" in kwargs:
            self.record = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            if self.must_be_editable and request.user.has_perm(self.permission):
                require_editable(self.record, request.user)
        return super().dispatch(request, *args, **kwargs)

    @property
    def list_in_sight(self) -> str:
        """The list that htmx asks from, as it stands there; empty elsewhere."""
        at = self.request.htmx.current_url_abs_path or "" if self.wants_part else ""  # type: ignore[attr-defined]
        return at if urlsplit(at).path == self.record.get_absolute_url().removesuffix(f"{self.record.pk}/") else ""


def own_path(said: str) -> str:
    """What a form, a header or a row says as an address, if it is a path of this site; else nothing, so that nobody is led elsewhere."""
    return said if said.startswith("/") and url_has_allowed_host_and_scheme(said, allowed_hosts=None) else ""


def parts(request: HttpRequest, *fragments: str, status: int = 200) -> HttpResponse:
    """An answer of several parts for htmx, the waiting toasts among them."""
    toasts = render_to_string("components/toasts_oob.html", request=request)
    return HttpResponse("".join([*fragments, toasts]), status=status)


def as_download(response: FileResponse) -> FileResponse:
    """The answer with the headers that keep a file from being anything but itself."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
