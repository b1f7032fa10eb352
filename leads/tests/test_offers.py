"""The pages of offers: what is shown to whom, and the answer No."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import services
from leads.models import LeadOffer, QualificationQuestion, VendorAnswer
from leads.tests.factories import VendorLeadFactory, offered
from partnerportal.core import outbox
from partnerportal.core.actors import Actor

pytestmark = pytest.mark.django_db

CONTACT = ("Marchetti-Rossi", "giulia@miramare.it", "5550187", "Ask Giulia", "Lungomare 7", "private number", "www.miramare.it", "47921")


KNOWN = "Ask Giulia on 333 5550187"


@pytest.fixture
def lead(reference):
    lead = VendorLeadFactory(company="Hotel Miramare", last_name="Marchetti-Rossi", email="giulia@miramare.it", phone="+390415550187")
    question = QualificationQuestion.objects.get(key="budget")
    VendorAnswer.objects.create(vendor_lead=lead, question=question, question_text="How much is there?", text=KNOWN)
    return lead


def read(client, person, address):
    client.force_login(person)
    response = client.get(address)
    return response.status_code, response.content.decode()


def test_a_direct_offer_shows_the_person(client, lead, aurora, anna, otto):
    (offer,) = offered(lead, aurora, by=otto)

    status, text = read(client, anna, offer.get_absolute_url())

    assert status == 200
    assert [word for word in (*CONTACT, "Hotel Miramare", "Rimini", "47 hours left", "How much is there?", KNOWN) if word not in text] == []
    assert "Nearest by." not in text  # Why the vendor chose them is the vendor's.


def test_a_pool_hides_who_it_is_on_every_page(client, lead, aurora, nordlicht, anna, otto):
    offer, _other = offered(lead, aurora, nordlicht, by=otto)

    for address in (offer.get_absolute_url(), "/leads/offers/", "/", "/notifications/"):
        status, text = read(client, anna, address)
        assert (status, [word for word in CONTACT if word in text]) == (200, [])
    for asked in ("Marchetti-Rossi", "Hotel Miramare"):
        found = read(client, anna, f"/search/?q={asked}")[1].replace(asked, "")  # The page repeats what was asked.
        assert [word for word in CONTACT if word in found] == []
    exported = b"".join(client.get("/leads/export/?format=csv")).decode("utf-8-sig")
    assert [word for word in CONTACT if word in exported] == []
    page = read(client, anna, offer.get_absolute_url())[1]
    assert [word for word in CONTACT if word in page] == []
    assert "Hotel Miramare" in page
    assert "Nordlicht" not in page


def test_the_mails_of_a_pool_hide_who_it_is(lead, aurora, nordlicht, ben, otto, mailoutbox):
    offer, _other = offered(lead, aurora, nordlicht, by=otto)
    outbox.deliver_due()
    services.remind_of_offer(offer.pk, now=timezone.now(), by=Actor.system())
    outbox.deliver_due()

    mails = [one for one in mailoutbox if ben.email in one.to[0]]
    told = ["\n".join([one.subject, one.body, *(part.content for part in one.alternatives)]) for one in mails]
    assert len(told) == 2
    assert [word for word in (*CONTACT, "Giulia", "+39", "Nordlicht", "Nearest by.") for text in told if word in text] == []
    assert all("Hotel Miramare" in text and offer.get_absolute_url() in text for text in told)


def test_home_shows_what_waits_with_the_time_left(client, lead, aurora, anna, alex, otto):
    (direct,) = offered(lead, aurora, by=otto, person=anna)

    mine, theirs = read(client, anna, "/")[1], read(client, alex, "/")[1]

    assert direct.get_absolute_url() in mine
    assert "47 hours left" in mine
    assert direct.get_absolute_url() not in theirs  # She cannot answer it.
    LeadOffer._base_manager.update(deadline=timezone.now() - timedelta(minutes=1))
    assert direct.get_absolute_url() not in read(client, anna, "/")[1]


def test_the_vendors_home_counts_the_queue(client, aurora, otto, olga, reference):
    VendorLeadFactory(company="Hotel Waiting")
    offered(VendorLeadFactory(company="Hotel Given"), aurora, by=otto)

    text = read(client, olga, "/")[1]

    assert "Hotel Waiting" in text
    assert "Hotel Given" not in text


def test_no_needs_a_reason_and_returns_the_lead(client, lead, aurora, anna, otto):
    (offer,) = offered(lead, aurora, by=otto)
    client.force_login(anna)

    empty = client.post(f"{offer.get_absolute_url()}decline/", {"reason": " "})
    assert (empty.status_code, LeadOffer._base_manager.get().state) == (422, "open")
    response = client.post(f"{offer.get_absolute_url()}decline/", {"reason": "Too far away."})
    again = client.post(f"{offer.get_absolute_url()}decline/", {"reason": "Too far away."})

    lead.refresh_from_db()
    assert (response.status_code, response.headers["Location"], lead.state) == (302, "/leads/offers/", "queued")
    assert (again.status_code, "Anna Conti has declined this lead." in again.content.decode()) == (409, True)
    assert [word for word in CONTACT if word in again.content.decode()] == []


def test_a_colleague_reads_who_may_answer(client, lead, aurora, anna, alex, otto):
    (offer,) = offered(lead, aurora, by=otto, person=anna)

    _status, text = read(client, alex, offer.get_absolute_url())

    assert "Only Anna Conti and the managers of Aurora Telecom answer it." in text
    assert "Accept Lead" not in text
    assert client.post(f"{offer.get_absolute_url()}decline/", {"reason": "No."}).status_code == 403


def test_what_people_write_is_shown_as_text(client, aurora, anna, otto, reference):
    lead = VendorLeadFactory(company="<b>Bold</b>", description="<script>alert(1)</script>", website="javascript:alert(1)")
    (offer,) = offered(lead, aurora, by=otto)

    for address in (offer.get_absolute_url(), "/leads/offers/", "/"):
        text = read(client, anna, address)[1]
        assert "<b>Bold" not in text
        assert "<script>alert" not in text
        assert 'href="javascript' not in text
