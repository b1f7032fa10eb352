"""What list and board share: model, filter set, views, the pinned view, and parameters that are understood or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.filters import PartnerFilterSet
from partnerportal.core.models import Pin
from partnerportal.core.views.base import Guarded

OWN_PARAMETERS = frozenset({"view", "sort", "columns", "after", "before", "start", "format", "ids", "lane", "since", "shown"})


@dataclass(frozen=True)
class ListView:
    """A standard view of a list. `narrow(rows, user)` answers its rows."""

    name: str
    label: str | Promise
    narrow: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Problem:
    """A part of the address that the list does not understand, and the address without it."""

    sentence: str
    without: str


class RecordSet(Guarded):
    """What list and board share: model, filter set, standard views, the pinned view, and parameters that are understood or refused."""

    is_block = True
    model: ClassVar[type[models.Model]]
    filterset_class: ClassVar[type[PartnerFilterSet]]
    views: ClassVar[tuple[ListView, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ("owner",)
    namespace: ClassVar[str] = ""
    icon: ClassVar[str] = "list-ul"
    add_label: ClassVar[str | Promise] = ""
    add_permission: ClassVar[str] = ""
    actions: ClassVar[tuple[tuple[str | Promise, str, str], ...]] = ()
    empty_text: ClassVar[str | Promise] = ""

    def get_queryset(self) -> QuerySet:
        """The records that the list is about. Override it to leave some out."""
        return self.model._default_manager.visible_to(self.request.user).select_related(*self.related)  # type: ignore[attr-defined]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.problems: list[Problem] = []

    @classmethod
    def showing(cls, request: HttpRequest, query: QueryDict) -> Self:
        """This list for a state that stands in no address: to work on its rows."""
        view = cls()
        view.setup(request)
        view.__dict__["query"] = query
        return view

    @cached_property
    def urls(self) -> str:
        """The namespace of the object's addresses."""
        return self.namespace or f"{self.model._meta.model_name}s"

    @cached_property
    def pin(self) -> Pin | None:
        """What this person pinned here."""
        return Pin.objects.filter(user=self.request.user, page=self.urls).first()

    @cached_property
    def query(self) -> QueryDict:
        """The parameters in force: those of the address, or the pinned ones when it has none."""
        if self.request.GET or not self.pin:
            return self.request.GET
        return QueryDict(self.pin.query)

    @cached_property
    def view(self) -> ListView | None:
        """The standard view in force, the first when none is named."""
        wanted = self.query.get("view", "")
        named = {view.name: view for view in self.views}
        if wanted and wanted not in named:
            self.refuse("view", _("There is no view “%(name)s” of this list.") % {"name": wanted})
        return named.get(wanted) or (self.views[0] if self.views else None)

    @cached_property
    def filterset(self) -> PartnerFilterSet:
        """The filters, bound to the parameters in force."""
        rows = self.get_queryset()
        if self.view:
            rows = self.view.narrow(rows, self.request.user)
        return self.filterset_class(self.query, rows, user=self.request.user, request=self.request)

    def refuse(self, name: str, sentence: str) -> None:
        """Say that a parameter is not understood. The list then shows no rows."""
        rest = self.query.copy()
        rest.pop(name, None)
        self.problems.append(Problem(sentence, f"?{rest.urlencode()}"))

    def check_parameters(self) -> None:
        """Refuse what neither the list nor its filters understand."""
        known = OWN_PARAMETERS | self.filterset_class.parameters()
        for name in self.query:
            if name not in known:
                self.refuse(name, _("This list has no filter “%(name)s”.") % {"name": name})
        if not self.filterset.form.is_valid():
            for name, errors in self.filterset.form.errors.items():
                label = self.filterset.form.fields[name].label if name in self.filterset.form.fields else name
                self.refuse(name, f"{label}: {' '.join(errors)}")

    @cached_property
    def rows(self) -> QuerySet:
        """The filtered records; none when the address was not understood."""
        self.check_parameters()
        return self.filterset.qs.none() if self.problems else self.filterset.qs

    def address(self, *, drop: Sequence[str] = (), **parameters: Any) -> str:
        """The query in force with some parameters set or dropped; the place in the list is dropped."""
        query = self.query.copy()
        for name in ("after", "before", "start", "lane", "since", "shown", *drop):
            query.pop(name, None)
        for name, value in parameters.items():
            query[name] = value
        return f"?{query.urlencode()}"

    def link(self, name: str) -> str:
        """The address of a sibling page, empty where the object has none."""
        try:
            return reverse(f"{self.urls}:{name}")
        except NoReverseMatch:
            return ""

    def common_context(self) -> dict[str, Any]:
        """What the head of a list and of a board needs."""
        self.rows  # noqa: B018 - the problems are found on the way
        may_add = not self.add_permission or self.request.user.has_perm(self.add_permission)
        query = self.address(drop=("columns", "sort", "format"))
        return {
            "kind": display.kinds(self.model),
            "tab": self.urls,
            "heading": self.view.label if self.view else display.kinds(self.model),
            "views": [(view, f"?view={view.name}", view is self.view) for view in self.views],
            "view": self.view,
            "pin_query": self.address().removeprefix("?"),
            "pin_page": self.urls,
            "is_pinned": bool(self.pin and QueryDict(self.pin.query) == QueryDict(self.address().removeprefix("?"))),
            "filterset": self.filterset,
            "chips": self.filterset.chips(self.query),
            "search": self.query.get("q", ""),
            "kept": [(name, value) for name in ("view", "sort", "columns") for value in self.query.getlist(name)],
            "clear": f"?view={self.view.name}" if self.view else "?",
            "problems": self.problems,
            "list_url": f"{self.link('list')}{query}" if self.link("list") else "",
            "board_url": f"{self.link('board')}{query}" if self.link("board") else "",
            "import_url": self.link("import"),
            "export_url": f"{self.link('export')}{self.address()}" if self.link("export") else "",
            "add_url": self.link("add") if may_add else "",
            "add_label": self.add_label or _("New"),
            "actions": [(label, reverse(name), sign) for label, name, sign in self.actions],
            "empty_text": self.empty_text,
            "icon": self.icon,
        }
