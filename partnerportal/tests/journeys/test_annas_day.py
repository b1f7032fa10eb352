"""A rep's day at the desk: her pinned list, cells, many leads at once, the board with the keyboard, and what she says on a record."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import AccountFactory
from leads.models import Lead
from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from partnerportal.core import attached
from partnerportal.core.models import Follow, Notification
from partnerportal.tests.pages import settled, violations
from projects.models import Project
from projects.tests.factories import IntroProject

pytestmark = pytest.mark.browser


@pytest.fixture
def leads(anna, reference):
    QualifiedLeadFactory(owner=anna, company="Qualified long ago")
    return [LeadFactory(owner=anna, company=f"Hotel {name}", email="info@albergo.it") for name in ("Brenner", "Alpenblick", "Zirbelhof")]


def companies(page):
    return page.locator("td .title").all_inner_texts()


def owners():
    return sorted(Lead.objects.across_partners(reason="test").filter(status="new").values_list("owner__first_name", flat=True))


def stage(project):
    return Project.objects.for_partner(project.partner).get(pk=project.pk).stage


def test_annas_day(page_as, anna, alex, leads, deliver):
    page = page_as(anna)
    the_list_that_she_pinned(page)
    a_cell_where_it_stands(page, leads)
    many_to_a_colleague_and_back(page, deliver)
    the_board_with_the_keyboard(page, anna)
    what_she_says_on_a_record(page, page_as, anna, alex)


def the_list_that_she_pinned(page):
    page.goto("/leads/?view=my_open")
    settled(page)
    page.get_by_role("link", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("group", name="Status").get_by_role("checkbox", name="New", exact=True).check()
    dialog.get_by_role("button", name="Show").last.click()
    page.wait_for_url("**status=new**")
    page.get_by_role("columnheader").get_by_role("link", name="Company").click()
    page.wait_for_url("**sort=company**")
    page.get_by_role("button", name="Pin list view").click()
    page.get_by_role("button", name="Unpin list view").wait_for()

    page.goto("/leads/")

    expect(page.locator("td .title")).to_have_text(["Hotel Alpenblick", "Hotel Brenner", "Hotel Zirbelhof"])


def a_cell_where_it_stands(page, leads):
    page.locator(f"tr[data-record='/leads/{leads[0].pk}/'] td[data-cell=email]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="E-mail").fill("empfang@brenner.it")
    page.keyboard.press("Enter")

    expect(page.locator("td.saved")).to_contain_text("empfang@brenner.it")
    assert Lead.objects.across_partners(reason="test").get(pk=leads[0].pk).email == "empfang@brenner.it"


def many_to_a_colleague_and_back(page, deliver):
    page.get_by_role("checkbox", name="Hotel Alpenblick").check()
    page.get_by_role("checkbox", name="Hotel Zirbelhof").check()
    page.get_by_role("button", name="Change owner").click()
    page.get_by_label("New owner").select_option(label="Alex Rossi")
    page.get_by_role("dialog").get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 2 records").click()
    page.get_by_role("progressbar").wait_for()
    deliver()
    page.get_by_role("button", name="Undo all 2 changes").wait_for()
    assert owners() == ["Alex", "Alex", "Anna"]

    page.get_by_role("button", name="Undo all 2 changes").click()
    page.get_by_role("progressbar").wait_for()
    deliver()

    page.get_by_text("restored", exact=True).wait_for()
    assert owners() == ["Anna"] * 3


def the_board_with_the_keyboard(page, anna):
    ready, lacking = IntroProject(owner=anna, name="Hotel Sonne", poc_users=5), IntroProject(owner=anna, name="Clinica San Marco")
    page.goto("/projects/board/")
    settled(page)
    carry(page, ready)
    expect(page.locator(f"#lane-demo #card-{ready.pk}")).to_be_visible()
    assert stage(ready) == "demo"

    carry(page, lacking)
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Users of POC: how many users already use the product?")
    expect(page.locator(f"#lane-intro #card-{lacking.pk}")).to_be_visible()
    dialog.get_by_label(re.compile("users of POC", re.IGNORECASE)).fill("5")
    page.keyboard.press("Enter")

    expect(page.locator(f"#lane-demo #card-{lacking.pk}")).to_be_visible()
    assert stage(lacking) == "demo"


def carry(page, project):
    """One lane to the right, by the keyboard."""
    page.locator(f"#card-{project.pk} .t").focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)


def what_she_says_on_a_record(page, page_as, anna, alex):
    account = AccountFactory(owner=alex, name="Hotel Edelweiss")
    page.goto(f"/accounts/{account.pk}/")
    settled(page)
    page.locator("#id_text").press_sequentially("They ask for you, @ale")
    page.get_by_role("option", name="Alex Rossi").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add note").click()
    page.get_by_text("The note was added, and Alex Rossi told of it.").wait_for()
    page.locator("#panel-files .upload input[type=file]").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"one"})
    page.get_by_role("link", name="plan.txt", exact=True).wait_for()
    page.get_by_role("button", name="Follow").click()
    page.get_by_text("You follow Hotel Edelweiss and hear of its changes.").wait_for()
    assert Follow.objects.for_partner(anna.partner).filter(user=anna).count() == 1

    attached.add_note(account, "I call them today", by=alex)

    page.goto("/notifications/")
    page.get_by_role("button", name="Alex Rossi wrote a note on Hotel Edelweiss").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Alex Rossi wrote a note on Hotel Edelweiss").click()
    page.wait_for_url(f"**/accounts/{account.pk}/")
    assert not Notification.objects.filter(user=anna, kind="note", read_at=None).exists()
    theirs = page_as(alex, width=390)
    theirs.goto("/notifications/")
    theirs.get_by_role("button", name="Anna Conti mentioned you on Hotel Edelweiss").wait_for()
