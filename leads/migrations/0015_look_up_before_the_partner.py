from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F

from accounts.candidates import HostKey


class Migration(migrations.Migration):
    """The former indexes serve until the new ones are there, and nobody waits for them."""

    atomic = False

    dependencies = [('accounts', '0009_count_the_rows_of_new_partners_soon'), ('leads', '0014_count_the_rows_of_new_partners_soon')]

    operations = [
        AddIndexConcurrently('lead', models.Index(OpClass(HostKey('email'), name='text_pattern_ops'), F('partner'), name='lead_find_email')),
        AddIndexConcurrently('lead', models.Index(OpClass(HostKey('website'), name='text_pattern_ops'), F('partner'), name='lead_find_website')),
        AddIndexConcurrently('lead', models.Index(fields=['phone', 'partner'], opclasses=['varchar_pattern_ops', 'int8_ops'], name='lead_find_phone')),
        AddIndexConcurrently('lead', models.Index(fields=['mobile', 'partner'], opclasses=['varchar_pattern_ops', 'int8_ops'], name='lead_find_mobile')),
        RemoveIndexConcurrently('lead', 'lead_match_email'),
        RemoveIndexConcurrently('lead', 'lead_match_website'),
        RemoveIndexConcurrently('lead', 'lead_match_phone'),
        RemoveIndexConcurrently('lead', 'lead_match_mobile'),
        migrations.RenameIndex('lead', new_name='lead_match_email', old_name='lead_find_email'),
        migrations.RenameIndex('lead', new_name='lead_match_website', old_name='lead_find_website'),
        migrations.RenameIndex('lead', new_name='lead_match_phone', old_name='lead_find_phone'),
        migrations.RenameIndex('lead', new_name='lead_match_mobile', old_name='lead_find_mobile'),
    ]
