import csv
import html
import io
import itertools
import re
import zipfile
from contextlib import closing

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.models import OpenedRecord, Pin
from partnerportal.core.tests.sample import LeadList
from partnerportal.core.views import Guarded, RecordList, lists
from partnerportal.tests.counting import assert_queries

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")
PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "records"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(response):
    return [html.unescape(one) for one in re.findall(r'class="title"[^>]*>([^<]+)<', response.content.decode())]


def links(response, rel):
    return [html.unescape(one) for one in re.findall(rf'href="([^"]+)" rel="{rel}"', response.content.decode())]


def test_a_view_without_permission_is_refused_at_import():
    with pytest.raises(TypeError, match="names no permission"):

        class Open(RecordList):
            model = Lead

    with pytest.raises(TypeError, match="names no permission"):

        class OpenToo(Guarded):
            pass


def test_a_person_without_the_permission_is_refused(client, tariq, reference):
    client.force_login(tariq)

    assert client.get("/leads/").status_code == 403


def test_the_first_view_opens_and_others_are_named(as_anna, anna, alex):
    LeadFactory(owner=anna, company="Mine")
    LeadFactory(owner=alex, company="Theirs")

    assert titles(as_anna.get("/leads/")) == ["Mine"]
    assert sorted(titles(as_anna.get("/leads/?view=all"))) == ["Mine", "Theirs"]


def test_another_partners_rows_and_choices_do_not_exist(as_anna, anna, carla):
    LeadFactory(owner=anna, company="Mine")
    LeadFactory(owner=carla, company="Kronleuchter")

    page = as_anna.get("/leads/?view=all")

    assert titles(page) == ["Mine"]
    assert "Kronleuchter" not in page.content.decode()
    assert "Carla" not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("colour=red", "This list has no filter “colour”."),
        ("sort=email", "This list cannot be sorted by “email”."),
        ("view=nobody", "There is no view “nobody” of this list."),
        ("status=flying", "Status: Select a valid choice."),
        ("after=nonsense", "This place in the list is not known any more."),
    ],
)
def test_what_the_address_says_wrong_is_refused_with_a_sentence_and_no_rows(as_anna, anna, query, sentence):
    LeadFactory(owner=anna)

    page = as_anna.get(f"/leads/?{query}")

    assert page.status_code == 422
    assert sentence in html.unescape(page.content.decode())
    assert titles(page) == []


def test_search_needs_every_word_somewhere(as_anna, anna):
    LeadFactory(owner=anna, company="Hotel Alpenblick", last_name="Hofer")
    LeadFactory(owner=anna, company="Hotel Central", last_name="Wolf")

    assert titles(as_anna.get("/leads/?q=hotel+hofer")) == ["Hotel Alpenblick"]


def test_filters_show_as_chips_that_can_be_taken_off(as_anna, anna):
    LeadFactory(owner=anna, company="New one")
    LeadFactory(owner=anna, company="Known one", status="qualification")

    page = as_anna.get("/leads/?status=new&q=one")

    assert titles(page) == ["New one"]
    assert re.search(r'Status <b>New</b> <a href="\?q=one"', page.content.decode())


def test_a_day_range_includes_both_days(as_anna, anna):
    lead = LeadFactory(owner=anna)
    today = timezone.localtime(lead.created_at).date().isoformat()

    assert titles(as_anna.get(f"/leads/?created_at_after={today}&created_at_before={today}")) == [lead.company]


@pytest.mark.parametrize("sort", ["company", "-company", "total_users", "-total_users"])
def test_pages_walk_all_rows_forwards_and_backwards(as_anna, anna, monkeypatch, sort):
    monkeypatch.setattr(lists, "PAGE_SIZE", 3)
    for number in range(8):
        LeadFactory(owner=anna, company=f"C{number % 3}", total_users=None if number % 4 == 0 else number % 2)
    address, forwards = f"/leads/?sort={sort}", []
    while True:
        page = as_anna.get(address)
        forwards.append(titles(page))
        following = links(page, "next")
        if not following:
            break
        address = "/leads/" + following[0]
    backwards = [forwards[-1]]
    while previous := links(page, "prev"):
        page = as_anna.get("/leads/" + previous[0])
        backwards.insert(0, titles(page))

    assert [len(one) for one in forwards] == [3, 3, 2]
    assert backwards == forwards
    values = list(Lead.objects.visible_to(anna).values_list("company", flat=True))
    assert sorted(sum(forwards, [])) == sorted(values)


