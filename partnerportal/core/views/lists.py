"""The list of an object: views, search, filters, sort, keyset pages, capped count, totals per currency, export."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.exports import csv_response, xlsx_response
from partnerportal.core.filters import PartnerFilterSet
from partnerportal.core.models import Pin
from partnerportal.core.tables import Column, rows_html
from partnerportal.core.views.base import Guarded

COUNT_CAP = 10_000
PAGE_SIZE = 50
OWN_PARAMETERS = frozenset({"view", "sort", "columns", "after", "before", "start", "format", "ids", "lane"})


@dataclass(frozen=True)
class ListView:
    """A standard view of a list. `narrow(rows, user)` answers its rows."""

    name: str
    label: str | Promise
    narrow: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Order:
    """What a list is ordered by, the primary key always last."""

    path: str
    is_descending: bool
    field: models.Field
    is_nullable: bool

    @classmethod
    def of(cls, model: type[models.Model], path: str) -> Order:
        """The order that `path` (with a minus for descending) means for a model."""
        name = path.lstrip("-")
        field, is_nullable = _walk(model, name)
        return cls(name, path.startswith("-"), field, is_nullable)

    def expressions(self, *, is_backwards: bool) -> list[Any]:
        """What to order by; rows without a value come last, in either direction."""
        is_descending = self.is_descending != is_backwards
        options: dict[str, Any] = {}
        if self.is_nullable:
            options = {"nulls_first": True} if is_backwards else {"nulls_last": True}
        first = F(self.path).desc(**options) if is_descending else F(self.path).asc(**options)
        return [first, "-pk" if is_descending else "pk"]

    def beyond(self, value: Any, pk: Any, *, is_backwards: bool) -> Q:
        """The rows behind (or before) the one with this value and key."""
        is_descending = self.is_descending != is_backwards
        word = "lt" if is_descending else "gt"
        if value is None:
            tied = Q(**{f"{self.path}__isnull": True, f"pk__{word}": pk})
            return tied | Q(**{f"{self.path}__isnull": False}) if is_backwards else tied
        tied = Q(**{self.path: value, f"pk__{word}": pk})
        rest = Q(**{f"{self.path}__{word}": value}) | tied
        if self.is_nullable:
            return rest if is_backwards else rest | Q(**{f"{self.path}__isnull": True})
        # The outer bound lets the index be entered at the right place.
        return Q(**{f"{self.path}__{word}e": value}) & rest

    def place(self, record: Any) -> str:
        """Where a record stands, for an address."""
        value = record
        for name in self.path.split("__"):
            value = getattr(value, name) if value is not None else None
        if isinstance(value, models.Model):
            value = value.pk
        packed = json.dumps([value, record.pk], cls=DjangoJSONEncoder, separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def parse(self, place: str) -> tuple[Any, Any]:
        """The value and key that `place` wrote. Raises ValueError."""
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
            return (None if value is None else self.field.to_python(value)), int(pk)
        except (binascii.Error, UnicodeDecodeError, TypeError, ValidationError, ValueError) as error:
            raise ValueError(place) from error


def _walk(model: type[models.Model], path: str) -> tuple[models.Field, bool]:
    is_nullable = False
    field: Any = None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        is_nullable = is_nullable or field.null
        model = field.related_model or model
    return field, is_nullable


@dataclass(frozen=True)
class Page:
    """The rows of one page of a list, and the places before and behind it."""

    records: list[Any]
    previous: str
    following: str


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
        for name in ("after", "before", "start", "lane", *drop):
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


class RecordList(RecordSet):
    """A list. `columns` say what it shows and what it may be sorted by; `ordering` is how it stands at first."""

    is_block = True
    columns: ClassVar[tuple[Column, ...]]
    ordering: ClassVar[str] = "-created_at"
    template_name: ClassVar[str] = "layouts/list.html"
    can_select: ClassVar[bool] = True
    is_export = False

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if self.is_export:
            return self.export()
        context = self.common_context() | self.table_context()
        is_part = self.wants_part and request.htmx.target == "records"  # type: ignore[attr-defined]
        template = "components/records.html" if is_part else self.template_name
        return self.page(template, context, status=422 if self.problems else 200)

    @cached_property
    def shown(self) -> list[Column]:
        """The columns in force: the chosen ones in their declared order, the title always."""
        wanted = set(self.query.get("columns", "").split(",")) - {""}
        if not wanted:
            return [column for column in self.columns if not column.is_optional]
        return [column for column in self.columns if column.name in wanted or column.is_title]

    @cached_property
    def order(self) -> Order:
        """What the list is ordered by."""
        wanted = self.query.get("sort", "")
        sortable = {column.name: column.sort for column in self.columns if column.sort}
        if wanted and wanted.lstrip("-") not in sortable:
            self.refuse("sort", _("This list cannot be sorted by “%(name)s”.") % {"name": wanted.lstrip("-")})
            wanted = ""
        path = ("-" if wanted.startswith("-") else "") + sortable[wanted.lstrip("-")] if wanted else self.ordering
        return Order.of(self.model, path)

    def check_parameters(self) -> None:
        """A list reads its order from the address, too."""
        super().check_parameters()
        self.order  # noqa: B018 - a sort that it does not know is refused on the way

    def get_page(self) -> Page:
        """The page that the address names."""
        is_backwards = "before" in self.query
        rows = self.rows.order_by(*self.order.expressions(is_backwards=is_backwards))
        place = self.query.get("before") or self.query.get("after") or ""
        if place:
            try:
                rows = rows.filter(self.order.beyond(*self.order.parse(place), is_backwards=is_backwards))
            except ValueError:
                self.refuse("before" if is_backwards else "after", _("This place in the list is not known any more."))
                rows = rows.none()
        found = list(rows[: PAGE_SIZE + 1])
        has_more, records = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
        if is_backwards:
            records.reverse()
        has_previous = has_more if is_backwards else bool(place)
        has_following = bool(place) if is_backwards else has_more
        return Page(
            records,
            self.order.place(records[0]) if has_previous and records else "",
            self.order.place(records[-1]) if has_following and records else "",
        )

    def totals(self, count: int) -> list[tuple[Column, list[str]]]:
        """For each shown column, its sums per currency; nothing beyond the count's cap."""
        added = [column for column in self.shown if column.total]
        if not added or count > COUNT_CAP or not count:
            return []
        sums = {f"total_{column.name}": Sum(column.field) for column in added}
        per_currency = list(self.rows.order_by().values("currency").annotate(**sums).order_by("currency"))
        return [
            (
                column,
                [
                    display.money(line[f"total_{column.name}"], line["currency"])
                    for line in per_currency
                    if line[f"total_{column.name}"] is not None
                ]
                if column.total
                else [],
            )
            for column in self.shown
        ]

    def table_context(self) -> dict[str, Any]:
        """What the table and its foot need."""
        order, page = self.order, self.get_page()
        count = self._count(page)
        start = self._start(count, page)
        return {
            "heads": [self._head(column, order) for column in self.shown],
            "rows": rows_html(page.records, self.shown, can_select=self.can_select),
            "has_rows": bool(page.records),
            "can_select": self.can_select,
            "bulk_owner_url": self.link("bulk_owner"),
            "bulk_export_url": self.link("export"),
            "count": _("%(count)s+") % {"count": display.number(COUNT_CAP)} if count > COUNT_CAP else display.number(count),
            "first": display.number(start),
            "last": display.number(start + len(page.records) - 1),
            "previous": self.address(before=page.previous, start=max(1, start - PAGE_SIZE)) if page.previous else "",
            "following": self.address(after=page.following, start=start + len(page.records)) if page.following else "",
            "totals": self.totals(count),
            "column_choices": [(column, column in self.shown) for column in self.columns],
            "is_filtered": bool(self.filterset.chips(self.query) or self.query.get("q")),
        }

    def _count(self, page: Page) -> int:
        """How many rows there are, up to the cap; the page tells when it holds them all."""
        if not page.previous and not page.following and "after" not in self.query and "before" not in self.query:
            return len(page.records)
        return self.rows.order_by()[: COUNT_CAP + 1].count()

    def _start(self, count: int, page: Page) -> int:
        if not page.previous:
            return 1
        named = self.query.get("start", "")
        return int(named) if named.isdecimal() and len(named) < 9 and int(named) > 0 else 1

    def _head(self, column: Column, order: Order) -> dict[str, Any]:
        if not column.sort:
            return {"column": column}
        is_active = column.sort == order.path
        is_up = is_active and not order.is_descending
        return {
            "column": column,
            "sort": self.address(sort=f"-{column.name}" if is_up else column.name),
            "direction": ("ascending" if is_up else "descending") if is_active else "",
        }

    def export(self) -> HttpResponseBase:
        """The filtered rows with all columns shown, as CSV or XLSX."""
        rows = self.rows.order_by(*self.order.expressions(is_backwards=False))
        ids = [one for one in self.query.getlist("ids") if one.isdecimal()]
        if ids:
            rows = rows.filter(pk__in=ids)
        if self.problems:
            return self.page(self.template_name, self.common_context() | self.table_context(), status=422)
        write = xlsx_response if self.query.get("format") == "xlsx" else csv_response
        return write(rows.iterator(chunk_size=2000), self.shown, name=self.urls)
