"""Lines that a person pastes from a spreadsheet: product code, quantity, discount in percent, and how it is billed.

Columns are parted by tabs (or semicolons); discount and billing may be missing. A first row of headings is passed over. Each row that
cannot be read is named with its number and what is wrong; rows are read here, products and prices are looked up by the service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from catalog.models import BillingPeriod

MOST_ROWS = 500
MOST_PIECES = 100_000
HEADINGS = frozenset(
    {"code", "product", "product code", "item", "sku", "produkt", "produktcode", "artikel", "codice", "prodotto", "produit"}
)


@dataclass(frozen=True)
class Row:
    """A row that could be read. `billing_period` is empty where the row does not say."""

    number: int
    code: str
    quantity: int
    discount: Decimal
    billing_period: str = ""


@dataclass(frozen=True)
class BadRow:
    """A row that could not be taken, and why."""

    number: int
    text: str
    sentence: str


def read(text: str) -> tuple[list[Row], list[BadRow]]:
    """The rows of a pasted text, and those that cannot be read. Empty rows count for the numbers and for nothing else."""
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip().strip('"').strip() for cell in re.split(r"\t|;", line)]
        if not any(cells) or (not rows and not bad and cells[0].casefold() in HEADINGS):
            continue
        try:
            rows.append(_row(number, cells))
        except ValueError as error:
            bad.append(BadRow(number, line.strip()[:80], str(error)))
    if len(rows) > MOST_ROWS:
        bad.append(BadRow(rows[MOST_ROWS].number, "", _("A quote holds at most %(count)s lines.") % {"count": MOST_ROWS}))
    return rows, bad


def _row(number: int, cells: list[str]) -> Row:
    if not cells[0]:
        raise ValueError(_("The product code is missing."))
    if len(cells) > 4 and any(cells[4:]):
        raise ValueError(_("More than four columns: code, quantity, discount, billing."))
    cells = [*cells, "", "", ""]
    return Row(number, cells[0], _quantity(cells[1]), _discount(cells[2]), _period(cells[3]))


def _quantity(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(_("The quantity is no whole number: “%(text)s”.") % {"text": text[:20]})
    if not 1 <= int(text) <= MOST_PIECES:
        raise ValueError(_("The quantity is a number from 1 to %(most)s.") % {"most": MOST_PIECES})
    return int(text)


def _discount(text: str) -> Decimal:
    typed = text.replace("%", "").replace(",", ".").strip()
    try:
        percent = Decimal(typed or "0") if re.fullmatch(r"[0-9.]{0,7}", typed) else None
    except InvalidOperation:
        percent = None
    if percent is None or percent > 100 or percent != round(percent, 2):
        raise ValueError(_("The discount is no percent from 0 to 100: “%(text)s”.") % {"text": text[:20]})
    return percent / 100


def _period(text: str) -> str:
    if not text:
        return ""
    known = {str(word).casefold(): value for value, label in BillingPeriod.choices for word in (value, label)}
    try:
        return known[text.casefold()]
    except KeyError:
        raise ValueError(_("There is no billing “%(text)s”.") % {"text": text[:20]}) from None
