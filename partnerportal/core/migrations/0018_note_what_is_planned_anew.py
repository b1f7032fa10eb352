from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0017_say_that_a_line_updates'),
    ]

    operations = [
        migrations.AddField(
            model_name='dataimport',
            name='is_again',
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
