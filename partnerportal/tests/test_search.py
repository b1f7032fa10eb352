import re

import pytest
from django.db import connection
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from cases.models import Case
from cases.tests.factories import CaseFactory, CommentFactory
from leads.models import Lead
from leads.tests.factories import LeadFactory
from orders.models import Order
from partnerportal.core import search
from partnerportal.core.models import Follow, SearchEntry
from partnerportal.core.models.search import KINDS, NOTE
from partnerportal.tests.counting import assert_queries
from partners.models import Partner
from projects.models import Project
from projects.tests.factories import ProjectFactory
from quotes.models import Quote
from tasks.models import Task

MODELS = (Account, Contact, Lead, Project, Quote, Order, Case, Task)


def titles(query, user):
    return sorted(hit.title for group in search.find(query, user) for hit in group.hits)


def entries(record):
    rows = SearchEntry.objects.across_partners(reason="the test looks at all entries")
    return list(rows.filter(kind=record._meta.label_lower, object_id=record.pk).values_list("title", "subtitle", "is_deleted"))


@pytest.mark.parametrize(
    "query",
    [
        "brenner",
        "BRENNER logistik",
        "logistik brenner",
        "Brener",
        "Brennner Logistik",
        "brenner-logistik.it",
        "0471 12 34 56",
        "+39 0471 123456",
        "0039 (0)471/123-456",
        "café",
        "cafe",
        "CAFÉ brenner",
    ],
)
def test_find_an_account_by_what_people_type(query, anna):
    AccountFactory(owner=anna, name="Brenner Logistik & Café", email="office@brenner-logistik.it", phone="+390471123456")
    AccountFactory(owner=anna, name="Zirbelhof", email="office@zirbelhof.it", phone="+39045987654")

    assert titles(query, anna) == ["Brenner Logistik & Café"]


@pytest.mark.parametrize("query", ["", "b", "%", "__", "\x00", "zzzz", "99999999", "brenner zzzz"])
def test_find_nothing_where_nothing_matches(query, anna):
    AccountFactory(owner=anna, name="Brenner Logistik")

    assert titles(query, anna) == []


def test_find_the_exact_number_and_not_its_neighbour(anna):
    for number in ("C-2026-00041", "C-2026-00042"):
        CaseFactory(owner=anna, number=number, subject="Invoice")

    assert titles("c-2026-00042", anna) == ["C-2026-00042 Invoice"]
    assert titles("00041", anna) == ["C-2026-00041 Invoice"]


@pytest.mark.parametrize(
    "query", ["C-2026-00042", "c202600042", "C 2026 42", "c/2026/42", "#C-2026-00042", "2026-00042", "2026 42", "202600042", "c-2026-42"]
)
def test_find_a_number_however_it_is_typed(query, anna):
    for number in ("C-2026-00041", "C-2026-00042", "C-2026-00142"):
        CaseFactory(owner=anna, number=number, subject="Invoice")

    assert search.suggest(query, anna)[0].title == "C-2026-00042 Invoice"


@pytest.mark.parametrize(
    "query", ["030 23125042", "(030) 23125-042", "+49 30 23125042", "0049 30 23125042", "+49 (0)30 23125042", "23125042"]
)
def test_find_a_telephone_number_however_it_is_typed(query, anna):
    AccountFactory(owner=anna, name="Hafen Druck", phone="+493023125042")
    AccountFactory(owner=anna, name="Linden Foods", phone="+493023125043")

    assert titles(query, anna) == ["Hafen Druck"]


def test_find_groups_by_kind_with_counts_and_the_best_first(anna):
    account = AccountFactory(owner=anna, name="Hotel Sonne")
    contact = ContactFactory(account=account, first_name="Sonja", last_name="Hofer")
    for number in range(7):
        LeadFactory(owner=anna, company=f"Zur Sonne {number}")
    LeadFactory(owner=anna, company="Sonne GmbH")
    ProjectFactory(account=account, contact=contact, name="Hotel Sonne – x-bees")

    groups = search.find("sonne", anna)

    assert [(group.kind, group.count, len(group.hits)) for group in groups] == [
        ("accounts.account", 1, 1),
        ("accounts.contact", 1, 1),
        ("leads.lead", 8, 5),
        ("projects.project", 1, 1),
    ]
    assert groups[2].hits[0].title == "Sonne GmbH"


