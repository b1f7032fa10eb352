"""Statistics are taken after 5,000 changed rows, not a tenth of a big table: of a partner that they do not know, PostgreSQL expects one row."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_limit_total_users")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE leads_lead SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)",
            "ALTER TABLE leads_lead RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
    ]
