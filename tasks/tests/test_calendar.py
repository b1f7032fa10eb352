import re
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
import time_machine

from accounts.tests.factories import AccountFactory
from partnerportal.core.edits import sealed
from partnerportal.core.models import Pin
from partnerportal.tests.counting import assert_queries
from partners.tests.factories import UserFactory
from tasks.models import Task
from tasks.tests.factories import CompletedTaskFactory, TaskFactory

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/tasks/calendar/?view=all&month=2026-03"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def tasks(anna, alex, carla):
    TaskFactory(owner=anna, subject="Late", due_on=date(2026, 3, 3))
    TaskFactory(owner=anna, subject="Today", due_on=date(2026, 3, 4), kind="call", priority="high")
    TaskFactory(owner=anna, subject="Next month", due_on=date(2026, 4, 3))
    TaskFactory(owner=anna, subject="Much later", due_on=date(2026, 5, 3))
    TaskFactory(owner=anna, subject="Some day")
    TaskFactory(owner=anna, assigned_to=alex, subject="For Alex", due_on=date(2026, 3, 31))
    CompletedTaskFactory(owner=alex, assigned_to=anna, subject="Done", due_on=date(2026, 3, 2))
    TaskFactory(owner=carla, subject="Of another partner", due_on=date(2026, 3, 3))


def shown(response):
    """What stands on each day that has something: its date, and the subjects with their marks."""
    days = re.split(r'<td class="[^"]*" data-date="', response.content.decode())[1:]
    events = {day[:10]: re.findall(r'<li class="event([^"]*)".*?class="t"[^>]*>([^<]+)<', day) for day in days}
    return {day: [subject + marks for marks, subject in found] for day, found in events.items() if found}


def drawn(response):
    """The subjects of a day's page."""
    return re.findall(r'class="t"[^>]*>([^<]+)<', response.content.decode())


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", {"2026-03-03": ["Late late"], "2026-03-04": ["Today"], "2026-04-03": ["Next month"]}),
        ("?view=delegated", {"2026-03-31": ["For Alex"]}),
        (
            "?view=all",
            {
                "2026-03-02": ["Done done"],
                "2026-03-03": ["Late late"],
                "2026-03-04": ["Today"],
                "2026-03-31": ["For Alex"],
                "2026-04-03": ["Next month"],
            },
        ),
        ("?month=2026-05", {"2026-05-03": ["Much later"]}),
        ("?week=2026-W10", {"2026-03-03": ["Late late"], "2026-03-04": ["Today"]}),
        ("?q=late", {"2026-03-03": ["Late late"]}),
        ("?kind=call", {"2026-03-04": ["Today"]}),
        ("?kind=email&or=priority%3Dhigh", {"2026-03-04": ["Today"]}),
        ("?view=all&status=completed", {"2026-03-02": ["Done done"]}),
    ],
)
def test_what_the_list_shows_by_its_day(query, days, as_anna, tasks):
    with time_machine.travel(NOON):
        response = as_anna.get(f"/tasks/calendar/{query}")

    assert (response.status_code, shown(response)) == (200, days)


def test_today_is_the_readers(as_anna, anna):
    TaskFactory(owner=anna, subject="Of the 4th", due_on=date(2026, 3, 4))

    with time_machine.travel(datetime(2026, 3, 4, 23, 30, tzinfo=UTC)):  # Half past midnight in Rome.
        response = as_anna.get("/tasks/calendar/")

    assert shown(response) == {"2026-03-04": ["Of the 4th late"]}
    assert re.search(r'<td class="today[^"]*" data-date="2026-03-05"', response.content.decode())


def test_weeks_begin_with_the_readers_first_day(as_anna, monkeypatch):
    monkeypatch.setattr("partnerportal.core.views.calendars.RecordCalendar.first_weekday", 6)

    page = as_anna.get("/tasks/calendar/?month=2026-11").content.decode()

    assert re.findall(r'data-date="([^"]+)"', page)[0] == "2026-11-01"
    assert page.index(">Sunday<") < page.index(">Monday<")


