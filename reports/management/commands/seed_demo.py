"""Fill an empty database with the demo: the vendor's reference data, people, and a year of business."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from catalog.reference import load_reference
from leads.reference import load_lead_work
from partners.models import Partner
from projects.reference import load_questions
from reports.demo.people import PARTNERS, PASSWORD
from reports.demo.year import seed


class Command(BaseCommand):
    help = "Makes the demo's partners, people and a year of business. Running it again adds nothing. --scale N makes N times as much."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=int, default=1, help="How many times the usual amount of business.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["scale"] < 1:
            raise CommandError("--scale must be 1 or more.")
        strangers = Partner.objects.exclude(name__in=[one.name for one in PARTNERS])
        if strangers.exists():
            raise CommandError("This database has partners that are not of the demo. The demo is only for a database of its own.")
        with transaction.atomic():
            load_reference()
            load_questions()
            load_lead_work()
            made = seed(scale=options["scale"], now=timezone.now())
        for name, count in made.items():
            self.stdout.write(f"{count:>7}  {name}" if count else f"      –  {name}: there already")
        self.stdout.write(f"Everybody's password is {PASSWORD}.")
