from django.db import migrations, models

import partnerportal.core.fields
import partnerportal.core.money

RUNNING = {"null": True, "editable": False, "verbose_name": "running MRR"}
BASIS = {
    "db_default": {},
    "default": dict,
    "editable": False,
    "help_text": "The customer's running orders that a change order is compared with.",
}


def take_differences_back(apps, schema_editor):
    """Before this migration the MRR of a change order was that of its quote."""
    projects = apps.get_model("projects", "Project")._base_manager
    for project in projects.filter(running_mrr__isnull=False, mrr_source="quote", record_type="change_order").iterator():
        mrr = project.mrr + project.running_mrr
        weighted = partnerportal.core.money.round_money(mrr * project.probability / 100)
        projects.filter(pk=project.pk).update(mrr=mrr, weighted_pipeline=weighted)


class Migration(migrations.Migration):
    """Change orders that are there already keep no running MRR: their quotes were written as what comes on top, and stay so."""

    dependencies = [("projects", "0015_track_people_on_projects")]

    operations = [
        *(
            operation
            for model in ("project", "historicalproject")
            for operation in (
                migrations.AddField(model, "running_mrr", partnerportal.core.fields.MoneyField(**RUNNING)),
                migrations.AddField(model, "running_basis", models.JSONField(**BASIS)),
            )
        ),
        migrations.RunPython(migrations.RunPython.noop, take_differences_back),
    ]
