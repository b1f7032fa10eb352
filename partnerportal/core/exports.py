"""Files of a list: CSV streamed row by row, XLSX written to memory or, when it grows, to a temporary file.

Every text goes through `safe_cell`.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from partnerportal.core.tables import Column

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula. Numbers and dates stay what they are."""
    if value is None:
        return ""
    if isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return value
    words = str(value)
    return "'" + words if words.lstrip(" ").startswith(FORMULA_STARTS) else words


def lines(records: Iterable[Any], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """The heading and one line a record."""
    yield [safe_cell(column.label) for column in columns]
    for record in records:
        yield [safe_cell(column.raw(record)) for column in columns]


class _Echo:
    """A file that hands back what is written, for the csv module."""

    def write(self, line: str) -> str:
        return line


def csv_response(records: Iterable[Any], columns: Sequence[Column], *, name: str) -> HttpResponseBase:
    """A CSV file in UTF-8 with a mark, so that Excel reads umlauts."""
    writer = csv.writer(_Echo())
    body = (writer.writerow(line) for line in lines(records, columns))
    response = StreamingHttpResponse(_marked(body), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _marked(body: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from body


def xlsx_response(records: Iterable[Any], columns: Sequence[Column], *, name: str) -> HttpResponseBase:
    """An XLSX file. Texts are written as texts: neither formulas nor links."""
    target = tempfile.SpooledTemporaryFile(max_size=8_000_000)  # noqa: SIM115 (the answer closes it)
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    )
    sheet = book.add_worksheet()
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for row, line in enumerate(lines(records, columns)):
        for column, value in enumerate(line):
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, value, moments)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            else:
                sheet.write(row, column, value)
    book.close()
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{name}.xlsx")
