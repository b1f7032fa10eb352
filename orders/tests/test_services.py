"""What happens to orders, and what is refused and then changes nothing."""

from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import Account
from cases.models import Case, CaseType
from catalog.models import Product
from orders import services
from orders.confirmation import DEVICES, PBX
from orders.models import Order, OrderLine
from orders.services import Wanted
from orders.services.moving import move
from orders.stages import MOVES, Status
from orders.tests.factories import (
    DEVICES as WITH_DEVICES,
)
from orders.tests.factories import (
    EVERYTHING,
    LICENCES,
    TELEPHONY,
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
from partnerportal.core.actors import Actor
from partnerportal.core.attached import NotDeletable, delete_record
from partnerportal.core.models import Notification, OutboxMessage, StageMove
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from projects.models import Project
from projects.stages import Stage
from projects.tests.factories import ChangeOrderProject, LostProject
from quotes.models import Quote
from quotes.services import cancel_quote, new_version, submit_quote
from quotes.stages import Status as QuoteStatus
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, SubmittedQuoteFactory

FACTORIES = {
    "draft": AnsweredOrderFactory,
    "confirmed": ConfirmedOrderFactory,
    "in_progress": RunningOrderFactory,
    "shipped": ShippedOrderFactory,
    "completed": CompletedOrderFactory,
    "on_hold": HeldOrderFactory,
    "cancelled": CancelledOrderFactory,
}


def everything(model):
    return model._default_manager.across_partners(reason="test")


def state_of(record):
    record.refresh_from_db()
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def traces(order):
    """Everything that a refused verb must leave as it was."""
    around = [order, *(record for record in (order.project, order.quote, order.account) if record)]
    return (
        [state_of(record) for record in around],
        [record.history.count() for record in around],
        everything(StageMove).count(),
        everything(Case).count(),
        OutboxMessage.objects.count(),
        Notification.objects.count(),
    )


def moves_of(record):
    return list(record.stage_moves.order_by("pk").values_list("from_stage", "to_stage", "by_name", "is_automatic", "reason"))


def bells(person):
    return list(person.notifications.order_by("pk").values_list("text", "url"))


# --- from the quote -------------------------------------------------------------------


def test_an_order_takes_over_the_quote_and_the_project_goes_on(anna):
    quote = ReadyQuoteFactory(owner=anna, shipping_type="reseller", ship_company="Alpenblick", ship_contact_name="Gino", commitment=3)

    order = services.place_from_quote(quote, by=anna)

    quote.refresh_from_db()
    project = quote.project
    project.refresh_from_db()
    assert (order.status, order.record_type, order.owner, order.partner) == ("draft", "initial", anna, anna.partner)
    assert (order.quote, order.project, order.account, order.contact) == (quote, project, quote.account, quote.contact)
    assert (order.mrr, order.capex_total, order.cost, order.currency, order.commitment) == (
        quote.mrr,
        quote.capex_total,
        quote.cost,
        "EUR",
        3,
    )
    for name in ("shipping_type", "ship_company", "ship_street", "ship_postal_code", "ship_city", "ship_country", "ship_contact_name"):
        assert getattr(order, name) == getattr(quote, name), name
    copied = (
        "position",
        "product",
        "family",
        "name",
        "quantity",
        "billing_period",
        "unit_price",
        "unit_cost",
        "discount",
        "line_total",
        "monthly",
    )
    assert list(order.lines.values_list(*copied)) == list(quote.lines.values_list(*copied))
    assert order.families == ["capex", "classound", "license"]
    assert (quote.status, project.stage) == (QuoteStatus.ORDERED, Stage.ORDER_MANAGEMENT)
    assert moves_of(quote) == [("accepted", "ordered", "Anna Conti", True, "")]
    assert moves_of(project) == [
        ("contract_out", "order_management", "Anna Conti", True, f"Order {order.number} was made from quote {quote}"),
    ]
    assert order.history.get().author_name == "Anna Conti"
    assert not OutboxMessage.objects.exists()


@time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=False)
def test_orders_are_numbered_in_the_partners_year(anna):
    assert services.place_from_quote(ReadyQuoteFactory(owner=anna), by=anna).number == "O-2027-00001"


