"""Columns of lists and exports. A column writes its cell in Python, escaped: the rows are most of a page's time.

    columns = (
        Column(_("Company"), "company", sort="company", is_title=True),
        Column(_("Status"), "status", render=choice),
        Column(_("MRR"), "mrr", render=amount, sort="mrr", total=True),
        Column(_("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
    )

`render(value, record)` answers text; what is not marked safe is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from partnerportal.core import display

Render = Callable[[Any, Any], Any]
FACTS = 2  # Of a row beside an open record.


def value_at(record: Any, path: str) -> Any:
    """What stands at a dotted path of a record, None where the path breaks off."""
    for name in path.split("."):
        if record is None:
            return None
        record = getattr(record, name)
    return record


def text(value: Any, record: Any) -> Any:
    """A plain value, dates and numbers in the reader's locale."""
    if value is None or value == "":
        return display.NOTHING
    if isinstance(value, datetime):
        return display.ago(value)
    if isinstance(value, date):
        return display.day(value)
    if isinstance(value, bool):
        return display.yes_no(value)
    return display.number(value) if isinstance(value, int) else value


def amount(value: Any, record: Any) -> Any:
    """Money in the record's currency."""
    return display.NOTHING if value is None else display.money(value, record.currency)


def computed(value: Any, record: Any) -> Any:
    """A computed amount in the record's currency; where it could not be computed, why not (`record.why_unavailable`)."""
    return display.computed(value, record.currency, record.why_unavailable if value is None else "")


def choice(value: Any, record: Any) -> Any:
    """A choice field as a badge. For a column whose field is on the record itself."""
    raise NotImplementedError("Column replaces this by the badge of its own field.")


def label(value: Any, record: Any) -> Any:
    """A choice field as plain words."""
    raise NotImplementedError("Column replaces this by the label of its own field.")


def owner_avatar(value: Any, record: Any) -> Any:
    """A person as initials, with the name for those who cannot see or hover."""
    return display.NOTHING if value is None else display.named_avatar(value)


def person(value: Any, record: Any) -> Any:
    """A person with avatar and name."""
    return display.person(value)


def link(value: Any, record: Any) -> Any:
    """A related record as a link."""
    return display.record_link(value)


def email(value: Any, record: Any) -> Any:
    """An address that opens the mail program."""
    return display.email(value)


def phone(value: Any, record: Any) -> Any:
    """A number that can be called."""
    return display.phone(value)


def due(value: Any, record: Any) -> Any:
    """A day to come, red when it has passed."""
    return display.due(value)


def percent(value: Any, record: Any) -> Any:
    """An integer percent."""
    return display.NOTHING if value is None else display.percent(value)


@dataclass(frozen=True)
class Column:
    """One column of a list. `sort` is the field to order by; without it the column cannot be sorted.

    `export(record)` answers the raw value for a file, the field's own when None. `total` adds the column up, money per currency.
    `width` in pixels is the reader's own; a list sets it.
    """

    label: str | Promise
    field: str
    sort: str = ""
    render: Render = text
    export: Callable[[Any], Any] | None = None
    is_title: bool = False
    total: bool = False
    is_optional: bool = False
    width: int = 0

    @property
    def name(self) -> str:
        """The column in an address."""
        return self.field.replace(".", "_")

    @property
    def is_number(self) -> bool:
        """Whether the cell is set to the right, with figures of one width."""
        return self.render in (amount, computed, percent) or self.total

    @property
    def is_money(self) -> bool:
        """Whether the column holds amounts in the record's currency."""
        return self.render in (amount, computed)

    def cell(self, record: Any, address: str = "") -> SafeString:
        """The escaped content of the cell. `address` is the record's, where it is known."""
        if self.render is choice:
            return display.choice_badge(record, self.field)
        if self.render is label:
            return conditional_escape(getattr(record, f"get_{self.field}_display")() or display.NOTHING)
        content = self.render(value_at(record, self.field), record)
        if self.is_title:
            return format_html('<a class="title" href="{}">{}</a>', address or record.get_absolute_url(), content)
        return conditional_escape(content)

    def raw(self, record: Any) -> Any:
        """The value for a file."""
        if self.export:
            return self.export(record)
        if self.render in (choice, label):
            return getattr(record, f"get_{self.field}_display")()
        value = value_at(record, self.field)
        if value is None and self.render is computed:
            return display.unavailable_in_words(record.why_unavailable) if record.why_unavailable else value
        if isinstance(value, list):
            return ", ".join(force_str(one) for one in value)
        return str(value) if isinstance(value, models.Model) else value