def test_suggest_begins_with_the_best_of_each_kind(anna):
    account = AccountFactory(owner=anna, name="Hotel Sonne")
    LeadFactory(owner=anna, company="Sonne GmbH")

    hits = search.suggest("sonne", anna)

    assert [(hit.title, hit.url) for hit in hits] == [
        ("Hotel Sonne", f"/accounts/{account.pk}/"),
        ("Sonne GmbH", hits[1].url),
    ]


def test_entries_follow_every_kind_of_write(anna):
    account = AccountFactory(owner=anna, name="Hotel Sonne", city="Meran")
    assert entries(account) == [("Hotel Sonne", "Meran", False)]

    Account.objects.for_partner(anna.partner).filter(pk=account.pk).update(name="Hotel Mond", deleted_at=timezone.now())
    assert entries(account) == [("Hotel Mond", "Meran", True)]

    lead = Lead(
        partner=anna.partner,
        owner=anna,
        company="Bulk",
        last_name="Hofer",
        email="h@hofer.it",
        power="user",
        source="other",
        job_title="cfo",
    )
    Lead.objects.across_partners(reason="test").bulk_create([lead])
    assert entries(lead) == [("Bulk", "Hofer", False)]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET company = 'By hand' WHERE id = %s", [lead.pk])
        assert entries(lead) == [("By hand", "Hofer", False)]
        cursor.execute("DELETE FROM leads_lead WHERE id = %s", [lead.pk])
    assert entries(lead) == []


def test_entries_of_children_follow_the_accounts_new_name(anna):
    account = AccountFactory(owner=anna, name="Hotel Sonne")
    project = ProjectFactory(account=account, name="Phones")

    account.name = "Hotel Mond"
    account.save(update_fields=["name"])

    assert entries(project) == [("Phones", "Hotel Mond", False)]
    assert titles("sonne", anna) == []
    assert "Phones" in titles("mond", anna)


def test_entries_are_exactly_the_records(anna, carla):
    for person in (anna, carla):
        account = AccountFactory(owner=person)
        ProjectFactory(account=account)
        LeadFactory(owner=person)
        Task.objects.create(partner=person.partner, owner=person, assigned_to=person, subject="Call")

    for model in MODELS:
        rows = SearchEntry.objects.across_partners(reason="the test looks at all entries").filter(kind=model._meta.label_lower)
        expected = model._base_manager.annotate(is_deleted=Value(False)).values_list("partner_id", "pk", "owner_id")
        assert sorted(rows.values_list("partner_id", "object_id", "owner_id")) == sorted(expected)
    assert {model._meta.label_lower for model in MODELS} == set(KINDS)