def test_the_order_of_a_change_project_is_a_change(anna):
    quote = AcceptedQuoteFactory(owner=anna, project=ChangeOrderProject(owner=anna, stage=Stage.CONTRACT_OUT, verbal_agreement=True))

    order = services.place_from_quote(quote, by=anna)

    assert order.record_type == "change"


def test_a_second_click_finds_the_same_order(anna):
    quote = ReadyQuoteFactory(owner=anna)
    order = services.place_from_quote(quote, by=anna)
    before = traces(order)

    assert services.place_from_quote(quote, by=anna) == order

    assert traces(order) == before
    assert everything(Order).count() == 1


def test_the_order_belongs_to_the_owner_of_the_quote(anna, ben):
    assert services.place_from_quote(ReadyQuoteFactory(owner=anna), by=ben).owner == anna


def untouched(quote):
    quote.refresh_from_db()
    return (
        state_of(quote),
        state_of(quote.project),
        quote.history.count(),
        quote.project.history.count(),
        everything(StageMove).count(),
        everything(Order).count(),
        OutboxMessage.objects.count(),
    )


@pytest.mark.parametrize("factory", [DraftQuoteFactory, SubmittedQuoteFactory])
@pytest.mark.parametrize("status", [None, "rejected", "expired", "superseded", "cancelled"])
def test_only_an_accepted_quote_becomes_an_order(anna, factory, status):
    quote = factory(owner=anna, **({"status": status} if status else {}))
    before = untouched(quote)

    with pytest.raises(IllegalMove):
        services.place_from_quote(quote, by=anna)

    assert untouched(quote) == before


def test_a_lost_project_gets_no_order(anna):
    quote = AcceptedQuoteFactory(owner=anna, project=LostProject(owner=anna))
    before = untouched(quote)

    with pytest.raises(IllegalMove):
        services.place_from_quote(quote, by=anna)

    assert untouched(quote) == before


@pytest.mark.parametrize(
    ("who", "error"),
    [("alex", NotYours), ("carla", Quote.DoesNotExist), ("otto", NotYours), ("olga", Quote.DoesNotExist), ("tariq", Quote.DoesNotExist)],
)
def test_place_from_quote_refuses_whom_the_quote_does_not_belong_to(request, anna, who, error):
    quote = ReadyQuoteFactory(owner=anna)
    person = request.getfixturevalue(who)
    before = untouched(quote)

    with pytest.raises(error):
        services.place_from_quote(quote, by=person)

    assert untouched(quote) == before


# --- for the stock ----------------------------------------------------------------------


def product(code="CX-PHONE-M"):
    return Product.objects.get(code=code)


def test_a_stock_order_goes_to_the_partners_own_address_at_its_prices(anna):
    phone = product()

    order = services.place_stock_order([Wanted(phone, 7), Wanted(product("UC-BUSINESS"), 0)], by=anna, reference="PO 7")

    line = order.lines.get()
    price = phone.entries.get(book__kind="gold", currency="EUR", billing_period="one_off").price
    assert (order.record_type, order.status, order.owner, order.reference) == ("stock", "draft", anna, "PO 7")
    assert (order.quote, order.project, order.account, order.families) == (None, None, None, ["capex"])
    assert (line.product, line.quantity, line.unit_price, line.unit_cost, line.line_total, line.monthly) == (
        phone,
        7,
        price,
        price,
        7 * price,
        0,
    )
    assert (order.capex_total, order.cost, order.mrr, order.currency) == (7 * price, 7 * price, 0, "EUR")
    assert (order.shipping_type, order.ship_company, order.ship_street, order.ship_city) == (
        "partner",
        "Aurora Telecom",
        "Via Roma 1",
        "Roma",
    )
    assert (order.ship_country, order.ship_contact_name) == ("IT", "Anna Conti")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (lambda: [], "Choose at least one product."),
        (lambda: [Wanted(product(), 0)], "Choose at least one product."),
        (lambda: [Wanted(product("UC-BUSINESS"), 1)], "UC Business cannot be ordered to stock."),
        (lambda: [Wanted(product("HW-PHONE-M"), 1)], "cannot be ordered to stock."),
        (lambda: [Wanted(product(), 10_000)], "at most 9999 pieces"),
    ],
)
def test_a_stock_order_is_refused(anna, wanted, sentence):
    with pytest.raises(services.StockRefused, match=sentence):
        services.place_stock_order(wanted(), by=anna)

    assert not everything(Order).exists()


