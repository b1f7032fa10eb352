import django.contrib.postgres.fields
from django.db import migrations, models

TIERS = ["platinum", "gold", "silver", "bronze", "reseller"]


def drop_unknown(apps, schema_editor):
    """Nobody buys from a book by a word that is no tier, so leaving it out changes no price."""
    for book in apps.get_model("catalog", "PriceBook").objects.exclude(tiers__contained_by=TIERS):
        book.tiers = [tier for tier in book.tiers if tier in TIERS]
        book.save(update_fields=["tiers"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_add_forecast'),
    ]

    operations = [
        migrations.RunPython(drop_unknown, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='pricebook',
            name='tiers',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('platinum', 'Platinum'), ('gold', 'Gold'), ('silver', 'Silver'), ('bronze', 'Bronze'), ('reseller', 'Reseller')], max_length=10), blank=True, default=list, size=None, verbose_name='tiers that buy from it'),
        ),
        migrations.AddConstraint(
            model_name='pricebook',
            constraint=models.CheckConstraint(condition=models.Q(('tiers__contained_by', ['platinum', 'gold', 'silver', 'bronze', 'reseller'])), name='price_book_tiers_known'),
        ),
    ]
