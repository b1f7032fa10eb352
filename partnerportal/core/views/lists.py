"""The list of an object: views, search, filters, sort, keyset pages, capped count, totals per currency, export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.bulk.services import MOST
from partnerportal.core.bulk.verbs import Scene, Verb, offered
from partnerportal.core.exports import Manifest, csv_response, xlsx_response
from partnerportal.core.models import Subject
from partnerportal.core.money import round_money
from partnerportal.core.tables import Cells, Column, computed, rows_html
from partnerportal.core.toasts import warn
from partnerportal.core.views import state
from partnerportal.core.views.paging import PAGE_SIZE, Order, Page
from partnerportal.core.views.sets import RecordSet

COUNT_CAP = 10_000
TOTALS = ("", "average", "none")
CHUNK = 1000


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
        context["is_part"] = self.wants_part and request.htmx.target == "records"  # type: ignore[attr-defined]
        template = "components/records.html" if context["is_part"] else self.template_name
        return self.page(template, context, status=422 if self.problems else 200)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The selected rows as a file: single ones (`ids`), or with `all` every row of the list's state (`query`)."""
        if not (self.is_export and self.can_select):
            return self.http_method_not_allowed(request)
        query, ids = QueryDict(request.POST.get("query", ""), mutable=True), state.picked(request.POST)
        if not ids and not request.POST.get("all"):
            warn(request, _("Please select at least one record."))
            return HttpResponseRedirect(f"{self.link('list')}?{query.urlencode()}")
        query.setlist("ids", [] if request.POST.get("all") else ids)
        query["format"] = request.POST.get("format", "")
        return type(self).showing(request, query).export()

    def prepare(self, records: list[Any]) -> None:
        """Read for a page of records, or a part of a file, what would else cost a query a row."""

    # --- columns and order ----------------------------------------------------------

    @cached_property
    def shown(self) -> list[Column]:
        """The columns in force, in their order and width; the title always."""
        chosen = state.columns_of(self.query)
        if not chosen:
            return [column for column in self.columns if not column.is_optional]
        known = {column.name: column for column in self.columns}
        for name in chosen:
            if name not in known:
                self.refuse("columns", _("This list has no column “%(name)s”.") % {"name": name})
        found = [replace(known[name], width=width) for name, width in chosen.items() if name in known]
        return [column for column in self.columns if column.is_title and column.name not in chosen] + found

    @cached_property
    def sorted_by(self) -> list[str]:
        """The columns that order the list, with a minus for descending; empty while it stands in its own order."""
        wanted = state.sort_of(self.query)
        sortable = {column.name for column in self.columns if column.sort}
        for word in wanted:
            if word.removeprefix("-") not in sortable:
                self.refuse("sort", _("This list cannot be sorted by “%(name)s”.") % {"name": word.removeprefix("-")})
        if len(wanted) > state.MOST_KEYS:
            self.refuse("sort", _("A list can be sorted by %(count)s columns at most.") % {"count": state.MOST_KEYS})
        return [] if self.problems else list({word.removeprefix("-"): word for word in wanted}.values())

    @cached_property
    def order(self) -> Order:
        """What the list is ordered by."""
        return self._order_of(self.narrowed, self.view.ordering if self.view else "")

    def _order_of(self, rows: QuerySet, own: str = "") -> Order:
        paths = {column.name: column.sort for column in self.columns}
        words = [("-" if word.startswith("-") else "") + paths[word.removeprefix("-")] for word in self.sorted_by]
        return Order.of(rows, words or own or self.ordering)

    def check_parameters(self) -> None:
        """A list reads its columns and its order from the address, too."""
        super().check_parameters()
        self.shown, self.sorted_by  # noqa: B018 - what the list does not know is refused on the way
        if self.query.get("totals", "") not in TOTALS:
            self.refuse("totals", _("This list has no totals “%(name)s”.") % {"name": self.query["totals"]})

    # --- the page -------------------------------------------------------------------

    def get_page(self) -> Page:
        """The page that the address names."""
        is_backwards = "before" in self.query
        unread = {name for name in self.unread if name not in [column.field for column in self.shown]}
        rows = self.rows.defer(*unread).order_by(*self.order.expressions(is_backwards=is_backwards))
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
        self.prepare(records)
        return Page(
            records,
            self.order.place(records[0]) if has_previous and records else "",
            self.order.place(records[-1]) if has_following and records else "",
        )

    @property
    def has_totals(self) -> bool:
        """Whether the list is to show sums or averages."""
        return any(column.total for column in self.shown) and self.query.get("totals") != "none"

    def totals(self, count: int) -> list[tuple[Column, list[str]]]:
        """For each shown column, its sums or averages, money per currency; nothing beyond the count's cap."""
        added = [column for column in self.shown if column.total]
        if not self.has_totals or count > COUNT_CAP or not count:
            return []
        found: dict[str, Any] = {f"sum_{column.name}": Sum(column.field) for column in added}
        found |= {f"n_{column.name}": Count(column.field) for column in added}
        found |= {"rows": Count("pk")} if any(column.render is computed for column in added) else {}
        keys = ["currency"] if any(column.is_money for column in added) else []
        rows = self.rows.order_by()
        lines = list(rows.values(*keys).annotate(**found).order_by(*keys)) if keys else [rows.aggregate(**found)]
        return [(column, self._total(column, lines) if column.total else []) for column in self.shown]

    def _total(self, column: Column, lines: list[dict[str, Any]]) -> list[str]:
        """The sum or the average of a column, from lines of one currency each."""
        said = [(line[f"sum_{column.name}"], line[f"n_{column.name}"], line.get("currency", "")) for line in lines]
        missing = sum(line["rows"] - line[f"n_{column.name}"] for line in lines) if column.render is computed else 0
        said = [one for one in said if one[1]]
        is_average = self.query.get("totals") == "average"
        if column.is_money:
            texts = [display.money(round_money(total / count) if is_average else total, currency) for total, count, currency in said]
            return [*texts, *([display.left_out(missing)] if missing else [])]
        total, count = sum(one[0] for one in said), sum(one[1] for one in said)
        mean = (Decimal(total) / max(count, 1)).quantize(Decimal("0.1"))
        return [display.number(mean if is_average else total)] if said else []

    def table_context(self) -> dict[str, Any]:
        """What the table and its foot need."""
        page = self.get_page()
        count = self._count(page)
        start = self._start(count, page)
        shown = _("%(count)s+") % {"count": display.number(COUNT_CAP)} if count > COUNT_CAP else display.number(count)
        return {
            "heads": [self._head(column) for column in self.shown],
            "rows": rows_html(page.records, self.shown, can_select=self.can_select, cells=self.cells(page.records)),
            "has_rows": bool(page.records),
            "can_select": self.can_select,
            "bulk_verbs": self.bulk_verbs(),
            "bulk_query": self.address().removeprefix("?"),
            "selectable": count,
            "bulk_limit": display.number(MOST) if count > MOST else "",
            "bin_url": self.link("deleted") if self._may_delete() else "",
            "bulk_export_url": self.link("export"),
            "count": shown,
            "first": display.number(start),
            "last": display.number(start + len(page.records) - 1),
            "previous": self.address(before=page.previous, start=max(1, start - PAGE_SIZE)) if page.previous else "",
            "following": self.address(after=page.following, start=start + len(page.records)) if page.following else "",
            "totals": self.totals(count),
            "totals_limit": display.number(COUNT_CAP) if count > COUNT_CAP and self.has_totals else "",
            "is_filtered": bool(any(group.chips for group in self.groups) or self.query.get("q")),
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

    def _head(self, column: Column) -> dict[str, Any]:
        """The head of a column: what a click sorts by, and what a click with Shift adds."""
        if not column.sort:
            return {"column": column}
        words = {word.removeprefix("-"): word for word in self.sorted_by or self._own_sort()}
        present = words.get(column.name, "")
        turned = f"-{column.name}" if present == column.name else column.name
        more = list(({name: word for name, word in words.items()} | {column.name: turned}).values()) if self.sorted_by else [turned]
        return {
            "column": column,
            "sort": self.address(sort=turned),
            "sort_too": self.address(sort=",".join(more[: state.MOST_KEYS])),
            "direction": ("descending" if present.startswith("-") else "ascending") if present else "",
            "rank": list(words).index(column.name) + 1 if present and len(words) > 1 else 0,
        }

    def _own_sort(self) -> list[str]:
        """The list's own order as a column, where one shows it."""
        key = self.order.keys[0]
        return [("-" if key.is_descending else "") + column.name for column in self.columns if column.sort == key.path][:1]

    # --- files ------------------------------------------------------------------------

    def export(self) -> HttpResponseBase:
        """The filtered rows with all columns shown, as CSV or XLSX; picked ones also when the filters leave them out by now."""
        rows, order, ids = self.rows, self.order, state.picked(self.query)
        if ids:
            rows = self.get_queryset().filter(pk__in=ids)
            order = self._order_of(rows)
        if self.problems:
            return self.page(self.template_name, self.common_context() | self.table_context(), status=422)
        write = xlsx_response if self.query.get("format") == "xlsx" else csv_response
        rows = rows.order_by(*order.expressions(is_backwards=False))
        return write(self._in_parts(rows), self.shown, name=self.urls, manifest=self.manifest(is_selection=bool(ids)))

    def _in_parts(self, rows: Any) -> Iterator[Any]:
        """All rows, read in parts, so that neither the list's size nor its relations count."""
        stream = rows.iterator(chunk_size=CHUNK)
        while records := list(islice(stream, CHUNK)):
            self.prepare(records)
            yield from records

    def manifest(self, *, is_selection: bool) -> Manifest:
        """What a file says about itself."""
        groups = [", ".join(f"{one.chip.label}: {one.chip.value}" for one in line) for line in self.chips()]
        heads = {column.name: column for column in self.columns}
        sort = [f"{heads[word.removeprefix('-')].label} {'↓' if word.startswith('-') else '↑'}" for word in self.sorted_by]
        facts = [
            (_("List"), display.kinds(self.model)),
            (_("View"), str(self.view_context()["heading"])),
            (_("Filters"), f" {_('or')} ".join(groups) or _("none")),
            (_("Search"), self.query.get("q", "")),
            (_("Sorted by"), ", ".join(sort)),
            (_("Selected rows only"), _("yes") if is_selection else ""),
            (_("Exported by"), self.request.user.get_full_name()),
        ]
        return Manifest(tuple((label, value) for label, value in facts if value))
