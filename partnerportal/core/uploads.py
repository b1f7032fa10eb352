"""What an uploaded file really is: judged by its content, never by its name alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

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
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/", "odt": "content.xml", "ods": "content.xml"}
ARCHIVES = {*OFFICE, "zip"}
MACROS = {"vbaproject.bin", "vbadata.xml"}
ARCHIVE_PARTS = 5000
ARCHIVE_BYTES = 250 * 1024 * 1024  # Ten times what may be uploaded; what unfolds into more is a bomb.


class FileRefused(Exception):
    """The upload cannot be taken. The message is for the person."""


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
    is_office_archive = found is not None and found.extension == "zip" and extension in OFFICE
    if found is None or (found.extension != extension and not is_office_archive):
        raise FileRefused(_("The content of this file is not what its name says."))
    if extension in ARCHIVES:
        _check_archive(content, extension)
    return BY_SIGNATURE[extension]


def _check_archive(content: bytes, extension: str) -> None:
    """Refuse an archive that unfolds into too much, and an office document that is none or carries a programme."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileRefused(_("The archive cannot be read.")) from error
    if len(parts) > ARCHIVE_PARTS or sum(part.file_size for part in parts) > ARCHIVE_BYTES:
        raise FileRefused(_("The archive unfolds into too much."))
    names = {part.filename for part in parts}
    if extension in OFFICE and not any(name.startswith(OFFICE[extension]) for name in names):
        raise FileRefused(_("The content of this file is not what its name says."))
    if extension in OFFICE and any(PurePath(name).name.lower() in MACROS or name.startswith("Basic/") for name in names):
        raise FileRefused(_("Documents with macros are not taken."))


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