def test_a_product_that_is_no_longer_offered_is_not_ordered(anna):
    Product.objects.filter(code="CX-PHONE-M").update(is_active=False)

    with pytest.raises(services.StockRefused):
        services.place_stock_order([Wanted(product(), 1)], by=anna)


def test_a_product_without_a_price_in_the_partners_currency_is_not_ordered(anna):
    product().entries.filter(currency="EUR", book__kind="gold").delete()

    with pytest.raises(services.StockRefused):
        services.place_stock_order([Wanted(product(), 1)], by=anna)


def test_a_partner_without_an_address_orders_nothing_to_stock(carla):
    with pytest.raises(services.StockRefused, match="address of your company"):
        services.place_stock_order([Wanted(product(), 1)], by=carla)

    assert not everything(Order).exists()


def test_the_vendor_orders_nothing_to_stock(otto, reference):
    with pytest.raises(services.StockRefused):
        services.place_stock_order([Wanted(product(), 1)], by=otto)


def test_two_partners_pay_their_own_tiers_price(anna, carla):
    carla.partner.street, carla.partner.postal_code, carla.partner.city = "Hafenstr. 1", "20095", "Hamburg"
    prices = [services.place_stock_order([Wanted(product(), 1)], by=person).capex_total for person in (anna, carla)]

    books = [product().entries.get(book__kind=kind, currency="EUR", billing_period="one_off").price for kind in ("gold", "silver")]
    assert prices == books
    assert prices[0] < prices[1]


# --- the steps --------------------------------------------------------------------------


def test_answer_step_keeps_the_answers_of_that_step_alone(anna):
    order = OrderFactory(owner=anna, typed={"pbx": {"pbx_name": "Brenner!"}, "devices": {"desired_on": "soon"}})
    answers = {"pbx_name": "brenner", "pbx_platform": "cloud", "pbx_region": "europe", "terms_accepted": True}

    services.answer_step(order, step=PBX, answers=answers, by=anna)

    order.refresh_from_db()
    assert (order.pbx_name, order.pbx_platform, order.pbx_region, order.terms_accepted) == ("brenner", "cloud", "europe", False)
    assert order.typed == {"devices": {"desired_on": "soon"}}
    assert order.history.count() == 2


def test_keep_typed_keeps_what_is_not_valid_yet_and_leaves_no_history(anna):
    order = OrderFactory(owner=anna)
    before = order.updated_at

    services.keep_typed(order, step=PBX, typed={"pbx_name": "Brenner!", "status": "completed"}, by=anna)

    order.refresh_from_db()
    assert (order.typed, order.pbx_name, order.status) == ({"pbx": {"pbx_name": "Brenner!"}}, "", "draft")
    assert (order.history.count(), order.updated_at) == (1, before)


@pytest.mark.parametrize("status", [status for status in Status.values if status != "draft"])
def test_the_steps_of_a_confirmed_order_are_closed(anna, status):
    order = FACTORIES[status](owner=anna)
    before = traces(order)

    with pytest.raises(IllegalMove):
        services.answer_step(order, step=DEVICES, answers={"devices_confirmed": False, "desired_on": None}, by=anna)
    with pytest.raises(IllegalMove):
        services.keep_typed(order, step=DEVICES, typed={"desired_on": "x"}, by=anna)

    assert traces(order) == before


@pytest.mark.parametrize(("who", "error"), [("alex", NotYours), ("carla", Order.DoesNotExist), ("otto", NotYours)])
def test_the_steps_are_the_owners(request, anna, who, error):
    order = OrderFactory(owner=anna)
    person = request.getfixturevalue(who)
    before = traces(order)

    with pytest.raises(error):
        services.answer_step(order, step=DEVICES, answers={"devices_confirmed": True, "desired_on": None}, by=person)
    with pytest.raises(error):
        services.confirm_order(order, by=person)

    assert traces(order) == before


# --- confirm ----------------------------------------------------------------------------


