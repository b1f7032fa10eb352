"""The addresses that a page of records is full of. Django looks each up anew; here it is asked once for what they look like."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

MARK = 4_000_000_000_000  # Stands for the first key while Django is asked; no address has such a number of its own.


def address_of(name: str, *keys: int) -> str:
    """The address with this name, of the record with this key: `reverse` for keys that are numbers. Raises NoReverseMatch."""
    return _pattern(settings.ROOT_URLCONF, get_script_prefix(), name, len(keys)).format(*keys)


@lru_cache(maxsize=1024)
def _pattern(pages: str, prefix: str, name: str, number: int) -> str:
    marks = [MARK + place for place in range(number)]
    found = reverse(name, args=marks)
    for place, mark in enumerate(marks):
        found = found.replace(str(mark), f"{{{place}:d}}")
    return found
