"""The tasks of some days are found by their day: the calendar asks for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0003_name_fields"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["partner", "due_on"], name="task_of_day"),
        ),
    ]
