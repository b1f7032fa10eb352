"""Mail about orders: what each says, and twice is once."""

import pytest
from django.core import mail

from orders import jobs, services
from orders.tests.factories import (
    TELEPHONY,
    AnsweredOrderFactory,
    ConfirmedOrderFactory,
    OrderFactory,
    RunningOrderFactory,
    ShippedOrderFactory,
    StockOrderFactory,
)


def one_mail():
    (message,) = mail.outbox
    return message.subject, message.body, message.alternatives[0].content


@pytest.mark.parametrize(
    ("factory", "verb", "subject", "words"),
    [
        (ShippedOrderFactory, lambda order, by: services.complete_order(order, by=by), "is completed", "Everything is delivered."),
        (RunningOrderFactory, lambda order, by: services.ship_order(order, tracking="TRK<1>", by=by), "is shipped", "TRK<1>"),
        (ConfirmedOrderFactory, lambda order, by: services.hold_order(order, reason="No <papers>", by=by), "is on hold", "No <papers>"),
        (OrderFactory, lambda order, by: services.cancel_order(order, reason="Too <late>", by=by), "is cancelled", "Too <late>"),
    ],
)
def test_the_owner_hears_of_the_vendors_moves_by_mail(anna, otto, deliver, settings, factory, verb, subject, words):
    order = factory(owner=anna, number="O-2026-00009")
    verb(order, otto)

    assert deliver() == 1

    found, text, html = one_mail()
    assert mail.outbox[0].to == ["Anna Conti <anna@aurora-telecom.com>"]
    assert found == f"Order O-2026-00009 {subject}"
    assert words in text
    assert words.replace("<", "&lt;").replace(">", "&gt;") in html
    for body in (text, html):
        assert f"{settings.SITE_URL}/orders/{order.pk}/" in body
        assert order.account.name in body


def test_the_confirmation_mentions_the_case(anna, deliver):
    services.confirm_order(AnsweredOrderFactory(owner=anna, quoted=TELEPHONY), by=anna)

    assert deliver() == 1

    _subject, text, html = one_mail()
    assert "A case was opened for the telephone lines" in text
    assert "A case was opened for the telephone lines" in html


def test_a_stock_order_names_no_customer(anna, deliver):
    order = StockOrderFactory(owner=anna, devices_confirmed=True, address_is_confirmed=True, terms_accepted=True, number="O-2026-00009")
    services.confirm_order(order, by=anna)

    assert deliver() == 1

    assert "Order O-2026-00009 to your stock" in one_mail()[1]


def test_a_mail_tells_how_it_was_when_it_was_promised(anna, otto, deliver):
    order = ConfirmedOrderFactory(owner=anna, number="O-2026-00009")
    services.hold_order(order, reason="No papers", by=otto)
    services.release_order(order, by=otto)

    assert deliver() == 1

    assert one_mail()[0] == "Order O-2026-00009 is on hold"


def test_no_mail_ever_names_the_partners_cost(anna, otto, deliver):
    order = AnsweredOrderFactory(owner=anna, cost="4711.47")
    services.confirm_order(order, by=anna)
    services.start_order(order, by=otto)
    services.ship_order(order, tracking="TRK1", by=otto)
    services.complete_order(order, by=otto)

    deliver()

    assert len(mail.outbox) == 3
    assert [message.subject for message in mail.outbox if "4711" in message.body + message.alternatives[0].content] == []


def test_a_second_delivery_repeats_the_message_id(anna):
    order = services.confirm_order(AnsweredOrderFactory(owner=anna), by=anna)
    move = order.stage_moves.get()

    jobs.email_owner(order_id=order.pk, move_id=move.pk)
    jobs.email_owner(order_id=order.pk, move_id=move.pk)

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_who_left_gets_no_mail(anna, deliver):
    services.confirm_order(AnsweredOrderFactory(owner=anna), by=anna)
    anna.is_active = False
    anna.save()

    assert deliver() == 1
    assert mail.outbox == []
