"""Pages of orders: what people see and what changes, with htmx and without."""

import re

import pytest
from django.urls import reverse

from cases.models import Case
from cases.tests.factories import CaseFactory
from catalog.models import Product
from orders.models import Order
from orders.tests.factories import (
    DEVICES,
    LICENCES,
    AnsweredOrderFactory,
    CancelledOrderFactory,
    CompletedOrderFactory,
    ConfirmedOrderFactory,
    HeldOrderFactory,
    OrderFactory,
    ReadyQuoteFactory,
    RunningOrderFactory,
    ShippedOrderFactory,
    StockOrderFactory,
)
from partnerportal.core.models import OutboxMessage, StageMove
from partnerportal.tests.counting import assert_queries, queries_of
from projects.models import Project
from quotes.models import Quote

HTMX = {"HTTP_HX_REQUEST": "true"}
PBX = {"step": "pbx", "pbx_name": "brenner", "pbx_platform": "cloud", "pbx_region": "europe"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def everything(model):
    return model._default_manager.across_partners(reason="test")


def titles(response):
    return re.findall(r'class="title" href="[^"]*">([^<]*)<', response.content.decode())


def confirm(order, step=""):
    return reverse("orders:confirm", args=[order.pk]) + (f"?step={step}" if step else "")


# --- list ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("", ["running", "confirmed", "draft"]),
        ("open", ["running", "confirmed", "colleague", "draft"]),
        ("to_confirm", ["colleague", "draft"]),
        ("under_way", ["running", "confirmed"]),
        ("completed", ["completed"]),
        ("all", ["cancelled", "completed", "running", "confirmed", "colleague", "draft"]),
    ],
)
def test_the_standard_views(as_anna, anna, alex, view, found):
    made = {
        "draft": OrderFactory(owner=anna),
        "colleague": OrderFactory(owner=alex),
        "confirmed": ConfirmedOrderFactory(owner=anna),
        "running": RunningOrderFactory(owner=anna),
        "completed": CompletedOrderFactory(owner=anna),
        "cancelled": CancelledOrderFactory(owner=anna),
    }

    response = as_anna.get("/orders/", {"view": view} if view else {})

    assert titles(response) == [made[name].number for name in found]


def test_the_list_adds_up_per_currency(as_anna, anna):
    OrderFactory(owner=anna)
    OrderFactory(owner=anna)

    assert "€338.40" in as_anna.get("/orders/").content.decode()


def test_another_partner_finds_nothing(client, anna, carla):
    order = OrderFactory(owner=anna)
    client.force_login(carla)

    assert titles(client.get("/orders/?view=all")) == []
    for name in ("detail", "confirm", "cancel", "history", "panel_activity", "panel_files"):
        assert client.get(reverse(f"orders:{name}", args=[order.pk])).status_code == 404
    for name in ("confirm", "cancel", "follow", "notes"):
        assert client.post(reverse(f"orders:{name}", args=[order.pk])).status_code == 404


def test_the_export_holds_the_list(as_anna, anna):
    order = OrderFactory(owner=anna)

    response = as_anna.get("/orders/export/?view=all&format=csv")

    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert order.number in content.decode()


# --- record ---------------------------------------------------------------------------------


def test_the_record_shows_lines_amounts_and_shipping(as_anna, anna):
    order = OrderFactory(owner=anna)

    page = as_anna.get(order.get_absolute_url()).content.decode()

    for words in (
        "UC Business",
        "CLASSOUND flat",
        "Desk phone M",
        "€169.20",
        "€645.00",
        order.account.name,
        "Merano",
        str(order.quote),
        "Confirm order",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("factory", "steps", "now"),
    [
        (OrderFactory, ["Draft", "Confirmed", "In progress", "Shipped", "Completed"], "Draft"),
        (RunningOrderFactory, ["Draft", "Confirmed", "In progress", "Shipped", "Completed"], "In progress"),
        (HeldOrderFactory, ["Draft", "Confirmed", "In progress", "Shipped", "Completed"], "In progress"),
        (lambda **facts: RunningOrderFactory(quoted=LICENCES, **facts), ["Draft", "Confirmed", "In progress", "Completed"], "In progress"),
        (CancelledOrderFactory, ["Draft", "Cancelled"], "Cancelled"),
    ],
)
def test_the_path_of_an_order(as_anna, anna, factory, steps, now):
    path = as_anna.get(factory(owner=anna).get_absolute_url()).context["path"]

    assert [str(step.label) for step in path.steps] == steps
    assert [str(step.label) for step in path.steps if step.state in ("now", "lost")] == [now]
    assert path.move_url == ""


