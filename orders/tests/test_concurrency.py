"""Two clicks at the same moment: one order, one confirmation, one case. Real threads, real transactions."""

import pytest

from cases.models import Case
from orders import services
from orders.models import Order
from orders.tests.factories import AnsweredOrderFactory, ReadyQuoteFactory, RunningOrderFactory
from partnerportal.core import attached
from partnerportal.core.models import NumberSeries, OutboxMessage, StageMove
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.racing import at_once
from projects.models import Project

CLICKS = 5


def everything(model):
    return model._default_manager.across_partners(reason="test")


@pytest.mark.django_db(transaction=True)
def test_placing_at_once_makes_one_order(anna):
    quote = ReadyQuoteFactory(owner=anna)

    answers = at_once(*[lambda: services.place_from_quote(quote, by=anna)] * CLICKS)

    order = everything(Order).get()
    assert answers == [order] * CLICKS
    assert order.lines.count() == quote.lines.count()
    assert everything(StageMove).filter(to_stage="ordered").count() == 1
    assert everything(StageMove).filter(to_stage="order_management").count() == 1
    assert everything(NumberSeries).get(series="O").last == 1


@pytest.mark.django_db(transaction=True)
def test_confirming_at_once_confirms_once_opens_one_case_and_tells_a_follower_once(anna, alex):
    order = AnsweredOrderFactory(owner=anna)
    attached.follow(order, by=alex)

    answers = at_once(*[lambda: services.confirm_order(order, by=anna)] * CLICKS)

    assert answers == [order] * CLICKS
    assert everything(Case).count() == 1
    assert everything(StageMove).filter(to_stage="confirmed").count() == 1
    assert OutboxMessage.objects.count() == 1
    assert [person.notifications.count() for person in (anna, alex)] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_shipping_at_once_ships_once(anna, otto):
    order = RunningOrderFactory(owner=anna)

    answers = at_once(*[lambda: services.ship_order(order, tracking="TRK1", by=otto)] * CLICKS)

    assert sum(isinstance(answer, Order) for answer in answers) == 1
    assert sum(isinstance(answer, IllegalMove) for answer in answers) == CLICKS - 1
    assert everything(StageMove).filter(to_stage="shipped").count() == 1
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cancelling_and_confirming_at_once_leave_one_of_both(anna):
    order = AnsweredOrderFactory(owner=anna)

    at_once(*[lambda: services.confirm_order(order, by=anna), lambda: services.cancel_order(order, reason="Mistake", by=anna)] * 3)

    status = everything(Order).get().status
    stage = everything(Project).get().stage
    assert (status, stage, everything(Case).count()) in {("confirmed", "order_management", 1), ("cancelled", "proposal", 0)}
