"""A related list on another record's page."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.scoping import PartnerOwned
from partnerportal.core.tables import Column, rows_html
from partnerportal.core.views.base import Guarded


class RelatedPanel(Guarded):
    """A related list on another record's page: `parent_model` visible to the person, rows of `model` whose `parent_field` is it.

    Declared in the later app, mounted at the parent's `/panels/<name>/`; the earlier app only knows the address.
    """

    is_block = True
    parent_model: ClassVar[type[PartnerOwned]]
    model: ClassVar[type[PartnerOwned]]
    parent_field: ClassVar[str]
    label: ClassVar[str | Promise]
    columns: ClassVar[tuple[Column, ...]]
    related: ClassVar[tuple[str, ...]] = ()
    ordering: ClassVar[tuple[str, ...]] = ("-created_at", "-pk")
    namespace: ClassVar[str] = ""
    add_permission: ClassVar[str] = ""
    add_label: ClassVar[str | Promise] = ""
    all_view: ClassVar[str] = "all"  # The standard view of the list that shows every one.
    limit: ClassVar[int] = 5

    @cached_property
    def urls(self) -> str:
        """The namespace of the listed objects."""
        return self.namespace or f"{self.model._meta.model_name}s"

    def get_rows(self, parent: Any) -> QuerySet:
        """The rows of the panel."""
        rows = self.model._default_manager.visible_to(self.request.user).filter(**{self.parent_field: parent})
        return rows.select_related(*self.related).order_by(*self.ordering)

    def add_url(self, parent: Any) -> str:
        """Where a new one is made, with the parent filled in."""
        return f"{reverse(f'{self.urls}:add')}?{self.parent_field}={parent.pk}"

    def all_url(self, parent: Any) -> str:
        """The list of all of them, in the view that leaves none out."""
        return f"{reverse(f'{self.urls}:list')}?view={self.all_view}&{self.parent_field}={parent.pk}"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        parent = get_object_or_404(self.parent_model._default_manager.visible_to(request.user), pk=pk)
        rows = self.get_rows(parent)
        count = rows.order_by().count()
        may_add = bool(self.add_permission) and request.user.has_perm(self.add_permission)
        context = {
            "record": parent,
            "heading": self.label,
            "component": "components/related.html",
            "count": display.number(count),
            "heads": [column.label for column in self.columns],
            "rows": rows_html(list(rows[: self.limit]), self.columns),
            "has_rows": count > 0,
            "has_more": count > self.limit,
            "all_url": self.all_url(parent),
            "add_url": self.add_url(parent) if may_add else "",
            "add_label": self.add_label or _("New"),
        }
        return self.page("components/related.html" if self.wants_part else "layouts/panel.html", context)
