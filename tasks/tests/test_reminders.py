"""Who does a task hears when its day has come: once, in one notice, and only of what is still to be done."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings

from accounts.tests.factories import AccountFactory
from leads.tests.factories import LeadFactory
from partnerportal.core import attached, digest
from partnerportal.core.models import BulkChange, Notification
from partnerportal.core.notifications import choose
from partnerportal.tests.days import this_day
from partners.models import Partner
from tasks import jobs, services
from tasks.models import Task
from tasks.tests.factories import CompletedTaskFactory, TaskFactory

MONDAY = date(2026, 3, 2)
AT_NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(person):
    return list(person.notifications.filter(kind="due").order_by("pk").values_list("text", "url"))


def current(task):
    return Task.objects.for_partner(task.partner_id).get(pk=task.pk)


def remind(moment=AT_NINE):
    with time_machine.travel(moment):
        return jobs.remind_of_due()


def test_who_does_a_task_is_told_on_its_day_once(anna, alex):
    task = TaskFactory(owner=anna, assigned_to=alex, subject="Call Greta", due_on=MONDAY)
    updated = current(task).updated_at

    sunday, monday = datetime(2026, 3, 1, 22, 59, tzinfo=UTC), datetime(2026, 3, 1, 23, 1, tzinfo=UTC)  # In Rome.
    assert [remind(sunday), remind(monday), remind(AT_NINE), remind(datetime(2026, 3, 4, 9, tzinfo=UTC))] == [0, 1, 0, 0]

    assert told(alex) == [("Due on 2 Mar 2026: Call Greta", task.get_absolute_url())]
    assert told(anna) == []
    assert (current(task).updated_at, current(task).history.count()) == (updated, 1)


def test_a_reminder_keeps_no_bulk_change_from_being_taken_back(client, anna, deliver):
    lead = LeadFactory(owner=anna)
    client.force_login(anna)
    values = {"subject": "Call", "kind": "call", "assigned_to": anna.pk, "priority": "normal", "status": "not_started"}
    client.post("/leads/bulk/task/", {"ids": lead.pk, "asked": "1", "due_on": this_day().isoformat(), **values})
    change = BulkChange.objects.latest("pk")
    client.post(f"/bulk/{change.pk}/run/")
    deliver()
    assert jobs.remind_of_due() == 1

    client.post(f"/bulk/{change.pk}/undo/")
    deliver()

    assert not Task.objects.visible_to(anna).exists()


def test_the_day_is_that_of_the_person(anna, alex):
    alex.time_zone = "Pacific/Auckland"
    alex.save(update_fields=["time_zone"])
    for person in (anna, alex):
        TaskFactory(owner=person, subject="Call Greta", due_on=MONDAY)

    assert remind(datetime(2026, 3, 1, 12, tzinfo=UTC)) == 1

    assert [len(told(person)) for person in (anna, alex)] == [0, 1]


def test_several_tasks_are_one_notice(anna, alex):
    for day, subject in ((2, "Third"), (1, "Second"), (2, "Fourth"), (3, "Tomorrow")):
        TaskFactory(owner=anna, subject=subject, due_on=date(2026, 3, day))
    TaskFactory(owner=anna, subject="First", due_on=date(2026, 2, 25))
    TaskFactory(owner=alex, subject="His", due_on=MONDAY)

    assert [remind(), remind(), remind(datetime(2026, 3, 3, 9, tzinfo=UTC))] == [2, 0, 1]

    assert told(anna) == [
        ("4 of your tasks are due: First · Second · Third · …", "/tasks/?view=my_open"),
        ("Due on 3 Mar 2026: Tomorrow", Task.objects.for_partner(anna.partner).get(subject="Tomorrow").get_absolute_url()),
    ]
    assert [text for text, _url in told(alex)] == ["Due on 2 Mar 2026: His"]


def test_another_due_date_is_told_of_again(anna):
    task = TaskFactory(owner=anna, due_on=MONDAY)
    remind()
    services.edit_task(task, values={"due_on": date(2026, 3, 5)}, by=anna)

    assert [remind(datetime(2026, 3, day, 9, tzinfo=UTC)) for day in (4, 5, 6)] == [0, 1, 0]

    assert [text for text, _url in told(anna)] == [f"Due on {day} Mar 2026: {task}" for day in (2, 5)]


@pytest.mark.parametrize("fate", ["completed", "deleted", "record deleted", "muted", "switched off", "suspended", "long ago", "no day"])
def test_what_waits_for_nobody_is_not_told_of(fate, anna, ben):
    account = AccountFactory(owner=anna)
    task = TaskFactory(owner=anna, related=account, due_on=None if fate == "no day" else MONDAY)
    CompletedTaskFactory(owner=anna, due_on=MONDAY)
    if fate == "completed":
        services.complete_task(task, by=anna)
    elif fate == "deleted":
        attached.delete_record(task, by=anna)
    elif fate == "record deleted":
        attached.delete_record(account, by=anna)
    elif fate == "muted":
        attached.mute(task, by=anna)
    elif fate == "switched off":
        anna.is_active = False
        anna.save(update_fields=["is_active"])
    elif fate == "suspended":
        Partner.objects.filter(pk=anna.partner_id).update(status=Partner.Status.SUSPENDED)

    assert remind(datetime(2026, 3, 10, 9, tzinfo=UTC) if fate == "long ago" else AT_NINE) == 0

    assert told(anna) == []


def test_a_record_that_is_there_again_brings_its_reminder(anna):
    account = AccountFactory(owner=anna)
    TaskFactory(owner=anna, related=account, due_on=MONDAY)
    attached.delete_record(account, by=anna)
    assert remind() == 0

    attached.restore_record(type(account), account.pk, by=anna)

    assert remind() == 1


@pytest.mark.parametrize(("channel", "bell", "mails"), [(None, 1, 0), ("mail", 1, 1), ("off", 0, 0)])
def test_the_person_chooses_how_to_hear_of_it(channel, bell, mails, anna, deliver, mailoutbox):
    if channel:
        choose(anna, {"due": channel})
    TaskFactory(owner=anna, due_on=MONDAY)

    remind()
    digest.promise_due(datetime(2026, 3, 2, 12, tzinfo=UTC))
    deliver()

    assert (Notification.objects.filter(user=anna, kind="due").count(), len(mailoutbox)) == (bell, mails)


def test_no_mail_of_a_task_that_was_done_in_time(anna, deliver, mailoutbox):
    choose(anna, {"due": "mail"})
    task = TaskFactory(owner=anna, due_on=MONDAY)
    remind()
    services.complete_task(task, by=anna)

    digest.promise_due(datetime(2026, 3, 2, 12, tzinfo=UTC))
    deliver()

    assert mailoutbox == []


def test_the_choice_stands_in_the_profile(client, anna):
    client.force_login(anna)

    page = client.get("/profile/").content.decode()

    assert '<label for="topic-due">A task of mine is due</label>' in page
    assert client.post("/profile/notices/", {"due": "off"}).status_code == 302
    assert list(anna.notice_choices.values_list("topic", "channel")) == [("due", "off")]


def test_the_schedule_names_the_job():
    assert settings.CELERY_BEAT_SCHEDULE["remind-of-due-tasks"]["task"] == jobs.remind_of_due.name
