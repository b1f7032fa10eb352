"""From the accepted quote to the closed project; orders to stock; a case with the vendor; the rest of the menus."""

import re

import pytest
from playwright.sync_api import expect

from cases.models import Case
from leads.tests.factories import LeadFactory
from orders.models import Order
from orders.tests.factories import ReadyQuoteFactory
from partnerportal.core.models import Notification
from partnerportal.tests.pages import follow, settled
from tasks.models import Task

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def go_on(page, heading):
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".wizard-card h2")).to_have_text(heading)


def do(admin, label):
    follow(admin, admin.get_by_role("button", name=label, exact=True).click)


def test_an_accepted_quote_becomes_an_order_and_the_completed_order_wins(page_as, anna, otto, deliver, mailoutbox):
    quote = ReadyQuoteFactory(owner=anna)
    page = page_as(anna)
    page.goto(f"/quotes/{quote.pk}/")
    page.get_by_role("button", name="Create order").first.click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    order = Order.objects.visible_to(anna).get()
    assert (order.quote, order.shipping_type, order.project.stage) == (quote, quote.shipping_type, "order_management")

    page.goto(f"/orders/{order.pk}/confirm/")
    page.get_by_label(re.compile("PBX name")).fill("brenner")
    page.get_by_label("Platform").select_option("cloud")
    page.get_by_label("Region").select_option("europe")
    go_on(page, "Devices")
    page.get_by_role("checkbox").first.check()
    go_on(page, "Telephony")
    page.get_by_label("Telephone numbers").fill("10")
    page.get_by_label("Emergency address").fill("Via Bolzano 5, 39012 Merano")
    go_on(page, "Shipping")
    page.get_by_label("Street").fill("Via Bolzano 5")
    page.get_by_label("Postal code").fill("39012")
    page.get_by_label("City").fill("Merano")
    page.get_by_label("Country").select_option("IT")
    page.get_by_label("The address is correct").check()
    go_on(page, "Review")
    page.get_by_label("Terms and conditions accepted").check()
    page.get_by_role("button", name="Confirm order").click()
    page.wait_for_url(re.compile(rf"/orders/{order.pk}/$"))

    order.refresh_from_db()
    assert (order.status, order.case is not None, Case.objects.visible_to(anna).count()) == ("confirmed", True, 1)
    expect(page.locator("main")).to_contain_text(order.case.number)

    admin = page_as(otto)
    admin.goto(f"/admin/orders/order/{order.pk}/change/")
    do(admin, "Begin")
    admin.get_by_role("link", name="Mark as shipped").click()
    admin.locator("textarea").fill("TRACK-77")
    follow(admin, admin.get_by_role("button", name="Mark as shipped").or_(admin.locator("input[type=submit].default")).first.click)
    do(admin, "Complete")
    while deliver():
        pass

    order.refresh_from_db()
    order.project.refresh_from_db()
    assert (order.status, order.tracking) == ("completed", "TRACK-77")
    assert (order.project.stage, order.project.outcome) == ("closed", "won")
    assert any("TRACK-77" in mail.body for mail in mailoutbox)
    page.goto(f"/projects/{order.project.pk}/")
    expect(page.locator("#record-head")).to_contain_text("Won")


def test_hardware_is_ordered_to_stock(page_as, anna):
    page = page_as(anna)
    page.goto("/orders/new/")

    page.get_by_label("Quantity of DECT handset").fill("10")
    page.get_by_role("button", name="Go on to confirmation").click()
    page.wait_for_url(re.compile(r"/orders/\d+/confirm/"))

    order = Order.objects.visible_to(anna).get()
    assert (order.record_type, order.account, order.ship_street) == ("stock", None, "Via Roma 1")
    assert list(order.lines.values_list("product__code", "quantity", "family")) == [("CX-DECT", 10, "capex")]