def test_find_only_what_the_models_show(anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
    records = []
    for number, person in enumerate((anna, alex, carla), start=1):
        account = AccountFactory(owner=person, name="Sonnenhof")
        records += [account, LeadFactory(owner=person, company="Sonnenhof"), ProjectFactory(account=account, name="Sonnenhof")]
        case = CaseFactory(owner=person, number=f"C-2026-0000{number}", subject="Sonnenhof")
        records.append(case)
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility=Partner.Visibility.OWNER)
    followed = next(record for record in records if record.owner == alex)
    Follow.objects.create(partner=followed.partner, subject=followed, user=anna)
    compared = 0

    for person in (anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
        person = type(person).objects.select_related("partner").get(pk=person.pk)
        found = set(SearchEntry.objects.visible_to(person).values_list("kind", "object_id"))
        expected = {
            (model._meta.label_lower, pk)
            for model in MODELS
            if person.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
            for pk in model.objects.visible_to(person).values_list("pk", flat=True)
        }
        assert found == expected, person
        compared += len(expected)
        hits = {(group.kind, hit.url) for group in search.find("sonnenhof", person, per_group=50) for hit in group.hits}
        assert len(hits) == len(expected)
    assert compared > 30


def test_find_never_reads_comments(anna, tariq):
    case = CaseFactory(owner=anna, number="C-2026-00001", subject="Echo")
    CommentFactory(case=case, author=tariq, text="Geheimwort", is_internal=True)

    assert titles("geheimwort", anna) == titles("geheimwort", tariq) == []
    assert titles("echo", tariq) == ["C-2026-00001 Echo"]


def test_find_leaves_deleted_records_out(anna):
    AccountFactory(owner=anna, name="Hotel Sonne", deleted_at=timezone.now())

    assert titles("sonne", anna) == []


def test_search_page_shows_results_and_their_count(client, anna):
    account = AccountFactory(owner=anna, name="Hotel <Sonne>")
    client.force_login(anna)

    page = client.get(reverse("core:search"), {"q": "sonne"})

    assert page.status_code == 200
    assert f'<a href="/accounts/{account.pk}/">Hotel &lt;Sonne&gt;</a>' in page.content.decode()


def test_search_page_shows_more_of_one_kind(client, anna):
    for number in range(8):
        LeadFactory(owner=anna, company=f"Sonne {number}")
    client.force_login(anna)

    page = client.get(reverse("core:search"), {"q": "sonne", "kind": "leads.lead"})

    assert [len(group.hits) for group in page.context["groups"]] == [8]


def test_search_suggest_is_a_part_without_the_shell(client, anna):
    AccountFactory(owner=anna, name="Hotel Sonne")
    client.force_login(anna)

    part = client.get(reverse("core:suggest"), {"q": "sonn"}, headers={"HX-Request": "true"}).content.decode()

    assert "Hotel Sonne" in part
    assert "<html" not in part


def test_search_costs_four_queries_however_many_match(client, anna, django_assert_max_num_queries):
    for number in range(30):
        ProjectFactory(account=AccountFactory(owner=anna, name=f"Sonne {number}"), name=f"Sonne {number}")
    client.force_login(anna)

    with django_assert_max_num_queries(4):
        client.get(reverse("core:search"), {"q": "sonne"})
    with django_assert_max_num_queries(4):
        client.get(reverse("core:suggest"), {"q": "sonne"}, headers={"HX-Request": "true"})


@pytest.mark.big
def test_search_uses_its_index_in_a_big_table(anna, otto):
    rows = """
        INSERT INTO core_searchentry (partner_id, kind, object_id, owner_id, title, subtitle, text, is_deleted)
        SELECT %s, 'leads.lead', n, %s, 'Lead ' || n, '', md5(n::text), false FROM generate_series(1, 80000) n
    """
    with connection.cursor() as cursor:
        cursor.execute(rows, [anna.partner_id, anna.pk])
        cursor.execute("ANALYZE core_searchentry")

    plan = search.matches("brenner logistik", anna).explain()

    assert "Bitmap Index Scan on search_entry_text" in plan


@pytest.mark.big
def test_a_partner_who_is_new_to_the_statistics_is_searched_by_the_index_too(anna, carla):
    rows = """
        INSERT INTO core_searchentry (partner_id, kind, object_id, owner_id, title, subtitle, text, is_deleted)
        SELECT %s, 'leads.lead', n, %s, 'Lead ' || n, '', 'hotel ' || md5(n::text), false FROM generate_series(1, %s) n
    """
    with connection.cursor() as cursor:
        cursor.execute(rows, [anna.partner_id, anna.pk, 20000])
        cursor.execute("ANALYZE core_searchentry")
        cursor.execute(rows, [carla.partner_id, carla.pk, 3000])

    plan = search.matches("hotel brenner", carla).explain()

    assert re.search(r"Bitmap Index Scan on search_entry_text.*\n\s+Index Cond: \(\(partner_id = ", plan)
    assert search.find("hotel", carla)[0].count == search.EXAMINED


def test_records_with_the_word_itself_come_before_more_that_are_only_alike_than_are_examined(anna, monkeypatch):
    monkeypatch.setattr(search, "EXAMINED", 5)
    for number in range(8):
        LeadFactory(owner=anna, company=f"Brennar {number}")
    LeadFactory(owner=anna, company="Brenner")

    found = search.find("brenner", anna)[0]

    assert found.is_capped
    assert found.hits[0].title.startswith("Brenner")


def test_every_kind_has_its_triggers(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'search\\_%%' AND NOT tgisinternal")
        assert cursor.fetchone()[0] == 3 * len((*KINDS, NOTE)) + 1


def shown(client, **asked):
    """What a page of the search for leads shows: the titles, the page before and the page after."""
    context = client.get("/search/", {"q": "sonnenhof", "kind": "leads.lead", **asked}).context
    return [hit.title for group in context["groups"] for hit in group.hits], context["earlier"], context["later"]


def test_the_results_of_one_kind_go_on_page_by_page(client, anna, carla, monkeypatch):
    monkeypatch.setattr(search, "PER_PAGE", 2)
    leads = [LeadFactory(owner=anna, company=f"Sonnenhof {number}") for number in range(5)]
    AccountFactory(owner=anna, name="Sonnenhof")
    LeadFactory(owner=carla, company="Sonnenhof of another")
    client.force_login(anna)
    best = [hit.title for group in search.find("sonnenhof", anna, per_group=9) for hit in group.hits if hit.url.startswith("/leads/")]

    assert sorted(best) == sorted(str(lead) for lead in leads)
    assert [shown(client, page=number) for number in (1, 2, 3)] == [(best[:2], 0, 2), (best[2:4], 1, 3), (best[4:], 2, 0)]
    assert shown(client) == (best[:2], 0, 2)
    page = client.get("/search/?q=sonnenhof&kind=leads.lead&page=2").content.decode()
    assert ("3–4 of 5" in page, "page=1" in page, "page=3" in page) == (True, True, True)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "²", "9999999999999999999999"])
