import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0002_add_session_version'),
        ('quotes', '0004_add_volume_bands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QuoteChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('author_name', models.CharField(max_length=200)),
                ('old', models.JSONField(help_text='Net, MRR and gross as they were.')),
                ('new', models.JSONField(help_text='Net, MRR and gross afterwards.')),
                ('causes', models.JSONField(default=list, help_text='Each input that changed: field, old and new value, and the line.')),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.partner')),
                ('quote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='quotes.quote')),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
    ]
