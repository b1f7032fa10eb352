"""Orders in a real browser: the confirmation step by step, and the stock form whose sum follows."""

import pytest
from playwright.sync_api import expect

from catalog.models import Product
from orders.models import Order
from orders.tests.factories import AnsweredOrderFactory, ConfirmedOrderFactory, ReadyQuoteFactory
from partnerportal.tests.pages import follow, is_wider_than_its_window, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def the_order():
    return Order.objects.across_partners(reason="test").get()


def test_from_the_accepted_quote_to_the_confirmed_order(page_as, anna):
    quote = ReadyQuoteFactory(owner=anna)
    page = page_as(anna)

    page.goto(quote.get_absolute_url())
    page.get_by_role("button", name="Create order").click()
    page.get_by_role("link", name="Confirm order").click()
    page.get_by_label("PBX name (DNS)").fill("Brenner GmbH!")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("Lower-case letters, digits and hyphens")
    page.get_by_label("PBX name (DNS)").fill("brenner")
    page.get_by_label("Platform").select_option("cloud")
    page.get_by_label("Region").select_option("europe")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Models and quantities are right").check()
    follow(page, page.get_by_role("button", name="Back").click)
    expect(page.get_by_label("PBX name (DNS)")).to_have_value("brenner")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Models and quantities are right")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Emergency address").fill("Via Bolzano 5, Merano")
    follow(page, page.get_by_role("button", name="Back").click)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Emergency address")).to_have_value("Via Bolzano 5, Merano")
    page.get_by_label("Telephone numbers").fill("10")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("The address is correct").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Terms and conditions accepted").check()
    page.get_by_role("button", name="Confirm order").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmed")
    order = the_order()
    assert (order.status, order.case.topic) == ("confirmed", "classound")
    expect(page.get_by_role("main")).to_contain_text(order.case.number)


def test_a_cancelled_draft_by_the_dialog(page_as, anna):
    order = AnsweredOrderFactory(owner=anna)
    page = settled(page_as(anna))

    page.goto(order.get_absolute_url())
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Cancel order").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Mistake")
    page.get_by_role("dialog").get_by_role("button", name="Cancel the order").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancelled")


def test_the_sum_of_a_stock_order_follows_the_quantities(page_as, anna):
    phone = Product.objects.get(code="CX-PHONE-M")
    page = page_as(anna)

    page.goto("/orders/new/")
    page.get_by_label(f"Quantity of {phone.name}").fill("7")
    page.keyboard.press("Tab")

    expect(page.locator("#stock-sum")).to_contain_text("€541.80")
    expect(page.locator("#stock-sum")).to_contain_text("3 more fill the last one")
    page.get_by_role("button", name="Go on to confirmation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm order")
    assert the_order().lines.get().quantity == 7


def test_the_confirmation_works_without_script(page_as, anna):
    order = AnsweredOrderFactory(owner=anna, terms_accepted=False)
    page = page_as(anna, script=False)

    page.goto(f"/orders/{order.pk}/confirm/")
    page.get_by_label("Terms and conditions accepted").check()
    follow(page, page.get_by_role("button", name="Confirm order").click)

    assert the_order().status == "confirmed"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(page_as, anna, width, scheme):
    confirmed, draft = ConfirmedOrderFactory(owner=anna), AnsweredOrderFactory(owner=anna)
    page = page_as(anna, width=width, scheme=scheme)
    addresses = ["/orders/", "/orders/new/", confirmed.get_absolute_url()]
    addresses += [f"/orders/{draft.pk}/confirm/?step={step.key}" for step in draft.steps]
    found = {}

    for address in addresses:
        page.goto(address)
        settled(page)
        found[address] = [*violations(page), *(["wider than its window"] if is_wider_than_its_window(page) else [])]

    assert found == {address: [] for address in addresses}
