"""A change order is compared with what its customer pays already: the running orders, its quote's beginning, and the difference."""

import html
from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.tests.factories import ActiveAccountFactory, ContactFactory
from orders import services as orders
from orders.models import Order
from orders.tests.factories import (
    ANSWERS,
    EVERYTHING,
    LICENCES,
    CancelledOrderFactory,
    CompletedOrderFactory,
    ConfirmedOrderFactory,
    HeldOrderFactory,
    OrderFactory,
    StockOrderFactory,
)
from partnerportal.core.actors import Actor
from partnerportal.core.models import OutboxMessage
from partnerportal.core.stages import ExitConditionMissing
from partnerportal.tests.days import this_day
from projects import services as projects
from projects.models import Project, ProjectTotal
from projects.tests.factories import ChangeOrderProject
from quotes import services as quotes
from quotes.services import LineInput
from quotes.tests.factories import DraftQuoteFactory

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def customer(anna):
    return ActiveAccountFactory(owner=anna)


def ordered(account, factory=ConfirmedOrderFactory, quoted=LICENCES):
    """An order of 12 licences, 97.20 a month, unless others are given."""
    return factory(owner=account.owner, quote__project__account=account, quoted=quoted)


def change(account, *, users=5, solutions=("license",), **values):
    contact = account.contacts.first() or ContactFactory(account=account)
    facts = {
        "record_type": "change_order",
        "account": account,
        "contact": contact,
        "name": "Alpenblick, other users",
        "close_date": this_day() + timedelta(days=30),
        "opportunity_type": "existing_business",
        "product_of_interest": "collaboration",
        "interested_solutions": list(solutions),
        "total_users": users,
    }
    return projects.create_project(values={**facts, **values}, by=account.owner)


def begin(project):
    return quotes.begin_quote(project, by=project.owner, today=this_day())


def of(project):
    return Project.objects.across_partners(reason="test").get(pk=project.pk)


def resize(quote, quantity, by):
    line = quote.lines.first()
    quotes.edit_line(line, LineInput(line.product, quantity, line.billing_period, line.discount), by=by, today=this_day())


def sell(project, quantity):
    """The change of a project, quoted, accepted, ordered and confirmed."""
    anna = project.owner
    quote = begin(project)
    resize(quote, quantity, anna)
    quotes.submit_quote(quote, by=anna, today=this_day())
    quotes.record_acceptance(quote, by=anna, name="Greta", note="By phone")
    order = orders.place_from_quote(quote, by=anna)
    Order.objects.for_partner(order.partner).filter(pk=order.pk).update(**ANSWERS)
    return orders.confirm_order(order, by=anna)


def state_of(quote):
    """Quote, lines, project and promises."""
    rows = [
        type(quote).objects.for_partner(quote.partner_id),
        quote.lines,
        Project.objects.for_partner(quote.partner_id),
        OutboxMessage.objects,
    ]
    return [list(kind.order_by("pk").values()) for kind in rows]


def told(client, project):
    client.force_login(project.owner)
    page = client.get(project.get_absolute_url())
    return {one.amount: html.unescape(strip_tags(one.sum)) for one in page.context["sums"]}


# --- what runs -------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [ConfirmedOrderFactory, HeldOrderFactory, CompletedOrderFactory])
def test_a_change_order_keeps_what_runs_with_its_day_and_its_orders(customer, factory):
    order = ordered(customer, factory)

    project = of(change(customer))

    assert project.running_mrr == order.mrr == Decimal("97.20")
    kept = project.kept_running
    assert (kept.day, [one.order for one in kept.orders]) == (projects.today_of(project.partner), [order.number])


@pytest.mark.parametrize("factory", [OrderFactory, CancelledOrderFactory])
def test_what_is_not_confirmed_or_cancelled_does_not_run(customer, factory):
    ordered(customer, factory)

    assert change(customer).running_mrr == Decimal("0.00")