def test_a_page_that_there_is_not_shows_the_first(client, anna, page):
    LeadFactory(owner=anna, company="Sonnenhof")
    client.force_login(anna)

    assert shown(client, page=page) == (["Sonnenhof"], 0, 0)


def test_every_page_of_the_results_costs_the_same(client, anna, monkeypatch):
    monkeypatch.setattr(search, "PER_PAGE", 2)
    client.force_login(anna)
    for number in range(5):
        LeadFactory(owner=anna, company=f"Sonnenhof {number}")

    costs = {assert_queries(client, f"/search/?q=sonnenhof&kind=leads.lead&page={number}", at_most=8) for number in (1, 2, 3)}

    assert len(costs) == 1


@pytest.mark.parametrize(
    "query",
    [
        "brenner logistik café",
        "brener logistik café",
        "brenner logistk café",
        "brener logistk café",
        "brener logistk cafe 12",
        "café 12 logistk brener",
        "brener brener logistk",
    ],
)
def test_find_by_words_of_which_any_are_misspelt(query, anna):
    AccountFactory(owner=anna, name="Brenner Logistik & Café 12")
    AccountFactory(owner=anna, name="Brenner Werke & Café 12")
    AccountFactory(owner=anna, name="Zirbel Logistik & Café 12")

    assert titles(query, anna) == ["Brenner Logistik & Café 12"]


@pytest.mark.big
def test_of_two_common_words_only_entries_that_may_have_both_are_compared(anna):
    rows = """
        INSERT INTO core_searchentry (partner_id, kind, object_id, owner_id, title, subtitle, text, is_deleted)
        SELECT %s, 'leads.lead', n, %s, 'Lead ' || n, '', (ARRAY['brenner ', 'logistik ', ''])[1 + n %% 3] || md5(n::text), false
        FROM generate_series(1, 20000) n
    """
    with connection.cursor() as cursor:
        cursor.execute(rows, [anna.partner_id, anna.pk])
        cursor.execute("ANALYZE core_searchentry")

    plan = search.matches("brenner logistik", anna).explain(analyze=True)

    assert search.find("brenner logistik", anna) == []
    assert "Bitmap Index Scan on search_entry_text" in plan
    assert sum(map(int, re.findall(r"Rows Removed by (?:Filter|Index Recheck): (\d+)", plan))) < 20