@pytest.mark.parametrize("query", ["month=2026-13", "month=november", "week=2025-W53", "day=2026-02-30", "month=2026-11&week=2026-W47"])
def test_a_month_that_is_none_is_refused_with_a_sentence(query, as_anna, tasks):
    response = as_anna.get(f"/tasks/calendar/?{query}")

    assert response.status_code == 422
    assert "is no month, week or day of the calendar" in response.content.decode()
    assert shown(response) == {}


def test_an_unknown_filter_is_refused_as_in_the_list(as_anna, tasks):
    response = as_anna.get("/tasks/calendar/?colour=red&month=2026-03")

    assert response.status_code == 422
    assert shown(response) == {}


def test_the_address_keeps_state_and_month(as_anna, tasks):
    page = as_anna.get("/tasks/calendar/?view=all&kind=call&q=today&month=2026-03").content.decode().replace("&amp;", "&")

    assert 'href="/tasks/?view=all&kind=call&q=today"' in page  # The table has no month.
    assert 'href="?view=all&kind=call&q=today&month=2026-04"' in page
    assert 'href="?view=all&kind=call&q=today&day=2026-03-09"' in page
    assert 'href="?view=all&q=today&month=2026-03"' in page  # Without the filter, the same month.
    assert 'href="?view=my_open&month=2026-03"' in page
    assert '<input type="hidden" name="month" value="2026-03">' in page  # Searching stays in it.
    assert 'href="/tasks/calendar/?view=all&kind=call"' in as_anna.get("/tasks/?view=all&kind=call").content.decode().replace("&amp;", "&")


def test_filters_that_are_changed_in_the_dialog_keep_the_month(as_anna):
    page = as_anna.get("/tasks/calendar/?view=all&month=2026-03").content.decode().replace("&amp;", "&")
    editor = re.search(r'class="chip act" href="([^"]+)"', page)[1]
    form = as_anna.get(editor).content.decode().replace("&amp;", "&")
    sent = {
        "state": re.search(r'name="state" value="([^"]+)"', form)[1],
        "to": "calendar",
        "do": "filter",
        "group-0": "",
        "g0-kind": "call",
    }

    response = as_anna.post("/tasks/views/", sent)

    assert response.url == "/tasks/calendar/?view=all&kind=call&month=2026-03"


def test_the_pin_holds_in_every_month_and_keeps_none(as_anna, anna, tasks):
    Pin.objects.create(user=anna, page="tasks", query="view=delegated")

    assert shown(as_anna.get("/tasks/calendar/?month=2026-03")) == {"2026-03-31": ["For Alex late"]}
    assert 'name="query" value="view=delegated"' in as_anna.get("/tasks/calendar/?month=2026-03").content.decode()


def test_a_saved_view_shows_in_the_calendar(as_anna, anna, tasks):
    as_anna.post(
        "/tasks/views/",
        {"state": "view=all&kind=call&month=2026-03", "to": "calendar", "do": "save_as", "name": "Calls", "sharing": "private"},
    )

    view = re.search(r"\?view=(v\d+)", as_anna.get("/tasks/calendar/").content.decode())[1]
    response = as_anna.get(f"/tasks/calendar/?view={view}&month=2026-03")

    assert shown(response) == {"2026-03-04": ["Today late"]}
    assert f"?view={view}&amp;month=2026-04" in response.content.decode()


def test_recently_viewed_counts_each_task_once(as_anna, anna):
    task = TaskFactory(owner=anna, subject="Seen", due_on=date(2026, 3, 4))
    other = TaskFactory(owner=anna, subject="Seen, too", due_on=date(2026, 3, 4))
    for one in (task, other):
        as_anna.get(one.get_absolute_url())

    response = as_anna.get("/tasks/calendar/?view=viewed&month=2026-03")

    assert shown(response)["2026-03-04"] == ["Seen late", "Seen, too late"]
    assert "2 tasks" in response.content.decode()


