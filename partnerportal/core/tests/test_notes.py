"""Notes after they were written: edited, deleted, brought back, told in the history, and found."""

import pytest
from django.utils import timezone

from cases.tests.factories import CaseFactory
from leads.tests.factories import LeadFactory
from partnerportal.core import attached, notes, search
from partnerportal.core.models import Follow, Note, NoteChange, SearchEntry
from partnerportal.core.scoping import NotYours
from partnerportal.tests.counting import assert_queries
from partners.models import Partner, User
from projects.tests.factories import ProjectFactory

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


@pytest.fixture
def note(lead, anna):
    return attached.add_note(lead, "Wants handsets in Mai", by=anna)


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def activity(client, lead):
    return client.get(f"/leads/{lead.pk}/panels/activity/", **HTMX).content.decode()


def history(client, lead):
    return client.get(f"/leads/{lead.pk}/history/").content.decode()


def edit(client, lead, note, text, seen=""):
    return client.post(f"/leads/{lead.pk}/notes/{note.pk}/edit/", {"text": text, "seen": seen})


def untouched(note):
    note.refresh_from_db()
    return (note.text, note.edited_at, note.deleted_at, NoteChange.objects.for_partner(note.partner_id).count()) == (
        "Wants handsets in Mai",
        None,
        None,
        0,
    )


# --- editing -------------------------------------------------------------------------------


def test_ones_own_note_is_edited_and_says_so_and_the_history_knows_what_it_said(as_anna, lead, note):
    dialog = as_anna.get(f"/leads/{lead.pk}/notes/{note.pk}/edit/", **HTMX).content.decode()
    assert ("Wants handsets in Mai" in dialog, "stays in the history" in dialog) == (True, True)

    answer = edit(as_anna, lead, note, "Wants headsets in June")

    assert answer.url == f"/leads/{lead.pk}/"
    panel, told = activity(as_anna, lead), history(as_anna, lead)
    assert ("Wants headsets in June" in panel, "Wants handsets" in panel, "edited · Anna Conti" in panel) == (True, False, True)
    assert told.index("Wants handsets in Mai") < told.index("Wants headsets in June")
    note.refresh_from_db()
    assert note.edited_at is not None
    assert note.updated_at >= note.edited_at


def test_who_is_mentioned_for_the_first_time_hears_so_and_nobody_twice(lead, anna, alex, ben):
    note = attached.add_note(lead, "@Alex Rossi please call", by=anna)
    assert alex.notifications.filter(kind="mention").count() == 1

    notes.edit_note(note, lead, "@Alex Rossi and @Ben Marino please call", seen="", by=anna)

    assert [person.notifications.filter(kind="mention").count() for person in (alex, ben)] == [1, 1]
    assert Follow.objects.for_partner(lead.partner_id).filter(user=ben, object_id=lead.pk).count() == 1
    assert {person.pk for person in note.mentioned.all()} == {alex.pk, ben.pk}
    assert anna.notifications.count() == 0


def test_saving_without_a_change_changes_nothing(as_anna, lead, note):
    edit(as_anna, lead, note, "Wants handsets in Mai")

    assert untouched(note)


def test_an_empty_note_is_refused(as_anna, lead, note):
    assert edit(as_anna, lead, note, "  ").status_code == 422
    assert untouched(note)


def test_what_one_changed_in_another_window_is_not_written_over(as_anna, lead, note):
    edit(as_anna, lead, note, "First window")

    answer = edit(as_anna, lead, note, "Second window", seen="")

    assert (answer.status_code, "First window" in answer.content.decode()) == (409, True)
    note.refresh_from_db()
    assert note.text == "First window"
    again = edit(as_anna, lead, note, "Second window", seen=dict(answer.context["hidden"])["seen"])
    note.refresh_from_db()
    assert (again.status_code, note.text) == (302, "Second window")


