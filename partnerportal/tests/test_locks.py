"""One lock after the other: the winner has done its work and not yet committed when the contender comes. It waits, sees what the
winner made of the record, and gets one of the answers that its page has a sentence for.
"""

from datetime import timedelta

import pytest
from django.db import transaction

from cases import services as cases
from cases.tests.factories import CaseFactory
from catalog.reference import load_reference
from leads import services as leads
from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from orders import services as orders
from orders.models import Order
from orders.tests.factories import AnsweredOrderFactory, ReadyQuoteFactory, RunningOrderFactory
from partnerportal.core.actors import Actor
from partnerportal.core.numbering import next_number
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import contend
from partners import services as partners
from partners.roles import Role
from partners.tests.factories import UserFactory, VendorUserFactory
from projects import services as projects
from projects.reference import load_questions
from projects.tests.factories import AgreedProject, DemoDoneProject, IntroProject, ProjectFactory, ProposalProject
from quotes import services as quotes
from quotes.models import Quote
from quotes.tests.factories import DraftQuoteFactory, SubmittedQuoteFactory

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = {
    "name": "Headquarters",
    "close_date": this_day() + timedelta(days=60),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license"],
    "total_users": 40,
}


@pytest.fixture(autouse=True)
def facts(transactional_db):
    load_reference()
    load_questions()


def both(act):
    return act, act


def lead_moves(anna):
    lead = LeadFactory(owner=anna)
    return both(lambda: leads.set_status(lead, to="qualification", seen="new", by=anna))


def lead_converts(anna):
    lead = QualifiedLeadFactory(owner=anna)
    return both(lambda: projects.convert_lead(lead, values=PROJECT, by=anna))


def lead_converts_or_is_put_aside(anna):
    lead = QualifiedLeadFactory(owner=anna)
    return (
        lambda: projects.convert_lead(lead, values=PROJECT, by=anna),
        lambda: leads.set_status(lead, to="not_in_target", seen="qualification", by=anna, reason="no-budget"),
    )


def project_moves(anna):
    project = IntroProject(owner=anna, poc_users=5)
    return both(lambda: projects.move_project(project, to="demo", seen="intro", by=anna))


def project_is_lost_or_accepted(anna):
    project = AgreedProject(owner=anna)
    return (
        lambda: projects.close_as_lost(project, seen="proposal", lost_reason="price", by=anna),
        lambda: projects.take_acceptance(project, on=this_day(), agreed_by="Greta", by=Actor.customer("Greta"), cause="Accepted"),
    )


def bonus_is_decided(anna):
    project = DemoDoneProject(owner=anna)
    return both(lambda: projects.decide_bonus(project, answer="yes", by=anna.partner.account_manager))


def quote_is_submitted(anna):
    quote = DraftQuoteFactory(project=ProposalProject(owner=anna))
    return both(lambda: quotes.submit_quote(quote, by=anna, today=this_day()))


def quote_is_accepted(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))
    return (
        lambda: quotes.accept_quote(quote, by=Actor.customer("Greta"), consent="I accept.", today=this_day()),
        lambda: quotes.accept_quote(quote, by=Actor.customer("Hans"), consent="I accept.", today=this_day()),
    )


def quote_is_accepted_or_cancelled(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))
    return (
        lambda: quotes.accept_quote(quote, by=Actor.customer("Greta"), consent="I accept.", today=this_day()),
        lambda: quotes.cancel_quote(quote, by=anna),
    )


def quote_becomes_primary(anna):
    project = ProjectFactory(owner=anna)
    first, second = DraftQuoteFactory(project=project), DraftQuoteFactory(project=project)
    return lambda: quotes.make_primary(first, by=anna), lambda: quotes.make_primary(second, by=anna)


def order_is_placed(anna):
    quote = ReadyQuoteFactory(owner=anna)
    return both(lambda: orders.place_from_quote(quote, by=anna))


def order_is_confirmed_or_cancelled(anna):
    order = AnsweredOrderFactory(owner=anna)
    return lambda: orders.cancel_order(order, reason="Mistake", by=anna), lambda: orders.confirm_order(order, by=anna)


def order_is_shipped(anna):
    order = RunningOrderFactory(owner=anna)
    return both(lambda: orders.ship_order(order, tracking="TRK1", by=anna.partner.account_manager))


def case_is_taken(anna):
    case = CaseFactory(owner=anna)
    tariq, other = VendorUserFactory(role=Role.SUPPORT_AGENT), VendorUserFactory(role=Role.SUPPORT_AGENT)
    return lambda: cases.take_case(case, by=tariq), lambda: cases.take_case(case, by=other)


def admins_demote_each_other(anna):
    dora, other = (UserFactory(partner=anna.partner, role=Role.PARTNER_ADMIN) for _ in range(2))
    return (
        lambda: partners.change_role(dora, role=Role.PARTNER_USER, by=other),
        lambda: partners.change_role(other, role=Role.PARTNER_USER, by=dora),
    )


def number_is_taken(anna):
    return both(transaction.atomic(lambda: next_number(anna.partner_id, "Q", year=2026)))


PAIRS = [
    (lead_moves, "StaleMove"),
    (lead_converts, "AlreadyConverted"),
    (lead_converts_or_is_put_aside, "NotYours"),
    (project_moves, "StaleMove"),
    (project_is_lost_or_accepted, "ProjectClosed"),
    (bonus_is_decided, "IllegalMove"),
    (quote_is_submitted, "IllegalMove"),
    (quote_is_accepted, "NoLongerOpen"),
    (quote_is_accepted_or_cancelled, "IllegalMove"),
    (quote_becomes_primary, "Quote"),
    (order_is_placed, "Order"),
    (order_is_confirmed_or_cancelled, "IllegalMove"),
    (order_is_shipped, "IllegalMove"),
    (case_is_taken, "Case"),
    (admins_demote_each_other, "LastAdmin"),
    (number_is_taken, "str"),
]


@pytest.mark.parametrize(("situation", "answer"), PAIRS, ids=[situation.__name__ for situation, _answer in PAIRS])
def test_the_contender_waits_and_is_answered(situation, answer, anna):
    outcome = contend(*situation(anna))

    assert not isinstance(outcome.winner, Exception)
    assert outcome.has_waited
    assert type(outcome.contender).__name__ == answer, repr(outcome.contender)


def test_what_both_may_do_is_done_once(anna):
    placed = contend(*order_is_placed(anna))
    primary = contend(*quote_becomes_primary(anna))
    numbers = contend(*number_is_taken(anna))

    assert placed.winner == placed.contender == Order.objects.for_partner(anna.partner).get()
    assert Quote.objects.for_partner(anna.partner).get(project=primary.winner.project, is_primary=True) == primary.contender
    assert int(numbers.contender[-5:]) == int(numbers.winner[-5:]) + 1