def test_neither_the_stock_nor_another_customer_runs(customer, anna):
    StockOrderFactory(owner=anna)
    ordered(ActiveAccountFactory(owner=anna))

    assert change(customer).kept_running.orders == ()


def test_orders_of_another_currency_are_never_added(customer):
    ordered(customer)

    project = change(customer, currency="USD")

    assert project.running_mrr == Decimal("0.00")
    assert projects.edit_project(project, values={"currency": "EUR"}, by=project.owner).running_mrr == Decimal("97.20")


def test_a_business_plan_is_compared_with_nothing(customer):
    ordered(customer)

    project = of(change(customer, record_type="business_plan"))

    assert (project.running_mrr, project.kept_running) == (None, None)
    quote = begin(project)
    assert not quote.lines.exists()
    assert of(project).running_mrr is None


# --- the quote begins with it, and the MRR is the difference ------------------------------------


def test_its_quote_begins_with_the_recurring_lines_that_run(customer):
    order = ordered(customer, quoted=EVERYTHING)
    project = change(customer)

    quote = begin(project)

    taken = [(line.product.code, line.quantity, line.billing_period, line.discount) for line in quote.lines.all()]
    assert taken == [("UC-BUSINESS", 12, "yearly", Decimal("0.1000")), ("CS-FLAT", 12, "monthly", Decimal("0.0000"))]
    assert quote.mrr == order.mrr
    project = of(project)
    assert (project.mrr, project.mrr_source, project.weighted_pipeline) == (Decimal("0.00"), "quote", Decimal("0.00"))


@pytest.mark.parametrize(
    ("quantity", "difference", "weighted"), [(10, "-16.20", "-8.10"), (12, "0.00", "0.00"), (14, "16.20", "8.10"), (1, "-89.10", "-44.55")]
)
def test_the_mrr_is_what_the_quote_adds_to_what_runs(customer, quantity, difference, weighted):
    ordered(customer)
    project = change(customer)

    resize(begin(project), quantity, project.owner)

    project = of(project)
    assert (project.mrr, project.weighted_pipeline) == (Decimal(difference), Decimal(weighted))


def test_the_quote_takes_over_the_commitment(customer):
    order = ordered(customer)
    order.quote.commitment = 3
    order.quote.save()

    assert begin(change(customer)).commitment == 3


def test_without_a_quote_the_estimate_is_the_difference_by_itself(customer):
    ordered(customer)

    project = change(customer, users=-5)

    assert (project.mrr, project.mrr_source) == (Decimal("-45.00"), "estimate")


def test_without_running_orders_it_is_the_difference_to_zero_and_the_page_says_so(customer, client):
    project = change(customer)
    quote = DraftQuoteFactory(project=project, is_primary=True)
    quotes.edit_quote(quote, by=project.owner, changes={"name": "All new"})

    project = of(project)
    assert project.mrr == quote.mrr > 0
    assert told(client, project)["Running MRR"].startswith(f"0: the portal knows of no order of {customer} that ran in EUR on ")


def test_a_change_order_from_before_is_what_comes_on_top(customer, client):
    ordered(customer)
    project = ChangeOrderProject(owner=customer.owner, account=customer)

    project = projects.take_mrr_from(project, quote_number="Q-2025-00001 v1", mrr=Decimal("54.00"), by=Actor.system())

    assert (project.running_mrr, project.mrr) == (None, Decimal("54.00"))
    assert told(client, project)["Running MRR"] == "not kept with this change order; its quote is what comes on top"


def test_the_page_opens_the_difference_as_the_sum_it_is(customer, client):
    first, second = ordered(customer), ordered(customer)
    project = change(customer)
    quote = begin(project)
    quotes.remove_line(quote.lines.last(), by=project.owner)

    project = of(project)
    found = told(client, project)

    assert project.mrr == Decimal("-97.20")
    assert found["Running MRR"].startswith(f"{first.number} €97.20 + {second.number} €97.20 = €194.40 · as it was on ")
    assert found["MRR"] == f"that of the primary quote {quote}: €97.20, less what runs: €97.20 − €194.40 = -€97.20"
    assert found["Weighted pipeline"] == "-€97.20 × 50% = -€48.60"
    assert f'<a href="/orders/{first.pk}/">{first.number}</a>' in client.get(project.get_absolute_url()).text
    assert "-€97.20 to what runs" in html.unescape(client.get(quote.get_absolute_url()).text)


