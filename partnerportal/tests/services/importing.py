"""A rep with a table of leads: `python -m partnerportal.tests.services.importing begin <lines> | run | revert`, one process a step.

Every fourth line from the third on is bad: its mail address is none.
"""

import csv
import io
import sys

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402 (Django comes first)

from catalog.reference import load_reference  # noqa: E402
from leads.imports import LEADS  # noqa: E402
from partnerportal.core.imports import services  # noqa: E402
from partnerportal.core.models import DataImport  # noqa: E402
from partners.models import User  # noqa: E402
from partners.tests.factories import PartnerFactory, UserFactory  # noqa: E402

EMAIL = "anna@aurora-telecom.com"
HEADINGS = ["Company", "First name", "Last name", "E-mail"]
CONSTANTS = {"job_title": "ceo-owner", "source": "website", "power": "unknown", "status": "new"}


def is_bad(number):
    """Whether the line with this place (from 0) is no lead."""
    return number % 4 == 3


def table(count):
    """A table of so many lines, in CSV; no two are the same company or person."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(HEADINGS)
    for number in range(count):
        email = "none" if is_bad(number) else f"p{number}@company-{number:06d}.it"
        write([f"Company {number:06d}", "Paolo", f"Greco {number}", email])
    return text.getvalue().encode()


def begin(count):
    """Keep the file and ask for its rehearsal."""
    load_reference()
    anna = UserFactory(email=EMAIL, first_name="Anna", last_name="Conti", partner=PartnerFactory(name="Aurora Telecom"))
    batch = services.start(LEADS, SimpleUploadedFile("leads.csv", table(count)), by=anna)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=anna)


def again(act):
    """The next step of the one import."""
    anna = User.objects.select_related("partner").get(email=EMAIL)
    act(DataImport.objects.visible_to(anna).get(), by=anna)


if __name__ == "__main__":
    if sys.argv[1] == "begin":
        begin(int(sys.argv[2]))
    else:
        again({"run": services.run, "revert": services.revert}[sys.argv[1]])
