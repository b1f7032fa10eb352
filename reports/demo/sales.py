"""Projects of the demo, from the first talk to the completed order, with every stage and ending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Account, AccountStatus, Contact
from catalog import words
from catalog.models import ProductOfInterest, Term
from orders.models import Order
from partnerportal.core.models import Follow
from partners.models import User
from projects import mrr
from projects.models import DemoAnswer, MrrSource, OpportunityType, Outcome, Project
from projects.stages import RecordType, Stage
from quotes.models import Quote
from quotes.stages import Status as QuoteStatus
from reports.demo.bonuses import demo_done
from reports.demo.customers import Company, company, convert, make_account, make_lead, note, qualify
from reports.demo.moves import move
from reports.demo.ordering import ORDERED, place_order
from reports.demo.quoting import accept, cancel, expire, kept_by, make_quote, reject, revise, submit
from reports.demo.setting import Setting

WON, LOST = "won", "lost"
ANSWERS = (
    "In the customer's meeting room, one hour, on a big screen.",
    "Managing director, IT manager and two users from the reception.",
    "An ISDN system from 2012; the provider ends ISDN lines this year.",
    "Missed calls at lunch, no home office, no overview of the queue.",
    "x-bees, the call queue with wallboard, and the mobile app.",
    "One offer of a hosted PBX without integration.",
    "Send the proposal; decision in the meeting of the board next week.",
)

# ending, how many days ago it began, how many days ago the last move was
BUSINESS_PLANS = (
    *((Stage.INTRO, days, 0) for days in (2, 5, 9, 14, 21, 33)),
    *((Stage.DEMO, days, days // 3) for days in (12, 18, 26, 34, 47)),
    *((Stage.PRESENTATION, days, days // 4) for days in (24, 31, 39, 52, 64)),
    *((Stage.PROPOSAL, days, days // 4) for days in (29, 36, 44, 58, 71, 80)),
    *((Stage.CONTRACT_OUT, days, days // 8) for days in (41, 55, 66)),
    *((Stage.ORDER_MANAGEMENT, days, days // 10) for days in (48, 62, 75, 84)),
    *((WON, end + 55, end) for end in (3, 12, 24, 38, 60, 85, 120, 165, 215, 265, 305)),
    *((LOST, end + 40, end) for end in (6, 20, 45, 90, 140, 200, 290)),
)
# The same, and how many users come or go. Those furthest back take their customers first.
CHANGE_ORDERS = (
    (WON, 95, 70, -2),
    (WON, 50, 18, 4),
    (LOST, 40, 25, 6),
    (Stage.CONTRACT_OUT, 28, 2, 10),
    (Stage.PROPOSAL, 15, 4, -4),
    (Stage.PRESENTATION, 6, 0, 6),
)
# How many moments a story with this ending needs at most.
STEPS = {
    Stage.INTRO: 2,
    Stage.DEMO: 4,
    Stage.PRESENTATION: 6,
    Stage.PROPOSAL: 9,
    Stage.CONTRACT_OUT: 13,
    Stage.ORDER_MANAGEMENT: 18,
    WON: 21,
    LOST: 13,
}


@dataclass
class Play:
    """A project on its way, with the moments that are left for its next moves."""

    setting: Setting
    project: Project
    moments: list[datetime]
    sold: tuple[Quote, Order] | None = None

    def now(self) -> datetime:
        """The next moment of the story."""
        return self.moments.pop(0)

    def go(self, to: str, *, by: User | None, reason: str = "") -> datetime:
        """Move the project to a stage, with the stage's probability."""
        at = self.now()
        project = self.project
        probability = words.stage(project.record_type, to).probability
        weighted = mrr.weighted_pipeline(project.mrr, probability)
        move(self.setting, project, field="stage", to=to, at=at, by=by, reason=reason, probability=probability, weighted_pipeline=weighted)
        return at


