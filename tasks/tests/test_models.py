from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.tests.factories import AccountFactory
from partners.models import Partner
from tasks.models import Status, Task
from tasks.tests.factories import CompletedTaskFactory, TaskFactory


def test_open_is_all_but_completed(anna):
    waiting = TaskFactory(owner=anna, status=Status.WAITING)
    CompletedTaskFactory(owner=anna)

    assert list(Task.objects.visible_to(anna).open()) == [waiting]


def test_overdue_is_open_and_due_before_the_day(anna):
    late = TaskFactory(owner=anna, due_on=date(2026, 3, 1))
    TaskFactory(owner=anna, due_on=date(2026, 3, 2))
    TaskFactory(owner=anna, due_on=None)
    CompletedTaskFactory(owner=anna, due_on=date(2026, 3, 1))

    assert list(Task.objects.visible_to(anna).overdue(date(2026, 3, 2))) == [late]


def test_a_completed_moment_needs_the_completed_status(anna):
    task = TaskFactory(owner=anna)
    task.completed_at = task.created_at

    with pytest.raises(IntegrityError), transaction.atomic():
        task.save(update_fields=["completed_at"])


def test_the_one_who_does_it_may_change_it(anna, alex, ben, carla):
    task = TaskFactory(owner=anna, assigned_to=alex)

    assert [Task.objects.editable_by(person).filter(pk=task.pk).count() for person in (anna, alex, ben, carla)] == [1, 1, 1, 0]


def test_a_third_rep_sees_but_does_not_change(anna, alex, dora):
    task = TaskFactory(owner=dora, assigned_to=dora)

    assert Task.objects.visible_to(alex).get() == task
    assert not Task.objects.editable_by(alex).exists()


def test_a_task_opens_its_record_where_reps_see_only_their_own(anna, alex):
    anna.partner.record_visibility = Partner.Visibility.OWNER
    anna.partner.save(update_fields=["record_visibility"])
    account = AccountFactory(owner=anna)
    AccountFactory(owner=anna)
    TaskFactory(owner=anna, assigned_to=alex, related=account)
    alex.refresh_from_db()

    assert list(type(account).objects.visible_to(alex)) == [account]