def test_days_draw_four_and_count_all(as_anna, anna):
    for number in range(7):
        TaskFactory(owner=anna, subject=f"Task {number}", due_on=date(2026, 3, 9))
    CompletedTaskFactory(owner=anna, subject="Done", due_on=date(2026, 3, 9))
    TaskFactory(owner=anna, subject="Important", priority="high", due_on=date(2026, 3, 9))

    with time_machine.travel(NOON):
        response = as_anna.get("/tasks/calendar/?view=all")
        week = as_anna.get("/tasks/calendar/?view=all&week=2026-W11")

    assert shown(response) == {"2026-03-09": ["Important", "Task 0", "Task 1", "Task 2"]}
    assert re.search(r'href="\?view=all&amp;day=2026-03-09"[^>]*>5 more<', response.content.decode())
    assert "9 tasks · 1 done" in response.content.decode()
    assert shown(week)["2026-03-09"][-2:] == ["Task 6", "Done done"]


def test_a_day_is_turned_over_in_pages(as_anna, anna):
    for number in range(120):
        TaskFactory(owner=anna, subject=f"Task {number}", due_on=date(2026, 3, 9))

    found, address = [], "/tasks/calendar/?day=2026-03-09"
    for _page in range(3):
        response = as_anna.get(address)
        found += drawn(response)
        more = re.search(r'hx-get="(\?[^"]+)" hx-target="#more-of-day"', response.content.decode())
        address = "/tasks/calendar/" + more[1].replace("&amp;", "&") if more else ""

    assert (found, address) == ([f"Task {number}" for number in range(120)], "")
    assert as_anna.get("/tasks/calendar/?day=2026-03-09&after=nonsense").status_code == 422


def test_more_of_a_day_comes_alone(as_anna, anna):
    TaskFactory(owner=anna, subject="Only one", due_on=date(2026, 3, 9))

    part = as_anna.get("/tasks/calendar/?day=2026-03-09", headers={"HX-Request": "true", "HX-Target": "more-of-day"}).content.decode()

    assert part.strip().startswith('<li class="event')


def test_five_thousand_tasks_of_a_month_are_counted_and_not_loaded(as_anna, anna):
    Task.objects.bulk_create(
        Task(partner=anna.partner, owner=anna, assigned_to=anna, subject=f"Task {number}", due_on=date(2026, 3, 1 + number % 31))
        for number in range(5000)
    )

    response = as_anna.get("/tasks/calendar/?month=2026-03")

    assert sum(map(len, shown(response).values())) == 4 * 31
    assert "5,000 tasks" in response.content.decode()
    assert ">158 more<" in response.content.decode()  # 162 on the first nine days.
    assert len(response.content) < 250_000


def test_an_empty_calendar_names_the_filter_that_empties_it(as_anna, anna):
    TaskFactory(owner=anna, assigned_to=anna, subject="Call Aurora", due_on=date(2026, 3, 3), priority="high")
    TaskFactory(owner=anna, assigned_to=anna, subject="Mail Aurora", due_on=date(2026, 4, 20), priority="normal")

    def blamed(span):
        page = as_anna.get(f"/tasks/calendar/?view=all&{span}&q=Aurora&priority=normal").content.decode().replace("&amp;", "&")
        part = page.partition('class="emptied-by"')[2].partition("</ul>")[0]
        return re.findall(r'<a class="chip" href="([^"]*)">\w+ <b>([^<]*)<', part)

    for span in ("month=2026-03", "week=2026-W10", "day=2026-03-03"):
        [(address, words)] = blamed(span)
        assert words == "Normal"
        assert drawn(as_anna.get(f"/tasks/calendar/{address}")) == ["Call Aurora"]
    assert blamed("month=2026-05") == []  # Without any filter there is nothing either.
    assert blamed("month=2026-04") == []  # Nothing is missing.


def test_tasks_without_a_day_are_counted_and_listed(as_anna, tasks):
    page = as_anna.get("/tasks/calendar/?month=2026-03").content.decode().replace("&amp;", "&")

    address = re.search(r'href="(/tasks/\?[^"]*due_in=empty[^"]*)"[^>]*>1 without a day<', page)[1]

    assert re.findall(r'class="title"[^>]*>([^<]+)<', as_anna.get(address).content.decode()) == ["Some day"]


