"""A mail to several people: each address has a delivery of its own, and a bad one is no concern of the others."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.urls import reverse

from accounts.tests.factories import ContactFactory
from partnerportal.core import outbox
from partnerportal.core.activity import timeline
from partnerportal.core.actors import Actor
from partnerportal.core.emails import message_id
from partnerportal.core.models import OutboxMessage
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import at_once
from quotes import jobs, services
from quotes.models import Quote, Sending
from quotes.services import Letter
from quotes.tests.factories import DraftQuoteFactory

GRETA, JONAS, BOSS = "greta@brenner.it", "jonas@brenner.it", "boss@brenner.it"


class Post:
    """A mail server: `refusals` are the codes with which it answers the next mails to an address; what it takes is read as a mail.

    `meanwhile` is done once, while the first mail is with it.
    """

    def __init__(self):
        self.refusals, self.taken = {}, []
        self.meanwhile = lambda: None

    def take(self, mail):
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        read = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
        [to] = [one.addr_spec for one in read["To"].addresses]
        if self.refusals.get(to):
            raise SMTPRecipientsRefused({to: (self.refusals[to].pop(0), b"No.")})
        self.taken.append(read)

    @property
    def readers(self):
        return [mail["To"].addresses[0].addr_spec for mail in self.taken]


class Backend(BaseEmailBackend):
    post = None

    def send_messages(self, messages):
        for mail in messages:
            self.post.take(mail)
        return len(messages)


@pytest.fixture
def post(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Backend"
    settings.OUTBOX_BACKOFF_SECONDS = 0
    monkeypatch.setattr(Backend, "post", Post())
    return Backend.post


def composed(anna, cc=(BOSS,)):
    """A quote that is on its way to Greta and Jonas, with a copy."""
    quote = DraftQuoteFactory(owner=anna)
    quote.contact.email = GRETA
    quote.contact.save()
    jonas = ContactFactory(account=quote.account, owner=anna, first_name="Jonas", email=JONAS)
    letter = Letter([quote.contact, jonas], cc, "Our offer", "Dear both")
    services.compose_quote(quote, letter, by=anna, today=this_day())
    return quote


def again(quote):
    return Quote.objects.across_partners(reason="test").select_related("contact").get(pk=quote.pk)


def card(client, quote):
    return client.get(reverse("quotes:document", args=[quote.pk]), headers={"HX-Request": "true"}).text


def test_who_is_refused_for_good_keeps_the_mail_from_nobody(client, anna, post, deliver):
    post.refusals = {JONAS: [550] * 9}
    quote = composed(anna)

    deliver()

    assert post.readers == [GRETA, BOSS]
    assert [mail["Message-ID"] for mail in post.taken] == [message_id(f"quote.mail:{quote.pk}:1{number}") for number in ("", ":2")]
    assert [[part.get_filename() for part in mail.iter_attachments()] for mail in post.taken] == [[again(quote).pdf.name]] * 2
    sending = quote.sendings.get()
    assert (sending.reached, sending.refused, sending.waiting) == ([GRETA, BOSS], [JONAS], [JONAS])
    assert again(quote).sent_at == sending.sent_at is not None
    said = [f"{quote} was e-mailed to {GRETA}, {BOSS}", f"The mail of {quote} to {JONAS} could not be delivered"]
    assert sorted(entry.title for entry in timeline(quote, anna, kinds=["mail"]).past) == sorted(said)
    notices = [(one.kind, one.values["email"]) for one in anna.notifications.order_by("pk")]
    assert notices == [("quote.failed", JONAS), ("quote.sent", f"{GRETA}, {BOSS}")]
    client.force_login(anna)
    text = card(client, quote)
    assert f"The mail to {JONAS} could not be delivered." in text
    assert f"E-mailed to {GRETA}, {BOSS}" in text
    assert "is on its way" not in text


def test_who_is_refused_for_now_gets_it_later_and_nobody_twice(client, anna, post, deliver):
    post.refusals = {JONAS: [450]}
    quote = composed(anna)
    client.force_login(anna)
    for message in ("quote.pdf", "quote.mail"):
        outbox.deliver_one(OutboxMessage.objects.get(kind=message).pk)
    for child in OutboxMessage.objects.filter(kind="quote.mail", state="pending").order_by("pk"):
        outbox.deliver_one(child.pk)

    waiting = card(client, quote)
    assert f"The mail to {JONAS} is on its way." in waiting
    assert f"E-mailed to {GRETA}, {BOSS}" in waiting
    with pytest.raises(IllegalMove, match="on its way already"):
        services.resend_quote(quote, by=anna)
    deliver()

    assert post.readers == [GRETA, BOSS, JONAS]
    assert len({mail["Message-ID"] for mail in post.taken}) == 3
    assert quote.sendings.get().waiting == []
    assert [one.values["email"] for one in anna.notifications.all()] == [f"{GRETA}, {BOSS}, {JONAS}"]
    assert f"E-mailed to {GRETA}, {JONAS}, {BOSS}" in card(client, quote)


def test_send_again_goes_to_those_who_did_not_get_it(client, anna, post, deliver):
    post.refusals = {JONAS: [550]}
    quote = composed(anna)
    deliver()
    post.taken.clear()
    client.force_login(anna)

    said = client.post(f"/quotes/{quote.pk}/resend/", follow=True).text
    deliver()

    assert f"is on its way to {JONAS}." in said
    assert post.readers == [JONAS]
    assert "Dear both" in post.taken[0].get_body(["plain"]).get_content()
    assert [(one.reached, one.refused) for one in quote.sendings.order_by("pk")] == [([GRETA, BOSS], [JONAS]), ([JONAS], [])]
    assert f"E-mailed to {GRETA}, {JONAS}, {BOSS}" in card(client, quote)
    post.taken.clear()
    services.remind_customer(quote, by=anna)
    deliver()
    assert post.readers == [GRETA, JONAS]
    post.taken.clear()
    services.resend_quote(quote, by=anna)
    deliver()
    assert post.readers == [GRETA, JONAS, BOSS]


def test_a_reminder_leaves_out_who_never_got_the_quote(anna, post, deliver):
    post.refusals = {JONAS: [550]}
    quote = composed(anna)
    deliver()
    post.taken.clear()

    services.remind_customer(quote, by=anna)
    deliver()

    assert post.readers == [GRETA]
    assert post.taken[0]["Subject"] == f"Reminder: quote {quote} from Aurora Telecom"


def test_a_copy_alone_does_not_send_the_quote(anna, post, deliver):
    post.refusals = {GRETA: [550], JONAS: [550]}
    quote = composed(anna)

    deliver()

    assert post.readers == [BOSS]
    assert again(quote).sent_at is None
    with pytest.raises(IllegalMove, match="not been sent"):
        services.remind_customer(quote, by=anna)
    titles = {entry.title for entry in timeline(quote, anna, kinds=["mail"]).past}
    assert titles == {f"{quote} was e-mailed to {BOSS}", f"The mail of {quote} to {GRETA}, {JONAS} could not be delivered"}


def test_who_stands_in_two_places_gets_one_mail(anna, post, deliver):
    quote = composed(anna, cc=(JONAS, BOSS, GRETA))

    deliver()

    assert post.readers == [GRETA, JONAS, BOSS]
    assert ["Copy of a mail" in mail.get_body(["plain"]).get_content() for mail in post.taken] == [False, False, True]
    assert quote.sendings.get().reached == [GRETA, JONAS, BOSS]


def test_what_the_former_release_promised_and_noted_is_carried_on(client, anna, post, deliver):
    quote = composed(anna)
    jobs.write_pdf(quote_id=quote.pk)
    sending = quote.sendings.get()
    OutboxMessage.objects.filter(kind="quote.mail").delete()
    with transaction.atomic():  # It had the first mail taken, and the second one refused for now.
        message = outbox.promise("quote.mail", key=f"quote.mail:{quote.pk}:1", quote_id=quote.pk, times=1, sending_id=sending.pk)
    OutboxMessage.objects.filter(pk=message.pk).update(attempts=7)

    deliver()

    assert post.readers == [GRETA, JONAS, BOSS]
    assert [mail["Message-ID"] for mail in post.taken] == [message_id(f"quote.mail:{quote.pk}:1{end}") for end in ("", ":1", ":2")]
    noted = datetime(2026, 3, 4, 9, tzinfo=UTC)
    Sending.objects.across_partners(reason="test").update(reached=[], sent_at=noted, failed_at=noted)
    titles = {entry.title for entry in timeline(quote, anna, kinds=["mail"]).past}
    everybody = f"{GRETA}, {JONAS}, {BOSS}"
    assert titles == {f"{quote} was e-mailed to {everybody}", f"The mail of {quote} to {everybody} could not be delivered"}
    client.force_login(anna)
    assert f"E-mailed to {everybody}" in card(client, quote)


def test_a_mail_that_died_in_the_former_release_can_be_tried_again(anna, post, deliver):
    quote = composed(anna)
    jobs.write_pdf(quote_id=quote.pk)
    message = OutboxMessage.objects.get(kind="quote.mail")
    OutboxMessage.objects.filter(pk=message.pk).update(state="dead", attempts=8)
    jobs.note_failure(**message.payload)
    assert quote.sendings.get().refused == [GRETA, JONAS, BOSS]

    outbox.retry(message)
    deliver()

    assert post.readers == [GRETA, JONAS, BOSS]
    assert again(quote).sent_at is not None


def test_promises_of_two_releases_have_keys_of_their_own(anna, post, deliver):
    quote = composed(anna)
    deliver()
    with transaction.atomic():  # The former release counts the messages.
        outbox.promise("quote.mail", key=f"quote.mail:{quote.pk}:5", quote_id=quote.pk, times=5)
    deliver()

    services.resend_quote(quote, by=anna)

    assert OutboxMessage.objects.filter(kind="quote.mail", state="pending").get().key == f"quote.mail:{quote.pk}:6"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_composed", [True, False])
def test_nobody_waits_for_the_mail_server(anna, post, is_composed):
    quote = composed(anna, cc=()) if is_composed else DraftQuoteFactory(owner=anna)
    if not is_composed:
        services.submit_quote(quote, by=anna, today=this_day())
    outbox.deliver_one(OutboxMessage.objects.get(kind="quote.pdf").pk)
    answers = []

    def accept():
        with transaction.atomic():
            Quote.objects.across_partners(reason="test").select_for_update(nowait=True).get(pk=quote.pk)
            return services.accept_quote(quote, by=Actor.customer("Greta Hofer"), consent="I accept.", today=this_day())

    post.meanwhile = lambda: answers.extend(at_once(accept))

    outbox.deliver_due()

    assert [one.status for one in answers] == ["accepted"]
    quote = again(quote)
    assert (quote.status, quote.answered_by, quote.sent_at is not None) == ("accepted", "Greta Hofer", True)
    assert quote.history.first().status == "accepted"
    assert post.readers == [quote.contact.email, anna.email]  # The second one tells her the answer; Jonas gets nothing any more.
