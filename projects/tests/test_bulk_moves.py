"""Many projects moved at once, and taken back: the end of a demo stays."""

import pytest

from partnerportal.core.models import BulkChange
from projects.models import BonusEntry, Project
from projects.tests.factories import DemoProject, IntroProject, ProposalProject, WonProject, answer_all

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def bulk(client, rows, **answers):
    """Prepare a bulk change of the stage; answers its page."""
    response = client.post("/projects/bulk/stage/", {"ids": [one.pk for one in rows], "asked": "1", **answers})
    assert response.status_code == 302
    return BulkChange.objects.latest("pk")


def stages(*projects):
    return [(one.stage, one.probability, one.demo_done) for one in (fresh(project) for project in projects)]


def fresh(project):
    return Project.objects.for_partner(project.partner).get(pk=project.pk)


def results(change):
    return list(change.rows.order_by("object_id").values_list("state", "reason"))


def moves_of(project):
    return list(project.stage_moves.order_by("pk").values_list("from_stage", "to_stage", "reason"))


def test_a_bulk_move_that_ended_a_demo_is_undone_for_the_others_alone(as_anna, anna, deliver):
    first, ended, last = (DemoProject(owner=anna, amount_mrr="580.00") for _number in range(3))
    answer_all(ended)
    change = bulk(as_anna, [first, ended, last], to="presentation")
    as_anna.post(f"/bulk/{change.pk}/run/")
    deliver()
    assert stages(first, ended, last) == [("presentation", 50, False), ("presentation", 50, True), ("presentation", 50, False)]
    entries = list(BonusEntry.objects.for_partner(anna.partner).values_list("project", "amount", "state"))

    as_anna.post(f"/bulk/{change.pk}/undo/")
    deliver()

    back = BulkChange.objects.get(undoes=change)
    assert stages(first, ended, last) == [("demo", 30, False), ("presentation", 50, True), ("demo", 30, False)]
    assert results(back) == [("done", ""), ("refused", "The demo is done: what was fixed with it stays."), ("done", "")]
    assert "The demo is done: what was fixed with it stays." in as_anna.get(f"/bulk/{back.pk}/").content.decode()
    assert moves_of(first) == [("demo", "presentation", ""), ("presentation", "demo", "Bulk change undone")]
    assert moves_of(ended) == [("demo", "presentation", "")]
    assert list(BonusEntry.objects.for_partner(anna.partner).values_list("project", "amount", "state")) == entries
    assert str(fresh(first).weighted_pipeline) == str(first.weighted_pipeline)


def test_each_project_is_moved_by_its_own_rules(as_anna, anna, alex, deliver):
    ready, lacking, won = IntroProject(owner=anna, poc_users=5), IntroProject(owner=anna), WonProject(owner=anna)
    other = IntroProject(owner=alex, poc_users=5)

    change = bulk(as_anna, [ready, lacking, won, other], to="demo")
    as_anna.post(f"/bulk/{change.pk}/run/")
    deliver()

    assert [fresh(one).stage for one in (ready, lacking, won, other)] == ["demo", "intro", "closed", "intro"]
    states = [state for state, _reason in results(change)]
    reasons = [reason for _state, reason in results(change)]
    assert states == ["done", "refused", "refused", "refused"]
    assert "Users of POC" in reasons[1]
    assert reasons[3] == "Not yours to change: only its owner and the managers may."
    assert moves_of(lacking) == moves_of(won) == moves_of(other) == []


def test_a_way_back_of_many_needs_its_reason_and_writes_it(as_anna, anna, deliver):
    projects = [ProposalProject(owner=anna) for _number in range(2)]
    answers = {"to": "presentation", "reason": "Too early"}

    silent = bulk(as_anna, projects, to="presentation")
    assert [state for state, _reason in results(silent)] == ["refused", "refused"]
    change = bulk(as_anna, projects, **answers)
    as_anna.post(f"/bulk/{change.pk}/run/")
    deliver()

    assert [moves_of(project) for project in projects] == [[("proposal", "presentation", "Too early")]] * 2


def test_many_are_not_closed_at_once(as_anna, anna):
    project = ProposalProject(owner=anna)

    response = as_anna.post("/projects/bulk/stage/", {"ids": [project.pk], "asked": "1", "to": "closed"})

    assert (response.status_code, BulkChange.objects.count(), fresh(project).stage) == (422, 0, "proposal")


@pytest.mark.parametrize("page", ["cases", "quotes", "orders"])
def test_what_moves_by_its_own_questions_has_no_stage_in_bulk(as_anna, page):
    response = as_anna.post(f"/{page}/bulk/stage/", {"ids": ["1"], "asked": "1", "to": "closed"})

    assert (response.status_code, BulkChange.objects.count()) == (404, 0)
