"""The board without a mouse, with another's hands, on a phone, and by the finger."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, until, violations
from projects import services
from projects.models import Project
from projects.tests.factories import DemoProject, IntroProject

pytestmark = pytest.mark.browser


def stored(record):
    return type(record).objects.for_partner(record.partner).get(pk=record.pk)


def lane(page, stage, record):
    return page.locator(f"#lane-{stage} #card-{record.pk}")


def test_a_card_is_lifted_carried_and_put_down_with_the_keyboard(page_as, anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")
    page = page_as(anna)
    page.goto("/leads/board/")
    settled(page)

    page.locator(f"#card-{lead.pk} .t").focus()
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_have_text("Brenner Logistik: lifted, New")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#said")).to_have_text("Qualification")
    page.keyboard.press("Space")

    expect(lane(page, "qualification", lead)).to_be_visible()
    expect(page.locator(f"#card-{lead.pk} .t")).to_be_focused()
    expect(page.locator("#said")).to_have_text("Brenner Logistik: Qualification")
    assert [page.locator(f"#lane-head-{stage} .pill").inner_text() for stage in ("new", "qualification")] == ["0", "1"]
    assert stored(lead).status == "qualification"


def test_a_lifted_card_is_put_back_by_escape_and_where_it_may_not_go(page_as, anna):
    lead = QualifiedLeadFactory(owner=anna, company="Brenner Logistik")
    page = page_as(anna)
    page.goto("/leads/board/")
    settled(page)

    page.locator(f"#card-{lead.pk} .t").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#said")).to_have_text("New: A lead cannot go to this status from where it is.")
    expect(page.locator(".lane.closed")).to_have_count(1)
    expect(page.locator(".lane.closed")).to_contain_text("A lead cannot go to this status from where it is.")
    assert violations(page) == []
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_have_text("Brenner Logistik: put back, Qualification")
    page.keyboard.press("Space")
    expect(page.locator(".deal.lifted")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")

    expect(page.locator("#said")).to_have_text("Brenner Logistik: put back, Qualification")
    expect(page.locator(".lane.closed, .lane.target, .deal.lifted")).to_have_count(0)
    assert stored(lead).status == "qualification"


def test_a_refused_move_is_completed_in_the_same_dialog_by_keyboard(page_as, anna):
    project = IntroProject(owner=anna)
    page = page_as(anna)
    page.goto("/projects/board/")
    settled(page)

    page.locator(f"#card-{project.pk} .t").focus()
    page.keyboard.press("m")
    page.get_by_role("dialog").get_by_role("button", name="Demo", exact=True).press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Users of POC: how many users already use the product?")
    expect(lane(page, "intro", project)).to_be_visible()
    dialog.get_by_label(re.compile("users of POC", re.IGNORECASE)).fill("5")
    page.keyboard.press("Enter")

    expect(lane(page, "demo", project)).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(page.locator(f"#card-{project.pk} .t")).to_be_focused()
    assert (stored(project).stage, stored(project).poc_users) == ("demo", 5)


def test_of_two_moves_that_are_refused_at_once_each_asks_in_its_turn(page_as, anna):
    projects = [IntroProject(owner=anna), IntroProject(owner=anna)]
    page, held = page_as(anna), []
    page.goto("/projects/board/")
    settled(page)
    page.route("**/move/", lambda route: held.append(route) if len(held) < 2 else route.continue_())
    for project in projects:
        page.locator(f"#card-{project.pk} .t").focus()
        page.keyboard.press("m")
        page.get_by_role("dialog").get_by_role("button", name="Demo", exact=True).press("Enter")
    until(page, lambda: len(held) >= 2)

    form = page.locator("#dialog form")
    held[0].continue_()
    expect(form).to_be_visible()
    held[1].continue_()
    settled(page)
    expect(form).to_have_attribute("action", f"/projects/{projects[0].pk}/move/")
    page.locator("#dialog").get_by_role("button", name="Cancel").click()
    expect(form).to_have_attribute("action", f"/projects/{projects[1].pk}/move/")
    page.get_by_label(re.compile("users of POC", re.IGNORECASE)).fill("5")
    page.keyboard.press("Enter")

    expect(lane(page, "demo", projects[1])).to_be_visible()
    expect(lane(page, "intro", projects[0])).to_be_visible()
    expect(page.locator("#dialog")).to_be_hidden()
    assert [stored(project).stage for project in projects] == ["intro", "demo"]


def test_what_another_does_appears_without_a_reload(page_as, anna, ben):
    project, other = DemoProject(owner=anna, name="Hotel Sonne"), DemoProject(owner=anna, name="Zirbelhof")
    page = page_as(anna)
    page.goto("/projects/board/")
    settled(page)
    page.evaluate("window.stillTheSamePage = true")

    with transaction.atomic():
        services.fill_exit_fields(project, values={"amount_mrr": 600}, by=ben)
        services.move_project(project, to="presentation", seen="demo", by=ben)
        new = IntroProject(owner=anna, name="Clinica San Marco")
        Project.objects.for_partner(other.partner).filter(pk=other.pk).update(owner=ben)

    expect(lane(page, "presentation", project)).to_be_visible()
    expect(lane(page, "intro", new)).to_be_visible()
    expect(page.locator(f"#card-{other.pk}")).to_have_count(0)
    expect(page.locator("#lane-head-demo .pill")).to_have_text("0")
    expect(page.locator("#board-totals")).to_contain_text("2 projects")
    expect(page.locator("#board-news")).to_have_text("Cards changed: 3")
    assert page.evaluate("window.stillTheSamePage") is True
    assert violations(page) == []


def test_a_card_in_hand_is_left_alone_until_it_is_put_down(page_as, anna, ben):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")
    page = page_as(anna)
    page.goto("/leads/board/")
    settled(page)
    page.locator(f"#card-{lead.pk} .t").focus()
    page.keyboard.press("Space")

    lead.company = "Brenner Logistik AG"
    lead.save(update_fields=["company", "updated_at"])
    page.wait_for_timeout(100)
    page.keyboard.press("Escape")
    with page.expect_event("requestfinished", lambda one: "since=" in one.url):
        pass
    page.wait_for_timeout(200)
    expect(page.locator(f"#card-{lead.pk} .t")).to_have_text("Brenner Logistik")
    page.locator("#search").focus()

    expect(page.locator(f"#card-{lead.pk} .t")).to_have_text("Brenner Logistik AG")


def test_the_board_on_a_phone_moves_by_its_menu(page_as, anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")
    page = page_as(anna, width=390, scheme="dark")
    page.goto("/leads/board/")
    settled(page)

    page.get_by_role("button", name="Move Brenner Logistik to …").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Qualification", exact=True)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Qualification", exact=True).click()

    expect(lane(page, "qualification", lead)).to_be_attached()
    assert not is_wider_than_its_window(page)
    assert stored(lead).status == "qualification"


def middle(one):
    box = one.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_card_is_carried_by_a_finger_that_stays_on_it(page_as, anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")
    page = page_as(anna, width=1024, touch=True)
    page.goto("/leads/board/")
    settled(page)
    finger = page.context.new_cdp_session(page)
    card = page.locator(f"#card-{lead.pk}")
    start, end = middle(card), middle(page.locator("#lane-qualification"))

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    page.locator(f"#card-{lead.pk}.sortable-chosen").wait_for()  # The finger has stayed long enough: the card is in the hand.
    for part in range(1, 9):
        touch("touchMove", tuple(one + (other - one) * part / 8 for one, other in zip(start, end, strict=True)))
    touch("touchEnd")

    expect(lane(page, "qualification", lead)).to_be_visible()
    expect(page.locator("#lane-head-qualification .pill")).to_have_text("1")
    assert stored(lead).status == "qualification"


def test_a_move_by_keyboard_is_taken_back_by_keyboard(page_as, anna):
    project = IntroProject(owner=anna, poc_users=5)
    page = page_as(anna)
    page.goto("/projects/board/")
    settled(page)

    page.locator(f"#card-{project.pk} .t").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(lane(page, "demo", project)).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")

    expect(lane(page, "intro", project)).to_be_visible()
    assert stored(project).stage == "intro"
    assert [(move.from_stage, move.to_stage) for move in project.stage_moves.order_by("pk")] == [("intro", "demo"), ("demo", "intro")]
