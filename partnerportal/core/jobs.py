"""The worker's side of the outbox."""

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from partnerportal.core import outbox

WORKER_SEEN = "worker-seen"


@shared_task(time_limit=settings.JOB_SECONDS, soft_time_limit=settings.JOB_SECONDS * 0.8)
def deliver(message_id: int) -> None:
    """Deliver one promise."""
    outbox.deliver_one(message_id)


# The soft limit comes first in Celery's clock: without one of its own, the hard limit would wait for the general soft one.
@shared_task(time_limit=settings.PDF_SECONDS, soft_time_limit=settings.PDF_SECONDS * 0.8)
def deliver_pdf(message_id: int) -> None:
    """Deliver one promise of a PDF, in the worker that has the memory limit."""
    outbox.deliver_one(message_id)


@shared_task
def sweep_outbox() -> None:
    """Ring for what was not heard, and leave a sign of life for /healthz."""
    outbox.sweep()
    cache.set(WORKER_SEEN, timezone.now().timestamp(), timeout=3600)
