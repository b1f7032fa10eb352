"""Every change of every field of a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.activity import Cursor
from partnerportal.core.history import Change, changes
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.told import FieldWords

PER_PAGE = 100


@dataclass(frozen=True)
class ToldChange:
    """A change with its values as a person reads them: (label, old, new)."""

    change: Change
    channel: str
    fields: list[tuple[str, Any, Any]]


CHANNELS: dict[str, Callable[[], str]] = {
    "form": lambda: _("form"),
    "cell": lambda: _("list"),
    "board": lambda: _("board"),
    "bulk": lambda: _("many at once"),
    "import": lambda: _("import"),
    "admin": lambda: _("vendor"),
    "service": lambda: _("portal"),
}


def _channel(name: str) -> str:
    return CHANNELS[name]() if name in CHANNELS else name


class History(AnyRecord):
    """Every change of every field: who, when, through what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        before = Cursor.parse(request.GET.get("before", ""))
        found = changes(self.record, limit=PER_PAGE + 1, until=before.at if before else None)
        if before is not None:
            found = [one for one in found if (one.at, f"{one.pk:020}") < (before.at, before.key)]
        words = FieldWords(self.model, request.user).learn(found)
        shown = found[:PER_PAGE]
        context = {
            "record": self.record,
            "tab": self.urls,
            "kind": display.kind(self.model),
            "changes": [self._told(one, words) for one in shown],
            "following": str(Cursor(shown[-1].at, f"{shown[-1].pk:020}")) if len(found) > PER_PAGE else "",
            "is_first": before is None,
        }
        return self.page("layouts/history.html", context)

    def _told(self, one: Change, words: FieldWords) -> ToldChange:
        fields = [
            (
                field.label[:1].upper() + field.label[1:],
                words.value(field.field, field.old, self.record),
                words.value(field.field, field.new, self.record),
            )
            for field in one.fields
        ]
        return ToldChange(one, _channel(one.channel), fields)
