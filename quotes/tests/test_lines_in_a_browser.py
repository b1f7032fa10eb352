"""Lines of a draft on a slow line: what is typed while an answer is under way stays, and is saved."""

import re

import pytest
from playwright.sync_api import expect

from partnerportal.tests.pages import settled
from quotes.tests.factories import EmptyQuoteFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def quote(anna, reference):
    return EmptyQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "monthly"), ("CX-DECT", 3, "one_off")])


class Slow:
    """Holds the requests of the lines back until they are let go, in the order in which they came."""

    def __init__(self, page):
        self.held = []
        self.page = page
        page.route(re.compile(r"/quotes/\d+/lines/"), self.hold)

    def hold(self, route):
        if route.request.method == "POST":
            self.held.append(route)
        else:
            route.continue_()

    def wait(self, count=1):
        for _step in range(200):
            if len(self.held) >= count:
                break
            self.page.wait_for_timeout(50)
        assert len(self.held) == count

    def go(self):
        """Let the first one go, and see its answer on the page, which speaks of the person's presence meanwhile, too."""
        self.wait()
        route = self.held.pop(0)
        self.page.locator("#lines").evaluate("one => { one.dataset.old = ''; }")
        with self.page.expect_response(lambda answer: answer.request.method == "POST" and answer.url == route.request.url):
            route.continue_()
        expect(self.page.locator("#lines[data-old]")).to_have_count(0)
        self.page.wait_for_timeout(300)  # What is sent in turn is held by then.


def opened(page, quote):
    page.goto(quote.get_absolute_url())
    return settled(page), Slow(page)


def field(page, number, name):
    return page.locator(".line-form").nth(number).get_by_label(name)


def saved(quote):
    return [(line.quantity, str((line.discount * 100).normalize())) for line in quote.lines.order_by("position")]


def test_two_changes_of_a_line_are_both_kept(page_as, anna, quote):
    page, slow = opened(page_as(anna), quote)

    field(page, 0, "Quantity").fill("20")
    page.keyboard.press("Tab")
    field(page, 0, "Discount %").fill("5")
    page.keyboard.press("Tab")
    slow.go()
    expect(field(page, 0, "Discount %")).to_have_value("5")
    slow.go()

    expect(field(page, 0, "Discount %")).to_have_value("5")
    assert saved(quote) == [(20, "5"), (3, "0")]
    assert slow.held == []


def test_what_is_being_typed_in_another_line_stays_and_is_saved_when_it_is_left(page_as, anna, quote):
    page, slow = opened(page_as(anna), quote)

    field(page, 0, "Quantity").fill("20")
    page.keyboard.press("Tab")
    field(page, 1, "Quantity").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    slow.go()
    expect(field(page, 1, "Quantity")).to_be_focused()
    expect(field(page, 1, "Quantity")).to_have_value("4")
    assert slow.held == []
    page.keyboard.press("Tab")
    slow.go()

    expect(field(page, 1, "Quantity")).to_have_value("4")
    assert saved(quote) == [(20, "0"), (4, "0")]


def test_two_lines_that_were_changed_at_once_are_both_saved(page_as, anna, quote):
    page, slow = opened(page_as(anna), quote)

    field(page, 0, "Quantity").fill("20")
    page.keyboard.press("Tab")
    field(page, 1, "Quantity").fill("4")
    page.keyboard.press("Tab")
    slow.go()
    slow.go()

    expect(field(page, 0, "Quantity")).to_have_value("20")
    expect(field(page, 1, "Quantity")).to_have_value("4")
    assert saved(quote) == [(20, "0"), (4, "0")]
    assert slow.held == []


def test_a_new_line_that_is_being_typed_stays_and_is_added_once(page_as, anna, quote):
    page, slow = opened(page_as(anna), quote)
    product, count = page.get_by_label("Add a product"), page.locator("#line-new").get_by_label("Quantity")

    field(page, 0, "Quantity").fill("20")
    page.keyboard.press("Tab")
    product.fill("UC-BUSINESS")
    count.fill("7")
    slow.go()
    expect(product).to_have_value("UC-BUSINESS")
    expect(count).to_have_value("7")

    field(page, 0, "Quantity").fill("21")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add line").dblclick()
    slow.go()
    slow.go()

    expect(page.locator(".line-form")).to_have_count(3)
    expect(product).to_have_value("")
    assert saved(quote) == [(21, "0"), (3, "0"), (7, "0")]
    assert slow.held == []


def test_a_refused_value_stays_with_its_reason_when_another_line_is_saved(page_as, anna, quote):
    page, slow = opened(page_as(anna), quote)

    field(page, 0, "Quantity").fill("0")
    page.keyboard.press("Tab")
    slow.go()
    expect(page.locator(".line-error")).to_have_count(1)
    field(page, 1, "Quantity").fill("4")
    page.keyboard.press("Tab")
    slow.go()

    expect(field(page, 0, "Quantity")).to_have_value("0")
    expect(page.locator(".line").nth(0).locator(".line-error")).to_have_count(1)
    assert saved(quote) == [(12, "0"), (4, "0")]
    assert slow.held == []
