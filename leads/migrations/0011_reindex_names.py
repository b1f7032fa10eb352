"""Leads are looked for by what `accounts.0006` makes of their names."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_keep_totals"), ("accounts", "0006_match_more_writings")]

    operations = [migrations.RunSQL("REINDEX INDEX lead_match_name;", migrations.RunSQL.noop)]
