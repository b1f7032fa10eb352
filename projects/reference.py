"""The demo questions as the portal is delivered. Loading them again changes no row that exists."""

from projects.models import DemoQuestion

# key, question, help, needed for the bonus
QUESTIONS: tuple[tuple[str, str, str, bool], ...] = (
    ("date-and-form", "When was the demo, and in which form?", "The day, and on site or online.", True),
    ("attendees", "Who took part, and in which role?", "Names and roles; who of them decides?", True),
    ("present-system", "Which system and provider do they use today?", "Maker, age, and until when the contract runs.", True),
    ("pains", "What hurts them most today?", "In the customer's own words.", True),
    ("products-shown", "Which products did you show?", "Collaboration, x-bees, x-hoppers, devices.", True),
    ("competitors", "Who else is in the race?", "Competitors and their offers, or that there are none.", True),
    ("next-step", "What did you agree on as the next step, and for when?", "The step, who does it, and the day.", True),
)


def load_questions() -> None:
    """The seven questions of decisions 6, those that are missing."""
    DemoQuestion.objects.bulk_create(
        [
            DemoQuestion(key=key, text=text, help=hint, is_required=is_required, position=position)
            for position, (key, text, hint, is_required) in enumerate(QUESTIONS)
        ],
        ignore_conflicts=True,
    )
