import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.tests.factories import AccountFactory, ContactFactory
from leads import services
from leads.models import Lead, LeadOffer, QualificationQuestion, VendorAnswer, VendorLead
from leads.services.web import HELD as HELD_BY_A_PARTNER
from leads.tests.factories import LeadFactory, VendorLeadFactory, offered
from partnerportal.core.scoping import NotYours
from tasks.tests.factories import TaskFactory

FACTORIES = {"leads/lead": LeadFactory, "accounts/account": AccountFactory, "accounts/contact": ContactFactory, "tasks/task": TaskFactory}


@pytest.mark.parametrize("page", FACTORIES)
def test_an_account_manager_reads_the_own_portfolio(page, client, anna, otto, olga):
    record = FACTORIES[page](owner=anna)

    answers = []
    for person in (otto, olga):
        client.force_login(person)
        changelist, change = client.get(f"/admin/{page}/"), client.get(f"/admin/{page}/{record.pk}/change/", follow=True)
        answers.append((str(record) in changelist.content.decode(), f"/admin/{page}/{record.pk}/change/" == change.request["PATH_INFO"]))

    assert answers == [(True, True), (False, False)]


@pytest.mark.parametrize("page", FACTORIES)
def test_an_account_manager_changes_nothing(page, client, anna, otto):
    record = FACTORIES[page](owner=anna)
    client.force_login(otto)

    for address in (f"/admin/{page}/{record.pk}/change/", f"/admin/{page}/{record.pk}/delete/", f"/admin/{page}/add/"):
        assert client.post(address, {"email": "x@y.com", "post": "yes"}).status_code == 403

    record.refresh_from_db()
    assert record.history.count() == 1


def test_the_vendor_admin_may_let_an_address_in(client, anna, vendor_admin):
    lead = LeadFactory(owner=anna)
    client.force_login(vendor_admin)

    response = client.post(f"/admin/leads/lead/{lead.pk}/change/", {"email": "greco@gmail.com", "status": "converted"})

    lead.refresh_from_db()
    assert (response.status_code, lead.email, lead.status) == (302, "greco@gmail.com", "new")
    assert [(entry.author_name, entry.channel) for entry in lead.history.order_by("-history_id")[:1]] == [("Ada Admin", "admin")]


# --- the vendor's own leads --------------------------------------------------------------------

ASSIGN = "/admin/leads/vendorlead/assign/"


def assign(client, leads, **values):
    given = {"partners": [], "person": "", "reason": "Nearest by.", "message": "", "hours": "48"} | values
    return client.post(f"{ASSIGN}?ids={','.join(str(lead.pk) for lead in leads)}", given)


def test_leads_are_assigned_many_at_once_with_the_reason_kept(client, aurora, nordlicht, otto):
    leads = VendorLeadFactory.create_batch(3)
    client.force_login(otto)

    chosen = client.post("/admin/leads/vendorlead/", {"action": "assign", "_selected_action": [lead.pk for lead in leads[:2]]})
    page = client.get(chosen.headers["Location"])
    response = assign(client, leads[:2], partners=[aurora.pk, nordlicht.pk], message="Please call today.")

    offers = LeadOffer.objects.visible_to(otto).order_by("pk")
    assert chosen.headers["Location"] == f"{ASSIGN}?ids={leads[0].pk},{leads[1].pk}"
    assert leads[0].company in page.content.decode()
    assert leads[2].company not in page.content.decode()
    assert response.status_code == 302
    assert [(one.mode, one.reason, one.message, one.offered_by) for one in offers] == [
        ("pool", "Nearest by.", "Please call today.", otto)
    ] * 4
    assert [(lead.state, lead.assigned_by) for lead in VendorLead.objects.order_by("pk")] == [("offered", otto)] * 2 + [("queued", None)]
    assert leads[0].history.first().author_name == "Otto Keller"


