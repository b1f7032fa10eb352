"""Handlers that only drills promise: effects that can be counted, and poison. Loaded by the drill's workers (`celery -I`)."""

import os
import signal
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.template import engines

from partnerportal.core import emails, outbox, pdf

engines["django"].engine.dirs.append(Path(__file__).parent / "templates")


def record(key, content=b""):
    """An effect in the database, in a table that would take it twice."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_effect (key, content) VALUES (%s, %s)", [key, content])


@outbox.handles("drill.mail")
def mail(*, number):
    record(f"mail {number}")
    emails.send("drill", f"customer{number}@customer.org", {"number": number}, language="en", key=f"drill.mail:{number}")


@outbox.handles("drill.pdf")
def document(*, number):
    page = f'<html lang="en"><head><title>Drill</title></head><body><h1>Effect number {number}</h1></body></html>'
    record(f"pdf {number}", pdf.html_to_pdf(page))


@outbox.handles("drill.raises")
def raises(*, number):
    record(f"raises {number}")
    raise RuntimeError("poison")


@outbox.handles("drill.loops")
def loops(*, number):
    record(f"loops {number}")
    while True:
        try:
            while True:
                pass
        except SoftTimeLimitExceeded:  # Deaf to the gentle end, so that only the hard one helps.
            pass


@outbox.handles("drill.ends")
def ends(*, number):
    record(f"ends {number}")
    os.kill(os.getpid(), signal.SIGKILL)


outbox.handles("drill.raises.pdf")(raises)
outbox.handles("drill.ends.pdf")(ends)
