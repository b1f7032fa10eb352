"""Views of lists in a real browser: put together, saved, changed, reset, shared; with the keyboard, on a phone, without script."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from leads.tests.factories import LeadFactory
from partnerportal.core.models import Pin, SavedView
from partnerportal.tests.pages import drafts, follow, is_wider_than_its_window, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.urls("partnerportal.core.tests.sample")]


DRAFT_IS_BACK = "What you had typed and not saved is here again."


@pytest.fixture
def leads(anna, ben):
    LeadFactory(owner=anna, company="Annas new", status="new", total_users=5)
    LeadFactory(owner=ben, company="Bens new", status="new", total_users=9)
    LeadFactory(owner=anna, company="Annas known", status="qualification", total_users=5)
    LeadFactory(owner=ben, company="Bens known", status="qualification", total_users=7)


def companies(page):
    return sorted(page.locator("td .title").all_inner_texts())


def asked(page):
    return parse_qs(urlsplit(page.url).query)


def test_a_view_is_put_together_saved_changed_reset_shared_and_opened_by_a_colleague(page_as, anna, ben, leads):
    page = page_as(ben)
    page.goto("/leads/?view=all")

    page.get_by_role("link", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Qualification").check()
    dialog.get_by_role("button", name="Or …").click()
    second = dialog.get_by_role("group", name="Group 2")
    second.get_by_role("checkbox", name="New", exact=True).check()
    second.get_by_role("combobox", name="Owner", exact=True).select_option(label="Me")
    dialog.get_by_role("button", name="Show").last.click()
    page.get_by_text("Changed", exact=True).wait_for()
    settled(page)
    assert companies(page) == ["Annas known", "Bens known", "Bens new"]

    page.get_by_role("link", name="Save as", exact=True).click()
    dialog.get_by_label("Name").fill("To look at")
    dialog.get_by_label("Everybody in my company").check()
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="To look at").wait_for()
    settled(page)
    assert page.get_by_text("Changed", exact=True).count() == 0

    page.get_by_role("link", name="Remove the filter Owner").click()
    page.get_by_text("Changed", exact=True).wait_for()
    settled(page)
    assert companies(page) == ["Annas known", "Annas new", "Bens known", "Bens new"]
    page.get_by_role("link", name="Reset").click()
    page.get_by_text("Changed", exact=True).wait_for(state="detached")
    settled(page)
    assert companies(page) == ["Annas known", "Bens known", "Bens new"]

    colleague = page_as(anna)
    colleague.goto("/leads/?view=all")
    colleague.locator(".view-picker summary").click()
    colleague.get_by_role("link", name="To look at").click()
    colleague.get_by_role("heading", name="To look at").wait_for()
    settled(colleague)
    assert companies(colleague) == ["Annas known", "Annas new", "Bens known"]
    assert colleague.get_by_role("link", name="Rename or share").count() == 0


def test_shift_adds_a_second_key_and_the_address_has_both(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all")

    page.get_by_role("link", name="Users").click()
    page.locator("th[aria-sort=ascending]").wait_for()
    page.get_by_role("link", name="Company").click(modifiers=["Shift"])
    page.locator("th sup").first.wait_for()

    assert page.locator("td .title").all_inner_texts() == ["Annas known", "Annas new", "Bens known", "Bens new"]
    assert asked(page)["sort"] == ["total_users,company"]
    page.reload()
    assert page.locator("th sup").all_inner_texts() == ["2", "1"]


def test_a_column_is_drawn_to_another_width_and_the_address_keeps_it(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all")
    box = page.locator("th[data-column=email]").bounding_box()
    edge, middle = box["x"] + box["width"] - 2, box["y"] + box["height"] / 2

    page.mouse.move(edge, middle)
    page.mouse.down()
    page.mouse.move(edge + 90, middle, steps=4)
    page.mouse.up()
    page.locator("th[data-column=email][width]").wait_for()

    width = int(re.search(r"email:(\d+)", asked(page)["columns"][0])[1])
    assert abs(width - box["width"] - 90) < 4
    assert companies(page) == ["Annas known", "Annas new", "Bens known", "Bens new"]


def draw(page, column, by):
    """Draw the edge of a column's head to the right."""
    box = page.locator(f"th[data-column={column}]").bounding_box()
    edge, middle = box["x"] + box["width"] - 2, box["y"] + box["height"] / 2
    page.mouse.move(edge, middle)
    page.mouse.down()
    page.mouse.move(edge + by, middle, steps=4)
    page.mouse.up()
    page.locator(f"th[data-column={column}][width]").wait_for()


def test_what_is_drawn_or_sorted_on_a_pinned_list_stays_what_was_pinned(page_as, anna, leads):
    Pin.objects.create(user=anna, page="leads", query="view=all&status=qualification")
    page = settled(page_as(anna))
    page.goto("/leads/")

    draw(page, "email", 90)
    page.wait_for_url(re.compile("columns="))
    assert companies(page) == ["Annas known", "Bens known"]

    page.goto("/leads/")
    page.get_by_role("link", name="Users").click(modifiers=["Shift"])
    page.wait_for_url(re.compile("sort="))
    assert page.locator("td .title").all_inner_texts() == ["Annas known", "Bens known"]