@dataclass(frozen=True)
class Cells:
    """Which cells may be changed in place: the fields, and the records by their key."""

    fields: frozenset[str] = frozenset()
    keys: frozenset[int] = frozenset()


def rows_html(records: Sequence[Any], columns: Sequence[Column], *, can_select: bool = False, cells: Cells = Cells()) -> SafeString:  # noqa: B008 (frozen)
    """The rows of a table. `data-label` names each cell where a narrow screen shows the row as a card."""
    kinds = [(column, _opening(column), _opening(column, column.field if column.field in cells.fields else "")) for column in columns]
    return mark_safe("".join(_row(record, kinds, can_select, is_open=record.pk in cells.keys) for record in records))  # noqa: S308 - escaped below


@dataclass(frozen=True)
class Beside:
    """The list's address with a record beside it, to which the record's key is added; and the record that is open."""

    address: str
    key: int | None = None


def split_rows_html(records: Sequence[Any], columns: Sequence[Column], *, beside: Beside, can_select: bool = False) -> SafeString:
    """The rows of a split view. A wide screen shows of each the title and the two columns that follow it (`fact`), and the title then
    leads to `beside`; a narrow one shows the table, or the cards."""
    after = next((place for place, column in enumerate(columns) if column.is_title), -1) + 1
    others = [column for column in (*columns[after:], *columns[:after]) if not column.is_title]
    kinds = [(column, _opening(column, css="fact" if column in others[:FACTS] else "")) for column in columns]
    return mark_safe("".join(_split_row(record, kinds, beside, can_select) for record in records))  # noqa: S308 - escaped below


def _split_row(record: Any, kinds: Sequence[tuple[Column, SafeString]], beside: Beside, can_select: bool) -> str:
    inner = "".join(f"{opening}{_beside(record, column, beside)}{column.cell(record)}</td>" for column, opening in kinds)
    return f"<tr>{_box(record) if can_select else ''}{inner}</tr>"


def _beside(record: Any, column: Column, beside: Beside) -> SafeString | str:
    if not column.is_title:
        return ""
    mark = mark_safe(' aria-current="true"') if record.pk == beside.key else ""
    content = column.render(value_at(record, column.field), record)
    return format_html('<a class="peek" href="{}{}" hx-boost="true"{}>{}</a>', beside.address, record.pk, mark, content)


def _row(record: Any, kinds: Sequence[tuple[Column, SafeString, SafeString]], can_select: bool, *, is_open: bool) -> str:
    """A row; each kind of cell brings what it opens with, to be read and to be changed, so that it is written once for all rows."""
    address = record.get_absolute_url() if is_open else ""
    place = format_html(' data-record="{}"', address) if is_open else ""
    inner = "".join(f"{opening if is_open else plain}{column.cell(record, address)}</td>" for column, plain, opening in kinds)
    return f"<tr{place}>{_box(record) if can_select else ''}{inner}</tr>"


def _box(record: Any) -> SafeString:
    box = '<td class="pick"><input class="form-check-input" type="checkbox" name="ids" value="{}" form="bulk" aria-label="{}"></td>'
    return format_html(box, record.pk, record)


def _opening(column: Column, field: str = "", *, css: str = "") -> SafeString:
    place = format_html(' data-cell="{}"', field) if field else ""
    return format_html('<td class="{}" data-label="{}"{}>', f"{_cell_class(column)} {css}".strip(), column.label, place)


def _cell_class(column: Column) -> str:
    return " ".join(name for name, holds in (("num", column.is_number), ("title-cell", column.is_title), ("sized", column.width)) if holds)
