"""What a conversion says before it is done, and a lead that goes into a project that is there."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.models import Lead, QualificationQuestion
from leads.services import answer_questions
from leads.tests.factories import QualifiedLeadFactory
from partnerportal.core import attached
from projects import services
from projects.models import Project, ProjectContact
from projects.tests.factories import DemoProject, LostProject
from projects.tests.test_undo_conversion import VALUES, state
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.usefixtures("reference")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lead(anna, alex):
    lead = QualifiedLeadFactory(owner=anna, company="Brenner", website="https://brenner.de", city="Bozen", next_step="Send a reference")
    attached.add_note(lead, "Called", by=anna)
    attached.follow(lead, by=alex)
    TaskFactory(owner=anna, related=lead)
    answer_questions(lead, answers={"budget": "12,000 a year"}, by=anna)
    return Lead.objects.visible_to(anna).get(pk=lead.pk)


@pytest.fixture
def account(anna):
    return AccountFactory(owner=anna, name="Brenner GmbH", website="", city="Meran")


@pytest.fixture
def project(account):
    return DemoProject(account=account, contact=ContactFactory(account=account), name="Headquarters", next_step="", description="")


def counts(user):
    return [model.objects.visible_to(user).count() for model in (Account, Contact, Project)]


def test_preview_names_what_is_made_and_writes_nothing(anna, lead):
    account, contact, project = services.preview_conversion(lead, by=anna)

    assert [one.record for one in (account, contact, project)] == [None, None, None]
    assert {"name", "website", "city", "phone"} <= set(account.filled)
    assert {"first_name", "last_name", "email"} <= set(contact.filled)
    assert project.filled == ("next_step",)
    assert counts(anna) == [0, 0, 0]


def test_preview_is_what_the_conversion_fills(anna, lead, account, project):
    parts = {one.kind: one for one in services.preview_conversion(lead, by=anna, account=account, project=project)}
    before = {name: getattr(account, name) for name in parts["account"].kept}

    services.convert_lead(lead, values={}, account=account, project=project, by=anna)
    account.refresh_from_db()
    project.refresh_from_db()

    assert "website" in parts["account"].filled
    assert {name for name in parts["account"].filled if getattr(account, name) in (None, "")} == set()
    assert {"name", "city"} <= set(before)
    assert {name: getattr(account, name) for name in before} == before
    assert (parts["project"].filled, project.next_step) == (("next_step",), "Send a reference")


def test_nothing_is_filled_where_the_person_may_not_change(alex, anna, lead):
    account = AccountFactory(owner=alex, name="Brenner", website="")

    part = services.preview_conversion(lead, by=anna, account=account)[0]

    assert part.filled == ()


def test_a_lead_goes_into_an_open_project_with_all_that_hangs_on_it(anna, lead, account, project):
    own = attached.add_note(project, "Of the project", by=anna)

    services.convert_lead(lead, values={}, project=project, by=anna)

    assert counts(anna) == [1, 2, 1]
    assert {note.text for note in project.notes.all()} == {own.text, "Called"}
    assert (project.tasks.count(), project.followers.count()) == (1, 1)
    assert [str(one.contact) for one in ProjectContact.objects.for_partner(anna.partner_id).filter(project=project)] == [lead.full_name]
    assert [one.text for one in services.found_out(project)] == ["12,000 a year"]
    assert services.project_of(lead, anna) == project


def test_undo_takes_back_what_came_and_leaves_the_project_as_it_was(anna, lead, project):
    attached.add_note(project, "Of the project", by=anna)
    TaskFactory(owner=anna, related=project)
    before = [state(one) for one in (lead, project.account, project)]

    services.convert_lead(lead, values={}, project=project, by=anna)
    attached.add_note(project, "Later", by=anna).delete()
    services.undo_conversion(lead, by=anna)

    assert [state(one) for one in (lead, project.account, project)] == before
    assert counts(anna) == [1, 1, 1]
    assert ProjectContact.objects.for_partner(anna.partner_id).filter(project=project).count() == 0
    assert list(services.found_out(project)) == []


def test_a_project_of_another_account_or_a_closed_one_is_refused(anna, lead, project):
    with pytest.raises(ValidationError):
        services.convert_lead(lead, values={}, account=AccountFactory(owner=anna), project=project, by=anna)
    with pytest.raises(services.ProjectClosed):
        services.convert_lead(lead, values={}, project=LostProject(account=project.account, contact=project.contact), by=anna)

    lead.refresh_from_db()
    assert lead.status == "qualification"
    assert lead.notes.count() == 1


def test_the_project_of_another_partner_does_not_exist(anna, carla, lead):
    strange = DemoProject(owner=carla)

    with pytest.raises(Account.DoesNotExist):
        services.convert_lead(lead, values={}, project=strange, by=anna)

    lead.refresh_from_db()
    assert lead.status == "qualification"


def test_what_comes_next_goes_into_a_new_project(anna, lead):
    project = services.convert_lead(lead, values=VALUES, by=anna)

    assert project.next_step == "Send a reference"
    assert [one.text for one in services.found_out(project)] == ["12,000 a year"]


# --- page ---------------------------------------------------------------------------------


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def test_the_page_shows_what_becomes_of_the_choices(as_anna, lead, account, project):
    page = as_anna.get(f"/leads/{lead.pk}/convert/").content.decode()
    chosen = {"preview": "1", "account": account.pk, "project": project.pk}
    part = as_anna.post(f"/leads/{lead.pk}/convert/", chosen, **HTMX).content.decode()
    whole = as_anna.post(f"/leads/{lead.pk}/convert/", chosen).content.decode()

    assert "Taken from the lead:" in page
    assert "Headquarters – Brenner GmbH" in page
    assert "<html" not in part
    assert "Filled from the lead, because it is empty:" in part
    assert "the lead says Bozen" in part
    assert "Filled from the lead, because it is empty:" in whole
    lead.refresh_from_db()
    assert lead.status == "qualification"


def test_an_existing_project_asks_for_nothing_more(as_anna, anna, lead, account, project):
    answer = as_anna.post(f"/leads/{lead.pk}/convert/", {"project": project.pk}, follow=True)

    assert answer.redirect_chain[-1][0] == project.get_absolute_url()
    assert "12,000 a year" in answer.content.decode()
    assert counts(anna) == [1, 2, 1]


def test_the_project_shows_an_answer_with_the_words_that_it_was_given_to(as_anna, lead, project):
    question = QualificationQuestion.objects.get(key="budget")
    QualificationQuestion.objects.filter(pk=question.pk).update(text="How much?")

    page = as_anna.post(f"/leads/{lead.pk}/convert/", {"project": project.pk}, follow=True).content.decode()

    assert (page.count(f"<dt>{question.text}</dt>"), page.count("How much?")) == (1, 0)


def test_a_project_that_does_not_fit_the_account_is_refused_at_the_field(as_anna, anna, lead, project):
    other = AccountFactory(owner=anna, name="Brenner")

    answer = as_anna.post(f"/leads/{lead.pk}/convert/", {"account": other.pk, "project": project.pk})

    assert answer.status_code == 422
    assert "This project belongs to Brenner GmbH" in answer.content.decode()
    assert Lead.objects.visible_to(anna).get(pk=lead.pk).status == "qualification"


def test_accounts_are_offered_by_the_number_and_the_website_too(as_anna, anna):
    facts = {
        "company": "Kellerei Tramontin",
        "email": "info@tramontin.it",
        "phone": "+390471123456",
        "website": "https://tramontin-wein.it",
    }
    lead = QualifiedLeadFactory(owner=anna, **facts)
    by_number = AccountFactory(owner=anna, name="Weingut Sonnberg", email="office@sonnberg.it", phone="+390471123456", website="")
    by_site = AccountFactory(
        owner=anna, name="TW Handel", email="a@twhandel.it", phone="+390471700700", website="https://www.tramontin-wein.it/de"
    )
    AccountFactory(owner=anna, name="Optik Reinelt", email="a@reinelt.it", phone="+390474555555", website="")

    form = as_anna.get(f"/leads/{lead.pk}/convert/").context["form"]

    assert set(form.fields["account"].queryset) == {by_number, by_site}
