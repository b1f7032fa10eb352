"""What comes through a public form beyond the number of a day: kept, held back, and released by those who manage the form."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from leads.models import Lead, VendorLead, WebEnquiry, WebForm
from leads.services import web
from leads.tests.test_web import rows, send, told
from partnerportal.core.scoping import NotYours

pytestmark = pytest.mark.django_db
COMPANIES = ("Hotel Miramare", "Bergbahn Ritten", "Zimmerei Gschnitzer", "Lunaria Mode")


@pytest.fixture(autouse=True)
def a_small_day(settings):
    """Two enquiries become leads; the limit by address, which all tests share, begins anew."""
    settings.WEB_FORM_DAILY = 2
    cache.clear()


@pytest.fixture
def theirs(aurora):
    return WebForm.objects.create(partner=aurora)


@pytest.fixture
def vendors(db):
    return WebForm.objects.create()


def send_all(form):
    """An enquiry of each company; what the visitors were answered."""
    answers = [send(form, company=name, email=f"info@{name.split()[0].lower()}.it", phone="", city="") for name in COMPANIES]
    return {(answer.status_code, answer.headers["Location"]) for answer in answers}


def states():
    """Whether each enquiry is held, whether it has a lead, and the words of its consent."""
    found = WebEnquiry._base_manager.order_by("pk")
    return [(one.is_held, bool(one.lead or one.vendor_lead), one.consent_text[:12]) for one in found]


def test_a_partners_form_holds_back_what_comes_beyond_the_day(theirs, dora, anna):
    answered = send_all(theirs)

    assert answered == {(302, f"{theirs.get_absolute_url()}thanks/?lang=en")}
    assert rows() == (2, 0, 4)
    assert states() == [(False, True, "I agree that")] * 2 + [(True, False, "I agree that")] * 2
    full = "Aurora Telecom: more was sent today than becomes leads by itself. The rest is held back until somebody releases it."
    assert told()[2:] == [(dora.pk, full)]


def test_the_next_day_and_another_form_have_a_number_of_their_own(theirs, vendors, dora):
    send_all(theirs)
    send(vendors)
    WebEnquiry._base_manager.update(consent_at=timezone.now() - timedelta(days=1))

    send(theirs, company="Obstgenossenschaft Terlan", email="info@terlan.it", phone="")

    assert rows() == (3, 1, 6)


def test_a_manager_releases_what_is_held_and_nobody_else(theirs, client, dora, anna, carla, otto):
    send_all(theirs)
    for person in (anna, carla, otto):
        with pytest.raises(NotYours):
            web.release(theirs.partner, by=person)
    assert rows() == (2, 0, 4)
    client.force_login(anna)
    assert "Held back" not in client.get("/leads/web-form/").content.decode()
    client.force_login(dora)
    assert client.get("/leads/web-form/").context["held"] == 2

    client.post("/leads/web-form/release/")

    assert [lead.company for lead in Lead.objects.visible_to(dora).order_by("pk")] == list(COMPANIES)
    lead = Lead.objects.visible_to(dora).latest("pk")
    assert (lead.first_name, lead.last_name, lead.total_users, lead.country.code) == ("Giulia", "Marchetti", 40, "IT")
    assert (lead.owner, lead.description, lead.stage_moves.get().by_name) == (dora, "Please call on Monday.", "Giulia Marchetti")
    assert lead.enquiries.get().told == Lead.objects.visible_to(dora).earliest("pk").enquiries.get().told | {
        "company": "Lunaria Mode",
        "email": "info@lunaria.it",
    }
    assert states() == [(False, True, "I agree that")] * 4
    assert client.get("/leads/web-form/").context["held"] == 0


def test_the_vendors_form_is_released_by_an_account_manager_in_the_back_office(vendors, client, otto, olga, dora):
    send_all(vendors)
    assert rows() == (0, 2, 4)
    full = "Form of the vendor: more was sent today than becomes leads by itself. The rest is held back until somebody releases it."
    assert sorted(who for who, text in told() if text == full) == sorted([otto.pk, olga.pk])
    with pytest.raises(NotYours):
        web.release(None, by=dora)
    client.force_login(otto)
    page = f"/admin/leads/webform/{vendors.pk}"
    assert "/do/release/" in client.get(f"{page}/change/").content.decode()

    client.post(f"{page}/do/release/")

    assert [lead.company for lead in VendorLead.objects.order_by("pk")] == list(COMPANIES)
    assert "/do/release/" not in client.get(f"{page}/change/").content.decode()


def test_the_same_filling_in_is_held_once_and_of_many_the_oldest_are_released_first(theirs, dora, monkeypatch):
    send_all(theirs)
    again = {"submission": "5a2f8a9e-3f57-4c0e-9d1b-1f2b6f0f7c11", "company": "Orto", "email": "o@orto.it", "phone": ""}
    send(theirs, **again)
    send(theirs, **again)
    monkeypatch.setattr(web, "RELEASED_AT_ONCE", 1)

    assert rows() == (2, 0, 5)
    assert web.release(theirs.partner, by=dora) == 1
    assert Lead.objects.visible_to(dora).latest("pk").company == COMPANIES[2]
    assert web.held(theirs).count() == 2
