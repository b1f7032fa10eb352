"""The outbox: whatever leaves the database is promised in the transaction that causes it, and delivered by a worker.

    outbox.promise("quote.sent", key=f"quote.sent:{quote.pk}", quote_id=quote.pk)     in a service

    @outbox.handles("quote.sent")                                                     in the app's jobs.py
    def email_quote(*, quote_id: int) -> None: ...

The table is the record, Celery the doorbell: after commit only the row's id is published, and a lost ring is made good by the
sweeper. A delivery takes the row in one transaction (attempt counted, leased), and works and marks it done in a second one, so
a worker that dies has counted its attempt and a poisoned message ends as dead. Delivery is at least once; a handler's own
writes happen once, and a mail carries the same Message-ID each time. Kinds that end in `.pdf` go to the worker for PDFs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from kombu.exceptions import OperationalError as BrokerDown

from partnerportal.core.actors import current_request_id, through
from partnerportal.core.models import OutboxMessage

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
LONGEST_WAIT = timedelta(minutes=15)
RING_AGAIN_AFTER = timedelta(seconds=30)  # A ring that is still in the queue is not repeated sooner.
SWEEP_AFTER = timedelta(seconds=5)
SWEEP_LIMIT = 500
ALERT = "outbox.dead"  # Promised when a message dies; the handler tells the vendor's admins.
SWEEP_LOCK = 7_201_001  # Number of the advisory lock; one sweep at a time.

Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}
_mourners: dict[str, Handler] = {}
_State = OutboxMessage.State


class NotInTransaction(RuntimeError):
    """A promise was made outside the transaction that causes it."""


class Undeliverable(Exception):
    """Raised by a handler for what no further attempt can heal. The message is dead at once."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """The decorated function delivers messages of this kind. It gets the payload as keyword arguments."""
    return _registered(_handlers, kind)


def given_up(kind: str) -> Callable[[Handler], Handler]:
    """The decorated function is called when a message of this kind has died, with its payload, in the transaction that buries it."""
    return _registered(_mourners, kind)


def _registered(functions: dict[str, Handler], kind: str) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        if functions.setdefault(kind, function) is not function:
            raise ValueError(f"Two functions for {kind}")
        return function

    return register


def dead(key: str) -> OutboxMessage | None:
    """The message of this key, if it has died."""
    return OutboxMessage.objects.filter(key=key, state=_State.DEAD).first()


def promise(kind: str, *, key: str, **payload: Any) -> OutboxMessage:
    """Record an effect in the transaction in hand, once however often the same key is promised. Raises NotInTransaction outside one."""
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{kind} was promised outside a transaction")
    facts = {"kind": kind, "payload": payload, "available_at": timezone.now(), "request_id": current_request_id()}
    message, is_new = OutboxMessage.objects.get_or_create(key=key, defaults=facts)
    if is_new:
        transaction.on_commit(partial(ring, message.pk, kind), robust=True)
    return message


def ring(message_id: int, kind: str) -> None:
    """Tell a worker of a message. A broker that is down is no error: the sweeper rings again."""
    job = "deliver_pdf" if kind.endswith(".pdf") else "deliver"
    try:
        current_app.send_task(f"partnerportal.core.jobs.{job}", args=[message_id], retry=False)
    except (BrokerDown, OSError) as error:
        log.warning("outbox.ring_failed", message_id=message_id, error=str(error))


def deliver_one(message_id: int) -> bool:
    """Try one delivery. False when there was nothing to do: done, dead, not yet due, or in another worker's hands."""
    message = _take(message_id)
    if message is None:
        return False
    with structlog.contextvars.bound_contextvars(request_id=message.request_id, outbox_id=message.pk, kind=message.kind):
        try:
            with through("job", request_id=message.request_id), transaction.atomic():
                if not _still_ours(message):
                    return False
                _handler(message.kind)(**message.payload)
                _mark_done(message)
        except Exception as error:  # noqa: BLE001 (whatever a handler raises is recorded, and tried again)
            _record_failure(message, error)
    return True


def _take(message_id: int) -> OutboxMessage | None:
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    with transaction.atomic():
        waiting = OutboxMessage.objects.select_for_update(skip_locked=True).filter(free, state=_State.PENDING, available_at__lte=now)
        message = waiting.filter(pk=message_id).first()
        if message is None:
            return None
        if message.attempts >= MAX_ATTEMPTS:  # The last attempt ended its worker.
            _bury(message, "The worker ended, or ran out of time, in the last attempt.")
            return None
        message.attempts += 1
        message.lease_until = now + lease(message.kind)
        message.save(update_fields=["attempts", "lease_until"])
    return message


def lease(kind: str) -> timedelta:
    """How long a worker may hold a message: its hard time limit, and a little more."""
    limit = settings.PDF_SECONDS if kind.endswith(".pdf") else settings.JOB_SECONDS
    return timedelta(seconds=limit + settings.LEASE_MARGIN_SECONDS)


