"""The foot of a list: sums, averages or counts of its columns in words, from lines of one currency each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from partnerportal.core import display
from partnerportal.core.money import round_money
from partnerportal.core.tables import Column, computed

Line = dict[str, Any]  # `sum_<column>`, `n_<column>`, `rows` and `currency`.


def sums_in_words(columns: Sequence[Column], lines: Sequence[Line], kind: str) -> list[tuple[Column, list[str]]]:
    """For each column, its sums, averages (`kind` average) or counts (count)."""
    return [(column, _in_words(column, lines, kind) if column.total else []) for column in columns]


def sums_in_one(
    columns: Sequence[Column], lines: Sequence[Line], number: Callable[[list[tuple[str, Decimal]]], str]
) -> list[tuple[str, str]]:
    """The sums of several currencies as one number in words, by column."""
    money = [column for column in columns if column.total and column.is_money]
    texts = [(str(column.label), number(_amounts(column, lines))) for column in money]
    return [(label, text) for label, text in texts if text]


def _amounts(column: Column, lines: Sequence[Line]) -> list[tuple[str, Decimal]]:
    return [(line["currency"], line[f"sum_{column.name}"]) for line in lines if line[f"n_{column.name}"]]


def _in_words(column: Column, lines: Sequence[Line], kind: str) -> list[str]:
    said = [(line[f"sum_{column.name}"], line[f"n_{column.name}"], line.get("currency", "")) for line in lines]
    missing = sum(line["rows"] - line[f"n_{column.name}"] for line in lines) if column.render is computed else 0
    said = [one for one in said if one[1]]
    if kind == "count":
        return [display.number(sum(count for _total, count, _currency in said)), *([display.left_out(missing)] if missing else [])]
    is_average = kind == "average"
    if column.is_money:
        texts = [display.money(round_money(total / count) if is_average else total, currency) for total, count, currency in said]
        return [*texts, *([display.left_out(missing)] if missing else [])]
    total, count = sum(one[0] for one in said), sum(one[1] for one in said)
    mean = (Decimal(total) / max(count, 1)).quantize(Decimal("0.1"))
    return [display.number(mean if is_average else total)] if said else []
