"""What a change of a field is in words: the values as a person reads them, and one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.fields import MoneyField
from partnerportal.core.history import Change, FieldChange
from partnerportal.core.scoping import PartnerOwned

# Facts that a move or the worker writes along; the line of the move, or the file itself, stands for them.
QUIET = frozenset({"pdf", "probability", "forecast_category", "stage_since", "weighted_pipeline", "converted_at", "closed_at", "estimate"})
QUIET |= {"mrr_basis", "pipeline_basis", "running_basis"}
LONGEST = 60  # Characters of a value that a sentence still shows.


class FieldWords:
    """Writes the values of a model's fields. Related records are named as far as the person may see them."""

    def __init__(self, model: type[models.Model], user: Any) -> None:
        self.model = model
        self.user = user
        self.names: dict[tuple[str, Any], str] = {}

    def learn(self, found: Iterable[Change]) -> Self:
        """Read what the related records in these changes are called; one query a related field."""
        wanted: dict[str, set[Any]] = {}
        for field in (field for one in found for field in one.fields):
            if isinstance(self.model._meta.get_field(field.field), models.ForeignKey):
                wanted.setdefault(field.field, set()).update({field.old, field.new} - {None})
        for name, keys in wanted.items():
            related: Any = self.model._meta.get_field(name).related_model
            is_person = related is get_user_model()  # Whoever stands on a record that one sees has a name there.
            is_scoped = not is_person and (issubclass(related, PartnerOwned) or hasattr(related._default_manager, "visible_to"))
            rows = related._default_manager.visible_to(self.user) if is_scoped else related._default_manager.all()
            self.names |= {(name, row.pk): str(row) for row in rows.filter(pk__in=keys)}
        return self

    def value(self, name: str, value: Any, record: Any) -> Any:
        """A value as a page writes it."""
        field = self.model._meta.get_field(name)
        if value is None or value == "":
            return display.NOTHING
        if isinstance(field, models.ForeignKey):
            return self.names.get((name, value), f"#{value}")
        if isinstance(field, MoneyField):
            return display.money(value, record.currency)
        if name == stage_field(self.model) and value in (labels := stage_labels(record)):
            return labels[value]
        return display.plain_value(field, value)

    def sentence(self, change: FieldChange, record: Any) -> str:
        """What happened to a field: set, changed, emptied. Long values are left to the history."""
        old, new = self._short(change.field, change.old, record), self._short(change.field, change.new, record)
        words = {"field": change.label, "old": old, "new": new}
        if not old and not new:
            return _("Changed %(field)s") % words
        if change.new is None or change.new == "" or change.new == []:
            return _("Emptied %(field)s (was %(old)s)") % words if old else _("Emptied %(field)s") % words
        if change.old is None or change.old == "" or change.old == []:
            return _("Set %(field)s to %(new)s") % words if new else _("Set %(field)s") % words
        return _("Changed %(field)s from %(old)s to %(new)s") % words if old and new else _("Changed %(field)s") % words

    def _short(self, name: str, value: Any, record: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        text = unescape(strip_tags(str(self.value(name, value, record))))
        return text if len(text) <= LONGEST and "\n" not in text else ""


def stage_field(record: Any) -> str:
    """The field of a record, or of its model, that holds where it stands in its process; empty without one."""
    names = {field.name for field in record._meta.get_fields()}
    return "stage" if "stage" in names else "status" if "status" in names else ""


def stage_labels(record: Any) -> dict[str, str]:
    """The words of the record's stages, by value; the vendor's own where the record knows them."""
    if hasattr(record, "stage_words"):
        return record.stage_words()
    name = stage_field(record)
    return {value: str(label) for value, label in record._meta.get_field(name).flatchoices} if name else {}
