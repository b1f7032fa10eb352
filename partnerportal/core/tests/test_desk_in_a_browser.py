"""Work in the list by hand: a cell is changed where it stands; many rows are selected and handed over, and come back."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.models import BulkChange
from partnerportal.core.views import lists
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def leads(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {name}", status="new", email="info@albergo.it") for name in ("Alpenblick", "Brenner")]


@pytest.fixture
def his(alex, reference):
    return LeadFactory(owner=alex, company="Hotel of Alex", status="new")


def cell(page, lead, field):
    return page.locator(f"tr[data-record='/leads/{lead.pk}/'] td[data-cell={field}]")


def now(lead):
    return Lead.objects.across_partners(reason="test").get(pk=lead.pk)


def test_a_cell_is_changed_with_the_keyboard_alone(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    company = cell(page, leads[0], "company")

    company.focus()
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="Company").fill("Nonsense")
    page.keyboard.press("Escape")
    assert company.locator(".title").inner_text() == "Hotel Alpenblick"

    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.keyboard.press("Enter")

    page.locator("td.saved", has_text="Hotel Neu").wait_for()
    assert page.evaluate("document.activeElement.dataset.cell") == "company"
    assert now(leads[0]).company == "Hotel Neu"


def test_a_cell_is_sent_before_the_page_has_looked_at_its_editor(page_as, anna, leads):
    page = page_as(anna)
    page.goto("/leads/?view=all_open")
    page.evaluate("htmx.config.defaultSettleDelay = 3000")  # What is new is tied to its scripts so much later; as a rule 20.

    cell(page, leads[0], "company").dblclick(position={"x": 3, "y": 3})
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.keyboard.press("Enter")

    page.locator("td.saved", has_text="Hotel Neu").wait_for()
    assert "/leads/?" in page.url
    assert now(leads[0]).company == "Hotel Neu"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_an_error_stays_in_the_cell_and_is_put_right_there(page_as, anna, leads, width, scheme):
    page = settled(page_as(anna, width=width, scheme=scheme))
    page.goto("/leads/?view=all_open")
    email = cell(page, leads[0], "email")

    email.get_by_role("button", name="Edit: E-mail").click()
    page.get_by_role("textbox", name="E-mail").fill("anna@gmail.com")
    page.keyboard.press("Enter")
    email.locator(".cell-errors").wait_for()

    assert violations(page) == []
    assert now(leads[0]).email == "info@albergo.it"
    page.get_by_role("textbox", name="E-mail").fill("neu@albergo.it")
    page.keyboard.press("Enter")
    page.locator("td.saved", has_text="neu@albergo.it").wait_for()
    assert now(leads[0]).email == "neu@albergo.it"


def test_a_cell_goes_back_with_undo(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")

    cell(page, leads[0], "company").dblclick(position={"x": 3, "y": 3})
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").click()

    cell(page, leads[0], "company").get_by_text("Hotel Alpenblick").wait_for()
    assert now(leads[0]).company == "Hotel Alpenblick"


def focused(page):
    return page.evaluate("document.activeElement.name || document.activeElement.dataset.cell")


def test_a_refused_cell_that_was_left_is_not_marked_when_another_one_opens(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    email, company = cell(page, leads[0], "email"), cell(page, leads[1], "company")
    email.get_by_role("button", name="Edit: E-mail").click()
    page.get_by_role("textbox", name="E-mail").fill("anna@gmail.com")
    page.keyboard.press("Enter")
    email.locator(".cell-errors").wait_for()
    page.keyboard.press("Escape")

    company.dblclick(position={"x": 3, "y": 3})
    page.get_by_role("textbox", name="Company").wait_for()
    page.wait_for_timeout(300)

    assert focused(page) == "company"
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    assert page.locator("td.saved").count() == 0


def test_another_cell_opens_when_what_was_typed_in_the_first_is_saved(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    cell(page, leads[0], "company").dblclick(position={"x": 3, "y": 3})
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")

    cell(page, leads[0], "email").get_by_role("button", name="Edit: E-mail").click()
    page.get_by_role("textbox", name="E-mail").fill("neu@albergo.it")
    page.keyboard.press("Enter")

    page.locator("td.saved", has_text="neu@albergo.it").wait_for()
    assert (now(leads[0]).company, now(leads[0]).email) == ("Hotel Neu", "neu@albergo.it")


def test_another_cell_stays_closed_while_the_first_is_refused(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    email = cell(page, leads[0], "email")
    email.get_by_role("button", name="Edit: E-mail").click()
    page.get_by_role("textbox", name="E-mail").fill("anna@gmail.com")

    cell(page, leads[0], "company").dblclick(position={"x": 3, "y": 3})
    email.locator(".cell-errors").wait_for()
    page.wait_for_timeout(300)

    assert page.locator(".cell-form").count() == 1
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value("anna@gmail.com")


def test_tab_saves_a_cell_and_opens_the_next_one(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open&sort=company")
    cells = page.locator("td[data-cell]").evaluate_all("all => all.map((one) => [one.closest('tr').dataset.record, one.dataset.cell])")
    of_first = [field for record, field in cells if record == f"/leads/{leads[0].pk}/"]
    company = of_first.index("company")
    beside = of_first[company + 1]

    cell(page, leads[0], "company").dblclick(position={"x": 3, "y": 3})
    page.get_by_role("textbox", name="Company").fill("Hotel Neu")
    page.keyboard.press("Tab")
    cell(page, leads[0], "company").get_by_text("Hotel Neu").wait_for()
    cell(page, leads[0], beside).locator("form :focus").wait_for()
    assert now(leads[0]).company == "Hotel Neu"

    page.keyboard.press("Shift+Tab")
    cell(page, leads[0], "company").locator("input:focus").wait_for()
    assert page.get_by_role("textbox", name="Company").input_value() == "Hotel Neu"
    assert page.locator(".cell-form").count() == 1

    for field in of_first[company + 1 :]:  # To the end of the row, and into the next.
        page.keyboard.press("Tab")
        cell(page, leads[0], field).locator("form :focus").wait_for()
    page.keyboard.press("Tab")
    cell(page, leads[1], of_first[0]).locator("form :focus").wait_for()
    assert now(leads[0]).history.count() == 2  # Made, and changed once: nothing else was typed.


@pytest.mark.parametrize("row", [0, 1])  # The last of the list, after which there is no cell, and the first.
def test_tab_stays_in_a_cell_whose_value_is_refused(page_as, anna, leads, row):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    email = cell(page, leads[row], "email")
    email.get_by_role("button", name="Edit: E-mail").click()
    page.get_by_role("textbox", name="E-mail").fill("anna@gmail.com")

    page.keyboard.press("Tab")
    email.locator(".cell-errors").wait_for()
    email.locator("input:focus").wait_for()

    assert page.locator(".cell-form").count() == 1
    assert page.get_by_role("textbox", name="E-mail").input_value() == "anna@gmail.com"
    assert page.get_by_role("button", name="Save E-mail").is_visible()
    assert now(leads[row]).email == "info@albergo.it"

    page.get_by_role("textbox", name="E-mail").fill("neu@albergo.it")
    page.keyboard.press("Tab")
    email.get_by_text("neu@albergo.it").wait_for()
    assert now(leads[row]).email == "neu@albergo.it"


@pytest.fixture
def many(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {number:03}", status="new") for number in range(60)]


def owners():
    rows = Lead.objects.across_partners(reason="test").order_by("owner__first_name").values_list("owner__first_name", flat=True)
    return sorted(rows)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_many_are_handed_over_with_preview_progress_and_undo(page_as, anna, alex, many, his, deliver, width, scheme):
    page = settled(page_as(anna, width=width, scheme=scheme))
    page.goto("/leads/?view=all_open&sort=company")

    page.evaluate("document.querySelector('[data-pick-all]').click()")
    page.locator("#bulk").get_by_text("50 selected").wait_for()
    page.get_by_role("button", name="Select all 61").click()
    page.locator("#bulk").get_by_text("61 selected").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Change owner").click()
    page.get_by_label("New owner").select_option(label="Alex Rossi")
    page.get_by_role("dialog").get_by_role("button", name="Preview").click()

    page.wait_for_url("**/bulk/*/")
    deliver()
    page.get_by_role("button", name="Change 60 records").wait_for()
    page.get_by_text("Not yours to change").wait_for()
    assert violations(page) == []
    assert owners() == ["Alex"] + ["Anna"] * 60
    page.get_by_role("button", name="Change 60 records").click()
    page.get_by_role("progressbar").wait_for()
    deliver()

    page.get_by_role("button", name="Undo all 60 changes").wait_for()
    assert owners() == ["Alex"] * 61
    page.get_by_role("button", name="Undo all 60 changes").click()
    page.get_by_role("progressbar").wait_for()
    deliver()
    page.get_by_text("restored", exact=True).wait_for()
    assert not is_wider_than_its_window(page)
    assert owners() == ["Alex"] + ["Anna"] * 60


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_many_are_deleted_after_a_preview_and_come_back(page_as, anna, many, his, deliver, width, scheme):
    page = settled(page_as(anna, width=width, scheme=scheme))
    page.goto("/leads/?view=all_open&sort=company")

    page.evaluate("document.querySelector('[data-pick-all]').click()")
    page.get_by_role("button", name="Select all 61").click()
    page.locator("#bulk").get_by_text("61 selected").wait_for()
    page.locator("#bulk").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/bulk/*/")
    deliver()
    page.get_by_role("heading", name="What stays, and why").wait_for()
    page.get_by_text("Not yours to change").wait_for()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    page.get_by_role("button", name="Delete 60 records").click()
    page.get_by_role("progressbar").wait_for()
    deliver()

    page.get_by_role("button", name="Bring all 60 records back").wait_for()
    assert violations(page) == []
    assert Lead.objects.across_partners(reason="test").filter(deleted_at=None).count() == 1
    page.get_by_role("button", name="Bring all 60 records back").click()
    page.get_by_role("progressbar").wait_for()
    deliver()
    page.get_by_text("restored", exact=True).wait_for()
    assert Lead.objects.across_partners(reason="test").filter(deleted_at=None).count() == 61


def test_a_field_ticked_after_a_refusal_has_its_input(page_as, anna, leads):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open")
    page.evaluate("document.querySelector('[data-pick-all]').click()")
    page.get_by_role("button", name="Change fields").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="E-mail", exact=True).check()
    dialog.get_by_role("textbox", name="E-mail", exact=True).fill("nonsense")
    dialog.get_by_role("button", name="Preview").click()
    dialog.locator("[data-summary]").wait_for()

    dialog.get_by_role("checkbox", name="Website", exact=True).check()
    dialog.get_by_role("textbox", name="Website", exact=True).fill("https://albergo.it")
    dialog.locator("#id_email").fill("neu@albergo.it")
    dialog.get_by_role("button", name="Preview").click()

    page.wait_for_url("**/bulk/*/")
    page.get_by_role("button", name="Change 2 records").wait_for()
    assert BulkChange.objects.get().answers == {"email": "neu@albergo.it", "website": "https://albergo.it"}


def test_rows_stay_selected_over_pages(page_as, anna, many):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open&sort=company")
    page.get_by_role("checkbox", name="Hotel 001").check()
    page.get_by_role("checkbox", name="Hotel 004").click(modifiers=["Shift"])
    page.locator("#bulk").get_by_text("4 selected").wait_for()

    page.get_by_role("link", name="Next page").click()
    page.get_by_role("checkbox", name="Hotel 055").check()
    page.locator("#bulk").get_by_text("5 selected").wait_for()
    page.get_by_role("button", name="Change owner").click()

    page.get_by_role("dialog").get_by_role("heading", name="Change owner of 5 records").wait_for()


def file_of(page, press):
    """The lines of the file that a button brings."""
    with page.expect_download() as brought:
        press.click()
    return list(csv.reader(io.StringIO(Path(brought.value.path()).read_text("utf-8-sig"))))


def test_a_few_rows_and_all_of_them_are_exported_from_the_page(page_as, anna, many):
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open&sort=company")
    page.get_by_role("checkbox", name="Hotel 001").check()
    page.get_by_role("link", name="Next page").click()
    page.get_by_role("checkbox", name="Hotel 055").check()
    page.locator("#bulk").get_by_text("2 selected").wait_for()
    address = page.url

    few = file_of(page, page.get_by_role("button", name="Export CSV"))
    assert [line[0] for line in few[1:3]] == ["Hotel 001", "Hotel 055"]
    assert ["# Rows", "2"] in few

    page.evaluate("document.querySelector('[data-pick-all]').click()")
    page.get_by_role("button", name="Select all 60").click()
    whole = file_of(page, page.get_by_role("button", name="Export CSV"))
    assert ["# Rows", "60"] in whole
    with page.expect_download() as brought:
        page.get_by_role("button", name="Export Excel").click()
    assert brought.value.suggested_filename == "leads.xlsx"
    assert page.url == address


def test_more_rows_than_are_counted_say_what_can_be_done_with_all_of_them(page_as, anna, many, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 55)
    monkeypatch.setattr(lists, "MOST", 55)
    page = settled(page_as(anna))
    page.goto("/leads/?view=all_open&sort=company")
    page.evaluate("document.querySelector('[data-pick-all]').click()")
    assert page.get_by_role("button", name="Change owner").is_enabled()
    assert page.get_by_text("At most 55 records are changed at once").is_hidden()

    page.get_by_role("button", name="Select all 55+").click()

    page.locator("#bulk").get_by_text("55+ selected").wait_for()
    assert page.get_by_text("At most 55 records are changed at once; a file holds all of them.").is_visible()
    assert page.get_by_role("button", name="Change owner").is_disabled()
    assert violations(page) == []
    assert ["# Rows", "60"] in file_of(page, page.get_by_role("button", name="Export CSV"))


def test_selected_rows_are_exported_without_a_script(page_as, anna, many):
    page = page_as(anna, script=False)
    page.goto("/leads/?view=all_open&sort=company")
    page.get_by_role("checkbox", name="Hotel 001").check()

    assert ["# Rows", "1"] in file_of(page, page.get_by_role("button", name="Export CSV"))
    assert page.get_by_text("selected", exact=True).is_hidden()
    assert page.locator("[data-pick-all]").is_hidden()


def test_on_a_phone_a_row_is_picked_with_the_finger_and_every_verb_says_what_it_is(page_as, anna, leads):
    page = settled(page_as(anna, width=390, height=844))
    page.goto("/leads/?view=all_open")

    page.get_by_role("checkbox", name="Hotel Brenner").click()

    page.locator(".bulk-count", has_text="1 selected").wait_for()
    assert page.get_by_role("button", name="Change owner").get_by_text("Change owner").is_visible()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def test_the_list_of_long_leads_fits_a_window_of_1440(page_as, anna, reference):
    long = {
        "company": "Landwirtschaftliche Hauptgenossenschaft Ostwestfalen-Lippe eG",
        "email": "geschaeftsfuehrung@hauptgenossenschaft-ostwestfalen.de",
    }
    LeadFactory(owner=anna, first_name="Maximiliane-Charlotte", last_name="Oberhuber-Niederkofler", status="qualification", **long)
    LeadFactory(owner=anna, next_step="Send the offer with the second site and the porting dates", next_step_on="2026-03-03", status="new")
    page = settled(page_as(anna))
    page.goto("/leads/")
    page.locator(".title", has_text="Landwirtschaftliche").wait_for()

    assert page.locator(".table-scroll").evaluate("one => one.scrollWidth <= one.clientWidth")