@pytest.mark.parametrize("who", ["alex", "ben", "dora"])
@pytest.mark.parametrize("verb", ["edit", "delete"])
def test_nobody_but_its_author_changes_a_note(client, request, lead, note, who, verb):
    client.force_login(request.getfixturevalue(who))

    answer = client.post(f"/leads/{lead.pk}/notes/{note.pk}/{verb}/", {"text": "Not mine", "seen": ""})

    assert (answer.status_code, "Only Anna Conti, who wrote this note, may change it." in answer.content.decode()) == (403, True)
    assert untouched(note)
    assert f"notes/{note.pk}/{verb}/" not in activity(client, lead)


def test_another_partners_note_is_not_there(client, carla, lead, note):
    client.force_login(carla)

    assert [client.post(f"/leads/{lead.pk}/notes/{note.pk}/{verb}/").status_code for verb in ("edit", "delete", "restore")] == [404] * 3
    assert untouched(note)


def test_a_note_of_another_record_is_not_there(as_anna, anna, note):
    other = LeadFactory(owner=anna)

    assert edit(as_anna, other, note, "x").status_code == 404
    assert untouched(note)


def test_who_lost_sight_of_the_record_does_not_change_her_note(anna, alex):
    lead = LeadFactory(owner=alex)
    note = attached.add_note(lead, "Mine", by=anna)
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility="owner")
    anna = User.objects.select_related("partner").get(pk=anna.pk)

    with pytest.raises(type(lead).DoesNotExist):
        notes.edit_note(note, lead, "Other", seen="", by=anna)
    note.refresh_from_db()
    assert note.text == "Mine"


# --- deleting ------------------------------------------------------------------------------


def test_ones_own_note_is_deleted_and_comes_back_by_the_undo(as_anna, anna, lead, note):
    attached.pin_note(note, lead, by=anna)

    part = as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/delete/", **HTMX).content.decode()

    assert f"/leads/{lead.pk}/notes/{note.pk}/restore/" in part
    assert "Wants handsets" not in activity(as_anna, lead)
    assert "Wants handsets in Mai" in history(as_anna, lead)

    as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/restore/")

    assert "Wants handsets in Mai" in activity(as_anna, lead)
    assert [one.kind for one in NoteChange.objects.for_partner(lead.partner_id).order_by("pk")] == ["deleted", "restored"]


def test_a_deleted_note_is_neither_edited_nor_pinned_nor_deleted_again(as_anna, anna, lead, note):
    notes.delete_note(note, lead, by=anna)

    assert edit(as_anna, lead, note, "x").status_code == 404
    assert as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/pin/", {"on": "1"}).status_code == 404
    assert as_anna.post(f"/leads/{lead.pk}/notes/{note.pk}/delete/").status_code == 404
    with pytest.raises(Note.DoesNotExist):
        notes.delete_note(note, lead, by=anna)
    assert NoteChange.objects.for_partner(lead.partner_id).count() == 1


def test_only_its_author_brings_a_note_back(anna, ben, lead, note):
    notes.delete_note(note, lead, by=anna)

    with pytest.raises(NotYours):
        notes.restore_note(note, lead, by=ben)
    note.refresh_from_db()
    assert note.deleted_at is not None


def test_notes_stay_among_the_changes_of_the_record_in_their_order(as_anna, anna, lead, note):
    edit(as_anna, lead, note, "Second")
    lead.company = "Brenner Logistik AG"
    lead.save()
    notes.delete_note(note, lead, by=anna)

    page = as_anna.get(f"/leads/{lead.pk}/history/")

    assert [[label for label, _old, _new in told.fields] for told in page.context["changes"]] == [["Note"], ["Company"], ["Note"], []]


def test_what_a_note_said_goes_along_when_its_record_becomes_another(as_anna, anna, lead, note):
    edit(as_anna, lead, note, "Second")
    project = ProjectFactory(owner=anna)

    attached.move_attached(lead, project)

    assert "Wants handsets in Mai" in as_anna.get(f"/projects/{project.pk}/history/").content.decode()


def test_activity_and_history_cost_the_same_for_many_edited_notes(as_anna, anna, lead):
    def cost():
        return [assert_queries(as_anna, f"/leads/{lead.pk}/{page}/", at_most=14) for page in ("panels/activity", "history")]

    def grow(count):
        for number in range(count):
            note = attached.add_note(lead, f"Note {number}", by=anna)
            notes.edit_note(note, lead, f"Note {number} again", seen="", by=anna)

    grow(1)
    few = cost()
    grow(12)

    assert cost() == few


