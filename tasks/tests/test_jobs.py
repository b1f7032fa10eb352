from datetime import date

import pytest

from partnerportal.core.models import OutboxMessage
from tasks import services
from tasks.jobs import email_assignment
from tasks.tests.factories import TaskFactory


@pytest.fixture
def given(anna, alex):
    """A task that Anna gave to Alex; the mail is promised."""
    return services.create_task(values={"subject": "Call Greta", "due_on": date(2026, 3, 2), "assigned_to": alex}, by=anna)


def test_the_assignee_gets_a_mail_with_a_link(given, deliver, mailoutbox):
    assert deliver() == 1

    [mail] = mailoutbox
    assert mail.to == ["Alex Rossi <alex@aurora-telecom.com>"]
    assert mail.subject == "Anna Conti gave you a task: Call Greta"
    assert given.get_absolute_url() in mail.body
    assert given.get_absolute_url() in mail.alternatives[0].content
    assert OutboxMessage.objects.get().state == "done"


def test_a_second_delivery_is_the_same_mail(given, alex, mailoutbox):
    for _time in range(2):
        email_assignment(task_id=given.pk, assignee_id=alex.pk, by="Anna Conti")

    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


@pytest.mark.parametrize("fate", ["completed", "deleted", "given on", "left"])
def test_no_mail_for_what_is_settled(fate, given, anna, alex, deliver, mailoutbox):
    if fate == "completed":
        services.complete_task(given, by=alex)
    elif fate == "deleted":
        given.deleted_at = given.created_at
        given.save(update_fields=["deleted_at"])
    elif fate == "given on":
        services.edit_task(given, values={"assigned_to": anna}, by=anna)
    else:
        alex.is_active = False
        alex.save(update_fields=["is_active"])

    deliver()

    assert mailoutbox == []
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"done"}


def test_a_text_that_looks_like_markup_stays_text(anna, alex, deliver, mailoutbox):
    services.create_task(values={"subject": "<b>Call</b> & ask", "assigned_to": alex}, by=anna)

    deliver()

    [mail] = mailoutbox
    assert mail.subject == "Anna Conti gave you a task: <b>Call</b> & ask"
    assert "<b>Call</b>" not in mail.alternatives[0].content
    assert "<b>Call</b> & ask" in mail.body


def test_factories_promise_nothing(anna):
    TaskFactory(owner=anna)

    assert not OutboxMessage.objects.exists()
