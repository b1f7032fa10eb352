from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models import F

from accounts.candidates import HostKey, TaxKey


class Migration(migrations.Migration):
    """The former indexes serve until the new ones are there."""

    dependencies = [('accounts', '0009_count_the_rows_of_new_partners_soon')]

    operations = [
        migrations.AddIndex('account', models.Index(OpClass(HostKey('email'), name='text_pattern_ops'), F('partner'), name='account_find_email')),
        migrations.AddIndex('account', models.Index(OpClass(HostKey('website'), name='text_pattern_ops'), F('partner'), name='account_find_website')),
        migrations.AddIndex('account', models.Index(fields=['phone', 'partner'], opclasses=['varchar_pattern_ops', 'int8_ops'], name='account_find_phone')),
        migrations.AddIndex('account', models.Index(TaxKey('vat_number'), F('partner'), name='account_find_tax')),
        migrations.RemoveIndex('account', 'account_match_email'),
        migrations.RemoveIndex('account', 'account_match_website'),
        migrations.RemoveIndex('account', 'account_match_phone'),
        migrations.RemoveIndex('account', 'account_match_tax'),
        migrations.RenameIndex('account', new_name='account_match_email', old_name='account_find_email'),
        migrations.RenameIndex('account', new_name='account_match_website', old_name='account_find_website'),
        migrations.RenameIndex('account', new_name='account_match_phone', old_name='account_find_phone'),
        migrations.RenameIndex('account', new_name='account_match_tax', old_name='account_find_tax'),
    ]