def test_rows_without_a_value_come_last_in_either_direction(as_anna, anna):
    for name, users in (("None", None), ("Two", 2), ("One", 1)):
        LeadFactory(owner=anna, company=name, total_users=users)

    assert titles(as_anna.get("/leads/?sort=total_users")) == ["One", "Two", "None"]
    assert titles(as_anna.get("/leads/?sort=-total_users")) == ["Two", "One", "None"]


def test_a_count_is_exact_up_to_its_cap(as_anna, anna, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 3)
    for _number in range(3):
        LeadFactory(owner=anna)
    assert "1–3 of 3<" in as_anna.get("/leads/").content.decode()

    LeadFactory(owner=anna)

    assert "1–4 of 3+<" in as_anna.get("/leads/").content.decode()


def test_all_are_counted_on_demand_and_the_place_stays(as_anna, anna, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 3)
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    for number in range(7):
        LeadFactory(owner=anna, company=f"Hotel {number}")
    second = as_anna.get("/leads/?view=all&sort=company").context["following"]

    page = as_anna.get(f"/leads/{second}")
    assert "3–4 of 3+<" in page.text
    counted = as_anna.get(f"/leads/{page.context['count_all']}")
    assert titles(counted) == ["Hotel 2", "Hotel 3"]
    assert "3–4 of 7<" in counted.text
    assert counted.context["count_all"] == ""
    assert as_anna.get("/leads/?count=most").status_code == 422


def test_what_was_counted_is_kept_on_the_next_page_without_counting_anew(as_anna, client, anna, alex, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 3)
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    for number in range(7):
        LeadFactory(owner=anna, company=f"Hotel {number}")
    following = as_anna.get("/leads/?view=all&sort=company&count=all").context["following"]

    with CaptureQueriesContext(connection) as queries:
        page = as_anna.get(f"/leads/{following}")
    assert "3–4 of 7<" in page.text
    assert page.context["count_all"] == ""
    assert not [one for one in queries.captured_queries if "COUNT(" in one["sql"]]
    assert "5–6 of 7<" in as_anna.get(f"/leads/{page.context['following']}").text
    assert "count=" not in page.context["clear"]
    LeadFactory(owner=anna, company="Hotel 8")
    assert "3–4 of 8<" in as_anna.get(f"/leads/{following}&q=hotel").text  # Another state of the list is counted.
    assert "3–4 of 8<" in as_anna.get("/leads/" + re.sub(r"count=7-", "count=9-", following)).text  # So is what was typed.
    client.force_login(alex)
    assert "3–4 of 8<" in client.get(f"/leads/{following}").text  # And what somebody else counted.


def test_the_rows_of_a_page_are_chosen_in_the_foot_and_kept(as_anna, anna):
    for number in range(60):
        LeadFactory(owner=anna, company=f"Hotel {number:02}")

    usual = as_anna.get("/leads/?sort=company")
    assert len(titles(usual)) == 50
    back = dict(usual.context["sizes"])[25]
    assert as_anna.post("/look/", {"per_page": "25", "back": back})["Location"] == back == "/leads/?sort=company&per_page=25"

    page = as_anna.get(back)
    assert titles(page) == [f"Hotel {number:02}" for number in range(25)]
    following = as_anna.get("/leads/" + links(page, "next")[0])
    assert titles(following) == [f"Hotel {number:02}" for number in range(25, 50)]
    assert "26–50 of 60<" in following.text
    wider = as_anna.get(dict(following.context["sizes"])[100])
    assert titles(wider) == [f"Hotel {number:02}" for number in range(25, 60)]
    assert titles(as_anna.get("/leads/" + links(wider, "prev")[0])) == [f"Hotel {number:02}" for number in range(25)]
    anna.refresh_from_db()
    assert anna.per_page == 25
    assert len(titles(as_anna.get("/leads/?sort=company"))) == 25
    assert len(titles(as_anna.get("/leads/?sort=company&per_page=100"))) == 60
    anna.refresh_from_db()
    assert anna.per_page == 25


def test_a_list_of_few_rows_offers_no_page_sizes(as_anna, anna):
    LeadFactory(owner=anna)

    assert "per_page" not in as_anna.get("/leads/").text


def test_rows_per_page_are_no_change_of_a_view(as_anna, anna):
    LeadFactory(owner=anna)

    assert not as_anna.get("/leads/?per_page=25").context["is_changed"]


@pytest.mark.parametrize("size", ["33", "0", "-25", "1000", "many", ""])
def test_other_page_sizes_are_refused(as_anna, anna, size):
    LeadFactory(owner=anna)

    page = as_anna.get(f"/leads/?per_page={size}")

    assert page.status_code == 422
    assert f"A page of a list has 25, 50, 100 rows: “{size}” is none of these." in html.unescape(page.text)
    assert titles(page) == []
    as_anna.post("/look/", {"per_page": size})
    anna.refresh_from_db()
    assert anna.per_page is None


