import html
import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.tests.factories import AccountFactory, ContactFactory
from leads.tests.factories import LeadFactory
from partnerportal.core.models import Notification
from partnerportal.tests.counting import assert_post_queries, assert_queries
from partners.models import User
from tasks.filters import TaskFilter
from tasks.models import Status, Task
from tasks.tests.factories import CompletedTaskFactory, TaskFactory

HTMX = {"HTTP_HX_REQUEST": "true"}
NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)
VALUES = {"subject": "Call Greta", "kind": "call", "priority": "normal", "status": "not_started"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(response):
    """The subjects in the rows of a list."""
    return re.findall(r'class="title"[^>]*>([^<]+)<', response.content.decode())


@pytest.fixture
def tasks(anna, alex, carla):
    TaskFactory(owner=anna, subject="Late", due_on=date(2026, 3, 3))
    TaskFactory(owner=anna, subject="Today", due_on=date(2026, 3, 4))
    TaskFactory(owner=anna, subject="Some day")
    TaskFactory(owner=anna, assigned_to=alex, subject="For Alex", due_on=date(2026, 3, 1))
    TaskFactory(owner=alex, subject="Of Alex", due_on=date(2026, 3, 9))
    CompletedTaskFactory(owner=alex, assigned_to=anna, subject="Done", due_on=date(2026, 2, 1))
    CompletedTaskFactory(owner=alex, subject="Done by Alex", due_on=date(2026, 2, 2))
    TaskFactory(owner=carla, subject="Of another partner", due_on=date(2026, 3, 3))


@pytest.mark.parametrize(
    ("view", "subjects"),
    [
        ("", ["Late", "Today", "Some day"]),
        ("my_open", ["Late", "Today", "Some day"]),
        ("today", ["Today"]),
        ("overdue", ["Late"]),
        ("delegated", ["For Alex"]),
        ("all_open", ["For Alex", "Late", "Today", "Of Alex", "Some day"]),
        ("completed", ["Done"]),
        ("all", ["Done", "Done by Alex", "For Alex", "Late", "Today", "Of Alex", "Some day"]),
    ],
)
def test_standard_views(view, subjects, as_anna, tasks):
    with time_machine.travel(NOON):
        response = as_anna.get("/tasks/", {"view": view} if view else {})

    assert titles(response) == subjects


def test_today_is_the_readers(as_anna, anna):
    TaskFactory(owner=anna, subject="Of the 5th", due_on=date(2026, 3, 5))

    with time_machine.travel(datetime(2026, 3, 4, 23, 30, tzinfo=UTC)):  # Half past midnight in Rome.
        assert titles(as_anna.get("/tasks/", {"view": "today"})) == ["Of the 5th"]


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({"q": "late"}, ["Late"]),
        ({"due_after": "2026-03-04"}, ["Today"]),
        ({"priority": "high"}, []),
        ({"status": "not_started", "q": "some"}, ["Some day"]),
        ({"view": "all_open", "owner": "me"}, ["For Alex", "Late", "Today", "Some day"]),
        ({"view": "all_open", "owner_not": "me"}, ["Of Alex"]),
        ({"q": "late", "created_after": "2020-01-01"}, ["Late"]),
    ],
)
def test_filters(query, subjects, as_anna, tasks):
    assert titles(as_anna.get("/tasks/", query)) == subjects


def test_the_filter_of_who_gave_a_task_is_called_so(anna):
    fields = TaskFilter({}, None, user=anna).form.fields

    assert [str(fields[name].label) for name in ("owner", "assigned_to")] == ["Given by", "Assigned to"]


def test_list_names_the_record_that_one_may_see(as_anna, anna):
    TaskFactory(owner=anna, related=AccountFactory(owner=anna, name="Kanton Uri"))
    hidden = AccountFactory(owner=anna, name="Deleted one")
    TaskFactory(owner=anna, related=hidden)
    hidden.deleted_at = hidden.created_at
    hidden.save(update_fields=["deleted_at"])

    text = as_anna.get("/tasks/").content.decode()

    assert "Kanton Uri" in text
    assert "Deleted one" not in text


