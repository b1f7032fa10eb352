import csv
import html
import io
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import QueryDict
from django.utils import timezone

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import listviews
from partnerportal.core.listviews import ViewRefused
from partnerportal.core.models import OpenedRecord, Pin, SavedView
from partnerportal.core.scoping import NotYours
from partnerportal.core.views import state
from partnerportal.tests.counting import assert_queries

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")
EDITOR = "/leads/views/"


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(response):
    return [html.unescape(one) for one in re.findall(r'class="title"[^>]*>([^<]+)<', response.content.decode())]


def words(response):
    return html.unescape(response.content.decode())


def heads(response):
    return re.findall(r'<td class="[^"]*" data-label="([^"]+)"', response.content.decode())


def keep(by, query="base=all&status=new", name="Fresh", sharing="private"):
    return listviews.save_view(page="leads", name=name, sharing=sharing, query=query, by=by)


# --- groups of filters ------------------------------------------------------------------


def test_a_row_passes_when_everything_of_one_group_holds(as_anna, anna, alex):
    LeadFactory(owner=anna, company="Mine and new")
    LeadFactory(owner=alex, company="Theirs and new")
    LeadFactory(owner=alex, company="Theirs and qualified", status="qualification")
    LeadFactory(owner=anna, company="Mine and aside", status="not_in_target", not_in_target_reason="no-budget")

    page = as_anna.get("/leads/", {"view": "all", "status": "new", "owner": "me", "or": f"status=qualification&owner={alex.pk}"})

    assert sorted(titles(page)) == ["Mine and new", "Theirs and qualified"]
    assert re.findall(r'<span class="chip">(\w+) <b>([^<]+)</b>', page.content.decode()) == [
        ("Owner", "Me"),
        ("Status", "New"),
        ("Owner", "Alex Rossi"),
        ("Status", "Qualification"),
    ]


def test_a_filter_that_leaves_out_says_so_and_is_kept_in_a_view(as_anna, anna, alex):
    LeadFactory(owner=anna, company="New")
    LeadFactory(owner=alex, company="Theirs")
    LeadFactory(owner=anna, company="Known", status="qualification")
    LeadFactory(owner=anna, company="Aside", status="not_in_target", not_in_target_reason="no-budget")

    page = as_anna.get("/leads/?view=all&status_not=new&status_not=not_in_target")
    mine = keep(anna, query="base=all&owner_not=me&or=status_not%3Dnew")

    assert titles(page) == ["Known"]
    assert '<span class="chip">Status is not <b>New, Not in Target</b>' in words(page)
    assert sorted(titles(as_anna.get(f"/leads/?view={mine.word}"))) == ["Aside", "Known", "Theirs"]
    refused = as_anna.get("/leads/?view=all&status_not=nonsense")
    assert (refused.status_code, titles(refused)) == (422, [])
    editor = words(as_anna.get(f"{EDITOR}?view=all&status_not=new&part=filters"))
    assert '<details class="left-out" open>' in editor
    assert 'name="g0-status_not"' in editor
    told = as_anna.post(EDITOR, {"do": "filter", "state": "view=all", "group-0": "1", "g0-status_not": ["new"]})
    assert told.url == "/leads/?view=all&status_not=new"


def test_the_search_looks_inside_of_every_group(as_anna, anna):
    LeadFactory(owner=anna, company="Hotel Eins")
    LeadFactory(owner=anna, company="Hotel Zwei", status="qualification")
    LeadFactory(owner=anna, company="Bank", status="qualification")

    assert sorted(titles(as_anna.get("/leads/", {"status": "new", "or": "status=qualification", "q": "hotel"}))) == [
        "Hotel Eins",
        "Hotel Zwei",
    ]


def test_a_group_that_says_nothing_does_not_let_everything_in(as_anna, anna):
    LeadFactory(owner=anna, company="New")
    LeadFactory(owner=anna, company="Known", status="qualification")

    assert titles(as_anna.get("/leads/", {"or": ["", "status=qualification"]})) == ["Known"]


