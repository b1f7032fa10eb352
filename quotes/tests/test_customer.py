import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from catalog.reference import load_reference
from partnerportal.core.actors import Actor
from partnerportal.core.limits import READ_AND_ANSWER
from partnerportal.tests.days import this_day
from projects import services as projects
from projects.stages import Stage
from projects.tests.factories import DemoProject, LostProject, ProposalProject
from quotes import documents, jobs, services
from quotes.models import Quote
from quotes.stages import Status
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, SubmittedQuoteFactory
from quotes.tests.test_drafting import everything

# What the quote of the factories costs the partner, line by line and in all, and what he keeps.
LEAKS = ("64.80", "777.60", "3.60", "43.20", "77.40", "387.00", "1,207.80", "1207.80", "675.60", "margin", "cost")
YES = {"accept-name": "Greta Hofer", "accept-consent": "on"}
NO = {"decline-name": "Greta Hofer", "decline-text": "Too dear"}
CHANGE = {"change-name": "Greta Hofer", "change-text": "Two phones more"}


def link(quote, name="customer_quote"):
    return reverse(name, args=[quote.token])


def reread(quote):
    return Quote.objects.across_partners(reason="test").get(pk=quote.pk)


def test_the_customer_reads_that_very_version_without_an_account(client, anna):
    quote = SubmittedQuoteFactory(owner=anna, commitment=3, message="As discussed")
    anna.partner.name = "Renamed"
    anna.partner.save()

    response = client.get(link(quote))

    assert response.status_code == 200
    for word in (
        str(quote),
        "Aurora Telecom",
        "As discussed",
        "UC Business",
        "€991.44",
        "€2,071.12",
        "Payment within 30 days.",
        quote.account.name,
    ):
        assert word in response.text
    assert "Renamed" not in response.text
    assert "<script" not in response.text


@pytest.mark.parametrize("answer", ["accept", "decline", "change"])
def test_nobody_of_the_portal_answers_in_the_customers_name(client, anna, answer):
    quote = SubmittedQuoteFactory(owner=anna)
    client.force_login(anna)
    before = everything(quote)
    address = reverse("customer_quote", args=[quote.token])

    page = client.get(address)
    refusal = client.post(f"{address}{answer}/", {f"{answer}-name": "Greta", f"{answer}-consent": "on", f"{answer}-text": "Yes"})

    assert "only the customer answers here" in page.text
    assert "Accept the quote" not in page.text
    assert refusal.status_code == 403
    assert everything(quote) == before


@pytest.mark.parametrize("is_inside", [True, False])
def test_moments_are_those_of_the_partners_clock(client, anna, is_inside):
    quote, asked = AcceptedQuoteFactory(owner=anna), SubmittedQuoteFactory(owner=anna)
    services.ask_for_change(asked, by=Actor.customer("Greta"), text="Two more", today=this_day())
    night = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # In Rome it is the 4th.
    Quote.objects.across_partners(reason="test").filter(pk=quote.pk).update(answered_at=night)
    asked.customer_events.update(at=night)
    anna.time_zone = "America/New_York"
    anna.save()
    if is_inside:
        client.force_login(anna)

    late = client.post(link(quote, "customer_decline"), NO)
    pages = [client.get(link(quote)), late, client.get(link(asked))]

    assert late.status_code == (403 if is_inside else 409)
    for page in pages:
        assert re.findall(r"\d+ \w+ 2026, \d\d:\d\d", page.text) == ["4 Mar 2026, 00:30"]


def test_the_day_of_the_document_is_the_partners(client, anna, deliver, mailoutbox):
    with time_machine.travel(datetime(2026, 3, 3, 23, 30, tzinfo=UTC), tick=False):
        load_reference()
        quote = DraftQuoteFactory(owner=anna, valid_until=date(2026, 3, 4))
        client.force_login(anna)
        anna.time_zone = "America/New_York"
        anna.save()
        client.post(reverse("quotes:submit", args=[quote.pk]))
        page = client.get(link(quote)).text
        deliver()

    document = documents.of(reread(quote))
    [mail] = mailoutbox
    assert (document.on, document.valid_until) == (date(2026, 3, 4), date(2026, 3, 4))
    with reread(quote).pdf.file.open("rb") as file:
        paper = PdfReader(file).pages[0].extract_text()
    for text in (page, paper, mail.body, mail.alternatives[0].content):
        assert set(re.findall(r"\d+ \w+ 2026", text)) == {"4 Mar 2026"}


