from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def take_todays_words(apps, schema_editor):
    """What was asked before is not known any more; from now on an answer keeps the words that stand there today."""
    texts = apps.get_model("leads", "QualificationQuestion")._base_manager.filter(pk=OuterRef("question")).values("text")
    for name in ("QualificationAnswer", "HistoricalQualificationAnswer"):
        apps.get_model("leads", name)._base_manager.filter(question_text="").update(question_text=Coalesce(Subquery(texts[:1]), Value("")))


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0016_index_what_vendor_leads_are_compared_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='qualificationanswer',
            name='question_text',
            field=models.CharField(db_default='', default='', editable=False, max_length=300, verbose_name='question'),
        ),
        migrations.AddField(
            model_name='historicalqualificationanswer',
            name='question_text',
            field=models.CharField(db_default='', default='', editable=False, max_length=300, verbose_name='question'),
        ),
        migrations.RunPython(take_todays_words, migrations.RunPython.noop),
    ]
