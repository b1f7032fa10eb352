from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.tests.factories import CaseFactory, ResolvedCaseFactory, WaitingCaseFactory
from leads.models import Lead, LeadOffer
from leads.tests.factories import LeadFactory, VendorLeadFactory, offered
from partnerportal.core.models import Notification
from partnerportal.tests.counting import assert_queries
from partnerportal.tests.days import this_day
from projects import services
from projects.models import Project
from projects.reference import load_questions
from projects.statement import Quarter
from projects.tests.factories import DemoDoneProject, DemoProject, IntroProject, LostProject, ProposalProject, WonProject, answer_all
from reports import context, home, metrics
from reports.metrics import Amount, Period
from tasks.tests.factories import TaskFactory


def change(record, **fields):
    type(record)._base_manager.filter(pk=record.pk).update(**fields)


@pytest.fixture
def business(anna, alex, carla, otto):
    """Records of two reps and of another partner, some inside and some outside of each number."""
    today = this_day()
    far = Period.month(today).last + timedelta(days=40)
    for person, size in ((anna, 1), (alex, 2), (carla, 5)):
        LeadFactory.create_batch(size, owner=person)
        change(LeadFactory(owner=person), created_at=timezone.now() - timedelta(days=30))
        LeadFactory(owner=person, status="not_in_target", not_in_target_reason="too-small")
        LeadFactory(owner=person, status="converted", converted_at=timezone.now())
        LeadFactory(owner=person, deleted_at=timezone.now())
        for _number in range(size):
            IntroProject(owner=person, close_date=Period.month(today).last)
            ProposalProject(owner=person, close_date=far, currency="USD")
        DemoProject(owner=person, close_date=far, demo_done=True, demo_date=today, pipeline_mrr=Decimal("600.00"))
        DemoProject(owner=person, close_date=far, demo_done=True, demo_date=today, pipeline_mrr=Decimal("600.00"), approved_by_am="yes")
        won = {"stage": "closed", "outcome": "won", "probability": 100, "weighted_pipeline": Decimal("600.00")}
        IntroProject(owner=person, closed_at=timezone.now(), **won)
        IntroProject(owner=person, closed_at=timezone.now() - timedelta(days=120), **won)
        CaseFactory.create_batch(size, owner=person)
        WaitingCaseFactory(owner=person)
        ResolvedCaseFactory(owner=person)


@pytest.mark.parametrize("scope", ["me", "company"])
def test_home_numbers_equal_the_lists_that_they_open(client, business, anna, scope):
    client.force_login(anna)
    page = client.get("/", {"of": scope})
    tiles = page.context["tiles"]
    assert [tile.name for tile in tiles] == ["open_leads", "pipeline", "closing", "awaiting", "open_cases", "won"]

    for tile in tiles:
        for link, count in ((tile.main, tile.count), (tile.more, tile.more_count)):
            listed = client.get(link.url)
            assert listed.status_code == 200, (tile.name, link.url)
            assert not listed.context["problems"], (tile.name, link.url, listed.context["problems"])
            assert listed.context["count"] == str(count), (tile.name, link.url)
            assert count > 0, tile.name


def totals_of(client, url):
    """The foot of a list: the sums of its columns, a currency beside the other, in whole units."""
    listed = client.get(url).context["totals"]
    return {column.name: " · ".join(sums).replace(".00", "") for column, sums in listed if sums}


@pytest.mark.parametrize("scope", ["me", "company"])
def test_home_amounts_equal_the_totals_of_their_lists(client, business, anna, scope):
    client.force_login(anna)
    tiles = {tile.name: tile for tile in client.get("/", {"of": scope}).context["tiles"]}

    for name, part, column in (
        ("pipeline", "main", "mrr"),
        ("pipeline", "more", "weighted_pipeline"),
        ("closing", "more", "mrr"),
        ("won", "main", "mrr"),
    ):
        link = getattr(tiles[name], part)
        assert totals_of(client, link.url)[column] in link.text, (name, part)
    waiting = Project.objects.visible_to(anna).awaiting_approval()
    own = waiting.filter(owner=anna) if scope == "me" else waiting
    assert tiles["awaiting"].main.text == f"€{sum(project.pipeline_mrr for project in own):,.0f}"