def tell_projects(setting: Setting) -> None:
    """Every project of a year: business plans first, then change orders of customers who were won."""
    customers: list[tuple[Play, datetime]] = []
    for ending, began, ended in sorted(BUSINESS_PLANS, key=lambda plan: -plan[1]):
        one = company(setting)
        owner = setting.rep()
        start = setting.ago(began)
        account, contact, lead = _customer(setting, one, owner, start)
        project = _project(setting, account, contact, kind=RecordType.BUSINESS_PLAN, users=one.users, at=start, ending=ending, ended=ended)
        project.lead = lead  # type: ignore[assignment]
        setting.chronicle.add(project, at=start, by=owner)
        end = setting.ago(ended) if ended else setting.now - timedelta(minutes=30)
        story = Play(setting, project, setting.between(start, end, STEPS[ending]))
        play(story, ending)
        if ending == WON:
            customers.append((story, end))
    for ending, began, ended, users in CHANGE_ORDERS:
        start = setting.ago(began)
        former = setting.some([row for row in customers if row[1] < start - timedelta(days=5)])
        customers.remove(former)
        account, contact = former[0].project.account, former[0].project.contact
        project = _project(setting, account, contact, kind=RecordType.CHANGE_ORDER, users=users, at=start, ending=ending, ended=ended)
        _compare(project, former[0])
        setting.chronicle.add(project, at=start, by=project.owner)
        end = setting.ago(ended) if ended else setting.now - timedelta(minutes=30)
        play(Play(setting, project, setting.between(start, end, STEPS[ending])), ending)


def _compare(project: Project, former: Play) -> None:
    """Have a change order begin with what its customer has by a former story."""
    assert former.sold is not None  # Only what was won is changed.
    quote, order = former.sold
    users: dict[str, int] = {}
    project._kept = kept_by(quote)  # type: ignore[attr-defined]
    for line in project._kept:  # type: ignore[attr-defined]
        users[line.family] = users.get(line.family, 0) + line.quantity
    one = mrr.RunningOrder(order.number, order.pk, quote.pk, order.currency, order.mrr, users)
    running = mrr.Running(project.stage_since.date(), project.currency, (one,))
    project.running_mrr, project.running_basis = running.amount, running.as_json()


def _customer(setting: Setting, one: Company, owner: User, at: datetime) -> tuple[Account, Contact, object]:
    """Account and contact, in six of ten cases out of a converted lead."""
    if setting.rng.random() >= 0.6:
        return (*make_account(setting, one, owner=owner, at=at), None)
    lead = make_lead(setting, one, owner=owner, at=at - timedelta(days=9))
    qualify(setting, lead, at=at - timedelta(days=7))
    account, contact = make_account(setting, one, owner=owner, at=at)
    convert(setting, lead, account, at=at)
    return account, contact, lead


def _project(
    setting: Setting, account: Account, contact: Contact, *, kind: str, users: int, at: datetime, ending: str, ended: int
) -> Project:
    """A project at its first stage, with its estimate."""
    rng = setting.rng
    product = rng.choice(ProductOfInterest.values)
    solutions = rng.choice((["license"], ["license", "classound"], ["license", "hwaas", "classound"], ["license", "hwaas"]))
    estimate = mrr.estimate(users=users, solutions=solutions, currency=setting.partner.currency, prices=setting.catalog.averages)
    first = Stage.INTRO if kind == RecordType.BUSINESS_PLAN else Stage.PRESENTATION
    probability = words.stage(kind, first).probability
    is_change = kind == RecordType.CHANGE_ORDER
    return Project(
        partner=setting.partner,
        owner=account.owner,
        account=account,
        contact=contact,
        record_type=kind,
        stage=first,
        probability=probability,
        forecast_category=words.stage(kind, first).forecast,
        stage_since=at,
        name=f"{account.name} – {('more users' if users > 0 else 'fewer users') if is_change else ProductOfInterest(product).label}",
        close_date=_close_date(setting, ending, ended),
        opportunity_type=OpportunityType.EXISTING_BUSINESS
        if is_change
        else rng.choice((OpportunityType.NEW_BUSINESS, OpportunityType.NEW_BUSINESS, OpportunityType.EXISTING_NOT_WITH_VENDOR)),
        product_of_interest=product,
        interested_solutions=solutions,
        total_users=users,
        next_step=""
        if ending in (WON, LOST)
        else rng.choice(("Send references", "Call the IT manager", "Agree on the demo date", "Revised offer")),
        next_step_on=None if ending in (WON, LOST) else setting.today + timedelta(days=rng.randrange(-3, 15)),
        description=f"{users:+} users." if is_change else f"{users} users, {len(solutions)} solutions.",
        currency=setting.partner.currency,
        expected_mrr=estimate.amount,
        estimate=mrr.as_json(estimate),
        mrr=estimate.amount,
        mrr_source=MrrSource.ESTIMATE,
        weighted_pipeline=mrr.weighted_pipeline(estimate.amount, probability),
    )