def test_colour_is_said_in_words(as_anna, tasks):
    with time_machine.travel(NOON):
        page = as_anna.get("/tasks/calendar/?view=all").content.decode()

    words = re.findall(r'class="visually-hidden">, ([^<]*[a-z])</span>', page)
    assert words == ["Task, done", "Task, overdue", "Call, high priority", "Task", "Task"]
    assert ">1 overdue<" in page


@pytest.mark.parametrize(
    "address", ["/tasks/calendar/?view=all", "/tasks/calendar/?view=all&week=2026-W10", "/tasks/calendar/?view=all&day=2026-03-04"]
)
def test_queries_do_not_grow_with_the_tasks(address, as_anna, anna):
    account = AccountFactory(owner=anna)
    with time_machine.travel(NOON):
        TaskFactory(owner=anna, due_on=date(2026, 3, 4), related=account)
        one = assert_queries(as_anna, address, at_most=9)
        for number in range(60):
            TaskFactory(owner=anna, due_on=date(2026, 3, 1 + number % 6), related=AccountFactory(owner=anna))

        assert assert_queries(as_anna, address, at_most=9) == one


def test_nothing_of_another_partner(client, carla, tasks):
    client.force_login(carla)

    page = client.get("/tasks/calendar/?view=all&month=2026-03")

    assert shown(page) == {"2026-03-03": ["Of another partner late"]}
    assert "1 task " in page.content.decode()


def test_vendor_people_look_and_change_nothing(client, vendor_admin, tasks):
    client.force_login(vendor_admin)

    page = client.get("/tasks/calendar/?view=all&month=2026-03").content.decode()

    assert "Late" in page
    assert "data-move" not in page
    assert "/tasks/new/" not in page


def test_a_task_for_a_day_leads_back_to_it(as_anna, anna):
    page = as_anna.get("/tasks/calendar/?view=all&month=2026-03").content.decode().replace("&amp;", "&")
    address = re.search(r'data-add="([^"]*due_on=2026-03-09[^"]*)"', page)[1]
    form = as_anna.get(address)

    assert form.context["form"]["due_on"].value() == "2026-03-09"
    response = as_anna.post(
        address,
        {
            "subject": "New one",
            "kind": "task",
            "priority": "normal",
            "status": "not_started",
            "assigned_to": anna.pk,
            "due_on": "2026-03-09",
        },
    )
    assert response.url == "/tasks/calendar/?view=all&month=2026-03"
    assert Task.objects.visible_to(anna).get().due_on == date(2026, 3, 9)


@pytest.mark.parametrize("origin", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_new_task_leads_to_no_other_site(origin, as_anna, anna):
    values = {"subject": "New one", "kind": "task", "priority": "normal", "status": "not_started", "assigned_to": anna.pk}

    response = as_anna.post(f"/tasks/new/?back={quote(origin)}", values)

    assert response.url == Task.objects.visible_to(anna).get().get_absolute_url()


# --- moving ----------------------------------------------------------------------------------


@pytest.fixture
def task(anna):
    return TaskFactory(owner=anna, subject="Call Greta", due_on=date(2026, 3, 9))


def base(day="2026-03-09"):
    return sealed({"due_on": day})


def day_of(task):
    task.refresh_from_db()
    return task.due_on


def test_a_move_goes_through_the_service_and_answers_the_calendar(as_anna, anna, task):
    response = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-11", "base": base()}, headers=HTMX)

    last = task.history.first()
    assert (response.status_code, response["HX-Retarget"]) == (200, "#records")
    assert shown(response) == {"2026-03-11": ["Call Greta late"]}
    assert f'data-moved="event-{task.pk}"' in response.content.decode()
    assert "Call Greta is due on 11 Mar 2026 now." in response.content.decode()
    assert (last.due_on, last.subject, last.channel, last.history_user) == (date(2026, 3, 11), "Call Greta", "cell", anna)


def undo_of(page):
    """The step back that a toast offers: where, and what it sends."""
    form = re.search(r'<form method="post" action="(/tasks/\d+/day/)">.*?</form>', page.partition("toast-line")[2], re.S)
    return form[1], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0].replace("&amp;", "&")))


