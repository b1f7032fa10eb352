"""A task that was given waits for the one mail of the unread, like any other notice."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from partnerportal.core import digest
from partnerportal.core.attached import delete_record
from partnerportal.core.models import Notification
from tasks import services


@pytest.fixture
def mailed(deliver, mailoutbox):
    """Let an hour go by, and answer the mails."""

    def mail():
        Notification.objects.update(created_at=timezone.now() - timedelta(hours=1))
        digest.promise_due(timezone.now())
        deliver()
        return mailoutbox

    return mail


def give(anna, alex, subject="Call Greta"):
    return services.create_task(values={"subject": subject, "due_on": date(2026, 3, 2), "assigned_to": alex}, by=anna)


def test_many_tasks_at_once_are_one_mail(anna, alex, mailed):
    tasks = [give(anna, alex, f"Call {number}") for number in range(60)]

    [mail] = mailed()

    assert mail.to == ["Alex Rossi <alex@aurora-telecom.com>"]
    assert tasks[-1].get_absolute_url() in mail.body


def test_the_mail_says_who_gave_which_task(anna, alex, mailed):
    task = give(anna, alex, "<b>Call</b> & ask")

    [mail] = mailed()

    assert mail.subject == "Anna Conti gave you a task: <b>Call</b> & ask"
    assert task.get_absolute_url() in mail.body
    assert "<b>Call</b>" not in mail.alternatives[0].content


def test_who_gave_it_gets_no_mail_of_a_tick_that_was_taken_back(anna, alex, mailed):
    task = services.complete_task(give(anna, alex), by=alex)
    services.reopen_task(task, by=alex)

    assert mailed() == []


@pytest.mark.parametrize("fate", ["read", "completed", "deleted", "withdrawn", "given on", "left"])
def test_no_mail_for_what_is_settled(fate, anna, alex, mailed):
    task = give(anna, alex)
    if fate == "read":
        Notification.objects.update(read_at=timezone.now())
    elif fate == "completed":
        services.edit_task(task, values={"status": "completed"}, by=anna)
    elif fate == "deleted":
        delete_record(task, by=anna)
    elif fate == "withdrawn":
        services.withdraw_tasks(type(task).objects.for_partner(task.partner_id))
    elif fate == "given on":
        services.edit_task(task, values={"assigned_to": anna}, by=anna)
    else:
        alex.is_active = False
        alex.save(update_fields=["is_active"])

    assert mailed() == []


def test_who_gave_it_hears_that_it_is_done(anna, alex, mailed):
    task = services.complete_task(give(anna, alex), by=alex)

    [mail] = mailed()

    assert mail.to == [f"Anna Conti <{anna.email}>"]
    assert mail.subject == f"Alex Rossi completed “{task}”"
