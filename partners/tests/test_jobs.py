"""The vendor's admins hear of messages that died: once in a quiet time, each in the own language, with a way to try again."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from partnerportal.core import outbox
from partnerportal.core.models import Notification, OutboxMessage
from partners.roles import Role
from partners.tests.factories import VendorUserFactory

DEAD = OutboxMessage.State.DEAD
URL = "/admin/core/outboxmessage/?state__exact=dead"


def refuse(**payload):
    raise outbox.Undeliverable("no such address")


@pytest.fixture
def poison(db, monkeypatch):
    """Promise a message that no attempt can deliver, and try it."""
    monkeypatch.setitem(outbox._handlers, "trial", refuse)

    def die(key):
        with transaction.atomic():
            message = outbox.promise("trial", key=key)
        outbox.deliver_one(message.pk)
        message.refresh_from_db()
        assert message.state == DEAD

    return die


def bells(person):
    return list(person.notifications.values_list("text", "url", "kind"))


def test_admins_are_told_once_of_many(poison, vendor_admin, otto, anna, deliver, mailoutbox):
    second = VendorUserFactory(role=Role.VENDOR_ADMIN, language="de", first_name="Doris")
    VendorUserFactory(role=Role.VENDOR_ADMIN, is_active=False)
    for number in range(3):
        poison(f"trial:{number}")
    deliver()
    poison("trial:late")
    deliver()

    assert bells(vendor_admin) == [("3 messages could not be delivered.", URL, "outbox")]
    assert bells(second) == [("3 Nachrichten konnten nicht zugestellt werden.", URL, "outbox")]
    assert Notification.objects.count() == 2
    assert len(mailoutbox) == 2
    english = next(mail for mail in mailoutbox if vendor_admin.email in mail.to[0])
    assert english.subject == "3 messages could not be delivered"
    assert "3 × trial" in english.body
    assert URL in english.body


def test_after_the_quiet_time_they_hear_again(poison, vendor_admin, deliver):
    poison("trial:1")
    deliver()
    OutboxMessage.objects.filter(kind=outbox.ALERT).update(created_at=timezone.now() - timedelta(hours=2), key="outbox.dead:long ago")
    poison("trial:2")
    deliver()

    assert [text for text, _url, _kind in bells(vendor_admin)] == [
        "2 messages could not be delivered.",
        "1 message could not be delivered.",
    ]


def test_what_was_given_another_try_is_no_news(poison, vendor_admin, deliver):
    poison("trial:1")
    OutboxMessage.objects.filter(kind="trial").update(state=OutboxMessage.State.DONE)
    deliver()

    assert bells(vendor_admin) == []


def test_an_alert_that_dies_raises_no_alert(monkeypatch, poison, vendor_admin, deliver):
    monkeypatch.setitem(outbox._handlers, outbox.ALERT, refuse)
    poison("trial:1")
    deliver()

    assert sorted(OutboxMessage.objects.values_list("kind", "state")) == [("outbox.dead", "dead"), ("trial", "dead")]


def test_the_link_shows_the_dead_ones(client, poison, vendor_admin, deliver):
    poison("trial:1")
    deliver()
    client.force_login(vendor_admin)

    page = client.get(vendor_admin.notifications.get().url).content.decode()

    assert "trial:1" in page
