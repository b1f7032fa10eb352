"""An Excel file of many rows in a real browser: asked for, watched, told of, downloaded."""

import io
import zipfile

import pytest

from leads.tests.factories import LeadFactory
from partnerportal.core import exporting, outbox
from partnerportal.core.models import OutboxMessage
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def many(anna, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 5)
    monkeypatch.setattr(exporting, "PART", 4)
    return [LeadFactory(owner=anna, company=f"Hotel {number}") for number in range(7)]


def deliver_next():
    outbox.deliver_one(OutboxMessage.objects.filter(kind="export.part", state="pending").latest("pk").pk)


def rows_of(download):
    with zipfile.ZipFile(io.BytesIO(download.path().read_bytes())) as book:
        return book.read("xl/worksheets/sheet1.xml").count(b"Hotel ")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_many_rows_become_a_file_that_one_may_leave_alone(page_as, anna, many, deliver, width, scheme):
    page = page_as(anna, width=width, scheme=scheme)
    page.goto("/leads/?view=all_open")
    settled(page)
    page.get_by_text("Export", exact=True).first.click()
    page.get_by_role("link", name="Excel").click()
    page.get_by_role("heading", name="An Excel file of many rows").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Write the file").click()

    page.wait_for_url("**/exports/*/")
    page.get_by_text("Choosing the rows.").wait_for()
    for _step in range(2):
        deliver_next()
    page.get_by_text("4 of 7 rows are written.").wait_for()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    page.goto("/leads/")
    deliver()

    page.goto("/notifications/")
    page.get_by_role("button", name="The Excel file of leads is ready: 7 rows.").click()
    page.get_by_text("The file is ready: 7 rows.").wait_for()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download").click()
    assert (rows_of(downloaded.value), downloaded.value.suggested_filename) == (7, "leads.xlsx")


def test_the_page_comes_to_its_end_by_itself_for_all_selected_rows(page_as, anna, many, deliver):
    page = page_as(anna)
    page.goto("/leads/?view=all_open")
    settled(page)
    page.locator("[data-pick-all]").check()
    page.locator("#bulk").get_by_text("7 selected").wait_for()
    page.locator("#bulk").get_by_role("button", name="Export Excel").click()
    page.get_by_text("Choosing the rows.").wait_for()

    deliver()

    page.get_by_text("The file is ready: 7 rows.").wait_for()


def test_without_script_the_page_is_looked_at_again(page_as, anna, many, deliver):
    page = page_as(anna, script=False)
    page.goto("/leads/export/?view=all_open&format=xlsx")
    page.get_by_role("button", name="Write the file").click()
    page.get_by_role("link", name="Look again").wait_for()
    deliver()

    page.get_by_role("link", name="Look again").click()

    page.get_by_text("The file is ready: 7 rows.").wait_for()
