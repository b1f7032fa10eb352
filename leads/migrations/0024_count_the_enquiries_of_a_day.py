from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for the index."""

    atomic = False

    dependencies = [("leads", "0023_hold_enquiries_back")]

    operations = [
        AddIndexConcurrently(
            model_name="webenquiry",
            index=models.Index(fields=["form", "consent_at"], name="web_enquiry_of_day"),
        ),
    ]
