"""What others change appears on a board: the answer to "what has happened since?"."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.views import boards
from partnerportal.tests.counting import assert_queries

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")
    aged(lead)
    return lead


def aged(*leads):
    """Leave them alone for an hour."""
    for lead in leads:
        Lead.objects.for_partner(lead.partner).filter(pk=lead.pk).update(updated_at=timezone.now() - timedelta(hours=1))


def touch(lead, **fields):
    Lead.objects.for_partner(lead.partner).filter(pk=lead.pk).update(updated_at=timezone.now(), **fields)


def changes(client, *shown, view="all", since=None):
    since = since or timezone.now()
    return client.get("/leads/board/", {"view": view, "since": since.isoformat(), "shown": ",".join(str(lead.pk) for lead in shown)})


def test_nothing_is_said_while_nothing_happens(as_anna, lead):
    answer = changes(as_anna, lead)

    assert (answer.status_code, answer.content) == (204, b"")


def test_a_moved_card_comes_with_the_heads_and_totals(as_anna, anna, lead):
    touch(lead, status="qualification")

    answer = changes(as_anna, lead).json()

    assert answer["gone"] == []
    assert [re.search(r'id="card-(\d+)".*?data-stage="(\w+)"', card).groups() for card in answer["cards"]] == [
        (str(lead.pk), "qualification")
    ]
    assert [re.search(r'pill grey">(\d+)<', head)[1] for head in answer["heads"]] == ["0", "1", "0", "0"]
    assert "1 lead" in html.unescape(answer["totals"])


def test_a_new_card_appears(as_anna, alex):
    mine = LeadFactory(owner=alex)

    assert f'id="card-{mine.pk}"' in changes(as_anna).json()["cards"][0]


@pytest.mark.parametrize("fields", [{"deleted_at": timezone.now()}, {"owner": "alex"}], ids=["deleted", "handed over"])
def test_a_card_that_left_the_board_is_gone(as_anna, alex, lead, fields):
    if "owner" in fields:
        fields = {"owner": alex}
    touch(lead, **fields)

    answer = changes(as_anna, lead, view="mine").json()

    assert (answer["gone"], answer["cards"]) == ([lead.pk], [])


def test_another_partners_card_is_gone_like_one_that_never_was(as_anna, carla, lead):
    theirs = LeadFactory(owner=carla, company="Nordlicht")

    unasked, asked, unknown = changes(as_anna, lead), changes(as_anna, theirs), changes(as_anna, Lead(pk=theirs.pk + 10_000))

    assert unasked.status_code == 204
    assert (asked.json()["gone"], asked.json()["cards"]) == ([theirs.pk], [])
    assert unknown.json() | {"gone": [theirs.pk], "now": asked.json()["now"]} == asked.json()


def test_many_changes_ask_for_the_whole_board(as_anna, anna, monkeypatch):
    monkeypatch.setattr(boards, "MOST_CHANGES", 2)
    LeadFactory.create_batch(3, owner=anna)

    answer = changes(as_anna).json()

    assert (answer["all"], "cards" in answer) == (True, False)


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00"])
def test_a_moment_that_is_none_is_refused(as_anna, lead, since):
    assert as_anna.get("/leads/board/", {"since": since}).status_code == 422


def test_shown_takes_only_keys(as_anna, lead):
    answer = as_anna.get("/leads/board/", {"since": timezone.now().isoformat(), "shown": f"x,-1,{'9' * 30},' OR 1=1,{lead.pk}"})

    assert answer.status_code == 204


def test_the_question_costs_the_same_for_one_and_for_many(as_anna, anna):
    address = f"/leads/board/?since={timezone.now().isoformat().replace('+', '%2B')}&view=all&shown=1"
    LeadFactory(owner=anna)
    one = assert_queries(as_anna, address, at_most=6)
    LeadFactory.create_batch(20, owner=anna)

    assert assert_queries(as_anna, address, at_most=6) == one


def test_a_card_carries_its_place_and_version(as_anna, lead):
    page = as_anna.get("/leads/board/?view=all").content.decode()

    order, version = re.search(rf'id="card-{lead.pk}"[^>]*data-order="([^"]*)" data-version="([^"]*)"', page).groups()
    stored = Lead.objects.for_partner(lead.partner).get(pk=lead.pk)
    assert version == stored.updated_at.isoformat()
    assert order == stored.updated_at.isoformat(timespec="microseconds")