def test_columns_are_chosen_in_the_address_and_the_title_stays(as_anna, anna):
    LeadFactory(owner=anna, city="Bolzano")

    page = as_anna.get("/leads/?columns=city").content.decode()

    assert "Bolzano" in page
    assert re.findall(r'<td class="[^"]*" data-label="([^"]+)"', page) == ["Company", "City"]


def test_a_part_is_answered_to_htmx_and_the_page_to_its_history(as_anna, anna):
    LeadFactory(owner=anna, company="Mine")

    part = as_anna.get("/leads/", **PART)
    back = as_anna.get("/leads/", **PART, HTTP_HX_HISTORY_RESTORE_REQUEST="true")

    assert part.content.strip().startswith(b"<section id")
    assert b"<!DOCTYPE html>" in back.content
    assert "HX-Request" in part["Vary"]


def test_a_cell_never_becomes_markup(as_anna, anna):
    LeadFactory(owner=anna, company='<img src=x onerror="x()">', last_name="O'Hara")

    page = as_anna.get("/leads/").content.decode()

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_csv_has_every_filtered_row_and_no_formula(as_anna, anna, alex):
    LeadFactory(owner=anna, company='=HYPERLINK("http://x")', email="a@b.it", total_users=12)
    LeadFactory(owner=alex, company="Not mine")

    response = as_anna.get("/leads/export/")
    lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    lines = lines[: lines.index([])]

    assert [line[0] for line in lines] == ["Company", '\'=HYPERLINK("http://x")']
    assert lines[1][:4] == ['\'=HYPERLINK("http://x")', "New", "a@b.it", "12"]
    assert response["Content-Disposition"] == 'attachment; filename="leads.csv"'


def test_an_xlsx_holds_texts_not_formulas_nor_links(as_anna, anna):
    LeadFactory(owner=anna, company="@SUM(A1)", email="a@b.it")

    content = b"".join(as_anna.get("/leads/export/?format=xlsx"))

    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "&apos;@SUM(A1)" in sheet or "'@SUM(A1)" in sheet


def test_a_pinned_view_opens_by_itself_until_it_is_unpinned(as_anna, anna, alex):
    LeadFactory(owner=alex, company="Theirs")

    as_anna.post("/pins/", {"page": "leads", "query": "view=all", "on": "1", "back": "/leads/"})
    assert titles(as_anna.get("/leads/")) == ["Theirs"]

    as_anna.post("/pins/", {"page": "leads", "on": "0", "back": "/leads/"})
    assert titles(as_anna.get("/leads/")) == []
    assert not Pin.objects.exists()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_pin_never_leads_outside(as_anna, back):
    response = as_anna.post("/pins/", {"page": "leads", "query": "view=all", "on": "1", "back": back})

    assert response["Location"] == "/"


def test_an_empty_list_offers_the_first_step(as_anna):
    page = as_anna.get("/leads/").content.decode()

    assert 'class="empty card"' in page
    assert 'href="/leads/new/"' in page
    assert "Clear filters" in as_anna.get("/leads/?q=nothing").content.decode()


def test_an_empty_list_names_the_filter_that_empties_it(as_anna, anna):
    LeadFactory(owner=anna, company="Miralago", status="new")
    other = LeadFactory(owner=anna, company="Ferraris", status="new")

    to_blame = blamed(as_anna.get("/leads/?status=new&q=zzz"))
    assert [words for _address, words in to_blame] == ["Search zzz"]
    assert titles(as_anna.get(f"/leads/{to_blame[0][0]}")) == ["Ferraris", "Miralago"]

    Lead.objects.filter(pk=other.pk).for_partner(anna.partner).update(status="qualification")
    both = blamed(as_anna.get("/leads/?status=qualification&q=Miralago"))
    assert [words for _address, words in both] == ["Status Qualification", "Search Miralago"]  # Either leaves the other's row.

    assert blamed(as_anna.get("/leads/?status=not_in_target&q=zzz")) == []  # None alone is to blame.
    assert blamed(as_anna.get("/leads/?status=new")) == []


def blamed(response):
    """(address without it, words) of each filter that an empty list says it is empty by."""
    part = response.content.decode().partition('class="emptied-by"')[2].partition("</ul>")[0]
    links = re.findall(r'<a class="chip" href="([^"]*)">(.*?)<span|$', part, re.DOTALL)
    return [(html.unescape(link), " ".join(re.sub(r"<[^>]+>", " ", words).split())) for link, words in links if link]