def test_list_costs_eight_queries_however_many_rows(as_anna, anna):
    TaskFactory(owner=anna, related=AccountFactory(owner=anna))
    one = assert_queries(as_anna, "/tasks/", at_most=8)
    for _number in range(29):
        TaskFactory(owner=anna, related=AccountFactory(owner=anna))

    assert assert_queries(as_anna, "/tasks/", at_most=8) == one


def test_new_task_of_ones_own(as_anna, anna):
    assert as_anna.get("/tasks/new/").context["form"]["assigned_to"].value() == anna.pk

    response = as_anna.post("/tasks/new/", {**VALUES, "assigned_to": anna.pk, "due_on": "2026-03-09"})

    task = Task.objects.visible_to(anna).get()
    assert (response.status_code, response.url) == (302, f"/tasks/{task.pk}/")
    assert (task.subject, task.due_on, task.related) == ("Call Greta", date(2026, 3, 9), None)


@pytest.mark.parametrize("factory", [LeadFactory, AccountFactory, ContactFactory])
def test_new_task_about_a_record_goes_back_there(factory, as_anna, anna, alex):
    record = factory(owner=anna)
    address = f"/tasks/new/?about={record._meta.label_lower}:{record.pk}"
    assert record.get_absolute_url() in as_anna.get(address).content.decode()

    response = as_anna.post(address, {**VALUES, "assigned_to": alex.pk})

    assert (response.status_code, response.url) == (302, record.get_absolute_url())
    assert [(task.related, task.assigned_to) for task in Task.objects.visible_to(anna)] == [(record, alex)]
    assert [notice.user for notice in Notification.objects.all()] == [alex]


@pytest.mark.parametrize(
    "about", ["leads.lead:999999", "leads.lead:x", "leads.lead", "partners.user:1", "core.note:1", "nothing", ":", "leads.lead:1:2"]
)
def test_new_task_about_nothing_known_does_not_exist(about, as_anna, anna):
    assert as_anna.get("/tasks/new/", {"about": about}).status_code == 404
    assert as_anna.post(f"/tasks/new/?about={about}", {**VALUES, "assigned_to": anna.pk}).status_code == 404
    assert not Task.objects.visible_to(anna).exists()


def test_new_task_about_another_partners_record_does_not_exist(as_anna, anna, carla):
    account = AccountFactory(owner=carla)
    address = f"/tasks/new/?about=accounts.account:{account.pk}"

    assert [as_anna.get(address).status_code, as_anna.post(address, {**VALUES, "assigned_to": anna.pk}).status_code] == [404, 404]
    assert not Task.objects.across_partners(reason="test").exists()


def test_a_task_goes_to_active_colleagues_only(as_anna, anna, alex, ben, carla, otto):
    alex.is_active = False
    alex.save(update_fields=["is_active"])

    choices = as_anna.get("/tasks/new/").context["form"].fields["assigned_to"].queryset
    refused = [as_anna.post("/tasks/new/", {**VALUES, "assigned_to": person.pk}).status_code for person in (alex, carla, otto)]

    assert list(choices) == [anna, ben]
    assert refused == [422, 422, 422]
    assert not Task.objects.across_partners(reason="test").exists()


def test_new_task_costs_ten_queries(as_anna, anna):
    as_anna.get("/tasks/new/")

    assert_post_queries(as_anna, "/tasks/new/", {**VALUES, "assigned_to": anna.pk}, at_most=10)


def test_edit_task(as_anna, anna, alex):
    task = TaskFactory(owner=anna)

    response = as_anna.post(f"/tasks/{task.pk}/edit/", {**VALUES, "assigned_to": alex.pk, "status": "completed"})

    task.refresh_from_db()
    assert (response.status_code, task.assigned_to, task.status, task.completed_at is None) == (302, alex, Status.COMPLETED, False)


def test_record_costs_twelve_queries(as_anna, anna):
    task = TaskFactory(owner=anna, related=AccountFactory(owner=anna, name="Kanton Uri"))

    assert_queries(as_anna, task.get_absolute_url(), at_most=12)
    assert "Kanton Uri" in as_anna.get(task.get_absolute_url()).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_tick_off_and_back_stays_on_the_page(headers, as_anna, anna):
    task = TaskFactory(owner=anna)
    came_from = {"HTTP_REFERER": "http://testserver/tasks/?view=all_open", **headers}

    done = as_anna.post(f"/tasks/{task.pk}/complete/", **came_from)
    task.refresh_from_db()
    assert task.status == Status.COMPLETED
    assert (done.headers.get("HX-Redirect") or done.headers.get("Location")) == "http://testserver/tasks/?view=all_open"
    as_anna.post(f"/tasks/{task.pk}/reopen/", **came_from)

    task.refresh_from_db()
    assert (task.status, task.history.count()) == (Status.NOT_STARTED, 3)


