"""Verbs for any record: notes, files, followers, owner, delete and restore. Each checks that the person may see, or change, the record."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import filetype
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from partnerportal.core.actors import service
from partnerportal.core.models import Attachment, Follow, Note, Subject
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import NotYours, require_editable

if TYPE_CHECKING:
    from partners.models import User

IMAGES = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
BY_SIGNATURE = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
    "mp3": "audio/mpeg",
    "wav": "audio/x-wav",
}
PLAIN = {"txt": "text/plain", "csv": "text/csv", "log": "text/plain"}
SAME = {"jpeg": "jpg"}
IMAGE_PIXELS = 50_000_000


class FileRefused(Exception):
    """The upload cannot be taken. The message is for the person."""


class NotDeletable(Exception):
    """The record may not be deleted, or not be restored. The message is for the person."""


@dataclass(frozen=True)
class Checked:
    """An upload that may be kept: its content, after re-encoding, and what it is."""

    content: bytes
    media_type: str
    name: str


def check_file(upload: UploadedFile) -> Checked:
    """What an upload really is. Raises FileRefused for what is too large, unknown, or not what its name says."""
    if not upload.size:
        raise FileRefused(_("The file is empty."))
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise FileRefused(_("The file is larger than %(limit)s MB.") % {"limit": settings.UPLOAD_MAX_BYTES // 1024 // 1024})
    name = get_valid_filename(PurePath((upload.name or "").replace("\\", "/")).name)[-180:]
    extension = PurePath(name).suffix.lower().removeprefix(".")
    extension = SAME.get(extension, extension)
    content = upload.read()
    media_type = _media_type(content, extension)
    return Checked(_reencoded(content, extension) if extension in IMAGES else content, media_type, name)


def _media_type(content: bytes, extension: str) -> str:
    allowed = ", ".join(sorted({*BY_SIGNATURE, *PLAIN}))
    if extension in PLAIN:
        if b"\x00" in content[:8192] or filetype.guess(content):
            raise FileRefused(_("This is not the text file that its name says."))
        return PLAIN[extension]
    if extension not in BY_SIGNATURE:
        raise FileRefused(_("Files of this kind are not taken. Allowed are: %(kinds)s.") % {"kinds": allowed})
    found = filetype.guess(content)
    # An office document is an archive; some writers order it so that only the archive is recognised.
    is_office_archive = found is not None and found.extension == "zip" and extension in {"docx", "xlsx", "pptx", "odt", "ods"}
    if found is None or (found.extension != extension and not is_office_archive):
        raise FileRefused(_("The content of this file is not what its name says."))
    return BY_SIGNATURE[extension]


def _reencoded(content: bytes, extension: str) -> bytes:
    target = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=[IMAGES[extension]]) as image:
            if image.width * image.height > IMAGE_PIXELS:
                raise FileRefused(_("The picture has too many pixels."))
            upright = ImageOps.exif_transpose(image)
            # Only pixels are kept: no comment, no place where a photograph was taken.
            upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
            upright.save(target, format=IMAGES[extension])
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise FileRefused(_("The picture cannot be read.")) from error
    return target.getvalue()


def require_visible(record: Subject, by: User) -> None:
    """Raise the model's DoesNotExist unless `by` may see the record."""
    type(record)._default_manager.visible_to(by).only("pk").get(pk=record.pk)


def _link(on: Subject) -> dict[str, Any]:
    return {"partner_id": on.partner_id, "content_type": ContentType.objects.get_for_model(on), "object_id": on.pk}


@service
def add_note(on: Subject, text: str, *, by: User, title: str = "") -> Note:
    """Write a note on a record that one may see, and tell its followers and owner."""
    require_visible(on, by)
    note = Note.objects.for_partner(on.partner_id).create(**_link(on), text=text, title=title, author=by)
    tell_followers(on, _("%(who)s wrote a note on %(record)s") % {"who": by.get_full_name(), "record": on}, kind="note", but=by)
    return note


@service
def attach_file(on: Subject, upload: UploadedFile, *, by: User) -> Attachment:
    """Keep a file on a record that one may see. Raises FileRefused."""
    require_visible(on, by)
    return store_file(on, check_file(upload), author=by)