def test_a_chip_of_any_group_can_be_taken_off(as_anna, anna):
    page = words(as_anna.get("/leads/", {"view": "all", "status": "new", "or": ["source=website", "owner=me"]}))

    offered = re.findall(r'<a href="([^"]+)" aria-label="Remove the filter', page)

    assert offered == [
        "?view=all&source=website&or=owner%3Dme",
        "?view=all&status=new&or=owner%3Dme",
        "?view=all&status=new&or=source%3Dwebsite",
    ]


def test_relative_days_mean_today(as_anna, anna):
    today, old = LeadFactory(owner=anna, company="Today"), LeadFactory(owner=anna, company="Old")
    Lead.objects.visible_to(anna).filter(pk=old.pk).update(created_at=timezone.now() - timezone.timedelta(days=40))

    assert titles(as_anna.get("/leads/?created_at_in=last_7_days")) == [today.company]
    assert titles(as_anna.get("/leads/?created_at_in=past")) == [old.company]
    assert "Created <b>last 7 days</b>" in words(as_anna.get("/leads/?created_at_in=last_7_days"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"or": "colour=red"}, "This list has no filter “colour”."),
        ({"or": "status=flying"}, "Status: Select a valid choice."),
        ({"or": "view=all"}, "This list has no filter “view”."),
        ({"or": ["status=new"] * 5}, "A list can have 5 groups of filters at most."),
        ({"owner__password__startswith": "a"}, "This list has no filter “owner__password__startswith”."),
        ({"created_at_in": "next_full_moon"}, "Created: Select a valid choice."),
        ({"created_at_in": "today", "created_at_after": "2026-01-01"}, "Created: Please give either a span or days, not both."),
        ({"columns": "company,password"}, "This list has no column “password”."),
        ({"sort": "company,email"}, "This list cannot be sorted by “email”."),
        ({"sort": "owner__password"}, "This list cannot be sorted by “owner__password”."),
        ({"sort": "company,status,total_users,created_at"}, "A list can be sorted by 3 columns at most."),
        ({"totals": "median"}, "This list has no totals “median”."),
    ],
)
def test_what_a_state_says_wrong_is_refused_with_a_sentence_and_no_rows(as_anna, anna, query, sentence):
    LeadFactory(owner=anna)

    page = as_anna.get("/leads/", query)

    assert page.status_code == 422
    assert sentence in words(page)
    assert titles(page) == []


# --- columns and order ------------------------------------------------------------------


def test_columns_stand_in_the_order_and_width_of_the_address(as_anna, anna):
    LeadFactory(owner=anna, city="Bolzano")

    page = as_anna.get("/leads/?columns=city:240,company,status:9999")

    assert heads(page) == ["City", "Company", "Status"]
    assert 'width="240" data-column="city"' in page.content.decode()
    assert 'width="800" data-column="status"' in page.content.decode()


def test_a_list_is_sorted_by_several_keys_and_pages_hold_them(as_anna, anna, monkeypatch):
    monkeypatch.setattr("partnerportal.core.views.lists.PAGE_SIZE", 3)
    made = [LeadFactory(owner=anna, company=f"C{number}", total_users=number % 3 or None, status="new") for number in range(8)]
    expected = sorted(made, key=lambda one: (one.total_users is None, -(one.total_users or 0), one.company))

    found, address = [], "/leads/?sort=-total_users,company"
    while address:
        page = as_anna.get(address)
        found += titles(page)
        following = re.search(r'href="([^"]+)" rel="next"', words(page))
        address = f"/leads/{following[1]}" if following else ""

    assert found == [one.company for one in expected]
    assert page.content.decode().count("aria-sort") == 1