def test_a_list_costs_no_more_queries_for_more_rows(as_anna, anna):
    LeadFactory(owner=anna)
    one = assert_queries(as_anna, "/leads/", at_most=8)
    for _number in range(30):
        LeadFactory(owner=anna)

    assert assert_queries(as_anna, "/leads/", at_most=8) == one


def test_a_column_that_is_not_declared_sortable_is_not(as_anna):
    sortable = [column.name for column in LeadList.columns if column.sort]

    assert sortable == ["company", "status", "total_users", "created_at"]


def test_records_of_another_partner_cannot_be_selected(as_anna, alex, carla):
    foreign = LeadFactory(owner=carla)

    page = as_anna.post("/leads/bulk/owner/", {"ids": [foreign.pk], "owner": alex.pk}, follow=True).content.decode()

    assert "Please select at least one record." in page
    foreign.refresh_from_db()
    assert foreign.owner == carla


def companies_of(response):
    """What the first column of a CSV holds, without its head and what the file says of itself."""
    lines = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    return [line[0] for line in itertools.takewhile(bool, itertools.islice(lines, 1, None))]


def test_only_selected_rows_are_exported_whatever_they_are_by_now(as_anna, anna, alex, carla):
    one, _two = LeadFactory(owner=anna, company="One", status="new"), LeadFactory(owner=anna, company="Two", status="new")
    moved = LeadFactory(owner=alex, company="Moved", status="qualification")
    foreign = LeadFactory(owner=carla, company="Kronleuchter", status="new")

    response = as_anna.post(
        "/leads/export/", {"query": "view=mine&status=new&sort=company", "ids": [moved.pk, foreign.pk, one.pk], "format": "csv"}
    )

    assert response["Content-Disposition"] == 'attachment; filename="leads.csv"'
    assert companies_of(response) == ["Moved", "One"]


def test_all_rows_of_the_state_are_exported_and_the_file_says_so(as_anna, anna, alex, carla):
    for company in ("Two", "One"):
        LeadFactory(owner=anna, company=company, status="new")
    LeadFactory(owner=alex, company="Known", status="qualification")
    LeadFactory(owner=carla, company="Kronleuchter", status="new")

    response = as_anna.post("/leads/export/", {"query": "view=all&status=new&sort=company", "all": "1", "ids": ["0"], "format": "csv"})

    written = b"".join(response.streaming_content).decode("utf-8-sig")
    assert [line.split(",")[0] for line in written.splitlines()[:4]] == ["Company", "One", "Two", ""]
    assert "# Filters,Status: New" in written
    assert "# Rows,2" in written
    assert "Selected rows only" not in written


def test_a_selection_is_exported_as_a_sheet(as_anna, anna):
    one, _two = LeadFactory(owner=anna, company="One"), LeadFactory(owner=anna, company="Two")

    response = as_anna.post("/leads/export/", {"query": "", "ids": [one.pk], "format": "xlsx"})

    with closing(response), zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        texts = book.read("xl/worksheets/sheet1.xml")
    assert b">One<" in texts
    assert b">Two<" not in texts


@pytest.mark.parametrize("posted", [{}, {"ids": ["x"]}])
def test_nothing_selected_is_no_file(as_anna, anna, posted):
    LeadFactory(owner=anna)

    response = as_anna.post("/leads/export/", {"query": "view=all&status=new", "format": "csv", **posted})

    assert (response.status_code, response["Location"]) == (302, "/leads/?view=all&status=new")
    assert "Please select at least one record." in as_anna.get("/leads/").content.decode()


def test_who_may_not_see_the_list_exports_nothing_of_it(client, tariq, anna):
    lead = LeadFactory(owner=anna)
    client.force_login(tariq)

    assert client.post("/leads/export/", {"ids": [lead.pk]}).status_code == 403


def test_nothing_is_posted_to_the_list_itself(as_anna, anna):
    assert as_anna.post("/leads/", {"all": "1"}).status_code == 405


def test_a_selection_of_a_state_that_is_not_understood_is_refused(as_anna, anna):
    lead = LeadFactory(owner=anna)

    response = as_anna.post("/leads/export/", {"query": "colour=red", "ids": [lead.pk], "format": "csv"})

    assert response.status_code == 422
    assert "This list has no filter" in response.content.decode()