# --- finding -------------------------------------------------------------------------------


def found(query, person):
    person = User.objects.select_related("partner").get(pk=person.pk)
    return [(hit.title, hit.subtitle, hit.url) for group in search.find(query, person) if group.kind == "core.note" for hit in group.hits]


def test_a_note_is_found_by_its_words_and_leads_to_its_record(anna, lead, note):
    assert found("handsets", anna) == [("Wants handsets in Mai", "Brenner Logistik", f"/leads/{lead.pk}/")]
    assert found("handsetts", anna) == found("HANDSETS", anna) == found("handsets", anna)
    assert found("nothing", anna) == []


def test_what_was_edited_is_found_and_what_it_said_before_is_not(anna, lead, note):
    notes.edit_note(note, lead, "Wants a Türsprechstelle", seen="", by=anna)

    assert [title for title, _on, _url in found("tursprechstelle", anna)] == ["Wants a Türsprechstelle"]
    assert found("handsets", anna) == []


def test_a_deleted_note_is_not_found_until_it_is_back(anna, lead, note):
    notes.delete_note(note, lead, by=anna)
    assert found("handsets", anna) == []

    notes.restore_note(note, lead, by=anna)
    assert len(found("handsets", anna)) == 1


def test_a_note_on_a_deleted_record_is_not_found(anna, lead, note):
    attached.delete_record(lead, by=anna)
    assert found("handsets", anna) == []

    attached.restore_record(type(lead), lead.pk, by=anna)
    assert len(found("handsets", anna)) == 1


def test_a_note_goes_along_to_another_record(anna, lead, note):
    project = ProjectFactory(owner=anna, name="Hotel Sonne")

    attached.move_attached(lead, project)

    assert found("handsets", anna) == [("Wants handsets in Mai", "Hotel Sonne", f"/projects/{project.pk}/")]


@pytest.mark.parametrize("visibility", ["company", "owner"])
def test_a_note_is_found_by_who_may_see_its_record_and_nobody_else(
    anna, alex, ben, carla, otto, olga, tariq, vendor_admin, lead, visibility
):
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility=visibility)
    case = CaseFactory(owner=alex)
    attached.add_note(lead, "Geheimwort on the lead", by=anna)
    attached.add_note(case, "Geheimwort on the case", by=alex)
    compared = set()

    for person in (anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
        person = User.objects.select_related("partner").get(pk=person.pk)
        expected = {
            f"/{place}/{record.pk}/"
            for place, record, permission in (("leads", lead, "leads.view_lead"), ("cases", case, "cases.view_case"))
            if person.has_perm(permission) and type(record).objects.visible_to(person).filter(pk=record.pk).exists()
        }
        assert {url for _title, _on, url in found("geheimwort", person)} == expected, person.first_name
        compared.add(len(expected))
    assert compared >= {0, 1, 2}


def test_every_note_has_its_entry_after_any_write(anna, lead, note):
    rows = SearchEntry.objects.across_partners(reason="the test looks at all entries").filter(kind="core.note")
    Note.objects.for_partner(lead.partner_id).filter(pk=note.pk).update(text="By hand", deleted_at=timezone.now())
    assert list(rows.values_list("object_id", "title", "on_kind", "on_id", "is_deleted", "owner")) == [
        (note.pk, "By hand", "leads.lead", lead.pk, True, anna.pk)
    ]

    Note.objects.for_partner(lead.partner_id).filter(pk=note.pk).delete()
    assert not rows.exists()


def test_the_page_of_results_shows_notes_and_what_they_stand_on(as_anna, lead, note):
    page = as_anna.get("/search/", {"q": "handsets", "kind": "core.note"}).content.decode()
    part = as_anna.get("/search/suggest/", {"q": "handsets"}, **HTMX).content.decode()

    for text in (page, part):
        assert ("Wants handsets in Mai" in text, "Brenner Logistik" in text, f'href="/leads/{lead.pk}/"' in text) == (True, True, True)
