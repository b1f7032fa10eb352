"""The public form: what it makes, what it refuses, and what it never tells."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.tests.factories import AccountFactory
from leads import services
from leads.models import Lead, VendorLead, WebEnquiry, WebForm
from leads.services import web
from leads.tests.factories import LeadFactory, offered
from partnerportal.core.actors import Actor
from partnerportal.core.limits import READ_AND_ANSWER
from partnerportal.core.models import Notification
from partnerportal.core.scoping import NotYours
from partnerportal.tests.racing import at_once
from partners.models import Partner, User
from partners.tests.factories import PartnerFactory, UserFactory

SENT = {
    "company": "Hotel Miramare",
    "first_name": "Giulia",
    "last_name": "Marchetti",
    "email": "giulia@miramare.it",
    "phone": "+39 041 5550187",
    "city": "Rimini",
    "country": "IT",
    "product_of_interest": "collaboration",
    "total_users": "40",
    "description": "Please call on Monday.",
    "consent": "on",
    "fax_number": "",
}


@pytest.fixture(autouse=True)
def no_limit_of_another_test():
    """The limit counts by address, and all tests ask from the same one."""
    cache.clear()


@pytest.fixture
def theirs(aurora):
    return WebForm.objects.create(partner=aurora)


@pytest.fixture
def vendors(db):
    return WebForm.objects.create()


def send(form, client=None, **values):
    return (client or Client()).post(f"{form.get_absolute_url()}?lang=en", SENT | values)


def told():
    return list(Notification.objects.order_by("user").values_list("user", "text"))


def rows():
    return Lead._base_manager.count(), VendorLead.objects.count(), WebEnquiry._base_manager.count()


@pytest.mark.django_db
def test_a_partners_form_makes_its_lead_for_the_admin(theirs, anna, ben, dora, carla):
    response = send(theirs)

    lead = Lead.objects.visible_to(anna).get()
    assert (response.status_code, response.headers["Location"]) == (302, f"{theirs.get_absolute_url()}thanks/?lang=en")
    assert (lead.owner, lead.origin, lead.source, lead.status) == (dora, "web", "website", "new")
    assert (lead.company, lead.phone.as_e164, lead.total_users, lead.country.code) == ("Hotel Miramare", "+390415550187", 40, "IT")
    assert Lead.objects.visible_to(carla).count() == 0
    assert list(Notification.objects.values_list("user", "text")) == [(dora.pk, "A new lead came through the web form: Hotel Miramare")]
    assert lead.history.get().author_name == "Giulia Marchetti"
    assert lead.stage_moves.get().by_name == "Giulia Marchetti"


@pytest.mark.django_db
def test_a_known_customer_goes_to_whom_the_account_belongs(theirs, anna, alex, dora):
    account = AccountFactory(owner=alex, name="Miramare Hotels", email="info@miramare.it")

    send(theirs)

    lead = Lead.objects.visible_to(anna).get()
    enquiry = WebEnquiry.objects.visible_to(anna).get()
    assert (lead.owner, lead.account) == (alex, account)
    assert "Same mail domain miramare.it" in enquiry.routed_because


@pytest.mark.django_db
def test_why_it_came_to_an_owner_is_said_in_the_readers_language(theirs, client, anna, alex):
    AccountFactory(owner=alex, name="Miramare Hotels", email="info@miramare.it")
    Client().post(f"{theirs.get_absolute_url()}?lang=de", SENT)
    lead, enquiry = Lead.objects.visible_to(anna).get(), WebEnquiry.objects.visible_to(anna).get()

    client.force_login(alex)
    page = client.get(reverse("leads:panel_activity", args=[lead.pk])).content.decode()
    WebEnquiry.objects.visible_to(anna).update(routed_because="Inhaber des Kontos.", routed_told=[])
    before = client.get(reverse("leads:panel_activity", args=[lead.pk])).content.decode()

    with translation.override("it"):
        words = gettext("Owner of the account %(account)s.") % {"account": "Miramare Hotels"}
        assert enquiry.routed_words.startswith(f"{words} {gettext('Same mail domain %(left)s') % {'left': 'miramare.it'}}")
    assert "Owner of the account Miramare Hotels. Same mail domain miramare.it" in page
    assert enquiry.routed_because.startswith("Owner of the account Miramare Hotels. Same mail domain miramare.it")
    assert "Inhaber des Kontos." in before


@pytest.mark.django_db
def test_accounts_of_others_and_owners_who_left_route_nothing(theirs, alex, dora, carla):
    AccountFactory(owner=carla, name="Hotel Miramare", email="info@miramare.it")
    AccountFactory(owner=alex, name="Miramare Hotels", email="info@miramare.it")
    User.objects.filter(pk=alex.pk).update(is_active=False)

    send(theirs)

    assert Lead.objects.visible_to(dora).get().owner == dora


@pytest.mark.django_db
def test_the_consent_is_kept_in_the_pages_own_words(theirs, client, anna, dora):
    send(theirs, consent="I agree to nothing")
    client.force_login(dora)

    lead, enquiry = Lead.objects.visible_to(anna).get(), WebEnquiry.objects.visible_to(anna).get()

    assert enquiry.consent_text == (
        "I agree that Aurora Telecom keeps what I enter here and contacts me about my enquiry. I can withdraw this at any time."
    )
    assert (enquiry.lead, enquiry.language, enquiry.consent_at is not None) == (lead, "en", True)
    timeline = client.get(f"/leads/{lead.pk}/panels/activity/").content.decode()
    assert "I agree that Aurora Telecom keeps" in timeline
    assert "Please call on Monday." in timeline


@pytest.mark.django_db
def test_a_second_enquiry_is_thanked_and_noted_on_the_first_lead(theirs, dora):
    first = send(theirs)
    second = send(theirs, last_name="Rossi", email="rossi@miramare.it", description="And me.")

    assert second.headers["Location"] == first.headers["Location"]
    assert rows() == (1, 0, 2)
    again = WebEnquiry.objects.visible_to(dora).first()
    assert (again.is_repeat, again.text, again.name) == (True, "And me.", "Giulia Rossi")
    assert Lead.objects.visible_to(dora).get().last_name == "Marchetti"
    assert Notification.objects.order_by("-pk").first().text == "Hotel Miramare has written again through the web form."


@pytest.mark.django_db
def test_what_a_second_enquiry_tells_is_read_on_the_timeline(theirs, client, dora):
    send(theirs, city="", country="")
    send(
        theirs,
        last_name="Rossi",
        email="rossi@miramare.it",
        phone="+39 0541 660044",
        city="Riccione",
        country="SM",
        product_of_interest="x-bees",
        total_users="70",
    )
    client.force_login(dora)
    lead = Lead.objects.visible_to(dora).get()

    timeline = client.get(f"/leads/{lead.pk}/panels/activity/").content.decode()

    for told in ("Giulia Rossi", "rossi@miramare.it", "+39 0541 660044", "Riccione", "San Marino", "x-bees", "Total users: 70"):
        assert told in timeline, told
    assert (lead.last_name, lead.city, lead.total_users) == ("Marchetti", "", 40)


@pytest.mark.django_db
def test_what_is_told_is_kept_with_each_enquiry(theirs, vendors, dora):
    for form in (theirs, vendors):
        send(form, phone="", country="", total_users="", city="")

    for enquiry in WebEnquiry.objects.across_partners(reason="test"):
        assert enquiry.told == {"company": "Hotel Miramare", "email": "giulia@miramare.it", "product_of_interest": "collaboration"}


@pytest.mark.django_db
def test_what_others_have_or_what_is_closed_is_no_duplicate(theirs, dora, carla):
    LeadFactory(owner=carla, company="Hotel Miramare", email="giulia@miramare.it")
    LeadFactory(owner=dora, company="Hotel Miramare", email="giulia@miramare.it", status="not_in_target", not_in_target_reason="too-small")

    send(theirs)

    assert WebEnquiry.objects.visible_to(dora).get().is_repeat is False
    assert Lead.objects.visible_to(dora).filter(origin="web").count() == 1


@pytest.mark.django_db
def test_the_vendors_form_fills_the_queue_and_words_go_along(vendors, aurora, anna, otto):
    send(vendors)
    send(vendors, company="HOTEL MIRAMARE", email="other@miramare.it")

    lead = VendorLead.objects.get()
    assert rows() == (0, 1, 2)
    assert (lead.state, lead.source, lead.description) == ("queued", "website", "Please call on Monday.")
    assert WebEnquiry.objects.visible_to(anna).count() == 0
    VendorLead.objects.update(interested_solutions=["license"])
    (offer,) = offered(lead, aurora, by=otto)
    _lead, claimed = services.claim(offer, by=anna)
    mine = services.lead_of(_lead, claimed, by=anna)
    assert WebEnquiry.objects.visible_to(anna).filter(lead=mine).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("again", "leads"),
    [
        ({"company": "Miramare S.r.l."}, 1),
        ({"company": "Hotel Miramare", "email": "info@hotel-miramare.it"}, 1),
        ({"company": "Rossi Impianti", "phone": ""}, 2),
        ({"company": "Hotel Miramare", "email": "info@miramare-bari.it", "phone": "+39 080 5550444", "city": "Bari"}, 2),
    ],
)
def test_the_vendors_form_judges_by_the_evidence(vendors, again, leads):
    send(vendors)
    different = {"email": "anna@rossi-impianti.it"} if leads == 2 else {}

    send(vendors, **(different | again))

    assert rows() == (0, leads, 2)
    assert WebEnquiry._base_manager.latest("pk").is_repeat is (leads == 1)


@pytest.mark.django_db
def test_two_inns_of_one_name_are_two_leads_of_the_vendor(vendors):
    post = {"company": "Hotel Post", "country": "AT"}
    send(vendors, **post, city="Lermoos", email="info@post-lermoos.at", phone="+43 5673 22810")
    send(vendors, **post, city="Kals", email="rezeption@post-kals.at", phone="+43 4876 8222")

    assert set(VendorLead.objects.values_list("city", flat=True)) == {"Lermoos", "Kals"}
    assert not WebEnquiry._base_manager.filter(is_repeat=True).exists()


@pytest.mark.django_db
def test_what_a_partner_has_accepted_waits_anew_and_says_so(vendors, aurora, anna, otto, olga):
    first = send(vendors)
    VendorLead.objects.update(interested_solutions=["license"])
    (offer,) = offered(VendorLead.objects.get(), aurora, by=otto)
    services.lead_of(*services.claim(offer, by=anna), by=anna)
    Notification.objects.all().delete()

    second = send(vendors)

    assert rows() == (1, 2, 2)
    assert VendorLead.objects.get(state="queued").queued_because == "A partner has this company already."
    assert told() == [
        (otto.pk, "A new lead came through the web form, of a company that Aurora Telecom has already: Hotel Miramare"),
        (olga.pk, "A new lead came through the web form: Hotel Miramare"),
    ]
    assert second.headers["Location"] == first.headers["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [AccountFactory, LeadFactory])
def test_what_a_partner_has_already_waits_in_the_vendors_queue_and_says_so(vendors, client, factory, anna, otto, olga):
    name = {AccountFactory: "name", LeadFactory: "company"}[factory]
    factory(owner=anna, email="info@miramare.it", **{name: "Miramare S.r.l."})

    answer = send(vendors, client)
    page = client.get(answer.headers["Location"]).content.decode()

    lead = VendorLead.objects.get()
    assert (lead.state, lead.queued_because) == ("queued", "A partner has this company already.")
    assert told() == [
        (otto.pk, "A new lead came through the web form, of a company that Aurora Telecom has already: Hotel Miramare"),
        (olga.pk, "A new lead came through the web form: Hotel Miramare"),
    ]
    assert [word for word in ("Aurora", "already", "S.r.l.") if word in page] == []


@pytest.mark.django_db
def test_account_managers_hear_once_of_each_enquiry(vendors, otto, olga, tariq, vendor_admin, anna):
    token = "7c1f3b2e-6b0a-4d57-9a4a-2a7e5f3f9c10"
    User.objects.filter(pk=olga.pk).update(language="de")
    for _try in range(3):
        send(vendors, submission=token)

    page = f"/admin/leads/vendorlead/{VendorLead.objects.get().pk}/change/"
    assert list(Notification.objects.order_by("user").values_list("user", "text", "url")) == [
        (otto.pk, "A new lead came through the web form: Hotel Miramare", page),
        (olga.pk, "Ein neuer Lead kam über das Webformular: Hotel Miramare", page),
    ]


@pytest.mark.django_db
def test_of_a_second_enquiry_hears_who_has_handed_the_lead_out(vendors, aurora, otto, olga):
    send(vendors)
    VendorLead.objects.update(interested_solutions=["license"])
    offered(VendorLead.objects.get(), aurora, by=otto)
    Notification.objects.all().delete()

    send(vendors)

    assert told() == [(otto.pk, "Hotel Miramare has written again through the web form.")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"consent": ""},
        {"email": "giulia@gmail.com"},
        {"email": "no"},
        {"company": " "},
        {"phone": "12"},
        {"country": "XX"},
        {"total_users": "0"},
    ],
)
def test_what_is_wrong_makes_nothing_and_keeps_what_was_typed(theirs, dora, wrong):
    response = send(theirs, **wrong)

    assert response.status_code == 422
    assert rows() == (0, 0, 0)
    assert "Please call on Monday." in response.content.decode()


@pytest.mark.django_db
def test_the_trap_is_thanked_and_keeps_nothing(theirs, dora):
    response = send(theirs, fax_number="1234")

    assert response.headers["Location"] == f"{theirs.get_absolute_url()}thanks/?lang=en"
    assert rows() == (0, 0, 0)


@pytest.mark.django_db
def test_the_same_submission_is_kept_once(theirs, dora):
    token = "7c1f3b2e-6b0a-4d57-9a4a-2a7e5f3f9c10"

    answers = [send(theirs, submission=token).status_code for _try in range(3)]

    assert answers == [302] * 3
    assert rows() == (1, 0, 1)


@pytest.mark.django_db
def test_too_many_are_told_to_wait(theirs, dora):
    answers = [send(theirs, company="").status_code for _try in range(READ_AND_ANSWER["POST"] + 2)]

    assert answers == [422] * READ_AND_ANSWER["POST"] + [429, 429]


@pytest.mark.django_db
def test_a_form_that_is_closed_or_unknown_is_not_there(theirs, vendors, dora, aurora):
    WebForm.objects.filter(pk=vendors.pk).update(is_active=False)
    Partner.objects.filter(pk=aurora.pk).update(status="suspended")

    for address in (theirs.get_absolute_url(), vendors.get_absolute_url(), "/contact/no-such-form/"):
        assert Client().get(address).status_code == 404
        assert Client().post(address, SENT).status_code == 404
    assert rows() == (0, 0, 0)


@pytest.mark.django_db
def test_it_speaks_the_language_of_the_browser_and_keeps_the_policy(theirs, client):
    german = client.get(theirs.get_absolute_url(), headers={"Accept-Language": "de-AT,de;q=0.9"})
    english = client.get(f"{theirs.get_absolute_url()}?lang=en", headers={"Accept-Language": "de"})
    dutch = client.get(theirs.get_absolute_url(), headers={"Accept-Language": "nl"})
    other = client.get(theirs.get_absolute_url(), headers={"Accept-Language": "pl"})

    spoken = [re.search(r'lang="(\w+)"', page.content.decode())[1] for page in (german, english, dutch, other)]
    assert spoken == ["de", "en", "nl", "en"]
    switch = dict(re.findall(r'hreflang="(\w+)">([^<]+)</a>', german.content.decode()))
    assert switch == {"en": "English", "it": "Italiano", "fr": "Français", "es": "Español", "nl": "Nederlands"}
    assert "Aurora Telecom kontaktieren" in german.content.decode()
    assert "script-src 'self'" in german.headers["Content-Security-Policy"]
    assert "<script" not in german.content.decode()
    assert german.headers["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
def test_what_is_sent_is_text_wherever_it_is_read(theirs, client, dora):
    evil = "<script>alert(1)</script>"
    send(theirs, company=evil, first_name=evil, last_name=evil, city=evil, description=evil)
    lead = Lead.objects.visible_to(dora).get()
    client.force_login(dora)

    for address in (f"/leads/{lead.pk}/", f"/leads/{lead.pk}/panels/activity/", "/leads/", "/notifications/", "/"):
        assert "<script>alert(1)" not in client.get(address).content.decode(), address


@pytest.mark.django_db
def test_managers_open_and_close_the_form_of_their_company(client, aurora, anna, ben, otto):
    with pytest.raises(NotYours):
        web.open_form(aurora, by=anna)
    client.force_login(anna)
    assert client.post("/leads/web-form/switch/", {"open": "1"}).status_code == 403
    assert client.get("/leads/web-form/").status_code == 200
    client.force_login(ben)

    client.post("/leads/web-form/switch/", {"open": "1"})
    form = WebForm.objects.get()
    page = client.get("/leads/web-form/").content.decode()
    client.post("/leads/web-form/switch/", {"open": "0"})

    assert form.get_absolute_url() in page
    assert WebForm.objects.get().is_active is False
    assert [entry.author_name for entry in form.history.all()] == ["Ben Marino"] * 2


@pytest.mark.django_db(transaction=True)
def test_ten_enquiries_of_a_company_at_once_make_one_lead(transactional_db):
    form = WebForm.objects.create(partner=PartnerFactory())
    UserFactory(partner=form.partner)
    values = {**SENT, "total_users": 40}
    consent = web.Consent("I agree.", "en")

    answers = at_once(*[lambda: web.receive(form, values=values, consent=consent, submission=uuid4(), by=Actor.customer("Giulia"))] * 10)

    assert {type(answer) for answer in answers} == {WebEnquiry}
    assert rows() == (1, 0, 10)
