import catalog.models
import django.contrib.postgres.constraints
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_note_changes_of_prices'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='pricebookentry',
            options={'ordering': ['book', 'product', 'currency', 'billing_period', 'min_quantity', '-valid_from'], 'verbose_name_plural': 'price book entries'},
        ),
        migrations.RemoveConstraint(
            model_name='pricebookentry',
            name='price_one_at_a_time',
        ),
        migrations.AddField(
            model_name='historicalpricebookentry',
            name='min_quantity',
            field=models.PositiveIntegerField(default=1, help_text='The price of each piece when a line has at least so many. 1: the price without a volume band.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='from quantity'),
        ),
        migrations.AddField(
            model_name='pricebookentry',
            name='min_quantity',
            field=models.PositiveIntegerField(default=1, help_text='The price of each piece when a line has at least so many. 1: the price without a volume band.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='from quantity'),
        ),
        migrations.AddConstraint(
            model_name='pricebookentry',
            constraint=models.CheckConstraint(condition=models.Q(('min_quantity__gte', 1)), name='price_band_begins_at_one'),
        ),
        migrations.AddConstraint(
            model_name='pricebookentry',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('book', '='), ('product', '='), ('currency', '='), ('billing_period', '='), ('min_quantity', '='), (catalog.models.DateRange('valid_from', 'valid_to'), '&&')], name='price_one_at_a_time'),
        ),
    ]