def test_rows_of_one_millisecond_are_neither_lost_nor_doubled(as_anna, anna, monkeypatch):
    monkeypatch.setattr("partnerportal.core.views.lists.PAGE_SIZE", 2)
    moment = timezone.now().replace(microsecond=500_000)
    for number in range(5):
        lead = LeadFactory(owner=anna, company=f"C{number}")
        Lead.objects.visible_to(anna).filter(pk=lead.pk).update(created_at=moment + timezone.timedelta(microseconds=number * 7))

    found, address = [], "/leads/?sort=-created_at"
    while address:
        page = as_anna.get(address)
        found += titles(page)
        following = re.search(r'href="([^"]+)" rel="next"', words(page))
        address = f"/leads/{following[1]}" if following else ""

    assert found == ["C4", "C3", "C2", "C1", "C0"]


# --- saved views ------------------------------------------------------------------------


def test_a_view_is_saved_opened_changed_and_reset(as_anna, anna):
    LeadFactory(owner=anna, company="New")
    LeadFactory(owner=anna, company="Known", status="qualification")

    told = as_anna.post(EDITOR, {"do": "save_as", "state": "view=all&status=new&q=e", "name": "Fresh", "sharing": "private"}, follow=True)
    view = SavedView.objects.visible_to(anna).get()

    assert told.redirect_chain == [(f"/leads/?view={view.word}", 302)]
    assert "The view “Fresh” was saved." in words(told)
    assert (view.query, view.owner, view.partner, view.page) == ("status=new&base=all", anna, anna.partner, "leads")
    assert titles(told) == ["New"]
    assert "Changed" not in words(told)
    changed = as_anna.get(f"/leads/?view={view.word}&base=all&status=qualification")
    assert titles(changed) == ["Known"]
    assert ">Changed<" in words(changed)
    assert f'href="?view={view.word}" data-clears>Reset' in words(changed)


def test_a_changed_view_is_saved_over_itself(as_anna, anna):
    view = keep(anna)

    as_anna.post(EDITOR, {"do": "save", "state": f"view={view.word}&base=mine&status=new&sort=-company"})

    view.refresh_from_db()
    assert QueryDict(view.query) == QueryDict("base=mine&status=new&sort=-company")


def seen_of(page):
    """The state that the form "Save" of a list carries."""
    return html.unescape(re.search(r'name="state" value="([^"]+)"', page.content.decode())[1])


def test_what_somebody_else_saved_meanwhile_is_a_choice(as_anna, anna):
    view = keep(anna)
    mine = seen_of(as_anna.get(f"/leads/?view={view.word}&base=all&status=new&sort=-company"))
    theirs = "base=all&status=qualification&columns=company,mrr"
    listviews.update_view(view, query=theirs, seen=view.mark, by=anna)
    went_on = seen_of(as_anna.get("/leads/", QueryDict(mine)))  # The page was loaded anew; it still knows what was changed.

    for one in (mine, went_on):
        asked = as_anna.post(EDITOR, {"do": "save", "state": one})
        view.refresh_from_db()
        assert (asked.status_code, view.query) == (409, theirs)
    assert "Somebody else has changed this view meanwhile" in words(asked)
    assert [(str(label), theirs, mine) for label, theirs, mine in asked.context["lines"]][:1] == [
        ("Filters", "Status: Qualification", "Status: New")
    ]
    assert "Sorted by: Company ↓" in words(asked)

    unsure = as_anna.post(EDITOR, {"do": "save", "state": asked.context["state"], "decided": asked.context["decided"]})
    assert unsure.status_code == 409
    left = as_anna.post(EDITOR, {"do": "save", "state": asked.context["state"], "choice": "theirs"})
    view.refresh_from_db()
    assert (left.url, view.query) == (f"/leads/?view={view.word}", theirs)
    as_anna.post(EDITOR, {"do": "save", "state": asked.context["state"], "choice": "mine", "decided": asked.context["decided"]})
    view.refresh_from_db()
    assert QueryDict(view.query) == QueryDict("base=all&status=new&sort=-company")


