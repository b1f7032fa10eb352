"""Cases in a real browser: submitted by a rep, answered by support, gone on with."""

import pytest
from playwright.sync_api import expect

from cases import services
from cases.models import Case
from cases.stages import Status
from cases.tests.factories import CaseFactory, FeatureRequestFactory
from partnerportal.tests.pages import follow, is_wider_than_its_window, settled, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_case_from_the_first_word_to_the_last(page_as, anna, tariq):
    rep, agent = page_as(anna), page_as(tariq)

    rep.goto("/cases/new/")
    rep.get_by_role("link", name="Customer Care").click()
    rep.get_by_label("Topic").select_option("billing")
    rep.get_by_label("Subject").fill("Wrong invoice")
    rep.get_by_label("Description").fill("It names the wrong company.")
    rep.get_by_role("button", name="Submit").click()
    expect(rep.get_by_role("heading", level=1)).to_contain_text("Wrong invoice")
    case = Case.objects.across_partners(reason="test").get()

    agent.goto(case.get_absolute_url())
    follow(agent, agent.get_by_role("button", name="Take the case").click)
    case.refresh_from_db()
    assert case.agent == tariq
    agent.get_by_label("Comment").fill("Accounting knows about this one.")
    agent.get_by_role("button", name="Keep as internal comment").click()
    expect(agent.locator(".message.internal")).to_contain_text("Accounting knows")
    agent.get_by_label("Comment").fill("Which company?")
    agent.get_by_label("Afterwards").select_option("waiting")
    agent.get_by_role("button", name="Answer the partner").click()
    expect(agent.locator(".thread")).to_contain_text("Which company?")

    rep.reload()
    expect(rep.locator(".thread")).to_contain_text("Which company?")
    expect(rep.get_by_role("main")).not_to_contain_text("Accounting knows")
    expect(rep.get_by_role("main")).to_contain_text("Waiting for you")
    rep.get_by_label("Comment").fill("Aurora Telecom.")
    rep.get_by_role("button", name="Send comment").click()
    expect(rep.locator(".thread")).to_contain_text("Aurora Telecom.")
    rep.get_by_role("button", name="Mark as resolved").click()
    expect(rep.get_by_role("link", name="Reopen")).to_be_visible()
    case.refresh_from_db()
    assert case.status == "resolved"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(page_as, anna, tariq, width, scheme):
    case = CaseFactory(owner=anna)
    services.answer_case(case, "Which company?", to=Status.WAITING, by=tariq)
    services.comment_internally(case, "Accounting knows.", by=tariq)
    request = FeatureRequestFactory(owner=anna)
    visits = [
        (anna, "/cases/"),
        (anna, "/cases/new/"),
        (anna, "/cases/new/?type=customer_care"),
        (anna, case.get_absolute_url()),
        (tariq, case.get_absolute_url()),
        (tariq, f"/cases/{request.pk}/decide/"),
    ]
    found = {}

    for person, address in visits:
        page = page_as(person, width=width, scheme=scheme)
        page.goto(address)
        settled(page)
        found[(person.first_name, address)] = [*violations(page), *(["wider than its window"] if is_wider_than_its_window(page) else [])]

    assert found == {(person.first_name, address): [] for person, address in visits}
