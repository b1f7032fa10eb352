"""Files of a list: CSV streamed row by row, XLSX whole, or by the worker in parts that are put together at the end.

Every text goes through `safe_cell`. Every file ends with what it is: the list, its filters, how many rows, when and by whom. A CSV
says it in lines after an empty one, each beginning with `#`; a file that was cut off lacks them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from partnerportal.core.tables import Column

# What a spreadsheet may pass over (blanks, signs without width, quotes, separators) before a sign that begins a formula.
_PASSED_OVER = r"[\s\u0000-\u0008\u000e-\u001f\u007f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\"`´‘’“”„«»,;|]"
_FORMULA = re.compile(rf"(?:^[\t\r\n\u000b\u000c])|^'*{_PASSED_OVER}*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20]")
# XML cannot hold these, so a sheet could not be opened.
_UNPRINTABLE = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Manifest:
    """What a file says about itself: label and value. Rows and time come from the writing."""

    facts: tuple[tuple[str, str], ...]

    def closed(self, rows: int) -> list[tuple[str, Any]]:
        """All facts of the finished file."""
        now = timezone.localtime()
        moment = f"{date_format(now, 'DATETIME_FORMAT')} ({timezone.get_current_timezone_name()})"
        return [*((label, safe_cell(value)) for label, value in self.facts), (_("Rows"), rows), (_("Exported"), moment)]


NO_FACTS = Manifest(())


def safe_cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula. Numbers and dates stay what they are.

    A text that one could take for a formula gets an apostrophe in front; taking that one off gives the text back (`plain_text`).
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return value
    words = str(value)
    return "'" + words if _FORMULA.match(words) else words


def plain_text(cell: str) -> str:
    """The text that `safe_cell` wrote."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def heading(columns: Sequence[Column]) -> list[Any]:
    """The first line."""
    return [safe_cell(column.label) for column in columns]


def line(record: Any, columns: Sequence[Column]) -> list[Any]:
    """The line of a record."""
    return [safe_cell(column.raw(record)) for column in columns]


def lines(records: Iterable[Any], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """The heading and one line a record."""
    yield heading(columns)
    for record in records:
        yield line(record, columns)


# --- CSV --------------------------------------------------------------------------------


class _Echo:
    """A file that hands back what is written, for the csv module."""

    def write(self, line: str) -> str:
        return line


def csv_response(records: Iterable[Any], columns: Sequence[Column], *, name: str, manifest: Manifest = NO_FACTS) -> HttpResponseBase:
    """A CSV file in UTF-8 with a mark, so that Excel reads umlauts."""
    response = StreamingHttpResponse(_csv(records, columns, manifest), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _csv(records: Iterable[Any], columns: Sequence[Column], manifest: Manifest) -> Iterator[str]:
    writer, digest, count = csv.writer(_Echo()), hashlib.sha256(), -1
    yield "\ufeff"
    for values in lines(records, columns):
        written = writer.writerow(values)
        digest.update(written.encode())
        count += 1
        yield written
    yield "\r\n"
    for label, value in [*manifest.closed(count), (_("SHA-256 of the lines above"), digest.hexdigest())]:
        yield writer.writerow([f"# {label}", value])


# --- XLSX -------------------------------------------------------------------------------

MOST_ROWS = 1_048_575  # What a sheet holds below its heading.
_SHEET = "xl/worksheets/sheet1.xml"


class _Book:
    """A workbook: rows, and a second sheet that says what it is. Texts are written as texts: neither formulas nor links."""

    def __init__(self, target: IO[bytes], columns: Sequence[Column]) -> None:
        self.book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.sheet = self.book.add_worksheet(_("Rows"))
        self.strong = self.book.add_format({"bold": True})
        self.days = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moments = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for one in (self.strong, self.days, self.moments):
            one._get_xf_index()  # Formats get their numbers as they are first asked: so they have the same ones in every book.
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(len(columns) - 1, 0), 18)

    def head(self, columns: Sequence[Column]) -> None:
        """The heading."""
        self.sheet.set_row(0, None, self.strong)
        self.write(0, heading(columns))

    def write(self, row: int, values: Sequence[Any]) -> None:
        """A line of the rows."""
        for column, value in enumerate(values):
            self._write(self.sheet, row, column, value)

    def close(self, facts: Iterable[tuple[str, Any]] = ()) -> None:
        """Write what the file is, and end it."""
        about = self.book.add_worksheet(_("About this file"))
        about.set_column(0, 0, 22)
        about.set_column(1, 1, 60)
        for row, (label, value) in enumerate(facts):
            about.write_string(row, 0, label, self.strong)
            self._write(about, row, 1, value)
        self.book.close()

    def _write(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, self.moments if isinstance(value, datetime) else self.days)
        elif isinstance(value, str):
            sheet.write_string(row, column, _UNPRINTABLE.sub("", value))
        else:
            sheet.write(row, column, value)


def xlsx_response(records: Iterable[Any], columns: Sequence[Column], *, name: str, manifest: Manifest = NO_FACTS) -> HttpResponseBase:
    """An XLSX file."""
    target = tempfile.SpooledTemporaryFile(max_size=8_000_000)  # noqa: SIM115 (the answer closes it)
    book, count = _Book(target, columns), 0
    book.head(columns)
    for count, record in enumerate(records, 1):
        book.write(count, line(record, columns))
    book.close(manifest.closed(count))
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{name}.xlsx")


def sheet_part(records: Sequence[Any], columns: Sequence[Column], *, first: int) -> bytes:
    """Rows of an XLSX file by themselves, compressed; the heading is row 0, the first of these is row `first`."""
    target = io.BytesIO()
    book = _Book(target, columns)
    for row, record in enumerate(records, first):
        book.write(row, line(record, columns))
    book.close()
    with zipfile.ZipFile(target) as file:
        _head, _opening, rest = file.read(_SHEET).partition(b"<sheetData>")
    return zlib.compress(rest.partition(b"</sheetData>")[0])


def join_parts(target: IO[bytes], parts: Iterable[bytes], columns: Sequence[Column], *, rows: int, manifest: Manifest) -> None:
    """Write the XLSX file of the parts, `rows` rows together, as `xlsx_response` writes it whole; one part at a time is in memory."""
    shell = io.BytesIO()
    book = _Book(shell, columns)
    book.head(columns)
    book.close(manifest.closed(rows))
    end = xl_rowcol_to_cell(rows, max(len(columns) - 1, 0)).encode()
    with zipfile.ZipFile(shell) as empty, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for member in empty.infolist():
            if member.filename != _SHEET:
                made.writestr(member, empty.read(member), zipfile.ZIP_DEFLATED)
                continue
            head, closing, tail = empty.read(member).partition(b"</sheetData>")
            with made.open(_SHEET, "w", force_zip64=True) as sheet:
                sheet.write(re.sub(rb'(?<=<dimension ref=")[^"]*', b"A1:" + end, head))
                for part in parts:
                    sheet.write(zlib.decompress(part))
                sheet.write(closing + tail)
