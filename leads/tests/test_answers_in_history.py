"""What was answered about a lead stands in its history, with what was said before."""

import pytest

from accounts.merging import undo_merge
from leads import services
from leads.merging import merge_leads
from leads.tests.factories import QualifiedLeadFactory
from partnerportal.core.display import NOTHING
from partnerportal.tests.counting import assert_queries

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return QualifiedLeadFactory(owner=anna)


def answered(client, lead):
    """What the history of a lead says of its answers, newest first: who, before, after."""
    page = client.get(f"/leads/{lead.pk}/history/")
    rows = [(told.change.author, *field) for told in page.context["changes"] for field in told.fields]
    return [(who, before, after) for who, label, before, after in rows if label.startswith("What do they use today")]


def test_the_history_tells_every_answer_with_its_question_and_who_wrote_it(as_anna, anna, ben, lead):
    other = QualifiedLeadFactory(owner=anna)
    services.answer_questions(other, answers={"situation": "Nothing of this lead"}, by=anna)
    for text, by in (("An old system", anna), ("A <b>new</b> one", ben), ("", anna), ("None", anna)):
        services.answer_questions(lead, answers={"situation": text}, by=by)

    assert answered(as_anna, lead) == [
        ("Anna Conti", NOTHING, "None"),
        ("Anna Conti", "A <b>new</b> one", NOTHING),
        ("Ben Marino", "An old system", "A <b>new</b> one"),
        ("Anna Conti", NOTHING, "An old system"),
    ]
    assert "A &lt;b&gt;new&lt;/b&gt; one" in as_anna.get(f"/leads/{lead.pk}/history/").content.decode()


def test_the_history_of_another_partners_lead_tells_no_answers(client, carla, anna, lead):
    services.answer_questions(lead, answers={"situation": "An old system"}, by=anna)
    client.force_login(carla)

    assert client.get(f"/leads/{lead.pk}/history/").status_code == 404


def test_an_answer_that_came_along_in_a_merge_is_told_once(as_anna, anna, lead):
    other = QualifiedLeadFactory(owner=anna)
    services.answer_questions(other, answers={"situation": "An old system"}, by=anna)
    merge = merge_leads(lead, [other], chosen={}, by=anna)
    assert answered(as_anna, lead) == [("Anna Conti", NOTHING, "An old system")]

    undo_merge(merge, by=anna)
    assert answered(as_anna, other) == [("Anna Conti", NOTHING, "An old system")]


def test_the_history_costs_the_same_for_many_answers(as_anna, anna, lead):
    services.answer_questions(lead, answers={"situation": "Old"}, by=anna)
    few = assert_queries(as_anna, f"/leads/{lead.pk}/history/", at_most=14)
    for number in range(5):
        services.answer_questions(lead, answers={"situation": f"{number}", "budget": f"{number}"}, by=anna)

    assert assert_queries(as_anna, f"/leads/{lead.pk}/history/", at_most=14) == few
