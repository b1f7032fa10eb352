"""The mail of a quote, written by hand: nothing typed is lost, and two clicks send it once."""

import re

import pytest
from playwright.sync_api import expect

from partnerportal.tests.pages import drafts, is_wider_than_its_window, settled, violations
from quotes.models import Quote
from quotes.tests.factories import DraftQuoteFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAFT_IS_BACK = "What you had typed and not saved is here again."


@pytest.fixture
def quote(anna, reference):
    return DraftQuoteFactory(owner=anna)


@pytest.mark.parametrize("script", [True, False])
def test_two_clicks_send_one_mail_and_end_on_the_quote(page_as, anna, quote, deliver, mailoutbox, script):
    page = page_as(anna, script=script)
    page.goto(f"/quotes/{quote.pk}/compose/")
    page.get_by_label("Words").fill("Dear Greta, here it is.")

    page.get_by_role("button", name="Submit and send").dblclick()
    expect(page).to_have_url(re.compile(rf"/quotes/{quote.pk}/$"))  # Without scripts the second click ends the journey of the first.
    while deliver():
        pass

    expect(page.get_by_role("heading", level=1)).to_contain_text(quote.number)
    assert len(mailoutbox) == 1
    assert Quote.objects.across_partners(reason="test").get(pk=quote.pk).sendings.count() == 1


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_what_was_typed_comes_back_until_it_is_sent(page_as, anna, quote, width, scheme):
    page = page_as(anna, width=width, scheme=scheme, touch=width == 390)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/quotes/{quote.pk}/compose/")
    page.get_by_label("Subject").fill("Our offer")
    page.get_by_role("textbox", name="Copy to").fill("boss@aurora-telecom.com")
    page.get_by_label("Words").fill("Dear Greta")

    page.reload()
    expect(page.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Our offer")
    expect(page.get_by_role("textbox", name="Copy to")).to_have_value("boss@aurora-telecom.com")
    expect(page.get_by_label("Words")).to_have_value("Dear Greta")
    assert violations(page) == []
    assert not is_wider_than_its_window(page)

    taken = re.compile("^Attached you find our quote")
    page.get_by_role("button", name="Short", exact=True).click()
    expect(page.get_by_label("Words")).to_have_value(taken)
    settled(page)
    expect(page.get_by_label("Subject")).to_have_value("Our offer")
    expect(page.get_by_text(DRAFT_IS_BACK)).to_have_count(0)
    page.goto(f"/quotes/{quote.pk}/")
    page.goto(f"/quotes/{quote.pk}/compose/")
    expect(page.get_by_label("Words")).to_have_value(taken)

    page.get_by_role("button", name="Submit and send").click()
    page.wait_for_url(f"**/quotes/{quote.pk}/")
    assert drafts(page) == []


def test_a_reason_in_a_dialog_comes_back_and_goes_with_cancel(page_as, anna, quote):
    page = page_as(anna)
    page.goto(f"/quotes/{quote.pk}/")
    dialog = page.locator("#dialog")

    def ask():
        page.locator(".record-actions details").evaluate("(menu) => { menu.open = true; }")
        page.locator(".record-actions").get_by_role("link", name="Cancel the quote").click()
        expect(dialog.get_by_label("Reason")).to_be_visible()

    ask()
    dialog.get_by_label("Reason").fill("The customer has closed")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    ask()
    expect(dialog.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("The customer has closed")
    assert violations(page) == []
    dialog.get_by_role("button", name="Discard it").click()
    expect(dialog.get_by_label("Reason")).to_have_value("")

    dialog.get_by_label("Reason").fill("The customer has closed")
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    assert drafts(page) == []
    ask()
    settled(page)  # A draft would be filled in by now.
    expect(dialog.get_by_label("Reason")).to_have_value("")
    expect(dialog.get_by_text(DRAFT_IS_BACK)).to_have_count(0)


def test_a_reason_that_was_taken_does_not_come_back(page_as, anna, quote):
    page = page_as(anna)
    page.goto(f"/quotes/{quote.pk}/")
    page.locator(".record-actions details").evaluate("(menu) => { menu.open = true; }")
    page.locator(".record-actions").get_by_role("link", name="Cancel the quote").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Reason").fill("The customer has closed")
    assert len(drafts(page)) == 1

    dialog.get_by_role("button", name="Cancel the quote").click()

    expect(page.locator("#toasts .success")).to_be_visible()
    assert drafts(page) == []
