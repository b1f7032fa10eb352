"""Working a lead: questions, score, plan, next step, radar."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.merging import undo_merge
from leads import jobs, services
from leads.merging import merge_leads
from leads.models import Lead, LeadPlan, PlanRun, QualificationAnswer, QualificationQuestion
from leads.stages import Status
from leads.tests.factories import LeadFactory, NotInTargetLeadFactory, QualifiedLeadFactory
from partnerportal.core import attached
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.counting import assert_queries
from partnerportal.tests.days import this_day
from partners.models import Partner
from tasks.models import Task
from tasks.services import complete_task, create_task

pytestmark = pytest.mark.usefixtures("reference")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return QualifiedLeadFactory(owner=anna)


@pytest.fixture
def plan(reference):
    return LeadPlan.objects.get()


def answers(lead):
    rows = QualificationAnswer.objects.for_partner(lead.partner_id).filter(lead=lead)
    return dict(rows.values_list("question__key", "text"))


def open_tasks(lead):
    rows = Task.objects.for_partner(lead.partner_id).open().filter(object_id=lead.pk, deleted_at=None)
    return list(rows.order_by("due_on", "pk").values_list("kind", "due_on"))


# --- questions ----------------------------------------------------------------------------


def test_answers_are_written_changed_and_taken_away(anna, lead):
    services.answer_questions(lead, answers={"situation": " An old system ", "budget": "", "timeframe": "May"}, by=anna)
    assert answers(lead) == {"situation": "An old system", "timeframe": "May"}

    services.answer_questions(lead, answers={"situation": "A new one", "timeframe": ""}, by=anna)
    assert answers(lead) == {"situation": "A new one"}


def test_answers_are_the_owners_to_write(alex, carla, lead):
    with pytest.raises(NotYours):
        services.answer_questions(lead, answers={"situation": "…"}, by=alex)
    with pytest.raises(Lead.DoesNotExist):
        services.answer_questions(lead, answers={"situation": "…"}, by=carla)

    assert answers(lead) == {}


def test_a_lead_is_asked_what_concerns_every_product_and_its_own(lead):
    asked = set(QualificationQuestion.objects.asked_of(lead).values_list("key", flat=True))
    QualificationQuestion.objects.filter(key="budget").update(is_active=False)

    assert asked == {"situation", "timeframe", "budget", "deciders", "remote-work"}
    assert "budget" not in QualificationQuestion.objects.asked_of(lead).values_list("key", flat=True)


def test_the_form_asks_and_the_page_shows_what_was_said(as_anna, lead):
    form = as_anna.get(f"/leads/{lead.pk}/qualify/").content.decode()
    answer = as_anna.post(f"/leads/{lead.pk}/qualify/", {"situation": "<b>1998</b>", "timeframe": ""}, follow=True)

    assert "What do they use today" in form
    assert "shop floor" not in form
    assert "&lt;b&gt;1998&lt;/b&gt;" in answer.content.decode()
    assert "1 of 5" in answer.content.decode()
    assert answers(lead) == {"situation": "<b>1998</b>"}


def test_a_question_that_was_answered_stays_on_the_page_when_it_is_asked_no_more(as_anna, anna, lead):
    services.answer_questions(lead, answers={"budget": "12,000"}, by=anna)
    QualificationQuestion.objects.filter(key="budget").update(is_active=False)

    assert "12,000" in as_anna.get(lead.get_absolute_url()).content.decode()


def asked_of(lead):
    rows = QualificationAnswer.objects.for_partner(lead.partner_id).filter(lead=lead)
    return dict(rows.values_list("question__key", "question_text"))


def reword(key, text):
    """The words of a question before, which are others now."""
    question = QualificationQuestion.objects.get(key=key)
    QualificationQuestion.objects.filter(key=key).update(text=text)
    return question.text


def test_an_answer_keeps_the_question_that_it_was_given_to(as_anna, anna, lead):
    services.answer_questions(lead, answers={"situation": "An old system"}, by=anna)
    asked = reword("situation", "And now?")

    page = html.unescape(as_anna.get(lead.get_absolute_url()).text)

    assert (page.count(f"<dt>{asked}</dt>"), page.count("And now?")) == (1, 0)


def test_another_answer_is_one_to_the_question_as_it_stands(anna, lead):
    services.answer_questions(lead, answers={"situation": "An old system", "budget": "None"}, by=anna)
    kept = reword("budget", "New words of the budget")
    reword("situation", "And now?")

    services.answer_questions(lead, answers={"situation": "A very old system", "budget": "None"}, by=anna)

    assert asked_of(lead) == {"situation": "And now?", "budget": kept}


def test_merging_says_to_which_words_an_answer_was_given_where_they_differ(anna, lead):
    services.answer_questions(lead, answers={"situation": "Old"}, by=anna)
    asked = reword("situation", "And now?")
    other = QualifiedLeadFactory(owner=anna)
    services.answer_questions(other, answers={"situation": "From 1998"}, by=anna)

    merge_leads(lead, [other], chosen={}, by=anna)

    assert (answers(lead), asked_of(lead)) == ({"situation": "Old\n\nAnd now?\nFrom 1998"}, {"situation": asked})


def test_the_migration_fills_what_was_answered_before(anna, lead):
    services.answer_questions(lead, answers={"situation": "An old system"}, by=anna)
    answer = lead.answers.get()
    answer.history.update(question_text="")
    lead.answers.update(question_text="")

    import_module("leads.migrations.0020_take_todays_words").take_todays_words(apps, None)

    asked = QualificationQuestion.objects.get(key="situation").text
    assert lead.answers.get().question_text == answer.history.get().question_text == asked


# --- score --------------------------------------------------------------------------------


def test_the_score_follows_every_change(anna, lead):
    before = lead.score
    services.answer_questions(lead, answers={"situation": "Old", "budget": "Yes"}, by=anna)
    lead.refresh_from_db()
    assert lead.score == before + 10

    services.edit_lead(lead, values={"power": "decision-maker", "next_step_on": date(2026, 4, 1)}, by=anna)
    lead.refresh_from_db()
    assert lead.score == before + 10 + 10 + 10
    assert lead.score == lead.get_score().points


def test_the_score_leaves_no_trace_in_the_history(lead):
    assert "score" not in {field.name for field in lead.history.model._meta.fields}


def test_merging_brings_the_answers_and_undoing_takes_them_back(anna, lead):
    other = QualifiedLeadFactory(owner=anna)
    services.answer_questions(other, answers={"situation": "Old", "budget": "Yes"}, by=anna)
    scores = [Lead.objects.for_partner(anna.partner_id).get(pk=one.pk).score for one in (lead, other)]

    merge = merge_leads(lead, [other], chosen={}, by=anna)
    lead.refresh_from_db()
    assert (answers(lead), lead.score) == ({"situation": "Old", "budget": "Yes"}, scores[0] + 10)

    undo_merge(merge, by=anna)
    assert [Lead.objects.for_partner(anna.partner_id).get(pk=one.pk).score for one in (lead, other)] == scores
    assert answers(other) == {"situation": "Old", "budget": "Yes"}


def rows_of(*leads):
    """Answers and plans of leads, and the tasks of the plans, as they lie in the database."""
    keys = [lead.pk for lead in leads]
    said = QualificationAnswer.objects.for_partner(leads[0].partner_id).filter(lead__in=keys).order_by("pk")
    runs = PlanRun.objects.for_partner(leads[0].partner_id).filter(lead__in=keys).order_by("pk")
    return (
        list(said.values_list("pk", "lead", "question", "text", "answered_by")),
        [(run.pk, run.lead_id, run.ended_at, sorted(run.tasks.values_list("pk", flat=True))) for run in runs],
        list(Task.objects.for_partner(leads[0].partner_id).order_by("pk").values_list("pk", "object_id", "completed_at", "deleted_at")),
    )


def test_what_two_leads_answered_to_one_question_is_kept_of_both(anna, ben, lead):
    other, third = QualifiedLeadFactory(owner=anna), QualifiedLeadFactory(owner=anna)
    services.answer_questions(lead, answers={"situation": "Old", "budget": "Yes"}, by=anna)
    services.answer_questions(other, answers={"situation": "From 1998", "budget": "Yes", "timeframe": "May"}, by=ben)
    services.answer_questions(third, answers={"timeframe": "June"}, by=anna)
    before = rows_of(lead, other, third)

    merge = merge_leads(lead, [other, third], chosen={}, by=anna)

    assert answers(lead) == {"situation": "Old\n\nFrom 1998", "budget": "Yes", "timeframe": "May\n\nJune"}
    assert undo_merge(merge, by=anna).left == ()
    assert rows_of(lead, other, third) == before


def test_two_answers_that_are_too_long_for_one_field_are_not_joined(as_anna, anna, lead):
    other = QualifiedLeadFactory(owner=anna)
    for one, letter in ((lead, "a"), (other, "b")):
        services.answer_questions(one, answers={"situation": letter * 3000}, by=anna)

    page = as_anna.get(merge_leads(lead, [other], chosen={}, by=anna).get_absolute_url()).content.decode()

    assert answers(lead) == {"situation": "a" * 3000}
    assert "bbb" in page


def test_an_answer_that_was_rewritten_since_stays_when_the_merge_is_undone(anna, lead):
    other = QualifiedLeadFactory(owner=anna)
    for one, text in ((lead, "Old"), (other, "From 1998")):
        services.answer_questions(one, answers={"situation": text}, by=anna)
    merge = merge_leads(lead, [other], chosen={}, by=anna)
    services.answer_questions(lead, answers={"situation": "Nothing"}, by=anna)

    assert undo_merge(merge, by=anna).left == ("“Nothing” (qualification answer) was changed since.",)

    assert (answers(lead), answers(other)) == ({"situation": "Nothing"}, {"situation": "From 1998"})


def test_the_page_of_a_merge_names_what_stayed_behind(as_anna, anna, alex, lead):
    other = QualifiedLeadFactory(owner=anna, company="Second")
    for one, text in ((lead, "Old"), (other, "From 1998")):
        services.answer_questions(one, answers={"situation": text}, by=anna)
        attached.follow(one, by=alex)

    page = as_anna.get(merge_leads(lead, [other], chosen={}, by=anna).get_absolute_url()).content.decode()

    assert "From 1998" in page
    assert alex.get_full_name() in page


def test_of_two_running_plans_one_goes_on_with_the_tasks_of_both(anna, lead, plan):
    other = QualifiedLeadFactory(owner=anna)
    runs = [services.start_plan(one, plan=plan, by=anna) for one in (lead, other)]
    complete_task(runs[1].tasks.first(), by=anna)
    before = rows_of(lead, other)

    merge = merge_leads(lead, [other], chosen={}, by=anna)

    running = PlanRun.objects.for_partner(anna.partner_id).filter(lead=lead, ended_at=None)
    assert [run.pk for run in running] == [runs[0].pk]
    assert len(open_tasks(lead)) == 7
    assert undo_merge(merge, by=anna).left == ()
    assert rows_of(lead, other) == before
    merge_leads(lead, [other], chosen={}, by=anna)
    assert services.stop_plan(lead, by=anna) == 7
    assert open_tasks(lead) == []
    assert not PlanRun.objects.for_partner(anna.partner_id).filter(ended_at=None).exists()


def test_the_page_shows_each_reason_with_its_points(as_anna, lead):
    page = as_anna.get(lead.get_absolute_url()).content.decode()

    assert "Power: Influencer" in page
    assert "Users: 40" in page
    assert "Agree on the next step" in page


def test_the_list_filters_and_sorts_by_score(as_anna, anna):
    LeadFactory(owner=anna, company="Cold")
    QualifiedLeadFactory(owner=anna, company="Warm", power="decision-maker", source="website")

    warm = as_anna.get("/leads/", {"score_min": "40"}).content.decode()
    both = as_anna.get("/leads/", {"sort": "-score"}).content.decode()

    assert ("Warm" in warm, ">Cold<" in warm) == (True, False)
    assert both.index(">Warm<") < both.index(">Cold<")


# --- plan ---------------------------------------------------------------------------------


def test_a_plan_becomes_tasks_from_today_on(anna, lead, plan):
    with time_machine.travel(MONDAY):
        services.start_plan(lead, plan=plan, by=anna)

    assert open_tasks(lead) == [
        ("email", date(2026, 3, 2)),
        ("call", date(2026, 3, 3)),
        ("call", date(2026, 3, 5)),
        ("email", date(2026, 3, 9)),
    ]


def test_a_plan_that_is_running_is_not_started_again(anna, lead, plan):
    services.start_plan(lead, plan=plan, by=anna)

    with pytest.raises(IllegalMove, match="is running"):
        services.start_plan(lead, plan=plan, by=anna)

    assert len(open_tasks(lead)) == 4


def test_a_plan_that_was_worked_off_can_be_started_again(anna, lead, plan):
    run = services.start_plan(lead, plan=plan, by=anna)
    for task in run.tasks.all():
        complete_task(task, by=anna)

    services.start_plan(lead, plan=plan, by=anna)

    assert len(open_tasks(lead)) == 4
    assert PlanRun.objects.for_partner(anna.partner_id).filter(ended_at=None).count() == 1


def test_stopping_takes_the_open_tasks_away_and_leaves_what_was_done(anna, lead, plan):
    run = services.start_plan(lead, plan=plan, by=anna)
    complete_task(run.tasks.first(), by=anna)
    own = create_task(values={"subject": "Mine"}, on=lead, by=anna)

    assert services.stop_plan(lead, by=anna) == 3

    kept = Task.objects.for_partner(anna.partner_id).filter(object_id=lead.pk, deleted_at=None)
    assert {task.subject for task in kept} == {run.tasks.first().subject, own.subject}
    with pytest.raises(IllegalMove):
        services.stop_plan(lead, by=anna)


def test_plans_are_for_open_leads_of_ones_own(anna, alex, plan, lead):
    aside = NotInTargetLeadFactory(owner=anna)

    with pytest.raises(IllegalMove):
        services.start_plan(aside, plan=plan, by=anna)
    with pytest.raises(NotYours):
        services.start_plan(lead, plan=plan, by=alex)

    assert Task.objects.for_partner(anna.partner_id).count() == 0


def test_putting_a_lead_aside_ends_its_plan(anna, lead, plan):
    services.start_plan(lead, plan=plan, by=anna)

    services.set_status(lead, to="not_in_target", seen="qualification", reason="no-budget", by=anna)

    assert open_tasks(lead) == []
    assert PlanRun.objects.for_partner(anna.partner_id).get().ended_at is not None


def test_the_button_starts_and_the_toast_takes_it_back(as_anna, lead, plan):
    page = as_anna.get(lead.get_absolute_url()).content.decode()
    started = as_anna.post(f"/leads/{lead.pk}/plan/", {"plan": plan.pk}, follow=True).content.decode()
    again = as_anna.post(f"/leads/{lead.pk}/plan/", {"plan": plan.pk}, follow=True).content.decode()
    stopped = as_anna.post(f"/leads/{lead.pk}/plan/stop/", follow=True).content.decode()

    assert "Start “New lead in a week”" in page
    assert "4 tasks for you" in started
    assert f"/leads/{lead.pk}/plan/stop/" in started
    assert "is running on this lead" in again
    assert "4 open tasks are gone" in stopped
    assert open_tasks(lead) == []


@pytest.mark.parametrize("key", ["", "x", "0", None])
def test_a_plan_that_is_not_offered_is_refused(key, as_anna, lead, plan):
    LeadPlan.objects.update(is_active=False)

    refused = as_anna.post(f"/leads/{lead.pk}/plan/", {"plan": plan.pk if key is None else key}, follow=True).content.decode()

    assert "This plan is not offered any more." in refused
    assert open_tasks(lead) == []


# --- next step, radar, archive ------------------------------------------------------------


def test_the_next_step_is_saved_from_its_dialog(as_anna, lead):
    day = this_day() + timedelta(days=3)
    answer = as_anna.post(f"/leads/{lead.pk}/next-step/", {"next_step": "Send a reference", "next_step_on": day.isoformat()}, follow=True)

    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_on) == ("Send a reference", day)
    assert "Send a reference" in answer.content.decode()
    assert "Send a reference" in as_anna.get("/leads/").content.decode()


def test_the_radar_shows_what_nobody_touched(as_anna, anna):
    long_ago = timezone.now() - timedelta(days=20)
    with time_machine.travel(long_ago):
        leads = {name: LeadFactory(owner=anna, company=name) for name in ("Silent", "Noted", "Tasked", "Edited")}
        NotInTargetLeadFactory(owner=anna, company="Aside")
    LeadFactory(owner=anna, company="Fresh")
    attached.add_note(leads["Noted"], "Called", by=anna)
    create_task(values={"subject": "Call"}, on=leads["Tasked"], by=anna)
    services.edit_lead(leads["Edited"], values={"city": "Roma"}, by=anna)

    page = as_anna.get("/leads/", {"view": "silent"}).content.decode()
    home = as_anna.get("/").content.decode()

    assert [name for name in (*leads, "Aside", "Fresh") if f">{name}<" in page] == ["Silent"]
    assert "Silent for 14 days" in page
    assert ">Silent<" in home
    assert ">Noted<" not in home


def test_a_card_shows_the_next_step_of_an_open_lead(as_anna, anna):
    day = this_day()
    LeadFactory(owner=anna, company="Late", next_step="Call", next_step_on=day - timedelta(days=2))
    LeadFactory(owner=anna, company="Coming", next_step="Send a reference", next_step_on=day)
    NotInTargetLeadFactory(owner=anna, company="Closed", next_step="Nothing more", next_step_on=day - timedelta(days=2))

    page = as_anna.get("/leads/board/?view=recent").content.decode()

    cards = dict(re.findall(r'<a class="t"[^>]*>(\w+)</a>(.*?)</article>', page, re.S))
    assert "Overdue 2 d" in cards["Late"]
    assert "Next: Send a reference" in cards["Coming"]
    assert "Overdue" not in cards["Closed"]


def test_the_view_without_a_next_step(as_anna, anna):
    LeadFactory(owner=anna, company="With", next_step="Call", next_step_on=date(2027, 1, 4))
    LeadFactory(owner=anna, company="Without")

    page = as_anna.get("/leads/", {"view": "no_next_step"}).content.decode()

    assert (">Without<" in page, ">With<" in page) == (True, False)


def test_a_revisit_that_has_passed_is_refused_by_the_service(anna, lead):
    yesterday = this_day() - timedelta(days=1)

    with pytest.raises(ValidationError):
        services.set_status(lead, to="not_in_target", seen="qualification", reason="no-budget", revisit_on=yesterday, by=anna)

    lead.refresh_from_db()
    assert lead.status == "qualification"


def test_what_was_put_aside_says_when_to_look_again(as_anna, anna, lead):
    day = this_day() + timedelta(days=30)
    services.set_status(lead, to="not_in_target", seen="qualification", reason="no-budget", revisit_on=day, by=anna)

    assert "Revisit on" in as_anna.get(lead.get_absolute_url()).content.decode()
    assert open_tasks(lead) == [("task", day)]


def test_the_page_of_a_worked_lead_costs_as_much_as_any(as_anna, anna, lead, plan):
    few = assert_queries(as_anna, lead.get_absolute_url(), at_most=12)
    services.start_plan(lead, plan=plan, by=anna)
    services.answer_questions(lead, answers={key: "…" for key in ("situation", "budget", "deciders")}, by=anna)

    assert assert_queries(as_anna, lead.get_absolute_url(), at_most=12) <= few + 1


# --- two people at once -------------------------------------------------------------------


@pytest.fixture
def colleague(ben):
    """Ben, who manages the company, in a browser of his own."""
    client = Client()
    client.force_login(ben)
    return client


def test_two_people_answer_different_questions_and_both_answers_stay(as_anna, colleague, anna, ben, lead):
    url = f"/leads/{lead.pk}/qualify/"
    base, blank = as_anna.get(url).context["base"], {"situation": "", "timeframe": "", "budget": "", "deciders": ""}
    his = {**blank, "timeframe": "May", "budget": "12,000", "deciders": "Two\r\nof them", "base": colleague.get(url).context["base"]}
    colleague.post(url, his)

    answer = as_anna.post(url, {**blank, "situation": "Old", "base": base}, follow=True)

    assert answers(lead) == {"situation": "Old", "timeframe": "May", "budget": "12,000", "deciders": "Two\nof them"}
    rows = QualificationAnswer.objects.for_partner(lead.partner_id).filter(lead=lead)
    assert dict(rows.values_list("question__key", "answered_by")) == {
        "situation": anna.pk,
        "timeframe": ben.pk,
        "budget": ben.pk,
        "deciders": ben.pk,
    }
    assert "meanwhile: all changes are kept." in answer.content.decode()


@pytest.mark.parametrize(("choice", "text"), [("theirs", "His"), ("mine", "Hers"), ("was", "")])
def test_two_people_answer_one_question_and_the_second_chooses(as_anna, colleague, ben, lead, choice, text):
    url = f"/leads/{lead.pk}/qualify/"
    base = as_anna.get(url).context["base"]
    colleague.post(url, {"situation": "His", "base": base})

    sent = {"situation": "Hers", "budget": "Yes", "base": base}
    asked = as_anna.post(url, sent)
    assert (asked.status_code, answers(lead)) == (409, {"situation": "His"})
    [question] = asked.context["questions"]
    assert (question.theirs, question.mine, question.choice, question.change.author) == ("His", "Hers", "", ben.get_full_name())
    assert 'name="choice-situation"' in asked.content.decode()

    again = {**sent, "base": asked.context["base"], "clash": asked.context["asked"]}
    assert as_anna.post(url, again).status_code == 409
    as_anna.post(url, {**again, "choice-situation": choice})

    assert answers(lead) == {key: value for key, value in {"situation": text, "budget": "Yes"}.items() if value}


def test_a_question_that_came_while_the_form_was_open_is_left(as_anna, colleague, lead):
    url = f"/leads/{lead.pk}/qualify/"
    QualificationQuestion.objects.filter(key="budget").update(is_active=False)
    base = as_anna.get(url).context["base"]
    QualificationQuestion.objects.filter(key="budget").update(is_active=True)
    colleague.post(url, {"budget": "12,000", "base": colleague.get(url).context["base"]})

    as_anna.post(url, {"situation": "Old", "base": base})

    assert answers(lead) == {"situation": "Old", "budget": "12,000"}


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(("choice", "text"), [("theirs", "His"), ("mine", "Hers"), ("was", "Call")])
def test_the_next_step_of_two_people_is_a_choice_of_three(as_anna, colleague, lead, choice, text, htmx):
    url, more = f"/leads/{lead.pk}/next-step/", {"headers": {"HX-Request": "true"}} if htmx else {}
    Lead.objects.for_partner(lead.partner_id).filter(pk=lead.pk).update(next_step="Call", next_step_on=None)
    base = dict(as_anna.get(url).context["hidden"])["base"]
    colleague.post(url, {"next_step": "His", "next_step_on": "2027-03-01", "base": base})

    sent = {"next_step": "Hers", "next_step_on": "", "base": base}
    asked = as_anna.post(url, sent, **more)
    lead.refresh_from_db()
    page = asked.content.decode()
    assert (asked.status_code, lead.next_step, lead.next_step_on) == (409, "His", date(2027, 3, 1))
    assert [page.count(f'name="choice-next_step" value="{one}"') for one in ("theirs", "mine", "was")] == [1, 1, 1]
    assert "choice-next_step_on" not in page

    as_anna.post(url, {**sent, "next_step_on": "2027-03-01", **dict(asked.context["hidden"]), "choice-next_step": choice}, **more)

    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_on) == (text, date(2027, 3, 1))


# --- what comes back on its day -------------------------------------------------------------


def told_of(lead, person):
    return list(person.notifications.filter(kind="lead.revisit", object_id=lead.pk).values_list("text", "url"))


def put_aside(lead, day, by):
    return services.set_status(lead, to=Status.NOT_IN_TARGET, seen=lead.status, reason="no-budget", revisit_on=day, by=by)


def test_a_lead_that_was_put_aside_comes_back_on_its_day_and_its_owner_is_told_once(client, anna, ben, lead):
    with time_machine.travel(MONDAY):
        put_aside(lead, date(2026, 3, 9), by=ben)
    updated = Lead.objects.visible_to(anna).get(pk=lead.pk).updated_at

    with time_machine.travel(datetime(2026, 3, 8, 22, 59, tzinfo=UTC)):  # In Rome it is Sunday.
        assert jobs.remind_of_revisits() == 0
    with time_machine.travel(datetime(2026, 3, 8, 23, 1, tzinfo=UTC)):
        assert [jobs.remind_of_revisits(), jobs.remind_of_revisits()] == [1, 0]
        client.force_login(anna)
        listed, home = client.get("/leads/?view=follow_up").content.decode(), client.get("/").content.decode()

    assert told_of(lead, anna) == [(f"{lead} was put aside until 9 Mar 2026: look at it again.", lead.get_absolute_url())]
    assert told_of(lead, ben) == []
    assert f'href="{lead.get_absolute_url()}"' in listed
    assert f"Look again at {lead}" in home
    assert Lead.objects.visible_to(anna).get(pk=lead.pk).updated_at == updated


def test_another_day_is_told_of_again(anna, lead):
    with time_machine.travel(MONDAY):
        put_aside(lead, date(2026, 3, 3), by=anna)
    with time_machine.travel(datetime(2026, 3, 3, 9, tzinfo=UTC)):
        jobs.remind_of_revisits()
        services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NOT_IN_TARGET, by=anna)
        put_aside(Lead.objects.visible_to(anna).get(pk=lead.pk), date(2026, 3, 5), by=anna)
    with time_machine.travel(datetime(2026, 3, 5, 9, tzinfo=UTC)):
        assert jobs.remind_of_revisits() == 1

    assert len(told_of(lead, anna)) == 2


def test_one_lead_that_fails_stops_none_of_the_others(anna, carla, lead):
    theirs = LeadFactory(owner=carla)
    with time_machine.travel(MONDAY):
        for one, by in ((theirs, carla), (lead, anna)):
            put_aside(one, date(2026, 3, 3), by=by)
    Partner.objects.filter(pk=carla.partner_id).update(time_zone="Nowhere/Land")

    with time_machine.travel(datetime(2026, 3, 3, 9, tzinfo=UTC)):
        assert jobs.remind_of_revisits() == 1

    assert [len(told_of(lead, anna)), len(told_of(theirs, carla))] == [1, 0]


@pytest.mark.parametrize("change", ["reopened", "deleted", "long ago"])
def test_what_does_not_wait_for_its_day_any_more_is_not_told_of(change, anna, lead):
    with time_machine.travel(MONDAY):
        put_aside(lead, date(2026, 3, 3), by=anna)
        if change == "reopened":
            services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NOT_IN_TARGET, by=anna)
        if change == "deleted":
            attached.delete_record(Lead.objects.visible_to(anna).get(pk=lead.pk), by=anna)

    with time_machine.travel(datetime(2026, 3, 11 if change == "long ago" else 3, 9, tzinfo=UTC)):
        assert jobs.remind_of_revisits() == 0
    assert told_of(lead, anna) == []
