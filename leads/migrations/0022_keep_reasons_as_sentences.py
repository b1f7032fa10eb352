from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0021_find_revisits'),
    ]

    operations = [
        migrations.AddField(
            model_name='vendorlead',
            name='queued_told',
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name='webenquiry',
            name='routed_told',
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
    ]
