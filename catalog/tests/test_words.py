"""The vendor's words: as they are delivered in the reader's language, and as the vendor writes them."""

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import override

from catalog import reference, words
from catalog.models import StageText, Term
from leads import services
from leads.reference import PLANS
from leads.reference import QUESTIONS as QUALIFICATION
from leads.stages import Status
from leads.tests.factories import LeadFactory
from partners.models import User
from projects.reference import QUESTIONS as DEMO

DELIVERED = {
    *(label for labels in reference.TERMS.values() for label in labels),
    *(text for _, _, label, short, _, guidance in reference.STAGES for text in (label, short, guidance)),
    *(text for _, question, hint, _ in DEMO for text in (question, hint)),
    *(text for _, _, question, hint in QUALIFICATION for text in (question, hint)),
    *(name for name, _ in PLANS),
    *(subject for _, steps in PLANS for _, _, subject in steps),
} - {""}


def in_german(read):
    with override("de"):
        return read()


def test_each_reader_is_told_in_his_own_language(reference):
    told = {}
    for language in ("en", "de", "en", "fr"):
        with override(language):
            told[language] = (words.label(Term.Kind.POWER, "decision-maker"), words.stage("business_plan", "demo").guidance)

    assert told["en"] == ("Decision maker", "Show the product, answer the demo questions, and note what the project is worth.")
    assert told["de"] == (
        "Entscheider",
        "Zeigen Sie das Produkt, beantworten Sie die Demo-Fragen und notieren Sie, was das Projekt wert ist.",
    )
    assert told["fr"][0] == "Décideur"


def test_what_the_vendor_writes_stands_in_every_language(reference):
    StageText.objects.filter(process="business_plan", stage="demo").update(label="Live demo", guidance="")
    Term.objects.filter(slug="decision-maker").update(label="The boss")
    words.forget()

    demo = in_german(lambda: words.stage("business_plan", "demo"))

    assert (demo.label, demo.guidance) == ("Live demo", "")
    assert in_german(lambda: dict(words.choices(Term.Kind.POWER)))["decision-maker"] == "The boss"


def test_an_empty_text_stays_empty():
    assert in_german(lambda: words.said("")) == ""


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_every_word_that_is_delivered_is_in_the_catalogue(language):
    with (settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = {message.id for message in read_po(file) if message.string and not message.context}

    assert DELIVERED - catalogue == set()


def test_a_notice_says_a_stage_in_the_language_of_its_reader(anna, ben, reference):
    User.objects.filter(pk=anna.pk).update(language="de")
    lead = LeadFactory(owner=anna)

    with override("it"):
        services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=ben)

    notice = anna.notifications.get(kind="lead")
    assert notice.text.endswith("Qualifizierung")
    assert notice.values["status"] == {"word": "Qualification"}
