from django.db import migrations, models
from django.db.models import Count, Q

OPEN = Q(record_type="change_order", deleted_at__isnull=True) & ~Q(stage="closed")


class SeveralOpen(Exception):
    """Accounts have several open change orders: all but one of each are closed or deleted by their owners first."""


def look_for_several(apps, schema_editor):
    """Say which change orders stand against the rule, before anything is changed. Nobody but their owners knows which one is to go on."""
    projects = apps.get_model("projects", "Project")._base_manager.filter(OPEN)
    accounts = projects.values("account").annotate(count=Count("pk")).filter(count__gt=1).order_by("account")
    found = projects.filter(account__in=accounts.values("account")).order_by("account", "pk").values_list("account__name", "pk", "name")
    if told := "; ".join(f"{account}: {pk} {name}" for account, pk, name in found):
        raise SeveralOpen(f"An account has one open change order. Close or delete all but one of each, then migrate again. {told}")


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0016_keep_the_running_mrr'),
    ]

    operations = [
        migrations.RunPython(look_for_several, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True), ('record_type', 'change_order'), models.Q(('stage', 'closed'), _negated=True)), fields=('account',), name='project_one_open_change_order'),
        ),
    ]
