"""Each amount of a project is shown as its sum: with the day of each price, the lines of the quote, and what the demo fixed."""

import html
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from partnerportal.core.actors import Actor
from projects import services
from projects.mrr import QuoteSum
from projects.reference import load_questions
from projects.tests.factories import DemoProject, IntroProject, ProposalProject, answer_all


@pytest.fixture
def sums(client, anna):
    client.force_login(anna)

    def read(project):
        context = client.get(project.get_absolute_url()).context
        return {one.amount: html.unescape(strip_tags(one.sum)) for one in context["sums"]}

    return read


def quote_sum(*parts):
    return QuoteSum("Q-2026-00412 v2", 7, tuple(Decimal(part) for part in parts)).as_json()


def follow(project, *parts):
    total = sum((Decimal(part) for part in parts), Decimal("0.00"))
    return services.take_mrr_from(project, quote_number="Q-2026-00412 v2", mrr=total, basis=quote_sum(*parts), by=Actor.system())


def test_prices_of_several_days_have_each_its_own(sums, anna):
    prices = [
        {"family": "license", "amount": "9.00", "valid_from": "2025-01-01"},
        {"family": "classound", "amount": "6.00", "valid_from": "2026-03-02"},
    ]
    project = IntroProject(owner=anna, estimate={"users": 40, "currency": "EUR", "prices": prices, "missing": []})

    assert sums(project)["Expected MRR"] == (
        "40 users × (9.00 License (price table of 1 Jan 2025) + 6.00 CLASSOUND (price table of 2 Mar 2026)) = €600.00"
    )


def test_an_mrr_from_a_quote_is_the_sum_of_its_lines(sums, anna, client):
    project = follow(ProposalProject(owner=anna), "82.62", "10.00")

    assert sums(project)["MRR"] == "that of the primary quote Q-2026-00412 v2: €82.62 + €10.00 = €92.62"
    assert '<a href="/quotes/7/#lines">Q-2026-00412 v2</a>' in client.get(project.get_absolute_url()).text


def test_many_lines_are_counted(sums, anna):
    project = follow(ProposalProject(owner=anna), *["10.00"] * 13)

    assert project.mrr_basis == {"quote": "Q-2026-00412 v2", "key": 7, "parts": [], "count": 13}
    assert sums(project)["MRR"] == "that of the primary quote Q-2026-00412 v2: the sum of 13 amounts: €130.00"


def test_without_a_primary_quote_the_sum_of_the_former_one_is_gone(anna):
    project = follow(ProposalProject(owner=anna), "82.62")

    back = services.take_mrr_from(project, quote_number="", mrr=None, by=Actor.system())

    assert back.mrr_basis == {}


@pytest.fixture
def ready(anna):
    load_questions()
    project = DemoProject(owner=anna, amount_mrr=Decimal("580.00"))
    answer_all(project)
    return project


def leave(project, anna):
    return services.move_project(project, to="presentation", seen="demo", by=anna)


def test_a_pipeline_mrr_keeps_the_estimate_that_it_was(sums, anna, ready):
    project = leave(ready, anna)
    services.edit_project(project, values={"total_users": 50}, by=anna)

    told = sums(project)

    assert told["Expected MRR"].startswith("50 users × ")
    assert told["Pipeline MRR"].startswith("the MRR on the day of the demo, ")
    assert told["Pipeline MRR"].endswith("; fixed since: 40 users × (9.00 License + 6.00 CLASSOUND) = €600.00 · price table of 1 Jan 2025")


def test_a_pipeline_mrr_keeps_the_quote_that_it_was(sums, anna, ready):
    project = leave(follow(ready, "82.62", "10.00"), anna)
    follow(project, "500.00")

    told = sums(project)

    assert told["MRR"].endswith("€500.00")
    assert told["Pipeline MRR"].endswith("; fixed since: that of the primary quote Q-2026-00412 v2: €82.62 + €10.00 = €92.62")


def test_a_quote_that_was_primary_before_sums_were_kept_is_named_without_its_parts(sums, anna, ready):
    project = services.take_mrr_from(ready, quote_number="Q-2026-00412 v2", mrr=Decimal("92.62"), by=Actor.system())

    told = sums(leave(project, anna))

    assert told["MRR"] == "that of the primary quote Q-2026-00412 v2: €92.62"
    assert told["Pipeline MRR"].endswith("; fixed since: that of the primary quote Q-2026-00412 v2: €92.62")
