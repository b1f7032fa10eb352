"""The vendor's words in models and forms: a field that keeps the key of one, and a field that offers them."""

from __future__ import annotations

from functools import partialmethod
from typing import Any

from django import forms
from django.db import models

from catalog import words


def _word_of(record: models.Model, *, field: TermKey) -> str:
    key = getattr(record, field.attname)
    return words.label(field.kind, key) if key else ""


class TermKey(models.CharField):  # type: ignore[type-arg]
    """The key of one of the vendor's words. Pages, histories and the admin write the word; a key whose word is gone stands as it is.

    Nothing is checked on saving, since the vendor may withdraw a word that records have. Migrations know a CharField.
    """

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **{"max_length": 40, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Give the model `get_<field>_display`, as a field with choices does."""
        super().contribute_to_class(cls, name, private_only)
        if f"get_{name}_display" not in cls.__dict__:
            setattr(cls, f"get_{name}_display", partialmethod(_word_of, field=self))

    @property
    def flatchoices(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """Every word of the kind by its key, those that are no longer offered, too."""
        return words.labels(self.kind)


class TermField(forms.ChoiceField):
    """A choice of the terms of one kind. A term that the vendor has withdrawn stays on offer where the record already has it."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(choices=self._offered, **kwargs)

    def _offered(self) -> list[tuple[str, str]]:
        return [("", "---------"), *words.choices(self.kind)]

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        present = getattr(getattr(form, "instance", None), field_name, "")
        if present and present not in dict(self.choices):  # type: ignore[arg-type]
            self.choices = [*self._offered(), (present, words.label(self.kind, present))]
        return super().get_bound_field(form, field_name)
