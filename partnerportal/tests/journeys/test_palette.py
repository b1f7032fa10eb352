"""The command palette with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import AccountFactory
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, until, violations

pytestmark = pytest.mark.browser


def opened(page):
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette-input")).to_be_focused()
    return page.locator("#palette-list")


def test_from_the_palette_to_a_record(page_as, anna):
    account = AccountFactory(owner=anna, name="Hotel Sonne")
    page = page_as(anna)
    page.goto("/")
    lines = opened(page)

    page.keyboard.type("hotel sone")
    expect(lines.get_by_role("option", name="Hotel Sonne")).to_have_attribute("aria-selected", "true")
    assert page.locator("#palette-input").get_attribute("aria-activedescendant") == lines.locator("[aria-selected]").get_attribute("id")
    assert violations(page) == []
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/accounts/{account.pk}/")
    lines = opened(page)
    page.keyboard.press("Escape")
    page.goto("/")
    lines = opened(page)
    expect(lines.get_by_role("group", name="Recently opened").get_by_role("option", name="Hotel Sonne")).to_be_visible()


def test_from_the_palette_to_actions_of_the_portal_and_of_the_record(page_as, anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    lines = opened(page)

    expect(lines.get_by_role("group", name="On this page").get_by_role("option", name="Change owner")).to_be_visible()
    page.keyboard.type("change ow")
    expect(lines.get_by_role("option").first).to_have_text("Change owner")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_contain_text("Change owner")
    page.keyboard.press("Escape")

    lines = opened(page)
    page.keyboard.type("new lead")
    expect(lines.locator("[aria-selected]")).to_contain_text("New lead")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/new/")


def test_from_the_palette_to_a_view_and_out_of_the_portal(page_as, anna):
    page = page_as(anna)
    page.goto("/accounts/")
    lines = opened(page)
    page.keyboard.type("closing this")
    expect(lines.get_by_role("group", name="Views").get_by_role("option").first).to_contain_text("Closing this month")
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/?view=closing")

    lines = opened(page)
    page.keyboard.type("log out")
    expect(lines.locator("[aria-selected]")).to_have_text("Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/auth/login/"))


def test_escape_closes_the_palette_and_gives_the_focus_back(page_as, anna):
    page = page_as(anna, width=390, scheme="dark")
    page.goto("/leads/")
    settled(page)
    page.locator("#list-search").focus()

    with page.expect_event("requestfinished", lambda one: "/palette/" in one.url):
        lines = opened(page)
    expect(lines.get_by_role("option").first).to_be_visible()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    page.keyboard.press("ArrowDown")
    expect(lines.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.type("zzzzzz")
    expect(page.locator("#palette-news")).to_have_text("Nothing found.")
    page.keyboard.press("Escape")

    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#list-search")).to_be_focused()


def test_the_list_of_shortcuts_leads_to_the_palette(page_as, anna):
    page = page_as(anna)
    page.goto("/")
    page.locator("main").click(position={"x": 2, "y": 2})

    page.keyboard.press("?")
    page.get_by_role("button", name="Command palette").click()

    expect(page.locator("#palette-input")).to_be_focused()


def test_enter_before_the_answer_takes_what_was_typed(page_as, anna):
    account = AccountFactory(owner=anna, name="Hotel Sonne")
    page = page_as(anna)
    page.goto("/")
    lines = opened(page)
    expect(lines.get_by_role("option").first).to_be_visible()
    settled(page)
    held = []
    page.route("**/palette/**", lambda route: held.append(route))

    page.keyboard.insert_text("Hotel Sonne")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()
    until(page, lambda: held)
    for route in held:
        route.continue_()

    page.wait_for_url(f"**/accounts/{account.pk}/")
