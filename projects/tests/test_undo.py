"""The way back after a move by hand: offered where the move changed nothing but the stage, and a move of its own."""

import pytest

from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from partnerportal.core.models import StageMove
from partnerportal.core.stages import IllegalMove
from projects import services
from projects.models import BonusEntry
from projects.tests.factories import (
    AgreedProject,
    DemoDoneProject,
    DemoProject,
    IntroProject,
    PresentationProject,
    ProposalProject,
    answer_all,
)

HTMX = {"headers": {"HX-Request": "true"}}
pytestmark = pytest.mark.usefixtures("reference")


def moves_of(record):
    """(from, to, reason) of each move, in their order."""
    return list(record.stage_moves.order_by("pk").values_list("from_stage", "to_stage", "reason"))


def offered(client, record):
    """Whether the record's page now offers the way back; the toast is said once."""
    return 'name="undo" value="1"' in client.get(record.get_absolute_url()).content.decode()


def move(client, record, to, **more):
    seen = record.stage if hasattr(record, "stage") else record.status
    return client.post(f"{record.get_absolute_url()}move/", {"to": to, "seen": seen, **more})


def stage(record):
    record.refresh_from_db()
    return record.stage if hasattr(record, "stage") else record.status


def test_a_move_forward_is_taken_back_as_a_move_of_its_own(client, anna):
    client.force_login(anna)
    project = IntroProject(owner=anna, poc_users=5)
    move(client, project, "demo")
    assert offered(client, project)

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "intro", "seen": "demo", "undo": "1"})

    assert answer.status_code == 302
    assert stage(project) == "intro"
    assert moves_of(project) == [("intro", "demo", ""), ("demo", "intro", "Undo")]
    assert (project.probability, str(project.weighted_pipeline)) == (10, "60.00")
    assert not offered(client, project)


def test_a_move_back_is_taken_back(client, anna):
    client.force_login(anna)
    project = ProposalProject(owner=anna)
    move(client, project, "presentation", asked="1", reason="Too early")
    assert offered(client, project)

    client.post(f"/projects/{project.pk}/move/", {"to": "proposal", "seen": "presentation", "undo": "1"})

    assert stage(project) == "proposal"
    assert moves_of(project)[-1] == ("presentation", "proposal", "Undo")


def test_a_drop_on_the_board_is_taken_back_there(client, anna):
    client.force_login(anna)
    project = IntroProject(owner=anna, poc_users=5)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/projects/board/?view=mine"}

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "demo", "seen": "intro", "from": "board"}, headers=headers)
    values = {"to": "intro", "seen": "demo", "undo": "1", "back": "/projects/board/?view=mine"}
    back = client.post(f"/projects/{project.pk}/move/", values)

    assert 'name="back" value="/projects/board/?view=mine"' in answer.content.decode()
    assert back.headers["Location"] == "/projects/board/?view=mine"
    assert stage(project) == "intro"


@pytest.mark.parametrize("back", ["https://elsewhere.com/", "//elsewhere.com/", "\\\\elsewhere.com"])
def test_the_way_back_never_leads_out(client, anna, back):
    client.force_login(anna)
    project = IntroProject(owner=anna, poc_users=5)
    move(client, project, "demo")

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "intro", "seen": "demo", "undo": "1", "back": back})

    assert answer.headers["Location"] == project.get_absolute_url()


def test_a_demo_that_was_counted_stays_counted(client, anna):
    client.force_login(anna)
    project = DemoProject(owner=anna, amount_mrr="580.00")
    answer_all(project)

    move(client, project, "presentation")

    assert stage(project) == "presentation"
    assert project.demo_done
    assert not offered(client, project)


def test_what_went_out_by_itself_has_no_way_back(client, anna):
    client.force_login(anna)
    project = AgreedProject(owner=anna, stage="presentation", quotes_out=1, has_quote=True)

    move(client, project, "proposal")

    assert stage(project) == "contract_out"
    assert not offered(client, project)


