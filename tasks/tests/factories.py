"""Tasks for tests, one factory a situation."""

from datetime import UTC, datetime

import factory
from django.contrib.contenttypes.models import ContentType

from partners.tests.factories import OwnedFactory
from tasks.models import Status, Task


class TaskFactory(OwnedFactory):
    """An open task that its owner gave to herself. `related` is the record that it is about."""

    class Meta:
        model = Task

    class Params:
        related = None

    _parent = "related"
    subject = factory.Sequence(lambda n: f"Call back {n}")
    assigned_to = factory.SelfAttribute("owner")
    content_type = factory.LazyAttribute(lambda task: ContentType.objects.get_for_model(task.related) if task.related else None)
    object_id = factory.LazyAttribute(lambda task: task.related.pk if task.related else None)


class CompletedTaskFactory(TaskFactory):
    """A task that is done."""

    status = Status.COMPLETED
    completed_at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