def test_home_bars_open_the_lists_that_they_count(client, business, anna):
    client.force_login(anna)
    bars = client.get("/", {"of": "company"}).context["bars"]

    assert [(bar["row"].stage, bar["row"].currency) for bar in bars] == [("intro", "EUR"), ("demo", "EUR"), ("proposal", "USD")]
    for bar in bars:
        assert client.get(bar["url"]).context["count"] == str(bar["row"].count)
        assert totals_of(client, bar["url"])["mrr"] == home.whole((Amount(bar["row"].currency, bar["row"].mrr),), "EUR")


def test_home_never_adds_currencies(client, business, anna):
    client.force_login(anna)

    pipeline = client.get("/", {"of": "me"}).context["tiles"][1]

    assert pipeline.main.text == "€1,800 · US$600"


def test_home_begins_with_own_records_for_a_rep_and_the_company_for_a_manager(client, business, anna, ben):
    client.force_login(anna)
    mine = client.get("/").context
    client.force_login(ben)
    company = client.get("/").context

    assert (mine["scope"], company["scope"]) == ("me", "company")
    assert mine["tiles"][0].count == 2
    assert company["tiles"][0].count == 5


def test_home_shows_tasks_due_and_ticks_them_off(client, anna, alex):
    today = this_day()
    late = TaskFactory(owner=anna, assigned_to=anna, subject="Send the offer", due_on=today - timedelta(days=1))
    TaskFactory(owner=anna, assigned_to=anna, subject="Call", due_on=today)
    TaskFactory(owner=anna, assigned_to=anna, subject="Later", due_on=today + timedelta(days=1))
    TaskFactory(owner=alex, assigned_to=alex, subject="Not hers", due_on=today)
    client.force_login(anna)

    page = client.get("/")
    assert [task.subject for task in page.context["tasks"]] == ["Send the offer", "Call"]
    assert page.context["overdue"] == 1
    assert f'formaction="/tasks/{late.pk}/complete/"' in page.content.decode()

    client.post(f"/tasks/{late.pk}/complete/")
    assert [task.subject for task in client.get("/").context["tasks"]] == ["Call"]


def test_home_of_an_account_manager_shows_the_portfolio_only(client, business, otto, olga):
    client.force_login(otto)
    page = client.get("/")
    assert page.context["awaiting_count"] == 3
    assert [(line.partner.name, line.awaiting) for line in page.context["portfolio"]] == [("Aurora Telecom", 2), ("Nordlicht Systems", 1)]

    client.force_login(olga)
    assert client.get("/").context["awaiting_count"] == 0


def test_home_of_support_shows_cases(client, business, tariq):
    client.force_login(tariq)

    page = client.get("/")

    assert page.context["case_count"] == 11
    assert "awaiting" not in page.context


def test_home_without_anything_says_what_to_do(client, anna):
    client.force_login(anna)

    text = client.get("/").content.decode()

    assert "Nothing is due today." in text
    assert "€0" in text


def in_days(days):
    return this_day() + timedelta(days=days)


def test_home_shows_the_conditions_of_ones_bonuses_as_the_project_does(client, anna, alex):
    load_questions()
    late = DemoProject(owner=anna, name="Late", close_date=in_days(30))
    answer_all(late)
    first = DemoProject(owner=anna, name="First", close_date=in_days(3), mrr=None, mrr_source="not_available")
    DemoDoneProject(owner=anna, name="Waits", close_date=in_days(9), demo_date=date(2026, 3, 2))
    IntroProject.create_batch(2, owner=anna, close_date=in_days(60))
    for other in (
        IntroProject(owner=anna, name="Ours", opportunity_type="existing_business"),
        DemoDoneProject(owner=anna, name="Decided", approved_by_am="no"),
        LostProject(owner=anna, name="Lost"),
        IntroProject(owner=alex, name="Not hers"),
    ):
        change(other, close_date=in_days(1))
    client.force_login(anna)

    page = client.get("/", {"of": "me"})

    card = page.context["bonuses"]
    assert [one.project.name for one in card.rows] == ["First", "Waits", "Late"]
    assert [one.amount for one in card.rows] == [None, Decimal("60.00"), Decimal("60.00")]
    asked = len(services.bonus_facts(first).required)
    assert [(line.text, line.state) for line in card.rows[0].lines] == [
        ("New Business, Business Plan", "met"),
        (f"Demo answers 0 of {asked}", "missing"),
        ("Demo done: leave Demo with all answers", "missing"),
        ("An MRR is missing: it is not available yet", "missing"),
        (f"Approved by account manager – {anna.partner.account_manager.get_full_name()}", "missing"),
    ]
    assert [line.state for line in card.rows[1].lines] == ["met", "met", "met", "met", "open"]
    assert (card.rows[2].lines[1].text, card.rows[2].lines[1].state) == (f"Demo answers {asked} of {asked}", "met")
    assert card.more == 2
    assert client.get(card.url).context["count"] == "5"
    for one in card.rows:
        shown = client.get(one.project.get_absolute_url()).context["bonus"]["lines"]
        assert shown == one.lines
        for line in one.lines:
            assert line.text in page.text
    assert 'href="/bonus/"' in page.text


