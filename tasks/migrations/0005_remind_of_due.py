from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0004_index_day")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="due_told_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
    ]
