"""The small dialogs: who answers one that was opened before somebody else's change is told so, and decides."""

import re

import pytest

from accounts.tests.factories import AccountFactory
from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached
from partners.tests.factories import UserFactory
from projects.models import Project
from projects.tests.factories import IntroProject


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode()).group(1)


def again(record):
    record.refresh_from_db()
    return record


@pytest.fixture(params=["leads", "projects"])
def record(request, anna):
    return LeadFactory(owner=anna) if request.param == "leads" else IntroProject(owner=anna)


def test_a_next_step_that_somebody_changed_meanwhile_is_asked_about(client, ben, record):
    client.force_login(ben)
    url = f"{record.get_absolute_url()}next-step/"
    opened = client.get(url)
    type(record).objects.for_partner(record.partner_id).update(next_step="Visit them")

    answer = client.post(url, {"next_step": "Call them", "next_step_on": "", "base": hidden(opened, "base")})

    assert answer.status_code == 409
    assert '<span class="value">Visit them</span>' in answer.content.decode()
    assert again(record).next_step == "Visit them"

    asked = {name: hidden(answer, name) for name in ("base", "clash")}
    client.post(url, {"next_step": "Call them", "next_step_on": "", "choice-next_step": "mine", **asked})
    assert again(record).next_step == "Call them"


def test_a_next_step_keeps_the_day_that_somebody_set_meanwhile(client, ben, record):
    client.force_login(ben)
    url = f"{record.get_absolute_url()}next-step/"
    opened = client.get(url)
    type(record).objects.for_partner(record.partner_id).update(next_step_on="2031-01-02")

    client.post(url, {"next_step": "Call them", "next_step_on": "", "base": hidden(opened, "base")})

    assert (again(record).next_step, f"{record.next_step_on}") == ("Call them", "2031-01-02")


@pytest.mark.parametrize("make", [LeadFactory, AccountFactory, IntroProject])
def test_an_owner_whom_somebody_else_has_changed_meanwhile_is_said(client, anna, alex, ben, dora, make):
    record = make(owner=anna)
    client.force_login(ben)
    url = f"{record.get_absolute_url()}owner/"
    opened = client.get(url)
    attached.change_owner(record, to=dora, by=dora)

    answer = client.post(url, {"owner": alex.pk, "seen": hidden(opened, "seen")})

    assert answer.status_code == 409
    assert f"Meanwhile this belongs to {dora.get_full_name()}." in answer.content.decode()
    assert again(record).owner == dora

    client.post(url, {"owner": alex.pk, "seen": hidden(answer, "seen")})
    assert again(record).owner == alex


@pytest.mark.parametrize("model", [Lead, Project])
def test_the_question_for_an_owner_says_what_goes_along(client, anna, model):
    record = LeadFactory(owner=anna) if model is Lead else IntroProject(owner=anna)
    UserFactory(partner=anna.partner)
    client.force_login(anna)

    page = client.get(f"{record.get_absolute_url()}owner/").content.decode()

    assert "Open tasks go along, completed ones stay." in page
