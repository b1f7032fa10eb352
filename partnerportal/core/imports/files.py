"""Reading CSV and XLSX line by line: what is in memory does not grow with the file."""

from __future__ import annotations

import codecs
import csv
import io
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from partnerportal.core.imports.values import NOT_SAVED
from partnerportal.core.uploads import FileRefused, check_file

MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_CELL = 32_767  # As many characters as Excel keeps in a cell.
MOST_UNPACKED = 300 * 1024 * 1024
MOST_PACKING = 200  # A table is packed to a tenth or so; what is packed tighter is no table.
SEPARATORS = (";", ",", "\t", "|")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE = 64 * 1024
# What openpyxl and the zip module raise for a file that is not what it says.
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, DefusedXmlException,
    KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError, struct.error,
)  # fmt: skip

Line = tuple[int, list[str]]

csv.field_size_limit(4_000_000)


@dataclass(frozen=True)
class Table:
    """The beginning of a table: its sheets, its headings, and some lines below them."""

    sheets: list[str]
    sheet: str
    headings: list[str]
    sample: list[list[str]]


def check_upload(upload: UploadedFile) -> str:
    """The name of an upload that may be a table. Raises FileRefused; the file is left at its beginning."""
    extension = PurePath(upload.name or "").suffix.lower()
    if extension not in (".csv", ".txt", ".xlsx"):
        raise FileRefused(_("Please choose a CSV or Excel file (.csv, .txt or .xlsx)."))
    beginning = upload.read(2)
    upload.seek(0)
    name = PurePath((upload.name or "").replace("\\", "/")).name[-180:]
    if extension == ".xlsx" or not beginning.startswith(UTF_16):
        check_file(upload)
        upload.seek(0)
    return name


def is_book(name: str) -> bool:
    """Whether a name is that of an Excel file."""
    return name.lower().endswith(".xlsx")


def begin(file: BinaryIO, name: str, sheet: str = "") -> Table:
    """The headings and some lines. Raises FileRefused for what cannot be read or has no lines."""
    with _reading(file, name) as source:
        chosen = sheet if sheet in source.sheets else (source.sheets[0] if source.sheets else "")
        found = [cells for _number, cells in islice(source.lines(chosen), 6)]
    if len(found) < 2:
        raise FileRefused(_("There is no table in this file: a line of headings, and lines below it."))
    headings = _headings(found[0])
    return Table(source.sheets, chosen, headings, [fitted(cells, len(headings)) for cells in found[1:]])


def lines(file: BinaryIO, name: str, sheet: str = "") -> Iterator[Line]:
    """The lines below the headings that hold anything, with their numbers in the file. Raises FileRefused."""
    with _reading(file, name) as source:
        found = source.lines(sheet)
        width = len(_headings(next(found, (1, []))[1]))
        for count, (number, cells) in enumerate(found, start=1):
            if count > MOST_ROWS:
                raise FileRefused(
                    _("The file has more than %(limit)s lines. Please import it in parts.") % {"limit": f"{MOST_ROWS:,}".replace(",", " ")}
                )
            yield number, fitted(cells, width)


def fitted(cells: list[str], width: int) -> list[str]:
    """A line with as many cells as there are headings."""
    return [*cells[:width], *[""] * (width - len(cells))]


def _headings(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise FileRefused(_("The file has more than %(limit)s columns.") % {"limit": MOST_COLUMNS})
    return [cell[:200] or _("Column %(number)s") % {"number": place} for place, cell in enumerate(cells, start=1)]


@contextmanager
def _reading(file: BinaryIO, name: str) -> Iterator[_Csv | _Book]:
    file.seek(0)
    try:
        with closing(_Book(file) if is_book(name) else _Csv(file)) as source:
            yield source
    except FileRefused:
        raise
    except (csv.Error, UnicodeError) as error:
        raise FileRefused(_("This file cannot be read as a table of text.")) from error
    except _BROKEN as error:
        raise FileRefused(_("This Excel file cannot be read. Please save it anew, or as CSV.")) from error


def text_of(value: Any) -> str:
    """A cell as a text, the way a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\x00", "").strip()[:MOST_CELL]


def _numbered(rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Line]:
    last = 0
    for number, row in rows:
        if number <= last:  # A damaged sheet may give a number twice; its first line counts.
            continue
        last, cells = number, [text_of(cell) for cell in row]
        if any(cells):
            yield number, cells


class _Csv:
    """Text with separators, in whatever encoding it is."""

    sheets: list[str] = []

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def close(self) -> None:
        """The file is its owner's to close."""

    def lines(self, sheet: str) -> Iterator[Line]:
        """Every line that holds anything."""
        encoding = encoding_of(self.file)
        self.file.seek(0)
        beginning = codecs.getincrementaldecoder(encoding)(errors="replace").decode(self.file.read(_SAMPLE))
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, encoding=encoding, newline="")
        try:
            reader = csv.reader(text, delimiter=separator_of(beginning))
            yield from _numbered((reader.line_num, row) for row in reader)
        finally:
            text.detach()