def _close_date(setting: Setting, ending: str, ended: int) -> date:
    if ending in (WON, LOST):
        return setting.today - timedelta(days=ended)
    return setting.today + timedelta(days=setting.some((-4, 1, 3, 5, 8, 13, 21, 34, 55, 89)))


def play(story: Play, ending: str) -> None:
    """Bring a project from its first stage to its ending."""
    setting, project = story.setting, story.project
    owner = project.owner
    if setting.rng.random() < 0.5:
        note(setting, project, by=owner, at=project.created_at + timedelta(hours=5))  # type: ignore[arg-type]
    if project.owner != setting.reps[0] and setting.rng.random() < 0.25:
        setting.chronicle.add(Follow(partner=setting.partner, subject=project, user=setting.reps[0]), at=project.created_at, by=owner)
    if project.record_type == RecordType.BUSINESS_PLAN and not _to_presentation(story, ending):
        return
    if ending == Stage.PRESENTATION:
        return
    if ending == LOST and setting.rng.random() < 0.5:
        _lose(story, quote=None)
        return
    story.go(Stage.PROPOSAL, by=owner)
    _from_proposal(story, ending)


def _to_presentation(story: Play, ending: str) -> bool:
    """Through Intro and Demo; False when the story ends before Presentation."""
    setting, project = story.setting, story.project
    if ending == Stage.INTRO:
        return False
    setting.chronicle.change(project, at=story.now(), by=project.owner, poc_users=setting.rng.randrange(6))
    story.go(Stage.DEMO, by=project.owner)
    is_answered = setting.rng.random() < 0.75
    answers = setting.questions if is_answered else setting.questions[: setting.rng.randrange(4)]
    at = story.now()
    for question, text in zip(answers, ANSWERS, strict=False):
        setting.chronicle.add(
            DemoAnswer(
                partner=setting.partner,
                project=project,
                question=question,
                question_text=question.text,
                text=text,
                answered_by=project.owner,
            ),
            at=at,
            by=project.owner,
        )
    if ending == Stage.DEMO:
        return False
    figure = (project.mrr * Decimal("0.95")).quantize(Decimal(10)).quantize(Decimal("0.01"))  # type: ignore[operator]
    setting.chronicle.change(project, at=story.now(), by=project.owner, amount_mrr=figure)
    at = story.moments[0]
    story.go(Stage.PRESENTATION, by=project.owner)
    if is_answered and setting.questions:
        demo_done(setting, project, at=at)
    return True