def test_an_order_on_hold_says_what_it_waits_for(as_anna, anna, otto):
    order = HeldOrderFactory(owner=anna)
    StageMove.objects.create(
        partner=anna.partner, subject=order, from_stage="in_progress", to_stage="on_hold", reason="Papers are missing", by_name="Otto"
    )

    assert "On hold: Papers are missing" in as_anna.get(order.get_absolute_url()).content.decode()


def test_the_linked_case_stands_on_the_order_and_the_order_on_the_case(as_anna, anna):
    order = AnsweredOrderFactory(owner=anna)
    as_anna.post(confirm(order), {"step": "review", "terms_accepted": "on"})
    order.refresh_from_db()

    assert order.case.get_absolute_url() in as_anna.get(order.get_absolute_url()).content.decode()
    assert reverse("orders:for_case", args=[order.case.pk]) in as_anna.get(order.case.get_absolute_url()).content.decode()
    assert order.number in as_anna.get(reverse("orders:for_case", args=[order.case.pk]), **HTMX).content.decode()


def test_only_who_may_change_it_is_offered_the_next_step(client, anna, alex, ben):
    order = OrderFactory(owner=anna)
    offered = {}
    for person in (anna, alex, ben):
        client.force_login(person)
        offered[person.first_name] = "Confirm order" in client.get(order.get_absolute_url()).content.decode()

    assert offered == {"Anna": True, "Alex": False, "Ben": True}


def test_support_works_in_cases_and_opens_no_order(client, anna, tariq):
    order = AnsweredOrderFactory(owner=anna)
    client.force_login(anna)
    client.post(confirm(order), {"step": "review", "terms_accepted": "on"})
    order.refresh_from_db()
    client.force_login(tariq)

    assert client.get(order.get_absolute_url()).status_code == 404
    assert reverse("orders:for_case", args=[order.case.pk]) not in client.get(order.case.get_absolute_url()).content.decode()


# --- from the quote ---------------------------------------------------------------------------


def test_the_button_on_the_quote_makes_the_order(as_anna, anna):
    quote = ReadyQuoteFactory(owner=anna)

    first = as_anna.post(reverse("orders:place", args=[quote.pk]))
    second = as_anna.post(reverse("orders:place", args=[quote.pk]))

    order = everything(Order).get()
    assert first.url == second.url == order.get_absolute_url()


def test_with_htmx_the_browser_is_sent_to_the_order(as_anna, anna):
    quote = ReadyQuoteFactory(owner=anna)

    response = as_anna.post(reverse("orders:place", args=[quote.pk]), **HTMX)

    assert (response.status_code, response["HX-Redirect"]) == (204, everything(Order).get().get_absolute_url())


def test_a_quote_that_is_not_accepted_says_so(as_anna, anna):
    quote = ReadyQuoteFactory(owner=anna, status="submitted", is_primary=False)

    response = as_anna.post(reverse("orders:place", args=[quote.pk]), follow=True)

    assert "no longer in a status that allows this" in response.content.decode()
    assert not everything(Order).exists()


@pytest.mark.parametrize(("who", "status"), [("alex", 403), ("carla", 404), ("otto", 403), ("olga", 404), ("tariq", 404)])
def test_nobody_else_makes_the_order(request, client, anna, who, status):
    quote = ReadyQuoteFactory(owner=anna)
    client.force_login(request.getfixturevalue(who))

    assert client.post(reverse("orders:place", args=[quote.pk])).status_code == status
    assert not everything(Order).exists()


