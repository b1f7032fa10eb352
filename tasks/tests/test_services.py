from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import AccountFactory
from leads.tests.factories import LeadFactory
from partnerportal.core.models import Notification, OutboxMessage
from partnerportal.core.scoping import NotYours
from tasks import services
from tasks.models import Status, Task
from tasks.tests.factories import CompletedTaskFactory, TaskFactory


def notices():
    return [(notice.user.first_name, notice.text) for notice in Notification.objects.order_by("pk")]


def test_create_task_is_ones_own(anna):
    task = services.create_task(values={"subject": "Call Greta", "due_on": date(2026, 3, 2)}, by=anna)

    task.refresh_from_db()
    assert (task.subject, task.partner, task.owner, task.assigned_to, task.status) == (
        "Call Greta",
        anna.partner,
        anna,
        anna,
        "not_started",
    )
    assert notices() == []
    assert not OutboxMessage.objects.exists()


def test_create_task_for_a_colleague_tells_her_by_bell_and_mail(anna, alex):
    account = AccountFactory(owner=anna)

    task = services.create_task(values={"subject": "Call Greta", "assigned_to": alex}, by=anna, on=account)

    assert task.related == account
    assert notices() == [("Alex", "Anna Conti gave you a task: Call Greta")]
    assert Notification.objects.get().is_for_mail
    assert not OutboxMessage.objects.exists()


def test_create_task_speaks_the_assignees_language(anna, alex):
    alex.language = "de"
    alex.save(update_fields=["language"])

    services.create_task(values={"subject": "Angebot", "assigned_to": alex}, by=anna)

    assert len(notices()) == 1


def test_create_task_refuses_who_is_no_active_colleague(anna, alex, carla, otto):
    alex.is_active = False
    alex.save(update_fields=["is_active"])

    for stranger in (alex, carla, otto):
        with pytest.raises(ValidationError) as refusal:
            services.create_task(values={"subject": "Call", "assigned_to": stranger}, by=anna)
        assert list(refusal.value.error_dict) == ["assigned_to"]

    assert not Task.objects.across_partners(reason="test").exists()
    assert notices() == []
    assert not OutboxMessage.objects.exists()


def test_create_task_about_another_partners_record_does_not_exist(anna, carla):
    account = AccountFactory(owner=carla)

    with pytest.raises(type(account).DoesNotExist):
        services.create_task(values={"subject": "Call"}, by=anna, on=account)

    assert not Task.objects.across_partners(reason="test").exists()


def test_create_task_is_not_for_vendor_users(otto):
    with pytest.raises(NotYours):
        services.create_task(values={"subject": "Call"}, by=otto)


def test_edit_task_tells_only_a_new_assignee(anna, alex):
    task = TaskFactory(owner=anna)

    services.edit_task(task, values={"priority": "high", "assigned_to": anna}, by=anna)
    assert notices() == []
    services.edit_task(task, values={"assigned_to": alex}, by=anna)
    services.edit_task(task, values={"assigned_to": alex, "priority": "low"}, by=anna)

    task.refresh_from_db()
    assert (task.priority, task.assigned_to) == ("low", alex)
    assert [name for name, _text in notices()] == ["Alex"]


def test_a_task_given_back_and_forth_is_mailed_to_who_has_it(anna, alex):
    task = TaskFactory(owner=anna)

    for person, by in ((alex, anna), (anna, alex), (alex, anna)):
        services.edit_task(task, values={"assigned_to": person}, by=by)

    assert [name for name, _text in notices()] == ["Alex", "Anna", "Alex"]
    assert [notice.user for notice in Notification.objects.filter(is_for_mail=True)] == [alex]


def test_edit_task_keeps_the_moment_of_completion_with_the_status(anna):
    task = TaskFactory(owner=anna)

    services.edit_task(task, values={"status": Status.COMPLETED}, by=anna)
    task.refresh_from_db()
    assert task.completed_at is not None
    services.edit_task(task, values={"status": Status.WAITING}, by=anna)

    task.refresh_from_db()
    assert (task.status, task.completed_at) == (Status.WAITING, None)


def test_edit_task_refuses_a_third_rep(anna, alex, dora):
    task = TaskFactory(owner=dora)

    with pytest.raises(NotYours):
        services.edit_task(task, values={"subject": "Mine now"}, by=alex)

    task.refresh_from_db()
    assert task.subject != "Mine now"
    assert task.history.count() == 1


def test_complete_task_twice_is_once_and_tells_who_gave_it(anna, alex):
    task = TaskFactory(owner=anna, assigned_to=alex)

    first = services.complete_task(task, by=alex)
    second = services.complete_task(task, by=alex)

    assert (first.status, second.completed_at) == (Status.COMPLETED, first.completed_at)
    assert notices() == [("Anna", f"Alex Rossi completed “{task}”")]
    assert [entry.history_user for entry in task.history.order_by("history_id")] == [None, alex]


def test_complete_task_refuses_a_third_rep(alex, dora):
    task = TaskFactory(owner=dora)

    with pytest.raises(NotYours):
        services.complete_task(task, by=alex)

    task.refresh_from_db()
    assert (task.status, task.completed_at) == (Status.NOT_STARTED, None)


def test_reopen_task(anna):
    task = CompletedTaskFactory(owner=anna)

    services.reopen_task(task, by=anna)
    services.reopen_task(task, by=anna)

    task.refresh_from_db()
    assert (task.status, task.completed_at, task.history.count()) == (Status.NOT_STARTED, None, 2)


def test_hand_over_takes_open_tasks_along(anna, alex):
    account = AccountFactory(owner=anna)
    open_one, done = TaskFactory(owner=anna, related=account), CompletedTaskFactory(owner=anna, related=account)

    services.hand_over(account, to=alex, by=anna)

    for record in (account, open_one, done):
        record.refresh_from_db()
    assert (account.owner, open_one.assigned_to, done.assigned_to) == (alex, alex, anna)


CALL = {"direction": "out", "outcome": "reached", "minutes": 12, "comments": "Wants an offer"}


def test_log_call_writes_the_call_and_its_follow_up_in_one_step(anna, alex, ben):
    lead = LeadFactory(owner=ben, company="Brenner")
    day = date(2026, 3, 2)

    call = services.log_call(lead, values={**CALL, "follow_up": "Send the offer", "follow_up_on": day, "follow_up_by": alex}, by=anna)

    following = Task.objects.for_partner(anna.partner).exclude(pk=call.pk).get()
    assert (call.kind, call.status, call.direction, call.outcome, call.minutes) == ("call", "completed", "out", "reached", 12)
    assert (call.related, call.comments, call.assigned_to) == (lead, "Wants an offer", anna)
    assert (following.related, following.subject, following.due_on, following.assigned_to) == (lead, "Send the offer", day, alex)
    assert sorted(notices()) == [
        ("Alex", "Anna Conti gave you a task: Send the offer"),
        ("Ben", "Anna Conti called about Brenner: Reached"),
    ]


def test_log_call_without_a_follow_up_makes_no_task(anna):
    services.log_call(LeadFactory(owner=anna), values=CALL, by=anna)

    assert Task.objects.for_partner(anna.partner).count() == 1


def test_log_call_refuses_who_may_not_see_the_record(anna, carla):
    lead = LeadFactory(owner=anna)

    with pytest.raises(type(lead).DoesNotExist):
        services.log_call(lead, values=CALL, by=carla)

    assert not Task.objects.across_partners(reason="test").exists()