def test_confirming_sends_the_order_and_opens_a_case_for_telephony(anna):
    order = AnsweredOrderFactory(owner=anna, number="O-2026-00009")

    order = services.confirm_order(order, by=anna)

    case = order.case
    assert (order.status, order.confirmed_by) == ("confirmed", anna)
    assert order.confirmed_at is not None
    assert (case.type, case.topic, case.owner, case.partner, case.account) == (
        CaseType.CUSTOMER_CARE,
        "classound",
        anna,
        anna.partner,
        order.account,
    )
    assert case.subject == "CLASSOUND of order O-2026-00009"
    assert "Telephone numbers: 10" in case.description
    assert "Via Bolzano 5" in case.description
    assert moves_of(order) == [("draft", "confirmed", "Anna Conti", False, "")]
    assert bells(anna) == []  # It is her own doing; the mail says it.
    message = OutboxMessage.objects.get()
    assert (message.kind, message.payload) == ("order.moved", {"order_id": order.pk, "move_id": order.stage_moves.get().pk})


@pytest.mark.parametrize("lines", [LICENCES, WITH_DEVICES])
def test_an_order_without_telephony_opens_no_case(anna, lines):
    order = services.confirm_order(AnsweredOrderFactory(owner=anna, quoted=lines), by=anna)

    assert (order.status, order.case) == ("confirmed", None)
    assert not everything(Case).exists()


def test_a_manager_confirms_and_the_case_is_the_owners(anna, ben):
    order = services.confirm_order(AnsweredOrderFactory(owner=anna), by=ben)

    assert (order.confirmed_by, order.case.owner) == (ben, anna)
    assert len(bells(anna)) == 1


def test_confirming_again_changes_nothing(anna):
    order = services.confirm_order(AnsweredOrderFactory(owner=anna), by=anna)
    before = traces(order)

    assert services.confirm_order(order, by=anna) == order

    assert traces(order) == before
    assert everything(Case).count() == 1


@pytest.mark.parametrize("status", ["confirmed", "in_progress", "shipped", "completed", "on_hold"])
def test_confirming_what_the_vendor_already_has_changes_nothing(anna, status):
    order = FACTORIES[status](owner=anna)
    before = traces(order)

    assert services.confirm_order(order, by=anna).status == status

    assert traces(order) == before


@pytest.mark.parametrize(
    "factory", [CancelledOrderFactory, lambda **facts: CancelledOrderFactory(**facts, confirmed_at=datetime(2026, 3, 2, tzinfo=UTC))]
)
def test_a_cancelled_order_is_not_confirmed(anna, factory):
    order = factory(owner=anna)
    before = traces(order)

    with pytest.raises(IllegalMove):
        services.confirm_order(order, by=anna)

    assert traces(order) == before


@pytest.mark.parametrize(
    ("lines", "changes", "missing"),
    [
        (EVERYTHING, {"terms_accepted": False}, [("review", ("terms_accepted",))]),
        (EVERYTHING, {"pbx_name": ""}, [("pbx", ("pbx_name",))]),
        (EVERYTHING, {"number_count": None, "emergency_address": ""}, [("telephony", ("number_count", "emergency_address"))]),
        (EVERYTHING, {"devices_confirmed": False}, [("devices", ("devices_confirmed",))]),
        (WITH_DEVICES, {"ship_city": "", "terms_accepted": False}, [("shipping", ("ship_city",)), ("review", ("terms_accepted",))]),
        (TELEPHONY, {"address_is_confirmed": False, "number_count": None}, [("telephony", ("number_count",))]),
    ],
)
def test_confirm_names_everything_that_is_missing(anna, lines, changes, missing):
    order = AnsweredOrderFactory(owner=anna, quoted=lines, **changes)
    before = traces(order)

    with pytest.raises(ExitConditionMissing) as refused:
        services.confirm_order(order, by=anna)

    assert [(one.stage, one.fields) for one in refused.value.missing] == missing
    assert traces(order) == before


def test_a_stock_order_asks_no_pbx(anna):
    order = StockOrderFactory(owner=anna, devices_confirmed=True, address_is_confirmed=True, terms_accepted=True)

    assert services.confirm_order(order, by=anna).status == "confirmed"


