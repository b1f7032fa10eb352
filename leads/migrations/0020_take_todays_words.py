from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

BATCH = 5_000


def take_todays_words(apps, schema_editor):
    """What was asked before is not known any more; from now on an answer keeps the words that stand there today."""
    texts = apps.get_model("leads", "QualificationQuestion")._base_manager.filter(pk=OuterRef("question")).values("text")
    for name in ("QualificationAnswer", "HistoricalQualificationAnswer"):
        rows = apps.get_model("leads", name)._base_manager.filter(question_text="")
        done = 0
        while keys := list(rows.filter(pk__gt=done).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            rows.filter(pk__in=keys).update(question_text=Coalesce(Subquery(texts[:1]), Value("")))
            done = keys[-1]


class Migration(migrations.Migration):
    """In parts, so that nobody waits for all of it."""

    atomic = False

    dependencies = [('leads', '0019_add_answers_of_the_vendor')]

    operations = [migrations.RunPython(take_todays_words, migrations.RunPython.noop)]
