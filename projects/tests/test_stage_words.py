"""Where stages are chosen, they are called as the vendor calls them now."""

import pytest

from catalog import words
from catalog.models import StageText
from partnerportal.core.actors import acting
from projects.filters import stage_choices
from projects.tests.factories import DemoProject, IntroProject


@pytest.fixture
def renamed():
    def rename(kind, stage, label):
        StageText.objects.filter(process=kind, stage=stage).update(label=label)
        words.forget()

    yield rename
    words.forget()


def test_the_filter_of_the_list_has_the_vendors_words(client, anna, renamed):
    DemoProject(owner=anna, name="Shown")
    IntroProject(owner=anna, name="Other")
    renamed("business_plan", "demo", "Show and tell")
    client.force_login(anna)

    page = client.get("/projects/?view=every&stage=demo").text

    assert page.count("Show and tell") == 2  # The chip and the row.
    assert "Shown" in page
    assert "Other" not in page


def test_a_stage_that_the_kinds_call_differently_has_both_words(db, renamed):
    renamed("change_order", "proposal", "New offer")

    assert dict(stage_choices())["proposal"] == f"{words.stage('business_plan', 'proposal').label} / New offer"


def test_the_filter_of_the_admin_has_the_vendors_words(client, anna, otto, renamed):
    DemoProject(owner=anna, name="Shown")
    IntroProject(owner=anna, name="Other")
    renamed("business_plan", "demo", "Show and tell")
    client.force_login(otto)

    page = client.get("/admin/projects/project/?stage=demo").text

    assert '?stage=demo">Show and tell</a>' in page.replace("&amp;", "&")
    assert "Shown" in page
    assert "Other" not in page


def test_the_history_in_the_back_office_has_the_vendors_words(client, anna, otto, renamed):
    project = DemoProject(owner=anna)
    renamed("business_plan", "demo", "Show and tell")
    renamed("business_plan", "intro", "First talk")
    with acting(anna):
        project.stage = "intro"
        project.save()
    client.force_login(otto)

    told = client.get(f"/admin/projects/project/{project.pk}/history/").text

    assert "Show and tell → First talk" in told
