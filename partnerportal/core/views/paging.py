"""The order of a list, and the places in it: pages begin behind a row, not at a number, so they stay put while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

PAGE_SIZE = 50
COUNTED = re.compile(r"(\d{1,12})-([0-9a-f]{16})")


@dataclass(frozen=True)
class Key:
    """One field of an order. Rows without a value come last, in either direction."""

    path: str
    is_descending: bool
    field: models.Field
    is_nullable: bool

    @classmethod
    def of(cls, rows: QuerySet, path: str) -> Key:
        """The key that `path` (with a minus for descending) means for some rows; it may be one of their annotations."""
        name = path.lstrip("-")
        if name in rows.query.annotations:
            return cls(name, path.startswith("-"), rows.query.annotations[name].output_field, True)
        field, is_nullable = _walk(rows.model, name)
        return cls(name, path.startswith("-"), field, is_nullable)

    def expression(self, *, is_backwards: bool) -> Any:
        """What to order by."""
        options: dict[str, Any] = {}
        if self.is_nullable:
            options = {"nulls_first": True} if is_backwards else {"nulls_last": True}
        return F(self.path).desc(**options) if self.is_descending != is_backwards else F(self.path).asc(**options)

    def same(self, value: Any) -> Q:
        """The rows with this value."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any, *, is_backwards: bool) -> Q:
        """The rows whose value comes after (or before) this one."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if is_backwards else Q(pk__in=())
        rest = Q(**{f"{self.path}__{'lt' if self.is_descending != is_backwards else 'gt'}": value})
        return rest | Q(**{f"{self.path}__isnull": True}) if self.is_nullable and not is_backwards else rest

    def value(self, record: Any) -> Any:
        """The record's value."""
        found = record
        for name in self.path.split("__"):
            found = getattr(found, name) if found is not None else None
        return found.pk if isinstance(found, models.Model) else found


@dataclass(frozen=True)
class Order:
    """What a list is ordered by: some keys, and the primary key last, in the direction of the first."""

    keys: tuple[Key, ...]

    @classmethod
    def of(cls, rows: QuerySet, paths: str | Sequence[str]) -> Order:
        """The order that some paths (with a minus for descending) mean for some rows."""
        return cls(tuple(Key.of(rows, path) for path in ([paths] if isinstance(paths, str) else paths)))

    @property
    def is_descending(self) -> bool:
        """Whether the first key falls."""
        return self.keys[0].is_descending

    def expressions(self, *, is_backwards: bool) -> list[Any]:
        """What to order by."""
        last = "-pk" if self.keys[0].is_descending != is_backwards else "pk"
        return [*(key.expression(is_backwards=is_backwards) for key in self.keys), last]

    def beyond(self, values: Sequence[Any], pk: Any, *, is_backwards: bool) -> Q:
        """The rows behind (or before) the one with these values and this primary key."""
        word = "lt" if self.keys[0].is_descending != is_backwards else "gt"
        cases, equal = [], Q()
        for key, value in zip(self.keys, values, strict=True):
            cases.append(equal & key.beyond(value, is_backwards=is_backwards))
            equal &= key.same(value)
        tests = reduce(or_, [*cases, equal & Q(**{f"pk__{word}": pk})])
        if self.keys[0].is_nullable or values[0] is None:
            return tests
        # The outer bound lets the index be entered at the right place.
        return Q(**{f"{self.keys[0].path}__{word}e": values[0]}) & tests

    def value_of(self, record: Any) -> Any:
        """What a record is ordered by first."""
        return self.keys[0].value(record)

    def place(self, record: Any) -> str:
        """Where a record stands, for an address."""
        packed = json.dumps([*(key.value(record) for key in self.keys), record.pk], cls=ExactEncoder, separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def parse(self, place: str) -> tuple[list[Any], int]:
        """The values and the primary key that `place` wrote. Raises ValueError."""
        try:
            *written, pk = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
            pairs = zip(self.keys, written, strict=True)
            return [None if value is None else key.field.to_python(value) for key, value in pairs], int(pk)
        except (binascii.Error, UnicodeDecodeError, TypeError, ValidationError, ValueError, OverflowError) as error:
            raise ValueError(place) from error


class ExactEncoder(DjangoJSONEncoder):
    """Moments to the microsecond: two rows of one millisecond are two places."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _walk(model: type[models.Model], path: str) -> tuple[models.Field, bool]:
    is_nullable = False
    field: Any = None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        is_nullable = is_nullable or field.null
        model = field.related_model or model
    return field, is_nullable


@dataclass(frozen=True)
class Page:
    """The rows of one page of a list, and the places before and behind it."""

    records: list[Any]
    previous: str
    following: str


@dataclass(frozen=True)
class SealedCount:
    """The exact number of rows of one state of a list for one person (`of`), for the address of its next page, which need not count again.

    It is sealed: a number that was typed, or counted for somebody else or for other filters, is not believed.
    """

    of: str

    def written(self, count: int) -> str:
        """The number for an address."""
        return f"{count}-{self._seal(count)}"

    def read(self, word: str) -> int | None:
        """The number that `written` wrote; None where the rows are to be counted."""
        found = COUNTED.fullmatch(word)
        return int(found[1]) if found and constant_time_compare(found[2], self._seal(int(found[1]))) else None

    def _seal(self, count: int) -> str:
        return salted_hmac("partnerportal.core.views.paging", f"{count} {self.of}").hexdigest()[:16]