def encoding_of(file: BinaryIO) -> str:
    """UTF-16 and UTF-8 by their marks, UTF-8 when all of it is, else the encoding of Western Windows."""
    file.seek(0)
    beginning = file.read(3)
    if beginning.startswith(UTF_16):
        return "utf-16"
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while piece := file.read(_SAMPLE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _western(file)
    return "utf-8-sig"


def _western(file: BinaryIO) -> str:
    """Windows-1252, unless the file has one of the five bytes that it does not know."""
    unknown = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
    file.seek(0)
    while piece := file.read(_SAMPLE):
        if len(piece.translate(None, unknown)) != len(piece):
            return "latin-1"
    return "cp1252"


def separator_of(beginning: str) -> str:
    """What separates the cells: what divides most of the first lines into the same number of cells, and the most of them."""

    def worth(separator: str) -> tuple[int, int]:
        rows = [row for row in islice(csv.reader(io.StringIO(beginning, newline=""), delimiter=separator), 20) if any(row)]
        if not rows or len(rows[0]) < 2:
            return (0, 0)
        return (sum(len(row) == len(rows[0]) for row in rows), len(rows[0]))

    return max(SEPARATORS, key=worth)


class _Strings(Sequence[str]):
    """The texts of an Excel file, which its cells name by number: on disk, since there are as many as cells."""

    def __init__(self, source: Any) -> None:
        self.texts = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the book)
        self.places = tempfile.TemporaryFile()  # noqa: SIM115
        self.size = 0
        root, tag = None, f"{{{SHEET_MAIN_NS}}}si"
        for event, node in iterparse(source, events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = node
            elif event == "end" and node.tag == tag:
                self._keep(Text.from_tree(node).content.replace("x005F_", ""))
                root.clear()

    def _keep(self, text: str) -> None:
        content = text[:MOST_CELL].encode("utf-8", "replace")
        self.places.write(struct.pack("<QL", self.texts.tell(), len(content)))
        self.texts.write(content)
        self.size += 1

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, number: Any) -> Any:
        if not 0 <= number < self.size:
            raise IndexError(number)
        self.places.seek(number * 12)
        place, length = struct.unpack("<QL", self.places.read(12))
        self.texts.seek(place)
        return self.texts.read(length).decode()

    def close(self) -> None:
        """Give the disk back."""
        self.texts.close()
        self.places.close()


class _Reader(ExcelReader):
    """openpyxl's reader, with the texts on disk."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _Strings(source)


class _Cells(WorkSheetParser):
    """openpyxl's parser of a sheet, which tells a formula that was saved without its result from a cell without anything."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A text that is blank, such as what `=""` comes to, has its type."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            cell["value"] = NOT_SAVED
        return cell


class _Book:
    """The sheets of an Excel file. Formulas are what they came to when the file was saved."""

    def __init__(self, file: BinaryIO) -> None:
        _check_unpacked(file)
        self.reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
        self.reader.read()
        self.sheets = [sheet.title for sheet in self.reader.wb.worksheets if sheet.sheet_state == "visible"]

    def close(self) -> None:
        """The archive and the texts."""
        self.reader.wb.close()
        if isinstance(self.reader.shared_strings, _Strings):
            self.reader.shared_strings.close()

    def lines(self, sheet: str) -> Iterator[Line]:
        """Every line that holds anything."""
        page, book = self.reader.wb[sheet], self.reader.wb
        with page._get_source() as source:
            cells = _Cells(
                source,
                page._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            yield from _numbered((number, page._get_row(row, max_col=MOST_COLUMNS + 1, values_only=True)) for number, row in cells.parse())


def _check_unpacked(file: BinaryIO) -> None:
    """Refuse an archive that says it would fill the memory; the zip module reads no more than it says."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if unpacked > MOST_UNPACKED or unpacked > 1_000_000 + MOST_PACKING * packed:
        raise FileRefused(_("This Excel file is too large when it is unpacked."))