def test_the_account_manager_sees_which_partner_has_the_customer_already(client, anna, carla, otto):
    lead = VendorLeadFactory(company="Hotel Miramare", email="giulia@miramare.it")
    other = VendorLeadFactory(company="Zimmerei Gschnitzer", email="info@gschnitzer.at")
    AccountFactory(owner=anna, name="Miramare S.r.l.", email="info@miramare.it")
    AccountFactory(owner=anna, name="Bäckerei Ohmstedt", email="info@ohmstedt.de")
    AccountFactory(owner=carla, name="Hotel Miramare", email="info@miramare.it", deleted_at=timezone.now())
    client.force_login(otto)

    page = client.get(f"{ASSIGN}?ids={lead.pk},{other.pk}")

    text = page.content.decode()
    assert [
        [(one.found.record.partner.name, str(one.found.record)) for one in clashes] for _lead, _missing, clashes in page.context["leads"]
    ] == [
        [("Aurora Telecom", "Miramare S.r.l.")],
        [],
    ]
    assert "Same mail domain miramare.it" in text
    assert "Aurora Telecom has this customer already" in text
    assert "Ohmstedt" not in text


def account_of(anna, otto):
    AccountFactory(owner=anna, name="Miramare S.r.l.", email="info@miramare.it")
    AccountFactory(owner=anna, name="Miramare Due S.r.l.", email="due@miramare.it")


def open_lead_of(anna, otto):
    LeadFactory(owner=anna, company="Miramare S.r.l.", email="info@miramare.it")


def accepted_lead_of(anna, otto):
    lead = VendorLeadFactory(company="Miramare S.r.l.", email="info@miramare.it")
    services.lead_of(*services.claim(offered(lead, anna.partner, by=otto)[0], by=anna), by=anna)
    Lead.objects.visible_to(anna).update(status="converted", converted_at=timezone.now())


HELD = {
    account_of: "Aurora Telecom has this customer already:",
    open_lead_of: "Aurora Telecom has an open lead of this company:",
    accepted_lead_of: "Aurora Telecom has accepted a lead of this company:",
}


@pytest.mark.parametrize("hold", HELD)
def test_of_a_customer_of_anothers_portfolio_only_whom_to_ask_is_read(hold, client, anna, otto, olga):
    hold(anna, otto)
    lead = VendorLeadFactory(company="Hotel Miramare", email="giulia@miramare.it")
    pages = (f"{ASSIGN}?ids={lead.pk}", f"/admin/leads/vendorlead/{lead.pk}/change/")

    client.force_login(olga)
    foreign = [client.get(page).content.decode() for page in pages]
    client.force_login(otto)
    own = [client.get(page).content.decode() for page in pages]

    for text in foreign:
        assert text.count("A customer of another account manager: ask Otto Keller.") == 1
        assert [word for word in ("S.r.l.", "Aurora", "Same mail domain", "Anna") if word in text] == []
    for text in own:
        assert [word for word in (HELD[hold], "Miramare S.r.l.", "Same mail domain miramare.it") if word not in text] == []
        assert "Otto Keller." not in text


def test_what_is_closed_or_deleted_is_nobodys_customer(client, anna, otto):
    LeadFactory(owner=anna, company="Hotel Miramare", email="info@miramare.it", status="not_in_target", not_in_target_reason="too-small")
    LeadFactory(owner=anna, company="Hotel Miramare", email="info@miramare.it", deleted_at=timezone.now())
    lead = VendorLeadFactory(company="Hotel Miramare", email="giulia@miramare.it")
    client.force_login(otto)

    assert client.get(f"{ASSIGN}?ids={lead.pk}").context["leads"] == [(lead, [], [])]
    assert "clashes" not in client.get(f"/admin/leads/vendorlead/{lead.pk}/change/").content.decode()


