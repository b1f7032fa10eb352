"""Two people at one record, each with a browser: both changes are kept; the same field is a choice of three."""

import pytest
from playwright.sync_api import expect

from partnerportal.tests.pages import is_wider_than_its_window, violations
from projects.models import Project
from projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def project(anna, reference):
    return ProjectFactory(owner=anna, name="Hotel Miralago", competitor="")


def now(project):
    return Project.objects.across_partners(reason="test").get(pk=project.pk)


def opened(page, project):
    page.goto(f"/projects/{project.pk}/edit/")
    return page


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()


def test_two_people_edit_different_fields_and_both_changes_are_kept(page_as, anna, ben, project):
    hers, his = opened(page_as(anna), project), opened(page_as(ben), project)
    hers.get_by_label("Competitor").fill("Telefonia Rossi")
    his.get_by_label("Name").fill("Hotel Miralago Due")

    save(his)
    his.get_by_text("was saved.").wait_for()
    save(hers)

    hers.get_by_text("Ben Marino changed Project name meanwhile: both changes are kept.").wait_for()
    assert hers.get_by_role("dialog").count() == 0
    assert (now(project).name, now(project).competitor) == ("Hotel Miralago Due", "Telefonia Rossi")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_same_field_is_a_choice_of_three(page_as, anna, ben, project, width, scheme):
    hers, his = opened(page_as(anna, width=width, scheme=scheme), project), opened(page_as(ben), project)
    hers.get_by_label("Name").fill("Miralago by Anna")
    his.get_by_label("Name").fill("Miralago by Ben")

    save(his)
    his.get_by_text("was saved.").wait_for()
    save(hers)

    question = hers.locator("[data-clash=name]")
    question.wait_for()
    expect(question.locator(".value")).to_have_text(["Miralago by Ben", "Miralago by Anna", "Hotel Miralago"])
    expect(question).to_contain_text("changed by Ben Marino")
    assert violations(hers) == []
    assert not is_wider_than_its_window(hers)
    assert now(project).name == "Miralago by Ben"
    question.get_by_label("What it was").check()
    save(hers)
    hers.get_by_text("was saved.").wait_for()
    assert now(project).name == "Hotel Miralago"


def test_a_draft_that_was_kept_does_not_overwrite_what_others_saved_since(page_as, anna, ben, project):
    hers, his = opened(page_as(anna), project), opened(page_as(ben), project)
    hers.on("dialog", lambda dialog: dialog.accept())
    hers.get_by_label("Competitor").fill("Telefonia Rossi")
    his.get_by_label("Name").fill("Hotel Miralago Due")
    save(his)
    his.get_by_text("was saved.").wait_for()

    hers.reload()
    hers.get_by_text("What you had typed and not saved is here again.").wait_for()
    save(hers)

    hers.get_by_text("both changes are kept.").wait_for()
    assert (now(project).name, now(project).competitor) == ("Hotel Miralago Due", "Telefonia Rossi")
