"""Money in a real browser: thirty lines to an acceptance, a change and its new version, an approved discount, a bonus, a new price."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from catalog.models import AveragePrice, PriceBookEntry
from partnerportal.tests.days import this_day
from partnerportal.tests.pages import follow, settled
from projects.models import BonusEntry
from projects.tests.factories import DemoDoneProject, IntroProject, ProposalProject
from quotes.models import Quote
from quotes.tests.factories import DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODES = ("UC-BUSINESS", "UC-PREMIUM", "CS-FLAT", "HW-DECT", "CX-PHONE-M", "SV-SETUP")


def sheet(count=30):
    return "Code\tQuantity\tDiscount\n" + "\n".join(f"{CODES[number % 6]}\t{number + 1}\t{number % 5}" for number in range(count))


def accept(page, name="Greta Hofer"):
    box = page.locator("#accept")
    box.get_by_label("Your name").fill(name)
    box.get_by_role("checkbox").check()
    box.get_by_role("button", name="Accept the quote").click()


def test_thirty_lines_of_a_spreadsheet_to_an_acceptance(page_as, anna, deliver, mailoutbox):
    quote = EmptyQuoteFactory(owner=anna, project=ProposalProject(owner=anna), is_primary=True)
    page = page_as(anna)
    page.goto(f"/quotes/{quote.pk}/")
    settled(page)
    page.get_by_text("Many lines at once").click()
    page.get_by_label(re.compile("Rows of a spreadsheet")).fill(sheet() + "\nNO-SUCH\t1")
    page.get_by_role("button", name="Add the rows").click()
    expect(page.locator(".line-more [role=alert]")).to_contain_text("Row 32")
    assert quote.lines.count() == 0
    page.get_by_label(re.compile("Rows of a spreadsheet")).fill(sheet())
    page.get_by_role("button", name="Add the rows").click()
    expect(page.locator(".line-list .line")).to_have_count(30)

    page.goto(f"/quotes/{quote.pk}/compose/")
    page.get_by_role("button", name="Short", exact=True).click()
    expect(page.get_by_label("Words")).to_have_value(re.compile("Attached you find our quote"))
    page.get_by_role("button", name="Preview the mail").click()
    expect(page.get_by_label("Preview of the mail")).to_contain_text(quote.contact.email)
    page.get_by_role("button", name="Submit and send").click()
    page.wait_for_url(re.compile(rf"/quotes/{quote.pk}/$"))
    while deliver():
        pass
    [mail] = mailoutbox
    link = re.search(r"/q/[\w-]+/", mail.body)[0]

    customer = page_as(None, width=390, script=False)
    customer.goto(link)
    quote.refresh_from_db()
    expect(customer.locator("main")).to_contain_text(f"€{quote.gross:,.2f}")
    accept(customer)
    expect(customer.locator("main")).to_contain_text("Greta Hofer")
    quote.refresh_from_db()
    quote.project.refresh_from_db()
    assert (quote.status, quote.project.stage, quote.project.mrr) == ("accepted", "contract_out", quote.mrr)
    page.goto(f"/projects/{quote.project_id}/")
    settled(page)
    expect(page.locator("main")).to_contain_text(f"{quote}: accepted")


def test_a_change_request_becomes_version_two_and_the_old_link_still_shows_version_one(page_as, anna, deliver):
    quote = DraftQuoteFactory(owner=anna, project=ProposalProject(owner=anna))
    page = page_as(anna)
    page.goto(f"/quotes/{quote.pk}/")
    page.get_by_role("button", name="Submit").first.click()
    expect(page.locator("#record-head")).to_contain_text("Submitted")
    while deliver():
        pass
    customer = page_as(None, script=False)
    customer.goto(f"/q/{quote.token}/")
    customer.get_by_text("Ask for a change").click()
    change = customer.locator("form[action$='/change/']")
    change.get_by_label("Your name").fill("Greta Hofer")
    change.get_by_label("1. UC Business").fill("15 instead of 12")
    change.get_by_role("button", name="Send").click()
    expect(customer.locator("main")).to_contain_text("15 instead of 12")

    page.goto(f"/quotes/{quote.pk}/")
    expect(page.locator("main")).to_contain_text("15 instead of 12")
    page.get_by_role("button", name="New version").click()
    expect(page.locator("#record-head")).to_contain_text("v2")
    second = Quote.objects.visible_to(anna).get(number=quote.number, version=2)
    page.goto(f"/quotes/{second.pk}/")
    settled(page)
    page.locator(".line-list .line").first.get_by_label("Quantity").fill("15")
    page.locator(".line-list .line").first.get_by_label("Quantity").press("Tab")
    expect(page.locator(".line-list .line").first).to_contain_text("€1,458.00")
    page.goto(f"/quotes/{second.pk}/compare/")
    row = page.locator(".differences tr.changed")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("12 15")
    page.goto(f"/quotes/{second.pk}/")
    page.get_by_role("button", name="Submit").first.click()
    expect(page.locator("#record-head")).to_contain_text("Submitted")

    quote.refresh_from_db()
    customer.goto(f"/q/{quote.token}/")
    expect(customer.locator("main")).to_contain_text("replaced by v2")
    expect(customer.locator("main")).to_contain_text(f"€{quote.gross:,.2f}")
    expect(customer.locator("#accept")).to_have_count(0)
    second.refresh_from_db()
    customer.goto(f"/q/{second.token}/")
    expect(customer.locator("main")).to_contain_text(f"€{second.gross:,.2f}")
    expect(customer.locator("#accept")).to_have_count(1)


def test_a_discount_above_the_limit_goes_out_when_it_is_granted(page_as, anna, otto):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.35")])
    page = page_as(anna)
    page.goto(f"/quotes/{quote.pk}/")
    expect(page.locator(".quote-missing")).to_contain_text("35 % is above your limit of 20 %")
    page.get_by_role("link", name="Ask for approval").click()
    page.get_by_label("Why is the discount needed?").fill("A competitor offers less.")
    page.get_by_role("dialog").get_by_role("button", name="Ask for approval").click()
    expect(page.locator(".quote-missing")).to_contain_text("is asked to approve")
    admin = page_as(otto)
    admin.goto(f"/admin/quotes/quote/{quote.pk}/change/")
    expect(admin.locator("#container")).to_contain_text("A competitor offers less.")
    admin.get_by_role("button", name="Grant the discount").click()
    expect(admin.locator("#container")).to_contain_text("Granted")
    page.goto(f"/quotes/{quote.pk}/")
    page.get_by_role("button", name="Submit").first.click()
    expect(page.locator("#record-head")).to_contain_text("Submitted")

    quote.refresh_from_db()
    assert (quote.status, quote.approval, quote.approval_by) == ("submitted", "granted", otto)


def test_a_bonus_is_refused_then_granted_and_the_statement_says_both(page_as, anna, otto):
    project = DemoDoneProject(owner=anna, name="Alpenblick")
    admin = page_as(otto)
    for button, reason in (("Refuse the bonus", "No attendees named"), ("Grant the bonus", "The list arrived")):
        admin.goto(f"/admin/projects/bonusdecision/{project.pk}/change/")
        admin.locator("#id_text").fill(reason)
        with admin.expect_navigation():
            admin.get_by_role("button", name=button).click()

    states = list(BonusEntry.objects.visible_to(otto).order_by("pk").values_list("state", "amount"))
    assert states == [("refused", Decimal("60.00")), ("granted", Decimal("60.00"))]
    page = page_as(anna)
    page.goto(f"/projects/{project.pk}/")
    page.get_by_role("link", name="Statement of the quarter").click()
    ledger = page.get_by_label("Ledger").first
    expect(ledger).to_contain_text("No attendees named")
    expect(ledger).to_contain_text("The list arrived")
    expect(page.get_by_label("Sums")).to_contain_text("€60.00")


def change_average_price(admin, amount):
    """Type a price, look at its effect, go back, find it as it was typed, and save it."""
    admin.goto("/admin/catalog/averageprice/add/")
    admin.locator("#id_family").select_option("license")
    admin.locator("#id_currency").select_option("EUR")
    admin.locator("#id_amount").fill(amount)
    admin.locator("#id_valid_from").fill(this_day().isoformat())
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator("#content")).to_contain_text("Saving changes no project")
    admin.get_by_role("link", name="Back", exact=True).click()
    expect(admin.locator("#id_amount")).to_have_value(amount)
    expect(admin.locator("#id_currency")).to_have_value("EUR")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator("#content")).to_contain_text("Saving changes no project")
    follow(admin, admin.get_by_role("button", name="Save this price").click)


def test_a_new_price_moves_no_project_and_no_quote_that_exists(page_as, anna, vendor_admin):
    project, estimated = IntroProject(owner=anna), IntroProject(owner=anna, interested_solutions=["license"])
    quote = DraftQuoteFactory(owner=anna, project=project, is_primary=True)
    sent = SubmittedQuoteFactory(owner=anna)
    before = (project.expected_mrr, estimated.expected_mrr, estimated.mrr, quote.net, quote.mrr, sent.gross)
    entry = PriceBookEntry.objects.get(book__kind="end_user", product__code="UC-BUSINESS", currency="EUR", billing_period="yearly")
    admin = page_as(vendor_admin)
    admin.goto(f"/admin/catalog/pricebookentry/{entry.pk}/change/")
    admin.get_by_label("Net price").fill("150.00")
    with admin.expect_navigation():
        admin.get_by_role("button", name="Save", exact=True).click()

    change_average_price(admin, "12.00")

    for row in (entry, project, estimated, quote, sent):
        row.refresh_from_db()
    assert entry.price == Decimal("150.00")
    assert AveragePrice.objects.get(family="license", currency="EUR", valid_from=this_day()).amount == Decimal("12.00")
    assert (project.expected_mrr, estimated.expected_mrr, estimated.mrr, quote.net, quote.mrr, sent.gross) == before
    page = page_as(anna)
    page.goto(f"/projects/{estimated.pk}/")
    expect(page.locator("#record-head")).to_contain_text(f"€{estimated.mrr:,.2f}")
    page.goto(f"/q/{sent.token}/")
    expect(page.locator("main")).to_contain_text(f"€{sent.gross:,.2f}")
    page.goto(f"/quotes/{quote.pk}/")
    expect(page.locator(".quote-missing")).to_contain_text("the price list has changed for UC Business")
    page.get_by_role("button", name="Take today's prices").click()
    expect(page.locator(".quote-missing")).to_have_count(0)
    assert quote.lines.order_by("position").first().unit_price == Decimal("150.00")
