"""What the columns of a table mean, as a person says it."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from partnerportal.core.forms import PartnerForm
from partnerportal.core.imports.kinds import ImportKind
from partnerportal.core.models import DataImport


class ConstantsForm(PartnerForm):
    """What holds where a line says nothing: the choices of the add form."""

    def __init__(self, *args: Any, kind: ImportKind, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefix="always", **kwargs)
        for name, one in kind.fields(user).items():
            if isinstance(one, forms.ChoiceField) and not isinstance(one, forms.ModelChoiceField | forms.MultipleChoiceField):
                field = copy.deepcopy(one)
                field.required, field.help_text = False, ""
                choices = [(value, label) for value, label in list(one.choices) if value != ""]  # type: ignore[misc]
                field.choices = [("", _("Nothing")), *choices]
                self.fields[name] = field


class MappingForm:
    """Which column goes to which field, as it was posted, or as it stands."""

    def __init__(self, batch: DataImport, kind: ImportKind, user: Any, posted: Any = None) -> None:
        self.batch, self.fields = batch, kind.fields(user)
        self.posted = posted
        self.constants = ConstantsForm(posted, kind=kind, user=user, initial=self._initial())
        self.policy = batch.policy if posted is None else posted.get("policy", "")
        self.found_by = batch.found_by if posted is None else posted.get("found_by", "")
        self.keys = [(name, str(self.fields[name].label)) for name in kind.keys if name in self.fields]
        places = range(len(batch.headings))
        if posted is None:
            self.mapping = dict(batch.mapping)
        else:
            self.mapping = {str(place): posted.get(f"column-{place}", "") for place in places}
        self.mapping = {place: name for place, name in self.mapping.items() if name in self.fields}

    def _initial(self) -> dict[str, Any]:
        return self.batch.constants or {name: field.initial for name, field in self.fields.items() if isinstance(field.initial, str)}

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each column with examples and what it may go to."""
        choices = [(name, str(field.label)) for name, field in self.fields.items()]
        return [
            {
                "place": place,
                "heading": heading,
                "examples": [cells[place] for cells in self.batch.sample if cells[place]][:3],
                "chosen": self.mapping.get(str(place), ""),
                "choices": choices,
            }
            for place, heading in enumerate(self.batch.headings)
        ]

    @property
    def has_dates(self) -> bool:
        """Whether a column may go to a date."""
        return any(isinstance(field, forms.DateField) for field in self.fields.values())

    @property
    def values(self) -> dict[str, Any]:
        """What holds where a line says nothing."""
        return {name: value for name, value in self.constants.cleaned_data.items() if value}

    @property
    def said(self) -> dict[str, Any]:
        """All of it, as `services.rehearse` takes it."""
        return {"mapping": self.mapping, "constants": self.values, "policy": self.policy, "found_by": self.found_by}

    def problems(self) -> list[str]:
        """Why this cannot be taken."""
        found = []
        names = list(self.mapping.values())
        twice = [str(self.fields[name].label) for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            found.append(_("Two columns go to the same field: %(fields)s.") % {"fields": ", ".join(twice)})
        is_key_known = self.found_by in ("", *dict(self.keys))
        if not self.constants.is_valid() or self.policy not in DataImport.Policy.values or not is_key_known:
            return [*found, _("One of the choices is not known.")]
        if self.found_by and self.found_by not in names:
            label = dict(self.keys)[self.found_by]
            found.append(_("No column goes to %(field)s, by which a line shall be found again.") % {"field": label})
        told = {*names, *self.values}
        missing = [str(field.label) for name, field in self.fields.items() if field.required and name not in told]
        if missing:
            found.append(_("These fields are needed and no column goes there: %(fields)s.") % {"fields": ", ".join(missing)})
        return found