# --- the vendor moves it on ---------------------------------------------------------------

VERBS = {
    "start": (lambda order, by: services.start_order(order, by=by), {"confirmed": "in_progress"}),
    "ship": (lambda order, by: services.ship_order(order, tracking="TRK1", by=by), {"in_progress": "shipped"}),
    "complete": (lambda order, by: services.complete_order(order, by=by), {"shipped": "completed"}),
    "hold": (lambda order, by: services.hold_order(order, reason="Documents", by=by), {"confirmed": "on_hold", "in_progress": "on_hold"}),
    "release": (lambda order, by: services.release_order(order, by=by), {"on_hold": "in_progress"}),
    "cancel": (
        lambda order, by: services.cancel_order(order, reason="Withdrawn", by=by),
        {"draft": "cancelled", "confirmed": "cancelled", "in_progress": "cancelled", "on_hold": "cancelled"},
    ),
}


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_from_every_status(anna, otto, verb, status):
    order = FACTORIES[status](owner=anna)
    act, arrows = VERBS[verb]
    if status in arrows:
        assert act(order, otto).status == arrows[status]
        assert [one[:4] for one in moves_of(order)] == [(status, arrows[status], "Otto Keller", False)]
        return
    before = traces(order)

    with pytest.raises(IllegalMove):
        act(order, otto)

    assert traces(order) == before


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("anna", NotYours),
        ("ben", NotYours),
        ("dora", NotYours),
        ("alex", NotYours),
        ("carla", NotYours),
        ("tariq", NotYours),
        ("olga", Order.DoesNotExist),
    ],
)
@pytest.mark.parametrize(
    ("verb", "status"),
    [("start", "confirmed"), ("ship", "in_progress"), ("complete", "shipped"), ("hold", "confirmed"), ("release", "on_hold")],
)
def test_only_the_vendor_of_this_portfolio_moves_an_order(request, anna, who, error, verb, status):
    order = FACTORIES[status](owner=anna)
    person = request.getfixturevalue(who)
    before = traces(order)

    with pytest.raises(error):
        VERBS[verb][0](order, person)

    assert traces(order) == before


@pytest.mark.parametrize(
    ("verb", "status"),
    [("start", "confirmed"), ("ship", "in_progress"), ("complete", "shipped"), ("hold", "confirmed"), ("cancel", "on_hold")],
)
def test_the_vendor_admin_moves_any_order(anna, vendor_admin, verb, status):
    act, arrows = VERBS[verb]

    assert act(FACTORIES[status](owner=anna), vendor_admin).status == arrows[status]


def test_a_disabled_account_manager_moves_nothing(anna, otto):
    order = ConfirmedOrderFactory(owner=anna)
    otto.is_active = False

    with pytest.raises(NotYours):
        services.start_order(order, by=otto)


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("to", Status.values)
def test_the_mover_follows_the_arrows_alone(anna, otto, status, to):
    order = FACTORIES[status](owner=anna)
    if MOVES.allows(status, to):
        move(order, to, by=Actor.of(otto))
        assert everything(Order).get(pk=order.pk).status == to
        return
    before = traces(order)

    with pytest.raises(IllegalMove):
        move(order, to, by=Actor.of(otto))

    assert traces(order) == before


def test_shipping_says_where_the_parcel_is(anna, otto):
    order = services.ship_order(RunningOrderFactory(owner=anna, number="O-2026-00009"), tracking=" TRK1 ", by=otto)

    assert order.tracking == "TRK1"
    assert order.shipped_at is not None
    assert bells(anna) == [("Order O-2026-00009 is shipped.", f"/orders/{order.pk}/")]
    assert OutboxMessage.objects.get().kind == "order.moved"


@pytest.mark.parametrize(
    ("verb", "factory", "fields"),
    [
        (lambda order, by: services.ship_order(order, tracking="  ", by=by), RunningOrderFactory, ("tracking",)),
        (lambda order, by: services.hold_order(order, reason="", by=by), ConfirmedOrderFactory, ("reason",)),
        (lambda order, by: services.cancel_order(order, reason=" ", by=by), ConfirmedOrderFactory, ("reason",)),
    ],
)
def test_what_has_to_be_said_is_asked(anna, otto, verb, factory, fields):
    order = factory(owner=anna)
    before = traces(order)

    with pytest.raises(ExitConditionMissing) as refused:
        verb(order, otto)

    assert [one.fields for one in refused.value.missing] == [fields]
    assert traces(order) == before


