import html
import re

import pytest

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.listviews import save_view
from partnerportal.core.models import Pin, SavedView, StageMove
from partnerportal.core.views import boards
from partnerportal.tests.counting import assert_queries

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/leads/board/?view=all"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik", total_users=40)


def lane(page, value):
    found = re.search(rf'id="lane-{value}".*?>(.*?)</div>\s*</section>', page, re.S)
    return re.findall(r'id="card-(\d+)"', found.group(1))


def stored(lead):
    return Lead.objects.across_partners(reason="test").get(pk=lead.pk)


def unchanged(lead):
    return stored(lead).status == "new" and not StageMove.objects.across_partners(reason="test").exists() and lead.history.count() == 1


def move(client, lead, to, *, seen="new", headers=None, **more):
    return client.post(f"/leads/{lead.pk}/move/", {"to": to, "seen": seen, **more}, **(headers or {}))


def test_a_board_shows_every_row_in_its_lane_with_counts(as_anna, anna, lead):
    known = LeadFactory(owner=anna, status="qualification")

    page = as_anna.get("/leads/board/?view=all").content.decode()

    assert lane(page, "new") == [str(lead.pk)]
    assert lane(page, "qualification") == [str(known.pk)]
    assert "2 leads" in page


def test_a_board_without_cards_offers_the_first_step_or_names_the_filter(as_anna, anna):
    bare = as_anna.get("/leads/board/").content.decode()
    assert 'class="empty card above-board"' in bare
    assert 'href="/leads/new/"' in bare.partition("above-board")[2].partition("</div>")[0]

    LeadFactory(owner=anna, company="Brenner", status="new")
    assert "above-board" not in as_anna.get("/leads/board/").content.decode()
    searched = as_anna.get("/leads/board/?status=new&q=zzz").content.decode()
    assert re.findall(r'class="emptied-by">.*?<b>(.*?)</b>', searched, re.DOTALL) == ["zzz"]


def test_an_automatic_lane_says_why_it_is_closed(as_anna, lead):
    page = as_anna.get("/leads/board/").content.decode()

    assert 'data-automatic="By converting."' in page
    assert re.search(r'data-to="converted" disabled', page)


def test_a_lane_shows_more_on_request(as_anna, anna, monkeypatch):
    monkeypatch.setattr(boards, "LANE_SIZE", 2)
    leads = [LeadFactory(owner=anna) for _number in range(3)]
    first = as_anna.get("/leads/board/").content.decode()
    more = html.unescape(re.search(r'class="btn btn-quiet lane-more" href="([^"]+)"', first).group(1))

    rest = as_anna.get(f"/leads/board/{more}", **HTMX).content.decode()

    assert lane(first, "new") == [str(leads[2].pk), str(leads[1].pk)]
    assert re.findall(r'id="card-(\d+)"', rest) == [str(leads[0].pk)]
    assert "lane-more" not in rest


def test_a_board_costs_no_more_queries_for_more_cards(as_anna, anna):
    LeadFactory(owner=anna)
    one = assert_queries(as_anna, "/leads/board/", at_most=8)
    for status in ("new", "qualification"):
        for _number in range(15):
            LeadFactory(owner=anna, status=status)

    assert assert_queries(as_anna, "/leads/board/", at_most=8) == one


def test_a_move_without_script_goes_back_to_the_record(as_anna, lead):
    response = move(as_anna, lead, "qualification")

    assert (response.status_code, response["Location"]) == (302, f"/leads/{lead.pk}/")
    assert stored(lead).status == "qualification"


def test_a_move_by_htmx_reloads_the_record(as_anna, lead):
    response = move(as_anna, lead, "qualification", headers=HTMX)

    assert (response.status_code, response["HX-Redirect"]) == (204, f"/leads/{lead.pk}/")


def test_a_move_on_the_board_brings_the_card_and_the_lanes_that_it_touched(as_anna, lead):
    response = move(as_anna, lead, "qualification", headers=HTMX, **{"from": "board"})
    answer = response.content.decode()

    assert response.status_code == 200
    assert f'<div id="card-{lead.pk}" hx-swap-oob="delete">' in answer
    assert 'hx-swap-oob="afterbegin:#lane-qualification"' in answer
    assert re.findall(r'id="lane-head-(\w+)"', answer) == ["new", "qualification"]
    assert re.findall(r'<span class="pill grey">(\d+)</span>', answer) == ["0", "1"]
    assert "is in Qualification now" in answer


def heads_after_a_move(client, lead, address):
    """The counts of the lanes that a move touched, on a board at an address, and what the whole board holds."""
    at = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://testserver/leads/board/{address}"}
    response = move(client, lead, "qualification", headers=at, **{"from": "board"})
    answer = response.content.decode()
    assert response.status_code == 200
    return re.findall(r'<span class="pill grey">(\d+)</span>', answer), re.search(r'id="board-totals"[^>]*>([^<]+)<', answer)[1]


@pytest.fixture
def others(alex):
    """Two of a colleague: the first view does not show them, that of all does."""
    return [LeadFactory(owner=alex, status="new", company="Zirbelhof"), LeadFactory(owner=alex, status="qualification", company="Hotel")]


@pytest.fixture
def saved(anna):
    return save_view(name="All of us", query="base=all", page="leads", sharing=SavedView.Sharing.PRIVATE, by=anna)


def test_the_counts_after_a_move_are_those_of_the_saved_view(as_anna, lead, others, saved):
    assert heads_after_a_move(as_anna, lead, f"?view={saved.word}") == (["1", "2"], "3 leads")