def test_a_choice_that_was_overtaken_again_is_asked_again(as_anna, anna):
    view = keep(anna)
    mine = seen_of(as_anna.get(f"/leads/?view={view.word}&base=all&status=new&sort=-company"))
    listviews.update_view(view, query="base=all", seen=view.mark, by=anna)
    asked = as_anna.post(EDITOR, {"do": "save", "state": mine})
    listviews.update_view(SavedView.objects.visible_to(anna).get(), query="base=mine", seen=asked.context["decided"], by=anna)

    again = as_anna.post(EDITOR, {"do": "save", "state": mine, "choice": "mine", "decided": asked.context["decided"]})

    assert (again.status_code, SavedView.objects.visible_to(anna).get().query) == (409, "base=mine")


def test_name_and_readers_that_two_managers_change_are_both_kept_or_a_choice(client, ben):
    view = keep(ben, sharing="company")
    client.force_login(ben)
    editor = f"{EDITOR}?part=rename&view={view.word}"
    opened = {"do": "rename", "state": f"view={view.word}", "base": client.get(editor).context["base"]}
    listviews.change_view(view, name="Fresh ones", sharing="company", by=ben)

    client.post(EDITOR, {**opened, "name": "Fresh", "sharing": "private"})
    view.refresh_from_db()
    assert (view.name, view.sharing) == ("Fresh ones", "private")

    asked = client.post(EDITOR, {**opened, "name": "Mine", "sharing": "private"})
    view.refresh_from_db()
    assert (asked.status_code, view.name) == (409, "Fresh ones")
    assert [(one.theirs, one.mine, one.was) for one in asked.context["questions"]] == [("Fresh ones", "Mine", "Fresh")]
    again = {**opened, "base": asked.context["base"], "clash": asked.context["asked"], "choice-name": "mine"}
    client.post(EDITOR, {**again, "name": "Mine", "sharing": "private"})
    view.refresh_from_db()
    assert (view.name, view.sharing) == ("Mine", "private")


def test_what_stands_in_the_address_beside_a_saved_view_is_laid_over_it(as_anna, anna):
    LeadFactory(owner=anna, company="Hotel")
    LeadFactory(owner=anna, company="Bank")
    view = keep(anna)

    page = as_anna.get(f"/leads/?view={view.word}&q=hotel")

    assert titles(page) == ["Hotel"]
    assert ">Changed<" not in words(page)
    assert ">Changed<" in words(as_anna.get(f"/leads/?view={view.word}&sort=company"))


def test_a_standard_view_that_was_narrowed_says_so_and_can_be_saved(as_anna, anna):
    assert ">Changed<" not in words(as_anna.get("/leads/?view=all"))
    page = words(as_anna.get("/leads/?view=all&status=new"))

    assert ">Changed<" in page
    assert "part=save" in page


def test_a_view_is_renamed_shared_and_deleted_by_those_who_may(as_anna, client, anna, alex, ben):
    view = keep(ben, sharing="company")
    state_of = {"state": f"view={view.word}"}

    refused = [
        as_anna.post(EDITOR, {"do": act, "name": "Mine now", "sharing": "private", **state_of}) for act in ("save", "rename", "delete")
    ]

    assert [one.status_code for one in refused] == [403, 403, 403]
    view.refresh_from_db()
    assert (view.name, view.sharing, view.query) == ("Fresh", "company", "base=all&status=new")
    client.force_login(ben)
    client.post(EDITOR, {"do": "rename", "name": "Ours", "sharing": "company", **state_of})
    assert SavedView.objects.visible_to(alex).get().name == "Ours"
    client.post(EDITOR, {"do": "delete", **state_of})
    assert not SavedView.objects.visible_to(ben).exists()


def test_a_rep_may_not_share_with_the_company(as_anna, anna):
    answer = as_anna.post(EDITOR, {"do": "save_as", "state": "view=all&status=new", "name": "Fresh", "sharing": "company"})

    assert answer.status_code == 422
    with pytest.raises(NotYours, match="Only managers"):
        keep(anna, sharing="company")
    with pytest.raises(NotYours, match="Only the vendor"):
        keep(anna, sharing="published")
    assert not SavedView.objects.visible_to(anna).exists()


