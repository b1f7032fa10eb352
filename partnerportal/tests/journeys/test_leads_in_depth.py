"""Leads in depth, in a real browser: a file and its way back, a duplicate merged and un-merged, a conversion undone."""

import csv
import io
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.models import Lead, QualificationAnswer
from leads.services import answer_questions
from leads.tests.factories import LeadFactory, QualifiedLeadFactory, VendorLeadFactory, offered
from partnerportal.core import attached
from partnerportal.tests.days import this_day
from partnerportal.tests.pages import settled
from projects.models import Project
from projects.tests.factories import DemoProject
from tasks.tests.factories import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADINGS = ("Company", "First name", "Last name", "Job title", "Power", "Lead source", "E-mail", "Phone")
REST = ("Paolo", "Greco", "IT manager", "Influencer", "Website")


def mine(model, person):
    return model.objects.visible_to(person)


def table(*lines):
    """A file of leads: company, e-mail and phone of each line."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *((company, *REST, email, phone) for company, email, phone in lines)])
    return {"name": "fair.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def after_the_worker(page, deliver):
    """The page of an import, when the worker has done what was promised."""
    expect(page.locator(".import-progress")).to_be_visible()
    deliver()
    expect(page.locator(".import-progress")).to_have_count(0)
    return page.locator("main")


def figure(page, result):
    return page.get_by_role("navigation", name="Results").locator(f"a[href='?result={result}']")


def test_a_file_is_imported_half_of_it_duplicates_and_the_batch_reverted(page_as, anna, deliver):
    LeadFactory(owner=anna, company="Bergbahn AG", email="info@bergbahn.ch", phone="+41791234567")
    LeadFactory(owner=anna, company="Clinica San Marco", email="p.greco@sanmarco.it", phone="+390412345678")
    page = page_as(anna)
    page.goto("/leads/")
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("CSV or Excel file").set_input_files(
        table(
            ("Orto Botanico", "ciao@orto-botanico.it", "+390498272119"),
            ("Kanzlei Brenner", "jana@kanzlei-brenner.de", "+4930123456"),
            ("Bad address", "no address", "+390498272120"),
            ("Public mail", "somebody@gmail.com", "+390498272121"),
            ("Bergbahn", "info@bergbahn.ch", ""),
            ("San Marco Clinica", "info@sanmarco.it", "+39041 2345678"),
            ("ORTO BOTANICO", "ciao@orto-botanico.it", ""),
            ("Kanzlei Brenner, Berlin", "JANA@Kanzlei-Brenner.de", "+4930123456"),
        )
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Company", exact=True)).to_have_value("company")
    page.get_by_role("button", name="Rehearse").click()

    said = after_the_worker(page, deliver)
    expect(said).to_contain_text("This is a rehearsal: nothing is written yet.")
    for result, count in {"create": "2", "error": "2", "duplicate": "4"}.items():
        expect(figure(page, result)).to_contain_text(count)
    assert mine(Lead, anna).count() == 2
    page.get_by_role("button", name="Import 2 lines").click()

    said = after_the_worker(page, deliver)
    expect(said).to_contain_text("The import is done.")
    assert set(mine(Lead, anna).filter(origin="import").values_list("company", flat=True)) == {"Orto Botanico", "Kanzlei Brenner"}
    with page.expect_download() as download:
        page.get_by_role("link", name="Errors as a file").click()
    errors = download.value.path().read_text(encoding="utf-8-sig")
    assert ("Bad address" in errors, "gmail.com is a public mail service" in errors, "Orto Botanico" in errors) == (True, True, False)

    page.get_by_role("button", name="Take the import back").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    said = after_the_worker(page, deliver)
    expect(said).to_contain_text("The import is taken back.")
    assert set(mine(Lead, anna).values_list("company", flat=True)) == {"Bergbahn AG", "Clinica San Marco"}


def test_a_duplicate_is_found_while_typing_merged_and_unmerged(page_as, anna):
    there = LeadFactory(owner=anna, company="Brenner Logistik GmbH", email="info@brenner-logistik.de", phone="+4930123456")
    attached.add_note(there, "Met at the fair", by=anna)
    page = page_as(anna)
    page.goto("/leads/new/")
    page.get_by_label("Company").fill("BRENNER logistik")
    page.get_by_role("textbox", name="E-mail").fill("jana@brenner-logistik.de")
    page.get_by_label("First name").fill("Jana")

    similar = page.locator("#duplicates")
    expect(similar).to_contain_text("This may be there already")
    expect(similar.get_by_role("link", name="Brenner Logistik GmbH")).to_be_visible()
    page.get_by_label("Last name").fill("Brenner")
    for label, value in {"Job title": "it-manager", "Power": "decision-maker", "Lead source": "website"}.items():
        page.get_by_label(label).select_option(value)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("It is not the same: save it all the same").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/leads/\d+/$"))
    typed = mine(Lead, anna).exclude(pk=there.pk).get()

    page.goto(f"/leads/{typed.pk}/duplicates/")
    page.get_by_label("Merge Brenner Logistik GmbH").check()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("group", name="Company").get_by_label("Brenner Logistik GmbH").check()
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url(re.compile(rf"/leads/{typed.pk}/$"))
    typed.refresh_from_db()
    assert (typed.company, typed.email) == ("Brenner Logistik GmbH", "jana@brenner-logistik.de")
    assert [note.text for note in typed.notes.all()] == ["Met at the fair"]
    assert list(mine(Lead, anna)) == [typed]

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("BRENNER logistik")
    assert {lead.company: lead.notes.count() for lead in mine(Lead, anna)} == {"BRENNER logistik": 0, "Brenner Logistik GmbH": 1}


def test_a_lead_goes_into_an_existing_account_and_the_conversion_is_undone(page_as, anna):
    account = AccountFactory(owner=anna, name="Brenner Logistik GmbH", website="", city="Meran")
    contact = ContactFactory(account=account, first_name="Jana", last_name="Brenner", email="jana@brenner-logistik.de")
    lead = QualifiedLeadFactory(
        owner=anna, company="Brenner Logistik", email="jana@brenner-logistik.de", website="https://brenner-logistik.de"
    )
    attached.add_note(lead, "Asked for a reference", by=anna)
    TaskFactory(owner=anna, related=lead)
    answer_questions(lead, answers={"budget": "12,000 a year"}, by=anna)
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/convert/")
    preview = page.locator("#becomes")
    expect(preview).to_contain_text("Taken from the lead:")

    page.get_by_label("Account").select_option(str(account.pk))
    page.get_by_label("Contact").select_option(str(contact.pk))
    expect(preview).to_contain_text("Filled from the lead, because it is empty:")
    expect(preview).to_contain_text("Website: brenner-logistik.de")
    page.get_by_label("Project name").fill("Brenner – Collaboration")
    page.get_by_label("Close date").fill((this_day() + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Convert").click()

    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    expect(page.locator("#found-out")).to_contain_text("12,000 a year")
    account.refresh_from_db()
    project = mine(Project, anna).get()
    assert (project.account, project.contact, account.website, account.city) == (account, contact, "https://brenner-logistik.de", "Meran")
    assert (project.notes.count(), project.tasks.count(), mine(Account, anna).count(), mine(Contact, anna).count()) == (1, 1, 1, 1)

    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(rf"/leads/{lead.pk}/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Qualification")
    account.refresh_from_db()
    lead.refresh_from_db()
    assert (lead.status, lead.notes.count(), lead.tasks.count(), account.website) == ("qualification", 1, 1, "")
    assert (mine(Project, anna).count(), mine(Account, anna).count()) == (0, 1)
    assert QualificationAnswer.objects.for_partner(anna.partner_id).filter(lead=lead).count() == 1


def test_a_lead_goes_into_an_open_project(page_as, anna):
    account = AccountFactory(owner=anna, name="Brenner Logistik GmbH")
    project = DemoProject(account=account, contact=ContactFactory(account=account), name="Headquarters")
    lead = QualifiedLeadFactory(owner=anna, company="Brenner Logistik GmbH")
    attached.add_note(lead, "Asked for a reference", by=anna)
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/convert/")

    page.get_by_label("Project", exact=True).select_option(str(project.pk))
    expect(page.get_by_label("Project name")).to_be_hidden()
    expect(page.locator("#becomes")).to_contain_text("Headquarters")
    page.get_by_role("button", name="Convert").click()

    page.wait_for_url(re.compile(rf"/projects/{project.pk}/$"))
    settled(page)
    lead.refresh_from_db()
    assert (lead.status, lead.account, project.notes.count(), mine(Project, anna).count()) == ("converted", account, 1, 1)


def test_a_lead_is_worked_by_plan_questions_and_next_step(page_as, anna):
    lead = QualifiedLeadFactory(owner=anna, company="Hotel Alpenblick")
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")

    page.get_by_role("button", name="Start “New lead in a week”").click()
    expect(page.locator("#plan")).to_contain_text("First call")
    expect(page.locator("#plan")).to_contain_text("running")
    page.locator("#qualification").get_by_role("link", name="Answer").click()
    page.get_by_label("Is there a budget, and who grants it?").fill("12,000 a year")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#qualification")).to_contain_text("12,000 a year")
    expect(page.locator("#score")).to_contain_text("Questions answered: 1")
    settled(page)

    page.get_by_role("link", name="Change the next step").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Next step", exact=True).fill("Send a reference")
    dialog.get_by_label("Next step on").fill((this_day() + timedelta(days=3)).isoformat())
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Send a reference")
    page.locator("#plan").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Start “New lead in a week”")).to_be_visible()

    lead.refresh_from_db()
    assert (lead.next_step, lead.tasks.filter(deleted_at=None).count(), lead.answers.count()) == ("Send a reference", 0, 1)


def test_a_lead_is_claimed_from_the_pool_and_the_other_company_is_told(page_as, anna, carla, otto):
    lead = VendorLeadFactory(company="Hotel Miramare", last_name="Marchetti", email="giulia@miramare.it", phone="+390415550187")
    hers, theirs = offered(lead, anna.partner, carla.partner, by=otto)
    page, late = page_as(anna), page_as(carla)
    late.goto(theirs.get_absolute_url())
    page.goto("/")
    page.get_by_role("link", name="Hotel Miramare").first.click()
    expect(page.locator("main")).to_contain_text("Several partners can take this lead")
    expect(page.locator("main")).not_to_contain_text("Marchetti")
    page.get_by_role("button", name="Accept Lead").click()

    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    expect(page.locator("main")).to_contain_text("Marchetti")
    late.get_by_role("button", name="Accept Lead").click()
    expect(late.get_by_role("alert").filter(has_text="Somebody else was faster")).to_be_visible()
    expect(late.locator("main")).not_to_contain_text("Marchetti")

    assert (mine(Project, anna).count(), mine(Account, anna).count(), mine(Project, carla).count()) == (1, 1, 0)
    hers.refresh_from_db()
    theirs.refresh_from_db()
    assert (hers.state, theirs.state) == ("accepted", "lost")
