"""Rows by keyboard and by menu, and from record to record in the order of the list. In a real browser."""

import re

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached
from partnerportal.core.views import lists
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations
from tasks.tests.factories import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/leads/?view=all_open&sort=company"


@pytest.fixture
def leads(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {name}", status="new") for name in ("Alpenblick", "Brenner", "Central")]


def focused(page):
    """The name of the row that has the focus."""
    return page.evaluate("document.activeElement.matches('a.title') ? document.activeElement.textContent : ''")


def menu(page):
    return page.locator("#row-menu")


def test_the_keys_move_select_and_open(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(LIST)

    page.keyboard.press("j")
    assert focused(page) == "Hotel Alpenblick"
    for key in "kjjj":
        page.keyboard.press(key)
    assert focused(page) == "Hotel Central"
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Hotel Brenner")).to_be_checked()
    expect(page.locator("#bulk")).to_contain_text("1 selected")
    assert focused(page) == "Hotel Brenner"
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Hotel Brenner")).not_to_be_checked()
    page.keyboard.press("o")

    page.wait_for_url(f"**/leads/{leads[1].pk}/")


def test_letters_that_are_typed_are_letters(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(LIST)

    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.get_by_label("Search this list").press_sequentially("jko.x")

    expect(page.get_by_label("Search this list")).to_have_value("jko.x")
    page.wait_for_url("**q=jko.x**")
    settled(page)
    expect(page.locator("#row-menu:popover-open")).to_have_count(0)
    assert [url for url in asked if re.search(r"/menu/|/leads/\d+/", url)] == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_menu_of_a_row_by_key_and_by_touch(page_as, anna, leads, width, scheme):
    page = settled(page_as(anna, width=width, scheme=scheme, touch=width == 390))
    page.goto(LIST)

    if width == 390:
        page.get_by_role("button", name="Actions: Hotel Alpenblick").tap()
    else:
        page.keyboard.press("j")
        page.keyboard.press(".")
    expect(menu(page)).to_be_visible()
    words = [one.strip() for one in menu(page).locator(".label").all_inner_texts()]
    assert words[0] == "Open"
    assert {"Edit", "Clone", "Change owner", "Follow", "History"} < set(words)
    assert words[-1] == "Delete"
    assert page.evaluate("document.activeElement.textContent.trim()") == "Open"
    box = menu(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert violations(page) == []
    assert not is_wider_than_its_window(page)

    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent.trim()") == words[1]
    page.keyboard.press("Escape")
    expect(menu(page)).not_to_be_visible()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Actions: Hotel Alpenblick"
    expect(page.get_by_role("button", name="Actions: Hotel Alpenblick")).to_have_attribute("aria-expanded", "false")


def test_what_is_done_in_a_row_leaves_one_in_the_list(page_as, anna, alex, leads):
    page = settled(page_as(anna))
    page.goto(LIST)

    page.get_by_role("button", name="Actions: Hotel Brenner").click()
    menu(page).get_by_role("button", name="Follow").click()
    expect(page.locator("#toasts")).to_contain_text("You follow Hotel Brenner")
    assert page.url.endswith(LIST)
    expect(page.get_by_role("link", name="Hotel Brenner", exact=True)).to_be_focused()
    assert attached.standing(leads[1], anna) >= {"chosen"}

    page.keyboard.press(".")
    menu(page).get_by_role("link", name="Change owner").click()
    page.get_by_label("New owner").select_option(label="Alex Rossi")
    page.get_by_role("dialog").get_by_role("button", name="Change owner").click()
    expect(page.locator("#toasts")).to_contain_text("Alex Rossi")
    assert page.url.endswith(LIST)

    page.get_by_role("button", name="Actions: Hotel Central").click()
    menu(page).get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("#toasts")).to_contain_text("Hotel Central was deleted.")
    assert page.url.endswith(LIST)
    expect(page.get_by_role("link", name="Hotel Central", exact=True)).to_have_count(0)
    assert Lead.objects.across_partners(reason="test").get(pk=leads[1].pk).owner == alex


def test_the_menu_offers_what_the_person_may_do(page_as, alex, leads):
    page = settled(page_as(alex))
    page.goto(LIST)

    page.get_by_role("button", name="Actions: Hotel Brenner").click()
    expect(menu(page).get_by_role("link", name="Open")).to_be_visible()

    words = set(menu(page).locator(".label").all_inner_texts())
    assert "Open" in words
    assert not words & {"Edit", "Change owner", "Delete"}


def test_keys_that_are_switched_off_do_nothing(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(LIST)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_contain_text("Actions of the row")
    assert violations(page) == []
    sheet.get_by_role("button", name="Switch off what a key alone does").click()
    expect(page.locator("body[data-keys=off]")).to_be_attached()
    settled(page)

    for key in ("j", "?", "/", "c"):
        page.keyboard.press(key)
    assert focused(page) == ""
    expect(sheet).not_to_be_visible()
    page.get_by_label("Search this list").fill("")
    page.get_by_label("Search this list").press_sequentially("j?")
    expect(page.get_by_label("Search this list")).to_have_value("j?")
    page.goto(LIST)
    page.get_by_role("button", name="Help and keyboard shortcuts").click()
    sheet.get_by_role("button", name="Switch the keys on").click()
    expect(page.locator("body:not([data-keys])")).to_be_attached()
    settled(page)
    page.keyboard.press("j")
    assert focused(page) == "Hotel Alpenblick"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_task_has_its_menu_beside_its_tick(page_as, anna, reference, width):
    TaskFactory(owner=anna, assigned_to=anna, subject="Call the hotel")
    page = settled(page_as(anna, width=width))
    page.goto("/tasks/")

    page.get_by_role("button", name="Actions: Call the hotel").click()

    expect(menu(page).get_by_role("link", name="Edit")).to_be_visible()
    assert not is_wider_than_its_window(page)


# --- from record to record -----------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_arrows_keep_the_order_of_the_list(page_as, anna, leads, width, scheme):
    page = settled(page_as(anna, width=width, scheme=scheme))
    page.goto("/leads/?view=all_open&sort=-company")
    page.get_by_role("link", name="Hotel Central", exact=True).click()
    pager = page.get_by_role("navigation", name="The list that you came from")

    expect(pager.get_by_role("link", name="Previous record")).to_have_attribute("aria-disabled", "true")
    settled(page)
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    pager.get_by_role("link", name="Next record: Hotel Brenner").click()
    page.wait_for_url(f"**/leads/{leads[1].pk}/")
    page.keyboard.press("j")
    page.wait_for_url(f"**/leads/{leads[0].pk}/")
    expect(pager.get_by_role("link", name="Next record")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("k")
    page.wait_for_url(f"**/leads/{leads[1].pk}/")


def test_the_arrows_go_on_over_the_end_of_a_page(page_as, anna, reference, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    leads = [LeadFactory(owner=anna, company=f"Hotel {number}", status="new") for number in range(5)]
    page = settled(page_as(anna))
    page.goto(LIST)
    page.get_by_role("link", name="Hotel 1", exact=True).click()
    page.wait_for_url(f"**/leads/{leads[1].pk}/")

    for lead in leads[2:]:
        page.locator("#record-pager a[rel=next][href]").click()
        page.wait_for_url(f"**/leads/{lead.pk}/")
    expect(page.locator("#record-pager a[rel=next]")).to_have_attribute("aria-disabled", "true")
    for lead in reversed(leads[:4]):
        page.locator("#record-pager a[rel=prev][href]").click()
        page.wait_for_url(f"**/leads/{lead.pk}/")


def test_a_record_that_no_list_led_to_has_no_arrows(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(f"/leads/{leads[1].pk}/")

    settled(page)
    expect(page.locator("#record-pager")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 660, 850, 1100])
def test_all_that_can_be_done_with_selected_rows_is_in_the_window(page_as, anna, leads, width):
    page = settled(page_as(anna, width=width))
    page.goto(LIST)

    page.get_by_role("checkbox", name="Hotel Brenner").check()

    bar = page.locator("#bulk")
    expect(bar).to_be_visible()
    for one in bar.locator("a, button").all():
        if one.is_visible():
            box = one.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
