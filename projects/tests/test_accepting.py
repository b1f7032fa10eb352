"""Accept Lead: three records at once, one winner, and a clear answer for everybody else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from catalog.reference import load_reference
from leads.models import Lead, LeadOffer, QualificationQuestion, VendorAnswer, VendorLead
from leads.services import OfferGone, decline_offer, expire_offer, take_back
from leads.tests.factories import VendorLeadFactory, offered
from partnerportal.core.actors import Actor
from partnerportal.core.models import Notification
from partnerportal.core.scoping import NotYours
from partnerportal.tests.racing import at_once
from partners.models import Partner, User
from partners.tests.factories import PartnerFactory, UserFactory, VendorUserFactory
from projects import services
from projects.models import Conversion, Project
from projects.reference import load_questions

KINDS = (Lead, Account, Contact, Project)


def counts():
    return [kind._base_manager.count() for kind in KINDS]


@pytest.fixture
def lead(reference):
    return VendorLeadFactory(company="Hotel Miramare", email="giulia@gmail.com", last_name="Marchetti")


@pytest.mark.django_db
def test_accepting_makes_account_contact_and_project_at_once(lead, aurora, anna, otto):
    (offer,) = offered(lead, aurora, by=otto)

    project = services.accept_offer(offer, by=anna)

    offer.refresh_from_db()
    lead.refresh_from_db()
    mine = Lead.objects.visible_to(anna).get(pk=project.lead_id)
    assert counts() == [1, 1, 1, 1]
    assert (mine.status, mine.origin, mine.source, mine.owner, mine.partner) == ("converted", "vendor", "vendor-assigned", anna, aurora)
    assert (project.owner, project.stage, project.opportunity_type, project.total_users) == (anna, "intro", "new_business", 40)
    assert project.mrr == Decimal("600.00")
    assert (project.account.name, project.account.street, project.contact.email) == ("Hotel Miramare", "Lungomare 7", "giulia@gmail.com")
    assert (offer.state, offer.lead, offer.answered_by, lead.state) == ("accepted", mine, anna, "accepted")
    assert list(Notification.objects.filter(user=otto).values_list("text", flat=True)) == [
        "Aurora Telecom has accepted the lead Hotel Miramare."
    ]
    assert [move.to_stage for move in mine.stage_moves.order_by("pk")] == ["new", "converted"]


@pytest.mark.django_db
@pytest.mark.parametrize("is_pool", [False, True])
def test_what_the_vendor_knew_goes_along_into_lead_and_project(is_pool, client, lead, aurora, nordlicht, anna, otto):
    question = QualificationQuestion.objects.get(key="budget")
    VendorAnswer.objects.create(vendor_lead=lead, question=question, question_text="How much is there?", text="12,000 a year")
    offer = offered(lead, aurora, *([nordlicht] if is_pool else []), by=otto)[0]

    project = services.accept_offer(offer, by=anna)

    mine = Lead.objects.visible_to(anna).get(pk=project.lead_id)
    (answer,) = services.found_out(project)
    assert (answer.lead, answer.question, answer.asked, answer.text) == (mine, question, "How much is there?", "12,000 a year")
    assert (answer.answered_by, answer.partner) == (otto, aurora)
    assert mine.score == mine.get_score(answers=1).points > mine.get_score(answers=0).points
    client.force_login(anna)
    page = client.get(project.get_absolute_url()).content.decode()
    assert [word for word in ("How much is there?", "12,000 a year", otto.get_full_name()) if word not in page] == []


@pytest.mark.django_db
def test_a_customer_that_is_known_is_not_made_again(aurora, anna, alex, otto):
    lead = VendorLeadFactory(company="Hotel Miramare", email="giulia@miramare.it", last_name="Marchetti")
    account = AccountFactory(owner=alex, name="Hotel Miramare S.r.l.", email="info@miramare.it", street="")
    contact = ContactFactory(account=account, email="Giulia@miramare.it", last_name="Marchetti")
    (offer,) = offered(lead, aurora, by=otto)

    project = services.accept_offer(offer, by=anna)

    assert (project.account, project.contact) == (account, contact)
    assert counts() == [1, 1, 1, 1]


@pytest.mark.django_db
def test_a_colleagues_customer_is_not_made_again_where_everybody_sees_only_their_own(aurora, anna, alex, otto):
    Partner.objects.filter(pk=aurora.pk).update(record_visibility="owner")
    anna = User.objects.get(pk=anna.pk)
    account = AccountFactory(owner=alex, name="Hotel Miramare S.r.l.", email="info@miramare.it", street="")
    contact = ContactFactory(account=account, owner=alex, email="giulia@miramare.it", last_name="Marchetti")
    others = AccountFactory(owner=alex, name="Bäckerei Ohmstedt", email="info@ohmstedt.de")
    lead = VendorLeadFactory(company="Hotel Miramare", email="giulia@miramare.it", last_name="Marchetti")
    (offer,) = offered(lead, aurora, by=otto)

    project = services.accept_offer(offer, by=anna)

    account.refresh_from_db()
    assert (project.account, project.contact, project.owner) == (account, contact, anna)
    assert (counts(), account.owner, account.street) == ([1, 2, 1, 1], alex, "")
    assert set(Account.objects.visible_to(anna)) == {account}
    assert set(Contact.objects.visible_to(anna)) == {contact}
    assert others not in Account.objects.visible_to(anna)

    services.undo_conversion(Lead.objects.for_partner(aurora).get(), by=anna)
    assert not Account.objects.visible_to(anna).exists()
    assert not Contact.objects.visible_to(anna).exists()


@pytest.mark.django_db
def test_a_customer_that_is_only_alike_is_left_alone(aurora, anna, otto):
    lead = VendorLeadFactory(company="Hotel Miramare", email="giulia@miramare.it")
    other = AccountFactory(owner=anna, name="Hotel Miramonti", email="info@miramonti.it")
    (offer,) = offered(lead, aurora, by=otto)

    assert services.accept_offer(offer, by=anna).account != other


@pytest.mark.django_db
def test_the_same_company_of_another_partner_stays_its_own(lead, aurora, anna, carla, otto):
    theirs = AccountFactory(owner=carla, name="Hotel Miramare")
    (offer,) = offered(lead, aurora, by=otto)

    project = services.accept_offer(offer, by=anna)

    assert project.account != theirs
    assert project.account.partner == aurora


@pytest.mark.django_db
def test_in_a_pool_the_others_lose_without_learning_to_whom(lead, aurora, nordlicht, anna, carla, otto):
    first, second = offered(lead, aurora, nordlicht, by=otto)

    services.accept_offer(first, by=anna)
    with pytest.raises(OfferGone) as gone:
        services.accept_offer(second, by=carla)

    second.refresh_from_db()
    assert (second.state, second.lead) == ("lost", None)
    assert str(gone.value) == "Somebody else was faster: this lead is no longer available."
    assert counts() == [1, 1, 1, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["declined", "expired", "late", "withdrawn", "accepted"])
def test_an_offer_that_has_ended_makes_nothing(lead, aurora, anna, ben, otto, end):
    (offer,) = offered(lead, aurora, by=otto)
    if end == "declined":
        decline_offer(offer, reason="No.", by=ben)
    if end in ("expired", "late"):
        LeadOffer._base_manager.filter(pk=offer.pk).update(deadline=timezone.now() - timedelta(minutes=1))
    if end == "expired":
        assert expire_offer(offer.pk, now=timezone.now(), by=Actor.system())
    if end == "withdrawn":
        take_back(lead, by=otto)
    if end == "accepted":
        services.accept_offer(offer, by=ben)
    before = counts()

    with pytest.raises(OfferGone) as gone:
        services.accept_offer(offer, by=anna)

    assert len(str(gone.value)) > 20
    assert counts() == before


@pytest.mark.django_db
def test_only_those_whom_it_was_offered_to_accept(lead, aurora, anna, alex, carla, otto, vendor_admin):
    (offer,) = offered(lead, aurora, by=otto, person=anna)

    with pytest.raises(NotYours):
        services.accept_offer(offer, by=alex)
    for person in (otto, vendor_admin):
        with pytest.raises(NotYours):
            services.accept_offer(offer, by=person)
    with pytest.raises(LeadOffer.DoesNotExist):
        services.accept_offer(offer, by=carla)

    assert counts() == [0, 0, 0, 0]
    assert VendorLead.objects.get().state == "offered"


@pytest.mark.django_db
def test_what_was_accepted_can_be_undone_to_a_lead_of_ones_own(lead, aurora, anna, otto):
    (offer,) = offered(lead, aurora, by=otto)
    project = services.accept_offer(offer, by=anna)

    mine = services.undo_conversion(project.lead, by=anna)

    assert (mine.status, mine.owner) == ("qualification", anna)
    assert Project.objects.visible_to(anna).count() == 0
    offer.refresh_from_db()
    assert offer.state == "accepted"


# --- pages -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_converts_with_one_click(client, lead, aurora, anna, otto):
    (offer,) = offered(lead, aurora, by=otto)
    client.force_login(anna)

    page = client.get(f"/leads/offers/{offer.pk}/")
    response = client.post(f"/leads/offers/{offer.pk}/accept/")
    again = client.post(f"/leads/offers/{offer.pk}/accept/")

    project = Project.objects.for_partner(aurora).get()
    assert f'action="/leads/offers/{offer.pk}/accept/"' in page.content.decode()
    assert response.headers["Location"] == project.get_absolute_url()
    assert again.status_code == 409
    assert project.get_absolute_url() in again.content.decode()
    assert "Anna Conti has accepted this lead." in again.content.decode()
    assert counts() == [1, 1, 1, 1]


@pytest.mark.django_db
def test_strangers_learn_nothing_and_colleagues_why_not(client, lead, aurora, nordlicht, anna, alex, carla, otto):
    offer, foreign = offered(lead, aurora, nordlicht, by=otto)
    direct = offered(VendorLeadFactory(), aurora, by=otto, person=anna)[0]
    client.force_login(carla)
    assert [client.get(f"/leads/offers/{offer.pk}/").status_code, client.post(f"/leads/offers/{offer.pk}/accept/").status_code] == [
        404,
        404,
    ]
    assert client.get(f"/leads/offers/{foreign.pk}/").status_code == 200
    client.force_login(alex)

    response = client.post(f"/leads/offers/{direct.pk}/accept/")

    assert response.status_code == 403
    assert "Anna Conti" in response.content.decode()
    assert counts() == [0, 0, 0, 0]


# --- at the same moment ------------------------------------------------------------------------


@pytest.fixture
def pool(transactional_db):
    """A lead that twenty partners may claim: (the one who claims, the offer) for each."""
    load_reference()
    load_questions()
    manager = VendorUserFactory()
    partners = PartnerFactory.create_batch(20, account_manager=manager)
    people = {partner.pk: UserFactory(partner=partner) for partner in partners}
    offers = offered(VendorLeadFactory(), *partners, by=manager)
    return [(people[offer.partner_id], offer) for offer in offers]


def one_set_of_records():
    assert counts() == [1, 1, 1, 1]
    assert Conversion._base_manager.count() == 1
    project = Project._base_manager.get()
    assert {project.account.partner, project.contact.partner, project.lead.partner} == {project.partner}
    states = sorted(LeadOffer._base_manager.values_list("state", flat=True))
    assert states == ["accepted"] + ["lost"] * (len(states) - 1)
    assert LeadOffer._base_manager.get(state="accepted").partner == project.partner
    assert VendorLead.objects.get().state == "accepted"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_claims_in_the_same_second_one_wins_and_nineteen_get_a_clear_answer(pool):
    answers = at_once(*[lambda person=person, offer=offer: services.accept_offer(offer, by=person) for person, offer in pool])

    assert sorted(type(answer).__name__ for answer in answers) == ["OfferGone"] * 19 + ["Project"]
    assert {str(answer) for answer in answers if isinstance(answer, OfferGone)} == {
        "Somebody else was faster: this lead is no longer available."
    }
    one_set_of_records()


@pytest.mark.django_db(transaction=True)
def test_twenty_browsers_claim_and_nineteen_read_a_page(pool):
    clients = []
    for person, offer in pool:
        client = Client()
        client.force_login(person)
        clients.append((client, f"/leads/offers/{offer.pk}/accept/"))

    answers = at_once(*[lambda client=client, address=address: client.post(address) for client, address in clients])

    assert sorted(answer.status_code for answer in answers) == [302] + [409] * 19
    names = Partner.objects.values_list("name", flat=True)
    for answer in answers:
        if answer.status_code == 409:
            text = answer.content.decode()
            assert "Somebody else was faster" in text
            assert "Marchetti" not in text
            assert sum(f">{name} ·" in text or f"{name}<" in text for name in names) <= 1
    one_set_of_records()


@pytest.mark.django_db(transaction=True)
def test_a_claim_and_the_deadline_at_the_same_moment_end_in_one_of_the_two(pool):
    person, offer = pool[0]
    later = offer.deadline + timedelta(seconds=1)

    answers = at_once(
        lambda: services.accept_offer(offer, by=person),
        lambda: expire_offer(offer.pk, now=later, by=Actor.system()),
        lambda: decline_offer(offer, reason="No.", by=person),
    )

    offer.refresh_from_db()
    ended = {"accepted": Project, "expired": OfferGone, "declined": OfferGone}[offer.state]
    assert isinstance(answers[0], ended)
    assert answers[1] is (offer.state == "expired")
    assert isinstance(answers[2], LeadOffer if offer.state == "declined" else OfferGone)
    assert Project._base_manager.count() == (offer.state == "accepted")