def test_the_counts_after_a_move_are_those_of_a_saved_view_that_was_narrowed(as_anna, lead, others, saved):
    assert heads_after_a_move(as_anna, lead, f"?view={saved.word}&base=all&q=Brenner") == (["0", "1"], "1 leads")


def test_the_counts_after_a_move_are_those_of_the_pin_where_the_address_says_nothing(as_anna, anna, lead, others, saved):
    Pin.objects.create(user=anna, page="leads", query=f"view={saved.word}")

    assert heads_after_a_move(as_anna, lead, "") == (["1", "2"], "3 leads")


def test_a_move_stands_although_its_view_was_deleted_meanwhile(as_anna, lead, saved):
    address = f"?view={saved.word}"
    saved.delete()

    assert heads_after_a_move(as_anna, lead, address) == (["0", "1"], "1 leads")
    assert stored(lead).status == "qualification"


def test_a_refused_move_names_what_is_missing_and_offers_it(as_anna, anna):
    lead = LeadFactory(owner=anna, total_users=None)

    response = move(as_anna, lead, "qualification", headers=HTMX)
    page = response.content.decode()

    assert response.status_code == 422
    assert "How many users?" in page
    assert 'name="total_users"' in page
    assert 'name="fill" value="total_users"' in page
    assert unchanged(lead)


def test_a_refused_move_goes_on_with_what_was_filled_in(as_anna, anna):
    lead = LeadFactory(owner=anna, total_users=None)

    response = move(as_anna, lead, "qualification", fill="total_users", total_users="40")

    assert response.status_code == 302
    assert (stored(lead).status, stored(lead).total_users) == ("qualification", 40)


def test_what_was_filled_in_is_not_kept_when_the_move_fails(as_anna, anna):
    lead = LeadFactory(owner=anna, total_users=None)

    response = move(as_anna, lead, "qualification", seen="qualification", fill="total_users", total_users="40")

    assert response.status_code == 409
    assert stored(lead).total_users is None
    assert unchanged(lead)


def test_only_declared_fields_can_be_filled_in(as_anna, lead):
    response = move(as_anna, lead, "qualification", fill="company,total_users", company="Stolen", total_users="5")

    assert response.status_code == 302
    assert stored(lead).company == "Brenner Logistik"


def test_a_stale_move_says_where_the_record_is(as_anna, anna, lead):
    Lead.objects.for_partner(lead.partner).filter(pk=lead.pk).update(status="qualification")

    response = move(as_anna, lead, "not_in_target", asked="1", reason="No budget", headers=HTMX)

    assert response.status_code == 409
    assert "it is in Qualification now" in response.content.decode()


@pytest.mark.parametrize("to", ["converted", "nowhere", ""])
def test_an_impossible_move_is_refused_and_changes_nothing(as_anna, lead, to):
    response = move(as_anna, lead, to)

    assert response.status_code == 422
    assert unchanged(lead)


def test_a_move_that_needs_a_reason_asks_for_it(as_anna, lead):
    asked = move(as_anna, lead, "not_in_target")
    blank = move(as_anna, lead, "not_in_target", asked="1", reason="  ")

    assert (asked.status_code, blank.status_code) == (422, 422)
    assert 'name="reason"' in asked.content.decode()
    assert "This field is required." in blank.content.decode()
    assert unchanged(lead)

    given = move(as_anna, lead, "not_in_target", asked="1", reason="No budget")

    assert given.status_code == 302
    assert StageMove.objects.across_partners(reason="test").get().reason == "No budget"


@pytest.mark.parametrize("headers", [None, HTMX])
def test_a_move_that_the_service_finds_invalid_is_refused_with_its_sentence(headers, as_anna, lead):
    response = move(as_anna, lead, "not_in_target", asked="1", reason="?", headers=headers)

    assert response.status_code == 422
    assert "Say it in words." in response.content.decode()
    assert unchanged(lead)


def test_a_colleague_is_refused_with_the_sentence_that_says_who_may(client, alex, lead):
    client.force_login(alex)

    page, part = move(client, lead, "qualification"), move(client, lead, "qualification", headers=HTMX)

    assert (page.status_code, part.status_code) == (403, 403)
    assert "Only Anna Conti and the managers of Aurora Telecom may change this." in page.content.decode()
    assert part["HX-Retarget"] == "#dialog"
    assert unchanged(lead)


def test_another_partner_finds_nothing_to_move(client, carla, lead):
    client.force_login(carla)

    assert move(client, lead, "qualification").status_code == 404
    assert unchanged(lead)


def test_a_move_is_never_a_get(as_anna, lead):
    assert as_anna.get(f"/leads/{lead.pk}/move/").status_code == 405


def test_what_the_dialog_fills_in_is_merged_with_what_others_saved(as_anna, anna):
    lead = LeadFactory(owner=anna, status="new", total_users=None)
    asked = as_anna.post(f"/leads/{lead.pk}/move/", {"to": "qualification", "seen": "new"}, headers={"HX-Request": "true"})
    Lead.objects.across_partners(reason="test").filter(pk=lead.pk).update(total_users=12)
    filled = {"to": "qualification", "seen": "new", "fill": "total_users", "total_users": "40", "base": asked.context["base"]}

    clash = as_anna.post(f"/leads/{lead.pk}/move/", filled, headers={"HX-Request": "true"})
    [question] = clash.context["questions"]
    lead.refresh_from_db()
    assert ((question.theirs, question.mine), lead.status, lead.total_users) == (("12", "40"), "new", 12)

    filled |= {"base": clash.context["base"], "clash": clash.context["clash"], "choice-total_users": "mine"}
    as_anna.post(f"/leads/{lead.pk}/move/", filled, headers={"HX-Request": "true"})
    lead.refresh_from_db()
    assert (lead.status, lead.total_users) == ("qualification", 40)
