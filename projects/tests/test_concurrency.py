"""Several people, or one who clicks several times, at the same moment: real threads, real transactions."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Contact
from catalog.reference import load_reference
from leads.models import Lead
from leads.tests.factories import QualifiedLeadFactory
from partnerportal.core.actors import Actor
from partnerportal.core.stages import StaleMove
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import at_once
from partners.tests.factories import UserFactory
from projects import services
from projects.models import Project
from projects.reference import load_questions
from projects.tests.factories import AgreedProject, DemoDoneProject, IntroProject

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rep(transactional_db):
    load_reference()
    load_questions()
    return UserFactory()


VALUES = {
    "name": "Headquarters",
    "close_date": this_day() + timedelta(days=30),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license", "classound"],
    "total_users": 40,
}


def test_twenty_conversions_at_once_make_exactly_one(rep):
    lead = QualifiedLeadFactory(owner=rep)

    answers = at_once(*[lambda: services.convert_lead(lead, values=VALUES, by=rep)] * 20)

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyConverted"] * 19 + ["Project"]
    assert [kind.objects.for_partner(rep.partner).count() for kind in (Account, Contact, Project)] == [1, 1, 1]
    assert Lead.objects.for_partner(rep.partner).get().status == "converted"
    assert (
        lead.stage_moves.filter(to_stage="converted").count()
        + Project.objects.for_partner(rep.partner).get().stage_moves.filter(to_stage="converted").count()
        == 1
    )


def test_five_moves_at_once_move_once(rep):
    project = IntroProject(owner=rep, poc_users=5)

    answers = at_once(*[lambda: services.move_project(project, to="demo", seen="intro", by=rep)] * 5)

    assert sorted(type(answer).__name__ for answer in answers) == ["Project"] + ["StaleMove"] * 4
    assert all(answer.now == "demo" for answer in answers if isinstance(answer, StaleMove))
    assert project.stage_moves.count() == 1
    assert project.history.count() == 2


def test_a_quote_and_the_agreement_at_once_bring_the_project_out_once(rep):
    project = AgreedProject(owner=rep)

    answers = at_once(
        *[lambda: services.note_quotes_out(project, count=1, by=Actor(name="Quotes"), cause="Quote Q-2026-00001 v1 submitted")] * 4
    )

    assert {answer.stage for answer in answers} == {"contract_out"}
    assert project.stage_moves.count() == 1


def test_a_loss_and_an_acceptance_at_once_leave_one_of_the_two(rep):
    project = AgreedProject(owner=rep)

    answers = at_once(
        lambda: services.close_as_lost(project, seen="proposal", lost_reason="price", by=rep),
        lambda: services.take_acceptance(project, on=date(2026, 3, 2), agreed_by="Greta", by=Actor.customer("Greta"), cause="Accepted"),
    )

    assert sum(isinstance(answer, Exception) for answer in answers) == 1
    project.refresh_from_db()
    assert (project.stage, project.outcome) in {("closed", "lost"), ("contract_out", "")}


def test_two_decisions_at_once_make_one_line(rep):
    project = DemoDoneProject(owner=rep)
    manager = rep.partner.account_manager

    answers = at_once(*[lambda: services.decide_bonus(project, answer="yes", by=manager)] * 4)

    assert sorted(type(answer).__name__ for answer in answers) == ["BonusEntry"] + ["IllegalMove"] * 3
    assert project.bonus_entries.count() == 1


def test_a_double_click_on_the_fast_pipeline_makes_one_project(rep):
    token = "7d7f2f5e-0f6a-4f5d-9a54-4a6f9c1c2b3d"
    url = reverse("projects:pipeline")
    client = Client()
    client.force_login(rep)
    customer = {"company": "Kanton Uri", "email": "info@uri.ch", "phone": "+41418752211", "first_name": "Vreni", "last_name": "Arnold"}
    client.post(url, {**customer, "draft": token, "step": "1"})

    def click():
        second = Client()
        second.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
        fields = {name: value for name, value in VALUES.items() if name != "name"}
        return second.post(url, {**fields, "close_date": VALUES["close_date"].isoformat(), "draft": token, "step": "2"}).url

    answers = at_once(*[click] * 4)

    project = Project.objects.for_partner(rep.partner).get()
    assert answers == [project.get_absolute_url()] * 4
    assert [kind.objects.for_partner(rep.partner).count() for kind in (Account, Contact)] == [1, 1]
