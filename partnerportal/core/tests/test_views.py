import re

import pytest

from leads.tests.factories import LeadFactory

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik", status="new")


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(response):
    return re.findall(r'class="title"[^>]*>([^<]+)<', response.content.decode())


def test_list_shows_the_first_view(as_anna, lead, alex):
    LeadFactory(owner=alex, company="Of Alex")

    response = as_anna.get("/leads/")

    assert response.status_code == 200
    assert titles(response) == ["Brenner Logistik"]


def test_detail_shows_the_record(as_anna, lead):
    response = as_anna.get(f"/leads/{lead.pk}/")

    assert response.status_code == 200
    assert "Mark Stage as Complete" in response.content.decode()


@pytest.mark.parametrize("page", ["board/", "new/", "export/", "export/?format=xlsx"])
def test_pages_of_the_object_answer(as_anna, lead, page):
    response = as_anna.get(f"/leads/{page}")

    assert response.status_code == 200
    assert b"".join(response)


@pytest.mark.parametrize("page", ["edit/", "clone/", "history/", "owner/", "delete/", "panels/activity/", "panels/files/"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_pages_of_a_record_answer(as_anna, lead, page, headers):
    assert as_anna.get(f"/leads/{lead.pk}/{page}", **headers).status_code == 200
