"""Leads of pools are shared out: a partner that has taken its part waits, and reads until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import LeadOffer
from leads.services import NotYet
from leads.tests.factories import VendorLeadFactory, offered
from partnerportal.tests.racing import at_once
from partners.tests.factories import PartnerFactory
from projects import services
from projects.models import Project


@pytest.fixture
def pool(aurora, otto):
    """Makes an offer of a pool to Aurora and another partner; answers Aurora's."""
    other = PartnerFactory(account_manager=otto)
    return lambda company: offered(VendorLeadFactory(company=company, email=f"info@{company.lower()}.it"), aurora, other, by=otto)[0]


def limit(partner, **rules):
    type(partner).objects.filter(pk=partner.pk).update(**rules)


def let_pass(offer, **since):
    LeadOffer._base_manager.filter(pk=offer.pk).update(answered_at=timezone.now() - timedelta(**since))


@pytest.mark.django_db
def test_a_partner_at_its_limit_waits_and_nothing_changes(pool, aurora, anna):
    limit(aurora, pool_limit=1)
    first, second = pool("Miramare"), pool("Belvedere")
    services.accept_offer(first, by=anna)

    with pytest.raises(NotYet, match="took 1 lead from pools in seven days, as many as the vendor allows. The next is possible: "):
        services.accept_offer(second, by=anna)

    second.refresh_from_db()
    assert (second.state, second.vendor_lead.state) == ("open", "offered")
    assert Project._base_manager.count() == 1
    let_pass(first, days=7, minutes=1)
    assert services.accept_offer(second, by=anna).account.name == "Belvedere"


@pytest.mark.django_db
def test_a_partner_pauses_after_a_lead(pool, aurora, anna):
    limit(aurora, pool_pause=4)
    first, second = pool("Miramare"), pool("Belvedere")
    services.accept_offer(first, by=anna)

    with pytest.raises(NotYet, match="just took a lead from a pool"):
        services.accept_offer(second, by=anna)

    let_pass(first, hours=4, minutes=1)
    assert services.accept_offer(second, by=anna).account.name == "Belvedere"


@pytest.mark.django_db
def test_a_lead_that_is_offered_to_one_partner_alone_knows_no_limit(pool, aurora, anna, otto):
    limit(aurora, pool_limit=1, pool_pause=48)
    services.accept_offer(pool("Miramare"), by=anna)
    (alone,) = offered(VendorLeadFactory(company="Belvedere", email="info@belvedere.it"), aurora, by=otto)

    assert services.accept_offer(alone, by=anna).account.name == "Belvedere"


@pytest.mark.django_db
def test_the_page_says_how_a_partner_stands(pool, aurora, anna, client):
    limit(aurora, pool_limit=2)
    offers = [pool(name) for name in ("Miramare", "Belvedere", "Excelsior")]
    services.accept_offer(offers[0], by=anna)
    client.force_login(anna)

    free = client.get(offers[1].get_absolute_url()).text
    services.accept_offer(offers[1], by=anna)
    waiting = client.get(offers[2].get_absolute_url()).text
    refused = client.post(f"{offers[2].get_absolute_url()}accept/")

    assert "1 of 2 in seven days" in free
    assert "/accept/" in free
    assert "2 of 2 in seven days" in waiting
    assert "as many as the vendor allows" in waiting
    assert "/accept/" not in waiting
    assert "Decline this lead" in waiting
    assert (refused.status_code, "as many as the vendor allows" in refused.text) == (409, True)
    assert "Somebody else was faster" not in refused.text


@pytest.mark.django_db(transaction=True)
def test_of_two_leads_claimed_at_once_the_limit_lets_one_through(pool, aurora, anna, alex):
    limit(aurora, pool_limit=1)
    first, second = pool("Miramare"), pool("Belvedere")

    answers = at_once(lambda: services.accept_offer(first, by=anna), lambda: services.accept_offer(second, by=alex))

    assert sorted(type(answer).__name__ for answer in answers) == ["NotYet", "Project"]
    assert Project._base_manager.count() == 1
    assert LeadOffer._base_manager.filter(partner=aurora, state="open").count() == 1
