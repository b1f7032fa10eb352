"""Two people and one import: what a colleague changed since the rehearsal is decided on a telephone, without scripts."""

import pytest

from leads.services import edit_lead
from leads.tests.test_import_decisions import held, run, there
from leads.tests.test_imports import line, rehearsed
from partnerportal.tests.pages import is_wider_than_its_window, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme", "script"), [(1440, "light", True), (390, "dark", False)])
def test_a_field_that_a_colleague_changed_since_the_rehearsal_is_decided(page_as, anna, ben, reference, width, scheme, script):
    lead = there(anna)
    batch = rehearsed(anna, line(), policy="fill")
    edit_lead(lead, values={"country": "CH"}, by=ben)
    run(batch, anna)
    page = page_as(anna, width=width, scheme=scheme, script=script)

    page.goto(batch.get_absolute_url())
    question = page.locator("[data-clash='2-country']")
    assert page.get_by_role("heading", name="1 line waits for your decision").count() == 1
    assert question.locator(".value").all_inner_texts() == ["Switzerland", "Italy", "–"]
    assert "changed by Ben Marino" in question.inner_text()
    assert not is_wider_than_its_window(page)
    if script:
        assert violations(page) == []
    question.get_by_label("The file’s").check()
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_text("1 line is decided.").wait_for()
    assert page.locator("[data-clash]").count() == 0
    assert held(lead) == (1200, "IT", "")


def test_all_that_waits_is_decided_at_once_after_a_question(page_as, anna, ben, reference):
    lead = there(anna)
    batch = rehearsed(anna, line(), policy="fill")
    edit_lead(lead, values={"country": "CH"}, by=ben)
    run(batch, anna)
    page = page_as(anna)
    page.goto(batch.get_absolute_url())

    page.get_by_role("button", name="Take the file’s everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()

    page.get_by_role("heading", name="1 line waits for your decision").wait_for(state="detached")
    batch.refresh_from_db()
    assert batch.decision == "mine"


def test_the_lines_after_one_that_is_put_right_are_planned_anew(page_as, anna, reference):
    batch = rehearsed(anna, line(email="nothing"), line(email="office@caffenero.it"))
    page = page_as(anna, width=390)
    page.goto(batch.get_absolute_url())
    results_of = page.locator(".import-lines tbody .pill")
    assert results_of.all_inner_texts() == ["error", "new"]

    page.get_by_role("link", name="Put right").click()
    page.get_by_label("E-Mail → E-mail").fill("p.greco@caffenero.it")
    page.get_by_role("button", name="Rehearse this line").click()

    page.get_by_text("1 line after it is planned anew.").wait_for()
    assert results_of.all_inner_texts() == ["new", "duplicate"]
    assert page.get_by_text("The same as line 2 of this file").count() == 1