def test_totals_add_negative_amounts_as_they_are(customer, anna):
    ordered(customer)
    change(customer, users=-5)
    change(ActiveAccountFactory(owner=anna), users=2)

    rows = Project.objects.for_partner(anna.partner).filter(stage="presentation")
    kept = (
        ProjectTotal.objects.for_partner(anna.partner)
        .filter(stage="presentation")
        .aggregate(mrr=Sum("mrr"), weighted=Sum("weighted_pipeline"))
    )

    assert rows.aggregate(mrr=Sum("mrr"), weighted=Sum("weighted_pipeline")) == kept
    assert kept == {"mrr": Decimal("-27.00"), "weighted": Decimal("-13.50")}


def test_taking_the_migration_back_gives_a_change_order_the_mrr_of_its_quote(customer):
    ordered(customer)
    quoted, estimated = change(customer), change(ActiveAccountFactory(owner=customer.owner), users=-5)
    quote = begin(quoted)
    resize(quote, 10, customer.owner)

    import_module("projects.migrations.0016_keep_the_running_mrr").take_differences_back(apps, None)

    assert (of(quoted).mrr, of(quoted).weighted_pipeline) == (Decimal("81.00"), Decimal("40.50"))
    assert of(estimated).mrr == Decimal("-45.00")


@pytest.mark.parametrize(
    ("page", "amount"),
    [
        ("/projects/?view=change_orders", "-€45.00"),
        ("/projects/board/?view=change_orders", "-€45.00"),
        ("/?of=me", "-€45"),
        ("/reports/pipeline/", "-€45.00"),
        ("/reports/pipeline/?format=csv", ",-45.00,"),
        ("/projects/export/?view=change_orders&format=csv", ",-45.00,"),
    ],
)
def test_pages_and_files_hold_a_negative_amount(customer, client, page, amount):
    ordered(customer)
    change(customer, users=-5)
    client.force_login(customer.owner)

    answer = client.get(page)

    assert answer.status_code == 200
    assert amount in html.unescape(answer.getvalue().decode())


# --- it does not move by itself --------------------------------------------------------------------


def test_another_order_moves_nothing_until_a_quote_is_begun(customer, client):
    ordered(customer)
    project = change(customer)
    first = begin(project)
    second = ordered(customer)

    assert of(project).running_mrr == Decimal("97.20")
    assert told(client, of(project))["Changed since"] == "Other orders run by now. Begin a new quote to compare with them."

    alternative = begin(project)

    project = of(project)
    assert [one.order for one in project.kept_running.orders][-1] == second.number
    assert (project.running_mrr, project.mrr, project.mrr_quote) == (Decimal("194.40"), Decimal("-97.20"), str(first))
    assert alternative.lines.count() == 2
    assert "Changed since" not in told(client, project)


def test_a_quote_is_not_submitted_while_other_orders_run_than_it_is_compared_with(customer, client):
    anna = customer.owner
    ordered(customer)
    project = change(customer)
    quote = begin(project)
    resize(quote, 15, anna)
    second = ordered(customer, quoted=EVERYTHING)
    before = state_of(quote)

    with pytest.raises(ExitConditionMissing, match="other orders run by now"):
        quotes.submit_quote(quote, by=anna, today=this_day())
    client.force_login(anna)
    refused = client.post(reverse("quotes:submit", args=[quote.pk]))

    assert refused.status_code == 422
    assert state_of(quote) == before
    button = f'action="{reverse("quotes:compare_anew", args=[quote.pk])}"'
    assert button in refused.text
    assert button in client.get(quote.get_absolute_url()).text

    page = client.post(reverse("quotes:compare_anew", args=[quote.pk]), follow=True)

    assert "is compared with what runs today" in page.text
    assert button not in page.text
    project = of(project)
    assert [one.order for one in project.kept_running.orders][-1] == second.number
    lines = [(line.position, line.product.code, line.quantity) for line in quote.lines.order_by("position")]
    assert lines == [(1, "UC-BUSINESS", 15), (2, "UC-BUSINESS", 12), (3, "CS-FLAT", 12)]
    quote.refresh_from_db()
    assert project.mrr == quote.mrr - project.running_mrr == Decimal("24.30")
    assert quotes.submit_quote(quote, by=anna, today=this_day()).status == "submitted"