def test_a_private_view_does_not_exist_for_others(client, anna, alex, ben, carla, otto, vendor_admin):
    view = keep(anna)

    for person in (alex, ben, carla, otto, vendor_admin):
        client.force_login(person)
        assert client.get(f"/leads/?view={view.word}").status_code == 404
        assert client.get(f"/leads/board/?view={view.word}").status_code == 404
        assert client.get(f"/leads/export/?view={view.word}").status_code == 404
        assert client.get(EDITOR, {"view": view.word, "part": "filters"}).status_code == 404
        assert client.post(EDITOR, {"do": "delete", "state": f"view={view.word}"}).status_code == 404
        assert "Fresh" not in words(client.get("/leads/?view=all"))
    assert SavedView.objects.visible_to(anna).get() == view


def test_a_view_of_the_company_shows_a_colleague_what_she_may_see(client, ben, anna, carla):
    LeadFactory(owner=anna, company="Ours")
    LeadFactory(owner=carla, company="Kronleuchter")
    view = keep(ben, sharing="company", query="base=all&owner=me&or=status%3Dnew")

    client.force_login(anna)
    assert titles(client.get(f"/leads/?view={view.word}")) == ["Ours"]
    assert "Views of my company" in words(client.get("/leads/"))
    client.force_login(carla)
    assert client.get(f"/leads/?view={view.word}").status_code == 404


def test_me_is_whoever_reads(client, ben, anna, alex):
    LeadFactory(owner=anna, company="Annas")
    LeadFactory(owner=alex, company="Alexs")
    view = keep(ben, sharing="company", query="base=all&owner=me")

    for person, expected in ((anna, ["Annas"]), (alex, ["Alexs"]), (ben, [])):
        client.force_login(person)
        assert titles(client.get(f"/leads/?view={view.word}")) == expected


def test_a_published_view_opens_for_everybody_and_is_nobodys_to_change(client, anna, carla):
    LeadFactory(owner=carla, company="Hers")
    view = SavedView.objects.create(page="leads", name="The vendor's", sharing="published", query="base=all&status=new")

    client.force_login(carla)
    assert titles(client.get(f"/leads/?view={view.word}")) == ["Hers"]
    assert client.post(EDITOR, {"do": "delete", "state": f"view={view.word}"}).status_code == 403
    client.force_login(anna)
    assert titles(client.get(f"/leads/?view={view.word}")) == []


def test_a_view_with_a_field_that_is_gone_says_so(as_anna, anna):
    LeadFactory(owner=anna)
    view = keep(anna, query="base=all&colour=red&columns=company,shade")

    page = as_anna.get(f"/leads/?view={view.word}")

    assert page.status_code == 422
    assert "This view was saved with something that this list no longer has." in words(page)
    assert "This list has no filter “colour”." in words(page)
    assert "This list has no column “shade”." in words(page)
    assert titles(page) == []


def test_a_state_that_is_not_understood_is_not_saved(as_anna, anna):
    answer = as_anna.post(EDITOR, {"do": "save_as", "state": "view=all&colour=red", "name": "Red", "sharing": "private"})

    assert answer.status_code == 422
    assert "This list has no filter “colour”." in words(answer)
    assert not SavedView.objects.visible_to(anna).exists()


def test_a_name_is_taken_once(as_anna, anna):
    keep(anna)

    with pytest.raises(ViewRefused, match="There is a view of this name already."):
        keep(anna)
    answer = as_anna.post(EDITOR, {"do": "save_as", "state": "view=all&status=new", "name": "Fresh", "sharing": "private"})
    assert answer.status_code == 422
    assert SavedView.objects.visible_to(anna).count() == 1


def test_a_pin_outlives_its_view_with_a_notice(as_anna, anna):
    view = keep(anna)
    as_anna.post("/pins/", {"page": "leads", "query": f"view={view.word}", "on": "1", "back": "/leads/"})
    assert "Fresh</h1>" in words(as_anna.get("/leads/"))
    listviews.delete_view(view, by=anna)

    page = as_anna.get("/leads/")

    assert page.status_code == 200
    assert "The view that you pinned here no longer exists." in words(page)
    assert not Pin.objects.exists()


