"""/healthz for the load balancer (200 while the database answers) and /readyz for the operator (strict)."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partnerportal.core.jobs import WORKER_SEEN
from partnerportal.core.models import OutboxMessage

OLDEST_PROMISE_SECONDS = 300
WORKER_SILENT_SECONDS = 60
FREE_DISK_RATE = 0.05


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, 503 otherwise; the rest is told as JSON."""
    facts = _facts()
    return _answer(facts, is_well=facts["database"] == "ok")


@never_cache
@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 only when everything that the portal needs is there and keeps up."""
    facts = _facts()
    if facts["database"] == "ok":
        facts["migrations"] = "ok" if not _has_unapplied_migrations() else "missing"
    facts["disk"] = "ok" if _has_disk() else "full"
    complaints = [name for name, is_bad in _complaints(facts).items() if is_bad]
    return _answer({**facts, "complaints": complaints}, is_well=not complaints)


def _answer(facts: dict[str, Any], *, is_well: bool) -> JsonResponse:
    response = JsonResponse({"status": "ok" if is_well else "down", **facts}, status=200 if is_well else 503)
    if not is_well:
        response.headers["Retry-After"] = "5"
    return response


def _complaints(facts: dict[str, Any]) -> dict[str, bool]:
    oldest, silent = facts.get("outbox", {}).get("oldest_seconds"), facts["worker_silent_seconds"]
    return {
        "database": facts["database"] != "ok",
        "broker": facts["broker"] != "ok",
        "worker": silent is None or silent > WORKER_SILENT_SECONDS,
        "outbox": oldest is not None and oldest > OLDEST_PROMISE_SECONDS,
        "migrations": facts.get("migrations") != "ok",
        "disk": facts["disk"] != "ok",
    }


def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = {"broker": "ok" if _broker_answers() else "away", "worker_silent_seconds": _worker_silence()}
    try:
        facts |= {"outbox": _outbox(), "database": "ok"}
    except (DatabaseError, InterfaceError):
        connection.close()
        facts["database"] = "away"
    return facts


def _outbox() -> dict[str, Any]:
    pending, dead = Q(state=OutboxMessage.State.PENDING), Q(state=OutboxMessage.State.DEAD)
    rows = OutboxMessage.objects.filter(pending | dead)
    counted = rows.aggregate(pending=Count("pk", filter=pending), dead=Count("pk", filter=dead), oldest=Min("created_at", filter=pending))
    oldest = counted.pop("oldest")
    return {**counted, "oldest_seconds": round((timezone.now() - oldest).total_seconds()) if oldest else None}


def _broker_answers() -> bool:
    place = urlsplit(settings.REDIS_URL)
    try:
        if place.scheme.endswith(("socket", "unix")):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(place.path)
        else:
            socket.create_connection((place.hostname, place.port or 6379), timeout=1).close()
    except OSError:
        return False
    return True


def _worker_silence() -> int | None:
    seen = cache.get(WORKER_SEEN)
    return round(time.time() - seen) if seen else None


def _has_unapplied_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _has_disk() -> bool:
    folder = next(path for path in [Path(settings.MEDIA_ROOT), *Path(settings.MEDIA_ROOT).parents] if path.exists())
    usage = shutil.disk_usage(folder)
    return usage.free > FREE_DISK_RATE * usage.total
