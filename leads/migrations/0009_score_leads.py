"""Give the leads that are there already their score."""

from django.db import migrations

from leads.score import Facts, score

BATCH = 1000


def score_leads(apps, schema_editor):
    Lead = apps.get_model("leads", "Lead")
    batch = []
    for lead in Lead._base_manager.iterator(chunk_size=BATCH):
        facts = Facts(
            power=lead.power,
            source=lead.source,
            users=lead.total_users or 0,
            product=lead.product_of_interest,
            solutions=tuple(lead.interested_solutions),
            has_phone=bool(lead.phone or lead.mobile),
        )
        lead.score = score(facts).points
        batch.append(lead)
        if len(batch) == BATCH:
            Lead._base_manager.bulk_update(batch, ["score"])
            batch = []
    Lead._base_manager.bulk_update(batch, ["score"])


class Migration(migrations.Migration):
    dependencies = [("leads", "0008_add_lead_work")]

    operations = [migrations.RunPython(score_leads, migrations.RunPython.noop)]
