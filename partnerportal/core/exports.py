"""Files of a list: CSV streamed row by row, XLSX written to memory or, when it grows, to a temporary file.

Every text goes through `safe_cell`. Every file ends with what it is: the list, its filters, how many rows, when and by whom. A CSV
says it in lines after an empty one, each beginning with `#`; a file that was cut off lacks them.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

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


def lines(records: Iterable[Any], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """The heading and one line a record."""
    yield [safe_cell(column.label) for column in columns]
    for record in records:
        yield [safe_cell(column.raw(record)) for column in columns]


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
    for line in lines(records, columns):
        written = writer.writerow(line)
        digest.update(written.encode())
        count += 1
        yield written
    yield "\r\n"
    for label, value in [*manifest.closed(count), (_("SHA-256 of the lines above"), digest.hexdigest())]:
        yield writer.writerow([f"# {label}", value])


# --- XLSX -------------------------------------------------------------------------------


def xlsx_response(records: Iterable[Any], columns: Sequence[Column], *, name: str, manifest: Manifest = NO_FACTS) -> HttpResponseBase:
    """An XLSX file. Texts are written as texts: neither formulas nor links. A second sheet says what the file is."""
    target = tempfile.SpooledTemporaryFile(max_size=8_000_000)  # noqa: SIM115 (the answer closes it)
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    )
    sheet, strong = book.add_worksheet(_("Rows")), book.add_format({"bold": True})
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, None, strong)
    sheet.set_column(0, max(len(columns) - 1, 0), 18)
    count = -1
    for line in lines(records, columns):
        count += 1
        for column, value in enumerate(line):
            _write(sheet, count, column, value, moments)
    about = book.add_worksheet(_("About this file"))
    about.set_column(0, 0, 22)
    about.set_column(1, 1, 60)
    for row, (label, value) in enumerate(manifest.closed(count)):
        about.write_string(row, 0, label, strong)
        _write(about, row, 1, value, moments)
    book.close()
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{name}.xlsx")


def _write(sheet: Any, row: int, column: int, value: Any, moments: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, moments)
    elif isinstance(value, str):
        sheet.write_string(row, column, _UNPRINTABLE.sub("", value))
    else:
        sheet.write(row, column, value)