def test_a_tick_leads_to_no_foreign_site(as_anna, anna):
    task = TaskFactory(owner=anna)

    response = as_anna.post(f"/tasks/{task.pk}/complete/", HTTP_REFERER="https://elsewhere.com/")

    assert response.url == f"/tasks/{task.pk}/"


def test_the_toast_offers_undo(as_anna, anna):
    task = TaskFactory(owner=anna)

    text = as_anna.post(f"/tasks/{task.pk}/complete/", follow=True).content.decode()

    assert f"{task} is done." in text
    assert f'action="/tasks/{task.pk}/reopen/"' in text


@pytest.mark.parametrize("status", ["waiting", "in_progress", "deferred"])
def test_undo_of_a_tick_gives_the_status_back(status, as_anna, anna):
    task = TaskFactory(owner=anna, status=status)
    page = as_anna.post(f"/tasks/{task.pk}/complete/", follow=True).content.decode()
    forms = re.findall(rf'<form method="post" action="/tasks/{task.pk}/reopen/">(.*?)</form>', page, re.DOTALL)
    [was] = re.findall(r'name="status" value="(\w+)"', "".join(forms))

    as_anna.post(f"/tasks/{task.pk}/reopen/", {"status": was})

    task.refresh_from_db()
    assert (task.status, task.completed_at) == (status, None)


@pytest.mark.parametrize("status", ["completed", "nonsense", ""])
def test_a_tick_is_taken_back_to_an_open_status_alone(status, as_anna, anna):
    task = CompletedTaskFactory(owner=anna)

    as_anna.post(f"/tasks/{task.pk}/reopen/", {"status": status})

    task.refresh_from_db()
    assert (task.status, task.completed_at) == (Status.NOT_STARTED, None)


@pytest.mark.parametrize(("factory", "forms"), [(CompletedTaskFactory, 1), (TaskFactory, 0)])
def test_a_change_of_owner_has_no_way_back_that_takes_the_new_owners_own_tasks(factory, forms, client, ben, anna, alex, reference):
    lead = LeadFactory(owner=anna)
    TaskFactory(owner=anna, related=lead)
    factory(owner=alex, related=lead)
    client.force_login(ben)

    page = client.post(f"/leads/{lead.pk}/owner/", {"owner": alex.pk}, follow=True).content.decode()

    assert f"{lead} belongs to Alex Rossi now." in page
    assert page.count(f'<form method="post" action="/leads/{lead.pk}/owner/">') == forms


@pytest.mark.parametrize("verb", ["complete", "reopen", "edit", "delete", "owner"])
def test_a_third_rep_changes_nothing(verb, client, dora, alex):
    task = TaskFactory(owner=dora)
    client.force_login(alex)

    response = client.post(f"/tasks/{task.pk}/{verb}/", {**VALUES, "assigned_to": alex.pk, "owner": alex.pk})

    task.refresh_from_db()
    assert response.status_code == 403
    assert (task.status, task.assigned_to, task.owner, task.deleted_at, task.history.count()) == (Status.NOT_STARTED, dora, dora, None, 1)


@pytest.mark.parametrize("page", ["", "edit/", "clone/", "history/", "owner/", "delete/", "panels/activity/", "panels/files/"])
def test_pages_of_another_partners_task_do_not_exist(page, client, anna, carla):
    task = TaskFactory(owner=anna)
    client.force_login(carla)

    assert client.get(f"/tasks/{task.pk}/{page}").status_code == 404


@pytest.mark.parametrize("verb", ["complete", "reopen", "edit", "delete", "restore", "owner", "follow", "notes", "files"])
def test_actions_on_another_partners_task_do_not_exist(verb, client, anna, carla):
    task = TaskFactory(owner=anna)
    client.force_login(carla)

    response = client.post(f"/tasks/{task.pk}/{verb}/", {**VALUES, "assigned_to": carla.pk, "owner": carla.pk, "text": "x"})

    task.refresh_from_db()
    assert response.status_code == 404
    assert (task.status, task.owner, task.deleted_at, task.history.count(), task.notes.count()) == (Status.NOT_STARTED, anna, None, 1, 0)