def test_a_case_is_answered_and_what_is_internal_stays_hidden(page_as, anna, tariq, deliver, mailoutbox):
    page = page_as(anna)
    page.goto("/")
    page.get_by_role("link", name=re.compile("submit a case", re.IGNORECASE)).first.click()
    page.get_by_role("link", name="Customer Care").click()
    page.get_by_label("Topic").select_option("billing")
    page.get_by_label("Subject").fill("Invoice of October")
    page.get_by_label("Description").fill("The amount differs from the order.")
    page.get_by_role("button", name="Submit").or_(page.get_by_role("button", name="Save", exact=True)).first.click()
    page.wait_for_url(re.compile(r"/cases/\d+/$"))
    case = Case.objects.visible_to(anna).get()

    admin = page_as(tariq)
    for path, words in (("comment", "Geheim: check with finance"), ("ask", "Which order do you mean?")):
        admin.goto(f"/admin/cases/case/{case.pk}/do/{path}/")
        admin.locator("textarea").fill(words)
        follow(admin, admin.locator("input[type=submit].default").click)
    while deliver():
        pass

    case.refresh_from_db()
    assert (case.status, case.comments.count()) == ("waiting", 2)
    assert Notification.objects.filter(user=anna).count() == 1
    assert [(f"/cases/{case.pk}/" in mail.body, "Geheim" in mail.body) for mail in mailoutbox] == [(True, False)]
    page.reload()
    expect(page.locator("#conversation")).to_contain_text("Which order do you mean?")
    assert "Geheim" not in page.content()
    page.get_by_label("Comment").fill("Order O-2026-00001.")
    page.get_by_role("button", name="Send comment").click()
    expect(page.locator("#conversation")).to_contain_text("Order O-2026-00001.")
    case.refresh_from_db()
    assert case.status == "in_progress"


def test_a_note_a_task_a_file_and_following_on_a_record(page_as, anna, tmp_path):
    lead = LeadFactory(owner=anna)
    page = page_as(anna)
    page.goto(f"/leads/{lead.pk}/")
    settled(page)
    page.get_by_role("button", name="Follow").click()
    page.get_by_text("You follow").wait_for()
    settled(page)
    plan = tmp_path / "plan.txt"
    plan.write_text("Floor plan of the warehouse")

    composer = page.locator("main")
    composer.locator("textarea[name=text]").first.fill("Warehouse needs 20 handsets")
    composer.get_by_role("button", name=re.compile("note", re.IGNORECASE)).last.click()
    expect(page.locator("main")).to_contain_text("Warehouse needs 20 handsets")
    page.goto(f"/leads/{lead.pk}/")
    settled(page).locator("input[type=file]").first.set_input_files(str(plan))
    expect(page.locator("main")).to_contain_text("plan.txt")

    assert lead.notes.count() == 1
    assert [attachment.name for attachment in lead.attachments.all()] == ["plan.txt"]
    assert lead.followers.filter(user=anna).count() == 1


def test_a_task_is_made_and_ticked_off(page_as, anna):
    page = page_as(anna)
    page.goto("/tasks/new/")
    page.get_by_label("Subject").fill("Call Jana about porting dates")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/tasks/\d+/$"))

    page.get_by_role("button", name=re.compile("complete", re.IGNORECASE)).first.click()

    expect(page.locator("#record-head")).to_contain_text("Completed")
    assert list(Task.objects.visible_to(anna).values_list("subject", "status")) == [("Call Jana about porting dates", "completed")]


@pytest.mark.parametrize(
    "address", ["/reports/", "/pricing/", "/news/", "/wmp/", "/team/", "/profile/", "/notifications/", "/search/?q=brenner"]
)
def test_the_other_menus_open(page_as, anna, address):
    page = page_as(anna)

    answer = page.goto(address)

    assert answer.status == 200
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_nothing_of_another_partner_can_be_reached(page_as, anna, carla):
    lead = LeadFactory(owner=anna, company="Unerreichbar Verwaltung")
    quote = ReadyQuoteFactory(owner=anna)
    page = page_as(carla)

    for record in (lead, quote, quote.project, quote.account, quote.contact):
        assert page.goto(record.get_absolute_url()).status == 404
        assert page.goto(f"{record.get_absolute_url()}edit/").status == 404
    page.goto("/search/?q=Unerreichbar")
    expect(page.locator("main")).not_to_contain_text("Verwaltung")
    page.goto("/leads/?q=Unerreichbar")
    expect(page.locator("main")).not_to_contain_text("Verwaltung")
