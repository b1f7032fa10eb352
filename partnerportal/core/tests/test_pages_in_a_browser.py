"""The blocks in a real browser: shell, list, board, record, forms; with the keyboard, on a phone, without script."""

import re

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, until, violations

pytestmark = [pytest.mark.browser, pytest.mark.urls("partnerportal.core.tests.sample")]


@pytest.fixture
def leads(anna):
    return [LeadFactory(owner=anna, company=f"Hotel {name}", status="new") for name in ("Alpenblick", "Brenner", "Central")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("address", ["/leads/", "/leads/board/", "/leads/new/", "record", "record/history/"])
def test_a_page_has_no_barriers_and_fits(page_as, anna, leads, address, width, scheme):
    page = page_as(anna, width=width, scheme=scheme)

    settled(page).goto(address.replace("record", f"/leads/{leads[0].pk}") + ("" if address.endswith("/") else "/"))
    settled(page)

    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def test_a_refused_move_asks_in_the_same_dialog_and_goes_on(page_as, anna, leads):
    page = page_as(anna)
    page.goto(f"/leads/{leads[0].pk}/")

    page.get_by_role("button", name="Mark Stage as Complete").click()
    page.get_by_role("dialog").get_by_text("How many users?").wait_for()
    page.get_by_label("Total users").fill("40")
    page.get_by_role("button", name="Save and go on").click()

    page.get_by_text("is in Qualification now").wait_for()
    lead = Lead.objects.across_partners(reason="test").get(pk=leads[0].pk)
    assert (lead.status, lead.total_users) == ("qualification", 40)


def test_a_refused_card_goes_back_and_settles_after_the_answer(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/board/")
    card = page.locator(f"#card-{leads[0].pk}")

    card.drag_to(page.locator("#lane-qualification"))
    page.get_by_role("dialog").get_by_text("How many users?").wait_for()

    assert page.locator(f"#lane-new #card-{leads[0].pk}").count() == 1
    page.get_by_label("Total users").fill("40")
    page.get_by_role("button", name="Save and go on").click()
    page.locator(f"#lane-qualification #card-{leads[0].pk}").wait_for()
    assert page.locator("#lane-head-qualification .pill").inner_text() == "1"
    assert page.locator("#lane-head-new .pill").inner_text() == "2"
    assert not page.get_by_role("dialog").is_visible()


def test_a_card_moves_by_keyboard(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/board/")

    page.locator(f"#card-{leads[0].pk} .t").focus()
    page.keyboard.press("m")
    page.get_by_role("button", name="Not in Target").press("Enter")
    page.get_by_label("Reason").fill("No budget")
    page.keyboard.press("Control+Enter")

    page.locator(f"#lane-not_in_target #card-{leads[0].pk}").wait_for()


def test_a_note_is_added_and_shown(page_as, anna, leads):
    page = page_as(anna)
    page.goto(f"/leads/{leads[0].pk}/")

    page.get_by_placeholder("Write a note …").fill("Needs twenty handsets")
    page.get_by_role("button", name="Add note").click()

    page.locator(".timeline").get_by_text("Needs twenty handsets").wait_for()
    page.get_by_text("The note was added.").wait_for()


def test_what_was_typed_survives_a_reload(page_as, anna, leads):
    page = page_as(anna)
    page.goto("/leads/new/")
    page.get_by_label("Company").fill("Kanton Uri")
    page.on("dialog", lambda dialog: dialog.accept())

    page.reload()

    assert page.get_by_label("Company").input_value() == "Kanton Uri"


def test_a_form_works_without_script(page_as, anna, leads):
    page = page_as(anna, script=False)
    page.goto(f"/leads/{leads[0].pk}/edit/")

    page.get_by_label("Company").fill("Hotel Alpenblick Neu")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("h1")).to_have_text("Hotel Alpenblick Neu")
    expect(page.get_by_role("link", name="Show the activity")).to_be_visible()


def test_a_list_searches_while_typing_and_keeps_it_in_the_address(page_as, anna, leads):
    page = page_as(anna)
    page.goto("/leads/")

    page.get_by_placeholder("Search this list").fill("brenner")
    page.get_by_text("1–1 of 1").wait_for()

    assert page.locator("td .title").all_inner_texts() == ["Hotel Brenner"]
    assert "q=brenner" in page.url


def test_what_is_typed_on_while_the_search_is_under_way_is_searched_for_too(page_as, anna, leads):
    page, held = page_as(anna), []
    page.goto("/leads/")
    field = page.get_by_placeholder("Search this list")
    page.route(re.compile(r"q=hotel(&|$)"), lambda route: held.append(route))

    field.press_sequentially("hotel")
    until(page, lambda: held)
    field.press_sequentially(" bren")
    page.wait_for_timeout(500)
    held[0].continue_()
    page.get_by_text("1–1 of 1").wait_for()

    assert field.input_value() == "hotel bren"
    assert page.locator("td .title").all_inner_texts() == ["Hotel Brenner"]
    assert page.evaluate("document.activeElement.id") == "list-search"


def test_an_answer_of_the_search_does_not_fetch_the_focus(page_as, anna, leads):
    page, held = page_as(anna), []
    page.goto("/leads/")
    page.route(re.compile(r"q=brenner(&|$)"), lambda route: held.append(route))

    page.get_by_placeholder("Search this list").press_sequentially("brenner")
    until(page, lambda: held)
    page.locator("#search").focus()
    held[0].continue_()
    page.get_by_text("1–1 of 1").wait_for()
    page.wait_for_timeout(200)

    assert page.evaluate("document.activeElement.id") == "search"


def asked_for(page):
    """The lists that the page asks for from now on."""
    found = []
    page.on("request", lambda request: found.append(request.url) if "/leads/?" in request.url or request.url.endswith("/leads/") else None)
    return found


def test_a_list_that_is_cleared_is_asked_for_once(page_as, anna, leads):
    page = page_as(anna)
    page.goto("/leads/?q=alpenblick")
    lists = asked_for(settled(page))

    page.get_by_role("link", name="Clear all").click()
    page.get_by_text("1–3 of 3").wait_for()
    page.wait_for_timeout(800)  # Longer than the list waits for the end of a word.

    assert len(lists) == 1


def test_what_is_typed_in_the_search_outlives_another_press(page_as, anna, leads):
    page = page_as(anna)
    page.goto("/leads/")
    field = page.get_by_placeholder("Search this list")

    settled(page)
    field.fill("brenner")
    page.get_by_role("columnheader").get_by_role("link", name="Company").click()

    page.wait_for_url("**q=brenner**")
    settled(page)
    assert field.input_value() == "brenner"
    assert "sort=company" in page.url
    assert page.locator("td .title").all_inner_texts() == ["Hotel Brenner"]


def test_what_is_cleared_while_the_search_is_under_way_is_cleared(page_as, anna, leads):
    page, held = page_as(anna), []
    page.goto("/leads/?q=alpenblick")
    field = page.get_by_placeholder("Search this list")
    page.route(re.compile(r"q=brenner(&|$)"), lambda route: held.append(route))

    field.fill("brenner")
    until(page, lambda: held)
    page.get_by_role("link", name="Clear all").click()
    page.get_by_text("1–3 of 3").wait_for()
    held[0].continue_()
    page.wait_for_timeout(800)  # Longer than an answer and the pause of the search.

    assert field.input_value() == ""
    assert page.locator("td .title").all_inner_texts() == ["Hotel Central", "Hotel Brenner", "Hotel Alpenblick"]
    assert "q=" not in page.url


def test_what_is_typed_while_the_list_is_cleared_is_searched_for_after_it(page_as, anna, leads):
    page, held = page_as(anna), []
    page.goto("/leads/?q=alpenblick")
    field = page.get_by_placeholder("Search this list")
    page.route(re.compile(r"/leads/(\?(?!q=).*)?$"), lambda route: held.append(route))

    page.get_by_role("link", name="Clear all").click()
    until(page, lambda: held)
    field.fill("brenner")
    page.wait_for_timeout(500)
    held[0].continue_()
    page.wait_for_url("**q=brenner**")
    settled(page)

    assert field.input_value() == "brenner"
    assert page.locator("td .title").all_inner_texts() == ["Hotel Brenner"]


def test_the_keyboard_goes_creates_edits_and_searches(page_as, anna, leads):
    page = page_as(anna)
    page.goto(f"/leads/{leads[0].pk}/")

    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Save the form").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.closest('#create') !== null")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    page.locator("h1").click()
    page.evaluate("for (const key of 'gl') document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))")
    page.wait_for_url("**/leads/")  # The two keys belong together for a second and a half only.


def test_ctrl_enter_saves(page_as, anna, leads):
    page = page_as(anna)
    page.goto(f"/leads/{leads[0].pk}/edit/")

    page.get_by_label("Company").fill("Hotel Neu")
    page.keyboard.press("Control+Enter")

    page.get_by_text("Hotel Neu was saved.").wait_for()
