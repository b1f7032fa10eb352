"""The guide of the repository as the help page shows it: Markdown to HTML, its pictures at addresses of the portal."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

FOLDER: Path = settings.BASE_DIR / "docs" / "guide"
PICTURE = re.compile(r"[a-z0-9-]+\.png")


def pictures() -> frozenset[str]:
    """The names of the guide's pictures."""
    return frozenset(path.name for path in FOLDER.glob("*.png") if PICTURE.fullmatch(path.name))


@cache
def guide() -> SafeString:
    """The guide without its title, its headings one level lower. HTML in the text is shown, not obeyed."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8").partition("\n")[2]
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(re.sub(r"^#", "##", text, flags=re.MULTILINE))
    for token in tokens:
        for child in token.children or ():
            name = str(child.attrs.get("src", ""))
            if child.type == "image" and name in pictures():
                child.attrs |= {"src": reverse("partners:guide_picture", args=[name.removesuffix(".png")]), "loading": "lazy"}
    return mark_safe(parser.renderer.render(tokens, parser.options, {}))  # noqa: S308 (text of the repository, escaped by the renderer)
