from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F

from accounts.candidates import HostKey, TaxKey


class Migration(migrations.Migration):
    """The former indexes serve until the new ones are there, and nobody waits for them."""

    atomic = False

    dependencies = [('accounts', '0009_count_the_rows_of_new_partners_soon')]

    operations = [
        AddIndexConcurrently('account', models.Index(OpClass(HostKey('email'), name='text_pattern_ops'), F('partner'), name='account_find_email')),
        AddIndexConcurrently('account', models.Index(OpClass(HostKey('website'), name='text_pattern_ops'), F('partner'), name='account_find_website')),
        AddIndexConcurrently('account', models.Index(fields=['phone', 'partner'], opclasses=['varchar_pattern_ops', 'int8_ops'], name='account_find_phone')),
        AddIndexConcurrently('account', models.Index(TaxKey('vat_number'), F('partner'), name='account_find_tax')),
        RemoveIndexConcurrently('account', 'account_match_email'),
        RemoveIndexConcurrently('account', 'account_match_website'),
        RemoveIndexConcurrently('account', 'account_match_phone'),
        RemoveIndexConcurrently('account', 'account_match_tax'),
        migrations.RenameIndex('account', new_name='account_match_email', old_name='account_find_email'),
        migrations.RenameIndex('account', new_name='account_match_website', old_name='account_find_website'),
        migrations.RenameIndex('account', new_name='account_match_phone', old_name='account_find_phone'),
        migrations.RenameIndex('account', new_name='account_match_tax', old_name='account_find_tax'),
    ]
