from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_import_clashes"),
    ]

    operations = [
        migrations.AddField(
            model_name="dataimport",
            name="found_by",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="importmemory",
            name="found_by",
            field=models.CharField(blank=True, max_length=40),
        ),
    ]
