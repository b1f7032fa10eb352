from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quotes', '0003_add_configuration_and_sendings'),
    ]

    operations = [
        migrations.AddField(
            model_name='quoteline',
            name='cost_band',
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name='volume band of your cost'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='list_band',
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name='volume band of the list price'),
        ),
        migrations.AddField(
            model_name='quoteline',
            name='price_date',
            field=models.DateField(editable=False, null=True, verbose_name='price valid from'),
        ),
    ]
