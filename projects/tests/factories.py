"""Projects for tests, one factory a situation. 40 users with License and CLASSOUND: 600.00 a month."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory

from accounts.tests.factories import AccountFactory, ActiveAccountFactory, ContactFactory
from partnerportal.tests.days import this_day
from partners.tests.factories import OwnedFactory
from projects.models import DemoAnswer, DemoQuestion, Outcome, Project
from projects.stages import RecordType, Stage

PRICES = {"license": "9.00", "hwaas": "4.50", "classound": "6.00"}
FORECASTS = {
    "presentation": "best_case",
    "proposal": "best_case",
    "contract_out": "commit",
    "order_management": "commit",
    "closed": "closed",
}
PROBABILITIES = {"intro": 10, "demo": 30, "presentation": 50, "proposal": 70, "contract_out": 90, "order_management": 95, "closed": 100}


def estimate_of(users, solutions, currency="EUR"):
    """What a project keeps of its estimate, with the prices that the portal is delivered with."""
    prices = [{"family": family, "amount": PRICES[family], "valid_from": "2025-01-01"} for family in solutions]
    return {"users": users, "currency": currency, "prices": prices, "missing": []}


def expected_of(users, solutions):
    return users * sum((Decimal(PRICES[family]) for family in solutions), Decimal("0.00"))


class ProjectFactory(OwnedFactory):
    """A business plan in its first stage. Give `account`, or `owner`, or `partner`; the rest follows."""

    class Meta:
        model = Project

    _parent = "account"
    account = factory.SubFactory(AccountFactory, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner"))
    contact = factory.SubFactory(
        ContactFactory,
        account=factory.SelfAttribute("..account"),
        partner=factory.SelfAttribute("..partner"),
        owner=factory.SelfAttribute("..owner"),
    )
    record_type = RecordType.BUSINESS_PLAN
    stage = Stage.INTRO
    probability = factory.LazyAttribute(lambda one: PROBABILITIES[one.stage])
    forecast_category = factory.LazyAttribute(lambda one: FORECASTS.get(one.stage, "pipeline"))
    name = factory.Sequence(lambda n: f"Alpenblick {n} – Collaboration")
    close_date = factory.LazyFunction(lambda: this_day() + timedelta(days=60))
    opportunity_type = "new_business"
    product_of_interest = "collaboration"
    interested_solutions = factory.LazyFunction(lambda: ["license", "classound"])
    total_users = 40
    currency = "EUR"
    expected_mrr = factory.LazyAttribute(lambda one: expected_of(one.total_users, one.interested_solutions))
    estimate = factory.LazyAttribute(lambda one: estimate_of(one.total_users, one.interested_solutions, one.currency))
    mrr = factory.LazyAttribute(lambda one: one.expected_mrr)
    mrr_source = "estimate"
    weighted_pipeline = factory.LazyAttribute(
        lambda one: None if one.mrr is None else (one.mrr * one.probability / 100).quantize(Decimal("0.01"))
    )


class IntroProject(ProjectFactory):
    """A project that has just begun."""


class DemoProject(ProjectFactory):
    """A project in Demo; Intro was left with its users of POC."""

    stage = Stage.DEMO
    poc_users = 5


class PresentationProject(DemoProject):
    """A project in Project Presentation, without the demo bonus."""

    stage = Stage.PRESENTATION
    amount_mrr = Decimal("580.00")


class ProposalProject(PresentationProject):
    """A project in Proposal: no quote, no agreement yet."""

    stage = Stage.PROPOSAL


class AgreedProject(ProposalProject):
    """A project in Proposal with the customer's word."""

    verbal_agreement = True
    verbal_agreement_on = date(2026, 3, 2)
    verbal_agreement_by = "Greta Hofer"


class ContractOutProject(AgreedProject):
    """A project whose quote is with the customer."""

    stage = Stage.CONTRACT_OUT
    has_quote = True
    quotes_out = 1


class OrderProject(ContractOutProject):
    """A project whose order is on its way."""

    stage = Stage.ORDER_MANAGEMENT


class WonProject(OrderProject):
    """A project that was closed by its completed order."""

    stage = Stage.CLOSED
    outcome = Outcome.WON
    closed_at = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)


class LostProject(ProposalProject):
    """A project that went to a competitor."""

    stage = Stage.CLOSED
    outcome = Outcome.LOST
    probability = 0
    forecast_category = "omitted"
    lost_reason = "competitor"
    competitor = "Rivalphone"
    closed_at = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)


class ChangeOrderProject(ProjectFactory):
    """A change for a customer: ten users more."""

    account = factory.SubFactory(ActiveAccountFactory, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner"))
    record_type = RecordType.CHANGE_ORDER
    stage = Stage.PRESENTATION
    opportunity_type = "existing_business"
    total_users = 10


class DemoDoneProject(PresentationProject):
    """A project whose demo is done and waits for the account manager."""

    demo_done = True
    demo_date = date(2026, 3, 2)
    pipeline_mrr = Decimal("600.00")


def answer_all(project, *, by=None, but=()):
    """Answer every demo question of a project, except those named in `but`."""
    return [
        DemoAnswer.objects.create(
            partner_id=project.partner_id,
            project=project,
            question=question,
            question_text=question.text,
            text=f"Answer to {question.key}",
            answered_by=by or project.owner,
        )
        for question in DemoQuestion.objects.exclude(key__in=but)
    ]
