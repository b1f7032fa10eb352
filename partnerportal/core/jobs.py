"""The worker's side of the outbox."""

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from partnerportal.core import digest, exporting, files, listviews, outbox, previews, scanner, totals
from partnerportal.core.actors import Actor
from partnerportal.core.bulk import services as bulk  # noqa: F401 (its handler registers itself)
from partnerportal.core.imports import services as imports  # noqa: F401 (its handler)
from partnerportal.core.models import Attachment

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


@shared_task
def forget_opened() -> None:
    """Let "recently viewed" forget what was opened a quarter of a year ago."""
    listviews.forget_opened()


@shared_task
def forget_exports() -> None:
    """Delete the files of lists that were asked for a week ago."""
    exporting.forget_old(timezone.now())


@shared_task
def forget_files() -> None:
    """Delete for good the files that were taken off their records a month ago."""
    files.forget_removed(timezone.now())


@shared_task
def fold_totals() -> None:
    """Put together what the counts and sums of boards have grown by."""
    totals.fold_all()


@shared_task
def mail_notices() -> None:
    """Promise the mails of what nobody has read."""
    digest.promise_due(timezone.now())


outbox.handles(digest.KIND)(digest.mail_unread)


@outbox.handles(files.SCAN)
def scan_file(*, attachment_id: str) -> None:
    """Let the scanner look at a file; while it cannot be asked the file stays unreadable."""
    attachment = _file(attachment_id)
    if attachment is None or attachment.scan != Attachment.Scan.PENDING:
        return
    with attachment.file.open("rb") as content:
        found = scanner.scan(content)
    files.note_scan(attachment, found=found, by=Actor.system())


@outbox.handles(files.PREVIEW)
def preview_file(*, attachment_id: str) -> None:
    """Draw the beginning of a file. What cannot be drawn has no preview, and no second attempt would help."""
    attachment = _file(attachment_id)
    if attachment is None or not attachment.may_be_read:
        return
    with attachment.file.open("rb") as content:
        try:
            picture = previews.preview_of(content.read(), attachment.media_type)
        except previews.NoPreview:
            return
    files.keep_preview(attachment, picture)


def _file(attachment_id: str) -> Attachment | None:
    """The file that a promise names; None when it was taken off meanwhile."""
    return Attachment.objects.across_partners(reason="outbox: file.scan, file.preview").filter(pk=attachment_id).first()