def _from_proposal(story: Play, ending: str) -> None:
    """Quotes, agreement, order, and the end."""
    setting, project = story.setting, story.project
    quote = make_quote(setting, project, at=story.now())
    take_mrr(setting, project, quote, at=quote.created_at)
    if ending == Stage.PROPOSAL:
        _waiting_proposal(story, quote)
        return
    submit(setting, quote, at=story.now())
    if setting.rng.random() < 0.25:
        quote = revise(setting, quote, at=story.now())
        take_mrr(setting, project, quote, at=quote.created_at)
    if ending == LOST:
        _lose(story, quote=quote)
        return
    said_yes = story.now()
    setting.chronicle.change(
        project,
        at=said_yes,
        by=project.owner,
        verbal_agreement=True,
        verbal_agreement_on=said_yes.date(),
        verbal_agreement_by=str(project.contact),
    )
    story.go(Stage.CONTRACT_OUT, by=None, reason=f"{quote} is submitted and the customer has agreed.")
    if ending == Stage.CONTRACT_OUT and setting.turn("contract", ("out", "accepted")) == "out":
        return
    accept(setting, quote, at=story.now())
    if ending == Stage.CONTRACT_OUT:
        return
    order = place_order(setting, quote, at=story.now())
    story.sold = quote, order
    story.go(Stage.ORDER_MANAGEMENT, by=None, reason=f"{order} was made from {quote}.")
    steps = ORDERED if ending == WON else ORDERED[: setting.turn("order", (1, 3, 2, 3))]
    for step in steps:
        step(setting, order, at=story.now())
    if ending == WON:
        at = story.moments[0]
        story.go(Stage.CLOSED, by=None, reason=f"{order} is completed.")
        reason, _label = setting.turn("won", words.choices(Term.Kind.WON))
        setting.chronicle.change(project, at=at, by=None, outcome=Outcome.WON, closed_at=at, won_reason=reason)
        setting.chronicle.change(project.account, at=at, by=None, status=AccountStatus.ACTIVE)


def _waiting_proposal(story: Play, quote: Quote) -> None:
    """A proposal that is not decided: a draft, one that is out, one that has expired, or one that the customer has declined."""
    setting, project = story.setting, story.project
    fate = setting.turn("proposal", ("out", "draft", "expired", "out", "rejected", "out"))
    if fate == "draft":
        return
    at = story.now()
    submit(setting, quote, at=at)
    if fate == "out":
        return
    if fate == "expired":
        expire(setting, quote, at=story.now())
    else:
        reject(setting, quote, at=story.now())
    _back_to_estimate(setting, project, at=quote.updated_at)


def _lose(story: Play, *, quote: Quote | None) -> None:
    """Closed by hand, with a reason; what was out is cancelled."""
    setting, project = story.setting, story.project
    slug, label = setting.some(words.choices(Term.Kind.LOST))
    competitor = setting.some(("", "RingBell Cloud", "Telwolke", "VoceFacile"))
    at = story.moments[0]
    if quote and quote.status in (QuoteStatus.DRAFT, QuoteStatus.SUBMITTED):
        cancel(setting, quote, at=at)
        _back_to_estimate(setting, project, at=at)
    at = story.now()
    move(
        setting,
        project,
        field="stage",
        to=Stage.CLOSED,
        at=at,
        by=project.owner,
        reason=label,
        outcome=Outcome.LOST,
        lost_reason=slug,
        competitor=competitor,
        closed_at=at,
        probability=0,
        weighted_pipeline=mrr.weighted_pipeline(project.mrr, 0),
    )


def take_mrr(setting: Setting, project: Project, quote: Quote, *, at: datetime) -> None:
    """The project's MRR follows its primary quote."""
    amount = mrr.difference(quote.mrr, project.running_mrr)
    weighted = mrr.weighted_pipeline(amount, project.probability)
    parts = tuple(line.monthly for line in quote._lines if line.monthly)  # type: ignore[attr-defined]
    follows: dict[str, Any] = {"mrr": amount, "mrr_source": MrrSource.QUOTE, "mrr_quote": str(quote)}
    basis = mrr.QuoteSum(str(quote), quote.pk, parts).as_json()
    setting.chronicle.change(project, at=at, by=project.owner, weighted_pipeline=weighted, mrr_basis=basis, **follows)


def _back_to_estimate(setting: Setting, project: Project, *, at: datetime) -> None:
    weighted = mrr.weighted_pipeline(project.expected_mrr, project.probability)
    setting.chronicle.change(
        project,
        at=at,
        by=None,
        mrr=project.expected_mrr,
        mrr_source=MrrSource.ESTIMATE,
        mrr_quote="",
        mrr_basis={},
        weighted_pipeline=weighted,
    )
