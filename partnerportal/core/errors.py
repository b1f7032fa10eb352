"""What a person reads when something cannot be done. Every page names the request, for whoever asks for help."""

from __future__ import annotations

import sys
from contextlib import suppress

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

AWAY = (OperationalError, InterfaceError, RedisError)
RETRY_SECONDS = "5"


def _request_id() -> str:
    return structlog.contextvars.get_contextvars().get("request_id", "")


def _page(request: HttpRequest, template: str, status: int, **facts: object) -> HttpResponse:
    return render(request, template, {"request_id": _request_id(), **facts}, status=status)


def _lone_page(template: str, status: int) -> HttpResponse:
    """A page that needs neither database nor session, since those may be what failed."""
    response = HttpResponse(render_to_string(template, {"request_id": _request_id()}), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: nothing has been changed. A part of a page gets a fresh one and asks again."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401)
    return _page(
        request,
        "403.html",
        403,
        sentence=_("This form is no longer valid, and nothing was changed. Reload the page and send it once more."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense."""
    return _lone_page("400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the record may be seen but not changed; the exception says who may."""
    return _page(request, "403.html", 403, sentence=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page, or it is another partner's."""
    return _page(request, "404.html", 404)


def not_a_page(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """405 where only a form may be sent to: somebody reloaded it, or came back to it by signing in. Leads to the page above."""
    response = _page(request, "405.html", 405, back=_page_above(request.path))
    response.headers["Allow"] = refusal.headers["Allow"]
    return response


def _page_above(path: str) -> str:
    """The nearest address above this one that can be opened."""
    while (path := path.rstrip("/").rpartition("/")[0] + "/") != "/":
        with suppress(Resolver404):
            view = getattr(resolve(path).func, "view_class", None)
            if view is not None and hasattr(view, "get") and "get" in view.http_method_names:
                return path
    return path


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with a time to come back when the database or the cache is away."""
    if isinstance(sys.exc_info()[1], AWAY):
        response = _lone_page("503.html", 503)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response
    return _lone_page("500.html", 500)
