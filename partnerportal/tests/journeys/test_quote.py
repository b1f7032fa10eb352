"""From a quote to the customer's acceptance, in a real browser."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from partnerportal.tests.days import this_day
from partnerportal.tests.pages import follow, settled
from projects.services import record_verbal_agreement
from projects.tests.factories import ProposalProject
from quotes.models import Quote
from quotes.tests.factories import DraftQuoteFactory, SubmittedQuoteFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def add_line(page, code, *, quantity, period, discount="0"):
    count = page.locator(".line-list .line").count()
    editor = page.locator(".line-new")
    editor.get_by_label("Add a product").fill(code)
    editor.get_by_label("Billed").select_option(period)
    editor.get_by_label("Quantity").fill(str(quantity))
    editor.get_by_label("Discount %").fill(discount)
    editor.get_by_role("button", name="Add line").click()
    expect(page.locator(".line-list .line")).to_have_count(count + 1)


def test_a_quote_is_made_submitted_rendered_and_mailed(page_as, anna, deliver, mailoutbox):
    project = ProposalProject(owner=anna)
    record_verbal_agreement(project, on=this_day(), agreed_by="Jana Brenner", by=anna)
    page = page_as(anna)
    page.goto(f"/projects/{project.pk}/")
    page.get_by_role("link", name="Create quote").first.click()
    page.get_by_role("button", name="Create quote").click()
    page.wait_for_url(re.compile(r"/quotes/\d+/$"))
    quote = Quote.objects.visible_to(anna).get()

    settled(page)
    add_line(page, "UC-BUSINESS", quantity=12, period="yearly", discount="10")
    add_line(page, "CX-PHONE-M", quantity=2, period="one_off")
    project.refresh_from_db()
    quote.refresh_from_db()
    assert (quote.is_primary, quote.mrr, project.mrr) == (True, Decimal("97.20"), Decimal("97.20"))
    page.goto(f"/projects/{project.pk}/")
    expect(page.locator("#record-head")).to_contain_text(f"Quote {quote}")

    page.goto(f"/quotes/{quote.pk}/")
    page.get_by_role("button", name="Submit").first.click()
    expect(page.locator("#document")).to_contain_text("The PDF is being made")
    while deliver():
        pass
    expect(page.locator("#document")).to_contain_text("SHA-256")
    expect(page.locator("#document")).to_contain_text("E-mailed to")

    quote.refresh_from_db()
    project.refresh_from_db()
    assert (quote.status, project.stage) == ("submitted", "contract_out")
    with quote.pdf.file.open() as file:
        text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(file.read())).pages)
    assert "UC Business" in text
    cost = quote.lines.order_by("position").first().unit_cost
    assert str(cost) not in text
    (mail,) = mailoutbox
    assert [quote.contact.email in address for address in mail.to] == [True]
    assert [(name, content[:5]) for name, content, _type in mail.attachments] == [(quote.pdf.name, b"%PDF-")]
    assert f"/q/{quote.token}/" in mail.body
    assert str(cost) not in mail.message().as_string()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_customer_reads_and_accepts_without_an_account_or_script(page_as, anna, width):
    quote = SubmittedQuoteFactory(owner=anna)
    page = page_as(None, width=width, script=False)

    page.goto(f"/q/{quote.token}/")
    expect(page.locator("main")).to_contain_text(quote.name)
    page.locator("#accept").get_by_role("button", name="Accept the quote").click()
    expect(page.locator("#accept")).to_contain_text("Tick this to accept the quote.")
    page.locator("#accept").get_by_label("Your name").fill("Jana Brenner")
    page.locator("#accept").get_by_role("checkbox").check()
    page.locator("#accept").get_by_role("button", name="Accept the quote").click()

    expect(page.locator("main")).to_contain_text("Jana Brenner")
    quote.refresh_from_db()
    quote.project.refresh_from_db()
    assert (quote.status, quote.answered_by) == ("accepted", "Jana Brenner")
    assert (quote.project.stage, quote.project.verbal_agreement) == ("contract_out", True)


def test_the_customers_page_reaches_nothing_else(page_as, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    page = page_as(None)

    page.goto(f"/q/{quote.token}/")

    assert str(quote.lines.first().unit_cost) not in page.content()
    assert page.goto(f"/quotes/{quote.pk}/").url.endswith(f"/auth/login/?next=/quotes/{quote.pk}/")
    assert page.goto("/q/" + "x" * 43 + "/").status == 404


def test_a_draft_is_written_without_script(page_as, anna):
    quote = DraftQuoteFactory(owner=anna)
    page = page_as(anna, script=False)

    page.goto(f"/quotes/{quote.pk}/")
    count = page.locator(".line-list .line").count()
    page.locator(".line-new").get_by_label("Add a product").fill("CX-DECT")
    page.locator(".line-new").get_by_label("Billed").select_option("one_off")
    follow(page, page.locator(".line-new").get_by_role("button", name="Add line").click)
    page.goto(f"/quotes/{quote.pk}/")

    assert page.locator(".line-list .line").count() == count + 1
