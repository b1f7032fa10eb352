from django.db import migrations, models

RESULTS = [
    ("create", "new"),
    ("update", "updates a record"),
    ("clash", "waits for a decision"),
    ("duplicate", "duplicate"),
    ("skip", "nothing to do"),
    ("error", "error"),
    ("back", "taken back"),
    ("left", "left as it is"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0016_edit_notes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importrow",
            name="result",
            field=models.CharField(blank=True, choices=RESULTS, max_length=10),
        ),
    ]
