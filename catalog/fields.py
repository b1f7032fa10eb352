"""A form field that offers the vendor's words."""

from __future__ import annotations

from typing import Any

from django import forms

from catalog import words


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
