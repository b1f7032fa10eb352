"""Two people at one project: what both wrote is kept, and where they wrote the same, the second chooses."""

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import DemoAnswer, DemoQuestion, Project
from projects.tests.factories import DemoProject

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def project(anna):
    return DemoProject(owner=anna, next_step="Call", next_step_on=None)


def browser(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def hers(anna):
    return browser(anna)


@pytest.fixture
def his(ben):
    return browser(ben)


def given(project):
    """Text and author of the answers, by key."""
    rows = DemoAnswer.objects.for_partner(project.partner_id).filter(project=project)
    return {one.question.key: (one.text, one.answered_by.first_name) for one in rows}


def keys():
    return list(DemoQuestion.objects.filter(is_active=True).values_list("key", flat=True))


def test_two_people_answer_different_demo_questions_and_all_answers_stay(hers, his, project):
    url, blank = reverse("projects:demo", args=[project.pk]), dict.fromkeys(keys(), "")
    mine, *others = keys()
    base = hers.get(url).context["base"]
    his.post(url, {**blank, **dict.fromkeys(others[:3], "So\r\nit is"), "base": his.get(url).context["base"]})

    answer = hers.post(url, {**blank, mine: "Yes", "base": base}, follow=True)

    assert given(project) == {mine: ("Yes", "Anna"), **dict.fromkeys(others[:3], ("So\nit is", "Ben"))}
    assert "meanwhile: all changes are kept." in answer.content.decode()


@pytest.mark.parametrize(("choice", "text"), [("theirs", "His"), ("mine", "Hers"), ("was", "")])
def test_two_people_answer_one_demo_question_and_the_second_chooses(hers, his, project, choice, text):
    url, (first, second, *_rest) = reverse("projects:demo", args=[project.pk]), keys()
    base = hers.get(url).context["base"]
    his.post(url, {first: "His", "base": base})

    sent = {first: "Hers", second: "Yes", "base": base}
    asked = hers.post(url, sent)
    assert (asked.status_code, given(project)) == (409, {first: ("His", "Ben")})
    assert [(one.theirs, one.mine, one.change.author) for one in asked.context["questions"]] == [("His", "Hers", "Ben Marino")]

    again = {**sent, "base": asked.context["base"], "clash": asked.context["asked"]}
    assert hers.post(url, again).status_code == 409
    hers.post(url, {**again, f"choice-{first}": choice})

    told = {first: (text, "Ben" if choice == "theirs" else "Anna"), second: ("Yes", "Anna")}
    assert given(project) == {key: one for key, one in told.items() if one[0]}


def test_the_next_step_of_a_project_keeps_what_two_people_changed(hers, his, project):
    url = reverse("projects:next_step", args=[project.pk])
    base = dict(hers.get(url).context["hidden"])["base"]
    his.post(url, {"next_step": "Call", "next_step_on": "2027-03-01", "base": base})

    hers.post(url, {"next_step": "Write", "next_step_on": "", "base": base})

    project = Project.objects.for_partner(project.partner_id).get(pk=project.pk)
    assert (project.next_step, str(project.next_step_on)) == ("Write", "2027-03-01")


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(("choice", "text"), [("theirs", "His"), ("mine", "Hers"), ("was", "Call")])
def test_the_next_step_of_two_people_is_a_choice_of_three(hers, his, project, choice, text, htmx):
    url, more = reverse("projects:next_step", args=[project.pk]), {"headers": {"HX-Request": "true"}} if htmx else {}
    base = dict(hers.get(url).context["hidden"])["base"]
    his.post(url, {"next_step": "His", "next_step_on": "", "base": base})

    sent = {"next_step": "Hers", "next_step_on": "", "base": base}
    asked = hers.post(url, sent, **more)
    project.refresh_from_db()
    page = asked.content.decode()
    assert (asked.status_code, project.next_step) == (409, "His")
    assert [page.count(f'name="choice-next_step" value="{one}"') for one in ("theirs", "mine", "was")] == [1, 1, 1]

    hers.post(url, {**sent, **dict(asked.context["hidden"]), "choice-next_step": choice}, **more)

    project.refresh_from_db()
    assert project.next_step == text
