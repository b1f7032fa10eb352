"""A record beside the rows of its list, by mouse, by keyboard and without scripts. In a real browser."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import AccountFactory
from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPLIT = "/leads/?view=all_open&sort=company&display=split"


@pytest.fixture
def leads(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {name}", status="new") for name in ("Alpenblick", "Brenner", "Central")]


def title(page):
    return page.locator("#side .record-title")


def open_row(page):
    return page.locator("a.peek[aria-current]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_row_opens_its_record_beside_the_list(page_as, anna, leads, scheme):
    page = settled(page_as(anna, scheme=scheme))
    page.goto("/leads/?view=all_open&sort=company")
    page.get_by_role("link", name="Split").click()

    expect(title(page)).to_contain_text("Hotel Alpenblick")
    expect(page).to_have_url(re.compile(f"display=split&open={leads[0].pk}$"))
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Hotel Central", exact=True).click()
    expect(title(page)).to_contain_text("Hotel Central")
    expect(open_row(page)).to_have_text("Hotel Central")
    expect(page).to_have_url(re.compile(f"open={leads[2].pk}$"))
    expect(page.locator("#said")).to_contain_text("Hotel Central")
    expect(page.locator("#side #activity .timeline-head, #side #activity .composer").first).to_be_visible()
    assert page.evaluate("window.stays")
    assert violations(page) == []
    assert not is_wider_than_its_window(page)

    page.go_back()
    expect(title(page)).to_contain_text("Hotel Alpenblick")
    expect(open_row(page)).to_have_text("Hotel Alpenblick")
    page.reload()
    expect(title(page)).to_contain_text("Hotel Alpenblick")


def test_the_keys_walk_the_rows_and_enter_leads_to_the_page(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(SPLIT)
    expect(title(page)).to_contain_text("Hotel Alpenblick")

    page.keyboard.press("j")
    expect(title(page)).to_contain_text("Hotel Brenner")
    page.keyboard.press("ArrowDown")
    expect(title(page)).to_contain_text("Hotel Central")
    page.keyboard.press("ArrowUp")
    expect(title(page)).to_contain_text("Hotel Brenner")
    expect(open_row(page)).to_have_text("Hotel Brenner")
    expect(page.get_by_role("link", name="Hotel Brenner", exact=True)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_contain_text("1 selected")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#side")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Hotel Brenner", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/leads/{leads[1].pk}/")


def test_search_and_selection_work_beside_a_record(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(SPLIT)

    page.get_by_role("checkbox", name="Hotel Brenner").check()
    page.get_by_role("link", name="Hotel Central", exact=True).click()
    expect(title(page)).to_contain_text("Hotel Central")
    expect(page.get_by_role("checkbox", name="Hotel Brenner")).to_be_checked()
    page.get_by_label("Search this list").fill("brenner")
    expect(title(page)).to_contain_text("Hotel Brenner")
    expect(page.locator("a.peek")).to_have_count(1)
    expect(page.get_by_label("Search this list")).to_be_focused()
    expect(page).to_have_url(re.compile("q=brenner.*display=split|display=split.*q=brenner"))


def test_what_is_changed_beside_the_list_leaves_the_person_there(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(f"{SPLIT}&open={leads[1].pk}")

    page.locator("#side").get_by_role("button", name="Follow").click()
    expect(page.locator("#side").get_by_role("button", name="Following")).to_be_visible()
    settled(page)
    page.locator("#side").get_by_role("button", name="Edit: City").click()
    page.locator("#side .cell-form input[name=city]").fill("Bolzano")
    page.keyboard.press("Enter")
    expect(page.locator("#side [data-cell=city]")).to_contain_text("Bolzano")
    settled(page)  # The page came anew.
    page.locator("#side").get_by_role("button", name="Qualification").click()
    expect(page.locator("#side .step.now")).to_contain_text("Qualification")

    expect(page).to_have_url(re.compile(f"display=split&open={leads[1].pk}$"))
    expect(title(page)).to_contain_text("Hotel Brenner")
    lead = Lead.objects.across_partners(reason="test").get(pk=leads[1].pk)
    assert (lead.city, lead.status) == ("Bolzano", "qualification")


def test_the_record_can_be_deleted_beside_the_list(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto(f"{SPLIT}&open={leads[1].pk}")

    page.locator("#side summary[aria-label='More actions']").click()
    page.locator("#side .menu-list .danger").click()
    page.locator("#dialog .btn-danger").click()

    expect(title(page)).to_contain_text("Hotel Alpenblick")
    expect(page.locator("a.peek")).to_have_count(2)


def test_without_scripts_a_row_is_a_link_to_the_list_with_its_record(page_as, anna, leads):
    page = page_as(anna, script=False)
    page.goto(SPLIT)

    page.get_by_role("link", name="Hotel Central", exact=True).click()

    expect(title(page)).to_contain_text("Hotel Central")
    expect(open_row(page)).to_have_text("Hotel Central")
    page.locator("#side").get_by_role("link", name="Open", exact=True).click()
    page.wait_for_url(f"**/leads/{leads[2].pk}/")


@pytest.mark.parametrize("width", [390, 820])
def test_a_narrow_window_shows_the_list_alone(page_as, anna, leads, width):
    page = settled(page_as(anna, width=width))
    page.goto(f"{SPLIT}&open={leads[1].pk}")

    expect(page.locator("#side")).to_be_hidden()
    expect(page.get_by_text("The split view needs a wider window")).to_be_visible()
    expect(page.get_by_role("link", name="Split")).to_be_hidden()
    assert not is_wider_than_its_window(page)
    page.get_by_role("link", name="Hotel Central", exact=True).click()
    page.wait_for_url(f"**/leads/{leads[2].pk}/")


def test_rows_and_record_scroll_on_their_own(page_as, anna, reference):
    for number in range(40):
        LeadFactory(owner=anna, company=f"Hotel {number:02}", status="new")
    page = settled(page_as(anna))
    page.goto(SPLIT)
    expect(title(page)).to_contain_text("Hotel 00")
    settled(page)

    for place in (".split-list .table-scroll", "#side"):
        assert page.locator(place).evaluate("one => one.scrollHeight > one.clientHeight + 40")
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
    page.get_by_role("link", name="Hotel 39").scroll_into_view_if_needed()
    assert page.locator("#side").evaluate("one => one.scrollTop") == 0


def test_the_first_column_stays_while_the_table_scrolls_sideways(page_as, anna, reference):
    account = AccountFactory(owner=anna, name="Hotel Alpenblick")
    page = settled(page_as(anna, width=820))
    page.goto("/accounts/?view=all&columns=name,status,record_type,phone,email,city,industry,country_name,created_at,owner")
    name, box = page.get_by_role("link", name=account.name), page.get_by_role("checkbox", name=account.name)
    head = page.get_by_role("columnheader", name="Account name")
    before = [one.bounding_box() for one in (name, box, head)]

    page.locator(".table-scroll").evaluate("one => { one.scrollLeft = 300 }")

    expect(page.locator(".table-scroll")).to_have_class(re.compile("is-scrolled"))
    assert [one.bounding_box() for one in (name, box, head)] == before


def test_the_rows_of_a_page_are_chosen_without_a_new_page(page_as, anna, reference):
    for number in range(30):
        LeadFactory(owner=anna, company=f"Hotel {number:02}", status="new")
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open&sort=company")
    page.evaluate("window.stays = true")

    page.get_by_role("button", name="25", exact=True).click()

    expect(page.locator("td .title")).to_have_count(25)
    expect(page.get_by_role("button", name="25", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("per_page=25"))
    assert page.evaluate("window.stays")
    anna.refresh_from_db()
    assert anna.per_page == 25
