"""Qualification questions and plans as the portal is delivered. Loading them again changes no row that exists."""

from __future__ import annotations

from catalog.models import ProductOfInterest
from leads.models import LeadPlan, PlanStep, QualificationQuestion
from tasks.models import Kind

# key, product (empty: every product), question, help
QUESTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("situation", "", "What do they use today, and what is wrong with it?", "Maker, age, and until when the contract runs."),
    ("timeframe", "", "By when must it work?", "A day, a season, or an event such as a move."),
    ("budget", "", "Is there a budget, and who grants it?", "An amount, a range, or who has to ask whom."),
    ("deciders", "", "Who takes part in the decision?", "Names and roles; who can say no?"),
    ("remote-work", ProductOfInterest.COLLABORATION, "How many people work away from their desk?", "Home office, sites, on the road."),
    (
        "web-site-sales",
        ProductOfInterest.XBEES,
        "How do visitors of the web site reach sales today?",
        "Form, chat, call; and what gets lost.",
    ),
    (
        "shop-floor",
        ProductOfInterest.XHOPPERS,
        "How does the staff on the shop floor talk to each other?",
        "Radio, phones; how many stores?",
    ),
)
# name, ((day, kind, subject), …)
PLANS: tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...] = (
    (
        "New lead in a week",
        (
            (1, Kind.EMAIL, "First mail: who we are and why we write"),
            (2, Kind.CALL, "First call"),
            (4, Kind.CALL, "Second call"),
            (7, Kind.EMAIL, "Last mail: shall we close this?"),
        ),
    ),
)


def load_lead_work() -> None:
    """The questions and plans that are missing."""
    QualificationQuestion.objects.bulk_create(
        [
            QualificationQuestion(key=key, product=product, text=text, help=hint, position=position)
            for position, (key, product, text, hint) in enumerate(QUESTIONS)
        ],
        ignore_conflicts=True,
    )
    for position, (name, steps) in enumerate(PLANS):
        plan, is_new = LeadPlan.objects.get_or_create(name=name, defaults={"position": position})
        if is_new:
            PlanStep.objects.bulk_create([PlanStep(plan=plan, day=day, kind=kind, subject=subject) for day, kind, subject in steps])
