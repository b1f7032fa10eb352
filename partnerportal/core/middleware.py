"""What every request knows of its person: language, time zone, and the author of history rows."""

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partnerportal.core.actors import through
from partnerportal.core.errors import not_a_page
from partnerportal.core.scoping import NotYours


class MethodsMiddleware:
    """Pages are read and posted to. Every other method is refused before anything is looked at, by the admin's pages too."""

    KNOWN = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if request.method in self.KNOWN else HttpResponseNotAllowed(self.KNOWN)


class SizeMiddleware:
    """Refuses with 413 what is larger than any form of the portal sends, before it is read: Django itself keeps a file of any size.

    One file of the largest kind and the fields beside it; from somebody who is not signed in the fields alone.
    """

    FIELDS_BYTES = 1024 * 1024

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else 0
        if size <= self.FIELDS_BYTES:
            return self.get_response(request)
        if not request.user.is_authenticated:
            sentence = _("You are not signed in, so the file was not taken. Sign in and send it again.")
        elif size > settings.UPLOAD_MAX_BYTES + self.FIELDS_BYTES:
            sentence = _("The file is larger than %(limit)s MB.") % {"limit": settings.UPLOAD_MAX_BYTES // 1024 // 1024}
        else:
            return self.get_response(request)
        return refused(request, sentence, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class PersonMiddleware:
    """Speak the person's language and time zone, and let history rows name the request and its channel."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        language = person.language if person.is_authenticated else translation.get_language_from_request(request)
        zone = ZoneInfo(person.time_zone) if person.is_authenticated else timezone.get_default_timezone()
        channel = "admin" if request.path.startswith("/admin/") else "form"
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        with translation.override(language), timezone.override(zone), through(channel, request_id=request_id):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if person.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class RefusalMiddleware:
    """What may be seen but not changed is refused with 403 and the sentence that says who may, whichever view raised it.

    Whoever opens an address that only a form may be sent to gets a page, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET" and not request.htmx:  # type: ignore[attr-defined]
            return not_a_page(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page or the dialog that says who may."""
        return refused(request, exception.who_may, status=HTTPStatus.FORBIDDEN) if isinstance(exception, NotYours) else None


def refused(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    """A refusal with its sentence: a page, or a dialog where a part of a page was asked for."""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(request, "components/refusal_dialog.html" if is_part else "403.html", {"sentence": sentence}, status=status)
    if is_part:
        response["HX-Retarget"] = "#dialog"
        response["HX-Reswap"] = "innerHTML"
    return response
