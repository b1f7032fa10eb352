"""Poison, promised only by drills and loaded only by their workers (`celery -I`). Each writes before it fails, so that a write
that stayed would be seen."""

import os
import signal

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from partnerportal.core import outbox


def write(what):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_poison (what) VALUES (%s)", [what])


@outbox.handles("drill.raises")
def raises():
    write("raises")
    raise RuntimeError("poison")


@outbox.handles("drill.loops")
def loops():
    write("loops")
    while True:
        try:
            while True:
                pass
        except SoftTimeLimitExceeded:  # Deaf to the gentle end, so that only the hard one helps.
            pass


@outbox.handles("drill.ends")
def ends():
    write("ends")
    os.kill(os.getpid(), signal.SIGKILL)


outbox.handles("drill.raises.pdf")(raises)
outbox.handles("drill.ends.pdf")(ends)
