"""The day of the tests: the one at the partners of the factories, in Rome. For an hour or two of each night the machine has another."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

HOME = ZoneInfo("Europe/Rome")


def this_day() -> date:
    """Ask anew each time; a day that was kept at import is yesterday once a run has passed midnight."""
    return timezone.localdate(timezone=HOME)
