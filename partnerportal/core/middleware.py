"""What every request knows of its person: language, time zone, and the author of history rows."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from partnerportal.core.actors import through


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
