from django.db import migrations, models


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
    ]
