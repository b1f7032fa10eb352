"""Questions of bulk changes are kept field by field now. Those that were open in the former way are closed: the record stays as the other left it."""

from django.db import migrations


def close(apps, schema_editor):
    apps.get_model("core", "BulkRow").objects.filter(state="clash").update(state="refused", clash=[])


class Migration(migrations.Migration):
    dependencies = [("core", "0019_let_a_line_be_another")]

    operations = [migrations.RunPython(close, migrations.RunPython.noop)]
