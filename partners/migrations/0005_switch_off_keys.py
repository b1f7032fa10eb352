from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_pool_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicaluser",
            name="keys",
            field=models.CharField(choices=[("on", "On"), ("off", "Off")], default="on", max_length=3, verbose_name="shortcuts of one key"),
        ),
        migrations.AddField(
            model_name="user",
            name="keys",
            field=models.CharField(choices=[("on", "On"), ("off", "Off")], default="on", max_length=3, verbose_name="shortcuts of one key"),
        ),
    ]