def test_beside_the_rows_stands_the_record_that_the_address_names(as_anna, anna):
    one = LeadFactory(owner=anna, company="Hotel One", email="one@hotel.example")
    two = LeadFactory(owner=anna, company="Hotel Two", email="two@hotel.example")

    page = as_anna.get(f"/leads/?display=split&sort=company&open={two.pk}")

    assert page.context["side"].key == two.pk
    assert "two@hotel.example" in page.context["side"].html
    assert "one@hotel.example" not in page.context["side"].html
    assert re.findall(r'class="peek" href="([^"]+)" hx-boost="true" aria-current="true">([^<]+)<', page.text) == [
        (f"/leads/?display=split&amp;sort=company&amp;open={two.pk}", "Hotel Two")
    ]
    assert titles(page) == ["Hotel One", "Hotel Two"]
    assert f'href="/leads/{one.pk}/"' in page.text
    assert page.text.count("<h1") == 1
    assert OpenedRecord.objects.filter(user=anna).values_list("object_id", flat=True).get() == two.pk


def test_the_first_row_stands_open_until_one_is_chosen_and_does_not_count_as_opened(as_anna, anna):
    for name in ("B", "A"):
        LeadFactory(owner=anna, company=f"Hotel {name}", email=f"{name}@hotel.example".lower())

    page = as_anna.get("/leads/?display=split&sort=company")

    assert "a@hotel.example" in page.context["side"].html
    assert not OpenedRecord.objects.exists()


def test_opening_a_row_answers_the_right_side_alone(as_anna, anna):
    lead = LeadFactory(owner=anna, company="Hotel One", email="one@hotel.example")

    part = as_anna.get(f"/leads/?display=split&open={lead.pk}", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="side")

    assert "one@hotel.example" in part.text
    assert 'id="records"' not in part.text
    assert "<html" not in part.text


def test_the_state_of_the_list_stays_beside_a_record(as_anna, anna, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    leads = [LeadFactory(owner=anna, company=f"Hotel {number}", status="new") for number in range(5)]

    page = as_anna.get(f"/leads/?view=all&display=split&sort=company&status=new&q=hotel&open={leads[1].pk}")
    following = links(page, "next")[0]
    second = as_anna.get(f"/leads/{following}")

    assert "display=split" in following
    assert "open=" not in following
    assert titles(second) == ["Hotel 2", "Hotel 3"]
    assert second.context["side"].key == leads[2].pk
    opened = html.unescape(re.findall(r'class="peek" href="([^"]+)"', second.text)[1])
    assert titles(as_anna.get(opened)) == ["Hotel 2", "Hotel 3"]
    for address in (
        page.context["clear"],
        page.context["reset"],
        page.context["heads"][1]["sort"],
        page.context["picker"][0][1][0].address,
    ):
        assert "display=split" in address
        assert "open=" not in address
    assert "display" not in page.context["list_url"]
    assert "display" not in page.context["board_url"]
    assert "display" not in page.context["bulk_query"]
    assert not as_anna.get("/leads/?view=mine&display=split").context["is_changed"]


def test_a_record_outside_the_page_can_stand_open_too(as_anna, anna, alex):
    theirs = LeadFactory(owner=alex, company="Of a colleague", email="of@colleague.example")

    page = as_anna.get(f"/leads/?view=mine&display=split&open={theirs.pk}")

    assert titles(page) == []
    assert "of@colleague.example" in page.context["side"].html


@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "side"}, PART])
def test_another_partners_record_never_stands_beside_the_rows(as_anna, anna, carla, headers):
    LeadFactory(owner=anna, company="Mine")
    theirs = LeadFactory(owner=carla, company="Kronleuchter", email="kron@leuchter.example")

    page = as_anna.get(f"/leads/?display=split&open={theirs.pk}", **headers)

    assert page.status_code == 404
    assert "Kronleuchter" not in page.text
    assert "kron@leuchter.example" not in page.text
    assert "This record does not exist, or it is not yours to see." in page.text
    assert not OpenedRecord.objects.exists()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("display=tiles", "A list is a table, or split: “tiles” is neither."),
        ("display=split&open=first", "“first” is no record of this list."),
        ("display=split&open=-1", "“-1” is no record of this list."),
        ("display=split&colour=red", "This list has no filter “colour”."),
    ],
)
def test_what_a_split_address_says_wrong_is_refused(as_anna, anna, query, sentence):
    LeadFactory(owner=anna, company="Mine")

    page = as_anna.get(f"/leads/?{query}")

    assert page.status_code == 422
    assert sentence in html.unescape(page.text)
    assert "Mine" not in page.text


def test_a_list_with_a_record_beside_it_costs_no_more_queries_for_more_rows(as_anna, anna):
    lead = LeadFactory(owner=anna)
    address = f"/leads/?display=split&open={lead.pk}"
    one = assert_queries(as_anna, address, at_most=16)
    for _number in range(30):
        LeadFactory(owner=anna)

    assert assert_queries(as_anna, address, at_most=16) <= one + 1
