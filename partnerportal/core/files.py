"""Verbs of files: keep one, keep a newer version, take one off, bring it back, and what the worker finds out about it.

With `CLAMAV_URL` a file waits for the scanner and nobody can read it before. Previews are made when it may be read.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.attached import link_to, require_visible, tell_followers
from partnerportal.core.history import note_in_history
from partnerportal.core.models import Attachment, Subject
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import NotYours, PartnerQuerySet, require_editable
from partnerportal.core.uploads import Checked, FileRefused, check_file

if TYPE_CHECKING:
    from partners.models import User

SCAN, PREVIEW = "file.scan", "file.preview.pdf"  # The latter for the worker that has the memory limit.
PREVIEWED = {"application/pdf", "image/jpeg", "image/png", "image/webp"}
Scan = Attachment.Scan


@service
def attach_file(on: Subject, upload: UploadedFile, *, by: User) -> Attachment:
    """Keep a file on a record that one may see, and tell who follows it. Raises FileRefused."""
    require_visible(on, by)
    kept = store_file(on, check_file(upload), author=by)
    values = {"who": by.get_full_name(), "file": kept.name, "record": on}
    tell_followers(on, gettext_noop("%(who)s added %(file)s to %(record)s"), values=values, kind="file", but=[by])
    return kept


@service
def attach_version(former: Attachment, on: Subject, upload: UploadedFile, *, by: User) -> Attachment:
    """Keep a newer version of a file, for whoever put the latest there or may change the record; the older ones stay reachable.

    Raises FileRefused, and NotYours for anybody else's file and for the portal's own documents.
    """
    require_visible(on, by)
    if former.is_generated:
        raise NotYours(_("Documents that the portal made stay as they are."))
    checked = check_file(upload)
    latest = _held(on.attachments.filter(document=former.document, deleted_at=None)).last()
    if latest is None:
        raise FileRefused(_("This file was removed meanwhile."))
    if latest.author_id != by.pk:
        require_editable(on, by)
    if checked.media_type != latest.media_type:
        raise FileRefused(_("A new version must be a file of the same kind."))
    latest.is_current = False
    latest.save(update_fields=["is_current"])
    kept = store_file(on, checked, author=by, document=latest.document, version=latest.version + 1)
    values = {"who": by.get_full_name(), "file": kept.name, "version": kept.version, "record": on}
    sentence = gettext_noop("%(who)s put version %(version)s of %(file)s on %(record)s")
    tell_followers(on, sentence, values=values, kind="file", but=[by])
    return kept


def _held(versions: PartnerQuerySet) -> PartnerQuerySet:
    """The versions of a file from the first on, which is locked: whoever waited for it reads those that came meanwhile, too."""
    versions = versions.order_by("version")
    versions.select_for_update(of=("self",)).first()
    return versions


def store_file(
    on: Subject,
    checked: Checked,
    *,
    author: User | None,
    is_generated: bool = False,
    document: uuid.UUID | None = None,
    version: int = 1,
) -> Attachment:
    """Keep a checked or generated file on a record, under a random name. What people bring is scanned and previewed by the worker."""
    attachment = Attachment(
        **link_to(on),
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=hashlib.sha256(checked.content).hexdigest(),
        author=author,
        is_generated=is_generated,
        document=document or uuid.uuid4(),
        version=version,
        scan=Scan.PENDING if settings.CLAMAV_URL and not is_generated else Scan.NONE,
    )
    attachment.file.save(checked.name, ContentFile(checked.content), save=False)
    attachment.save()
    if attachment.scan == Scan.PENDING:
        outbox.promise(SCAN, key=f"{SCAN}:{attachment.pk}", attachment_id=str(attachment.pk))
    elif not is_generated:
        _promise_preview(attachment)
    return attachment


def _promise_preview(attachment: Attachment) -> None:
    if attachment.media_type in PREVIEWED:
        outbox.promise(PREVIEW, key=f"{PREVIEW}:{attachment.pk}", attachment_id=str(attachment.pk))


@service
def remove_file(attachment: Attachment, on: Subject, *, by: User) -> None:
    """Take a file off its record, with all its versions; the record's history says so.

    Who may do that can bring it back for `RESTORE_DAYS` days. Raises NotYours, DoesNotExist where it was taken off already.
    """
    versions = _locked(attachment, on, by=by, is_removed=False)
    now = timezone.now()
    for version in versions:
        version.deleted_at = now
        version.save(update_fields=["deleted_at"])
    note_in_history(on, _("Removed %(file)s") % {"file": attachment.name})


@service
def restore_file(attachment: Attachment, on: Subject, *, by: User) -> None:
    """Bring a file back to its record, with all its versions. Raises NotYours, DoesNotExist where it is there, or gone for good."""
    for version in _locked(attachment, on, by=by, is_removed=True):
        version.deleted_at = None
        version.save(update_fields=["deleted_at"])
    note_in_history(on, _("Restored %(file)s") % {"file": attachment.name})


def _locked(attachment: Attachment, on: Subject, *, by: User, is_removed: bool) -> list[Attachment]:
    """All versions of a file that stands on its record, or that was taken off it."""
    require_removable(attachment, on, by=by)
    rows = on.attachments.filter(restorable() if is_removed else Q(deleted_at=None), document=attachment.document)
    versions = list(_held(rows).select_for_update(of=("self",)))
    if not versions:
        raise Attachment.DoesNotExist
    return versions


def restorable() -> Q:
    """Files that were taken off their record, and can be brought back."""
    return Q(deleted_at__gte=timezone.now() - timedelta(days=settings.RESTORE_DAYS))


def require_removable(attachment: Attachment, on: Subject, *, by: User) -> int:
    """How many versions whoever put them there, or may change the record, takes off. The portal's own documents stay: NotYours."""
    require_visible(on, by)
    if attachment.is_generated:
        raise NotYours(_("Documents that the portal made stay with their record."))
    versions = list(on.attachments.filter(document=attachment.document))
    if any(version.author_id != by.pk for version in versions):
        require_editable(on, by)
    return len(versions)


