"""What happened, said once on the next page or in the answer of a part: a toast with a link and, where it can be undone, Undo."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest


@dataclass(frozen=True)
class Undo:
    """The step back: where to post what."""

    url: str
    values: dict[str, str] = field(default_factory=dict)


def say(
    request: HttpRequest, text: Any, *, link: tuple[str, str] | None = None, undo: Undo | None = None, level: int = messages.SUCCESS
) -> None:
    """Tell the person what happened. `link` is (label, address)."""
    more: dict[str, Any] = {}
    if link:
        more["link"] = [str(link[0]), link[1]]
    if undo:
        more["undo"] = asdict(undo)
    messages.add_message(request, level, str(text), extra_tags=json.dumps(more) if more else "")


def warn(request: HttpRequest, text: Any) -> None:
    """Tell the person what could not be done."""
    messages.add_message(request, messages.WARNING, str(text))
