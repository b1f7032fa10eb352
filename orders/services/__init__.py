"""What happens to orders. Other apps import the names below from here."""

from orders.services.confirming import answer_step, confirm_order, edit_order, keep_typed
from orders.services.moving import cancel_order, complete_order, hold_order, release_order, ship_order, start_order
from orders.services.placing import StockRefused, Wanted, place_from_quote, place_stock_order, stock_lines

__all__ = [
    "StockRefused",
    "Wanted",
    "answer_step",
    "cancel_order",
    "complete_order",
    "confirm_order",
    "edit_order",
    "hold_order",
    "keep_typed",
    "place_from_quote",
    "place_stock_order",
    "release_order",
    "ship_order",
    "start_order",
    "stock_lines",
]