def test_where_nothing_ships_the_order_is_completed_from_in_progress(anna, otto):
    order = services.complete_order(RunningOrderFactory(owner=anna, quoted=TELEPHONY), by=otto)

    assert order.status == "completed"


def test_where_nothing_ships_nothing_is_shipped(anna, otto):
    order = RunningOrderFactory(owner=anna, quoted=TELEPHONY)
    before = traces(order)

    with pytest.raises(IllegalMove, match="Nothing of this order ships"):
        services.ship_order(order, tracking="TRK1", by=otto)

    assert traces(order) == before


def test_completing_wins_the_project_and_makes_a_customer(anna, otto):
    order = ShippedOrderFactory(owner=anna, number="O-2026-00009")

    order = services.complete_order(order, by=otto)

    project = Project.objects.for_partner(anna.partner).get()
    assert (project.stage, project.outcome) == ("closed", "won")
    assert Account.objects.for_partner(anna.partner).get().status == "active"
    assert moves_of(project)[-1] == ("order_management", "closed", "Otto Keller", True, "Order O-2026-00009 was completed")
    assert order.completed_at is not None
    assert bells(anna)[0] == ("Order O-2026-00009 is completed.", f"/orders/{order.pk}/")


def test_completing_a_stock_order_touches_no_project(anna, otto):
    order = StockOrderFactory(owner=anna, status="shipped")

    assert services.complete_order(order, by=otto).status == "completed"


@pytest.mark.parametrize("status", ["confirmed", "in_progress"])
def test_an_order_on_hold_goes_on_where_it_was(anna, otto, status):
    order = FACTORIES[status](owner=anna, number="O-2026-00009")

    services.hold_order(order, reason="Documents are missing", by=otto)
    held = everything(Order).get(pk=order.pk)
    released = services.release_order(order, by=otto)

    assert (held.status, held.held_from) == ("on_hold", status)
    assert (released.status, released.held_from) == (status, "")
    goes_on = {"confirmed": "is confirmed.", "in_progress": "is now: In progress"}[status]
    assert [text for text, _url in bells(anna)] == ["Order O-2026-00009 is on hold.", f"Order O-2026-00009 {goes_on}"]
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("status", ["draft", "confirmed", "in_progress", "on_hold"])
def test_cancelling_sends_the_project_back_to_proposal(anna, otto, status):
    order = FACTORIES[status](owner=anna, number="O-2026-00009")

    services.cancel_order(order, reason="Withdrawn", by=otto)

    project = Project.objects.for_partner(anna.partner).get()
    assert (project.stage, project.outcome) == ("proposal", "")
    assert moves_of(order)[-1][4] == "Withdrawn"
    assert moves_of(project)[-1] == ("order_management", "proposal", "Otto Keller", True, "Order O-2026-00009 was cancelled")


@pytest.mark.parametrize("status", ["draft", "on_hold"])
def test_the_quote_of_a_cancelled_order_stands_no_longer(anna, otto, status):
    order = FACTORIES[status](owner=anna, number="O-2026-00009")
    assert (order.quote.status, order.quote.is_primary) == ("ordered", True)

    services.cancel_order(order, reason="Withdrawn", by=otto)

    quote = everything(Quote).get()
    assert (quote.status, quote.is_primary) == ("cancelled", False)
    assert not everything(Quote).standing().exists()
    assert moves_of(quote)[-1] == ("ordered", "cancelled", "Otto Keller", True, "Order O-2026-00009 was cancelled")
    assert quote.deletion_refusal() == "An order was made from this quote, so it stays."
    project = everything(Project).get()
    assert (project.stage, project.quotes_out, project.mrr_source, project.mrr) == ("proposal", 0, "estimate", project.expected_mrr)


