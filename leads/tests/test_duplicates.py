import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.duplicates import accounts_like, contacts_like, told
from accounts.matching import Reason, profile
from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.duplicates import duplicates_of
from leads.models import Lead
from leads.tests.factories import ConvertedLeadFactory, LeadFactory
from partners.models import Partner

TYPED = {"company": "Brenner Logistics", "email": "info@it.brenner.de", "phone": "0471 123456"}


def lead_of(owner, **values):
    return LeadFactory(owner=owner, **{"phone": "", "email": "x@elsewhere.de", "company": "Anything Else", **values})


def found(wanted, kind, user, **options):
    return [(one.record, one.score) for one in duplicates_of(wanted, kind, user, **options)]


@pytest.mark.parametrize(
    "values",
    [
        {"company": "BRENNER LOGISTIK GmbH"},
        {"company": "Logistik Brenner S.r.l."},
        {"company": "Бреннер Логистик"},
        {"email": "a.rossi@brenner.de"},
        {"email": "a.rossi@zh.brenner.de"},
        {"website": "https://www.brenner.de/it/"},
        {"company": "Brenner", "phone": "+39471123456"},
        {"company": "Brenner", "mobile": "+390471123456"},
    ],
)
def test_duplicates_of_a_lead_by_name_domain_and_number(values, anna):
    known = lead_of(anna, **values)
    lead_of(anna, company="Zirbelhof", email="info@zirbelhof.it", phone="+39045987654")
    wanted = profile("Brenner Logistik", emails=["info@brenner.de"], phones=["0471 123456", "+39471123456"], country="IT")

    assert [record for record, _score in found(wanted, Lead, anna)] == [known]


def test_duplicates_of_a_lead_are_leads_accounts_and_contacts_the_surest_first(anna):
    account = AccountFactory(owner=anna, name="Brenner Logistik", email="office@brenner.de", phone="+390471999999")
    contact = ContactFactory(account=account, first_name="Paolo", last_name="Greco", email="p.greco@brenner.de", phone="")
    lead = lead_of(anna, company="Brenner Logistik")
    wanted = profile("Brenner Logistik", emails=["p.greco@brenner.de"], person="Paolo Greco")

    assert [record for record, _score in found(wanted, Lead, anna)] == [contact, account, lead]


def test_duplicates_by_tax_number(anna):
    account = AccountFactory(owner=anna, name="Krenn Möbel", email="a@krenn.at", vat_number="ATU 622.189.54")

    match = accounts_like(profile("Wohnwelten", tax_number="atu62218954"), Account.objects.visible_to(anna))

    assert [(one.record, one.score, one.reasons) for one in match] == [(account, 99, ["Same tax number ATU62218954"])]


def test_duplicates_of_a_switchboards_extension(anna):
    lead_of(anna, company="Hartwig Spedition", phone="+494031766235")

    assert len(found(profile("Hartwig", phones=["+49 40 3176620"]), Lead, anna)) == 1


def test_duplicates_leave_out_itself_the_deleted_and_the_converted(anna):
    itself = lead_of(anna, company="Brenner Logistik")
    lead_of(anna, company="Brenner Logistik", deleted_at=timezone.now())
    converted = ConvertedLeadFactory(owner=anna, company="Brenner Logistik", account__name="Zirbelhof")

    assert found(itself.profile, Lead, anna, but=itself.pk) == []
    assert converted.account.name == "Zirbelhof"


def test_duplicates_never_reveal_another_partners_record(anna, carla, client):
    for make in (
        lambda: lead_of(carla, company="Brenner Logistik", email="secret@brenner.de", phone="+390471123456"),
        lambda: AccountFactory(owner=carla, name="Brenner Logistik", email="secret@brenner.de", vat_number="IT01234567890"),
        lambda: ContactFactory(account=AccountFactory(owner=carla), first_name="Paolo", last_name="Greco", email="secret@brenner.de"),
    ):
        make()
    wanted = profile("Brenner Logistik", emails=["secret@brenner.de"], tax_number="IT01234567890", person="Paolo Greco")
    client.force_login(anna)

    for kind, name in ((Lead, "lead"), (Account, "account"), (Contact, "contact")):
        assert found(wanted, kind, anna) == []
        assert len(found(wanted, kind, carla)) >= 1
        page = client.post(
            reverse(f"duplicates_of_new_{name}"), {**TYPED, "name": "Brenner Logistik", "first_name": "Paolo", "last_name": "Greco"}
        )
        assert page.content.decode().strip() == ""


