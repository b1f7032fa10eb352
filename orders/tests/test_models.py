"""Facts and sets of orders, and what the database refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from orders.models import Order, OrderLine, is_host_name
from orders.stages import Status
from orders.tests.factories import (
    LICENCES,
    CancelledOrderFactory,
    CompletedOrderFactory,
    HeldOrderFactory,
    OrderFactory,
    RunningOrderFactory,
    StockOrderFactory,
)


def test_open_orders_are_neither_completed_nor_cancelled(anna):
    opened = {OrderFactory(owner=anna), RunningOrderFactory(owner=anna), HeldOrderFactory(owner=anna), StockOrderFactory(owner=anna)}
    CompletedOrderFactory(owner=anna)
    CancelledOrderFactory(owner=anna)

    assert set(Order.objects.visible_to(anna).open()) == opened


def test_who_sees_an_order(anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
    order = OrderFactory(owner=anna)
    sees = {
        person.first_name: list(Order.objects.visible_to(person)) == [order]
        for person in (anna, alex, ben, carla, otto, olga, tariq, vendor_admin)
    }

    assert sees == {"Anna": True, "Alex": True, "Ben": True, "Carla": False, "Otto": True, "Olga": False, "Tariq": False, "Ada": True}


def test_who_may_change_an_order(anna, alex, ben, dora, otto):
    order = OrderFactory(owner=anna)
    may = {person.first_name: list(Order.objects.editable_by(person)) == [order] for person in (anna, alex, ben, dora, otto)}

    assert may == {"Anna": True, "Alex": False, "Ben": True, "Dora": True, "Otto": False}


def test_facts_of_an_order(anna):
    full, licences, stock = OrderFactory(owner=anna), OrderFactory(owner=anna, quoted=LICENCES), StockOrderFactory(owner=anna)

    assert [(order.ships, order.has_telephony, order.is_stock, order.is_draft) for order in (full, licences, stock)] == [
        (True, True, False, True),
        (False, False, False, True),
        (True, False, True, True),
    ]


def test_a_number_stands_once_per_partner(anna, carla):
    OrderFactory(owner=anna, number="O-2026-00001")
    OrderFactory(owner=carla, number="O-2026-00001")

    with pytest.raises(IntegrityError), transaction.atomic():
        StockOrderFactory(owner=anna, number="O-2026-00001")


def test_a_quote_has_one_order(anna):
    order = OrderFactory(owner=anna)

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderFactory(owner=anna, quote=order.quote)


@pytest.mark.parametrize("changes", [{"status": "lost"}, {"record_type": "initial"}])
def test_what_cannot_be(anna, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        StockOrderFactory(owner=anna, **changes)


def test_a_stock_order_has_no_customer(anna):
    order = OrderFactory(owner=anna)
    order.record_type = "stock"

    with pytest.raises(IntegrityError), transaction.atomic():
        order.save()


def test_a_line_has_a_quantity(anna):
    order = OrderFactory(owner=anna)
    line = order.lines.first()
    line.quantity = 0

    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()
    assert OrderLine.objects.for_partner(anna.partner).count() == 3


@pytest.mark.parametrize("name", ["brenner", "a", "a-1", "9to5"])
def test_a_host_name(name):
    is_host_name(name)


@pytest.mark.parametrize("name", ["Brenner", "-a", "a-", "a.b", "a b", "ä", "a\n", ""])
def test_no_host_name(name):
    with pytest.raises(ValidationError):
        is_host_name(name)


def test_only_a_stock_draft_can_be_deleted(anna):
    stays = "An order stays. Cancel it as long as nothing is shipped."

    assert StockOrderFactory(owner=anna).deletion_refusal() == ""
    assert StockOrderFactory(owner=anna, status=Status.CONFIRMED).deletion_refusal() == stays
    assert OrderFactory(owner=anna).deletion_refusal() == stays


def test_what_was_typed_is_no_history(anna):
    order = OrderFactory(owner=anna)

    assert "typed" not in {field.name for field in order.history.model._meta.get_fields()}
