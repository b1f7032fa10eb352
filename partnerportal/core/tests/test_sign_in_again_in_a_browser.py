"""The session ends in the middle of work: sign in again in place, and what was about to be sent is sent."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import settled, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def lead(anna, reference):
    return LeadFactory(owner=anna, company="Hotel Alpenblick", status="new")


def now(lead):
    return Lead.objects.across_partners(reason="test").get(pk=lead.pk)


def sign_in(page, password="partner-demo"):
    page.get_by_role("dialog").get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in and go on").click()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_long_form_is_saved_after_signing_in_again_in_place(page_as, anna, lead, width, scheme):
    page = page_as(anna, width=width, scheme=scheme)
    page.goto(f"/leads/{lead.pk}/edit/")
    page.locator("#id_company").fill("Hotel Neu")
    page.locator("#id_description").fill("A long text\nin two lines")
    page.context.clear_cookies()

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").get_by_text("Your session has ended.").wait_for()
    assert violations(page) == []
    sign_in(page, "wrong")
    page.get_by_role("dialog").get_by_text("is not right").wait_for()
    sign_in(page)

    page.get_by_text("Hotel Neu was saved.").wait_for()
    assert (now(lead).company, now(lead).description.replace("\r\n", "\n")) == ("Hotel Neu", "A long text\nin two lines")


def test_who_does_not_sign_in_keeps_the_form(page_as, anna, lead):
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/edit/")
    page.locator("#id_company").fill("Hotel Neu")
    page.context.clear_cookies(name="portal_session")

    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    expect(page.locator("form[aria-busy]")).to_have_count(0)
    settled(page)
    assert [url for url in sent if "/edit/" in url] == []
    expect(page.locator("#id_company")).to_have_value("Hotel Neu")
    assert now(lead).company == "Hotel Alpenblick"


def test_a_part_of_a_page_is_asked_for_again(page_as, anna, lead):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    cell = page.locator(f"tr[data-record='/leads/{lead.pk}/'] td[data-cell=company]")
    cell.get_by_role("button", name="Edit: Company").click()
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.context.clear_cookies()

    page.keyboard.press("Enter")
    sign_in(page)

    page.locator("td.saved", has_text="Hotel Neu").wait_for()
    assert now(lead).company == "Hotel Neu"


def test_the_palette_asks_again_and_the_page_keeps_what_was_typed(page_as, anna, lead):
    page = settled(page_as(anna))
    page.goto(f"/leads/{lead.pk}/edit/")
    page.locator("#id_company").fill("Hotel Neu")
    page.context.clear_cookies()

    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_text("Your session has ended.").wait_for()
    page.get_by_label("Password").fill("partner-demo")
    page.get_by_role("button", name="Sign in and go on").click()
    page.locator("#sign-in").wait_for(state="hidden")
    page.locator("#palette-input").fill("Alpenblick")
    page.get_by_role("option", name="Hotel Alpenblick").first.wait_for()
    page.keyboard.press("Escape")

    expect(page.locator("#id_company")).to_have_value("Hotel Neu")


def test_who_does_not_sign_in_leaves_the_palette(page_as, anna, lead):
    page = settled(page_as(anna))
    page.goto(f"/leads/{lead.pk}/edit/")
    page.locator("#id_company").fill("Hotel Neu")
    page.context.clear_cookies()

    page.keyboard.press("Control+k")
    page.get_by_role("button", name="Sign in and go on").wait_for()
    page.locator("#sign-in").get_by_role("button", name="Cancel").click()

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#id_company")).to_have_value("Hotel Neu")


def test_a_token_that_is_no_longer_valid_is_renewed_without_a_word(page_as, anna, lead):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    cell = page.locator(f"tr[data-record='/leads/{lead.pk}/'] td[data-cell=company]")
    cell.get_by_role("button", name="Edit: Company").click()
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.context.clear_cookies(name="portal_csrf")

    page.keyboard.press("Enter")
    page.locator("td.saved", has_text="Hotel Neu").wait_for()
    assert not page.get_by_role("dialog").is_visible()

    page.goto(f"/leads/{lead.pk}/edit/")
    page.locator("#id_company").fill("Hotel Form")
    page.context.clear_cookies(name="portal_csrf")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Hotel Form was saved.").wait_for()


def test_nothing_is_sent_under_the_name_of_somebody_else(page_as, anna, ben, lead):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    cell = page.locator(f"tr[data-record='/leads/{lead.pk}/'] td[data-cell=company]")
    cell.get_by_role("button", name="Edit: Company").click()
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.context.clear_cookies()
    page.context.add_cookies(page_as(ben).context.cookies())

    for _time in range(2):
        cell.get_by_role("textbox", name="Company").press("Enter")
        page.get_by_role("dialog").get_by_text("Somebody else is signed in").wait_for()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    expect(cell.get_by_role("textbox", name="Company")).to_have_value("Hotel Neu")
    assert now(lead).company == "Hotel Alpenblick"


def test_the_state_of_the_session_names_nobody_else(client, anna):
    assert client.get(reverse("session_state")).json()["user"] is None
    client.force_login(anna)
    assert client.get(reverse("session_state")).json()["user"] == anna.pk


def test_a_part_without_a_session_is_401_and_a_page_goes_to_the_sign_in(client, db):
    assert client.get("/leads/", headers={"HX-Request": "true"}).status_code == 401
    assert client.get("/leads/").url == "/auth/login/?next=/leads/"