def test_after_a_cancelled_order_the_next_quote_brings_the_project_out(anna, otto):
    order = OrderFactory(owner=anna)
    services.cancel_order(order, reason="Withdrawn", by=otto)

    draft = new_version(order.quote, by=anna, today=this_day())
    assert everything(Project).get().stage == "proposal"
    submit_quote(draft, by=anna, today=this_day())

    assert everything(Project).get().stage == "contract_out"
    assert [quote.status for quote in everything(Quote).order_by("version")] == ["cancelled", "submitted"]


def test_another_quote_that_is_out_brings_the_project_out_at_once(anna, otto):
    order = OrderFactory(owner=anna)
    SubmittedQuoteFactory(project=order.project, account=order.account, owner=anna, is_primary=False)

    services.cancel_order(order, reason="Withdrawn", by=otto)

    project = everything(Project).get()
    assert (project.stage, project.quotes_out) == ("contract_out", 1)


def test_cancelling_one_of_two_orders_leaves_the_project_with_the_other(anna, otto):
    order = RunningOrderFactory(owner=anna)
    second = AcceptedQuoteFactory(project=order.project, owner=anna, is_primary=False, status="ordered")
    other = OrderFactory(quote=second, owner=anna)

    services.cancel_order(other, reason="Twice", by=otto)
    project = everything(Project).get()
    assert (project.stage, project.quotes_out) == ("order_management", 1)

    services.cancel_order(order, reason="Withdrawn", by=otto)
    assert everything(Project).get().stage == "proposal"


def test_cancelling_the_second_order_of_a_won_project_leaves_it_won(anna, otto):
    order = CompletedOrderFactory(owner=anna)
    order.project.stage, order.project.outcome = "closed", "won"
    order.project.save()
    other = OrderFactory(quote=AcceptedQuoteFactory(project=order.project, owner=anna, is_primary=False, status="ordered"), owner=anna)

    services.cancel_order(other, reason="Twice", by=otto)

    project = everything(Project).get()
    assert (project.stage, project.outcome) == ("closed", "won")
    assert everything(Order).get(pk=other.pk).status == "cancelled"


def test_a_project_that_had_an_order_is_not_deleted(anna, otto):
    placed = services.place_from_quote(ReadyQuoteFactory(owner=anna), by=anna)
    services.cancel_order(placed, reason="Withdrawn", by=otto)

    with pytest.raises(NotDeletable, match="An order was made for this project, so it stays."):
        delete_record(placed.project, by=anna)
    assert everything(Project).get().deleted_at is None


def test_an_ordered_quote_is_cancelled_by_nobody(anna):
    order = OrderFactory(owner=anna)

    with pytest.raises(IllegalMove):
        cancel_quote(order.quote, reason="Mistake", by=anna)

    assert everything(Quote).get().status == "ordered"


@pytest.mark.parametrize("who", ["anna", "ben", "dora"])
def test_the_partner_cancels_a_draft(request, anna, who):
    assert services.cancel_order(OrderFactory(owner=anna), reason="Mistake", by=request.getfixturevalue(who)).status == "cancelled"


@pytest.mark.parametrize("status", ["confirmed", "in_progress", "on_hold", "shipped"])
def test_the_partner_does_not_cancel_what_the_vendor_has(anna, status):
    order = FACTORIES[status](owner=anna)
    before = traces(order)

    with pytest.raises(IllegalMove, match="Ask the vendor"):
        services.cancel_order(order, reason="Mistake", by=anna)

    assert traces(order) == before


@pytest.mark.parametrize(
    ("who", "error"), [("alex", NotYours), ("carla", Order.DoesNotExist), ("tariq", NotYours), ("olga", Order.DoesNotExist)]
)
def test_cancel_refuses_whom_the_order_does_not_concern(request, anna, who, error):
    order = OrderFactory(owner=anna)
    person = request.getfixturevalue(who)
    before = traces(order)

    with pytest.raises(error):
        services.cancel_order(order, reason="Mistake", by=person)

    assert traces(order) == before


def test_lines_have_the_partner_of_their_order(anna):
    services.place_from_quote(ReadyQuoteFactory(owner=anna), by=anna)
    services.place_stock_order([Wanted(product(), 1)], by=anna)

    assert everything(OrderLine).exclude(partner=anna.partner).count() == 0
    assert everything(OrderLine).count() == 4
