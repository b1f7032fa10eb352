"""The way of a customer from the first word to the demo bonus, in a real browser."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory
from leads.models import Lead
from leads.tests.factories import QualifiedLeadFactory
from partnerportal.core.models import Notification
from partnerportal.tests.days import this_day
from partnerportal.tests.pages import drafts, follow, settled
from projects.models import Project
from projects.tests.factories import DemoProject, IntroProject

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IN_TWO_MONTHS = (this_day() + timedelta(days=60)).isoformat()


def mine(model, person):
    return model.objects.visible_to(person)


def fill_customer(page):
    page.get_by_label("Company name").fill("Hotel Alpenblick")
    page.get_by_role("textbox", name="E-mail").fill("greta@alpenblick.at")
    page.get_by_label("Phone").fill("+43 512 123456")
    page.get_by_label("First name").fill("Greta")
    page.get_by_label("Last name").fill("Hofer")


def fill_pipeline(page):
    page.get_by_label("License").check()
    page.get_by_label("CLASSOUND").check()
    page.get_by_label("Opportunity type").select_option("new_business")
    page.get_by_label("Product of interest").select_option("collaboration")
    page.get_by_label("Total users").fill("40")
    page.get_by_label("Close date").fill(IN_TWO_MONTHS)


def test_fast_pipeline_makes_account_contact_and_project_together(page_as, anna):
    page = page_as(anna)
    page.goto("/")
    page.get_by_role("link", name=re.compile("new fast pipeline", re.IGNORECASE)).first.click()

    fill_customer(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Total users").fill("40")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Company name")).to_have_value("Hotel Alpenblick")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Total users")).to_have_value("40")
    fill_pipeline(page)
    page.get_by_role("button", name="Create the project").dblclick()

    expect(page).to_have_url(re.compile(r"/projects/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hotel Alpenblick")
    expect(page.locator("main")).to_contain_text("40 users × (9.00 License + 6.00 CLASSOUND) = €600.00")
    project = mine(Project, anna).get()
    assert (project.account.name, project.contact.last_name, project.expected_mrr) == ("Hotel Alpenblick", "Hofer", Decimal("600.00"))
    assert (mine(Account, anna).count(), mine(Contact, anna).count()) == (1, 1)


def test_fast_pipeline_refuses_a_public_mail_address_and_makes_nothing(page_as, anna):
    page = page_as(anna)
    page.goto("/pipeline/new/")

    fill_customer(page)
    page.get_by_role("textbox", name="E-mail").fill("greta@gmail.com")
    page.get_by_role("button", name="Next").click()

    expect(page.locator("#id_email")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Company name")).to_have_value("Hotel Alpenblick")
    assert mine(Account, anna).count() == 0


def fill_lead(page, company):
    page.get_by_label("Company").fill(company)
    page.get_by_label("First name").fill("Paolo")
    page.get_by_label("Last name").fill("Greco")
    page.get_by_label("Job title").select_option("it-manager")
    page.get_by_label("Power").select_option("influencer")
    page.get_by_label("Lead source").select_option("blue-box")
    page.get_by_role("textbox", name="E-mail").fill("p.greco@sanmarco.it")


def test_a_lead_is_made_qualified_put_aside_and_taken_up_again(page_as, anna):
    page = page_as(anna)
    page.goto("/leads/new/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_company")).to_have_attribute("aria-invalid", "true")

    fill_lead(page, "Clinica San Marco")
    follow(page, page.get_by_role("button", name="Save & New").click)
    assert drafts(page) == []
    expect(page.get_by_label("Company")).to_have_value("")
    fill_lead(page, "Nordwind Energie")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#error_1_id_is_another")).to_contain_text("There is already one like this: Clinica San Marco (lead, 93%)")
    page.get_by_label("It is not the same: save it all the same").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/leads/\d+/$"))
    assert sorted(mine(Lead, anna).values_list("company", flat=True)) == ["Clinica San Marco", "Nordwind Energie"]

    page.get_by_role("button", name="Mark Status as Complete").click()
    expect(page.locator(".path .step.now")).to_contain_text("Qualification")
    settled(page)
    page.get_by_text("Mark Status as Complete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name=re.compile("Convert"))).to_be_visible()

    page.goto("/leads/board/")
    settled(page)
    lead = mine(Lead, anna).get(company="Nordwind Energie")
    page.locator(f"#card-{lead.pk}").drag_to(page.locator("#lane-not_in_target"))
    dialog.get_by_label("Reason").select_option("too-small")
    dialog.get_by_role("button", name="Save and go on").click()
    expect(page.locator(f"#lane-not_in_target #card-{lead.pk}")).to_be_visible()
    lead.refresh_from_db()
    assert (lead.status, lead.not_in_target_reason) == ("not_in_target", "too-small")


def test_a_lead_is_converted_into_an_existing_account(page_as, anna):
    account = AccountFactory(owner=anna, name="Brenner Logistik GmbH")
    lead = QualifiedLeadFactory(owner=anna, company="Brenner Logistik GmbH", first_name="Jana", last_name="Brenner")
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/convert/")

    page.get_by_label("Account").select_option(str(account.pk))
    page.get_by_label("Project name").fill("Brenner – Collaboration")
    page.get_by_label("Close date").fill(IN_TWO_MONTHS)
    page.get_by_label("Product of interest").select_option("collaboration")
    page.get_by_label("License").check()
    page.get_by_label("Total users").fill("12")
    page.get_by_role("button", name="Convert").click()

    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    project = mine(Project, anna).get()
    lead.refresh_from_db()
    assert (project.account, project.lead, project.contact.last_name) == (account, lead, "Brenner")
    assert (lead.status, mine(Account, anna).count()) == ("converted", 1)


def test_leaving_intro_asks_for_the_users_in_the_same_dialog(page_as, anna):
    project = IntroProject(owner=anna)
    page = page_as(anna)
    page.goto(f"/projects/{project.pk}/")

    page.get_by_role("button", name="Mark Stage as Complete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Users of POC")
    dialog.get_by_label(re.compile("users of POC", re.IGNORECASE)).fill("5")
    dialog.get_by_role("button", name="Save and go on").click()

    expect(page.locator(".path .step.now")).to_contain_text("Demo")
    project.refresh_from_db()
    assert (project.stage, project.poc_users, project.probability) == ("demo", 5, 30)


def test_the_board_refuses_an_automatic_stage_and_says_why(page_as, anna):
    project = DemoProject(owner=anna)
    page = page_as(anna)
    page.goto("/projects/board/")
    settled(page)

    page.locator(f"#card-{project.pk}").drag_to(page.locator("#lane-contract_out"))
    expect(page.locator(f"#lane-demo #card-{project.pk}")).to_be_visible()
    answer = page.request.post(
        f"/projects/{project.pk}/move/",
        form={"to": "contract_out", "seen": "demo", "csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value()},
        headers={"Referer": page.url},
    )

    project.refresh_from_db()
    assert (answer.status, project.stage) == (422, "demo")


def test_a_demo_with_answers_earns_a_bonus_that_the_account_manager_approves(page_as, anna, otto, olga, deliver, mailoutbox):
    project = DemoProject(owner=anna)
    page = page_as(anna)
    page.goto(f"/projects/{project.pk}/demo/")
    for field in page.locator("main textarea").all():
        field.fill("On site, with the owner and the IT manager.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(rf"/projects/{project.pk}/$"))

    page.get_by_role("button", name="Mark Stage as Complete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("amount MRR", re.IGNORECASE)).fill("600")
    dialog.get_by_role("button", name="Save and go on").click()
    expect(page.locator(".path .step.now")).to_contain_text("Project Presentation")
    project.refresh_from_db()
    assert (project.demo_done, project.demo_date is not None, project.pipeline_mrr) == (True, True, project.mrr)

    foreign = page_as(olga)
    foreign.goto("/admin/projects/bonusdecision/")
    expect(foreign.locator("body")).not_to_contain_text(project.name)

    admin = page_as(otto)
    admin.goto("/admin/projects/bonusdecision/")
    admin.get_by_role("link", name=project.name).first.click()
    expect(admin.locator("body")).to_contain_text("On site, with the owner and the IT manager.")
    follow(admin, admin.get_by_role("button", name=re.compile("Approve|Grant", re.IGNORECASE)).first.click)
    deliver()

    project.refresh_from_db()
    assert project.approved_by_am == "yes"
    assert Notification.objects.filter(user=anna, kind__contains="bonus").count() == 1
    assert [(anna.email in mail.to[0], "bonus" in mail.subject.lower()) for mail in mailoutbox] == [(True, True)]
    page.goto("/notifications/")
    expect(page.locator("main")).to_contain_text(project.name)
