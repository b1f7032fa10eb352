"""Every change of every field of a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.history import Change, FieldChange, changes
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.scoping import PartnerOwned


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
        found = changes(self.record, limit=200)
        names = self._names(found)
        told = [ToldChange(one, _channel(one.channel), [self._told(field, names) for field in one.fields]) for one in found]
        return self.page(
            "layouts/history.html", {"record": self.record, "tab": self.urls, "kind": display.kind(self.model), "changes": told}
        )

    def _told(self, one: FieldChange, names: dict[tuple[str, Any], str]) -> tuple[str, Any, Any]:
        return one.label[:1].upper() + one.label[1:], self._value(one.field, one.old, names), self._value(one.field, one.new, names)

    def _value(self, name: str, value: Any, names: dict[tuple[str, Any], str]) -> Any:
        field = self.model._meta.get_field(name)
        if value is None or value == "":
            return display.NOTHING
        if isinstance(field, models.ForeignKey):
            return names.get((name, value), f"#{value}")
        if field.get_internal_type() == "MoneyField":
            return display.money(value, self.record.currency)
        return display.plain_value(field, value)

    def _names(self, found: list[Change]) -> dict[tuple[str, Any], str]:
        """What related records are called that this person may see; one query a related field."""
        wanted: dict[str, set[Any]] = {}
        for field in (field for one in found for field in one.fields):
            if isinstance(self.model._meta.get_field(field.field), models.ForeignKey):
                wanted.setdefault(field.field, set()).update({field.old, field.new} - {None})
        names: dict[tuple[str, Any], str] = {}
        for name, keys in wanted.items():
            related = self.model._meta.get_field(name).related_model
            is_scoped = issubclass(related, PartnerOwned) or hasattr(related._default_manager, "visible_to")
            rows = related._default_manager.visible_to(self.request.user) if is_scoped else related._default_manager.all()
            names |= {(name, row.pk): str(row) for row in rows.filter(pk__in=keys)}
        return names
