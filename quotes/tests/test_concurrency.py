"""Several people at the same moment: one result, and the others are told."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerportal.core.actors import Actor
from partnerportal.core.models import OutboxMessage, StageMove
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import at_once
from projects.tests.factories import ProjectFactory, ProposalProject
from quotes import services
from quotes.models import Quote
from quotes.services import NoLongerOpen
from quotes.stages import Status
from quotes.tests.factories import DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory
from quotes.tests.test_drafting import line

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 6


def rows(**facts):
    return Quote.objects.across_partners(reason="test").filter(**facts)


@pytest.mark.parametrize("page", ["edit", "cell"])
def test_whoever_changes_a_quote_locks_its_project_first(client, anna, page):
    quote = DraftQuoteFactory(owner=anna)
    client.force_login(anna)

    with CaptureQueriesContext(connection) as asked:
        client.post(reverse(f"quotes:{page}", args=[quote.pk, *(["name"] if page == "cell" else [])]), {"name": "Renamed"})

    tables = re.findall(r'FROM "(projects_project|quotes_quote)".*FOR (?:NO KEY )?UPDATE', "\n".join(one["sql"] for one in asked))
    assert tables[:2] == ["projects_project", "quotes_quote"]


def test_one_of_many_acceptances_counts(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))

    def accept(number):
        return lambda: services.accept_quote(quote, by=Actor.customer(f"Person {number}"), consent="I accept.", today=this_day())

    answers = at_once(*(accept(number) for number in range(CROWD)))

    won = [answer for answer in answers if isinstance(answer, Quote)]
    assert len(won) == 1
    assert [answer.state for answer in answers if isinstance(answer, NoLongerOpen)] == [Status.ACCEPTED] * (CROWD - 1)
    quote.refresh_from_db()
    assert quote.answered_by == won[0].answered_by
    assert quote.customer_events.count() == 1
    assert OutboxMessage.objects.filter(kind="quote.answered").count() == 1


def test_two_alternatives_accepted_at_once_leave_one(anna):
    project = ProposalProject(owner=anna)
    quotes = [SubmittedQuoteFactory(project=project) for _alternative in range(4)]

    def accept(quote):
        return lambda: services.accept_quote(quote, by=Actor.customer("Greta"), consent="I accept.", today=this_day())

    at_once(*(accept(quote) for quote in quotes))

    assert sorted(rows(project=project).values_list("status", flat=True)) == ["accepted", "cancelled", "cancelled", "cancelled"]
    assert rows(project=project, is_primary=True).get().status == Status.ACCEPTED


def test_one_of_many_submissions_counts(anna):
    quote = DraftQuoteFactory(project=ProposalProject(owner=anna))

    answers = at_once(*[lambda: services.submit_quote(quote, by=anna, today=this_day())] * CROWD)

    assert len([answer for answer in answers if isinstance(answer, Quote)]) == 1
    assert OutboxMessage.objects.filter(kind="quote.pdf").count() == 1
    assert StageMove.objects.across_partners(reason="test").filter(to_stage="submitted").count() == 1


def test_many_who_choose_the_primary_quote_leave_one(anna):
    project = ProjectFactory(owner=anna)
    quotes = [DraftQuoteFactory(project=project) for _alternative in range(4)]

    at_once(*(lambda quote=quote: services.make_primary(quote, by=anna) for quote in quotes))

    primary = rows(project=project, is_primary=True).get()
    project.refresh_from_db()
    assert (project.mrr_quote, project.mrr) == (str(primary), primary.mrr)


def test_many_first_quotes_make_one_primary_and_no_gap(anna):
    project = ProjectFactory(owner=anna)

    at_once(*[lambda: services.create_quote(project, by=anna, today=date(2026, 3, 2))] * CROWD)

    assert sorted(rows(project=project).values_list("number", flat=True)) == [f"Q-2026-{number:05d}" for number in range(1, CROWD + 1)]
    assert rows(project=project, is_primary=True).count() == 1


def test_many_new_versions_make_one_draft(anna):
    quote = SubmittedQuoteFactory(owner=anna)

    at_once(*[lambda: services.new_version(quote, by=anna, today=this_day())] * CROWD)

    assert sorted(rows(number=quote.number).values_list("version", "status")) == [(1, "submitted"), (2, "draft")]


def test_acceptance_and_cancellation_leave_one_of_both(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))

    at_once(
        lambda: services.accept_quote(quote, by=Actor.customer("Greta"), consent="I accept.", today=this_day()),
        lambda: services.cancel_quote(quote, by=anna),
    )

    quote.refresh_from_db()
    assert quote.status in (Status.ACCEPTED, Status.CANCELLED)
    assert quote.stage_moves.count() == 1
    quote.project.refresh_from_db()
    assert (quote.project.stage == "contract_out") is (quote.status == Status.ACCEPTED)


def test_lines_of_many_hands_add_up(anna):
    quote = EmptyQuoteFactory(owner=anna, is_primary=True)

    at_once(*[lambda: services.add_line(quote, line(), by=anna, today=this_day())] * 4)

    quote.refresh_from_db()
    assert quote.net == sum(row.line_total for row in quote.lines.all())
    assert sorted(quote.lines.values_list("position", flat=True)) == [1, 2, 3, 4]


# --- on the pages: one result, and a sentence for the other ------------------------------------


def post(path, values=None, person=None):
    """A POST by a browser of its own."""
    client = Client()
    if person:
        client.force_login(person)
    return lambda: client.post(path, values or {})


def by_status(answers):
    return {answer.status_code: answer for answer in answers}


def test_two_who_accept_on_the_page_leave_one_acceptance(anna):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))
    path = reverse("customer_accept", args=[quote.token])

    answers = by_status(at_once(*(post(path, {"accept-name": name, "accept-consent": "on"}) for name in ("Greta Hofer", "Paolo Greco"))))

    assert sorted(answers) == [302, 409]
    assert "Your answer came too late: this quote is no longer open." in answers[409].text
    quote.refresh_from_db()
    assert quote.answered_by in answers[409].text
    assert quote.answered_by in ("Greta Hofer", "Paolo Greco")
    assert quote.customer_events.filter(kind="accepted").count() == 1


def test_the_customer_and_the_partner_at_once_leave_one_acceptance(anna):
    quote = SubmittedQuoteFactory(owner=anna, project=ProposalProject(owner=anna))

    answers = at_once(
        post(reverse("customer_accept", args=[quote.token]), {"accept-name": "Greta Hofer", "accept-consent": "on"}),
        post(reverse("quotes:accept", args=[quote.pk]), {"name": "Paolo Greco", "note": "Signed copy by e-mail"}, anna),
    )

    assert sorted(answer.status_code for answer in answers) in ([302, 409], [302, 422])
    quote.refresh_from_db()
    assert (quote.status, quote.answered_by in ("Greta Hofer", "Paolo Greco")) == (Status.ACCEPTED, True)
    assert OutboxMessage.objects.filter(kind="quote.answered").count() == 1


def test_two_who_submit_on_the_page_make_one_document(anna, ben):
    quote = DraftQuoteFactory(owner=anna, project=ProposalProject(owner=anna))
    path = reverse("quotes:submit", args=[quote.pk])

    answers = by_status(at_once(post(path, person=anna), post(path, person=ben)))

    assert sorted(answers) == [302, 422]
    assert "This quote has been submitted and can no longer be changed" in answers[422].text
    assert StageMove.objects.across_partners(reason="test").filter(to_stage=Status.SUBMITTED).count() == 1
    assert OutboxMessage.objects.filter(kind="quote.pdf").count() == 1


def test_two_who_make_different_quotes_primary_leave_one_and_the_mrr_follows_it(anna, ben):
    project = ProjectFactory(owner=anna)
    first, second = DraftQuoteFactory(project=project, owner=anna), DraftQuoteFactory(project=project, owner=anna, commitment=3)

    answers = at_once(
        post(reverse("quotes:make_primary", args=[first.pk]), {"seen": ""}, anna),
        post(reverse("quotes:make_primary", args=[second.pk]), {"seen": ""}, ben),
    )

    answers = by_status(answers)
    assert sorted(answers) == [302, 409]
    primary = rows(project=project, is_primary=True).get()
    assert answers[302].url == primary.get_absolute_url()
    assert f"Meanwhile {primary} was made the primary quote; it still is." in answers[409].text
    project.refresh_from_db()
    assert (project.mrr_quote, project.mrr) == (str(primary), primary.mrr)
