"""The public form on a phone and by keyboard; the offers and the work on a lead without a mouse."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead, LeadOffer, WebForm
from leads.tests.factories import QualifiedLeadFactory, VendorLeadFactory, offered
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def focused(page):
    """The name of what has the focus, and whether its outline can be seen."""
    return page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")


def test_the_public_form_is_filled_on_a_phone_by_keyboard_alone(page_as, anna, aurora):
    form = WebForm.objects.create(partner=aurora)
    page = page_as(None, width=390, height=844, script=False)
    page.goto(f"/contact/{form.token}/")
    assert not is_wider_than_its_window(page)

    seen = []
    page.locator("[name=company]").focus()
    values = {
        "company": "Brenner Logistik", "first_name": "Jana", "last_name": "Brenner", "email": "jana@brenner.it", "city": "Bolzano",
        "total_users": "40", "description": "Please call.",
    }  # fmt: skip
    while focused(page) not in ("Send", "") and len(seen) < 20:
        name = focused(page)
        seen.append(name)
        if name == "consent":
            page.keyboard.press("Space")
        elif name in values:
            page.keyboard.type(values[name])
        page.keyboard.press("Tab")
    assert "fax_number" not in seen
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Thank you")

    (lead,) = Lead.objects.for_partner(aurora)
    assert (lead.company, lead.total_users, lead.origin) == ("Brenner Logistik", 40, "web")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "dark")])
def test_the_public_form_says_what_is_missing(page_as, aurora, width, scheme):
    form = WebForm.objects.create(partner=aurora)
    page = page_as(None, width=width, scheme=scheme)
    page.goto(f"/contact/{form.token}/")
    assert violations(page) == []

    page.get_by_role("button", name="Send").press("Enter")
    expect(page.locator(".line-error").first).to_be_visible()

    assert not is_wider_than_its_window(page)
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_an_offer_is_found_and_accepted_by_keyboard(page_as, anna, aurora, otto, width):
    (offer,) = offered(VendorLeadFactory(company="Hotel Miramare"), aurora, by=otto)
    page = page_as(anna, width=width)
    settled(page).goto("/leads/offers/")
    assert not is_wider_than_its_window(page)
    page.get_by_role("link", name="Hotel Miramare").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Hotel Miramare")
    settled(page)
    assert not is_wider_than_its_window(page)
    assert violations(page) == []

    page.get_by_role("button", name="Accept Lead").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/*/")

    offer.refresh_from_db()
    assert (offer.state, offer.answered_by) == (LeadOffer.State.ACCEPTED, anna)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_of_a_lead_fits_its_window(page_as, anna, width):
    lead = QualifiedLeadFactory(owner=anna, company="Hotel Miramare")
    page = page_as(anna, width=width)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)
    assert not is_wider_than_its_window(page)
    assert violations(page) == []