def test_home_adds_up_what_is_expected_and_granted_by_currency(client, anna, alex, otto):
    for cents in ("333.35", "0.05", "100.00"):
        DemoProject(owner=anna, mrr=Decimal(cents))
    DemoProject(owner=anna, mrr=None, mrr_source="not_available", currency="USD")
    DemoDoneProject(owner=anna, pipeline_mrr=Decimal("600.00"), mrr=Decimal("1.00"))
    for answers in (("yes",), ("yes", "no"), ("no", "yes")):
        project = DemoDoneProject(owner=anna, pipeline_mrr=Decimal("200.00"))
        for answer in answers:
            services.decide_bonus(project, answer=answer, reason="Because", by=otto)
    services.decide_bonus(DemoDoneProject(owner=alex), answer="yes", by=otto)
    client.force_login(anna)

    sums = client.get("/", {"of": "me"}).context["bonuses"].sums

    # 33.34 (half up) + 0.01 (half up) + 10.00 + 60.00, as each project's page says.
    assert [(one.currency, one.count, one.unpriced, one.expected, one.granted) for one in sums] == [
        ("EUR", 4, 0, Decimal("103.35"), Decimal("40.00")),
        ("USD", 1, 1, Decimal("0.00"), Decimal("0.00")),
    ]


def test_a_project_that_closes_before_the_decision_still_counts_everywhere(client, anna, otto):
    load_questions()
    lost = DemoProject(owner=anna, name="Lost meanwhile")
    answer_all(lost)
    services.close_as_lost(lost, seen="demo", lost_reason="price", by=anna)
    undone = DemoProject(owner=anna, name="Lost before its demo")
    services.close_as_lost(undone, seen="demo", lost_reason="price", by=anna)
    WonProject(owner=anna, name="Won meanwhile", demo_done=True, demo_date=date(2026, 3, 2), pipeline_mrr=Decimal("600.00"))
    IntroProject(owner=anna, name="Open", close_date=in_days(60))
    client.force_login(anna)

    home = client.get("/", {"of": "me"}).context

    card, awaiting = home["bonuses"], next(tile for tile in home["tiles"] if tile.name == "awaiting")
    assert {one.project.name: [line.state for line in one.lines][-1] for one in card.rows} == {
        "Open": "missing",
        "Lost meanwhile": "open",
        "Won meanwhile": "open",
    }
    assert card.rows[0].project.name == "Open"
    assert [(one.count, one.expected) for one in card.sums] == [(3, Decimal("180.00"))]
    assert (awaiting.count, awaiting.main.text) == (2, "€1,200")
    assert client.get(card.url).context["count"] == "3"
    waiting = services.statement_for(anna, anna.partner, Quarter.of(services.today_of(anna.partner))).sums[0].waiting
    assert waiting == Decimal("60.00")  # The factory's project has no ledger.
    services.decide_bonus(Project.objects.for_partner(anna.partner).get(pk=lost.pk), answer="yes", by=otto)
    assert [(one.count, one.expected, one.granted) for one in client.get("/", {"of": "me"}).context["bonuses"].sums] == [
        (2, Decimal("120.00"), Decimal("60.00"))
    ]


def test_home_of_a_manager_without_own_projects_has_no_card_of_bonuses(client, anna, ben):
    IntroProject(owner=anna)
    client.force_login(ben)

    assert client.get("/").context["bonuses"] is None
    assert "None of your open projects can earn a demo bonus." in client.get("/", {"of": "me"}).text