def test_a_move_is_undone(as_anna, task):
    page = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-11", "base": base()}, headers=HTMX).content.decode()
    address, values = undo_of(page)

    response = as_anna.post(address, values)

    assert response.url == "/tasks/calendar/?view=all&month=2026-03"
    assert day_of(task) == date(2026, 3, 9)
    assert "data-toast" in as_anna.get(response.url).content.decode()


def test_undo_leaves_what_somebody_else_has_moved_since(as_anna, task):
    page = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-11", "base": base()}, headers=HTMX).content.decode()
    task.due_on = date(2026, 3, 20)
    task.save()
    address, values = undo_of(page)

    response = as_anna.post(address, values)

    assert day_of(task) == date(2026, 3, 20)
    assert "was changed meanwhile and stays as it is" in as_anna.get(response.url).content.decode()


def test_who_was_overtaken_chooses_one_of_three(as_anna, task):
    task.due_on = date(2026, 3, 20)
    task.save()

    asked = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-11", "base": base()}, headers=HTMX)

    page = asked.content.decode()
    assert (asked.status_code, asked["HX-Retarget"], day_of(task)) == (409, "#dialog", date(2026, 3, 20))
    for day in ("20 Mar 2026", "11 Mar 2026", "9 Mar 2026"):
        assert day in page
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    for choice, day in (("theirs", date(2026, 3, 20)), ("mine", date(2026, 3, 11))):
        answer = as_anna.post(f"/tasks/{task.pk}/day/", {**fields, "choice-due_on": choice}, headers=HTMX)
        assert (answer.status_code, day_of(task)) == (200, day)


def test_what_others_changed_in_other_fields_is_kept(as_anna, task):
    task.subject = "Call Greta again"
    task.save()

    as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-11", "base": base()}, headers=HTMX)

    assert (day_of(task), task.subject) == (date(2026, 3, 11), "Call Greta again")


def test_without_a_script_a_page_asks_and_leads_back(as_anna, task):
    back = "/tasks/calendar/?view=all&month=2026-03"
    page = as_anna.get(f"/tasks/{task.pk}/day/?back={quote(back)}")

    assert "Move to another day" in page.content.decode()
    assert 'value="2026-03-09"' in page.content.decode()
    form = page.content.decode().replace("&amp;", "&").partition(f'action="/tasks/{task.pk}/day/"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    response = as_anna.post(f"/tasks/{task.pk}/day/", {**fields, "due_on": "2026-03-12"})
    assert (response.url, day_of(task)) == (back, date(2026, 3, 12))

    overtaken = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-15", "base": base()})
    assert (overtaken.status_code, day_of(task)) == (409, date(2026, 3, 12))
    assert 'name="choice-due_on"' in overtaken.content.decode()


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30"])
def test_a_day_that_is_none_is_refused(day, as_anna, task):
    response = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": day, "base": base()}, headers=HTMX)

    assert (response.status_code, day_of(task)) == (422, date(2026, 3, 9))
    assert 'role="alert"' in response.content.decode()


def test_only_who_may_edit_moves(client, anna, alex, carla, vendor_admin, task):
    other = UserFactory(partner=anna.partner)
    expected = {alex: 403, other: 403, carla: 404, vendor_admin: 403}

    for person, status in expected.items():
        client.force_login(person)
        assert client.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-11", "base": base()}, headers=HTMX).status_code == status, person
    client.force_login(alex)

    assert "data-move=" not in client.get("/tasks/calendar/?view=all&month=2026-03").content.decode()
    assert (day_of(task), task.history.count()) == (date(2026, 3, 9), 1)


def test_moving_to_where_it_is_says_nothing(as_anna, task):
    response = as_anna.post(f"/tasks/{task.pk}/day/", {"due_on": "2026-03-09", "base": base()}, headers=HTMX)

    assert (response.status_code, task.history.count()) == (200, 1)
    assert "data-toast" not in response.content.decode()
