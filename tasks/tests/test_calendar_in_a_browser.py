import re
from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import AccountFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, until, violations
from tasks.models import Task
from tasks.tests.factories import CompletedTaskFactory, TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONTH = "/tasks/calendar/?view=all&month=2026-03"


@pytest.fixture
def task(anna):
    return TaskFactory(owner=anna, subject="Call Greta", due_on=date(2026, 3, 9), kind="call")


def cell(page, day):
    return page.locator(f"td[data-date='{day}']")


def opened(page, address=MONTH):
    page.goto(address)
    return settled(page)


def focused_day(page):
    return page.evaluate("document.activeElement.matches('a.day') && document.activeElement.closest('td').dataset.date")


def day_of(task):
    return Task.objects.across_partners(reason="test").get(pk=task.pk).due_on


def drag(page, event, day):
    """Take a task by its edge and drop it on a day."""
    start, end = event.bounding_box(), cell(page, day).bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()


def test_days_are_walked_by_keyboard(page_as, anna, task):
    page = opened(page_as(anna))
    cell(page, "2026-03-04").locator("a.day").focus()

    walked = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "Home", "End", "Control+Home", "Control+End"):
        page.keyboard.press(key)
        walked.append(focused_day(page)[5:])
    assert walked == ["03-05", "03-12", "03-11", "03-04", "03-02", "03-08", "02-23", "04-05"]
    assert page.get_by_role("grid").count() == 1
    assert page.locator("table.days a.day[tabindex='0']").count() == 1

    page.keyboard.press("ArrowRight")  # Beyond the last one: the month after.
    expect(page.locator("#calendar-heading")).to_have_text("April 2026")
    expect(cell(page, "2026-04-06").locator("a.day")).to_be_focused()
    page.keyboard.press("PageUp")
    expect(page.locator("#calendar-heading")).to_have_text("March 2026")
    expect(cell(page, "2026-03-06").locator("a.day")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#calendar-heading")).to_have_text("Friday, 6 March 2026")
    page.go_back()
    expect(page.locator("#calendar-heading")).to_have_text("March 2026")


def test_the_last_day_of_a_long_month_leads_to_the_last_of_a_short_one(page_as, anna):
    page = opened(page_as(anna), "/tasks/calendar/?month=2026-03")
    cell(page, "2026-03-31").locator("a.day").focus()

    page.keyboard.press("PageUp")

    expect(page.locator("#calendar-heading")).to_have_text("February 2026")
    expect(cell(page, "2026-02-28").locator("a.day")).to_be_focused()


def test_tab_reaches_what_is_due_on_the_present_day_alone(page_as, anna, task):
    TaskFactory(owner=anna, subject="On another day", due_on=date(2026, 3, 10))
    page = opened(page_as(anna))
    cell(page, "2026-03-09").locator("a.day").focus()

    reached = []
    for _step in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className"))
    assert reached == ["add", "t", "event-menu"]
    page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('table.days').contains(document.activeElement)")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    assert focused_day(page) == "2026-03-09"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Call Greta")


def test_a_task_is_dragged_to_another_day_and_back_with_undo(page_as, anna, task):
    page = opened(page_as(anna))

    drag(page, page.locator(f"#event-{task.pk}"), "2026-03-18")
    expect(page.locator("[data-toast]")).to_contain_text("Call Greta is due on 18 Mar 2026 now.")
    expect(cell(page, "2026-03-18").locator(".event")).to_have_count(1)
    expect(cell(page, "2026-03-09").locator(".event")).to_have_count(0)
    assert day_of(task) == date(2026, 3, 18)

    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "2026-03-09").locator(".event")).to_have_count(1)
    assert day_of(task) == date(2026, 3, 9)


def test_of_three_quick_moves_on_a_slow_line_none_is_lost(page_as, anna):
    tasks = [TaskFactory(owner=anna, subject=f"Call {number}", due_on=date(2026, 3, 9 + number)) for number in range(3)]
    page, held = opened(page_as(anna)), []
    page.route(re.compile(r"/tasks/\d+/day/"), lambda route: held.append(route))

    for task in tasks:
        drag(page, page.locator(f"#event-{task.pk}"), "2026-03-18")
    expect(page.locator(".event.waiting")).to_have_count(3)
    for done in range(3):
        until(page, lambda done=done: len(held) > done)
        held[done].continue_()

    expect(cell(page, "2026-03-18").locator(".event:not(.waiting)")).to_have_count(3)
    expect(page.locator(".event.waiting")).to_have_count(0)
    assert [day_of(task) for task in tasks] == [date(2026, 3, 18)] * 3


def test_a_task_is_moved_by_keyboard(page_as, anna, task):
    page = opened(page_as(anna))
    page.locator(f"#event-{task.pk} .t").focus()

    page.keyboard.press("m")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Move to another day")
    dialog.get_by_label("Due date").fill("2026-03-20")
    page.keyboard.press("Enter")

    expect(cell(page, "2026-03-20").locator(".event")).to_have_count(1)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(f"#event-{task.pk} .t")).to_be_focused()
    assert day_of(task) == date(2026, 3, 20)