def test_activity_of_a_record_tells_of_its_tasks(as_anna, anna):
    account = AccountFactory(owner=anna)
    TaskFactory(owner=anna, related=account, subject="Call Greta")
    CompletedTaskFactory(owner=anna, related=account, subject="Send brochure")
    TaskFactory(owner=anna, related=AccountFactory(owner=anna), subject="About another one")

    text = as_anna.get(f"/accounts/{account.pk}/panels/activity/").content.decode()

    assert "Upcoming" in text
    assert "Call Greta" in text
    assert "Completed: Send brochure" in text
    assert "About another one" not in text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_tasks_of_a_record_are_a_panel(headers, as_anna, anna, carla):
    account = AccountFactory(owner=anna)
    for number in range(7):
        TaskFactory(owner=anna, related=account, subject=f"Step {number}", due_on=date(2026, 3, 9 - number))
    CompletedTaskFactory(owner=anna, related=account, subject="Done")
    address = f"/tasks/panels/about/accounts.account:{account.pk}/"

    response = as_anna.get(address, **headers)
    assert titles(response) == [f"Step {number}" for number in (6, 5, 4, 3, 2)]
    assert f"/tasks/new/?about=accounts.account:{account.pk}" in response.content.decode()
    as_anna.force_login(carla)

    assert as_anna.get(address, **headers).status_code == 404


def test_the_panel_leads_to_all_open_tasks_of_its_record(as_anna, anna, alex):
    account, other = AccountFactory(owner=anna), AccountFactory(owner=anna)
    for number in range(5):
        TaskFactory(owner=anna, related=account, subject=f"Step {number}")
    address = f"/tasks/panels/about/accounts.account:{account.pk}/"
    assert "panel-more" not in as_anna.get(address, **HTMX).content.decode()
    TaskFactory(owner=alex, related=account, subject="Of Alex")
    TaskFactory(owner=anna, related=other, subject="About another one")
    CompletedTaskFactory(owner=anna, related=account, subject="Done")

    way = re.search(r'panel-more"><a href="([^"]+)"', as_anna.get(address, **HTMX).content.decode())[1]
    page = as_anna.get(html.unescape(way))

    assert sorted(titles(page)) == ["Of Alex", *(f"Step {number}" for number in range(5))]
    assert f"About <b>{account}</b>" in page.content.decode()


@pytest.mark.parametrize("about", ["leads.lead:999999", "partners.user:1", "nothing"])
def test_tasks_about_nothing_known_are_refused(as_anna, anna, about):
    TaskFactory(owner=anna)

    page = as_anna.get("/tasks/", {"view": "all", "about": about})

    assert (page.status_code, titles(page)) == (422, [])


def test_tasks_about_another_partners_record_are_refused(as_anna, anna, carla):
    account = AccountFactory(owner=carla, name="Kronleuchter")

    page = as_anna.get("/tasks/", {"view": "all", "about": f"accounts.account:{account.pk}"})

    assert page.status_code == 422
    assert "Kronleuchter" not in page.content.decode()


def test_a_record_kind_that_the_role_does_not_read_does_not_exist(client, anna, otto):
    task = TaskFactory(owner=anna, related=LeadFactory(owner=anna))
    client.force_login(otto)
    assert client.get(task.get_absolute_url()).status_code == 200
    assert client.get("/tasks/new/").status_code == 403
    assert User.objects.get(pk=otto.pk).has_perm("tasks.view_task")


def test_a_clone_is_about_what_its_model_is_about(client, anna, carla):
    lead = LeadFactory(owner=anna)
    task = TaskFactory(owner=anna, related=lead, subject="Call")
    client.force_login(anna)

    page = client.get(f"/tasks/{task.pk}/clone/").content.decode()
    assert str(lead) in page
    assert 'value="Call (copy)"' in page
    client.post(f"/tasks/{task.pk}/clone/", VALUES | {"subject": "Call (copy)", "assigned_to": anna.pk})

    assert Task.objects.visible_to(anna).get(subject="Call (copy)").related == lead