def test_an_order_is_not_made_by_looking(as_anna, anna):
    quote = ReadyQuoteFactory(owner=anna)

    assert as_anna.get(reverse("orders:place", args=[quote.pk])).status_code == 405


# --- confirmation -----------------------------------------------------------------------------


def test_the_whole_confirmation(as_anna, anna):
    order = OrderFactory(owner=anna)
    answers = [
        PBX,
        {"step": "devices", "devices_confirmed": "on", "desired_on": "2026-12-01"},
        {"step": "telephony", "number_count": "10", "is_porting": "on", "emergency_address": "Via Bolzano 5"},
        {
            "step": "shipping",
            "ship_street": "Via Bolzano 5",
            "ship_postal_code": "39012",
            "ship_city": "Merano",
            "ship_country": "IT",
            "address_is_confirmed": "on",
        },
    ]
    followers = ["devices", "telephony", "shipping", "review"]

    for given, following in zip(answers, followers, strict=True):
        assert as_anna.post(confirm(order), given | {"go": "next"}).url == confirm(order, following)
    response = as_anna.post(confirm(order), {"step": "review", "reference": "PO 7", "terms_accepted": "on", "go": "next"}, follow=True)

    order.refresh_from_db()
    assert response.redirect_chain[0][0] == order.get_absolute_url()
    assert (order.status, order.pbx_name, order.number_count, order.is_porting, order.reference) == (
        "confirmed",
        "brenner",
        10,
        True,
        "PO 7",
    )
    assert (str(order.desired_on), order.typed) == ("2026-12-01", {})
    assert order.case.owner == anna
    assert f"{order.number} is confirmed" in response.content.decode()


def test_the_first_step_that_is_open_is_shown(as_anna, anna):
    order = OrderFactory(owner=anna, pbx_name="brenner", pbx_platform="cloud", pbx_region="europe")

    assert as_anna.get(confirm(order)).context["step"].key == "devices"


@pytest.mark.parametrize(("quoted", "steps"), [(LICENCES, ["PBX", "Review"]), (DEVICES, ["PBX", "Devices", "Shipping", "Review"])])
def test_only_the_needed_steps_are_there(as_anna, anna, quoted, steps):
    marks = as_anna.get(confirm(OrderFactory(owner=anna, quoted=quoted))).context["marks"]

    assert [str(mark.label) for mark in marks] == steps


def test_a_step_that_is_not_valid_says_why_and_keeps_what_was_typed(as_anna, anna):
    order = OrderFactory(owner=anna)

    response = as_anna.post(confirm(order), PBX | {"pbx_name": "Brenner GmbH!", "go": "next"})

    order.refresh_from_db()
    page = response.content.decode()
    assert response.status_code == 422
    assert "Brenner GmbH!" in page
    assert "Lower-case letters, digits and hyphens" in page
    assert order.pbx_name == ""
    assert "Brenner GmbH!" in as_anna.get(confirm(order, "pbx")).content.decode()


def test_going_back_keeps_what_is_not_valid_yet(as_anna, anna):
    order = OrderFactory(owner=anna)
    half = {"step": "telephony", "number_count": "", "emergency_address": "Via Bolzano", "go": "back"}

    response = as_anna.post(confirm(order), half)

    assert response.url == confirm(order, "devices")
    assert "Via Bolzano" in as_anna.get(confirm(order, "telephony")).content.decode()
    assert everything(Order).get().emergency_address == ""


def test_what_was_typed_later_wins_over_what_was_kept_before(as_anna, anna):
    order = OrderFactory(owner=anna, pbx_name="former", pbx_platform="cloud", pbx_region="europe", typed={"pbx": {"pbx_name": "Half done"}})

    assert 'value="Half done"' in as_anna.get(confirm(order, "pbx")).content.decode()
    as_anna.post(confirm(order), PBX)

    assert 'value="brenner"' in as_anna.get(confirm(order, "pbx")).content.decode()