def test_the_page_keeps_to_itself(client, anna):
    response = client.get(link(SubmittedQuoteFactory(owner=anna)))

    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex' in response.text
    assert not re.search(r'(src|href)="https?://', response.text)


@pytest.mark.parametrize("factory", [SubmittedQuoteFactory, AcceptedQuoteFactory])
def test_nothing_of_cost_and_margin_is_on_the_page_in_the_pdf_or_in_the_mail(client, anna, deliver, mailoutbox, factory):
    quote = factory(owner=anna)
    assert (str(quote.cost), str(quote.net - quote.cost)) == ("1207.80", "675.60")
    services.to_be_mailed(quote.pk)
    draft = DraftQuoteFactory(owner=anna)
    services.submit_quote(draft, by=anna, today=this_day())
    deliver()
    [mail] = mailoutbox

    pages = [client.get(link(quote)), client.post(link(quote, "customer_accept"), {})]

    for text in (*(page.text for page in pages), mail.body, mail.alternatives[0].content, mail.subject):
        found = [word for word in LEAKS if word in re.sub(r"<style.*?</style>|style=\"[^\"]*\"", "", text, flags=re.S)]
        assert found == []


def test_the_first_opening_is_noted_and_a_colleagues_is_not(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    inside = Client()
    inside.force_login(anna)

    inside.get(link(quote))
    assert reread(quote).first_opened_at is None
    client.get(link(quote))
    client.get(link(quote))

    assert reread(quote).first_opened_at is not None
    assert [event.kind for event in quote.customer_events.all()] == ["opened"]


def test_an_unknown_link_and_a_draft_are_not_found(client, anna):
    draft = DraftQuoteFactory(owner=anna)

    assert client.get(reverse("customer_quote", args=["x" * 43])).status_code == 404
    for name in ("customer_quote", "customer_pdf"):
        assert client.get(link(draft, name)).status_code == 404
    assert client.post(link(draft, "customer_accept"), YES).status_code == 404


def test_accept_with_name_and_consent(client, anna):
    quote = SubmittedQuoteFactory(project=DemoProject(owner=anna))

    response = client.post(link(quote, "customer_accept"), YES)

    assert response["Location"] == link(quote)
    after = reread(quote)
    assert (after.status, after.answered_by) == (Status.ACCEPTED, "Greta Hofer")
    assert after.consent == f"I accept quote {quote} of Aurora Telecom with its terms, for {quote.account.name}, and may do so."
    assert after.project.stage == Stage.CONTRACT_OUT
    page = client.get(link(quote)).text
    assert "This quote has been accepted. Thank you." in page
    assert "Accept this quote" not in page


def test_a_double_click_accepts_once(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)

    answers = [client.post(link(quote, "customer_accept"), YES) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert quote.customer_events.filter(kind="accepted").count() == 1


@pytest.mark.parametrize("data", [{}, {"accept-name": "Greta"}, {"accept-consent": "on"}, {"accept-name": " ", "accept-consent": "on"}])
def test_accept_needs_name_and_consent(client, anna, data):
    quote = SubmittedQuoteFactory(owner=anna)
    before = everything(quote)

    response = client.post(link(quote, "customer_accept"), data)

    assert response.status_code == 422
    assert "line-error" in response.text
    assert everything(quote) == before


def test_decline_with_a_reason(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    assert client.post(link(quote, "customer_decline"), {"decline-name": "Greta"}).status_code == 422

    client.post(link(quote, "customer_decline"), NO)

    assert (reread(quote).status, reread(quote).answer_note) == (Status.REJECTED, "Too dear")
    assert "This quote was declined." in client.get(link(quote)).text


def test_ask_for_a_change(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)

    client.post(link(quote, "customer_change"), CHANGE)

    assert reread(quote).status == Status.SUBMITTED
    page = client.get(link(quote)).text
    assert "Two phones more" in page
    assert "Accept this quote" in page


def test_what_the_customer_writes_is_text(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)

    client.post(link(quote, "customer_change"), {"change-name": "<b>G</b>", "change-text": "<script>alert(1)</script>"})

    page = client.get(link(quote)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


LATE = {
    Status.REJECTED: "This quote was declined.",
    Status.EXPIRED: "This quote has expired.",
    Status.CANCELLED: "This quote was withdrawn",
    Status.ACCEPTED: "This quote has been accepted.",
    Status.ORDERED: "This quote has been accepted.",
    Status.SUPERSEDED: "This version was replaced by v2.",
}


@pytest.mark.parametrize("status", list(LATE))
def test_a_quote_that_is_over_reads_and_takes_no_answer(client, anna, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    client.get(link(quote))
    before = everything(quote)

    page = client.get(link(quote))
    answers = [client.post(link(quote, f"customer_{name}"), data) for name, data in (("accept", YES), ("decline", NO), ("change", CHANGE))]

    assert page.status_code == 200
    assert LATE[status] in page.text
    assert "UC Business" in page.text
    assert "<form" not in page.text
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert "Your answer came too late: this quote is no longer open." in answers[0].text
    assert everything(quote) == before


def test_a_new_version_replaces_the_link(client, anna):
    former = SubmittedQuoteFactory(owner=anna)
    draft = services.new_version(former, by=anna, today=this_day())
    assert "replaced" not in client.get(link(former)).text
    services.submit_quote(draft, by=anna, today=this_day())

    assert "This version was replaced by v2." in client.get(link(former)).text
    assert client.post(link(former, "customer_accept"), YES).status_code == 409
    assert client.post(link(draft, "customer_accept"), YES).status_code == 302


def test_the_day_after_the_last_is_too_late(client, anna):
    yesterday = projects.today_of(anna.partner) - timedelta(days=1)
    quote = SubmittedQuoteFactory(owner=anna, valid_until=yesterday)

    assert "This quote has expired." in client.get(link(quote)).text
    assert client.post(link(quote, "customer_accept"), YES).status_code == 409
    assert reread(quote).status == Status.SUBMITTED


def test_an_acceptance_after_the_loss_is_no_longer_open(client, anna):
    quote = SubmittedQuoteFactory(project=LostProject(owner=anna))
    client.get(link(quote))
    before = everything(quote)

    response = client.post(link(quote, "customer_accept"), YES)

    assert response.status_code == 409
    assert "no longer open" in response.text
    assert everything(quote) == before


def test_a_withdrawn_link_shows_nothing(client, anna):
    quote = services.revoke_link(SubmittedQuoteFactory(owner=anna), by=anna)
    before = everything(quote)

    answers = [client.get(link(quote)), client.get(link(quote, "customer_pdf")), client.post(link(quote, "customer_accept"), YES)]

    assert [answer.status_code for answer in answers] == [410, 410, 410]
    for answer in answers:
        assert quote.account.name not in answer.text
        assert str(quote) not in answer.text
    assert everything(quote) == before


def test_the_pdf_is_that_of_the_quote(client, anna):
    quote = DraftQuoteFactory(project=ProposalProject(owner=anna))
    services.submit_quote(quote, by=anna, today=this_day())
    assert client.get(link(quote, "customer_pdf")).status_code == 404
    jobs.write_pdf(quote_id=quote.pk)

    response = client.get(link(quote, "customer_pdf"))

    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Cache-Control"] == "no-store, private"


def test_too_many_answers_from_one_place_are_stopped(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)

    answers = [client.post(link(quote, "customer_accept"), {}).status_code for _try in range(READ_AND_ANSWER["POST"] + 2)]

    assert answers == [422] * READ_AND_ANSWER["POST"] + [429, 429]
    assert client.get(link(quote)).status_code == 200


def test_a_form_of_another_site_is_refused(anna):
    quote = SubmittedQuoteFactory(owner=anna)
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(link(quote, "customer_accept"), YES).status_code == 403
    assert reread(quote).status == Status.SUBMITTED


@pytest.mark.parametrize(
    ("language", "button", "amount"),
    [
        ("de", "Angebot annehmen", "13.176,00\xa0€"),
        ("it", "Accetta l'offerta", "13.176,00\xa0€"),
        ("fr", "Accepter le devis", "13\u202f176,00\xa0€"),
        ("es", "Aceptar la oferta", "13.176,00\xa0€"),
        ("nl", "Offerte accepteren", "€\xa013.176,00"),
    ],
)
def test_the_page_speaks_the_customers_language(client, anna, language, button, amount):
    quote = SubmittedQuoteFactory(owner=anna, language=language, lines=[("UC-BUSINESS", 100, "yearly", "0")])

    response = client.get(link(quote))

    assert f'<html lang="{language}"' in response.text
    assert button in response.text
    assert amount in response.text
