"""What a person typed is not lost: by leaving, by a refusal, by a click beside a dialog. In a real browser."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached
from partnerportal.tests.pages import drafts, settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAFT_IS_BACK = "What you had typed and not saved is here again."


def asked_on_leaving(page):
    """Leave the page by its header, stay on it when asked, and answer the questions."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("a.brand, header a[href='/']").first.click()
    page.wait_for_timeout(300)
    page.remove_listener("dialog", stay)
    return asked


@pytest.mark.parametrize(("address", "label"), [("/pipeline/new/", "Company name"), ("/team/invite/", "First name")])
def test_a_form_with_a_guard_asks_before_it_is_left(page_as, dora, address, label):
    page = page_as(dora)
    page.goto(address)
    page.get_by_label(label, exact=False).first.fill("Greta")

    assert asked_on_leaving(page) == ["beforeunload"]
    assert page.url.endswith(address)
    expect(page.get_by_label(label, exact=False).first).to_have_value("Greta")


def test_what_was_typed_into_the_wizard_survives_a_reload(page_as, anna):
    page = page_as(anna)
    page.goto("/pipeline/new/")
    page.get_by_label("Company name").fill("Hotel Alpenblick")
    page.on("dialog", lambda dialog: dialog.accept())

    page.reload()

    expect(page.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(page.get_by_label("Company name")).to_have_value("Hotel Alpenblick")


@pytest.mark.parametrize("answer", [403, 404])
def test_a_refusal_keeps_what_was_typed(page_as, anna, alex, answer):
    lead = LeadFactory(owner=anna, company="Hotel Central")
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/edit/")
    page.get_by_label("City").fill("Innsbruck")
    if answer == 404:
        attached.delete_record(lead, by=anna)
    else:
        Lead.objects.for_partner(anna.partner).update(owner=alex)

    with page.expect_navigation() as found:
        page.get_by_role("button", name="Save", exact=True).click()
    assert found.value.status == answer
    Lead.objects.for_partner(anna.partner).update(owner=anna, deleted_at=None)
    page.goto("/")
    page.goto(f"/leads/{lead.pk}/edit/")

    expect(page.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Innsbruck")


def test_what_was_saved_leaves_no_draft(page_as, anna):
    lead = LeadFactory(owner=anna, company="Hotel Central")
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/edit/")
    page.get_by_label("City").fill("Innsbruck")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/leads/{lead.pk}/")

    assert drafts(page) == []


def test_a_click_beside_a_dialog_does_not_throw_away_what_was_typed(page_as, anna):
    lead = LeadFactory(owner=anna)
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)
    dialog = page.locator("#dialog")

    page.locator("h1").click()
    page.keyboard.press("l")
    page.get_by_label("What was said").wait_for()
    page.mouse.click(5, 500)
    expect(dialog).not_to_be_visible()

    page.locator("h1").click()
    page.keyboard.press("l")
    page.get_by_label("What was said").fill("Wants an offer")
    page.mouse.click(5, 500)
    expect(page.get_by_label("What was said")).to_have_value("Wants an offer")

    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).not_to_be_visible()