def test_the_dialog_offers_the_days_that_one_thinks_of(page_as, anna, task):
    page = opened(page_as(anna))
    page.locator(f"#event-{task.pk} [data-move-menu]").click()
    expect(page.locator("dialog[open]")).to_contain_text("Move to another day")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(f"#event-{task.pk} .t")).to_be_focused()
    page.locator(f"#event-{task.pk} [data-move-menu]").click()

    with page.expect_response(lambda answer: answer.url.endswith(f"/tasks/{task.pk}/day/")):
        page.locator("dialog[open]").get_by_role("button", name="Tomorrow").click()
    expect(page.locator("[data-toast]")).to_contain_text("Call Greta is due on")

    assert day_of(task) > date(2026, 3, 9)


def test_a_refused_move_goes_back_and_the_clash_is_settled(page_as, anna, task):
    page = opened(page_as(anna))
    Task.objects.across_partners(reason="test").filter(pk=task.pk).update(due_on=date(2026, 3, 25))

    drag(page, page.locator(f"#event-{task.pk}"), "2026-03-18")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Somebody else has changed this record meanwhile.")
    expect(cell(page, "2026-03-09").locator(".event")).to_have_count(1)
    assert day_of(task) == date(2026, 3, 25)
    dialog.get_by_label("Mine").check()
    dialog.get_by_role("button", name="Save").click()

    expect(cell(page, "2026-03-18").locator(".event")).to_have_count(1)
    assert day_of(task) == date(2026, 3, 18)


def test_what_is_not_ones_own_is_not_moved(page_as, anna, alex):
    other = TaskFactory(owner=alex, subject="Of Alex", due_on=date(2026, 3, 9))
    page = opened(page_as(anna))
    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" and "/presence/" not in one.url else None)
    assert page.locator(f"#event-{other.pk}").get_attribute("data-move") is None

    drag(page, page.locator(f"#event-{other.pk}"), "2026-03-18")
    settled(page)
    page.wait_for_timeout(300)  # Longer than a move would need to be sent.

    expect(cell(page, "2026-03-09").locator(".event")).to_have_count(1)
    assert sent == []
    assert day_of(other) == date(2026, 3, 9)


def test_a_click_on_a_day_adds_a_task_for_it(page_as, anna):
    page = opened(page_as(anna))

    cell(page, "2026-03-12").click(position={"x": 60, "y": 90})
    expect(page.locator("[name=due_on]")).to_have_value("2026-03-12")
    page.fill("[name=subject]", "Write to Greta")
    page.locator("[data-save]").click()

    expect(page.locator("#calendar-heading")).to_have_text("March 2026")
    expect(cell(page, "2026-03-12").locator(".event")).to_have_count(1)


def test_filters_search_and_display_go_along(page_as, anna, task):
    TaskFactory(owner=anna, subject="Write to Otto", due_on=date(2026, 3, 9))
    page = opened(page_as(anna))

    page.get_by_label("Search this list").fill("greta")
    expect(page.locator(".event")).to_have_count(1)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#calendar-heading")).to_have_text("April 2026")
    page.get_by_role("link", name="Table").click()
    expect(page.locator("a.title")).to_have_count(1)
    assert "q=greta" in page.url


def test_a_phone_shows_an_agenda(page_as, anna, task):
    page = opened(page_as(anna, width=390, touch=True))

    assert page.locator("td[data-date]:visible").count() == 1
    expect(page.locator("time.long:visible")).to_have_text("Monday, 9 March 2026")
    page.locator("[data-move-menu]").tap()
    page.locator("dialog[open]").get_by_label("Due date").fill("2026-03-20")
    page.locator("dialog[open]").get_by_role("button", name="Move").tap()
    expect(page.locator("time.long:visible")).to_have_text("Friday, 20 March 2026")
    assert day_of(task) == date(2026, 3, 20)


def test_without_a_script_there_are_links_and_forms(page_as, anna, task):
    page = page_as(anna, script=False)
    page.goto(MONTH)
    page.locator("[data-move-menu]").click()
    page.get_by_label("Due date").fill("2026-03-20")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(cell(page, "2026-03-20").locator(".event")).to_have_count(1)

    cell(page, "2026-03-20").locator("a.day").click()
    expect(page.locator("#calendar-heading")).to_have_text("Friday, 20 March 2026")
    page.locator(".event .t").click()
    expect(page.locator("h1")).to_contain_text("Call Greta")
    assert day_of(task) == date(2026, 3, 20)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (700, "light"), (390, "dark")])
def test_the_calendar_fits_and_is_accessible(width, scheme, page_as, anna, alex):
    account = AccountFactory(owner=anna, name="Donaudampfschifffahrtsgesellschaft Niederösterreich-Burgenland")
    for number in range(6):
        TaskFactory(
            owner=anna, subject=f"Donaudampfschifffahrtsgesellschaft {number}", due_on=date(2026, 3, 9), related=account, priority="high"
        )
    TaskFactory(owner=anna, assigned_to=alex, due_on=date(2099, 3, 10))
    CompletedTaskFactory(owner=anna, due_on=date(2026, 3, 11))
    page = page_as(anna, width=width, scheme=scheme)
    found = {}
    for address in (MONTH, "?view=all&week=2026-W11", "?day=2026-03-09", "?day=2026-03-20", "?month=2020-01", "?view=all&month=2099-03"):
        opened(page, address if address == MONTH else f"/tasks/calendar/{address}")
        found[address] = (violations(page), is_wider_than_its_window(page))

    assert found == dict.fromkeys(found, ([], False))