def test_duplicates_respect_a_partner_whose_reps_see_only_their_own(anna, alex):
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility=Partner.Visibility.OWNER)
    anna = type(anna).objects.select_related("partner").get(pk=anna.pk)
    lead_of(alex, company="Brenner Logistik")

    assert found(profile("Brenner Logistik"), Lead, anna) == []


def test_duplicates_cost_one_query_a_kind_however_many_there_are(anna, django_assert_num_queries):
    for number in range(30):
        account = AccountFactory(owner=anna, name=f"Brenner Logistik {number}")
        ContactFactory(account=account, first_name="Paolo", last_name="Greco")
        lead_of(anna, company=f"Brenner Logistik {number}")
    wanted = profile("Brenner Logistik", emails=["a@brenner.de"], phones=["+390471123456"], person="Paolo Greco")

    with django_assert_num_queries(3):
        assert len(duplicates_of(wanted, Lead, anna)) > 10


# Leads of a partner and an owner, so many.
MANY_LEADS = """
    INSERT INTO leads_lead (partner_id, owner_id, status, company, power, source, salutation, first_name, last_name, job_title, email,
        phone, mobile, website, industry, street, postal_code, city, state, country, product_of_interest, interested_solutions,
        description, origin, not_in_target_reason, next_step, score, created_at, updated_at)
    SELECT %s, %s, 'new', md5(n::text) || ' ' || md5((n * 7)::text), 'x', 'x', '', 'A', 'B', 'x', 'a@' || md5(n::text) || '.de',
        '+4930' || n, '', '', '', '', '', '', '', '', '', '{}', '', 'partner', '', '', 0, now(), now()
    FROM generate_series(1, %s) n
"""


@pytest.mark.big
def test_duplicates_are_found_by_indexes_in_a_big_table(anna, otto):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_lead DISABLE TRIGGER USER")
        cursor.execute(MANY_LEADS, [anna.partner_id, anna.pk, 20000])
        cursor.execute("ANALYZE leads_lead")
    wanted = profile("Brenner Logistik", emails=["a@brenner.de"], phones=["+4930100000"])

    plan = Lead.objects.searched_by(anna).like(wanted).explain()

    used = set(re.findall(r"Bitmap Index Scan on (\w+)", plan))
    assert used >= {"lead_match_name", "lead_match_email", "lead_match_website", "lead_match_phone", "lead_match_mobile"}
    assert "Seq Scan" not in plan


@pytest.mark.big
def test_lines_of_a_partner_who_is_new_to_the_statistics_are_compared_by_the_indexes(anna, carla):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_lead DISABLE TRIGGER USER")
        cursor.execute(MANY_LEADS, [anna.partner_id, anna.pk, 20000])
        cursor.execute("ANALYZE leads_lead")
        cursor.execute(MANY_LEADS, [carla.partner_id, carla.pk, 2000])
    wanted = [profile(f"Brenner {number}", emails=[f"a@brenner{number}.de"], phones=[f"+493010000{number}0"]) for number in range(20)]
    asked: list[tuple[str, list]] = []

    def listen(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        Lead.objects.searched_by(carla).like_each(wanted)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[0][0]}", asked[0][1])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    used = set(re.findall(r"Index Scan (?:using|on) (\w+)", plan))
    assert used == {"lead_match_name", "lead_match_email", "lead_match_website", "lead_match_phone", "lead_match_mobile"}


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason("domain", "brenner.de", "brenner.de"), "Same mail domain brenner.de"),
        (Reason("name", "Brenner GmbH", "Brenner"), "Name alike: “Brenner GmbH” ~ “Brenner”"),
        (Reason("name", "Brenner", "Brenner"), "Same name: “Brenner”"),
        (Reason("switchboard", "+49301230", "+493012345"), "Numbers of one switchboard: +49301230, +493012345"),
        (Reason("person", "Anna Rossi", "Rossi Anna"), "Person alike: Anna Rossi ~ Rossi Anna"),
        (Reason("email", "a@b.de", "a@b.de"), "Same e-mail address a@b.de"),
    ],
)
def test_told(reason, sentence):
    assert told(reason) == sentence


def test_contacts_like_a_person_of_the_same_company(anna):
    account = AccountFactory(owner=anna, name="Brenner", email="info@brenner.de")
    contact = ContactFactory(account=account, first_name="Anna", last_name="Rossi", email="a.rossi@brenner.de", phone="")
    ContactFactory(account=account, first_name="Peter", last_name="Huber", email="p.huber@brenner.de", phone="")

    like = contacts_like(profile("", emails=["anna@brenner.de"], person="Rossi Anna"), Contact.objects.visible_to(anna))

    assert [one.record for one in like] == [contact]


