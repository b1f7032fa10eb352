from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def take_todays_words(apps, schema_editor):
    """What was asked before is not known any more; from now on an answer keeps the words that stand there today."""
    texts = apps.get_model("projects", "DemoQuestion")._base_manager.filter(pk=OuterRef("question")).values("text")
    for name in ("DemoAnswer", "HistoricalDemoAnswer"):
        apps.get_model("projects", name)._base_manager.filter(question_text="").update(question_text=Coalesce(Subquery(texts[:1]), Value("")))


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0017_hold_one_open_change_order'),
    ]

    operations = [
        migrations.AddField(
            model_name='demoanswer',
            name='question_text',
            field=models.CharField(db_default='', default='', editable=False, max_length=300, verbose_name='question'),
        ),
        migrations.AddField(
            model_name='historicaldemoanswer',
            name='question_text',
            field=models.CharField(db_default='', default='', editable=False, max_length=300, verbose_name='question'),
        ),
        migrations.RunPython(take_todays_words, migrations.RunPython.noop),
    ]
