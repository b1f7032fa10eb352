from datetime import date

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


def leave_the_past(apps, schema_editor):
    """Nobody is reminded of all that was overdue before there were reminders."""
    tasks = apps.get_model("tasks", "Task")._base_manager
    tasks.exclude(status="completed").filter(due_on__lt=date.today()).update(due_told_on=F("due_on"))


class Migration(migrations.Migration):
    """Nobody waits for the index."""

    atomic = False

    dependencies = [("tasks", "0005_remind_of_due")]

    operations = [
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(condition=~Q(status="completed") & Q(due_on__isnull=False), fields=["due_on"], name="task_to_remind"),
        ),
        migrations.RunPython(leave_the_past, migrations.RunPython.noop),
    ]
