"""From the vendor's queue to a partner and back: who is told, what may be read, and what ends an offer."""

import html
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from leads import jobs, services
from leads.models import Lead, LeadOffer, VendorLead
from leads.tests.factories import LeadFactory, VendorLeadFactory, offered
from partnerportal.core import outbox
from partnerportal.core.actors import Actor
from partnerportal.core.models import Notification, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partners.models import Partner, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(reference):
    return VendorLeadFactory(company="Hotel Miramare")


def state(lead):
    lead.refresh_from_db()
    return lead.state, lead.queued_because


def told(person):
    return [notice.text for notice in Notification.objects.filter(user=person, kind__startswith="offer").order_by("pk")]


def pass_time(offer, **since):
    """Let so much time go by for one offer."""
    LeadOffer._base_manager.filter(pk=offer.pk).update(
        deadline=offer.deadline - timedelta(**since), created_at=offer.created_at - timedelta(**since)
    )
    offer.refresh_from_db()


def test_an_offer_to_a_partner_tells_its_managers(lead, aurora, anna, ben, dora, carla, otto):
    (offer,) = offered(lead, aurora, by=otto)

    outbox.deliver_due()

    assert (offer.mode, offer.state, offer.reason, offer.offered_by) == ("partner", "open", "Nearest by.", otto)
    assert timedelta(hours=47) < offer.deadline - timezone.now() <= timedelta(hours=48)
    assert state(lead) == ("offered", "")
    assert {message.to[0].split("<")[1].rstrip(">") for message in mail.outbox} == {ben.email, dora.email}
    assert f"/leads/offers/{offer.pk}/" in mail.outbox[0].body
    assert "Marchetti" not in mail.outbox[0].body + str(mail.outbox[0].alternatives)
    assert told(ben) == ["Wildix offers you a lead: Hotel Miramare"]
    assert told(anna) == told(carla) == []


def test_an_offer_to_a_person_tells_only_that_person(lead, aurora, anna, ben, otto):
    (offer,) = offered(lead, aurora, by=otto, person=anna)

    outbox.deliver_due()

    assert offer.mode == "person"
    assert [message.to[0] for message in mail.outbox] == ["Anna Conti <anna@aurora-telecom.com>"]
    assert told(ben) == []


def test_who_wants_no_mail_gets_none(lead, aurora, anna, otto):
    services.people_to_tell(offered(lead, aurora, by=otto, person=anna)[0])
    outbox_before = OutboxMessage.objects.filter(kind="offer.made").count()
    anna.notice_choices.create(topic="offer", channel="bell")

    outbox.deliver_due()

    assert (outbox_before, mail.outbox) == (1, [])


def test_only_account_managers_hand_out_leads(lead, aurora, anna, tariq):
    for person in (anna, tariq):
        with pytest.raises(NotYours):
            offered(lead, aurora, by=person)

    assert state(lead) == ("queued", "")
    assert LeadOffer._base_manager.count() == 0


def test_a_foreign_or_suspended_partner_or_person_is_refused(lead, aurora, nordlicht, harbour, carla, otto):
    for partners, person in (((harbour,), None), ((aurora, harbour), None), ((aurora,), carla), ((), None)):
        with pytest.raises(ValidationError):
            offered(lead, *partners, by=otto, person=person)
    Partner.objects.filter(pk=nordlicht.pk).update(status="suspended")
    with pytest.raises(ValidationError):
        offered(lead, nordlicht, by=otto)

    assert state(lead) == ("queued", "")
    assert LeadOffer._base_manager.count() == 0


@pytest.mark.parametrize("missing", [{"total_users": None}, {"product_of_interest": ""}, {"interested_solutions": []}, {"email": ""}])
def test_what_a_project_needs_must_be_there_first(aurora, otto, missing):
    lead = VendorLeadFactory(**missing)

    with pytest.raises(IllegalMove, match="Missing"):
        offered(lead, aurora, by=otto)

    assert state(lead)[0] == "queued"


def test_a_lead_is_handed_out_once(lead, aurora, nordlicht, otto):
    offered(lead, aurora, by=otto)

    with pytest.raises(IllegalMove, match="already"):
        offered(lead, nordlicht, by=otto)

    assert LeadOffer._base_manager.count() == 1


