"""Prices and packs of an order to stock: pure, no database."""

from decimal import Decimal

import pytest

from orders.stock import StockLine, total_of


def line(quantity, price="37.80", pack_size=10):
    return StockLine(1, "PH-M", "Desk phone M", quantity, Decimal(price), pack_size)


@pytest.mark.parametrize(
    ("quantity", "pack_size", "missing"), [(10, 10, 0), (20, 10, 0), (7, 10, 3), (11, 10, 9), (1, 1, 0), (5, 1, 0), (12, 5, 3)]
)
def test_pieces_missing_to_full_packs(quantity, pack_size, missing):
    assert line(quantity, pack_size=pack_size).to_full_packs == missing


def test_total_of_a_line_is_rounded_once():
    assert line(3, price="33.335").total == Decimal("100.01")


def test_total_adds_rounded_lines():
    assert total_of([line(3, price="33.335"), line(2)]) == Decimal("175.61")


def test_total_of_nothing_is_zero():
    assert total_of([]) == Decimal("0.00")
