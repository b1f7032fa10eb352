"""Random walks from a lead, or from a customer's change, to the completed order: whoever does whatever in whatever order, only what
the tables allow is ever reached.

Each walk lives in a transaction that is rolled back, and has a seed of its own, so that it is the same every time. Walks begin at several
places of the way; `REACHED` says which arrows those from one place must have gone, and together these are all arrows of the tables.
"""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Sum

from accounts.tests.factories import ActiveAccountFactory, ContactFactory
from catalog.models import Product
from catalog.services import PriceMissing
from leads import services as leads
from leads.models import Lead
from leads.stages import Status as LeadStatus
from leads.tests.factories import LeadFactory
from orders import services as orders
from orders.models import Order
from orders.stages import MOVES as ORDER_MOVES
from orders.stages import Status as OrderStatus
from orders.tests.factories import ANSWERS, ConfirmedOrderFactory
from partnerportal.core.actors import Actor
from partnerportal.core.attached import NotDeletable, delete_record, restore_record
from partnerportal.core.money import round_money
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, StaleMove
from partnerportal.core.totals import tally
from partnerportal.tests.days import this_day
from projects import services as projects
from projects.models import Project, ProjectTotal
from projects.stages import AUTOMATIC, PATHS, RecordType, Stage
from quotes import services as quotes
from quotes.models import Quote
from quotes.services import BadRows, LineInput, NoLongerOpen
from quotes.stages import NOT_PRIMARY
from quotes.tests.test_moves import ARROWS

WALKS, MOST_WALKS, STEPS = 6, 60, 18  # More than the first only until every arrow that must be gone is gone.
VALUES = {
    "name": "Alpenblick",
    "close_date": this_day() + timedelta(days=60),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license", "classound"],
    "total_users": 40,
}
REFUSALS = (IllegalMove, StaleMove, ExitConditionMissing, NoLongerOpen, NotYours, NotDeletable, ValidationError, PriceMissing, BadRows)
NOT_THERE = (Lead.DoesNotExist, Project.DoesNotExist, Quote.DoesNotExist, Order.DoesNotExist)
LEAD_ARROWS = {
    ("new", "qualification"),
    ("new", "not_in_target"),
    ("qualification", "not_in_target"),
    ("qualification", "converted"),
    ("not_in_target", "qualification"),
}
QUOTE_ARROWS = ARROWS | {("ordered", "cancelled")}  # With its order, and only so.
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
BY_HAND = {"business_plan": ("intro", "demo", "presentation", "proposal"), "change_order": ("presentation", "proposal")}


def arrows_of(kind):
    """The arrows of a project of a kind."""
    manual = BY_HAND[kind]
    return {
        *((one, other) for one in manual for other in manual if one != other),
        *((one, "contract_out") for one in manual),
        *((one, "closed") for one in manual),  # lost
        ("contract_out", "proposal"),
        ("contract_out", "order_management"),
        ("order_management", "proposal"),
        ("order_management", "closed"),  # won
        ("closed", manual[0]),  # a lost one is reopened
    }


PROJECT_ARROWS = {kind: arrows_of(kind) for kind in BY_HAND}


def all_by_hand(kind):
    """The arrows that a project goes without an answer of the customer."""
    manual = BY_HAND[kind]
    found = {(one, other) for one, other in PROJECT_ARROWS[kind] if one in manual and (other in manual or other == "closed")}
    return {(kind, *one) for one in found | {("closed", manual[0])}}


def answered(kind):
    """What becomes of a quote that is out, and of its project."""
    quote = {("quote", *one) for one in QUOTE_ARROWS if one[0] == "submitted"}
    return quote | {(kind, one, "contract_out") for one in BY_HAND[kind]} | {(kind, "contract_out", "proposal")}


def placed(kind):
    """What an accepted quote leads to at first."""
    quote, order = {("quote", "accepted", "ordered"), ("quote", "ordered", "cancelled")}, {("order", "draft", "confirmed")}
    project = {(kind, "contract_out", "order_management"), (kind, "order_management", "proposal")}
    return quote | order | project | {("order", "draft", "cancelled")}


def delivered(kind):
    """What becomes of a confirmed order, and of its project."""
    order = {("order", *one) for one in ORDER_ARROWS if one[0] != "draft"}
    return order | {(kind, "order_management", "closed"), (kind, "order_management", "proposal")}