def test_declining_returns_it_to_the_queue_and_tells_the_manager(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)
    outbox.deliver_due()
    mail.outbox.clear()

    services.decline_offer(offer, reason="Too far away.", by=ben)
    outbox.deliver_due()

    offer.refresh_from_db()
    assert (offer.state, offer.decline_reason, offer.answered_by) == ("declined", "Too far away.", ben)
    assert state(lead) == ("queued", "Declined by Aurora Telecom: Too far away.")
    assert told(otto) == ["Aurora Telecom has declined the lead Hotel Miramare: Too far away."]
    assert [message.to[0] for message in mail.outbox] == ["Otto Keller <otto@vendor.com>"]
    assert offer.history.first().author_name == "Ben Marino"


@pytest.mark.parametrize("verb", ["decline", "expire", "take back"])
def test_why_it_came_back_is_said_in_the_readers_language(verb, client, lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)
    act, words, values = {
        "decline": (
            lambda: services.decline_offer(offer, reason="Zu weit.", by=ben),
            "Declined by %(partner)s: %(reason)s",
            {"partner": "Aurora Telecom", "reason": "Zu weit."},
        ),
        "expire": (
            lambda: services.expire_offer(offer.pk, now=offer.deadline, by=Actor.system()),
            "Not answered in time by %(partner)s.",
            {"partner": "Aurora Telecom"},
        ),
        "take back": (lambda: services.take_back(lead, by=otto), "Taken back by %(who)s.", {"who": "Otto Keller"}),
    }[verb]
    with translation.override("de"):
        act()

    assert state(lead) == ("queued", words % values)
    for language in ("en", "it"):
        User.objects.filter(pk=otto.pk).update(language=language)
        client.force_login(otto)
        home = html.unescape(client.get("/").content.decode())
        with translation.override(language):
            assert services.why_queued(lead) == gettext(words) % values
            assert gettext(words) % values in home
    assert offered(lead, aurora, by=otto)[0].state == "open"
    lead.refresh_from_db()
    assert (lead.queued_because, lead.queued_told) == ("", [])


def test_a_reason_of_an_earlier_release_is_said_as_it_was_written(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)
    services.decline_offer(offer, reason="No.", by=ben)

    VendorLead.objects.filter(pk=lead.pk).update(queued_because="Abgelehnt von Nordlicht: Nein.")

    lead.refresh_from_db()
    assert services.why_queued(lead) == "Abgelehnt von Nordlicht: Nein."


def test_declining_needs_a_reason(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)

    with pytest.raises(ValidationError):
        services.decline_offer(offer, reason="  ", by=ben)

    assert state(lead)[0] == "offered"


def test_a_pool_stays_open_until_the_last_has_declined(lead, aurora, nordlicht, ben, carla, otto):
    first, second = offered(lead, aurora, nordlicht, by=otto)

    services.decline_offer(first, reason="No.", by=ben)
    one = state(lead)[0]
    services.decline_offer(second, reason="No.", by=carla)

    assert (one, state(lead)[0]) == ("offered", "queued")


def test_a_rep_answers_no_offer_to_a_colleague(lead, aurora, anna, alex, ben, otto):
    (offer,) = offered(lead, aurora, by=otto, person=anna)

    with pytest.raises(NotYours, match="Anna Conti"):
        services.decline_offer(offer, reason="No.", by=alex)

    assert services.decline_offer(offer, reason="No.", by=ben).state == "declined"


def test_time_that_has_passed_returns_it_to_the_queue(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)
    assert jobs.expire_offers() == 0
    pass_time(offer, hours=48)

    with pytest.raises(services.OfferGone, match="time to answer"):
        services.decline_offer(offer, reason="No.", by=ben)
    assert jobs.expire_offers() == 1
    assert jobs.expire_offers() == 0
    outbox.deliver_due()

    offer.refresh_from_db()
    assert (offer.state, offer.history.first().author_name) == ("expired", "Partner Portal")
    assert state(lead) == ("queued", "Not answered in time by Aurora Telecom.")
    assert told(otto) == ["Aurora Telecom has not answered in time: Hotel Miramare"]
    assert [message.to[0] for message in mail.outbox] == ["Otto Keller <otto@vendor.com>"]  # The promised mail to Ben had lost its point.
    assert offered(lead, aurora, by=otto)[0].state == "open"


def test_what_was_answered_meanwhile_does_not_expire(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)
    services.decline_offer(offer, reason="No.", by=ben)

    assert services.expire_offer(offer.pk, now=timezone.now() + timedelta(days=9), by=Actor.system()) is False
    offer.refresh_from_db()
    assert offer.state == "declined"


