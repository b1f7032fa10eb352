"""The list of an object: views, search, filters, sort, keyset pages, capped count, totals per currency, export."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Sum
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.bulk.verbs import Scene, Verb, offered
from partnerportal.core.exports import csv_response, xlsx_response
from partnerportal.core.models import Subject
from partnerportal.core.tables import Cells, Column, rows_html
from partnerportal.core.views.paging import PAGE_SIZE, Order, Page
from partnerportal.core.views.sets import RecordSet

COUNT_CAP = 10_000


class RecordList(RecordSet):
    """A list. `columns` say what it shows and what it may be sorted by; `ordering` is how it stands at first."""

    is_block = True
    columns: ClassVar[tuple[Column, ...]]
    ordering: ClassVar[str] = "-created_at"
    template_name: ClassVar[str] = "layouts/list.html"
    can_select: ClassVar[bool] = True
    is_export = False
    edit: Any = None  # The page that edits a record; its fields can be changed in the list. `record_urls` sets it.

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if self.is_export:
            return self.export()
        context = self.common_context() | self.table_context()
        is_part = self.wants_part and request.htmx.target == "records"  # type: ignore[attr-defined]
        template = "components/records.html" if is_part else self.template_name
        return self.page(template, context, status=422 if self.problems else 200)

    def prepare(self, records: list[Any]) -> None:
        """Read for a page of records what would else cost a query a row."""

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
            "rows": rows_html(page.records, self.shown, can_select=self.can_select, cells=self.cells(page.records)),
            "has_rows": bool(page.records),
            "can_select": self.can_select,
            "bulk_verbs": self.bulk_verbs(),
            "bulk_query": self.address().removeprefix("?"),
            "selectable": count,
            "bin_url": self.link("deleted") if self._may_delete() else "",
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

    def bulk_verbs(self) -> list[tuple[Verb, str]]:
        """What may be done to the selected rows, and where."""
        if not self.can_select or not issubclass(self.model, Subject):
            return []
        scene = Scene(self.urls)
        return [(verb, reverse(f"{self.urls}:bulk_start", args=[verb.name])) for verb in offered(scene, self.request.user)]

    def cells(self, records: list[Any]) -> Cells:
        """The cells that this person may change in place: fields of the edit form, of records that are hers to change."""
        if self.edit is None or not self.request.user.has_perm(self.edit.permission):
            return Cells()
        fields = frozenset(self.edit.form_class.base_fields) & {column.field for column in self.shown}
        if not fields or not records:
            return Cells()
        rows = self.model._default_manager.editable_by(self.request.user).filter(self.edit.open_to_change)  # type: ignore[attr-defined]
        return Cells(fields, frozenset(rows.filter(pk__in=[record.pk for record in records]).values_list("pk", flat=True)))

    def _may_delete(self) -> bool:
        return bool(self.request.user.has_perm(f"{self.model._meta.app_label}.delete_{self.model._meta.model_name}"))

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