def test_going_back_keeps_valid_answers_too(as_anna, anna):
    order = OrderFactory(owner=anna)

    as_anna.post(confirm(order), {"step": "devices", "devices_confirmed": "on", "desired_on": "2026-12-01", "go": "back"})

    order.refresh_from_db()
    assert (order.devices_confirmed, str(order.desired_on)) == (True, "2026-12-01")


def test_one_may_go_on_later(as_anna, anna):
    order = OrderFactory(owner=anna)

    response = as_anna.post(confirm(order), PBX | {"go": "later"})

    order.refresh_from_db()
    assert (response.url, order.pbx_name, order.status) == (order.get_absolute_url(), "brenner", "draft")


def test_the_review_names_what_is_missing(as_anna, anna):
    order = AnsweredOrderFactory(owner=anna, pbx_name="", number_count=None)

    response = as_anna.post(confirm(order), {"step": "review", "terms_accepted": "on"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "PBX: name, platform and region." in page
    assert "Telephony: how many numbers, and the emergency address." in page
    assert everything(Order).get().status == "draft"
    assert not everything(Case).exists()


def test_the_terms_must_be_accepted(as_anna, anna):
    order = AnsweredOrderFactory(owner=anna, terms_accepted=False)

    assert as_anna.post(confirm(order), {"step": "review"}).status_code == 422
    assert everything(Order).get().status == "draft"


def test_a_second_confirmation_finds_the_first(as_anna, anna):
    order = AnsweredOrderFactory(owner=anna)
    for _ in range(2):
        response = as_anna.post(confirm(order), {"step": "review", "terms_accepted": "on"})

    assert response.url == order.get_absolute_url()
    assert (everything(Case).count(), OutboxMessage.objects.count()) == (1, 1)


@pytest.mark.parametrize("factory", [ConfirmedOrderFactory, ShippedOrderFactory, CancelledOrderFactory])
def test_there_is_nothing_to_confirm_any_more(as_anna, anna, factory):
    order = factory(owner=anna)

    assert as_anna.get(confirm(order)).url == order.get_absolute_url()
    assert as_anna.post(confirm(order), PBX).url == order.get_absolute_url()
    assert everything(Order).get().pbx_name != "brenner"


def test_the_type_of_address_cannot_be_changed_by_a_crafted_post(as_anna, anna):
    order = OrderFactory(owner=anna)

    as_anna.post(confirm(order), PBX | {"shipping_type": "partner", "status": "completed", "mrr": "0", "owner": "1"})

    order.refresh_from_db()
    assert (order.shipping_type, order.status, order.owner) == ("end_user", "draft", anna)


def test_a_stock_order_keeps_the_partners_address(as_anna, anna):
    order = StockOrderFactory(owner=anna)

    as_anna.post(
        confirm(order), {"step": "shipping", "ship_street": "Elsewhere 1", "ship_contact_name": "Gino", "address_is_confirmed": "on"}
    )

    order.refresh_from_db()
    assert (order.ship_street, order.ship_contact_name, order.address_is_confirmed) == ("Via Roma 1", "Gino", True)


def test_a_colleague_does_not_confirm(client, anna, alex):
    order = AnsweredOrderFactory(owner=anna)
    client.force_login(alex)

    assert client.get(confirm(order)).status_code == 403
    assert client.post(confirm(order), {"step": "review", "terms_accepted": "on"}).status_code == 403
    assert everything(Order).get().status == "draft"


# --- cancel -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 204)])
def test_a_draft_is_cancelled_with_a_reason(as_anna, anna, headers, status):
    order = OrderFactory(owner=anna)
    address = reverse("orders:cancel", args=[order.pk])

    asked = as_anna.get(address, **headers).content.decode()
    assert "Cancel" in asked
    assert "The quote is cancelled with it; a new version can be made." in asked
    assert as_anna.post(address, {"reason": " "}, **headers).status_code == 422
    assert as_anna.post(address, {"reason": "Mistake"}, **headers).status_code == status

    order.refresh_from_db()
    assert (order.status, everything(Project).get().stage) == ("cancelled", "proposal")
    assert everything(Quote).get().status == "cancelled"


def test_a_confirmed_order_is_not_cancelled_by_the_partner(as_anna, anna):
    order = ConfirmedOrderFactory(owner=anna)

    response = as_anna.post(reverse("orders:cancel", args=[order.pk]), {"reason": "Mistake"})

    assert response.status_code == 422
    assert "Ask the vendor" in response.content.decode()
    assert everything(Order).get().status == "confirmed"


# --- stock --------------------------------------------------------------------------------------


def test_new_to_stock_offers_capex_products_alone(as_anna):
    page = as_anna.get("/orders/new/").content.decode()

    for product in Product.objects.all():
        assert (f'name="quantity_{product.pk}"' in page) == (product.family == "capex"), product


def test_new_to_stock_makes_a_draft_and_goes_on_to_its_confirmation(as_anna, anna):
    phone = Product.objects.get(code="CX-PHONE-M")

    response = as_anna.post("/orders/new/", {f"quantity_{phone.pk}": "7", "reference": "PO 7"})

    order = everything(Order).get()
    assert response.url == reverse("orders:confirm", args=[order.pk])
    assert (order.record_type, order.reference, order.lines.get().quantity) == ("stock", "PO 7", 7)


def test_the_same_form_sent_twice_orders_once(as_anna):
    phone = Product.objects.get(code="CX-PHONE-M")
    token = as_anna.get("/orders/new/").context["submission"]
    sent = [as_anna.post("/orders/new/", {f"quantity_{phone.pk}": "7", "submission": token}).url for _ in range(2)]

    assert sent[0] == sent[1]
    assert everything(Order).count() == 1


@pytest.mark.parametrize(
    ("quantity", "sentence"), [("", "Choose at least one product."), ("-1", "greater than or equal to 0"), ("x", "whole number")]
)
def test_new_to_stock_says_what_is_wrong(as_anna, quantity, sentence):
    phone = Product.objects.get(code="CX-PHONE-M")

    response = as_anna.post("/orders/new/", {f"quantity_{phone.pk}": quantity, "reference": "PO 7"})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "PO 7" in response.content.decode()
    assert not everything(Order).exists()


def test_the_sum_follows_while_one_types(as_anna):
    phone = Product.objects.get(code="CX-PHONE-M")
    price = phone.entries.get(book__kind="gold", currency="EUR", billing_period="one_off").price

    response = as_anna.get("/orders/new/", {f"quantity_{phone.pk}": "7"}, **HTMX)

    page = response.content.decode()
    assert response.context["total"] == 7 * price
    assert "<html" not in page
    assert ("comes in packs of" in page) == (7 % phone.pack_size != 0)


@pytest.mark.parametrize("who", ["otto", "tariq", "vendor_admin"])
def test_the_vendor_does_not_order_to_stock(request, client, reference, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get("/orders/new/").status_code == 403
    assert client.post("/orders/new/").status_code == 403


# --- panels, queries --------------------------------------------------------------------------------


def test_orders_stand_on_the_pages_of_account_and_project(as_anna, client, anna, carla):
    order = OrderFactory(owner=anna)
    OrderFactory(owner=anna)
    addresses = [reverse("orders:for_account", args=[order.account.pk]), reverse("orders:for_project", args=[order.project.pk])]

    for address in addresses:
        assert titles(as_anna.get(address, **HTMX)) == [order.number]
        assert titles(as_anna.get(address)) == [order.number]
    client.force_login(carla)
    for address in addresses:
        assert client.get(address).status_code == 404


def test_the_list_costs_the_same_whatever_its_length(as_anna, anna):
    OrderFactory(owner=anna)
    short = len(queries_of(as_anna, "/orders/"))
    for _ in range(6):
        OrderFactory(owner=anna)

    assert len(queries_of(as_anna, "/orders/")) == short


@pytest.mark.parametrize("page", ["detail", "confirm"])
def test_a_record_costs_few_queries(as_anna, anna, page):
    order = OrderFactory(owner=anna)

    assert_queries(as_anna, reverse(f"orders:{page}", args=[order.pk]), at_most=14)


def test_the_page_of_an_accepted_quote_leads_to_its_order(as_anna, anna):
    quote = ReadyQuoteFactory(owner=anna)
    place, panel = reverse("orders:place", args=[quote.pk]), reverse("orders:for_quote", args=[quote.pk])

    before = as_anna.get(quote.get_absolute_url()).content.decode()
    as_anna.post(place)
    after = as_anna.get(quote.get_absolute_url()).content.decode()

    assert (f'action="{place}"' in before, panel in before) == (True, False)
    assert (f'action="{place}"' in after, panel in after) == (False, True)
    assert titles(as_anna.get(panel, **HTMX)) == [everything(Order).get().number]


def test_the_same_products_are_ordered_once_more(as_anna, anna):
    order = StockOrderFactory(owner=anna)
    line = order.lines.get()
    page = as_anna.get(order.get_absolute_url()).content.decode()
    address = f"{reverse('orders:add')}?again={order.pk}"

    assert address in page
    form = as_anna.get(address).context["form"]
    assert form[f"quantity_{line.product_id}"].value() == line.quantity


def test_an_order_of_another_partner_is_not_copied(as_anna, carla):
    order = StockOrderFactory(owner=carla)

    assert as_anna.get(f"{reverse('orders:add')}?again={order.pk}").status_code == 404
    assert as_anna.get(f"{reverse('orders:add')}?again=x").status_code == 404


def test_the_order_of_a_customer_has_no_second_one(as_anna, anna):
    page = as_anna.get(OrderFactory(owner=anna).get_absolute_url()).content.decode()

    assert "?again=" not in page


# --- edit ---------------------------------------------------------------------------------------


def test_a_draft_takes_the_partners_own_number_and_the_day(as_anna, anna):
    order = OrderFactory(owner=anna)

    answer = as_anna.post(reverse("orders:edit", args=[order.pk]), {"reference": "PO 9", "desired_on": "2027-03-01", "base": ""})

    order.refresh_from_db()
    assert answer.url == order.get_absolute_url()
    assert (order.reference, str(order.desired_on)) == ("PO 9", "2027-03-01")
    assert order.history.first().author_name == anna.get_full_name()


def test_a_cell_of_a_draft_is_changed_in_the_list(as_anna, anna):
    order = OrderFactory(owner=anna)
    address = reverse("orders:cell", args=[order.pk, "reference"])

    as_anna.post(address, {"reference": "PO 10"}, **HTMX)

    order.refresh_from_db()
    assert order.reference == "PO 10"


@pytest.mark.parametrize("factory", [ConfirmedOrderFactory, ShippedOrderFactory, CancelledOrderFactory])
def test_what_the_vendor_has_is_only_read(as_anna, anna, factory):
    order = factory(owner=anna, reference="PO 1")
    address = reverse("orders:edit", args=[order.pk])

    page = as_anna.get(order.get_absolute_url()).content.decode()
    refusals = [as_anna.get(address).status_code, as_anna.post(address, {"reference": "PO 2", "desired_on": ""}).status_code]

    order.refresh_from_db()
    assert address not in page
    assert refusals == [403, 422]
    assert order.reference == "PO 1"


@pytest.mark.parametrize("name", ["quotes:for_contact", "orders:for_contact", "cases:for_contact"])
def test_panels_of_a_contact_list_what_she_is_named_on(client, as_anna, anna, carla, name):
    order = OrderFactory(owner=anna)
    case = CaseFactory(owner=anna, account=order.account, contact=order.contact)
    told = {"quotes:for_contact": order.quote.number, "orders:for_contact": order.number, "cases:for_contact": case.subject}
    address = reverse(name, args=[order.contact_id])

    whole = reverse(name.replace("for_contact", "list")) + f"?view=all&contact={order.contact_id}"
    assert all(told[name] in as_anna.get(place).content.decode() for place in (address, whole))
    client.force_login(carla)
    assert client.get(address).status_code == 404
