import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POLICIES = [
    ("skip", "Skip it"),
    ("fill", "Fill the blank fields of the record that is there"),
    ("replace", "Update it: what the file says replaces what is there"),
    ("create", "Create it all the same"),
]
STATES = [
    ("mapping", "columns to be named"),
    ("reading", "being read"),
    ("checking", "being rehearsed"),
    ("checked", "rehearsed"),
    ("running", "being imported"),
    ("done", "imported"),
    ("stopped", "stopped"),
    ("settling", "being decided"),
    ("reverting", "being taken back"),
    ("reverted", "taken back"),
]
RESULTS = [
    ("create", "new"),
    ("update", "completes a record"),
    ("clash", "waits for a decision"),
    ("duplicate", "duplicate"),
    ("skip", "nothing to do"),
    ("error", "error"),
    ("back", "taken back"),
    ("left", "left as it is"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_count_the_rows_of_new_partners_soon"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dataimport",
            name="decision",
            field=models.CharField(blank=True, max_length=6),
        ),
        migrations.AddField(
            model_name="dataimport",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importrow",
            name="planned",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="importrow",
            name="clash",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="dataimport",
            name="policy",
            field=models.CharField(choices=POLICIES, default="skip", max_length=10),
        ),
        migrations.AlterField(
            model_name="dataimport",
            name="state",
            field=models.CharField(choices=STATES, default="mapping", max_length=10),
        ),
        migrations.AlterField(
            model_name="importmemory",
            name="policy",
            field=models.CharField(choices=POLICIES, default="skip", max_length=10),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="result",
            field=models.CharField(blank=True, choices=RESULTS, max_length=10),
        ),
    ]
