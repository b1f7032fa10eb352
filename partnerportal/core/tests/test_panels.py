import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached
from partnerportal.core.models import Follow, Note, Notification
from partnerportal.tests.counting import assert_queries
from partners.models import Partner

pytestmark = pytest.mark.urls("partnerportal.core.tests.sample")
HTMX = {"HTTP_HX_REQUEST": "true"}
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


def test_a_record_costs_no_more_queries_whatever_hangs_on_it(as_anna, anna, lead):
    attached.pin_note(attached.add_note(lead, "First, for @Alex Rossi", by=anna), lead, by=anna)
    one = assert_queries(as_anna, f"/leads/{lead.pk}/", at_most=12)
    panel = assert_queries(as_anna, f"/leads/{lead.pk}/panels/activity/", at_most=12, **HTMX)
    for number in range(30):
        attached.add_note(lead, f"Note {number}", by=anna)

    assert assert_queries(as_anna, f"/leads/{lead.pk}/", at_most=12) == one
    assert assert_queries(as_anna, f"/leads/{lead.pk}/panels/activity/", at_most=12, **HTMX) == panel


def test_actions_are_offered_to_those_who_may(client, anna, alex, lead):
    client.force_login(alex)
    seen = client.get(f"/leads/{lead.pk}/").content.decode()
    client.force_login(anna)
    own = client.get(f"/leads/{lead.pk}/").content.decode()

    for address in ("edit", "owner", "delete"):
        assert f'href="/leads/{lead.pk}/{address}/"' in own
        assert f'href="/leads/{lead.pk}/{address}/"' not in seen
    assert all(f'href="/leads/{lead.pk}/clone/"' in page for page in (own, seen))  # The copy is her own.
    assert "Only Anna Conti and the managers of Aurora Telecom may change this." in seen


def test_a_note_is_answered_with_the_panel_or_with_the_record(as_anna, lead):
    part = as_anna.post(f"/leads/{lead.pk}/notes/", {"text": "First & last"}, **HTMX)
    page = as_anna.post(f"/leads/{lead.pk}/notes/", {"text": "Second"})

    assert "First &amp; last" in part.content.decode()
    assert "The note was added." in part.content.decode()
    assert page["Location"] == f"/leads/{lead.pk}/"


def test_an_empty_note_is_refused(as_anna, lead):
    assert as_anna.post(f"/leads/{lead.pk}/notes/", {"text": " "}, **HTMX).status_code == 422
    assert not Note.objects.across_partners(reason="test").exists()


def test_the_timeline_tells_notes_moves_and_changes_newest_first(as_anna, anna, lead):
    lead.phone = "+390412345999"
    lead.save()
    attached.add_note(lead, "Needs handsets", by=anna)

    page = as_anna.get(f"/leads/{lead.pk}/panels/activity/", **HTMX).content.decode()

    assert page.index("Needs handsets") < page.index("Changed phone from") < page.index("Created")


def test_history_names_every_field_with_old_and_new_value(as_anna, anna, alex, lead):
    lead.total_users, lead.owner = 40, alex
    lead.save()

    page = as_anna.get(f"/leads/{lead.pk}/history/").content.decode()

    assert "Total users" in page
    assert '<td data-label="After">40</td>' in page
    assert '<td data-label="Before">Anna Conti</td><td data-label="After">Alex Rossi</td>' in page


def test_a_file_is_put_on_a_record_and_a_bad_one_refused_with_the_reason(as_anna, lead):
    good = as_anna.post(f"/leads/{lead.pk}/files/", {"file": SimpleUploadedFile("plan.pdf", PDF)}, **HTMX)
    bad = as_anna.post(f"/leads/{lead.pk}/files/", {"file": SimpleUploadedFile("plan.exe", b"MZ")}, **HTMX)

    assert "plan.pdf" in good.content.decode()
    assert bad.status_code == 422
    assert "Files of this kind are not taken." in bad.content.decode()


def test_follow_and_its_undo(as_anna, anna, lead):
    page = as_anna.post(f"/leads/{lead.pk}/follow/", {"on": "1"}, follow=True).content.decode()

    assert lead.followers.get().user == anna
    assert "Undo" in page


def test_who_loses_sight_of_a_record_by_what_she_did_is_led_to_the_list(as_anna, anna, alex, lead):
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility=Partner.Visibility.OWNER)
    his = LeadFactory(owner=alex, company="His")
    Follow.objects.for_partner(his.partner_id).create(**attached.link_to(his), user=anna)

    left = as_anna.post(f"/leads/{his.pk}/follow/", {"on": "0"}, follow=True)
    handed = as_anna.post(f"/leads/{lead.pk}/owner/", {"owner": alex.pk}, follow=True)

    for answer, sentence in ((left, "You no longer follow His."), (handed, "Brenner Logistik belongs to Alex Rossi now.")):
        assert answer.redirect_chain == [("/leads/", 302)]
        assert sentence in answer.content.decode()
    assert f'action="/leads/{his.pk}/follow/"' not in left.content.decode()


def test_in_a_list_the_record_out_of_sight_is_not_opened_again(as_anna, anna, alex, lead):
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility=Partner.Visibility.OWNER)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/leads/?q=B&open={lead.pk}"}

    answer = as_anna.post(f"/leads/{lead.pk}/owner/", {"owner": alex.pk}, headers=headers)

    assert answer.headers["HX-Redirect"] == "/leads/?q=B"


