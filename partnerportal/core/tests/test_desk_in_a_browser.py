"""Work in the list by hand: a cell is changed where it stands."""

import pytest

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import settled, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def leads(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {name}", status="new", email="info@albergo.it") for name in ("Alpenblick", "Brenner")]


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