def test_back_and_forward_draw_the_list_as_it_was(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all")

    page.get_by_role("searchbox", name="Search this list").fill("Annas")
    expect(page.locator("td .title")).to_have_count(2)
    page.wait_for_url(re.compile("q=Annas"))
    page.get_by_role("link", name="Users").click(modifiers=["Shift"])
    page.locator("th[data-column=total_users][aria-sort=ascending]").wait_for()
    draw(page, "email", 90)
    page.wait_for_url(re.compile("columns="))

    page.go_back()
    expect(page.locator("th[data-column=email]:not([width])")).to_have_count(1)  # The page has come anew.
    expect(page.locator("th[data-column=total_users][aria-sort=ascending]")).to_have_count(1)
    settled(page)
    page.go_back()
    expect(page.locator("th[data-column=total_users]:not([aria-sort])")).to_have_count(1)
    settled(page)
    expect(page.locator("td .title")).to_have_count(2)
    page.go_back()
    expect(page.locator("td .title")).to_have_count(4)
    settled(page)
    page.go_forward()
    expect(page.locator("td .title")).to_have_count(2)

    settled(page).get_by_role("link", name="Filter", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="Filter")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()


def test_control_and_enter_send_the_filters(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all")
    settled(page).get_by_role("link", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="New", exact=True).check()

    page.keyboard.press("Control+Enter")

    page.wait_for_url(re.compile("status=new"))
    expect(dialog).not_to_be_visible()


def test_columns_are_moved_with_the_keyboard(page_as, anna, leads):
    page = page_as(anna)
    page.goto("/leads/?view=all")

    page.get_by_role("link", name="Columns").press("Enter")
    up = page.get_by_role("button", name="Move Status up")
    up.press("Enter")
    page.get_by_role("button", name="Show").last.press("Enter")
    page.wait_for_url(re.compile("columns="))

    assert asked(page)["columns"][0].startswith("status,company,email")


def test_a_filter_works_on_a_phone_without_a_script(page_as, anna, leads):
    page = page_as(anna, width=390, script=False)
    page.goto("/leads/?view=all")

    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_role("checkbox", name="Qualification").check()
    page.get_by_role("button", name="Or …").click()
    page.get_by_role("group", name="Group 2").get_by_role("combobox", name="Owner", exact=True).select_option(label="Me")
    follow(page, page.get_by_role("button", name="Show").last.click)

    assert companies(page) == ["Annas known", "Annas new", "Bens known"]
    assert not is_wider_than_its_window(page)
    page.get_by_role("link", name="Save as", exact=True).click()
    page.get_by_label("Name").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Mine")).to_be_visible()
    assert SavedView.objects.visible_to(anna).get().name == "Mine"


def save_as(page):
    page.goto("/leads/?view=all&status=new")
    settled(page).get_by_role("link", name="Save as", exact=True).click()
    return page.get_by_role("dialog")


def rename(page):
    settled(page).locator(".view-picker summary").click()
    page.get_by_role("link", name="Rename or share").click()


def test_the_name_of_a_view_comes_back_until_it_is_saved(page_as, anna, leads):
    page = page_as(anna)
    save_as(page).get_by_label("Name").fill("To look at tomorrow")

    page.reload()
    dialog = save_as(page)
    expect(dialog.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("To look at tomorrow")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="To look at tomorrow").wait_for()
    assert drafts(page) == []

    rename(page)
    name = page.get_by_role("dialog").get_by_label("Name")
    expect(name).to_have_value("To look at tomorrow")
    name.fill("For Monday")
    page.reload()
    rename(page)
    expect(name).to_have_value("For Monday")
    page.get_by_role("dialog").get_by_role("button", name="Discard it").click()
    expect(name).to_have_value("To look at tomorrow")
    assert drafts(page) == []
    assert SavedView.objects.visible_to(anna).get().name == "To look at tomorrow"


def test_a_name_that_was_given_up_does_not_come_back(page_as, anna, leads):
    page = page_as(anna)
    dialog = save_as(page)
    dialog.get_by_label("Name").fill("Never")
    assert len(drafts(page)) == 1

    dialog.get_by_role("button", name="Cancel").click()

    assert drafts(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("part", ["filters", "columns", "save"])
def test_the_forms_over_a_list_have_no_barriers_and_fit(page_as, anna, leads, part, width, scheme):
    page = page_as(anna, width=width, scheme=scheme)

    page.goto(f"/leads/views/?view=all&status=new&or=owner%3Dme&part={part}")

    assert violations(page) == []
    assert not is_wider_than_its_window(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_dialog_and_a_changed_list_have_no_barriers(page_as, anna, leads, width):
    page = settled(page_as(anna, width=width))
    page.goto("/leads/?view=all&status=new&or=owner%3Dme&sort=company,-created_at&columns=company:200,status,total_users")
    assert violations(page) == []

    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_role("dialog").get_by_label("Qualification").first.wait_for()

    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")


def test_columns_sorting_and_totals_are_within_reach_on_a_phone(page_as, anna, leads):
    page = page_as(anna, width=390, touch=True)
    page.goto("/leads/?view=recent")

    settled(page).get_by_role("link", name="Columns").tap()

    expect(page.get_by_role("dialog").get_by_text("Sort")).not_to_have_count(0)
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