def test_the_comparison_of_a_quote_that_is_too_large_stays(customer, monkeypatch):
    ordered(customer)
    quote = begin(change(customer))
    ordered(customer)
    before = state_of(quote)
    monkeypatch.setattr("quotes.services.filling.MAX_LINES", 1)

    with pytest.raises(quotes.QuoteTooLarge):
        quotes.compare_anew(quote, by=customer.owner, today=this_day())

    assert state_of(quote) == before


def test_a_line_of_an_order_that_runs_no_more_stays(customer, otto):
    order = ordered(customer)
    quote = begin(change(customer))
    orders.cancel_order(order, reason="Mistake", by=otto)

    quotes.compare_anew(quote, by=customer.owner, today=this_day())

    assert [(line.product.code, line.quantity) for line in quote.lines.all()] == [("UC-BUSINESS", 12)]
    assert of(quote.project).running_mrr == Decimal("0.00")


def test_what_is_agreed_keeps_what_it_was_compared_with(customer):
    ordered(customer)
    project = change(customer)
    projects.move_project(project, to="proposal", seen="presentation", by=project.owner)
    quotes.submit_quote(begin(project), by=project.owner, today=this_day())
    projects.record_verbal_agreement(of(project), on=this_day(), agreed_by="Greta", by=project.owner)
    assert of(project).stage == "contract_out"
    ordered(customer)

    begin(project)

    assert of(project).running_mrr == Decimal("97.20")


def test_a_confirmed_change_order_comes_in_the_place_of_what_it_was_compared_with(customer, otto):
    first = ordered(customer)
    project = change(customer)
    order = sell(project, 15)

    running = projects.running_of(of(project))
    assert [one.order for one in running.orders] == [order.number]
    assert running.amount == Decimal("121.50")

    orders.cancel_order(order, reason="Mistake", by=otto)
    assert [one.order for one in projects.running_of(of(project)).orders] == [first.number]


def test_the_following_change_order_is_compared_with_the_one_that_is_completed(customer, otto):
    ordered(customer)
    order = sell(change(customer), 15)
    orders.start_order(order, by=otto)
    orders.complete_order(order, by=otto)

    following = change(customer)

    assert [one.order for one in following.kept_running.orders] == [order.number]
    assert following.running_mrr == Decimal("121.50")


# --- no more goes than runs --------------------------------------------------------------------------


def test_no_more_users_are_removed_than_run(customer):
    order = ordered(customer)

    with pytest.raises(ValidationError) as refused:
        change(customer, users=-13)

    assert refused.value.message_dict == {"total_users": [f"No more users can be removed than run: 12 by {order.number}."]}
    assert not Project.objects.for_partner(customer.partner).filter(record_type="change_order").exists()
    assert change(customer, users=-12).total_users == -12


def test_nor_when_the_number_is_changed_afterwards(customer):
    ordered(customer)
    project = change(customer)

    with pytest.raises(ValidationError):
        projects.edit_project(project, values={"total_users": -13}, by=project.owner)
    assert of(project).total_users == 5


def test_nor_of_a_solution_that_does_not_run(customer):
    ordered(customer)

    with pytest.raises(ValidationError):
        change(customer, users=-1, solutions=("classound",))
