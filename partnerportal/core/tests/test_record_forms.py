import re
import threading

import pytest
from django.db import connections
from django.test import Client

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.models import Submission
from partnerportal.core.submissions import new_token, once

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")
FIELDS = {
    "company": "Kanton Uri",
    "first_name": "Reto",
    "last_name": "Gisler",
    "email": "r.gisler@kanton-uri.ch",
    "source": "website",
    "power": "user",
    "job_title": "it-manager",
}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


def leads():
    return Lead.objects.across_partners(reason="test")


def test_a_new_record_belongs_to_the_person_and_her_company(as_anna, anna):
    response = as_anna.post("/leads/new/", FIELDS)

    lead = leads().get()
    assert (lead.owner, lead.partner, lead.company) == (anna, anna.partner, "Kanton Uri")
    assert response["Location"] == f"/leads/{lead.pk}/"


def test_save_and_new_opens_the_empty_form_and_says_what_was_made(as_anna):
    response = as_anna.post("/leads/new/", {**FIELDS, "then": "new"}, follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [("/leads/new/", 302)]
    assert "Kanton Uri was created." in page
    assert 'name="company" maxlength' not in page or "value" not in re.search(r'<input[^>]*name="company"[^>]*>', page).group(0)


def test_the_same_form_sent_twice_makes_one_record_and_gives_the_first_answer(as_anna):
    token = new_token()

    first = as_anna.post("/leads/new/", {**FIELDS, "submission": token})
    second = as_anna.post("/leads/new/", {**FIELDS, "company": "Changed meanwhile", "submission": token})

    assert first["Location"] == second["Location"]
    assert [lead.company for lead in leads()] == ["Kanton Uri"]


def test_a_form_that_was_refused_may_be_sent_again_with_its_token(as_anna):
    token = new_token()

    refused = as_anna.post("/leads/new/", {**FIELDS, "email": "nonsense", "submission": token})
    taken = as_anna.post("/leads/new/", {**FIELDS, "submission": token})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert f'name="submission" value="{token}"' in refused.content.decode()


def test_a_token_of_somebody_else_tells_nothing(as_anna, carla):
    token = new_token()
    once(token, by=carla, act=lambda: "/leads/secret/")

    response = as_anna.post("/leads/new/", {**FIELDS, "submission": token})

    assert response["Location"] == "/"
    assert not leads().exists()


def test_a_token_is_free_again_when_the_work_failed(anna):
    token = new_token()

    def fail():
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        once(token, by=anna, act=fail)

    assert not Submission.objects.exists()
    assert once(token, by=anna, act=lambda: "/done/") == "/done/"


@pytest.mark.django_db(transaction=True)
def test_ten_simultaneous_submissions_make_one_record(anna):
    token, answers = new_token(), []
    ready = threading.Barrier(10)

    def send():
        client = Client()
        client.force_login(anna)
        ready.wait()
        answers.append(client.post("/leads/new/", {**FIELDS, "submission": token})["Location"])
        connections.close_all()

    threads = [threading.Thread(target=send) for _number in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert answers == [f"/leads/{leads().get().pk}/"] * 10


def test_an_invalid_form_keeps_the_input_and_links_each_error(as_anna):
    response = as_anna.post("/leads/new/", {**FIELDS, "email": "nonsense", "company": ""})

    page = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_company">Company</a>: This field is required.' in page
    assert '<a href="#id_email">E-mail</a>' in page
    assert 'value="nonsense"' in page
    assert not leads().exists()


def test_fields_that_the_form_does_not_have_are_not_taken(as_anna, carla):
    as_anna.post(
        "/leads/new/", {**FIELDS, "partner": carla.partner_id, "owner": carla.pk, "status": "converted", "deleted_at": "2020-01-01"}
    )

    lead = leads().get()
    assert (lead.partner.name, lead.owner.first_name, lead.status, lead.deleted_at) == ("Aurora Telecom", "Anna", "new", None)


def test_a_clone_is_an_unsaved_form_with_the_values(as_anna, lead):
    page = as_anna.get(f"/leads/{lead.pk}/clone/").content.decode()

    assert 'value="Brenner Logistik"' in page
    assert leads().count() == 1

    as_anna.post(f"/leads/{lead.pk}/clone/", {**FIELDS, "company": "Brenner Zwei"})
    assert sorted(one.company for one in leads()) == ["Brenner Logistik", "Brenner Zwei"]


def test_an_edit_saves_and_history_names_the_person_and_the_form(as_anna, anna, lead):
    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**FIELDS, "company": "Brenner AG"})

    assert response["Location"] == f"/leads/{lead.pk}/"
    last = leads().get().history.first()
    assert (last.company, last.history_user, last.channel) == ("Brenner AG", anna, "form")