def _still_ours(message: OutboxMessage) -> bool:
    """Lock the row for the work. It is no longer ours when the lease ran out and another worker took it."""
    rows = OutboxMessage.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=message.pk, state=_State.PENDING, attempts=message.attempts).exists()


def _handler(kind: str) -> Handler:
    if kind not in _handlers:
        autodiscover_modules("jobs")
    return _handlers[kind]


def _mark_done(message: OutboxMessage) -> None:
    message.state, message.done_at, message.lease_until, message.last_error = _State.DONE, timezone.now(), None, ""
    message.save(update_fields=["state", "done_at", "lease_until", "last_error"])


def _record_failure(message: OutboxMessage, error: Exception) -> None:
    log.warning("outbox.failed", attempts=message.attempts, error=type(error).__name__, exc_info=error)
    text = f"{type(error).__name__}: {error}"[:2000]
    with transaction.atomic():
        current = OutboxMessage.objects.select_for_update().filter(pk=message.pk, state=_State.PENDING, attempts=message.attempts).first()
        if current is None:
            return
        if isinstance(error, Undeliverable) or current.attempts >= MAX_ATTEMPTS:
            _bury(current, text)
            return
        current.available_at = timezone.now() + wait_before(current.attempts + 1)
        current.lease_until, current.rung_at, current.last_error = None, None, text
        current.save(update_fields=["available_at", "lease_until", "rung_at", "last_error"])


def wait_before(attempt: int) -> timedelta:
    """How long to wait before the n-th attempt: full jitter over a doubling span, so that many failures do not come back at once."""
    span = min(LONGEST_WAIT.total_seconds(), settings.OUTBOX_BACKOFF_SECONDS * 2 ** (attempt - 1))
    return timedelta(seconds=random.uniform(0, span))  # noqa: S311 (a wait is no secret)


def _bury(message: OutboxMessage, error: str) -> None:
    message.state, message.lease_until, message.last_error = _State.DEAD, None, error
    message.save(update_fields=["state", "lease_until", "last_error"])
    log.error("outbox.dead", outbox_id=message.pk, kind=message.kind, attempts=message.attempts)
    _alert(message)
    if message.kind in _mourners:
        try:
            with transaction.atomic():
                _mourners[message.kind](**message.payload)
        except Exception:
            log.exception("outbox.mourner_failed", outbox_id=message.pk, kind=message.kind)


def _alert(message: OutboxMessage) -> None:
    """Promise one alert a quiet period, however many messages die in it; none for an alert that died itself."""
    now, quiet = timezone.now(), settings.OUTBOX_ALERT_QUIET_SECONDS
    if message.kind.startswith(ALERT):
        return
    if not OutboxMessage.objects.filter(kind=ALERT, created_at__gt=now - timedelta(seconds=quiet)).exists():
        promise(ALERT, key=f"{ALERT}:{int(now.timestamp()) // quiet}")


def retry(message: OutboxMessage) -> OutboxMessage:
    """Give a dead message its attempts back, by an administrator's decision. A message that is not dead is left as it is."""
    with transaction.atomic():
        current = OutboxMessage.objects.select_for_update().get(pk=message.pk)
        if current.state != _State.DEAD:
            return current
        current.state, current.attempts, current.available_at = _State.PENDING, 0, timezone.now()
        current.save(update_fields=["state", "attempts", "available_at"])
        transaction.on_commit(partial(ring, current.pk, current.kind), robust=True)
    return current


def due(now: datetime) -> list[tuple[int, str]]:
    """Ids and kinds of messages to ring for: a new one after five seconds, a failed one when its wait is over, an abandoned one
    when its lease is; none again before its last ring had half a minute."""
    unheard = (
        Q(rung_at__isnull=True, attempts__gt=0)
        | Q(rung_at__isnull=True, created_at__lt=now - SWEEP_AFTER)
        | Q(rung_at__lt=now - RING_AGAIN_AFTER)
    )
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    # A row that a worker has in its hands is skipped: it is locked for as long as the work takes.
    rows = OutboxMessage.objects.select_for_update(skip_locked=True)
    waiting = rows.filter(unheard, free, state=_State.PENDING, available_at__lte=now)
    return list(waiting.order_by("available_at", "pk").values_list("pk", "kind")[:SWEEP_LIMIT])


def sweep() -> int:
    """Ring for everything that is due, and say for how many. A second sweep at the same time does nothing."""
    now = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEP_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        waiting = due(now)
        OutboxMessage.objects.filter(pk__in=[pk for pk, _ in waiting]).update(rung_at=now)
    for pk, kind in waiting:
        ring(pk, kind)
    return len(waiting)


def deliver_due() -> int:
    """Deliver everything that is due now in this process, and what that promises in turn; for tests and the command line."""
    delivered = 0
    while ids := list(_deliverable().values_list("pk", flat=True)[:SWEEP_LIMIT]):
        delivered += sum(deliver_one(pk) for pk in ids)
    return delivered


def _deliverable() -> Any:
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return OutboxMessage.objects.filter(free, state=_State.PENDING, available_at__lte=now).order_by(F("pk"))