def forget_removed(now: datetime) -> int:
    """Delete for good, content and all, what was taken off its record more than `RESTORE_DAYS` days ago, and say how many there were."""
    rows = Attachment.objects.across_partners(reason="files that nobody can bring back any more")
    old = list(rows.filter(deleted_at__lt=now - timedelta(days=settings.RESTORE_DAYS)))
    for attachment in old:
        with transaction.atomic():
            attachment.delete()
            _forget_content(attachment)
    return len(old)


def _forget_content(attachment: Attachment) -> None:
    """Remove what the store holds, once the transaction stands."""
    for kept in (attachment.file, attachment.preview):
        if kept and kept.name:
            transaction.on_commit(partial(kept.storage.delete, kept.name), robust=True)


@service
def note_scan(attachment: Attachment, *, found: str, by: Actor) -> Attachment:
    """Write down what the scanner said: clean, then the preview is promised; or infected, then the content is removed for good
    and whoever brought the file hears of it."""
    rows = Attachment.objects.for_partner(attachment.partner_id).select_for_update(of=("self",))
    attachment = rows.select_related("author").get(pk=attachment.pk)
    if attachment.scan != Scan.PENDING:
        return attachment
    attachment.scan = Scan.INFECTED if found else Scan.CLEAN
    attachment.save(update_fields=["scan"])
    if not found:
        _promise_preview(attachment)
        return attachment
    _forget_content(attachment)
    if attachment.author is not None:
        sentence = gettext_noop("%(file)s was refused: the scanner found %(found)s in it.")
        notify(attachment.author, sentence, values={"file": attachment.name, "found": found}, kind="infected", about=attachment.subject)
    return attachment


def keep_preview(attachment: Attachment, picture: bytes) -> Attachment:
    """Keep the picture that shows the beginning of a file."""
    attachment.preview.save("preview", ContentFile(picture), save=False)
    attachment.save(update_fields=["preview"])
    return attachment
