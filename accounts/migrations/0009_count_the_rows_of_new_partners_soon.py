"""Statistics are taken after 5,000 changed rows, not a tenth of a big table: of a partner that they do not know, PostgreSQL expects one row."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_match_key_is_dear")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_account SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)",
            "ALTER TABLE accounts_account RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_contact SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)",
            "ALTER TABLE accounts_contact RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
    ]
