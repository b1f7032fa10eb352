"""What one does on a record, in a real browser: mention, pin, file and its version, call, follow, mute, what the bell says."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import AccountFactory
from leads.tests.factories import LeadFactory
from partnerportal.core import attached
from partnerportal.core.models import Notification
from partnerportal.tests.pages import drafts, is_wider_than_its_window, settled, violations
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Hotel Brenner")


def test_a_colleague_is_mentioned_by_keyboard_and_finds_it_behind_the_bell(page_as, anna, alex, lead):
    page = settled(page_as(anna))
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    page.locator("#id_text").press_sequentially("Please call them, @ale")
    page.get_by_role("option", name="Alex Rossi").wait_for()
    page.keyboard.press("Enter")
    page.locator("#id_text").press_sequentially("before Friday")
    page.get_by_role("button", name="Add note").click()

    page.get_by_text("The note was added, and Alex Rossi told of it.").wait_for()
    page.locator(".timeline .mention", has_text="@Alex Rossi").wait_for()
    assert drafts(page) == []
    expect(page.locator("#id_text")).to_have_value("")
    page.get_by_role("button", name="Pin this note").first.click()
    page.locator(".timeline.pinned").get_by_text("before Friday").wait_for()

    theirs = page_as(alex, width=390)
    theirs.goto("/notifications/")
    theirs.get_by_text("You were mentioned").wait_for()
    assert violations(theirs) == []
    assert not is_wider_than_its_window(theirs)
    theirs.get_by_role("button", name="Anna Conti mentioned you on Hotel Brenner").click()
    theirs.wait_for_url(f"**/leads/{lead.pk}/")
    assert not Notification.objects.filter(user=alex, read_at=None).exists()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_note_is_edited_deleted_brought_back_and_found(page_as, anna, lead, width, scheme):
    attached.add_note(lead, "Wants handsets in May", by=anna)
    page = page_as(anna, width=width, scheme=scheme)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    page.get_by_role("link", name="Edit this note").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("Wants headsets in June")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("The note was changed.").wait_for()
    page.locator(".timeline").get_by_text("edited · Anna Conti").wait_for()

    page.goto(f"/leads/{lead.pk}/history/")
    page.get_by_text("Wants handsets in May").wait_for()
    page.goto("/search/?q=headsets")
    page.get_by_role("link", name="Wants headsets in June").click()
    page.wait_for_url(f"**/leads/{lead.pk}/")
    settled(page)

    page.get_by_role("button", name="Delete this note").click()
    page.get_by_text("The note was deleted.").wait_for()
    expect(page.locator(".timeline").get_by_text("Wants headsets in June")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The note is back.").wait_for()
    page.locator(".timeline").get_by_text("Wants headsets in June").wait_for()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def test_a_file_gets_a_new_version(page_as, anna, lead):
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    page.locator("#panel-files .upload input[type=file]").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"one"})
    page.get_by_role("link", name="plan.txt", exact=True).wait_for()
    page.locator("#panel-files .new-version input[type=file]").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"two"}
    )
    page.get_by_text("1 older version").click()

    assert page.get_by_role("link", name="Version 1").is_visible()
    assert violations(page) == []
    assert [(one.version, one.is_current) for one in lead.attachments.order_by("version")] == [(1, False), (2, True)]


def test_a_call_is_written_down_with_what_follows(page_as, anna, lead):
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    page.locator("h1").click()
    page.keyboard.press("l")
    page.get_by_label("Minutes").fill("12")
    page.get_by_label("What was said").fill("Wants an offer")
    page.get_by_label("What follows").fill("Send the offer")
    assert violations(page) == []
    page.get_by_role("button", name="Save the call").click()

    page.get_by_text("The call was written down.").wait_for()
    page.locator(".timeline").get_by_text("I called · Reached · 12 minutes").wait_for()
    assert sorted(lead.tasks.values_list("subject", "status")) == [("Call", "completed"), ("Send the offer", "not_started")]


def test_follow_tells_and_mute_silences(page_as, anna, alex, lead):
    page = page_as(alex)
    page.goto(f"/leads/{lead.pk}/")
    page.get_by_role("button", name="Follow").click()
    page.get_by_text("You follow Hotel Brenner and hear of its changes.").wait_for()
    attached.add_note(lead, "First", by=anna)

    page.goto("/notifications/")
    page.get_by_text("Anna Conti wrote a note on Hotel Brenner").wait_for()
    page.get_by_role("button", name="Mute this record").click()
    page.get_by_text("Hotel Brenner is muted.").wait_for()
    attached.add_note(lead, "Second", by=anna)

    assert Notification.objects.filter(user=alex).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_actions_are_a_bar_at_the_bottom(page_as, anna, lead, scheme):
    page = page_as(anna, width=390, height=844, scheme=scheme)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    bar = page.locator(".record-actions").bounding_box()
    assert bar["y"] > 650
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Mute").wait_for()
    assert page.get_by_text("You hear of it because you own it.").is_visible()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def stored(record):
    return type(record).objects.for_partner(record.partner).get(pk=record.pk)


def fact(page, field):
    return page.locator(f"dd[data-cell={field}]")


def test_a_fact_is_changed_where_it_stands_with_the_keyboard(page_as, anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik", city="Verona")
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    fact(page, "city").get_by_role("button", name="Edit: City").press("Enter")
    page.get_by_role("textbox", name="City").fill("Nonsense")
    page.keyboard.press("Escape")
    expect(fact(page, "city")).to_have_text("Verona")
    expect(fact(page, "city").get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="City").fill("Padova")
    page.keyboard.press("Enter")

    expect(fact(page, "city")).to_have_text("Padova")
    expect(fact(page, "city").get_by_role("button")).to_be_focused()
    assert stored(lead).city == "Padova"
    page.get_by_role("button", name="Undo").click()
    expect(fact(page, "city")).to_have_text("Verona")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_fact_that_two_people_change_is_a_choice_in_its_place(page_as, anna, width, scheme):
    lead = LeadFactory(owner=anna, company="Brenner Logistik", city="Verona")
    page = page_as(anna, width=width, scheme=scheme)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)
    fact(page, "city").get_by_role("button", name="Edit: City").click()
    page.get_by_role("textbox", name="City").fill("Padova")
    type(lead).objects.for_partner(lead.partner).filter(pk=lead.pk).update(city="Trento")

    page.keyboard.press("Enter")
    clash = fact(page, "city").get_by_role("group", name="City")
    expect(clash).to_contain_text("Trento")
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    clash.get_by_role("radio", name="Mine").check()
    fact(page, "city").get_by_role("button", name="Save City").click()

    expect(fact(page, "city")).to_have_text("Padova")
    assert stored(lead).city == "Padova"


def test_who_may_not_change_a_record_finds_no_pencil(client, anna, alex, ben):
    lead = LeadFactory(owner=anna, city="Verona")
    found = {}
    for person in (anna, alex, ben):
        client.force_login(person)
        found[person] = 'data-cell="city"' in client.get(f"/leads/{lead.pk}/").content.decode()

    assert found == {anna: True, alex: False, ben: True}


def test_on_a_phone_the_first_thing_to_do_is_whole_and_the_others_are_in_the_menu(page_as, anna):
    task = TaskFactory(owner=anna, subject="Send the revised offer")
    page = page_as(anna, width=390, height=844)
    page.goto(f"/tasks/{task.pk}/")
    settled(page)

    first = page.get_by_role("button", name="Mark as complete")
    assert first.evaluate("one => one.getBoundingClientRect().right <= innerWidth && one.scrollWidth <= one.clientWidth")
    assert page.get_by_role("link", name="Change owner").count() == 0
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Change owner").click()
    page.get_by_role("dialog").get_by_role("button", name="Change owner").wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_mail_and_phone_of_the_head_are_copied(page_as, anna, reference, width, scheme):
    account = AccountFactory(owner=anna, email="info@brenner.it", phone="+390471123456")
    page = page_as(anna, width=width, scheme=scheme)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/accounts/{account.pk}/")

    page.get_by_role("button", name="Copy to the clipboard: info@brenner.it").click()

    expect(page.locator("#said")).to_have_text("Copied: info@brenner.it")
    assert page.evaluate("navigator.clipboard.readText()") == "info@brenner.it"
    page.get_by_role("button", name="Copy to the clipboard: +39").click()
    expect(page.locator("#said")).to_contain_text("Copied: +39")
    settled(page)
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