def test_a_new_leads_form_is_told_while_typing(client, anna):
    lead = lead_of(anna, company="Brenner <Logistik>", email="office@brenner.de")
    client.force_login(anna)

    part = client.post(reverse("duplicates_of_new_lead"), TYPED, headers={"HX-Request": "true"}).content.decode()

    assert f'href="{lead.get_absolute_url()}"' in part
    assert "Brenner &lt;Logistik&gt;" in part
    assert "Same mail domain brenner.de" in part
    assert "<html" not in part


def test_a_new_leads_form_asks_where_to_look(client, anna):
    client.force_login(anna)

    page = client.get(reverse("leads:add")).content.decode()

    assert 'hx-post="/leads/duplicates/"' in page
    assert "input delay:500ms from:#id_company" in page


def test_an_empty_form_has_no_duplicates(client, anna):
    lead_of(anna, company="")
    client.force_login(anna)

    part = client.post(reverse("duplicates_of_new_lead"), {"company": "", "email": ""}, headers={"HX-Request": "true"})

    assert part.content.decode().strip() == ""


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("lead", {"phone": "+390471123456"}),
        ("lead", {"website": "https://www.brenner.de"}),
        ("account", {"phone": "+390471123456"}),
        ("account", {"vat_number": "atu62218954"}),
        ("contact", {"first_name": "Greta", "last_name": "Hofer", "mobile": "+390471123456"}),
    ],
)
def test_a_number_that_is_typed_first_finds_what_has_it(name, typed, client, anna, carla):
    told = {"email": "office@brenner.de", "phone": "+390471123456"}
    known = AccountFactory(owner=anna, name="Brenner", website="https://brenner.de", vat_number="ATU62218954", **told)
    AccountFactory(owner=carla, name="Brenner", website="https://brenner.de", vat_number="ATU62218954", **told)
    wanted = known if name != "contact" else ContactFactory(account=known, last_name="Hofer", phone="+390471123456")
    client.force_login(anna)

    page = client.post(reverse(f"duplicates_of_new_{name}"), typed)

    assert wanted in [one.record for one in page.context["found"]]
    assert {one.record.partner for one in page.context["found"]} == {anna.partner}


def test_a_person_without_a_company_could_be_anybody(client, anna):
    ContactFactory(owner=anna, first_name="Anna", last_name="Rossi")
    client.force_login(anna)

    page = client.post(reverse("duplicates_of_new_contact"), {"first_name": "Anna", "last_name": "Rossi"})

    assert page.context["found"] == []


def test_a_new_contact_is_compared_with_the_people_of_its_account(client, anna, carla):
    account = AccountFactory(owner=anna, name="Brenner")
    contact = ContactFactory(account=account, first_name="Anna", last_name="Rossi", email="a@brenner.de")
    foreign = AccountFactory(owner=carla, name="Brenner")
    client.force_login(anna)
    typed = {"first_name": "Anna", "last_name": "Rossi", "email": "x@y.de"}

    own = client.post(reverse("duplicates_of_new_contact"), typed | {"account": account.pk}).content.decode()
    others = client.post(reverse("duplicates_of_new_contact"), typed | {"account": foreign.pk}).content.decode()

    assert contact.get_absolute_url() in own
    assert "92" in own
    assert "60" in others


@pytest.mark.parametrize("name", ["lead", "account", "contact"])
def test_the_button_on_a_record_shows_its_duplicates(name, client, anna):
    first, second = {
        "lead": lambda: [lead_of(anna, company="Brenner Logistik") for _ in range(2)],
        "account": lambda: [AccountFactory(owner=anna, name="Brenner Logistik", email="a@brenner.de") for _ in range(2)],
        "contact": lambda: [ContactFactory(owner=anna, last_name="Rossi", email="a@brenner.de", account__name="Brenner") for _ in range(2)],
    }[name]()
    client.force_login(anna)

    record = client.get(first.get_absolute_url()).content.decode()
    page = client.get(reverse(f"duplicates_of_{name}", args=[first.pk]))

    assert reverse(f"duplicates_of_{name}", args=[first.pk]) in record
    assert [one.record for one in page.context["found"]] == [second]


def test_the_button_finds_nothing_and_says_so(client, anna):
    lead = lead_of(anna)
    client.force_login(anna)

    assert "Nothing here looks like the same." in client.get(reverse("duplicates_of_lead", args=[lead.pk])).content.decode()


def test_the_button_on_another_partners_record_is_not_there(client, anna, carla):
    client.force_login(anna)

    assert client.get(reverse("duplicates_of_lead", args=[lead_of(carla).pk])).status_code == 404
