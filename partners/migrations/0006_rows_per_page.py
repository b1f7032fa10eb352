from django.db import migrations, models

SIZES = [(25, "Few"), (50, "Usual"), (100, "Many")]


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_switch_off_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicaluser",
            name="per_page",
            field=models.PositiveSmallIntegerField(blank=True, choices=SIZES, null=True, verbose_name="rows per page"),
        ),
        migrations.AddField(
            model_name="user",
            name="per_page",
            field=models.PositiveSmallIntegerField(blank=True, choices=SIZES, null=True, verbose_name="rows per page"),
        ),
    ]
