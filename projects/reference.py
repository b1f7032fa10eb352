"""The demo questions as the portal is delivered. Loading them again changes no row that exists."""

from django.utils.translation import gettext_noop as _

from projects.models import DemoQuestion

# key, question, help, needed for the bonus
QUESTIONS: tuple[tuple[str, str, str, bool], ...] = (
    ("date-and-form", _("When was the demo, and in which form?"), _("The day, and on site or online."), True),
    ("attendees", _("Who took part, and in which role?"), _("Names and roles; who of them decides?"), True),
    ("present-system", _("Which system and provider do they use today?"), _("Maker, age, and until when the contract runs."), True),
    ("pains", _("What hurts them most today?"), _("In the customer's own words."), True),
    ("products-shown", _("Which products did you show?"), _("Collaboration, x-bees, x-hoppers, devices."), True),
    ("competitors", _("Who else is in the race?"), _("Competitors and their offers, or that there are none."), True),
    ("next-step", _("What did you agree on as the next step, and for when?"), _("The step, who does it, and the day."), True),
)


def load_questions() -> None:
    """The seven questions of a demo, those that are missing. Source: the product's brief."""
    DemoQuestion.objects.bulk_create(
        [
            DemoQuestion(key=key, text=text, help=hint, is_required=is_required, position=position)
            for position, (key, text, hint, is_required) in enumerate(QUESTIONS)
        ],
        ignore_conflicts=True,
    )
