"""Qualification questions and plans as the portal is delivered. Loading them again changes no row that exists."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from catalog.models import ProductOfInterest
from leads.models import LeadPlan, PlanStep, QualificationQuestion
from tasks.models import Kind

# key, product (empty: every product), question, help
QUESTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("situation", "", _("What do they use today, and what is wrong with it?"), _("Maker, age, and until when the contract runs.")),
    ("timeframe", "", _("By when must it work?"), _("A day, a season, or an event such as a move.")),
    ("budget", "", _("Is there a budget, and who grants it?"), _("An amount, a range, or who has to ask whom.")),
    ("deciders", "", _("Who takes part in the decision?"), _("Names and roles; who can say no?")),
    (
        "remote-work",
        ProductOfInterest.COLLABORATION,
        _("How many people work away from their desk?"),
        _("Home office, sites, on the road."),
    ),
    (
        "web-site-sales",
        ProductOfInterest.XBEES,
        _("How do visitors of the web site reach sales today?"),
        _("Form, chat, call; and what gets lost."),
    ),
    (
        "shop-floor",
        ProductOfInterest.XHOPPERS,
        _("How does the staff on the shop floor talk to each other?"),
        _("Radio, phones; how many stores?"),
    ),
)
# name, ((day, kind, subject), …)
PLANS: tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...] = (
    (
        _("New lead in a week"),
        (
            (1, Kind.EMAIL, _("First mail: who we are and why we write")),
            (2, Kind.CALL, _("First call")),
            (4, Kind.CALL, _("Second call")),
            (7, Kind.EMAIL, _("Last mail: shall we close this?")),
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
