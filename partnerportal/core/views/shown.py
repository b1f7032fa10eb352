"""What the head of a list or board is put together from."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from partnerportal.core.filters import Chip


@dataclass(frozen=True)
class Problem:
    """A part of the address that the list does not understand, and the address without it."""

    sentence: str
    without: str


@dataclass(frozen=True)
class PlacedChip:
    """An active filter, and the address of the list without it."""

    chip: Chip
    without: str


@dataclass(frozen=True)
class Entry:
    """A view in the picker."""

    label: str | Promise
    address: str
    is_active: bool
