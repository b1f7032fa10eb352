"""The board on a slow line, and where the hand lets go: no card is lost, doubled or left in a wrong lane."""

import re

import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from leads.views.records import LeadBoard
from partnerportal.core.views import boards
from partnerportal.tests.pages import settled, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(page):
    page.goto("/leads/board/")
    return settled(page)


def cards(page, lane):
    return page.locator(f"#lane-{lane} .deal").evaluate_all("all => all.map((one) => Number(one.id.slice(5)))")


def carry(page, card, *points):
    """Take a card by its edge and let it go at the last one of some points."""
    start = card.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    for x, y in points:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def middle(place):
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def statuses(leads):
    return [Lead.objects.across_partners(reason="test").get(pk=lead.pk).status for lead in leads]


def test_a_card_that_is_let_go_over_a_head_goes_back_when_the_question_is_cancelled(page_as, anna):
    leads = [LeadFactory(owner=anna, company=f"Hotel {name}") for name in ("Alpenblick", "Brenner", "Central")]
    page = opened(page_as(anna))
    before = cards(page, "new")

    carry(
        page,
        page.locator("#lane-new .deal").first,
        middle(page.locator("#lane-head-new")),
        middle(page.locator("#lane-head-not_in_target")),
    )
    page.get_by_role("dialog").get_by_label("Reason").wait_for()
    page.keyboard.press("Escape")

    expect(page.locator(".deal.waiting")).to_have_count(0)
    assert cards(page, "new") == before
    assert cards(page, "not_in_target") == []
    assert statuses(leads) == ["new"] * 3


def test_of_three_quick_moves_on_a_slow_line_none_is_lost(page_as, anna):
    leads = [LeadFactory(owner=anna, company=f"Hotel {name}") for name in ("Alpenblick", "Brenner", "Central")]
    page, held = opened(page_as(anna)), []
    page.route(re.compile(r"/leads/\d+/move/"), lambda route: held.append(route))

    for lead in leads:
        carry(page, page.locator(f"#card-{lead.pk}"), middle(page.locator("#lane-qualification")))
    expect(page.locator(".deal.waiting")).to_have_count(3)
    until(page, lambda: len(held) >= 3)
    for route in held:
        route.continue_()

    expect(page.locator("#lane-qualification .deal:not(.waiting)")).to_have_count(3)
    expect(page.locator(".deal.waiting")).to_have_count(0)
    assert statuses(leads) == ["qualification"] * 3
    assert page.url.endswith("/leads/board/")


def test_a_card_that_was_taken_leaves_the_question_of_another_one_open(page_as, anna):
    plain, asking = [LeadFactory(owner=anna, company=f"Hotel {name}") for name in ("Alpenblick", "Brenner")]
    page, held = opened(page_as(anna)), []
    page.route(re.compile(rf"/leads/{plain.pk}/move/"), lambda route: held.append(route))

    carry(page, page.locator(f"#card-{plain.pk}"), middle(page.locator("#lane-qualification")))
    carry(page, page.locator(f"#card-{asking.pk}"), middle(page.locator("#lane-not_in_target")))
    page.get_by_role("dialog").get_by_label("Reason").wait_for()
    held[0].continue_()

    expect(page.locator(f"#lane-qualification #card-{plain.pk}:not(.waiting)")).to_have_count(1)
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_visible()


def test_more_of_a_lane_does_not_double_a_card_that_was_moved_there(page_as, anna, monkeypatch):
    monkeypatch.setattr(boards, "LANE_SIZE", 3)
    monkeypatch.setattr(LeadBoard, "ordering", "company")
    moved = LeadFactory(owner=anna, company="Hotel Zenith")
    there = [QualifiedLeadFactory(owner=anna, company=f"Hotel {number}") for number in range(5)]
    page = opened(page_as(anna))

    carry(page, page.locator(f"#card-{moved.pk}"), middle(page.locator("#lane-qualification")))
    expect(page.locator(f"#lane-qualification #card-{moved.pk}:not(.waiting)")).to_have_count(1)
    page.mouse.move(2, 2)
    more, there_now = page.locator("#lane-qualification .lane-more"), page.locator("#lane-qualification .deal")
    while more.count():
        shown = there_now.count()
        more.click()
        expect(there_now).not_to_have_count(shown)
        settled(page)

    assert cards(page, "qualification") == [*(lead.pk for lead in there), moved.pk]


def test_why_a_lane_is_closed_moves_no_card(page_as, anna):
    LeadFactory(owner=anna, company="Hotel Alpenblick")
    QualifiedLeadFactory(owner=anna, company="Hotel Brenner")
    page = opened(page_as(anna))
    before = page.locator("#lane-qualification .deal").bounding_box()

    page.locator("#lane-new .deal .t").focus()
    page.keyboard.press("Space")

    expect(page.locator(".lane [data-why]", has_text="only a lead in Qualification can be converted")).to_be_visible()
    assert page.locator("#lane-qualification .deal").bounding_box() == before
    assert page.locator("#lane-new .deal").evaluate("one => one.offsetTop") == page.locator("#lane-qualification .deal").evaluate(
        "one => one.offsetTop"
    )