def test_home_of_an_account_manager_opens_bonuses_where_they_are_decided(client, anna, otto):
    project = DemoDoneProject(owner=anna)
    client.force_login(otto)

    page = client.get("/")

    queue = "/admin/projects/bonusdecision/"
    for address in (queue, f"{queue}{project.pk}/change/"):
        assert f'href="{address}"' in page.text
        assert client.get(address).status_code == 200
    assert "Grant the bonus" in client.get(f"{queue}{project.pk}/change/").text


def test_home_costs_the_same_queries_for_one_and_for_many(client, anna):
    TaskFactory.create_batch(10, owner=anna, assigned_to=anna, due_on=this_day())
    IntroProject(owner=anna)
    client.force_login(anna)
    few = assert_queries(client, "/", at_most=14)

    IntroProject.create_batch(30, owner=anna)
    LeadFactory.create_batch(30, owner=anna)
    TaskFactory.create_batch(20, owner=anna, assigned_to=anna, due_on=this_day())

    assert assert_queries(client, "/", at_most=14) == few


def test_waiting_counts_what_the_person_is_to_act_on(anna, alex, django_assert_num_queries):
    today = this_day()
    Lead.objects.filter(pk=LeadFactory(owner=anna).pk).for_partner(anna.partner).update(origin=Lead.Origin.VENDOR)
    LeadFactory(owner=anna)
    TaskFactory(owner=anna, assigned_to=anna, due_on=today)
    TaskFactory(owner=anna, assigned_to=anna, due_on=today + timedelta(days=1))
    TaskFactory(owner=anna, assigned_to=alex, due_on=today)
    WaitingCaseFactory(owner=anna)
    CaseFactory(owner=anna)
    Notification.objects.create(user=anna, text="Hello", kind="test")
    Notification.objects.create(user=alex, text="Hello", kind="test")

    with django_assert_num_queries(1):
        found = context.counts(anna)

    assert found == {"leads": 1, "tasks": 1, "cases": 1, "notices": 1}


def test_waiting_counts_the_offers_that_one_may_answer(anna, alex, carla, aurora, nordlicht, otto, django_assert_num_queries):
    for person in (None, anna, alex):
        offered(VendorLeadFactory(), aurora, by=otto, person=person)
    offered(VendorLeadFactory(), aurora, nordlicht, by=otto)
    (late,) = offered(VendorLeadFactory(), aurora, by=otto)
    LeadOffer.objects.for_partner(aurora).filter(pk=late.pk).update(deadline=timezone.now() - timedelta(minutes=1))

    with django_assert_num_queries(3):
        found = [context.counts(person)["leads"] for person in (anna, carla, otto)]

    assert found == [3, 1, 0]


@pytest.mark.parametrize(
    ("day", "month", "quarter", "week"),
    [
        (date(2026, 11, 18), (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 10, 1), date(2026, 12, 31)), date(2026, 11, 16)),
        (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 1), date(2026, 3, 31)), date(2025, 12, 29)),
        (date(2028, 2, 29), (date(2028, 2, 1), date(2028, 2, 29)), (date(2028, 1, 1), date(2028, 3, 31)), date(2028, 2, 28)),
    ],
)
def test_period_holds_its_first_and_last_day(day, month, quarter, week):
    assert Period.month(day) == Period(*month)
    assert Period.quarter(day) == Period(*quarter)
    assert Period.week(day).first == week


@pytest.mark.parametrize(("hour", "words"), [(6, "Good morning"), (12, "Good afternoon"), (17, "Good afternoon"), (18, "Good evening")])
def test_greeting_fits_the_hour(hour, words):
    assert home.greeting(hour) == words


@pytest.mark.parametrize(
    ("won", "goal", "percent"),
    [
        ((Amount("EUR", Decimal("4320.00")),), Decimal("6000.00"), 72),
        ((Amount("USD", Decimal("4320.00")),), Decimal("6000.00"), 0),
        ((), Decimal("6000.00"), 0),
        ((Amount("EUR", Decimal("1.00")),), None, None),
    ],
)
def test_goal_percent_counts_the_goals_currency_only(won, goal, percent):
    assert metrics.goal_percent(won, goal, "EUR") == percent
