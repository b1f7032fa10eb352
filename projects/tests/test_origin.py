"""What came from a lead leads back to it: the fact, the enquiries, and the way back while it is there."""

import pytest
from django.urls import reverse

from leads.tests.factories import QualifiedLeadFactory, enquiry_about
from partnerportal.core import attached
from projects import services
from projects.tests.factories import DemoProject
from projects.tests.test_undo_conversion import VALUES

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    lead = QualifiedLeadFactory(owner=anna, company="Brenner")
    enquiry_about(lead, text="Please call on Monday.")
    return lead


def facts(page):
    return [str(fact.value) for fact in page.context["facts"] if fact.label == "From lead"]


def timeline(client, record):
    return client.get(f"{record.get_absolute_url()}panels/activity/").content.decode()


def undo(page):
    return [action.url for action in page.context["menu"] if action.label == "Undo the conversion"]


def test_a_project_names_its_lead_and_tells_of_its_enquiries(as_anna, anna, lead):
    enquiry_about(QualifiedLeadFactory(owner=anna, company="Other"), text="Of somebody else.")
    project = services.convert_lead(lead, values=VALUES, by=anna)

    (fact,) = facts(as_anna.get(project.get_absolute_url()))
    told = timeline(as_anna, project)

    assert f'href="{lead.get_absolute_url()}"' in fact
    assert "Brenner" in fact
    assert "Please call on Monday." in told
    assert "Of somebody else." not in told


def test_a_project_that_was_there_names_every_lead_that_went_into_it(as_anna, anna, lead):
    project = DemoProject(owner=anna)
    assert facts(as_anna.get(project.get_absolute_url())) == []

    services.convert_lead(lead, values={}, project=project, by=anna)

    assert len(facts(as_anna.get(project.get_absolute_url()))) == 1
    assert "Please call on Monday." in timeline(as_anna, project)
    assert undo(as_anna.get(project.get_absolute_url())) == []


def test_a_lead_that_one_does_not_see_is_neither_named_nor_told(client, anna, alex, aurora, lead):
    project = services.convert_lead(lead, values=VALUES, by=anna)
    aurora.record_visibility = "owner"
    aurora.save()
    attached.follow(project, by=anna)
    project.followers.create(partner=aurora, user=alex)
    client.force_login(alex)

    page = client.get(project.get_absolute_url())

    assert page.status_code == 200
    assert facts(page) == []
    assert "Please call on Monday." not in timeline(client, project)


def test_the_timeline_of_an_account_that_was_made_of_a_lead_leads_back(as_anna, anna, lead):
    account = services.convert_lead(lead, values=VALUES, by=anna).account

    told = timeline(as_anna, account)

    assert f'<a href="{lead.get_absolute_url()}">From lead: ' in told


def test_the_project_offers_to_undo_the_conversion_until_somebody_has_worked_on_it(as_anna, anna, lead):
    project = services.convert_lead(lead, values=VALUES, by=anna)
    address = reverse("projects:undo_convert", args=[lead.pk])

    before = undo(as_anna.get(project.get_absolute_url()))
    note = attached.add_note(project.contact, "New", by=anna)
    worked = undo(as_anna.get(project.get_absolute_url()))
    note.delete()
    answer = as_anna.post(address, follow=True)

    assert before == [address]
    assert worked == []
    assert "is a lead again, as it was" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == lead.get_absolute_url()


def test_who_may_not_undo_is_not_offered_it(client, anna, alex, ben, lead):
    project = services.convert_lead(lead, values=VALUES, by=anna)
    project.owner = alex
    project.save()
    project.refresh_from_db()

    assert services.conversion_to_undo(project, alex) is None
    assert services.conversion_to_undo(project, ben) is None  # It was handed over: somebody has worked on it.


def test_a_manager_may_undo_too(anna, alex, ben, lead):
    project = services.convert_lead(lead, values=VALUES, by=anna)

    found = [services.conversion_to_undo(project, person) for person in (anna, ben, alex)]

    assert [bool(one) for one in found] == [True, True, False]
