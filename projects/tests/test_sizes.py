"""A number of users beyond all reason is refused with a sentence at its field, on every way in; no amount overflows."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from leads.tests.factories import LeadFactory
from projects import services
from projects.models import Project
from projects.tests.factories import ChangeOrderProject, IntroProject
from projects.tests.test_views import edited

HTMX = {"HX-Request": "true"}
MOST = 1_000_000
HIGH = f"Ensure this value is less than or equal to {MOST}."
LOW = f"Ensure this value is greater than or equal to -{MOST}."
pytestmark = pytest.mark.usefixtures("reference")


def users_of(project):
    return Project.objects.across_partners(reason="test").get(pk=project.pk).total_users


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.mark.parametrize("users", [MOST + 1, 2_000_000_000, 10**30])
def test_the_form_says_it_at_the_field(as_anna, anna, users):
    project = IntroProject(owner=anna)

    answer = as_anna.post(reverse("projects:edit", args=[project.pk]), edited(project, total_users=users))

    assert answer.status_code == 422
    assert HIGH in answer.context["form"].errors["total_users"]
    assert users_of(project) == project.total_users


def test_a_change_order_removes_no_more_than_that_either(as_anna, anna):
    project = ChangeOrderProject(owner=anna)

    answer = as_anna.post(reverse("projects:edit", args=[project.pk]), edited(project, total_users=-2_000_000_000))

    assert answer.status_code == 422
    assert answer.context["form"].errors["total_users"] == [LOW]
    assert users_of(project) == project.total_users


def test_a_million_is_taken(as_anna, anna):
    project = IntroProject(owner=anna, interested_solutions=["license", "hwaas", "classound"])

    assert as_anna.post(reverse("projects:edit", args=[project.pk]), edited(project, total_users=MOST)).status_code == 302
    assert users_of(project) == MOST


def test_the_cell_says_it(as_anna, anna):
    project = IntroProject(owner=anna)

    answer = as_anna.post(f"/projects/{project.pk}/cell/total_users/", {"total_users": "2000000000"}, headers=HTMX)

    assert answer.status_code == 422
    assert HIGH in answer.text
    assert users_of(project) == project.total_users


def test_the_change_of_many_says_it_of_each(as_anna, anna, deliver):
    project = IntroProject(owner=anna)

    preview = as_anna.post(
        "/projects/bulk/fields/", {"ids": [project.pk], "asked": "1", "change": ["total_users"], "total_users": "2000000000"}, follow=True
    )

    assert HIGH in preview.text
    as_anna.post(f"{preview.redirect_chain[-1][0]}run/")
    deliver()
    assert users_of(project) == project.total_users


@pytest.mark.parametrize("page", ["edit", "cell"])
def test_a_lead_is_not_larger_than_a_project(as_anna, anna, page):
    lead = LeadFactory(owner=anna, total_users=40)

    if page == "cell":
        answer = as_anna.post(f"/leads/{lead.pk}/cell/total_users/", {"total_users": "2000000000"}, headers=HTMX)
    else:
        form = as_anna.get(reverse("leads:edit", args=[lead.pk])).context["form"]
        known = {name: form[name].value() or "" for name in form.fields}
        answer = as_anna.post(reverse("leads:edit", args=[lead.pk]), known | {"total_users": "2000000000"})

    assert answer.status_code == 422
    assert HIGH in answer.text
    lead.refresh_from_db()
    assert lead.total_users == 40


def test_the_service_refuses_it_whoever_calls(anna):
    project = IntroProject(owner=anna)

    with pytest.raises(ValidationError, match="1000000"):
        services.edit_project(project, values={"total_users": 2_000_000_000}, by=anna)
    assert users_of(project) == project.total_users
