"""Mail about tasks."""

from django.conf import settings

from partnerportal.core import emails, outbox
from partnerportal.core.notifications import wants_mail
from tasks.models import Status, Task


@outbox.handles("task.assigned")
def email_assignment(*, task_id: int, assignee_id: int, by: str) -> None:
    """Tell a colleague of a new task, unless it has meanwhile been done, deleted or given to somebody else."""
    task = Task.objects.across_partners(reason="outbox: task.assigned").select_related("assigned_to").get(pk=task_id)
    assignee = task.assigned_to
    if task.status == Status.COMPLETED or task.deleted_at or assignee.pk != assignee_id or not assignee.is_active:
        return
    if not wants_mail(assignee, "task"):
        return
    emails.send(
        "task_assigned",
        (assignee.get_full_name(), assignee.email),
        {"task": task, "assignee": assignee, "by": by, "link": f"{settings.SITE_URL}{task.get_absolute_url()}"},
        language=assignee.language,
        key=f"task.assigned:{task.pk}:{assignee.pk}",
    )
