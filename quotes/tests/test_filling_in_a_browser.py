"""Rows pasted into a quote: nothing that was pasted is lost before it is taken."""

import pytest
from playwright.sync_api import expect

from partnerportal.tests.pages import is_wider_than_its_window, settled, violations
from quotes.tests.factories import EmptyQuoteFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAFT_IS_BACK = "What you had typed and not saved is here again."
ROWS = "UC-BUSINESS\t12\nCX-DECT\t3"


@pytest.fixture
def quote(anna, reference):
    return EmptyQuoteFactory(owner=anna)


def box(page):
    return page.locator("#paste-rows")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pasted_rows_come_back_until_they_are_taken(page_as, anna, quote, width, scheme):
    page = page_as(anna, width=width, scheme=scheme)
    page.goto(quote.get_absolute_url())
    page.get_by_text("Many lines at once").click()
    box(page).fill(f"{ROWS}\nNO-SUCH\t1")

    settled(page).reload()
    expect(page.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(box(page)).to_be_visible()
    expect(box(page)).to_have_value(f"{ROWS}\nNO-SUCH\t1")
    assert violations(settled(page)) == []
    assert not is_wider_than_its_window(page)

    page.get_by_role("button", name="Add the rows").click()
    expect(page.get_by_text("Nothing was added.")).to_be_visible()
    page.reload()
    expect(box(page)).to_have_value(f"{ROWS}\nNO-SUCH\t1")

    box(page).fill(ROWS)
    page.get_by_role("button", name="Add the rows").click()
    expect(page.get_by_text("2 lines were added")).to_be_visible()
    expect(box(page)).to_have_value("")
    settled(page).reload()
    expect(box(page)).to_have_value("")
    assert page.get_by_text(DRAFT_IS_BACK).count() == 0
    assert quote.lines.count() == 2


def test_another_line_does_not_take_the_pasted_rows_away(page_as, anna, quote):
    page = page_as(anna)
    page.goto(quote.get_absolute_url())
    page.get_by_text("Many lines at once").click()
    box(page).fill(ROWS)

    page.get_by_label("Add a product").fill("UC-BUSINESS")
    page.get_by_role("button", name="Add line").click()
    expect(page.locator(".line-form")).to_have_count(1)

    expect(box(page)).to_have_value(ROWS)