def test_a_board_knows_saved_views_and_groups(as_anna, anna):
    LeadFactory(owner=anna, company="New")
    LeadFactory(owner=anna, company="Known", status="qualification")
    LeadFactory(owner=anna, company="Aside", status="not_in_target", not_in_target_reason="no-budget")
    view = keep(anna, query="base=all&status=new&or=status%3Dqualification&sort=company&columns=company")

    page = words(as_anna.get(f"/leads/board/?view={view.word}"))

    assert sorted(re.findall(r'data-title="([^"]+)"', page)) == ["Known", "New"]
    assert ">Changed<" not in page
    assert f'href="/leads/?view={view.word}"' in page


# --- the editor, without a script ---------------------------------------------------------


def test_filters_are_put_together_in_a_form(as_anna, anna):
    form = words(as_anna.get(EDITOR, {"view": "all", "status": "new", "part": "filters"}))
    assert 'name="g0-status"' in form
    assert 'name="g1-status"' not in form

    base = {"state": "view=all&status=new&sort=company", "to": "list", "group-0": "1", "g0-status": ["new"], "g0-created_at_in": ""}
    more = words(as_anna.post(EDITOR, {**base, "do": "add"}))
    assert 'name="g1-status"' in more

    both = {**base, "group-1": "1", "g1-owner": "me", "g1-created_at_in": "this_month"}
    answer = as_anna.post(EDITOR, {**both, "do": "filter"})
    assert answer.status_code == 302
    assert QueryDict(answer["Location"].partition("?")[2]) == QueryDict(
        "view=all&sort=company&status=new&or=created_at_in%3Dthis_month%26owner%3Dme"
    )
    less = words(as_anna.post(EDITOR, {**both, "do": "drop:0"}))
    assert 'name="g1-owner"' not in less
    assert re.search(r'<option value="me" selected', less)


def test_a_filter_that_is_wrong_comes_back_with_its_sentence(as_anna):
    answer = as_anna.post(EDITOR, {"state": "view=all", "group-0": "1", "g0-created_at_after": "soon", "do": "filter"})

    assert answer.status_code == 422
    assert "Enter a valid date." in words(answer)


def test_columns_and_order_are_put_together_in_a_form(as_anna):
    assert 'name="place-city"' in words(as_anna.get(EDITOR, {"view": "all", "part": "columns"}))

    answer = as_anna.post(
        EDITOR,
        {
            "state": "view=all&status=new",
            "show": ["company", "status", "city"],
            "place-city": "1",
            "place-company": "2",
            "place-status": "3",
            "width-city": "200",
            "sort": ["-status", "company", ""],
            "totals": "average",
            "do": "columns",
        },
    )

    assert answer["Location"] == "/leads/?view=all&status=new&columns=city%3A200%2Ccompany%2Cstatus&sort=-status%2Ccompany&totals=average"


def test_the_editor_answers_htmx_with_a_dialog_and_leads_on(as_anna):
    part = as_anna.get(EDITOR, {"view": "all", "part": "save"}, HTTP_HX_REQUEST="true")
    gone = as_anna.post(
        EDITOR, {"state": "view=all", "to": "board", "group-0": "1", "g0-status": "new", "do": "filter"}, HTTP_HX_REQUEST="true"
    )

    assert b"<!DOCTYPE html>" not in part.content
    assert gone.status_code == 204
    assert gone["HX-Redirect"] == "/leads/board/?view=all&status=new"


@pytest.mark.parametrize("posted", [{}, {"do": "explode"}])
def test_the_editor_does_nothing_that_it_does_not_know(as_anna, posted):
    assert as_anna.post(EDITOR, posted).status_code == 400
    assert as_anna.get(EDITOR, {"part": "nonsense"}).status_code == 404


def test_more_than_an_address_holds_is_refused(as_anna, anna):
    answer = as_anna.post(EDITOR, {"do": "filter", "state": "view=all", "group-0": "1", "g0-status": ["new"] * 400}, follow=True)

    assert "These are more filters and columns than an address can hold." in words(answer)