PLAN, CHANGE = "business_plan", "change_order"
# Where walks begin, and the arrows that they must have gone.
REACHED = {
    (PLAN, "lead"): {("lead", *one) for one in LEAD_ARROWS},
    (PLAN, "project"): all_by_hand(PLAN) | {("quote", "draft", "submitted"), ("quote", "draft", "cancelled")},
    (CHANGE, "project"): all_by_hand(CHANGE) | {("quote", "draft", "submitted")},
    (PLAN, "out"): answered(PLAN),
    (CHANGE, "out"): answered(CHANGE),
    (PLAN, "sold"): placed(PLAN),
    (CHANGE, "sold"): placed(CHANGE),
    (PLAN, "ordered"): delivered(PLAN),
    (CHANGE, "ordered"): delivered(CHANGE),
}
LICENCE, FLAT, PHONE, DECT = ("UC-BUSINESS", "yearly"), ("CS-FLAT", "monthly"), ("CX-PHONE-M", "one_off"), ("HW-DECT", "monthly")
PRODUCTS = (LICENCE, FLAT, PHONE, DECT)
ANYONE = (*["anna"] * 6, *["ben"] * 4, "alex", "carla", "otto", "tariq", "vendor_admin")
OURS = ("anna", "anna", "anna", "ben", "alex")
# What is tried how often, by where walks begin; what is not named is tried now and then everywhere.
USUAL = {
    "lead": {"move_lead": 9, "convert": 1},
    "project": {"move_project": 16, "undo": 1, "lose": 3, "reopen": 5, "quote_it": 2, "submit": 2, "cancel_quote": 1, "delete": 1},
    "out": {"answer": 6, "time_passes": 2, "new_version": 3, "cancel_quote": 2, "agree": 2, "submit": 3, "move_project": 2, "withdraw": 2},
    "sold": {"place_order": 6, "confirm": 4, "cancel_order": 4, "sell_beside_the_winner": 2, "submit": 2, "answer": 2},
    "ordered": {"start_order": 4, "ship_order": 4, "complete_order": 4, "hold_order": 4, "release_order": 4, "cancel_order": 2},
}


def all_of(model):
    return model.objects.across_partners(reason="test")


