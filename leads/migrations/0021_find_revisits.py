from datetime import date

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F


def leave_the_past(apps, schema_editor):
    """The owners of leads whose day is over have had a task for it; they are not told of all of them at once."""
    leads = apps.get_model("leads", "Lead")._base_manager
    leads.filter(status="not_in_target", revisit_on__lt=date.today()).update(revisit_told_on=F("revisit_on"))


class Migration(migrations.Migration):
    """Nobody waits for the index."""

    atomic = False

    dependencies = [('leads', '0020_take_todays_words')]

    operations = [
        AddIndexConcurrently(
            model_name='lead',
            index=models.Index(condition=models.Q(('revisit_on__isnull', False), ('status', 'not_in_target')), fields=['revisit_on'], name='lead_to_revisit'),
        ),
        migrations.RunPython(leave_the_past, migrations.RunPython.noop),
    ]
