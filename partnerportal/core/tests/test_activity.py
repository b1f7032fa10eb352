import re
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.tests.factories import LeadFactory
from partnerportal.core import activity, attached
from partnerportal.core.activity import Cursor, timeline
from partnerportal.core.models import Note
from tasks.services import create_task, log_call

HTMX = {"HTTP_HX_REQUEST": "true"}
CALL = {"direction": "out", "outcome": "reached", "minutes": 12, "comments": "Wants an offer", "follow_up": "", "follow_up_on": None}


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik", total_users=None)


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(entries):
    return [entry.title for entry in entries]


def test_every_entry_is_told_once_over_all_pages(lead, anna):
    moment = timezone.now() - timedelta(days=1)
    for number in range(65):
        note = attached.add_note(lead, f"Note {number}", by=anna)
        Note.objects.for_partner(lead.partner).filter(pk=note.pk).update(created_at=moment + timedelta(seconds=number // 7))

    told, place = [], None
    while True:
        page = timeline(lead, anna, kinds=("note",), before=place)
        told += [entry.text for entry in page.past]
        place = page.following and Cursor.parse(str(page.following))
        if place is None:
            break

    assert sorted(told) == sorted(f"Note {number}" for number in range(65))


@pytest.mark.parametrize("text", ["", "x", "2026-01-01", "2026-99-99T00:00:00+00:00~a", "2026-01-01T00:00:00~a", "~", "\x00~\x00"])
def test_a_place_that_is_none_begins_at_the_top(as_anna, lead, text):
    assert Cursor.parse(text) is None
    assert as_anna.get(f"/leads/{lead.pk}/panels/activity/", {"before": text}, **HTMX).status_code == 200


def test_only_the_kind_that_was_asked_for_is_told(as_anna, lead, anna):
    attached.add_note(lead, "Needs handsets", by=anna)
    log_call(lead, values=CALL, by=anna)

    calls = as_anna.get(f"/leads/{lead.pk}/panels/activity/", {"kind": "call"}, **HTMX).content.decode()
    everything = as_anna.get(f"/leads/{lead.pk}/panels/activity/", {"kind": "nonsense"}, **HTMX).content.decode()

    assert "Wants an offer" in calls
    assert "Needs handsets" not in calls
    assert "Wants an offer" in everything
    assert "Needs handsets" in everything


def test_more_is_loaded_as_entries_alone_and_as_a_page_without_script(as_anna, lead, anna):
    for number in range(activity.PER_PAGE + 5):
        attached.add_note(lead, f"Note {number:02}", by=anna)
    first = as_anna.get(f"/leads/{lead.pk}/panels/activity/", {"kind": "note"}, **HTMX).content.decode()
    address = re.search(r'href="([^"]*before=[^"]*)"', first)[1].replace("&amp;", "&")

    more = as_anna.get(address, **HTMX).content.decode()
    page = as_anna.get(address).content.decode()

    assert re.findall(r"Note \d\d", more) == [f"Note {number:02}" for number in range(4, -1, -1)]
    assert "compose-note" not in more
    assert "Note 04" in page
    assert "<html" in page


def test_changes_are_sentences_with_old_and_new(lead, anna, alex):
    lead.total_users = 40
    lead.save()
    lead.total_users, lead.owner = 60, alex
    lead.save()
    lead.total_users = None
    lead.save()

    assert titles(timeline(lead, anna, kinds=("change",)).past) == [
        "Emptied total users (was 60)",
        "Changed owner from Anna Conti to Alex Rossi",
        "Set total users to 40",
        "Created",
    ]


def test_a_value_with_markup_is_text(as_anna, lead):
    lead.company = "<b>Uri & Söhne</b>"
    lead.save()

    page = as_anna.get(f"/leads/{lead.pk}/panels/activity/", **HTMX).content.decode()

    assert "&lt;b&gt;Uri" in page
    assert "<b>Uri" not in page


def test_a_pinned_note_stands_on_top_until_it_no_longer_does(as_anna, lead, anna):
    note = attached.add_note(lead, "The code of the door is with the porter", by=anna)

    page = as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/pin/", {"on": "1"}, **HTMX).content.decode()
    assert "The note is pinned on top." in page
    assert page.count("The code of the door") == 2

    as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/pin/", {"on": "0"}, **HTMX)
    note.refresh_from_db()
    assert note.pinned_at is None


def test_a_note_of_another_record_is_not_pinned_here(as_anna, lead, anna):
    note = attached.add_note(LeadFactory(owner=anna), "x", by=anna)

    assert as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/pin/", {"on": "1"}).status_code == 404
    note.refresh_from_db()
    assert note.pinned_at is None


def test_mentioned_names_stand_out_and_the_rest_is_escaped(as_anna, lead, anna, alex):
    attached.add_note(lead, "<i>@Alex Rossi</i> & @Nobody Else", by=anna)

    page = as_anna.get(f"/leads/{lead.pk}/panels/activity/", **HTMX).content.decode()

    assert '&lt;i&gt;<b class="mention">@Alex Rossi</b>&lt;/i&gt; &amp; @Nobody Else' in page


@pytest.mark.parametrize(
    ("typed", "names"), [("al", ["Alex Rossi"]), ("ross", ["Alex Rossi"]), ("carla", []), ("%", []), ("b", ["Ben Marino"])]
)
def test_colleagues_are_suggested_while_typing(as_anna, lead, alex, ben, carla, typed, names):
    page = as_anna.get(f"/leads/{lead.pk}/mentions/", {"q": typed}, **HTMX).content.decode()

    assert re.findall(r'data-name="([^"]+)"', page) == names


def test_what_is_to_come_stands_above_and_only_on_the_first_page(lead, anna):
    create_task(values={"subject": "Send the offer"}, on=lead, by=anna)

    first = timeline(lead, anna)

    assert titles(first.upcoming) == ["Send the offer"]
    assert timeline(lead, anna, before=Cursor(timezone.now(), "z")).upcoming == []


def test_the_bin_shows_what_one_may_bring_back(client, lead, anna, alex, ben, carla):
    attached.delete_record(lead, by=anna)
    shown = {}
    for person in (anna, alex, ben, carla):
        client.force_login(person)
        shown[person.first_name] = "Brenner Logistik" in client.get("/leads/deleted/").content.decode()

    assert shown == {"Anna": True, "Alex": False, "Ben": True, "Carla": False}
    client.force_login(ben)
    client.post(f"/leads/{lead.pk}/restore/")
    lead.refresh_from_db()
    assert lead.deleted_at is None
    assert "Nothing was deleted" in client.get("/leads/deleted/").content.decode()
