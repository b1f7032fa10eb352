"""The vendor moves orders in the back office, within the own portfolio."""

import pytest
from django.urls import reverse

from orders.models import Order
from orders.tests.factories import (
    TELEPHONY,
    CompletedOrderFactory,
    ConfirmedOrderFactory,
    HeldOrderFactory,
    OrderFactory,
    RunningOrderFactory,
    ShippedOrderFactory,
)
from partnerportal.core.models import StageMove
from projects.models import Project

LIST = "/admin/orders/order/"


def everything(model):
    return model._default_manager.across_partners(reason="test")


def page(order):
    return f"{LIST}{order.pk}/change/"


def do(order, action):
    return reverse("admin:orders_order_do", args=[order.pk, action])


def offered(client, order):
    html = client.get(page(order)).content.decode()
    return [name for name in ("start", "ship", "complete", "hold", "release", "cancel") if do(order, name) in html]


@pytest.mark.parametrize(
    ("factory", "actions"),
    [
        (OrderFactory, ["cancel"]),
        (ConfirmedOrderFactory, ["start", "hold", "cancel"]),
        (RunningOrderFactory, ["ship", "hold", "cancel"]),
        (lambda **facts: RunningOrderFactory(quoted=TELEPHONY, **facts), ["complete", "hold", "cancel"]),
        (HeldOrderFactory, ["release", "cancel"]),
        (ShippedOrderFactory, ["complete"]),
        (CompletedOrderFactory, []),
    ],
)
def test_each_status_offers_its_next_steps(client, anna, otto, factory, actions):
    client.force_login(otto)

    assert offered(client, factory(owner=anna)) == actions


def test_an_order_goes_its_whole_way_in_the_back_office(client, anna, otto):
    order = ConfirmedOrderFactory(owner=anna)
    client.force_login(otto)

    for action, answer in (("start", {}), ("hold", {"text": "No papers"}), ("release", {}), ("ship", {"text": "TRK1"}), ("complete", {})):
        response = client.post(do(order, action), answer, follow=True)
        assert "done" in response.content.decode(), action

    order.refresh_from_db()
    project = everything(Project).get()
    assert (order.status, order.tracking, project.stage, project.outcome) == ("completed", "TRK1", "closed", "won")
    assert {move.by for move in everything(StageMove).filter(content_type__model="order")} == {otto}
    assert order.history.first().author_name == "Otto Keller"
    assert order.history.first().channel == "admin"


def test_a_refusal_is_explained_and_changes_nothing(client, anna, otto):
    order = RunningOrderFactory(owner=anna)
    client.force_login(otto)

    response = client.post(do(order, "complete"), follow=True)

    assert "Mark it as shipped first." in response.content.decode()
    assert everything(Order).get().status == "in_progress"


def test_tracking_is_asked(client, anna, otto):
    order = RunningOrderFactory(owner=anna)
    client.force_login(otto)

    assert client.post(do(order, "ship"), {"text": " "}).status_code == 422
    assert everything(Order).get().status == "in_progress"


def test_another_portfolio_is_not_there(client, anna, olga):
    order = ConfirmedOrderFactory(owner=anna)
    client.force_login(olga)

    assert order.number not in client.get(LIST).content.decode()
    assert client.get(page(order)).status_code == 302
    assert client.post(do(order, "start")).status_code == 404
    assert everything(Order).get().status == "confirmed"


@pytest.mark.parametrize("who", ["anna", "ben", "dora", "carla", "tariq"])
def test_nobody_else_moves_an_order(request, client, anna, who):
    order = ConfirmedOrderFactory(owner=anna)
    client.force_login(request.getfixturevalue(who))

    assert client.post(do(order, "start")).status_code in (302, 403, 404)
    assert everything(Order).get().status == "confirmed"


def test_several_orders_are_moved_and_each_refusal_is_told(client, anna, otto):
    confirmed, held = ConfirmedOrderFactory(owner=anna), HeldOrderFactory(owner=anna)
    client.force_login(otto)

    response = client.post(LIST, {"action": "start_chosen", "_selected_action": [confirmed.pk, held.pk]}, follow=True)

    text = response.content.decode()
    assert f"{confirmed}: done." in text
    assert f"{held}: This order is on hold. Release it first." in text
    assert everything(Order).get(pk=confirmed.pk).status == "in_progress"
    assert everything(Order).get(pk=held.pk).status == "on_hold"


def test_nothing_is_edited_by_hand(client, anna, vendor_admin):
    order = ConfirmedOrderFactory(owner=anna)
    client.force_login(vendor_admin)

    client.post(page(order), {"status": "completed", "mrr": "0", "reference": "x"})

    order.refresh_from_db()
    assert (order.status, order.reference) == ("confirmed", "")
    assert order.mrr > 0


def test_what_the_partner_typed_is_not_the_vendors_business(client, anna, otto):
    order = OrderFactory(owner=anna, typed={"pbx": {"pbx_name": "Half-done-4711"}})
    client.force_login(otto)

    assert "Half-done-4711" not in client.get(page(order)).content.decode()
