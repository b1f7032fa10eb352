"""Every change of every field of a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.activity import Cursor
from partnerportal.core.history import Change, changed_answers, changes
from partnerportal.core.models import NoteChange
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
    "bulk": lambda: _("many at once"),
    "import": lambda: _("import"),
    "admin": lambda: _("vendor"),
    "customer": lambda: _("customer"),
    "web form": lambda: _("web form"),
    "job": lambda: _("portal"),
    "service": lambda: _("portal"),
}


def _channel(name: str) -> str:
    return CHANNELS[name]() if name in CHANNELS else name


class History(AnyRecord):
    """Every change of every field: who, when, through what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        before = Cursor.parse(request.GET.get("before", ""))
        until = before.at if before else None
        found = changes(self.record, limit=PER_PAGE + 1, until=until)
        words = FieldWords(self.model, request.user).learn(found)
        told = [(one.at, f"{one.pk:020}", self._told(one, words)) for one in found]
        told += self._of_notes(until) + self._of_answers(until)
        told.sort(key=lambda one: one[:2], reverse=True)
        if before is not None:
            told = [one for one in told if one[:2] < (before.at, before.key)]
        shown = told[:PER_PAGE]
        context = {
            "record": self.record,
            "tab": self.urls,
            "kind": display.kind(self.model),
            "changes": [one for _at, _key, one in shown],
            "following": str(Cursor(*shown[-1][:2])) if len(told) > PER_PAGE else "",
            "is_first": before is None,
        }
        return self.page("layouts/history.html", context)

    def _of_notes(self, until: datetime | None) -> list[tuple[datetime, str, ToldChange]]:
        """What became of the notes on the record: moment, key, and what each said before and after."""
        rows = NoteChange.objects.visible_to(self.request.user).filter(note__in=self.record.notes.all())
        rows = rows.filter(at__lte=until) if until else rows
        found = []
        for row in rows.order_by("-at", "-pk")[: PER_PAGE + 1]:
            fields = [(_("Note"), row.was or display.NOTHING, row.now or display.NOTHING)]
            change = Change(row.at, row.by_name, row.channel, "", "changed", (), row.pk)
            found.append((row.at, f"note:{row.pk:020}", ToldChange(change, _channel(row.channel), fields)))
        return found

    def _of_answers(self, until: datetime | None) -> list[tuple[datetime, str, ToldChange]]:
        """What became of the answers to the questions about the record: moment, key, and what each said before and after."""
        found = []
        for one in changed_answers(self.record, limit=PER_PAGE + 1, until=until):
            fields = [(field.label, field.old or display.NOTHING, field.new or display.NOTHING) for field in one.fields]
            found.append((one.at, f"answer:{one.pk:020}", ToldChange(one, _channel(one.channel), fields)))
        return found

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
