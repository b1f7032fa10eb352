import pytest
from playwright.sync_api import expect

from leads.models import Lead
from leads.stages import Status
from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations
from tasks.models import Task
from tasks.tests.factories import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def drag(page, card, lane):
    """Take a card by its edge and drop it into a lane."""
    start, end = card.bounding_box(), page.locator(f"#lane-{lane}").bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + 60, end["y"] + 20, steps=8)
    page.mouse.up()


def test_a_lead_is_written_down_qualified_and_put_aside(page_as, anna):
    page = page_as(anna)
    page.goto("/leads/new/")
    for name, value in {"company": "Brenner Logistik", "first_name": "Jana", "last_name": "Brenner", "email": "jana@gmail.com"}.items():
        page.fill(f"[name={name}]", value)
    for name, value in {"job_title": "it-manager", "power": "decision-maker", "source": "blue-box"}.items():
        page.select_option(f"[name={name}]", value)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-summary]")).to_contain_text("gmail.com is a public mail service")
    settled(page).fill("[name=email]", "jana@brenner-logistik.de")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("Brenner Logistik")
    settled(page)

    page.get_by_role("button", name="Mark Status as Complete").click()
    expect(page.locator("h1")).to_contain_text("Qualification")
    settled(page)
    page.get_by_role("button", name="Mark Status as Complete").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_role("link", name="Convert")).to_be_visible()
    dialog.get_by_role("button", name="Not in Target").click()
    dialog.get_by_label("Reason").select_option("no-budget")
    dialog.get_by_label("Revisit on").fill("2099-03-01")
    dialog.get_by_role("button", name="Save and go on").click()
    expect(page.locator("h1")).to_contain_text("Not in Target")

    lead = Lead.objects.visible_to(anna).get()
    assert (lead.status, lead.not_in_target_reason) == (Status.NOT_IN_TARGET, "no-budget")
    assert [task.related for task in Task.objects.visible_to(anna)] == [lead]


def test_the_board_asks_refuses_and_opens_the_conversion(page_as, anna):
    new, qualified = LeadFactory(owner=anna, company="Still new"), QualifiedLeadFactory(owner=anna, company="Qualified one")
    page = page_as(anna)
    settled(page).goto("/leads/board/")
    settled(page)

    drag(page, page.locator("#lane-new .deal"), "converted")
    settled(page)
    expect(page.locator("#lane-new .deal:not(.waiting)")).to_have_count(1)
    page.locator("#lane-new .card-menu").click()
    expect(page.get_by_role("button", name="Converted")).to_be_disabled()
    expect(page.locator("dialog[open]")).to_contain_text("only a lead in Qualification can be converted.")
    page.keyboard.press("Escape")
    drag(page, page.locator("#lane-new .deal"), "qualification")
    expect(page.locator("#lane-qualification .deal:not(.waiting)")).to_have_count(2)
    expect(page.locator("#lane-head-qualification .pill")).to_have_text("2")
    settled(page)
    drag(page, page.locator(f"#card-{qualified.pk}"), "converted")
    page.wait_for_url(f"**/leads/{qualified.pk}/convert/")

    assert [Lead.objects.visible_to(anna).get(pk=lead.pk).status for lead in (new, qualified)] == [Status.QUALIFICATION] * 2


def test_a_task_is_ticked_off_and_back(page_as, anna):
    task = TaskFactory(owner=anna, subject="Call Greta")
    page = page_as(anna)
    page.goto("/tasks/")

    page.get_by_role("button", name="Complete Call Greta").click()
    expect(page.locator("a.title")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("a.title")).to_have_count(1)

    task.refresh_from_db()
    assert (task.status, task.history.count()) == ("not_started", 3)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_are_accessible(width, scheme, page_as, anna):
    lead = QualifiedLeadFactory(owner=anna, company="Donaudampfschifffahrtsgesellschaft Niederösterreich-Burgenland")
    TaskFactory(owner=anna, related=lead)
    page = page_as(anna, width=width, scheme=scheme)
    found = {}
    for address in ("/leads/", "/leads/board/", "/leads/new/", lead.get_absolute_url(), "/tasks/", "/accounts/new/", "/contacts/"):
        page.goto(address)
        settled(page)
        found[address] = (violations(page), is_wider_than_its_window(page))

    assert found == dict.fromkeys(found, ([], False))
