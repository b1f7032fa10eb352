"""How sure a project is and whether anybody works on it: forecast category, age in a stage, radar, reasons of wins and losses."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from catalog import words
from catalog.models import Forecast, StageText
from partnerportal.core.models import Note, StageMove
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from projects import services
from projects.models import Project
from projects.reference import load_questions
from projects.stages import PATHS, RecordType
from projects.tests.factories import ContractOutProject, DemoProject, IntroProject, LostProject, ProposalProject, WonProject

TODAY = date(2026, 3, 2)
LONG_AGO = timezone.now() - timedelta(days=60)
CATEGORIES = {
    "intro": "pipeline",
    "demo": "pipeline",
    "presentation": "best_case",
    "proposal": "best_case",
    "contract_out": "commit",
    "order_management": "commit",
    "closed": "closed",
}


@pytest.fixture(autouse=True)
def questions(reference):
    load_questions()


def reread(project):
    return Project.objects.across_partners(reason="test").get(pk=project.pk)


def touch(project, moment):
    """Let the last change of a project be at a moment."""
    Project.objects.across_partners(reason="test").filter(pk=project.pk).update(updated_at=moment)
    return project


# --- forecast category --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RecordType.values)
def test_each_stage_is_delivered_with_its_category(kind):
    assert {step: words.stage(kind, step).forecast for step in PATHS[RecordType(kind)].steps} == {
        step: CATEGORIES[step] for step in PATHS[RecordType(kind)].steps
    }


def test_a_project_has_the_category_of_the_stage_that_it_enters(anna):
    project = services.move_project(IntroProject(owner=anna, poc_users=5), to="demo", seen="intro", by=anna)
    project = services.move_project(project, to="presentation", seen="demo", by=anna, fields={"amount_mrr": Decimal("580.00")})
    assert reread(project).forecast_category == Forecast.BEST_CASE

    back = services.move_project(project, to="demo", seen="presentation", by=anna, reason="Another demo")
    assert reread(back).forecast_category == Forecast.PIPELINE


def test_a_loss_is_out_of_the_forecast_and_a_reopened_project_in_it_again(anna, ben):
    lost = services.close_as_lost(ProposalProject(owner=anna), seen="proposal", lost_reason="price", by=anna)
    assert reread(lost).forecast_category == Forecast.OMITTED

    services.reopen_project(lost, reason="They called back", by=ben)
    assert reread(lost).forecast_category == Forecast.PIPELINE


def test_the_vendor_edits_it_and_no_project_that_exists_moves(client, vendor_admin, anna):
    project = DemoProject(owner=anna, amount_mrr=Decimal("580.00"))
    text = StageText.objects.get(process="business_plan", stage="presentation")
    client.force_login(vendor_admin)

    posted = {"label": text.label, "short_label": "", "guidance": "", "probability": "50", "forecast_category": "commit"}
    assert client.post(f"/admin/catalog/stagetext/{text.pk}/change/", posted).status_code == 302

    assert reread(project).forecast_category == Forecast.PIPELINE
    services.move_project(project, to="presentation", seen="demo", by=anna)
    assert reread(project).forecast_category == Forecast.COMMIT


def test_a_person_says_otherwise_until_the_next_stage(anna):
    project = DemoProject(owner=anna, amount_mrr=Decimal("580.00"))

    services.edit_project(project, values={"forecast_category": "commit"}, by=anna)
    assert reread(project).forecast_category == Forecast.COMMIT
    with pytest.raises(ValidationError, match="not closed in the forecast"):
        services.edit_project(project, values={"forecast_category": "closed"}, by=anna)
    with pytest.raises(ValidationError):
        services.edit_project(project, values={"forecast_category": "sure"}, by=anna)
    assert reread(project).forecast_category == Forecast.COMMIT

    services.move_project(project, to="presentation", seen="demo", by=anna)
    assert reread(project).forecast_category == Forecast.BEST_CASE


def test_form_list_and_filter_know_the_category(client, anna):
    sure, other = DemoProject(owner=anna, name="Sure one", forecast_category="commit"), DemoProject(owner=anna, name="Other one")
    client.force_login(anna)

    form = client.get(f"/projects/{sure.pk}/edit/").text
    assert '<option value="commit" selected>Commit</option>' in form
    assert '<option value="closed"' not in form
    rows = client.get("/projects/?view=all&forecast_category=commit&columns=forecast_category").text
    assert (sure.name in rows, other.name in rows) == (True, False)
    assert "Commit" in client.get(sure.get_absolute_url()).text


# --- age in a stage ------------------------------------------------------------------------------


def test_the_page_tells_how_long_each_stage_has_lasted(client, anna):
    project = IntroProject(owner=anna, poc_users=5)
    Project.objects.across_partners(reason="test").filter(pk=project.pk).update(created_at=LONG_AGO, stage_since=LONG_AGO)
    services.move_project(reread(project), to="demo", seen="intro", by=anna)
    Project.objects.across_partners(reason="test").filter(pk=project.pk).update(stage_since=timezone.now() - timedelta(days=3, hours=1))
    client.force_login(anna)

    page = client.get(project.get_absolute_url()).text

    assert "Intro / Qualification 60 days · Demo 3 days" in page
    assert "after 60 days" in client.get(f"/projects/{project.pk}/panels/activity/").text
    [move] = StageMove.objects.across_partners(reason="test").filter(to_stage="demo")
    assert move.lasted.days == 60


def test_a_stage_that_was_entered_twice_counts_both_times(client, anna):
    project = DemoProject(owner=anna, amount_mrr=Decimal("580.00"))
    facts = {"partner": project.partner, "subject": project, "by": anna, "by_name": "Anna Conti"}
    for was, to, spent in (("intro", "demo", 2), ("demo", "intro", 5), ("intro", "demo", 4)):
        StageMove.objects.create(from_stage=was, to_stage=to, lasted=timedelta(days=spent), **facts)
    client.force_login(anna)

    assert "Intro / Qualification 6 days · Demo 5 days" in client.get(project.get_absolute_url()).text


def test_the_list_is_sorted_by_the_age_in_the_stage_and_the_board_shows_it(client, anna):
    young = DemoProject(owner=anna, name="Young one", stage_since=timezone.now() - timedelta(days=1))
    old = DemoProject(owner=anna, name="Old one", stage_since=timezone.now() - timedelta(days=40))
    client.force_login(anna)

    text = client.get("/projects/?view=all&columns=stage_since&sort=stage_since").text
    assert text.index(old.name) < text.index(young.name)
    assert "40 days" in text
    assert "40 days" in client.get("/projects/board/?view=all").text


# --- radar ----------------------------------------------------------------------------------------


def on_radar(today=TODAY):
    return set(Project.objects.across_partners(reason="test").on_radar(today=today).values_list("pk", flat=True))


def test_what_goes_stale_is_on_the_radar(anna):
    later = {"close_date": TODAY + timedelta(days=60)}
    planned = {"next_step": "Call", "next_step_on": TODAY, **later}
    fine = IntroProject(owner=anna, **planned)
    aimless = IntroProject(owner=anna, **later)
    overdue = IntroProject(owner=anna, **{**planned, "next_step_on": TODAY - timedelta(days=1)})
    past = IntroProject(owner=anna, **{**planned, "close_date": TODAY - timedelta(days=1)})
    silent = touch(IntroProject(owner=anna, **planned), LONG_AGO)
    waiting = ContractOutProject(owner=anna, **later)
    for closed in (LostProject, WonProject):
        touch(closed(owner=anna, close_date=TODAY - timedelta(days=90)), LONG_AGO)

    assert on_radar() == {aimless.pk, overdue.pk, past.pk, silent.pk}
    assert fine.pk not in on_radar()
    assert waiting.pk not in on_radar()


def test_a_note_ends_the_silence(anna):
    project = touch(IntroProject(owner=anna, next_step="Call"), LONG_AGO)
    assert list(Project.objects.across_partners(reason="test").silent()) == [project]

    Note.objects.create(partner=project.partner, subject=project, author=anna, text="They called")

    assert not Project.objects.across_partners(reason="test").silent().exists()


@pytest.mark.parametrize("view", ["radar", "no_next_step", "silent"])
def test_the_lists_of_the_radar_show_only_the_own_company(anna, carla, view):
    mine, foreign = IntroProject(owner=anna, name="Mine alone"), IntroProject(owner=carla, name="Somebody else's")
    for project in (mine, foreign):
        touch(project, LONG_AGO)
    client = Client()
    client.force_login(anna)

    text = client.get(f"/projects/?view={view}").text

    assert (mine.name in text, foreign.name in text) == (True, False)


# --- why it was won ----------------------------------------------------------------------------------


def test_the_reason_of_a_win_is_kept_shown_and_taken_back_by_nobody_else(client, anna, alex):
    won = WonProject(owner=anna)
    client.force_login(anna)
    assert "Why was it won?" in client.get(won.get_absolute_url()).text

    assert client.post(f"/projects/{won.pk}/won/", {"won_reason": "nonsense"}).status_code == 422
    assert client.post(f"/projects/{won.pk}/won/", {"won_reason": "references", "competitor": "Rivalphone"}).status_code == 302
    won = reread(won)
    assert (won.won_reason, won.competitor) == ("references", "Rivalphone")
    assert "Won: References, Rivalphone" in client.get(won.get_absolute_url()).text
    rows = client.get("/projects/?view=won&won_reason=references&columns=won_reason").text
    assert won.name in rows

    with pytest.raises(NotYours):
        services.say_why_won(won, won_reason="price", by=alex)
    assert reread(won).won_reason == "references"


@pytest.mark.parametrize("factory", [ProposalProject, LostProject, ContractOutProject])
def test_only_a_won_project_has_a_reason_of_its_win(anna, factory):
    project = factory(owner=anna)

    with pytest.raises(IllegalMove, match="not won"):
        services.say_why_won(project, won_reason="price", by=anna)

    assert reread(project).won_reason == ""