class Walk:
    """One deal and everything that people try with it, by the dice. `gone` are the arrows that it went, `log` what was tried."""

    def __init__(self, kind, place, people, number):
        self.kind, self.place, self.people = kind, place, people
        self.dice = Random(f"{kind} {place} {number}")
        self.lead = self.changed = None
        self.gone, self.log = set(), []
        self.seen, self.frozen, self.won = {}, {}, set()
        self.has_changed = False
        if kind == PLAN:
            self.lead = LeadFactory(owner=people["anna"], interested_solutions=["license", "classound"], total_users=40)
        else:
            self.begin_change()
        if place != "lead":
            self.go_to(BY_HAND[kind][number % len(BY_HAND[kind])], ships=number % 4 < 2)

    def begin_change(self):
        """A customer with an order that runs, and a change of it."""
        anna = self.people["anna"]
        account = ActiveAccountFactory(owner=anna)
        ConfirmedOrderFactory(owner=anna, quote__project__account=account)
        values = {**VALUES, "record_type": CHANGE, "opportunity_type": "existing_business", "total_users": -4}
        contact = ContactFactory(owner=anna, account=account)
        self.changed = projects.create_project(values={**values, "account": account, "contact": contact}, by=anna)

    def go_to(self, stage, *, ships):
        """Straight to where these walks begin."""
        anna, given = self.people["anna"], {"poc_users": 5, "amount_mrr": Decimal("500.00")}
        if self.lead:
            self.convert(who="anna")
        if stage != self.project.stage:
            given = given if self.lead else {}
            projects.move_project(self.project, to=stage, seen=self.project.stage, by=anna, fields=given)
            self.seen = {}
        if self.place == "project":
            return
        quote = quotes.create_quote(self.project, by=anna, today=this_day())
        for product in (LICENCE, PHONE) if ships else (LICENCE,):
            self.add_line_to(quote, "anna", product, "0")
        quotes.submit_quote(quote, by=anna, today=this_day())
        if self.place != "out":
            quotes.accept_quote(quote, by=Actor.customer("Greta"), consent="I accept.", today=this_day())
        if self.place == "ordered":
            self.seen = {}
            orders.place_from_quote(quote, by=anna)
            self.confirm(who="anna")
        self.seen = {}
        self.check()

    # --- steps ----------------------------------------------------------------------------

    def step(self):
        """Try something, and look at everything when it has changed anything."""
        names = USUAL[self.place]
        name = self.dice.choices(list(names), list(names.values()))[0] if self.dice.random() < 0.7 else self.dice.choice(VERBS)
        self.has_changed = False
        getattr(self, name)()
        self.log.append(f"{name}{' done' if self.has_changed else ''}")
        if self.has_changed:
            self.check()

    def check(self):
        """Everything that always holds."""
        for look in (self.lead_stands, self.project_stands, self.one_wins, self.amounts_follow, self.quotes_stand, self.orders_stand):
            look()

    def attempt(self, act):
        """Do it if it may be done. A refusal is an answer too. What was seen before is looked up anew afterwards."""
        try:
            with transaction.atomic():
                done = act()
        except REFUSALS + NOT_THERE:
            return None
        self.seen, self.has_changed = {}, True
        return done

    def somebody(self, among=ANYONE):
        """One of these people."""
        return self.people[self.dice.choice(among)]

    def rows(self, model):
        """All rows of a kind as they are since the last attempt, each read once."""
        if model not in self.seen:
            of_deal = {"lead": self.lead} if self.lead else {"pk": self.changed.pk}
            mine = of_deal if model is Project else {"project": self.project}
            along = ("stage_moves",) if model is Project else ("stage_moves", "lines")
            self.seen[model] = list(all_of(model).filter(**mine).prefetch_related(*along).order_by("pk"))
        return self.seen[model]

    @property
    def project(self):
        return next(iter(self.rows(Project)), None)

    def some(self, model):
        """One of the quotes or orders, the newest more often; None while there is none."""
        found = self.rows(model) if self.project else []
        return self.dice.choice([*found, *found[-1:]]) if found else None

    # --- the lead -------------------------------------------------------------------------

    def move_lead(self):
        to, by = self.dice.choice(LeadStatus.values), self.somebody(OURS)
        if self.lead is None:
            return
        seen = "new" if self.dice.random() < 0.3 else all_of(Lead).get(pk=self.lead.pk).status
        reason = "no-budget" if to == "not_in_target" else ""
        self.attempt(lambda: leads.set_status(self.lead, to=to, seen=seen, by=by, reason=reason))

    def convert(self, who=""):
        by = self.people[who] if who else self.somebody(OURS)
        if self.lead and all_of(Lead).get(pk=self.lead.pk).status == "new":
            self.attempt(lambda: leads.set_status(self.lead, to="qualification", seen="new", by=by))
        if self.lead:
            self.attempt(lambda: projects.convert_lead(self.lead, values=VALUES, by=by))

    # --- the project ----------------------------------------------------------------------

    def move_project(self):
        project, by = self.project, self.somebody()
        if project is None:
            return
        others = [stage for stage in BY_HAND[self.kind] if stage != project.stage]
        to = self.dice.choice(others if self.dice.random() < 0.85 else Stage.values)
        given = {"poc_users": 5, "amount_mrr": Decimal("500.00")} if self.dice.random() < 0.8 and self.lead else {}
        reason = "They asked for it" if self.dice.random() < 0.8 else ""
        self.attempt(lambda: projects.move_project(project, to=to, seen=project.stage, by=by, reason=reason, fields=given))

    def undo(self):
        project, by = self.project, self.somebody(OURS)
        if project is None:
            return
        was = max(project.stage_moves.all(), key=lambda one: (one.at, one.pk)).from_stage or project.stage
        self.attempt(lambda: projects.move_project(project, to=was, seen=project.stage, by=by, is_undo=True))

    def edit(self):
        by, users = self.somebody(), self.dice.choice((-3, 5, 40))
        if self.project:
            self.attempt(lambda: projects.edit_project(self.project, values={"total_users": users}, by=by))

    def agree(self):
        by = self.somebody()
        if self.project:
            self.attempt(lambda: projects.record_verbal_agreement(self.project, on=this_day(), agreed_by="Greta", by=by))

    def withdraw(self):
        by = self.somebody()
        if self.project:
            self.attempt(lambda: projects.withdraw_verbal_agreement(self.project, by=by))

    def lose(self):
        """Closed as lost; what was promised to happen then is mostly carried out."""
        project, by = self.project, self.somebody()
        if project is None:
            return
        self.attempt(lambda: projects.close_as_lost(project, seen=project.stage, lost_reason="price", by=by))
        if self.project.outcome == "lost" and self.dice.random() < 0.8:
            self.attempt(lambda: quotes.cancel_quotes_of_lost(project.pk, by=Actor.system()))

    def reopen(self):
        by = self.somebody(("ben", "ben", "anna"))
        if self.project:
            self.attempt(lambda: projects.reopen_project(self.project, reason="They called", by=by))

    def delete(self):
        """Something is deleted, and mostly it comes back at once."""
        record, by = self.dice.choice((self.project, self.some(Quote))), self.somebody()
        if record is not None:
            self.attempt(lambda: delete_record(record, by=by))
        if self.dice.random() < 0.7:
            self.restore()

    def restore(self):
        for record in (self.project, *self.rows(Quote)) if self.project else ():
            if record.deleted_at:
                self.attempt(lambda record=record: restore_record(type(record), record.pk, by=self.people["ben"]))

    # --- quotes -----------------------------------------------------------------------------

    def quote_it(self):
        make, by = self.dice.choice((quotes.begin_quote, quotes.create_quote)), self.somebody()
        product, discount = self.dice.choice(PRODUCTS), self.dice.choice(("0", "0.10", "0.35"))
        quote = self.attempt(lambda: make(self.project, by=by, today=this_day())) if self.project else None
        if quote is not None:
            self.add_line_to(quote, "anna", product, discount)

    def add_line_to(self, quote, who, product, discount):
        line = LineInput(Product.objects.get(code=product[0]), 3, product[1], Decimal(discount))
        self.attempt(lambda: quotes.add_line(quote, line, by=self.people[who], today=this_day()))

    def add_line(self):
        quote = self.some(Quote)
        if quote:
            self.add_line_to(quote, self.dice.choice(ANYONE), self.dice.choice(PRODUCTS), "0")

    def with_quote(self, act):
        """Try something with one of the quotes."""
        quote = self.some(Quote)
        return self.attempt(lambda: act(quote)) if quote else None

    def submit(self):
        by = self.somebody(("anna", "anna", "ben", "carla", "otto"))
        self.with_quote(lambda quote: quotes.submit_quote(quote, by=by, today=this_day()))

    def answer(self):
        """The customer accepts, declines, asks for a change or opens the link; or a partner writes the acceptance down."""
        customer, by = Actor.customer(self.dice.choice(("Greta", "Hans"))), self.somebody()
        acts = (
            lambda quote: quotes.accept_quote(quote, by=customer, consent="I accept.", today=this_day()),
            lambda quote: quotes.decline_quote(quote, by=customer, reason="Too dear", today=this_day()),
            lambda quote: quotes.ask_for_change(quote, by=customer, text="Two more", today=this_day()),
            lambda quote: quotes.note_opened(quote, by=customer),
            lambda quote: quotes.record_acceptance(quote, by=by, name="Greta", note="By phone"),
        )
        self.with_quote(self.dice.choice(acts))

    def cancel_quote(self):
        by = self.somebody()
        self.with_quote(lambda quote: quotes.cancel_quote(quote, by=by))

    def do_with_quote(self):
        verb, by = self.dice.choice(("make_primary", "revoke_link", "restore_link", "remind_customer", "resend_quote")), self.somebody()
        self.with_quote(lambda quote: getattr(quotes, verb)(quote, by=by))

    def clone(self):
        by = self.somebody()
        self.with_quote(lambda quote: quotes.clone_quote(quote, by=by, today=this_day()))

    def new_version(self):
        by, is_sent = self.somebody(OURS), self.dice.random() < 0.6
        draft = self.with_quote(lambda quote: quotes.new_version(quote, by=by, today=this_day()))
        if draft is not None and is_sent:
            self.attempt(lambda: quotes.submit_quote(draft, by=by, today=this_day()))

    def time_passes(self):
        day = this_day() + timedelta(days=self.dice.choice((0, 31, 31)))
        self.with_quote(lambda quote: quotes.expire_quote(quote, by=Actor.system(), today=day))

    def sell_beside_the_winner(self):
        """A quote on top of the one that is out or accepted, as far as it goes."""
        by, customer = self.somebody(OURS), Actor.customer("Greta")
        quote = self.attempt(lambda: quotes.create_quote(self.project, by=by, today=this_day())) if self.project else None
        if quote is None:
            return
        self.add_line_to(quote, "anna", FLAT, "0")
        if self.dice.random() < 0.5:
            self.attempt(lambda: quotes.make_primary(quote, by=by))
        self.attempt(lambda: quotes.submit_quote(quote, by=by, today=this_day()))
        if self.dice.random() < 0.5:
            self.attempt(lambda: quotes.accept_quote(quote, by=customer, consent="I accept.", today=this_day()))
        else:
            self.attempt(lambda: quotes.record_acceptance(quote, by=by, name="Greta", note="By phone"))

    def decide_on_the_discount(self):
        by, otto, seen = self.somebody(OURS), self.people["otto"], self.dice.choice(("0.35", "0.10"))
        self.with_quote(lambda quote: quotes.request_approval(quote, by=by, reason="A competitor offers less."))
        if self.dice.random() < 0.6:
            self.with_quote(lambda quote: quotes.grant_discount(quote, by=otto, seen=seen))
        else:
            self.with_quote(lambda quote: quotes.refuse_discount(quote, by=otto, reason="Too low"))

    # --- orders -----------------------------------------------------------------------------

    def place_order(self):
        by = self.somebody()
        self.with_quote(lambda quote: orders.place_from_quote(quote, by=by))

    def confirm(self, who=""):
        order, by = self.some(Order), self.people[who] if who else self.somebody(("anna", "anna", "ben", "carla"))
        if order is None:
            return
        if order.status == "draft":
            address = {"ship_street": "Via Roma 1", "ship_postal_code": "00184", "ship_city": "Roma", "ship_country": "IT"}
            all_of(Order).filter(pk=order.pk).update(**ANSWERS, **address)
        self.attempt(lambda: orders.confirm_order(order, by=by))

    def move_order(self, verb, **words):
        order, by = self.some(Order), self.somebody(("otto", "otto", "otto", "vendor_admin", "anna", "olga"))
        if order is not None:
            self.attempt(lambda: getattr(orders, verb)(order, by=by, **words))

    def start_order(self):
        self.move_order("start_order")

    def ship_order(self):
        self.move_order("ship_order", tracking="T-1")

    def complete_order(self):
        self.move_order("complete_order")

    def hold_order(self):
        self.move_order("hold_order", reason="Credit")

    def release_order(self):
        self.move_order("release_order")

    def cancel_order(self):
        self.move_order("cancel_order", reason="Mistake")

    # --- what always holds -------------------------------------------------------------------

    def moves_of(self, record, arrows, now, name):
        """The moves of a record are a chain of arrows of the table, the last of which leads to where it is."""
        moves = sorted(record.stage_moves.all(), key=lambda one: (one.at, one.pk))
        found = [(one.from_stage, one.to_stage) for one in moves]
        assert set(found) <= arrows | {("", found[0][1])} if found else True, found
        for one, following in zip(found, found[1:], strict=False):
            assert one[1] == following[0], found
        assert not found or found[-1][1] == now, (found, now)
        assert all(one.by_name for one in moves)
        self.gone |= {(name, *one) for one in found if one[0]}

    def lead_stands(self):
        if self.lead is None:
            return
        lead = all_of(Lead).get(pk=self.lead.pk)
        self.moves_of(lead, LEAD_ARROWS, lead.status, "lead")
        assert (lead.status == "converted") is (self.project is not None)

    def project_stands(self):
        if self.project is None:
            return
        project = self.project
        self.moves_of(project, PROJECT_ARROWS[self.kind], project.stage, self.kind)
        manual = BY_HAND[self.kind]
        for one in (move for move in project.stage_moves.all() if move.from_stage):
            is_loss = one.to_stage == "closed" and one.from_stage in manual
            assert one.is_automatic is (one.to_stage in AUTOMATIC and not is_loss or one.from_stage in AUTOMATIC[:2]), one
        assert project.stage in PATHS[project.record_type].steps
        assert (project.stage == "closed") is bool(project.outcome)
        standing = sum(quote.status in ("submitted", "accepted", "ordered") for quote in self.rows(Quote))
        assert project.quotes_out == standing
        assert project.stage != "contract_out" or standing
        assert not (project.stage == "proposal" and project.verbal_agreement and standing)
        done = any(order.status == "completed" for order in self.rows(Order))
        assert (project.outcome == "won") is done
        if project.stage == "order_management":
            assert any(order.status not in ("cancelled", "completed") for order in self.rows(Order))
        assert not (project.deleted_at and (standing or self.rows(Order)))

    def one_wins(self):
        if self.project is None:
            return
        won = [quote for quote in self.rows(Quote) if quote.status in ("accepted", "ordered")]
        assert len(won) <= 1, [str(quote) for quote in won]
        assert all(quote.is_primary and quote.deleted_at is None for quote in won)
        living = [order for order in self.rows(Order) if order.status != "cancelled"]
        assert len(living) <= 1, [order.number for order in living]
        assert not living or self.project.stage in ("order_management", "closed"), self.project.stage

    def amounts_follow(self):
        if self.project is None:
            return
        project = self.project
        primary = next((quote for quote in self.rows(Quote) if quote.is_primary), None)
        follows = primary is not None and bool(primary.lines.all())
        assert (project.running_mrr is not None) is (self.kind == CHANGE)
        assert project.mrr == (primary.mrr - (project.running_mrr or 0) if follows else project.expected_mrr)
        assert (project.mrr_source, project.mrr_quote) == (("quote", str(primary)) if follows else ("estimate", ""))
        assert project.weighted_pipeline == round_money(project.mrr * project.probability / 100)

    def quotes_stand(self):
        if self.project is None:
            return
        found = self.rows(Quote)
        assert sum(quote.is_primary for quote in found) <= 1
        for quote in found:
            self.moves_of(quote, QUOTE_ARROWS, quote.status, "quote")
            assert not (quote.is_primary and quote.status in NOT_PRIMARY)
            assert quote.net == sum((line.line_total for line in quote.lines.all()), Decimal(0))
            assert quote.gross == quote.net + quote.tax
            if quote.content is not None:
                assert self.frozen.setdefault(quote.pk, quote.content) == quote.content
            assert (quote.status == "draft") <= (quote.content is None)
            assert (quote.status in ("accepted", "ordered")) <= (quote.content is not None and bool(quote.answered_by))
            if quote.status in ("accepted", "ordered") and quote.pk not in self.won:
                assert not any(other.status in ("draft", "submitted") for other in found)
                self.won.add(quote.pk)
            living = [order for order in self.rows(Order) if order.quote_id == quote.pk and order.status != "cancelled"]
            assert (quote.status == "ordered") is bool(living)

    def orders_stand(self):
        if self.project is None:
            return
        for order in self.rows(Order):
            self.moves_of(order, ORDER_ARROWS, order.status, "order")
            assert order.status in OrderStatus.values
            assert order.mrr == order.quote.mrr == sum(line.monthly for line in order.lines.all())
            assert sum(line.line_total for line in order.lines.all()) == order.quote.net

    def totals_are_those_of_the_records(self):
        by, sums = ("owner", "stage", "currency"), ("mrr", "weighted_pipeline")
        kept = [row for row in tally(all_of(ProjectTotal), by=by, sums=sums) if row["count"]]
        records = all_of(Project).filter(deleted_at=None).order_by().values(*by)
        counted = records.annotate(count=Count("pk"), **{f"sum_{name}": Sum(name, default=Decimal(0)) for name in sums}).order_by(*by)
        assert kept == list(counted)


