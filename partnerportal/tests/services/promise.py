"""A process that promises 500 effects, poison among them, and says of each when it is acknowledged. A refused one is tried again."""

import sys
import time

import django
from django.db import DatabaseError, InterfaceError, connection, transaction

django.setup()

from partnerportal.core import outbox  # noqa: E402 (Django comes first)

POISON = ["drill.raises", "drill.loops", "drill.ends", "drill.raises.pdf", "drill.ends.pdf"]


def plan(count):
    for number in range(count):
        if number % 50 == 20:
            yield POISON[number // 50 % len(POISON)], number
        yield "drill.mail", number
        yield "drill.pdf", number


def acknowledge(kind, number):
    while True:
        try:
            with transaction.atomic():
                outbox.promise(kind, key=f"{kind}:{number}", number=number)
            return
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)


for kind, number in plan(int(sys.argv[1])):
    began = time.monotonic()
    acknowledge(kind, number)
    print(kind, number, round((time.monotonic() - began) * 1000), flush=True)
    time.sleep(float(sys.argv[2]))