def test_many_leads_are_compared_in_as_few_queries_as_one(client, anna, otto, django_assert_max_num_queries):
    leads = VendorLeadFactory.create_batch(6)
    for lead in leads:
        AccountFactory(owner=anna, name=lead.company, email=lead.email)
    client.force_login(otto)

    with CaptureQueriesContext(connection) as one:
        client.get(f"{ASSIGN}?ids={leads[0].pk}")
    with django_assert_max_num_queries(len(one)):
        page = client.get(f"{ASSIGN}?ids={','.join(str(lead.pk) for lead in leads)}")

    assert [len(clashes) for _lead, _missing, clashes in page.context["leads"]] == [1] * 6


def test_the_queue_says_why_each_lead_waits(client, aurora, otto, reference):
    VendorLeadFactory(company="Hotel Poor", interested_solutions=[])
    VendorLeadFactory(company="Hotel Held", queued_because=HELD_BY_A_PARTNER)
    VendorLeadFactory(company="Hotel Back", queued_because="The customer has called.")
    offered(VendorLeadFactory(company="Hotel Given"), aurora, by=otto)
    otto.language = "de"
    otto.save()
    client.force_login(otto)

    page = client.get("/admin/leads/vendorlead/?o=1")

    with translation.override("de"):
        told = {lead.company: services.why_queued(lead) for lead in VendorLead.objects.all()}
        held = gettext(HELD_BY_A_PARTNER)
    assert told == {
        "Hotel Poor": "Neu · Fehlt: gewünschte Lösung",
        "Hotel Held": held,
        "Hotel Back": "The customer has called.",
        "Hotel Given": "",
    }
    assert [text for text in told.values() if text not in page.content.decode()] == []


def test_a_person_is_enough_and_names_the_partner(client, anna, otto):
    (lead,) = VendorLeadFactory.create_batch(1)
    client.force_login(otto)

    assert assign(client, [lead], person=anna.pk).status_code == 302

    offer = LeadOffer.objects.visible_to(otto).get()
    assert (offer.mode, offer.person, offer.partner) == ("person", anna, anna.partner)


@pytest.mark.parametrize("values", [{}, {"partners": "foreign"}, {"partners": "own", "reason": " "}, {"partners": "own", "hours": "0"}])
def test_a_wrong_choice_offers_nothing(client, aurora, harbour, otto, values):
    leads = VendorLeadFactory.create_batch(2)
    client.force_login(otto)
    partner = {"foreign": [harbour.pk], "own": [aurora.pk]}.get(values.get("partners", ""), [])

    response = assign(client, leads, **(values | {"partners": partner}))

    assert response.status_code == 422
    assert LeadOffer._base_manager.count() == 0


def test_all_of_the_chosen_are_offered_or_none(client, aurora, otto):
    good, poor = VendorLeadFactory(), VendorLeadFactory(company="Hotel Unknown", total_users=None)
    client.force_login(otto)

    response = assign(client, [good, poor], partners=[aurora.pk])

    assert response.status_code == 422
    assert "Hotel Unknown cannot be offered yet. Missing: total users." in response.content.decode()
    assert LeadOffer._base_manager.count() == 0
    assert set(VendorLead.objects.values_list("state", flat=True)) == {"queued"}


def test_what_is_offered_is_not_changed_but_taken_back(client, aurora, otto, olga, reference):
    lead = VendorLeadFactory()
    offered(lead, aurora, by=otto)
    address = f"/admin/leads/vendorlead/{lead.pk}/"
    client.force_login(olga)
    assert client.post(f"{address}do/take_back/", {"text": "Mine."}).status_code == 404
    client.force_login(otto)

    assert client.post(f"{address}change/", {"company": "Other"}).status_code == 403
    assert client.post(f"{address}do/take_back/", {"text": "The customer has called."}).status_code == 302

    lead.refresh_from_db()
    assert (lead.state, lead.queued_because) == ("queued", "The customer has called.")
    text = client.get(f"{address}change/").content.decode()
    assert 'name="company"' in text
    assert f"{ASSIGN}?ids={lead.pk}" in text