def store_file(on: Subject, checked: Checked, *, author: User | None, is_generated: bool = False) -> Attachment:
    """Keep a checked or generated file on a record, under a random name."""
    attachment = Attachment(
        **_link(on),
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=hashlib.sha256(checked.content).hexdigest(),
        author=author,
        is_generated=is_generated,
    )
    attachment.file.save(checked.name, ContentFile(checked.content), save=False)
    attachment.save()
    return attachment


@service
def remove_file(attachment: Attachment, on: Subject, *, by: User) -> None:
    """Take a file off its record: by whoever put it there, or who may change the record. The portal's own documents stay."""
    require_visible(on, by)
    if attachment.is_generated:
        raise NotYours(_("Documents that the portal made stay with their record."))
    if attachment.author_id != by.pk:
        require_editable(on, by)
    attachment.delete()


@service
def follow(on: Subject, *, by: User) -> Follow:
    """Hear of a record from now on."""
    require_visible(on, by)
    row, _created = Follow.objects.for_partner(on.partner_id).get_or_create(**_link(on), user=by)
    return row


@service
def unfollow(on: Subject, *, by: User) -> None:
    """Hear of a record no more."""
    require_visible(on, by)
    on.followers.filter(user=by).delete()


@service
def change_owner(record: Subject, *, to: User, by: User) -> Subject:
    """Hand a record to an active colleague of the same company, and tell both. Raises NotYours."""
    record = _locked(record, by)
    if to.partner_id != record.partner_id or not to.is_active:
        raise NotYours(_("A record can only be handed to an active colleague."))
    record.owner = to
    record.save(update_fields=["owner", "updated_at"])
    if to.pk != by.pk:
        notify(to, _("%(who)s handed you %(record)s") % {"who": by.get_full_name(), "record": record}, kind="owner", about=record)
    return record


def _locked(record: Subject, by: User) -> Any:
    rows = type(record)._default_manager.visible_to(by)
    locked = rows.select_for_update(of=("self",)).get(pk=record.pk)
    require_editable(locked, by)
    return locked


@service
def delete_record(record: Subject, *, by: User) -> Subject:
    """Hide a record everywhere. Its owner and the managers can bring it back for `RESTORE_DAYS` days. Raises NotDeletable."""
    record = _locked(record, by)
    refusal = record.deletion_refusal() if hasattr(record, "deletion_refusal") else ""
    if refusal:
        raise NotDeletable(refusal)
    record.deleted_at = timezone.now()
    record.save(update_fields=["deleted_at", "updated_at"])
    return record


def deleted_records(model: type[Subject], by: User) -> Any:
    """Records that the person deleted or could restore."""
    since = timezone.now() - timedelta(days=settings.RESTORE_DAYS)
    rows = model._default_manager.across_partners(reason="deleted records, narrowed to the person's own scope at once")
    return rows.filter(model.scope(by), model.editability(by), deleted_at__gte=since)


@service
def restore_record(model: type[Subject], pk: int, *, by: User) -> Subject:
    """Bring a deleted record back. Raises DoesNotExist when the person has none such."""
    record = deleted_records(model, by).select_for_update(of=("self",)).get(pk=pk)
    record.deleted_at = None
    record.save(update_fields=["deleted_at", "updated_at"])
    return record


def move_attached(source: Subject, target: Subject) -> None:
    """Hand notes, files and followers of one record to another of the same partner; for conversion and merging.

    Its stage moves stay: they tell of its own way.
    """
    if source.partner_id != target.partner_id:
        raise ValueError("Attached rows never leave their partner.")
    link = {"content_type": ContentType.objects.get_for_model(target), "object_id": target.pk}
    source.notes.update(**link)
    source.attachments.update(**link)
    followed = target.followers.values("user")
    source.followers.exclude(user__in=followed).update(**link)


def tell_followers(on: Subject, text: str, *, kind: str, but: User) -> None:
    """Put a line behind the bell of the owner and of everybody who follows, but not of whoever did it."""
    listeners = {follow.user for follow in on.followers.select_related("user")} | {on.owner}
    for listener in listeners:
        if listener.pk != but.pk and listener.is_active:
            notify(listener, text, kind=kind, about=on)