def test_one_reminder_when_a_day_is_left(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto)
    outbox.deliver_due()
    mail.outbox.clear()
    assert jobs.remind_of_offers() == 0
    pass_time(offer, hours=25)

    assert [jobs.remind_of_offers(), jobs.remind_of_offers()] == [1, 0]
    outbox.deliver_due()

    assert [message.to[0] for message in mail.outbox] == ["Ben Marino <ben@aurora-telecom.com>"]
    assert mail.outbox[0].subject == "A lead still waits for you: Hotel Miramare"
    assert told(ben)[-1] == "The lead Hotel Miramare still waits for your answer."


@pytest.mark.parametrize(("job", "hours"), [("expire", 48), ("remind", 25)])
def test_one_offer_that_fails_stops_none_of_the_others(job, hours, lead, aurora, nordlicht, otto):
    leads = [lead, VendorLeadFactory(), VendorLeadFactory()]
    offers = [offered(one, partner, by=otto)[0] for one, partner in zip(leads, (aurora, nordlicht, aurora), strict=True)]
    for offer in offers:
        pass_time(offer, hours=hours)
    refuse_changes_of(offers[0])

    assert {"expire": jobs.expire_offers, "remind": jobs.remind_of_offers}[job]() == 2
    for offer in offers:
        offer.refresh_from_db()
    assert [offer.state for offer in offers] == ["open", *["expired" if job == "expire" else "open"] * 2]
    assert [offer.reminded_at is not None for offer in offers] == [False, *[job == "remind"] * 2]


def refuse_changes_of(offer):
    """Let the database refuse whatever is written into this one offer."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$")
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE UPDATE ON leads_leadoffer FOR EACH ROW WHEN (OLD.id = {offer.pk}) EXECUTE FUNCTION refuse()"
        )


def test_an_offer_for_a_day_needs_no_reminder(lead, aurora, ben, otto):
    (offer,) = offered(lead, aurora, by=otto, hours=20)
    pass_time(offer, hours=2)

    assert jobs.remind_of_offers() == 0


def test_the_vendor_takes_it_back(lead, aurora, ben, otto, anna):
    (offer,) = offered(lead, aurora, by=otto)

    with pytest.raises(NotYours):
        services.take_back(lead, by=anna)
    services.take_back(lead, by=otto, reason="The customer has called.")

    offer.refresh_from_db()
    assert (offer.state, offer.is_withdrawn) == ("lost", True)
    assert state(lead) == ("queued", "The customer has called.")
    assert services.sentence_of(offer) == "The vendor has taken this lead back."
    with pytest.raises(services.OfferGone):
        services.decline_offer(offer, reason="No.", by=ben)
    with pytest.raises(IllegalMove):
        services.take_back(lead, by=otto)


def test_contact_data_of_a_pool_is_shown_to_the_winner_only(lead, aurora, nordlicht, otto):
    first, _second = offered(lead, aurora, nordlicht, by=otto)
    direct = offered(VendorLeadFactory(), aurora, by=otto)[0]

    assert (first.shows_contact, direct.shows_contact) == (False, True)
    first.state = LeadOffer.State.ACCEPTED
    direct.state = LeadOffer.State.DECLINED
    assert (first.shows_contact, direct.shows_contact) == (True, False)


def test_the_database_lets_one_offer_of_a_lead_be_accepted(lead, aurora, nordlicht, anna, carla, otto):
    first, second = offered(lead, aurora, nordlicht, by=otto)
    LeadOffer._base_manager.filter(pk=first.pk).update(state="accepted", lead=LeadFactory(owner=anna))

    with pytest.raises(IntegrityError, match="lead_offer_accepted_once"), transaction.atomic():
        LeadOffer._base_manager.filter(pk=second.pk).update(state="accepted", lead=LeadFactory(owner=carla))


def test_who_sees_an_offer_and_who_a_lead_of_the_vendor(lead, aurora, nordlicht, anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
    (offer,) = offered(lead, aurora, by=otto, person=anna)
    queued = VendorLeadFactory()

    def seen(person):
        return (LeadOffer.objects.visible_to(person).count(), set(VendorLead.objects.visible_to(person)))

    assert [seen(person) for person in (anna, alex, ben)] == [(1, set())] * 3
    assert [seen(person) for person in (carla, tariq)] == [(0, set())] * 2
    assert seen(otto) == (1, {lead, queued})
    assert seen(olga) == (0, {queued})
    assert seen(vendor_admin) == (1, {lead, queued})
    Partner.objects.filter(pk=aurora.pk).update(record_visibility="owner")
    alex = type(alex).objects.select_related("partner").get(pk=alex.pk)
    assert seen(alex) == (0, set())
    assert offer.partner == aurora


def test_nothing_is_made_before_an_offer_is_accepted(lead, aurora, otto):
    offered(lead, aurora, by=otto)

    assert Lead._base_manager.count() == 0