def test_who_had_an_offer_before_does_not_take_back_what_another_has_offered_since(client, aurora, harbour, otto, olga, reference):
    lead = VendorLeadFactory()
    (former,) = offered(lead, harbour, by=olga)
    LeadOffer._base_manager.filter(pk=former.pk).update(state="expired")
    VendorLead.objects.filter(pk=lead.pk).update(state="queued", assigned_by=None)
    (present,) = offered(lead, aurora, by=otto)
    client.force_login(olga)

    assert client.post(f"/admin/leads/vendorlead/{lead.pk}/do/take_back/", {"text": "Mine."}).status_code == 404
    with pytest.raises(NotYours):
        services.take_back(lead, by=olga)

    present.refresh_from_db()
    assert (present.state, VendorLead.objects.get().state) == ("open", "offered")


def test_a_new_lead_goes_to_the_queue(client, otto, reference):
    client.force_login(otto)
    values = {"company": "Hotel New", "last_name": "Bianchi", "email": "bianchi@gmail.com", "interested_solutions": ["license"]}
    terms = {"job_title": "other", "power": "unknown", "source": "website"}
    inline = {"offers-TOTAL_FORMS": "0", "offers-INITIAL_FORMS": "0"}

    response = client.post("/admin/leads/vendorlead/add/", values | terms | inline)

    lead = VendorLead.objects.get()
    assert response.status_code == 302
    assert (lead.state, lead.company, lead.interested_solutions, lead.email) == ("queued", "Hotel New", ["license"], "bianchi@gmail.com")


def answers_of(rows, *, kept=0):
    """A formset of answers as the page posts it."""
    posted = {"answers-TOTAL_FORMS": str(len(rows)), "answers-INITIAL_FORMS": str(kept)}
    for number, row in enumerate(rows):
        posted |= {f"answers-{number}-{name}": str(value) for name, value in row.items()}
    return posted


def page_of(client, lead):
    """The form of a lead in the queue, as it would be posted again."""
    form = client.get(f"/admin/leads/vendorlead/{lead.pk}/change/").context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    others = {f"{name}-{part}": "0" for name in ("offers", "enquiries") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    return {name: value for name, value in values.items() if value not in (None, "")} | others


def test_what_the_vendor_knows_is_kept_with_the_words_of_the_question(client, aurora, otto, reference):
    lead = VendorLeadFactory(product_of_interest="collaboration")
    situation, remote, shop = (QualificationQuestion.objects.get(key=key) for key in ("situation", "remote-work", "shop-floor"))
    client.force_login(otto)
    address, values = f"/admin/leads/vendorlead/{lead.pk}/change/", page_of(client, lead)

    refused = client.post(address, values | answers_of([{"question": shop.pk, "text": "By radio"}]))
    made = client.post(address, values | answers_of([{"question": one.pk, "text": "Ten"} for one in (situation, remote)]))

    assert (refused.status_code, made.status_code) == (200, 302)
    kept = list(lead.answers.values_list("question", "question_text", "text"))
    assert kept == [(situation.pk, situation.text, "Ten"), (remote.pk, remote.text, "Ten")]
    assert {one.history.get().author_name for one in lead.answers.all()} == {otto.get_full_name()}
    offered(lead, aurora, by=otto)
    assert client.post(address, values | answers_of([])).status_code == 403
    page = client.get(address).content.decode()
    assert ("Ten" in page, 'name="answers-0-text"' in page) == (True, False)


def test_a_question_that_the_vendor_has_answered_is_not_deleted(client, vendor_admin, reference):
    question = QualificationQuestion.objects.get(key="situation")
    VendorAnswer.objects.create(vendor_lead=VendorLeadFactory(), question=question, question_text=question.text, text="Ten")
    client.force_login(vendor_admin)

    assert client.post(f"/admin/leads/qualificationquestion/{question.pk}/delete/", {"post": "yes"}).status_code == 403
