"""Who is on a project besides the primary contact: added, given another role, taken off; by whom, and when not."""

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import ContactFactory
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from projects import services
from projects.models import ProjectContact
from projects.tests.factories import DemoProject, LostProject, WonProject


def rows(project):
    return list(ProjectContact.objects.for_partner(project.partner_id).filter(project=project).values_list("contact", "role"))


def on(project, role="IT"):
    contact = ContactFactory(account=project.account, first_name="Tom")
    return ProjectContact.objects.create(partner_id=project.partner_id, project=project, contact=contact, role=role)


def test_a_contact_is_added_once_with_its_author(anna):
    project = DemoProject(owner=anna)
    contact = ContactFactory(account=project.account)

    services.add_contact(project, contact=contact, role=" IT ", by=anna)
    services.add_contact(project, contact=contact, role="Other", by=anna)

    assert rows(project) == [(contact.pk, "IT")]
    history = ProjectContact.history.all()
    assert [(one.history_type, one.history_user, one.role) for one in history] == [("+", anna, "IT")]


def test_who_is_not_of_the_account_or_primary_is_not_added(anna):
    project = DemoProject(owner=anna)

    for contact in (ContactFactory(owner=anna), project.contact):
        with pytest.raises(ValidationError):
            services.add_contact(project, contact=contact, role="", by=anna)

    assert rows(project) == []


def test_a_role_is_changed_and_a_person_taken_off_with_their_authors(anna, ben):
    project = DemoProject(owner=anna)
    row = on(project)

    services.change_role(row, role="Buyer", by=anna)
    assert rows(project) == [(row.contact_id, "Buyer")]
    services.remove_contact(row, by=ben)

    assert rows(project) == []
    told = [(one.history_type, one.history_user, one.role) for one in ProjectContact.history.all()]
    assert told[:2] == [("-", ben, "Buyer"), ("~", anna, "Buyer")]
    row.contact.refresh_from_db()
    assert row.contact.deleted_at is None


@pytest.mark.parametrize("factory", [WonProject, LostProject])
def test_nobody_comes_goes_or_changes_on_a_closed_project(anna, factory):
    project = factory(owner=anna)
    row, contact = on(project), ContactFactory(account=project.account)

    for act in (
        lambda: services.add_contact(project, contact=contact, role="", by=anna),
        lambda: services.change_role(row, role="Buyer", by=anna),
        lambda: services.remove_contact(row, by=anna),
    ):
        with pytest.raises(services.ProjectClosed):
            act()

    assert rows(project) == [(row.contact_id, "IT")]


def test_the_primary_contact_is_not_taken_off(anna):
    project = DemoProject(owner=anna)
    row = ProjectContact.objects.create(partner_id=project.partner_id, project=project, contact=project.contact, role="IT")

    for act in (lambda: services.change_role(row, role="Buyer", by=anna), lambda: services.remove_contact(row, by=anna)):
        with pytest.raises(IllegalMove, match="primary contact"):
            act()

    assert rows(project) == [(project.contact_id, "IT")]


def test_a_colleague_may_not(anna, alex):
    project = DemoProject(owner=anna)
    row = on(project)

    for act in (lambda: services.change_role(row, role="Buyer", by=alex), lambda: services.remove_contact(row, by=alex)):
        with pytest.raises(NotYours):
            act()

    assert rows(project) == [(row.contact_id, "IT")]


@pytest.mark.parametrize("person, status", [("alex", 403), ("otto", 403), ("carla", 404)])
@pytest.mark.parametrize("action", ["role", "remove"])
def test_who_may_not_is_refused_by_address(request, client, anna, person, status, action):
    project = DemoProject(owner=anna)
    row = on(project)
    client.force_login(request.getfixturevalue(person))

    assert client.post(f"/projects/{project.pk}/contacts/{row.contact_id}/{action}/", {"role": "Buyer"}).status_code == status

    assert rows(project) == [(row.contact_id, "IT")]


def test_the_panel_offers_what_can_be_done(client, anna, alex):
    project = DemoProject(owner=anna)
    row = on(project)
    place = f"/projects/{project.pk}/contacts/{row.contact_id}"
    client.force_login(anna)

    panel = client.get(f"/projects/{project.pk}/panels/contacts/").text
    for action in ("role", "remove"):
        assert f'href="{place}/{action}/"' in panel
        assert client.get(f"{place}/{action}/").status_code == 200
    assert f"/contacts/{project.contact_id}/remove/" not in panel

    assert client.post(f"{place}/role/", {"role": "Buyer"}).status_code == 302
    assert "Buyer" in client.get(f"/projects/{project.pk}/panels/contacts/").text
    client.force_login(alex)
    assert f"{place}/remove/" not in client.get(f"/projects/{project.pk}/panels/contacts/").text
    client.force_login(anna)
    assert client.post(f"{place}/remove/").status_code == 302
    assert rows(project) == []
    assert client.get(f"{place}/role/").status_code == 404


def test_the_panel_of_a_closed_project_offers_nothing(client, anna):
    project = WonProject(owner=anna)
    on(project)
    client.force_login(anna)

    panel = client.get(f"/projects/{project.pk}/panels/contacts/").text

    assert "Tom" in panel
    assert "/remove/" not in panel
    assert "/contacts/add/" not in panel