def opened_by(client, lead):
    """The form as the person has it before her: its base and what it shows."""
    form = client.get(f"/leads/{lead.pk}/edit/").context
    return {"base": form["base"], **{name: form["form"][name].value() or "" for name in form["form"].fields}}


def saved_by_ben(lead, **changes):
    other = leads().get(pk=lead.pk)
    for name, value in changes.items():
        setattr(other, name, value)
    other.save()


def test_changes_of_different_fields_are_both_kept_without_a_question(as_anna, lead):
    mine = opened_by(as_anna, lead)
    saved_by_ben(lead, email="new@brenner-logistik.de")

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**mine, "company": "Brenner AG"}, follow=True)

    now = leads().get()
    assert (now.company, now.email) == ("Brenner AG", "new@brenner-logistik.de")
    assert "changed E-mail meanwhile: both changes are kept." in response.content.decode()


def test_the_same_value_from_two_people_is_no_clash(as_anna, lead):
    mine = opened_by(as_anna, lead)
    saved_by_ben(lead, company="Brenner AG")

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**mine, "company": "Brenner AG"})

    assert response.status_code == 302


def clash(client, lead):
    """Two people wrote the same field: the answer that asks, and what it asks with."""
    mine = opened_by(client, lead)
    saved_by_ben(lead, company="Brenner SE", last_name="Hofer")
    response = client.post(f"/leads/{lead.pk}/edit/", {**mine, "company": "Brenner AG", "first_name": "Ugo"})
    form = response.context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    return response, {**again, "base": response.context["base"], "clash": response.context["asked"]}


def test_the_same_field_asks_with_three_values_and_nothing_is_lost(as_anna, lead):
    response, again = clash(as_anna, lead)

    [asked] = response.context["questions"]
    assert response.status_code == 409
    assert (asked.label, asked.theirs, asked.mine, asked.was) == ("Company", "Brenner SE", "Brenner AG", "Brenner Logistik")
    assert (again["company"], again["first_name"], again["last_name"]) == ("Brenner AG", "Ugo", "Hofer")
    now = leads().get()
    assert (now.company, now.first_name) == ("Brenner SE", lead.first_name)


@pytest.mark.parametrize(("choice", "company"), [("theirs", "Brenner SE"), ("mine", "Brenner AG"), ("was", "Brenner Logistik")])
def test_the_choice_is_saved_with_the_rest(as_anna, lead, choice, company):
    _response, again = clash(as_anna, lead)

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**again, "choice-company": choice})

    now = leads().get()
    assert response.status_code == 302
    assert (now.company, now.first_name, now.last_name) == (company, "Ugo", "Hofer")


def test_a_question_without_an_answer_is_asked_again(as_anna, lead):
    _response, again = clash(as_anna, lead)

    response = as_anna.post(f"/leads/{lead.pk}/edit/", again)

    assert (response.status_code, [one.was for one in response.context["questions"]]) == (409, ["Brenner Logistik"])
    assert leads().get().company == "Brenner SE"


def test_a_third_person_meanwhile_is_asked_about_too(as_anna, lead):
    _response, again = clash(as_anna, lead)
    saved_by_ben(lead, company="Brenner KG")

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**again, "choice-company": "mine"})

    assert (response.status_code, [one.theirs for one in response.context["questions"]]) == (409, ["Brenner KG"])
    assert leads().get().company == "Brenner KG"


def test_a_base_that_is_not_ours_is_none(as_anna, lead):
    mine = opened_by(as_anna, lead)

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**mine, "company": "Brenner AG", "base": "forged"})

    assert response.status_code == 302
    assert leads().get().company == "Brenner AG"


def test_a_colleague_may_not_edit_and_a_stranger_finds_nothing(client, alex, carla, lead):
    client.force_login(alex)
    seen = client.get(f"/leads/{lead.pk}/edit/"), client.post(f"/leads/{lead.pk}/edit/", FIELDS)
    client.force_login(carla)
    unseen = client.get(f"/leads/{lead.pk}/edit/"), client.post(f"/leads/{lead.pk}/edit/", FIELDS)

    assert [one.status_code for one in seen] == [403, 403]
    assert [one.status_code for one in unseen] == [404, 404]
    assert leads().get().company == "Brenner Logistik"
