"""The people of the tests: Anna and Alex sell for Aurora, Ben manages it, Dora administers it; Carla sells for Nordlicht.

Otto is the vendor's account manager of both, Olga of a third; Tariq supports; the vendor admin keeps everything.
"""

import pytest
from django.utils import timezone

from catalog import words
from catalog.models import PriceBookEntry
from catalog.reference import load_reference
from leads.reference import load_lead_work
from partnerportal.core.imports import lines, services
from partnerportal.tests import days
from partners.models import Tier
from partners.roles import Role
from partners.tests.factories import PartnerFactory, UserFactory, VendorUserFactory
from projects.reference import load_questions


@pytest.fixture(autouse=True)
def at_home():
    """Everything is called as from a page of the people: in their time zone."""
    with timezone.override(days.HOME):
        yield


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """A part of an import is as large as it may be, however slow the machine of the test is."""
    monkeypatch.setattr(lines, "READ_SECONDS", 3600.0)
    monkeypatch.setattr(services, "PART_SECONDS", 3600.0)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The reference data stand in the database from the start: loading them anew would be the half of most tests' time."""
    with django_db_blocker.unblock():
        _load()


@pytest.fixture
def reference(db):
    """The vendor's words, stages, products, prices and demo questions, also after a test that emptied every table."""
    if PriceBookEntry.objects.exists():
        words.forget()
    else:
        _load()


def _load():
    load_reference()
    load_questions()
    load_lead_work()


@pytest.fixture
def otto(db):
    return VendorUserFactory(email="otto@vendor.com", first_name="Otto", last_name="Keller")


@pytest.fixture
def olga(db):
    return VendorUserFactory(email="olga@vendor.com", first_name="Olga", last_name="Novak")


@pytest.fixture
def tariq(db):
    return VendorUserFactory(email="tariq@vendor.com", first_name="Tariq", last_name="Aziz", role=Role.SUPPORT_AGENT)


@pytest.fixture
def vendor_admin(db):
    return VendorUserFactory(email="admin@vendor.com", first_name="Ada", last_name="Admin", role=Role.VENDOR_ADMIN)


@pytest.fixture
def aurora(otto, reference):
    return PartnerFactory(
        name="Aurora Telecom", account_manager=otto, tax_rate="0.2200", street="Via Roma 1", postal_code="00184", city="Roma"
    )


@pytest.fixture
def nordlicht(otto, reference):
    return PartnerFactory(
        name="Nordlicht Systems", tier=Tier.SILVER, country="DE", time_zone="Europe/Berlin", account_manager=otto, tax_rate="0.1900"
    )


@pytest.fixture
def harbour(olga, reference):
    return PartnerFactory(
        name="Harbour Voice", tier=Tier.PLATINUM, currency="USD", country="US", time_zone="America/New_York", account_manager=olga
    )


@pytest.fixture
def anna(aurora):
    return UserFactory(email="anna@aurora-telecom.com", first_name="Anna", last_name="Conti", partner=aurora)


@pytest.fixture
def alex(aurora):
    return UserFactory(email="alex@aurora-telecom.com", first_name="Alex", last_name="Rossi", partner=aurora)


@pytest.fixture
def ben(aurora):
    return UserFactory(email="ben@aurora-telecom.com", first_name="Ben", last_name="Marino", partner=aurora, role=Role.PARTNER_MANAGER)


@pytest.fixture
def dora(aurora):
    return UserFactory(email="dora@aurora-telecom.com", first_name="Dora", last_name="Galli", partner=aurora, role=Role.PARTNER_ADMIN)


@pytest.fixture
def carla(nordlicht):
    return UserFactory(
        email="carla@nordlicht-systems.com", first_name="Carla", last_name="Brandt", partner=nordlicht, time_zone="Europe/Berlin"
    )
