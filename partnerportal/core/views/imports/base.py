"""What the pages of an import share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from partnerportal.core import display
from partnerportal.core.edits import in_words
from partnerportal.core.imports.filling import raw
from partnerportal.core.imports.kinds import ImportKind
from partnerportal.core.models import DataImport
from partnerportal.core.views.base import Guarded

if TYPE_CHECKING:
    from partners.models import User

T = TypeVar("T")


class ImportPage(Guarded):
    """A page of the imports of one object. An import that the person does not see is 404."""

    is_block = True
    permission: ClassVar[str] = ""
    kind: ImportKind = None  # type: ignore[assignment]  # Given with the address.
    batch: DataImport

    def seen(self) -> QuerySet[DataImport]:
        """The imports of this object that the person sees: her own, a manager those of the company."""
        return DataImport.objects.visible_to(self.request.user).filter(kind=self.kind.name)  # type: ignore[attr-defined,no-any-return]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "pk" in kwargs and request.user.has_perm(self.permission):
            self.batch = get_object_or_404(self.seen().select_related("owner__partner"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def link(self, name: str, *args: Any) -> str:
        """An address of this import."""
        return reverse(f"{self.kind.name}:{name}", args=[self.batch.pk, *args])

    def common(self) -> dict[str, Any]:
        """What every page of these says."""
        return {
            "tab": self.kind.name,
            "kinds": display.kinds(self.kind.model),
            "list_url": reverse(f"{self.kind.name}:list"),
            "start_url": reverse(f"{self.kind.name}:import"),
        }


class FieldWords:
    """Fields and values of an object as a person reads them."""

    def __init__(self, kind: ImportKind, user: User) -> None:
        self.kind, self.user = kind, user

    @cached_property
    def fields(self) -> dict[str, forms.Field]:
        """The fields of its edit form."""
        sample = self.kind.model(partner_id=self.user.partner_id)
        return self.kind.edit_form(user=self.user, instance=sample).fields  # type: ignore[call-arg]

    def ordered(self, kept: Mapping[str, T]) -> list[tuple[str, T]]:
        """What is kept by field, in the order of the form."""
        places = {name: place for place, name in enumerate(self.fields)}
        return sorted(kept.items(), key=lambda one: places.get(one[0], len(places)))

    def label(self, name: str) -> str:
        """A field's name."""
        return str(self.fields[name].label) if name in self.fields else name

    def said(self, name: str, value: Any) -> str:
        """A value of a field, as it is kept with a line."""
        return in_words(self.fields[name], raw(value)) if name in self.fields else str(value)

    def change(self, name: str, was: Any, now: Any) -> tuple[str, str, str]:
        """A field with what it was and what it becomes."""
        return self.label(name), self.said(name, was), self.said(name, now)
