"""Columns of lists that show the vendor's words."""

from __future__ import annotations

from typing import Any

from catalog import words
from partnerportal.core import display
from partnerportal.core.tables import Column


def term(head: Any, field: str, kind: str, *, is_optional: bool = False) -> Column:
    """A column of one of the vendor's words: the word of the key in the field."""
    return Column(
        head,
        field,
        render=lambda value, record: words.label(kind, value) if value else display.NOTHING,
        export=lambda record: words.label(kind, getattr(record, field)) if getattr(record, field) else "",
        is_optional=is_optional,
    )