VERBS = [
    name
    for name in vars(Walk)
    if name in set().union(*USUAL.values())
    or name in ("edit", "restore", "add_line", "do_with_quote", "clone", "decide_on_the_discount", "move_lead")
]


@pytest.mark.parametrize(("kind", "place"), REACHED)
@pytest.mark.no_cover
def test_no_walk_leaves_the_tables(kind, place, anna, ben, alex, carla, otto, olga, tariq, vendor_admin):
    people = {person.email.partition("@")[0]: person for person in (anna, ben, alex, carla, otto, olga, tariq)}
    people["vendor_admin"] = vendor_admin
    gone, won = set(), 0
    for number in range(MOST_WALKS):
        if number >= WALKS and REACHED[kind, place] <= gone:
            break
        with transaction.atomic():
            walk = Walk(kind, place, people, number)
            try:
                for _step in range(STEPS):
                    walk.step()
                walk.totals_are_those_of_the_records()
            except Exception as error:
                error.add_note(f"walk {number}: {', '.join(walk.log)}")
                raise
            gone |= walk.gone
            won += len(walk.won)
            transaction.set_rollback(True)
    assert REACHED[kind, place] - gone == set()
    assert won >= (WALKS if place in ("sold", "ordered") else 1 if place == "out" else 0)


def test_the_walks_go_every_arrow_of_the_tables():
    tables = {"lead": LEAD_ARROWS, "quote": QUOTE_ARROWS, "order": ORDER_ARROWS, **PROJECT_ARROWS}
    assert set().union(*REACHED.values()) == {(name, *one) for name, arrows in tables.items() for one in arrows}
    assert {(one, other) for one, others in ORDER_MOVES.moves.items() for other in others} == ORDER_ARROWS
    assert set(PROJECT_ARROWS) == set(RecordType.values)
