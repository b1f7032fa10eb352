"""What the database must be able to do: trigrams for search, accents, and ranges in exclusion constraints."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []

    operations = [TrigramExtension(), UnaccentExtension(), BtreeGistExtension()]
