"""The list of an object: views, search, filters, sort, keyset pages, capped count, totals per currency, export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerportal.core import display, exporting
from partnerportal.core.bulk.services import MOST
from partnerportal.core.bulk.verbs import Scene, Verb, offered
from partnerportal.core.exports import Manifest, csv_response, xlsx_response
from partnerportal.core.models import Subject
from partnerportal.core.tables import Cells, Column, computed, rows_html
from partnerportal.core.toasts import warn
from partnerportal.core.views import state
from partnerportal.core.views.emptied import emptied_by
from partnerportal.core.views.paging import COUNTED, PAGE_SIZE, Order, Page, SealedCount
from partnerportal.core.views.split import SplitSet
from partnerportal.core.views.sums import sums_in_one, sums_in_words

COUNT_CAP = 10_000
TOTALS = ("", "average", "count", "none")
CHUNK = 1000
PARTS = {"records": "components/records.html", "side": "components/side.html"}  # What htmx swaps, by its id.
NOT_COUNTED = ("sort", "columns", "totals", "format", state.SEEN)


class RecordList(SplitSet):
    """A list. `columns` say what it shows and what it may be sorted by; `ordering` is how it stands at first."""

    is_block = True
    columns: ClassVar[tuple[Column, ...]]
    ordering: ClassVar[str] = "-created_at"
    template_name: ClassVar[str] = "layouts/list.html"
    can_select: ClassVar[bool] = True
    is_export = False
    converter: ClassVar[Any] = None  # Made with the person, it writes sums of several currencies as one number.
    edit: Any = None  # The page that edits a record; its fields can be changed in the list. `record_urls` sets it.

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if self.is_export:
            return self.export()
        part = PARTS.get(request.htmx.target, "") if self.wants_part else ""  # type: ignore[attr-defined]
        context = self.side_context() if part == PARTS["side"] else self.common_context() | self.table_context()
        context["is_part"] = bool(part)
        is_missing = "side" in context and context["side"].is_missing
        return self.page(part or self.template_name, context, status=422 if self.problems else 404 if is_missing else 200)

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
        if "per_page" in self.query and self.query["per_page"] not in self.page_sizes:
            sizes = {"sizes": ", ".join(self.page_sizes), "name": self.query["per_page"]}
            self.refuse("per_page", _("A page of a list has %(sizes)s rows: “%(name)s” is none of these.") % sizes)
        if self.query.get("count", "all") != "all" and not COUNTED.fullmatch(self.query["count"]):
            self.refuse("count", _("A list counts up to a limit, or all: “%(name)s” is neither.") % {"name": self.query["count"]})

    # --- the page -------------------------------------------------------------------

    @cached_property
    def page_sizes(self) -> dict[str, int]:
        """How many rows a page may have, by the word in the address."""
        return {str(size): size for size, _label in self.request.user._meta.get_field("per_page").flatchoices}

    @property
    def page_size(self) -> int:
        """How many rows a page has: as the address says, else as the person chose before."""
        return self.page_sizes.get(self.query.get("per_page", "")) or self.request.user.per_page or PAGE_SIZE

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
        found = list(rows[: self.page_size + 1])
        has_more, records = len(found) > self.page_size, found[: self.page_size]
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
        """Whether the list is to show sums, averages or counts."""
        return any(column.total for column in self.shown) and self.query.get("totals") != "none"

    def sums(self, count: int) -> list[dict[str, Any]]:
        """The sums of the columns that have one, a line a currency where one is money; nothing beyond the count's cap."""
        added = [column for column in self.shown if column.total]
        if not self.has_totals or count > COUNT_CAP or not count:
            return []
        found: dict[str, Any] = {f"sum_{column.name}": Sum(column.field) for column in added}
        found |= {f"n_{column.name}": Count(column.field) for column in added}
        found |= {"rows": Count("pk")} if any(column.render is computed for column in added) else {}
        keys = ["currency"] if any(column.is_money for column in added) else []
        rows = self.rows.order_by()
        return list(rows.values(*keys).annotate(**found).order_by(*keys)) if keys else [rows.aggregate(**found)]

    def table_context(self) -> dict[str, Any]:
        """What the table and its foot need."""
        page = self.get_page()
        count = self._count(page)
        start, lines = self._start(count, page), self.sums(count)
        counted = {"count": self._sealed.written(count)} if self.counts_all and count > COUNT_CAP else {}
        is_over = count > COUNT_CAP and not self.counts_all
        shown = _("%(count)s+") % {"count": display.number(COUNT_CAP)} if is_over else display.number(count)
        here = self.address(**self._here(), **counted)
        return self.rows_context(page.records, here) | {
            "heads": [self._head(column) for column in self.shown],
            "has_rows": bool(page.records),
            "can_select": self.can_select,
            "bulk_verbs": self.bulk_verbs(),
            "bulk_query": self.address(drop=state.LOOK).removeprefix("?"),
            "selectable": count,
            "bulk_limit": display.number(MOST) if count > MOST else "",
            "bin_url": self.link("deleted") if self._may_delete() else "",
            "bulk_export_url": self.link("export"),
            "count": shown,
            "count_all": self.address(**self._here(), count="all") if is_over else "",
            "page_size": self.page_size,
            "sizes": self._sizes(counted) if count > min(self.page_sizes.values()) else [],
            "first": display.number(start),
            "last": display.number(start + len(page.records) - 1),
            "previous": self.address(before=page.previous, start=max(1, start - self.page_size), **counted) if page.previous else "",
            "following": self.address(after=page.following, start=start + len(page.records), **counted) if page.following else "",
            "totals": sums_in_words(self.shown, lines, self.query.get("totals", "")) if lines else [],
            "in_one": self._in_one(lines),
            "totals_limit": display.number(COUNT_CAP) if count > COUNT_CAP and self.has_totals else "",
            "emptied_by": [] if page.records or page.previous else emptied_by(self),
        }

    def _in_one(self, lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
        """The sums of several currencies as one number; nothing where the app of the list has no rates."""
        if self.converter is None or self.query.get("totals") in ("average", "count"):
            return []
        return sums_in_one(self.shown, lines, self.converter(self.request.user))

    def rows_context(self, records: list[Any], here: str) -> dict[str, Any]:
        """The rows of a page, with an open record beside them or without; `here` is the page's address."""
        if self.shows_side:
            return self.split_context(records, here, columns=self.shown, can_select=self.can_select)
        return {"rows": rows_html(records, self.shown, can_select=self.can_select, cells=self.cells(records))}

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

    @property
    def counts_all(self) -> bool:
        """Whether every row is to be counted, or has been."""
        return "count" in self.query

    @cached_property
    def _sealed(self) -> SealedCount:
        """The count of what the list shows now, whatever its order and columns."""
        said = sorted(state.without(self.query, (*state.PLACE, *state.LOOK, *NOT_COUNTED)).lists())
        return SealedCount(f"{self.request.user.pk} {self.urls} {self.view.name if self.view else ''} {said}")

    def _sizes(self, counted: dict[str, str]) -> list[tuple[int, str]]:
        """The rows that a page may have, each with the list's address; it then begins with the same row."""
        here = {**self._here(), **counted} if "before" not in self.query else counted
        return [(size, f"{self.link('list')}{self.address(**here, per_page=word)}") for word, size in self.page_sizes.items()]

    def _here(self) -> dict[str, str]:
        """The place in the list that the address names."""
        return {name: self.query[name] for name in ("after", "before", "start") if name in self.query}

    def _count(self, page: Page) -> int:
        """How many rows there are, up to the cap or all; the page tells when it holds them all."""
        if not page.previous and not page.following and "after" not in self.query and "before" not in self.query:
            return len(page.records)
        known = self._sealed.read(self.query.get("count", ""))
        if known is not None:
            return known
        rows = self.rows.order_by()
        return rows.count() if self.counts_all else rows[: COUNT_CAP + 1].count()

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
        """The filtered rows with all columns shown, as CSV or XLSX; picked ones also when the filters leave them out by now.

        An XLSX file of many rows is the worker's: it is asked for by a post, and has a page that says how far it is.
        """
        rows = self.chosen
        if self.problems:
            return self.page(self.template_name, self.common_context() | self.table_context(), status=422)
        is_book = self.query.get("format") == "xlsx"
        if is_book and rows.order_by()[: exporting.AT_ONCE + 1].count() > exporting.AT_ONCE:
            return self.leave_to_worker()
        write = xlsx_response if is_book else csv_response
        return write(self._in_parts(rows), self.shown, name=self.urls, manifest=self.manifest())

    @property
    def chosen(self) -> QuerySet:
        """The rows of a file in their order: picked ones, or all of the list."""
        rows, order, ids = self.rows, self.order, state.picked(self.query)
        if ids:
            rows = self.get_queryset().filter(pk__in=ids)
            order = self._order_of(rows)
        return rows.order_by(*order.expressions(is_backwards=False))

    def leave_to_worker(self) -> HttpResponseBase:
        """Ask whether the worker shall write a file of so many rows; what was posted is begun."""
        if self.request.method == "POST":
            export = exporting.start(page=self.urls, query=self.resolved(), manifest=self.manifest(), by=self.request.user)
            return HttpResponseRedirect(export.get_absolute_url())
        limit = display.number(exporting.AT_ONCE)
        context = {
            "tab": self.urls,
            "heading": _("An Excel file of many rows"),
            "text": _("It has more than %(limit)s rows, so it is written while you go on working. A notice comes when it is ready.")
            % {"limit": limit},
            "action": self.link("export"),
            "button": _("Write the file"),
            "hidden": [("all", "1"), ("query", self.address(drop=("format",))[1:]), ("format", "xlsx")],
            "back": f"{self.link('list')}{self.address(drop=('format',))}",
        }
        return self.page("layouts/confirm.html", context)

    def resolved(self) -> QueryDict:
        """The state in force as an address that needs no saved view: that may be another one, or none, when the worker reads it."""
        query = state.without(self.query, ("base", state.SEEN, "format", *state.PLACE, *state.LOOK))
        if self.view:
            query["view"] = self.view.name
        return query

    def export_keys(self) -> Iterator[int]:
        """The keys of the rows of a file, in their order."""
        return self.chosen.values_list("pk", flat=True).iterator(chunk_size=CHUNK)

    def records_of(self, keys: Sequence[int]) -> list[Any]:
        """The records of some keys, in that order, as far as the person still sees them."""
        found = {record.pk: record for record in self.get_queryset().filter(pk__in=keys)}
        records = [found[key] for key in keys if key in found]
        self.prepare(records)
        return records

    def _in_parts(self, rows: Any) -> Iterator[Any]:
        """All rows, read in parts, so that neither the list's size nor its relations count."""
        stream = rows.iterator(chunk_size=CHUNK)
        while records := list(islice(stream, CHUNK)):
            self.prepare(records)
            yield from records

    def manifest(self) -> Manifest:
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
            (_("Selected rows only"), _("yes") if state.picked(self.query) else ""),
            (_("Exported by"), self.request.user.get_full_name()),
        ]
        return Manifest(tuple((label, value) for label, value in facts if value))
