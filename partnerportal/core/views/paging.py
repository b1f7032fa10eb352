"""The order of a list, and the places in it: pages begin behind a row, not at a number, so they stay put while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

PAGE_SIZE = 50


@dataclass(frozen=True)
class Order:
    """What a list is ordered by, the primary key always last."""

    path: str
    is_descending: bool
    field: models.Field
    is_nullable: bool

    @classmethod
    def of(cls, model: type[models.Model], path: str) -> Order:
        """The order that `path` (with a minus for descending) means for a model."""
        name = path.lstrip("-")
        field, is_nullable = _walk(model, name)
        return cls(name, path.startswith("-"), field, is_nullable)

    def expressions(self, *, is_backwards: bool) -> list[Any]:
        """What to order by; rows without a value come last, in either direction."""
        is_descending = self.is_descending != is_backwards
        options: dict[str, Any] = {}
        if self.is_nullable:
            options = {"nulls_first": True} if is_backwards else {"nulls_last": True}
        first = F(self.path).desc(**options) if is_descending else F(self.path).asc(**options)
        return [first, "-pk" if is_descending else "pk"]

    def beyond(self, value: Any, pk: Any, *, is_backwards: bool) -> Q:
        """The rows behind (or before) the one with this value and key."""
        is_descending = self.is_descending != is_backwards
        word = "lt" if is_descending else "gt"
        if value is None:
            tied = Q(**{f"{self.path}__isnull": True, f"pk__{word}": pk})
            return tied | Q(**{f"{self.path}__isnull": False}) if is_backwards else tied
        tied = Q(**{self.path: value, f"pk__{word}": pk})
        rest = Q(**{f"{self.path}__{word}": value}) | tied
        if self.is_nullable:
            return rest if is_backwards else rest | Q(**{f"{self.path}__isnull": True})
        # The outer bound lets the index be entered at the right place.
        return Q(**{f"{self.path}__{word}e": value}) & rest

    def value_of(self, record: Any) -> Any:
        """What a record is ordered by; the key of a related one."""
        value = record
        for name in self.path.split("__"):
            value = getattr(value, name) if value is not None else None
        return value.pk if isinstance(value, models.Model) else value

    def place(self, record: Any) -> str:
        """Where a record stands, for an address."""
        packed = json.dumps([self.value_of(record), record.pk], cls=DjangoJSONEncoder, separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def parse(self, place: str) -> tuple[Any, Any]:
        """The value and key that `place` wrote. Raises ValueError."""
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
            return (None if value is None else self.field.to_python(value)), int(pk)
        except (binascii.Error, UnicodeDecodeError, TypeError, ValidationError, ValueError) as error:
            raise ValueError(place) from error


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
