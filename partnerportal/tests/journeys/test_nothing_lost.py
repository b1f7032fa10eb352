"""What a person typed is not lost: by leaving, by a refusal, by a click beside a dialog. In a real browser."""

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached
from partnerportal.tests.pages import drafts, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAFT_IS_BACK = "What you had typed and not saved is here again."


def asked_on_leaving(page):
    """Leave the page by its header, stay on it when asked, and answer the questions."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.locator("a.brand, header a[href='/']").first.click(no_wait_after=True)
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
    assert len(drafts(page)) == 1
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/leads/{lead.pk}/")
    settled(page)

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
    expect(dialog).to_be_visible()
    expect(page.get_by_label("What was said")).to_have_value("Wants an offer")

    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).not_to_be_visible()


def test_a_draft_comes_back_on_its_own_record_only(page_as, anna):
    one, other = LeadFactory(owner=anna, company="Hotel Alpenblick"), LeadFactory(owner=anna, company="Hotel Brenner")
    page = page_as(anna)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/tasks/new/?about=leads.lead:{one.pk}&back=/leads/")
    page.get_by_label("Subject").fill("Call about the terrace")

    page.goto(f"/tasks/new/?about=leads.lead:{other.pk}")
    settled(page)
    expect(page.get_by_text(DRAFT_IS_BACK)).to_have_count(0)
    expect(page.get_by_label("Subject")).to_have_value("")

    page.goto(f"/tasks/new/?about=leads.lead:{one.pk}")
    expect(page.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Call about the terrace")


def test_what_failed_in_a_dialog_is_said_in_it(page_as, anna):
    lead = LeadFactory(owner=anna)
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)
    page.locator("h1").click()
    page.keyboard.press("l")
    dialog = page.locator("#dialog")
    dialog.get_by_label("What was said").fill("Wants a quote")

    page.context.set_offline(True)
    dialog.get_by_role("button", name="Save").click()

    expect(dialog.get_by_role("alert")).to_contain_text("No connection.")
    expect(dialog.get_by_label("What was said")).to_have_value("Wants a quote")


def test_two_files_at_once_are_refused_and_not_halved(page_as, anna):
    lead = LeadFactory(owner=anna)
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)

    page.evaluate(
        """() => {
            const data = new DataTransfer();
            for (const name of ["a.txt", "b.txt"]) data.items.add(new File(["text"], name, { type: "text/plain" }));
            const dropped = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            document.querySelector("[data-upload]").dispatchEvent(dropped);
        }"""
    )

    expect(page.locator("#toasts")).to_contain_text("One file at a time, please.")
    assert not lead.attachments.exists()


def cell(page, lead, field):
    return page.locator(f"tr[data-record='/leads/{lead.pk}/'] td[data-cell={field}]")


def type_into(page, place, label, text):
    place.get_by_role("button", name=f"Edit: {label}").click()
    page.get_by_role("textbox", name=label).fill(text)


@pytest.fixture
def lead(anna, reference):
    return LeadFactory(owner=anna, company="Hotel Alpenblick", status="new", email="info@albergo.it")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_what_was_typed_in_a_cell_survives_a_reload_until_it_is_saved(page_as, anna, lead, width, scheme):
    page = page_as(anna, width=width, scheme=scheme)
    page.goto("/leads/?view=all_open")
    email = cell(settled(page), lead, "email")
    type_into(page, email, "E-mail", "neu@albergo.it")

    page.reload()
    email.get_by_role("button", name="Edit: E-mail").click()

    expect(email.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value("neu@albergo.it")
    assert violations(settled(page)) == []
    page.get_by_role("textbox", name="E-mail").press("Enter")
    page.locator("td.saved", has_text="neu@albergo.it").wait_for()
    assert drafts(settled(page)) == []


@pytest.mark.parametrize("leave", ["Escape", "Cancel"])
def test_a_cell_that_was_cancelled_leaves_no_draft(page_as, anna, lead, leave):
    page = page_as(anna)
    page.goto("/leads/?view=all_open")
    company = cell(settled(page), lead, "company")
    type_into(page, company, "Company", "Hotel Neu")
    assert len(drafts(page)) == 1

    if leave == "Escape":
        page.keyboard.press("Escape")
    else:
        company.get_by_role("button", name="Cancel").click()

    expect(company.locator(".title")).to_have_text("Hotel Alpenblick")
    assert drafts(page) == []


def test_the_draft_of_a_cell_outlives_a_lost_line_and_can_be_discarded_there(page_as, anna, lead):
    page = page_as(anna)
    page.goto("/leads/?view=all_open")
    company = cell(settled(page), lead, "company")
    type_into(page, company, "Company", "Hotel Neu")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("No connection.")
    page.context.set_offline(False)

    page.reload()
    company.get_by_role("button", name="Edit: Company").click()
    company.get_by_role("button", name="Discard it").click()

    expect(page.get_by_role("textbox", name="Company")).to_have_value("Hotel Alpenblick")
    assert drafts(page) == []


def test_the_draft_of_a_cell_remembers_what_it_was_typed_over(page_as, anna, lead):
    page = page_as(anna)
    page.goto("/leads/?view=all_open")
    company = cell(settled(page), lead, "company")
    type_into(page, company, "Company", "Hotel Anna")
    Lead.objects.for_partner(anna.partner).update(company="Hotel Ben")

    page.reload()
    company.get_by_role("button", name="Edit: Company").click()
    expect(page.get_by_role("textbox", name="Company")).to_have_value("Hotel Anna")
    page.keyboard.press("Enter")

    expect(company.locator(".clashes .value")).to_have_text(["Hotel Ben", "Hotel Anna", "Hotel Alpenblick"])


def test_the_draft_of_a_fact_is_found_in_the_list_and_gone_once_it_is_saved(page_as, anna, lead):
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    fact = page.locator("dd[data-cell=city]")
    type_into(settled(page), fact, "City", "Brixen")

    page.goto("/leads/?view=all_open&columns=company,city")
    cell(settled(page), lead, "city").get_by_role("button", name="Edit: City").click()
    expect(page.get_by_role("textbox", name="City")).to_have_value("Brixen")
    page.goto(f"/leads/{lead.pk}/")
    settled(page)
    fact.get_by_role("button", name="Edit: City").click()
    expect(fact.get_by_text(DRAFT_IS_BACK)).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("textbox", name="City").press("Enter")

    expect(fact).to_contain_text("Brixen")
    assert drafts(page) == []
