"""A picture of the beginning of a file: an image made smaller, or the first page of a PDF. Only workers load this."""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

EDGE = 900  # Pixels of the longer side: readable in a dialog, small enough for a list.


class NoPreview(Exception):
    """The file shows nothing that could be drawn: damaged, locked by a password, or too large."""


def preview_of(content: bytes, media_type: str) -> bytes:
    """The beginning of a file as a WebP picture. Raises NoPreview."""
    try:
        picture = _first_page(content) if media_type == "application/pdf" else _image(content)
    except (pypdfium2.PdfiumError, UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise NoPreview(str(error)) from error
    picture.thumbnail((EDGE, EDGE))
    target = io.BytesIO()
    picture.save(target, format="WEBP", quality=80)
    return target.getvalue()


def _first_page(content: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[0]
        width, height = page.get_size()
        return page.render(scale=EDGE / max(width, height, 1)).to_pil().convert("RGB")
    except IndexError as error:
        raise NoPreview("The document has no page.") from error
    finally:
        document.close()


def _image(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