def test_owner_choices_are_active_colleagues(as_anna, alex, ben, carla, lead):
    ben.is_active = False
    ben.save()

    page = as_anna.get(f"/leads/{lead.pk}/owner/", **HTMX).content.decode()

    assert "Alex Rossi" in page
    for name in ("Ben Marino", "Carla Brandt"):
        assert name not in page
    refused = as_anna.post(f"/leads/{lead.pk}/owner/", {"owner": carla.pk}, **HTMX)
    assert refused.status_code == 422
    assert not Notification.objects.exists()


@pytest.mark.parametrize(("is_moved_on", "status", "owner"), [(False, 302, "Anna Conti"), (True, 409, "Dora Galli")])
def test_a_manager_takes_a_change_of_owner_back_unless_somebody_handed_it_on(client, ben, alex, dora, lead, is_moved_on, status, owner):
    client.force_login(ben)
    page = client.post(f"/leads/{lead.pk}/owner/", {"owner": alex.pk}, follow=True).content.decode()
    [form] = re.findall(rf'<form method="post" action="/leads/{lead.pk}/owner/">(.*?)</form>', page, re.DOTALL)
    back = dict(re.findall(r'name="(owner|seen)" value="(\d+)"', form))
    if is_moved_on:
        attached.change_owner(lead, to=dora, by=alex)

    answer = client.post(f"/leads/{lead.pk}/owner/", back)

    lead = Lead.objects.for_partner(lead.partner_id).get(pk=lead.pk)
    assert (answer.status_code, lead.owner.get_full_name()) == (status, owner)


def test_delete_asks_hides_and_offers_the_way_back(as_anna, lead):
    assert "You can bring it back" in as_anna.get(f"/leads/{lead.pk}/delete/", **HTMX).content.decode()

    page = as_anna.post(f"/leads/{lead.pk}/delete/", follow=True).content.decode()
    assert "Brenner Logistik was deleted." in page
    assert f'action="/leads/{lead.pk}/restore/"' in page
    assert as_anna.get(f"/leads/{lead.pk}/").status_code == 404

    assert as_anna.post(f"/leads/{lead.pk}/restore/").status_code == 302
    assert as_anna.get(f"/leads/{lead.pk}/").status_code == 200


READ_ONLY = ("", "history/", "panels/activity/", "panels/files/", "mentions/")
CHANGING = ("edit/", "clone/", "owner/", "delete/", "move/", "notes/", "files/", "follow/", "mute/", "restore/")


@pytest.mark.parametrize("address", READ_ONLY + CHANGING)
def test_another_partner_finds_no_page_and_no_action(client, carla, lead, address):
    client.force_login(carla)

    answers = {client.get(f"/leads/{lead.pk}/{address}").status_code, client.post(f"/leads/{lead.pk}/{address}", {"on": "1"}).status_code}

    assert answers <= {404, 405}
    assert 404 in answers
    lead.refresh_from_db()
    assert (lead.deleted_at, lead.followers.count(), Lead.objects.for_partner(lead.partner).count()) == (None, 0, 1)


@pytest.mark.parametrize("address", ["notes/", "files/", "owner/", "delete/", "move/", "restore/"])
def test_the_account_manager_reads_and_changes_nothing(client, otto, lead, address):
    client.force_login(otto)

    assert client.get(f"/leads/{lead.pk}/").status_code == 200
    assert client.post(f"/leads/{lead.pk}/{address}", {"text": "x"}).status_code in (403, 404)
    assert not Note.objects.across_partners(reason="test").exists()


def test_the_menu_of_a_row_holds_what_the_record_page_offers(client, anna, alex):
    lead = LeadFactory(owner=anna)
    address = f"/leads/{lead.pk}/menu/"
    client.force_login(anna)

    assert client.get(address).headers["Location"] == lead.get_absolute_url()
    mine = client.get(address, headers={"HX-Request": "true"})
    page = client.get(lead.get_absolute_url())
    client.force_login(alex)
    other = client.get(address, headers={"HX-Request": "true"})

    offered = {action.url for action in mine.context["actions"]}
    assert offered == {action.url for action in page.context["buttons"] + page.context["menu"]}
    assert f"/leads/{lead.pk}/delete/" in offered
    assert f"/leads/{lead.pk}/delete/" not in other.text
    assert f"/leads/{lead.pk}/edit/" not in other.text


def test_what_is_done_in_a_row_goes_back_to_the_list(client, anna, alex):
    lead = LeadFactory(owner=anna)
    client.force_login(anna)

    def done(verb, at, **values):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"}
        return client.post(f"/leads/{lead.pk}/{verb}/", values, headers=headers).headers["HX-Redirect"]

    assert done("follow", "/leads/?view=all_open&sort=company", on="1") == "/leads/?view=all_open&sort=company"
    assert done("follow", f"/leads/{lead.pk}/", on="0") == f"/leads/{lead.pk}/"
    assert done("follow", "/accounts/", on="1") == f"/leads/{lead.pk}/"
    assert done("delete", "/leads/?q=Hotel") == "/leads/?q=Hotel"
