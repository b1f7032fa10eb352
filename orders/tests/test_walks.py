"""Random walks from a lead to the completed order: whoever does whatever in whatever order, only what the tables allow is ever reached.

Each walk lives in a transaction that is rolled back. What was promised to happen after a loss is carried out as a step of its own.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from catalog.models import Product
from catalog.services import PriceMissing
from leads import services as leads
from leads.models import Lead
from leads.stages import Status as LeadStatus
from leads.tests.factories import LeadFactory
from orders import services as orders
from orders.models import Order
from orders.stages import Status as OrderStatus
from orders.tests.factories import ANSWERS
from partnerportal.core.actors import Actor
from partnerportal.core.money import round_money
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, StaleMove
from projects import services as projects
from projects.models import Project
from projects.stages import AUTOMATIC, PATHS, Stage
from quotes import services as quotes
from quotes.models import Quote
from quotes.services import LineInput, NoLongerOpen
from quotes.stages import NOT_PRIMARY
from quotes.tests.test_moves import ARROWS as QUOTE_ARROWS

TODAY = date.today()
REFUSALS = (IllegalMove, StaleMove, ExitConditionMissing, NoLongerOpen, NotYours, ValidationError, PriceMissing)
NOT_THERE = (Lead.DoesNotExist, Project.DoesNotExist, Quote.DoesNotExist, Order.DoesNotExist)
PEOPLE = ("anna", "ben", "alex", "carla", "otto", "tariq", "vendor_admin")
LEAD_ARROWS = {
    ("new", "qualification"),
    ("new", "not_in_target"),
    ("qualification", "not_in_target"),
    ("qualification", "converted"),
    ("not_in_target", "qualification"),
}
ORDER_ARROWS = {
    ("draft", "confirmed"),
    ("draft", "cancelled"),
    ("confirmed", "in_progress"),
    ("confirmed", "on_hold"),
    ("confirmed", "cancelled"),
    ("in_progress", "shipped"),
    ("in_progress", "completed"),
    ("in_progress", "on_hold"),
    ("in_progress", "cancelled"),
    ("on_hold", "confirmed"),
    ("on_hold", "in_progress"),
    ("on_hold", "cancelled"),
    ("shipped", "completed"),
}
MANUAL = ("intro", "demo", "presentation", "proposal")
PROJECT_ARROWS = {
    *((one, other) for one in MANUAL for other in MANUAL if one != other),
    *((one, "contract_out") for one in MANUAL),
    *((one, "closed") for one in MANUAL),  # lost
    ("contract_out", "proposal"),
    ("contract_out", "order_management"),
    ("order_management", "proposal"),
    ("order_management", "closed"),  # won
    ("closed", "intro"),  # a lost one is reopened
}
PRODUCTS = (("UC-BUSINESS", "yearly"), ("CS-FLAT", "monthly"), ("CX-PHONE-M", "one_off"), ("HW-DECT", "monthly"))

anyone = st.sampled_from(PEOPLE)
one_of_ours = st.sampled_from(("anna", "anna", "anna", "ben", "alex"))
which = st.integers(0, 5)


def all_of(model):
    return model.objects.across_partners(reason="test")


class Walk(RuleBasedStateMachine):
    """One deal and everything that people try with it. `people` is set by the test."""

    people = {}  # noqa: RUF012 (the test sets it before the machine runs)

    @initialize()
    def begin(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.lead = LeadFactory(owner=self.people["anna"], interested_solutions=["license", "classound"], total_users=40)
        self.seen = {}
        self.frozen = {}
        self.accepted = set()

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def attempt(self, act):
        """Do it if it may be done. A refusal is an answer too. What was seen before is looked up anew afterwards."""
        try:
            with transaction.atomic():
                return act()
        except REFUSALS + NOT_THERE:
            return None
        finally:
            self.seen = {}

    def rows(self, model):
        """All rows of a kind as they are since the last attempt, each read once."""
        if model not in self.seen:
            self.seen[model] = list(all_of(model).order_by("pk"))
        return self.seen[model]

    @property
    def project(self):
        return next((one for one in self.rows(Project) if one.lead_id == self.lead.pk), None)

    def quote(self, number):
        found = self.rows(Quote)
        return found[number % len(found)] if found else None

    def order(self, number):
        found = self.rows(Order)
        return found[number % len(found)] if found else None

    @property
    def has_project(self):
        return hasattr(self, "lead") and self.project is not None

    @property
    def has_quote(self):
        return hasattr(self, "lead") and bool(self.rows(Quote))

    @property
    def has_order(self):
        return hasattr(self, "lead") and bool(self.rows(Order))

    # --- the lead -------------------------------------------------------------------------

    @rule(to=st.sampled_from(LeadStatus.values), who=one_of_ours, is_stale=st.booleans())
    def move_lead(self, to, who, is_stale):
        seen = "new" if is_stale else all_of(Lead).get(pk=self.lead.pk).status
        reason = "no-budget" if to == "not_in_target" else ""
        self.attempt(lambda: leads.set_status(self.lead, to=to, seen=seen, by=self.people[who], reason=reason))

    @rule(who=one_of_ours)
    def convert(self, who):
        values = {
            "name": "Alpenblick",
            "close_date": TODAY + timedelta(days=60),
            "opportunity_type": "new_business",
            "product_of_interest": "collaboration",
            "interested_solutions": ["license", "classound"],
            "total_users": 40,
        }
        if all_of(Lead).get(pk=self.lead.pk).status == "new":
            self.attempt(lambda: leads.set_status(self.lead, to="qualification", seen="new", by=self.people[who]))
        self.attempt(lambda: projects.convert_lead(self.lead, values=values, by=self.people[who]))

    # --- the project ----------------------------------------------------------------------

    @precondition(lambda self: self.has_project)
    @rule(to=st.sampled_from(Stage.values), who=anyone, fields=st.booleans(), reason=st.sampled_from(("", "They asked for it")))
    def move_project(self, to, who, fields, reason):
        given = {"poc_users": 5, "amount_mrr": Decimal("500.00")} if fields else {}
        project = self.project
        self.attempt(lambda: projects.move_project(project, to=to, seen=project.stage, by=self.people[who], reason=reason, fields=given))

    @precondition(lambda self: self.has_project)
    @rule(who=anyone)
    def agree(self, who):
        self.attempt(lambda: projects.record_verbal_agreement(self.project, on=TODAY, agreed_by="Greta", by=self.people[who]))

    @precondition(lambda self: self.has_project)
    @rule(who=anyone)
    def lose(self, who):
        project = self.project
        self.attempt(lambda: projects.close_as_lost(project, seen=project.stage, lost_reason="price", by=self.people[who]))

    @precondition(lambda self: self.has_project)
    @rule()
    def carry_out_the_loss(self):
        if self.project.outcome == "lost":
            self.attempt(lambda: quotes.cancel_quotes_of_lost(self.project.pk, by=Actor.system()))

    @precondition(lambda self: self.has_project and self.project.outcome == "lost")
    @rule(who=anyone)
    def reopen(self, who):
        self.attempt(lambda: projects.reopen_project(self.project, reason="They called", by=self.people[who]))

    # --- quotes -----------------------------------------------------------------------------

    @precondition(lambda self: self.has_project)
    @rule(who=anyone, product=st.sampled_from(PRODUCTS), discount=st.sampled_from(("0", "0.10", "0.35")))
    def quote_it(self, who, product, discount):
        quote = self.attempt(lambda: quotes.create_quote(self.project, by=self.people[who], today=TODAY))
        if quote is not None:
            self.add_line_to(quote, who, product, discount)

    def add_line_to(self, quote, who, product, discount):
        line = LineInput(Product.objects.get(code=product[0]), 3, product[1], Decimal(discount))
        self.attempt(lambda: quotes.add_line(quote, line, by=self.people[who], today=TODAY))

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=anyone, product=st.sampled_from(PRODUCTS))
    def add_line(self, number, who, product):
        self.add_line_to(self.quote(number), who, product, "0")

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=st.sampled_from(("anna", "anna", "ben", "carla", "otto")))
    def submit(self, number, who):
        self.attempt(lambda: quotes.submit_quote(self.quote(number), by=self.people[who], today=TODAY))

    @precondition(lambda self: self.has_quote)
    @rule(number=which, name=st.sampled_from(("Greta", "Hans")), answer=st.sampled_from(("accept", "decline", "change", "open")))
    def answer(self, number, name, answer):
        quote, customer = self.quote(number), Actor.customer(name)
        acts = {
            "accept": lambda: quotes.accept_quote(quote, by=customer, consent="I accept.", today=TODAY),
            "decline": lambda: quotes.decline_quote(quote, by=customer, reason="Too dear", today=TODAY),
            "change": lambda: quotes.ask_for_change(quote, by=customer, text="Two more", today=TODAY),
            "open": lambda: quotes.note_opened(quote, by=customer),
        }
        self.attempt(acts[answer])

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=anyone)
    def record_acceptance(self, number, who):
        self.attempt(lambda: quotes.record_acceptance(self.quote(number), by=self.people[who], name="Greta", note="By phone"))

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=anyone, verb=st.sampled_from(("cancel_quote", "make_primary", "revoke_link", "restore_link")))
    def do_with_quote(self, number, who, verb):
        self.attempt(lambda: getattr(quotes, verb)(self.quote(number), by=self.people[who]))

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=one_of_ours)
    def new_version(self, number, who):
        self.attempt(lambda: quotes.new_version(self.quote(number), by=self.people[who], today=TODAY))

    @precondition(lambda self: self.has_quote)
    @rule(number=which, days=st.sampled_from((0, 31)))
    def time_passes(self, number, days):
        self.attempt(lambda: quotes.expire_quote(self.quote(number), by=Actor.system(), today=TODAY + timedelta(days=days)))

    @precondition(lambda self: self.has_quote and any(quote.status in ("accepted", "ordered") for quote in self.rows(Quote)))
    @rule(who=one_of_ours, is_primary=st.booleans(), way=st.sampled_from(("customer", "partner")))
    def sell_beside_the_winner(self, who, is_primary, way):
        """A quote on top of the accepted one, as far as it goes."""
        person = self.people[who]
        quote = self.attempt(lambda: quotes.create_quote(self.project, by=person, today=TODAY))
        if quote is None:
            return
        self.add_line_to(quote, who, PRODUCTS[1], "0")
        if is_primary:
            self.attempt(lambda: quotes.make_primary(quote, by=person))
        self.attempt(lambda: quotes.submit_quote(quote, by=person, today=TODAY))
        customer = Actor.customer("Greta")
        if way == "customer":
            self.attempt(lambda: quotes.accept_quote(quote, by=customer, consent="I accept.", today=TODAY))
        else:
            self.attempt(lambda: quotes.record_acceptance(quote, by=person, name="Greta", note="By phone"))

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=one_of_ours, seen=st.sampled_from(("0.35", "0.10")), is_granted=st.booleans())
    def decide_on_the_discount(self, number, who, seen, is_granted):
        quote, otto = self.quote(number), self.people["otto"]
        self.attempt(lambda: quotes.request_approval(quote, by=self.people[who]))
        if is_granted:
            self.attempt(lambda: quotes.grant_discount(quote, by=otto, seen=seen))
        else:
            self.attempt(lambda: quotes.refuse_discount(quote, by=otto, reason="Too low"))

    # --- orders -----------------------------------------------------------------------------

    @precondition(lambda self: self.has_quote)
    @rule(number=which, who=anyone)
    def place_order(self, number, who):
        self.attempt(lambda: orders.place_from_quote(self.quote(number), by=self.people[who]))

    @precondition(lambda self: self.has_order)
    @rule(number=which, who=st.sampled_from(("anna", "ben", "carla")))
    def confirm(self, number, who):
        order = self.order(number)
        if order.status == "draft":
            address = {"ship_street": "Via Roma 1", "ship_postal_code": "00184", "ship_city": "Roma", "ship_country": "IT"}
            all_of(Order).filter(pk=order.pk).update(**ANSWERS, **address)
        self.attempt(lambda: orders.confirm_order(order, by=self.people[who]))

    @precondition(lambda self: self.has_order)
    @rule(
        number=which,
        who=st.sampled_from(("otto", "otto", "vendor_admin", "anna", "olga")),
        verb=st.sampled_from(("start_order", "ship_order", "complete_order", "hold_order", "release_order", "cancel_order")),
    )
    def move_order(self, number, who, verb):
        words = {"ship_order": {"tracking": "T-1"}, "hold_order": {"reason": "Credit"}, "cancel_order": {"reason": "Mistake"}}
        self.attempt(lambda: getattr(orders, verb)(self.order(number), by=self.people[who], **words.get(verb, {})))

    # --- what always holds -------------------------------------------------------------------

    def moves_of(self, record, arrows, now):
        """The moves of a record are a chain of arrows of the table, the last of which leads to where it is."""
        moves = list(record.stage_moves.order_by("at", "pk"))
        found = [(one.from_stage, one.to_stage) for one in moves]
        assert set(found) <= arrows | {("", found[0][1])} if found else True, found
        for one, following in zip(found, found[1:], strict=False):
            assert one[1] == following[0], found
        assert not found or found[-1][1] == now, (found, now)
        assert all(one.by_name for one in moves)

    @invariant()
    def lead_is_where_the_table_allows(self):
        if not hasattr(self, "lead"):
            return
        lead = all_of(Lead).get(pk=self.lead.pk)
        self.moves_of(lead, LEAD_ARROWS, lead.status)
        assert (lead.status == "converted") is (self.project is not None)

    @invariant()
    def project_is_where_the_table_allows(self):
        if not self.has_project:
            return
        project = self.project
        self.moves_of(project, PROJECT_ARROWS, project.stage)
        for one in project.stage_moves.exclude(from_stage=""):
            is_loss = one.to_stage == "closed" and one.from_stage in MANUAL
            assert one.is_automatic is (one.to_stage in AUTOMATIC and not is_loss or one.from_stage in AUTOMATIC[:2]), one
        assert project.stage in PATHS[project.record_type].steps
        assert (project.stage == "closed") is bool(project.outcome)
        standing = all_of(Quote).filter(project=project).standing().count()
        assert project.quotes_out == standing
        assert project.stage != "contract_out" or standing
        assert not (project.stage == "proposal" and project.verbal_agreement and standing)
        done = all_of(Order).filter(project=project, status="completed").exists()
        assert (project.outcome == "won") is done
        if project.stage == "order_management":
            assert all_of(Order).filter(project=project).exclude(status__in=("cancelled", "completed")).exists()

    @invariant()
    def one_quote_wins_and_keeps_its_place(self):
        if not self.has_project:
            return
        won = [quote for quote in self.rows(Quote) if quote.status in ("accepted", "ordered")]
        assert len(won) <= 1, [str(quote) for quote in won]
        assert all(quote.is_primary for quote in won)
        living = [order for order in self.rows(Order) if order.status != "cancelled"]
        assert len(living) <= 1, [order.number for order in living]
        assert not living or self.project.stage in ("order_management", "closed"), self.project.stage

    @invariant()
    def amounts_follow(self):
        if not self.has_project:
            return
        project = self.project
        primary = all_of(Quote).filter(project=project, is_primary=True).first()
        follows = primary is not None and primary.lines.exists()
        assert project.mrr == (primary.mrr if follows else project.expected_mrr)
        assert (project.mrr_source, project.mrr_quote) == (("quote", str(primary)) if follows else ("estimate", ""))
        assert project.weighted_pipeline == round_money(project.mrr * project.probability / 100)

    @invariant()
    def quotes_are_where_the_table_allows(self):
        if not self.has_quote:
            return
        found = self.rows(Quote)
        assert sum(quote.is_primary for quote in found) <= 1
        for quote in found:
            self.moves_of(quote, QUOTE_ARROWS | {("ordered", "cancelled")}, quote.status)  # With its order, and only so.
            assert not (quote.is_primary and quote.status in NOT_PRIMARY)
            assert quote.net == sum((line.line_total for line in quote.lines.all()), Decimal(0))
            assert quote.gross == quote.net + quote.tax
            if quote.content is not None:
                assert self.frozen.setdefault(quote.pk, quote.content) == quote.content
            assert (quote.status == "draft") <= (quote.content is None)
            assert (quote.status in ("accepted", "ordered")) <= (quote.content is not None and bool(quote.answered_by))
            if quote.status == "accepted" and quote.pk not in self.accepted:
                assert not all_of(Quote).filter(project=quote.project_id).alive().exists()
                self.accepted.add(quote.pk)
            assert (quote.status == "ordered") is all_of(Order).filter(quote=quote).exclude(status="cancelled").exists()

    @invariant()
    def orders_are_where_the_table_allows(self):
        if not self.has_order:
            return
        for order in self.rows(Order):
            self.moves_of(order, ORDER_ARROWS, order.status)
            assert order.status in OrderStatus.values
            assert (order.quote.net, order.quote.mrr) == (order.net, order.mrr) if hasattr(order, "net") else True
            assert sum(line.line_total for line in order.lines.all()) == order.quote.net


@pytest.mark.parametrize("part", range(8))
@pytest.mark.no_cover
def test_no_walk_leaves_the_tables(part, anna, ben, alex, carla, otto, olga, tariq, vendor_admin):
    Walk.people = {person.email.partition("@")[0]: person for person in (anna, ben, alex, carla, otto, olga, tariq)} | {
        "vendor_admin": vendor_admin
    }
    patient = settings(
        max_examples=13, stateful_step_count=30, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    run_state_machine_as_test(Walk, settings=patient)
