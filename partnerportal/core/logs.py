"""Logs: one JSON object a line, with the id of the request, from our code and from libraries alike."""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)
SECRETS = {"token", "secret", "key", "uidb36"}  # Parts of an address that open something.
SECRET_PATHS = ("/q/", "/contact/", "/auth/")


def configure() -> None:
    """Send everything to standard error as JSON. Called once, when Django is ready."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    render: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    handler.set_name("portal")
    root = logging.getLogger()
    for former in [known for known in root.handlers if known.get_name() == "portal"]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(settings.LOG_LEVEL)
    for name in ("django.request", "django.server", "fontTools", "weasyprint", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(max(logging.getLevelName(settings.LOG_LEVEL), logging.ERROR))


def _without_secrets(_: Any, __: str, event: dict[str, Any]) -> Mapping[str, Any]:
    return {
        name: "…" if any(word in name.lower() for word in ("password", "token", "secret", "cookie")) else value
        for name, value in event.items()
    }


def _is_secret(path: str, kwargs: Mapping[str, object] | None) -> bool:
    """Whether an address opens something to whoever knows it. One that leads nowhere may be such an address, mistyped."""
    return path.startswith(SECRET_PATHS) if kwargs is None else bool(SECRETS & kwargs.keys())


class RequestLogMiddleware:
    """Gives each request an id, logs it in one line, and says the id in the answer's X-Request-ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex  # Never the caller's: it stands in the history and in the logs.
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                route=match.route if match else "",
                path="…" if _is_secret(request.path, match.kwargs if match else None) else request.path,
                status=response.status_code,
                milliseconds=round((time.monotonic() - began) * 1000),
            )
        response.headers["X-Request-ID"] = request_id
        return response