# --- recently viewed ----------------------------------------------------------------------


def test_what_was_opened_last_comes_first(as_anna, anna, alex, settings):
    first, second, never = (LeadFactory(owner=anna, company=name) for name in ("First", "Second", "Never"))
    for lead in (first, second, first):
        as_anna.get(f"/leads/{lead.pk}/")

    rows = listviews.recently_opened(Lead.objects.visible_to(anna), anna).order_by("-opened_at")

    assert [lead.company for lead in rows] == ["First", "Second"]
    assert OpenedRecord.objects.count() == 2
    assert list(listviews.recently_opened(Lead.objects.visible_to(alex), alex)) == []
    OpenedRecord.objects.update(opened_at=timezone.now() - timezone.timedelta(days=91))
    assert listviews.forget_opened() == 2


def test_a_part_of_a_record_page_is_no_visit(as_anna, anna):
    lead = LeadFactory(owner=anna)

    as_anna.get(f"/leads/{lead.pk}/panels/activity/")

    assert not OpenedRecord.objects.exists()
    listviews.opened(lead, by=anna)
    assert OpenedRecord.objects.get().content_type == ContentType.objects.get_for_model(Lead)


# --- cost and files -----------------------------------------------------------------------


def test_a_saved_view_with_groups_costs_no_more_than_a_list_may(as_anna, anna, alex):
    view = keep(anna, query=f"base=all&status=new&owner=me&or=owner%3D{alex.pk}&or=created_at_in%3Dtoday&sort=-company,status")
    LeadFactory(owner=anna)
    few = assert_queries(as_anna, f"/leads/?view={view.word}", at_most=8)
    for number in range(60):
        LeadFactory(owner=alex, company=f"C{number}")

    assert assert_queries(as_anna, f"/leads/?view={view.word}", at_most=8) <= few + 1


def test_a_file_holds_the_rows_and_columns_of_its_view_and_says_what_it_is(as_anna, anna):
    LeadFactory(owner=anna, company="New", city="Bolzano")
    LeadFactory(owner=anna, company="Known", status="qualification")
    view = keep(anna, query="base=all&status=new&columns=city,company:200&sort=company")

    response = as_anna.get(f"/leads/export/?view={view.word}")
    lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))

    assert lines[:3] == [["City", "Company"], ["Bolzano", "New"], []]
    told = {label.removeprefix("# "): value for label, value in lines[3:]}
    assert (told["View"], told["Filters"], told["Sorted by"], told["Rows"], told["Exported by"]) == (
        "Fresh",
        "Status: New",
        "Company ↑",
        "1",
        anna.get_full_name(),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("view=v1&base=all&status=new&after=x&q=hotel", "base=all&status=new"),
        ("status=&or=&columns=company", "columns=company"),
    ],
)
def test_a_view_keeps_neither_place_nor_search(query, expected):
    assert state.kept(QueryDict(query)).urlencode() == expected


def test_two_addresses_that_say_the_same_are_the_same():
    one = QueryDict("status=new&status=known&or=a%3D1%26b%3D2&or=c%3D3")

    assert state.is_same(one, QueryDict("or=c%3D3&or=b%3D2%26a%3D1&status=known&status=new&q=x"))
    assert not state.is_same(one, QueryDict("or=c%3D3&status=known&status=new"))


def test_the_head_goes_along_with_the_rows_so_that_pin_and_files_say_the_state(as_anna, anna):
    LeadFactory(owner=anna)

    part = as_anna.get("/leads/?view=all&sort=company", headers={"HX-Request": "true", "HX-Target": "records"}).content.decode()

    assert part.count('id="list-head" hx-swap-oob="true"') == 1
    assert 'name="query" value="view=all&amp;sort=company"' in part
    assert "/leads/export/?view=all&amp;sort=company&amp;format=csv" in html.unescape(part).replace("&", "&amp;")
    assert "hx-swap-oob" not in as_anna.get("/leads/?view=all").content.decode()
