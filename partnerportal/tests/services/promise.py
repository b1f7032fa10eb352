"""A rep who submits 250 quotes, poison in between, and says of each when it is acknowledged. A refused one is tried again.

Run as a process of its own: `python -m partnerportal.tests.services.promise <quotes> <pause in seconds>`, once with `prepare`
in place of the pause, which makes the drafts.
"""

import sys
import time

import django
from django.db import DatabaseError, InterfaceError, connection, transaction

django.setup()

from catalog.reference import load_reference  # noqa: E402 (Django comes first)
from partnerportal.core import outbox  # noqa: E402
from partnerportal.core.stages import IllegalMove  # noqa: E402
from partnerportal.tests.days import this_day  # noqa: E402
from partners.models import User  # noqa: E402
from partners.tests.factories import PartnerFactory, UserFactory  # noqa: E402
from projects.tests.factories import ProjectFactory  # noqa: E402
from quotes import services  # noqa: E402
from quotes.models import Quote  # noqa: E402
from quotes.tests.factories import DraftQuoteFactory  # noqa: E402

POISON = ["drill.raises", "drill.loops", "drill.ends", "drill.raises.pdf", "drill.ends.pdf"]
EMAIL = "anna@aurora-telecom.com"


def prepare(count):
    """Drafts of one rep, ten to a project."""
    load_reference()
    anna = UserFactory(email=EMAIL, first_name="Anna", last_name="Conti", partner=PartnerFactory(name="Aurora Telecom"))
    for number in range(count):
        if number % 10 == 0:
            project = ProjectFactory(owner=anna)
        DraftQuoteFactory(project=project)


def acknowledged(action):
    """Do it until it is acknowledged; milliseconds of the last try."""
    while True:
        began = time.monotonic()
        try:
            action()
            return round((time.monotonic() - began) * 1000)
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)


def submit(quote, anna):
    try:
        services.submit_quote(quote, by=anna, today=this_day())
    except IllegalMove:  # The try before was committed, and only its answer was lost.
        if Quote.objects.visible_to(anna).get(pk=quote.pk).status != "submitted":
            raise


@transaction.atomic
def poison(kind):
    outbox.promise(kind, key=kind)


def promise_all(pause):
    anna = User.objects.select_related("partner").get(email=EMAIL)
    for index, quote in enumerate(Quote.objects.visible_to(anna).order_by("pk")):
        if index % 40 == 20 and index // 40 < len(POISON):
            kind = POISON[index // 40]
            print(kind, 0, acknowledged(lambda kind=kind: poison(kind)), flush=True)
        print("quote", quote.pk, acknowledged(lambda quote=quote: submit(quote, anna)), flush=True)
        time.sleep(pause)


if sys.argv[2] == "prepare":
    prepare(int(sys.argv[1]))
else:
    promise_all(float(sys.argv[2]))
