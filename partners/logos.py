"""The partner's logo on documents: re-encoded pixels of a small picture, kept as they were for what has been sent."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

from partnerportal.core.uploads import FileRefused, check_file

KINDS = ("image/png", "image/jpeg", "image/webp")
MOST_WIDTH, MOST_HEIGHT = 800, 240
MOST_BYTES = 200_000


def as_logo(upload: UploadedFile) -> bytes:
    """An uploaded picture as the PNG that documents show, not larger than they need it. Raises FileRefused for anything else."""
    checked = check_file(upload)
    if checked.media_type not in KINDS:
        raise FileRefused(_("A logo is a picture: PNG, JPEG or WebP."))
    with Image.open(io.BytesIO(checked.content)) as picture:
        small = picture.convert("RGBA")
    small.thumbnail((MOST_WIDTH, MOST_HEIGHT))
    target = io.BytesIO()
    small.save(target, format="PNG", optimize=True)
    if target.tell() > MOST_BYTES:
        raise FileRefused(_("This picture is too detailed for a logo. Choose one with fewer colours."))
    return target.getvalue()
