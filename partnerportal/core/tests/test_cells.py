import re

import pytest

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.edits import sealed
from partnerportal.core.listviews import save_view
from partnerportal.core.models import Pin

pytestmark = [pytest.mark.django_db, pytest.mark.urls("partnerportal.core.tests.sample")]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/?view=all"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik", email="info@brenner-logistik.de")


def leads():
    return Lead.objects.across_partners(reason="test")


def test_the_list_marks_the_cells_that_the_person_may_change(client, alex, anna, lead):
    pages = {}
    for person in (anna, alex):
        client.force_login(person)
        pages[person] = client.get("/leads/?view=all").content.decode()

    assert f'data-record="/leads/{lead.pk}/"' in pages[anna]
    assert 'data-cell="company"' in pages[anna]
    assert 'data-cell="status"' not in pages[anna]
    assert "data-cell" not in pages[alex]


def test_a_cell_is_saved_through_the_form_and_answers_its_row(as_anna, anna, lead):
    response = as_anna.post(
        f"/leads/{lead.pk}/cell/company/", {"company": "Brenner AG", "base": sealed({"company": "Brenner Logistik"})}, headers=HTMX
    )

    last = leads().get().history.first()
    assert response.status_code == 200
    assert f'data-record="/leads/{lead.pk}/"' in response.content.decode().partition("</template>")[0]
    assert (last.company, last.email, last.channel, last.history_user) == ("Brenner AG", "info@brenner-logistik.de", "cell", anna)


def columns_after_an_edit(client, lead, address):
    """The columns of the row that a saved cell brings, on a list at an address."""
    at = {**HTMX, "HX-Current-URL": f"http://testserver/leads/{address}"}
    response = client.post(f"/leads/{lead.pk}/cell/company/", {"company": "Brenner AG"}, headers=at)
    assert response.status_code == 200
    return re.findall(r'data-label="(\w+)"', response.content.decode().partition("</template>")[0])


@pytest.fixture
def saved(anna):
    return save_view(name="Places", query="base=all&columns=company,city", page="leads", sharing="private", by=anna)


def test_the_row_has_the_columns_of_the_saved_view(as_anna, lead, saved):
    assert columns_after_an_edit(as_anna, lead, f"?view={saved.word}") == ["Company", "City"]


def test_the_row_has_the_columns_of_the_pin_where_the_address_says_nothing(as_anna, anna, lead):
    Pin.objects.create(user=anna, page="leads", query="view=all&columns=company,owner")

    assert columns_after_an_edit(as_anna, lead, "") == ["Company", "Owner"]


def test_a_cell_stays_saved_although_its_view_was_deleted_meanwhile(as_anna, lead, saved):
    address = f"?view={saved.word}"
    saved.delete()

    assert len(columns_after_an_edit(as_anna, lead, address)) > 2
    assert leads().get().company == "Brenner AG"


def test_what_else_is_posted_is_not_taken(as_anna, lead):
    as_anna.post(f"/leads/{lead.pk}/cell/company/", {"company": "Brenner AG", "last_name": "Changed", "status": "converted"}, headers=HTMX)

    assert (leads().get().last_name, leads().get().status) == (lead.last_name, lead.status)


def test_an_error_stays_in_the_cell_with_its_sentence(as_anna, lead):
    response = as_anna.post(f"/leads/{lead.pk}/cell/email/", {"email": "nonsense"}, headers=HTMX)

    page = response.content.decode()
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (422, f"#cell-{lead.pk}-email", "innerHTML")
    assert "Enter a valid email address." in page
    assert 'value="nonsense"' in page
    assert leads().get().email == "info@brenner-logistik.de"


def test_the_same_cell_of_two_people_is_a_choice(as_anna, lead):
    base = sealed({"company": "Brenner Logistik"})
    Lead.objects.across_partners(reason="test").filter(pk=lead.pk).update(company="Brenner SE")

    asked = as_anna.post(f"/leads/{lead.pk}/cell/company/", {"company": "Brenner AG", "base": base}, headers=HTMX)
    again = {"base": asked.context["base"], "clash": asked.context["asked"]}
    assert (asked.status_code, leads().get().company) == (409, "Brenner SE")

    chosen = as_anna.post(f"/leads/{lead.pk}/cell/company/", {**again, "company": "Brenner AG", "choice-company": "mine"}, headers=HTMX)
    assert (chosen.status_code, leads().get().company) == (200, "Brenner AG")


def test_undo_goes_back_unless_somebody_has_changed_it_since(as_anna, lead):
    as_anna.post(f"/leads/{lead.pk}/cell/company/", {"company": "Brenner AG"}, headers=HTMX)
    back = {"company": "Brenner Logistik", "base": sealed({"company": "Brenner AG"})}

    as_anna.post(f"/leads/{lead.pk}/cell/company/", back)
    assert leads().get().company == "Brenner Logistik"

    leads().filter(pk=lead.pk).update(company="Brenner SE")
    as_anna.post(f"/leads/{lead.pk}/cell/company/", back | {"company": "Old"})
    assert leads().get().company == "Brenner SE"


@pytest.mark.parametrize("field", ["status", "owner", "partner", "nonsense"])
def test_a_field_that_the_form_does_not_have_has_no_cell(as_anna, lead, field):
    assert as_anna.get(f"/leads/{lead.pk}/cell/{field}/", headers=HTMX).status_code == 404
    assert as_anna.post(f"/leads/{lead.pk}/cell/{field}/", {field: "x"}, headers=HTMX).status_code == 404


def test_a_colleague_may_not_and_a_stranger_finds_nothing(client, alex, carla, lead):
    answers = []
    for person in (alex, carla):
        client.force_login(person)
        answers.append(client.post(f"/leads/{lead.pk}/cell/company/", {"company": "Mine"}, headers=HTMX).status_code)

    assert answers == [403, 404]
    assert leads().get().company == "Brenner Logistik"


def test_without_script_the_editor_is_the_form(as_anna, lead):
    assert as_anna.get(f"/leads/{lead.pk}/cell/company/").url == f"/leads/{lead.pk}/edit/"