def test_a_way_back_that_would_count_the_demo_is_not_offered_nor_taken(client, anna):
    client.force_login(anna)
    project = PresentationProject(owner=anna)
    answer_all(project)
    move(client, project, "demo", asked="1", reason="Show it again")
    assert not offered(client, project)

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "presentation", "seen": "demo", "undo": "1"})

    assert answer.status_code == 422
    assert (stage(project), project.demo_done) == ("demo", False)
    assert not BonusEntry.objects.for_partner(anna.partner).exists()


def test_undo_is_no_way_round_the_reason(client, anna, ben):
    """Only one's own last step: neither a stage of long ago, nor a colleague's step, nor a loss."""
    client.force_login(anna)
    project = PresentationProject(owner=anna)
    values = {"to": "intro", "seen": "presentation", "undo": "1"}
    assert client.post(f"/projects/{project.pk}/move/", values).status_code == 422
    services.move_project(project, to="demo", seen="presentation", by=ben, reason="Not yet")

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "presentation", "seen": "demo", "undo": "1"}, **HTMX)

    assert answer.status_code == 422
    assert "Only your own last step can be taken back." in answer.content.decode()
    assert stage(project) == "demo"
    assert project.stage_moves.count() == 1


def test_an_overtaken_way_back_is_refused(client, anna):
    client.force_login(anna)
    project = IntroProject(owner=anna, poc_users=5, amount_mrr="1.00")
    move(client, project, "demo")
    project.refresh_from_db()
    move(client, project, "presentation", asked="1")

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "intro", "seen": "demo", "undo": "1"})

    assert answer.status_code == 409
    assert stage(project) == "presentation"


@pytest.mark.parametrize("person, status", [("alex", 403), ("carla", 404)])
def test_nobody_else_takes_it_back(request, client, anna, person, status):
    project = IntroProject(owner=anna, poc_users=5)
    services.move_project(project, to="demo", seen="intro", by=anna)
    client.force_login(request.getfixturevalue(person))

    answer = client.post(f"/projects/{project.pk}/move/", {"to": "intro", "seen": "demo", "undo": "1"})

    assert answer.status_code == status
    assert stage(project) == "demo"


def test_a_lead_that_was_put_aside_comes_back(client, anna):
    client.force_login(anna)
    lead = QualifiedLeadFactory(owner=anna)
    move(client, lead, "not_in_target", asked="1", reason="no-budget")
    assert offered(client, lead)

    client.post(f"/leads/{lead.pk}/move/", {"to": "qualification", "seen": "not_in_target", "undo": "1"})

    assert (stage(lead), lead.not_in_target_reason) == ("qualification", "")
    assert moves_of(lead)[-1] == ("not_in_target", "qualification", "Undo")


@pytest.mark.parametrize("to, more", [("qualification", {}), ("not_in_target", {"reason": "no-budget"})])
def test_a_lead_that_was_new_is_new_again(client, anna, to, more):
    client.force_login(anna)
    lead = LeadFactory(owner=anna)

    move(client, lead, to, asked="1", **more)
    assert offered(client, lead)
    client.post(f"/leads/{lead.pk}/move/", {"to": "new", "seen": to, "undo": "1"})

    assert stage(lead) == "new"
    assert moves_of(lead)[-1] == (to, "new", "Undo")


def test_a_lead_that_was_put_aside_until_a_day_has_no_way_back(client, anna):
    client.force_login(anna)
    lead = QualifiedLeadFactory(owner=anna)

    move(client, lead, "not_in_target", asked="1", reason="no-budget", revisit_on="2099-01-04")

    assert stage(lead) == "not_in_target"
    assert not offered(client, lead)


def test_the_services_refuse_what_was_never_done(anna):
    project = PresentationProject(owner=anna)

    with pytest.raises(IllegalMove):
        services.move_project(project, to="demo", seen="presentation", by=anna, is_undo=True)

    assert stage(project) == "presentation"
    assert not StageMove.objects.for_partner(anna.partner).exists()


@pytest.mark.django_db
def test_a_bulk_move_that_ended_the_demo_is_not_taken_back(anna):
    project = DemoDoneProject(owner=anna)

    assert project.undo_refusal({"stage", "demo_done"}) == "The demo is done: what was fixed with it stays."
    assert project.undo_refusal({"stage"}) == ""
