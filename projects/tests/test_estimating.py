"""Today's average prices for a project that keeps older ones or lacked one: because a person asks, and never by itself."""

import html
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import AveragePrice
from partnerportal.core.scoping import NotYours
from partnerportal.tests.days import this_day
from projects import services
from projects.models import MrrSource, Project
from projects.tests.factories import DemoDoneProject, IntroProject, WonProject
from projects.views.explaining import what_changed

WORDS = "Estimate with today's prices"


@pytest.fixture
def unpriced(anna):
    """100 users of HWaaS in CHF, which has no price yet."""
    AveragePrice.objects.filter(family="hwaas", currency="CHF").delete()
    project = IntroProject(owner=anna, total_users=99, interested_solutions=["hwaas"], currency="CHF")
    return services.edit_project(project, values={"total_users": 100}, by=anna)


def add_price(family="hwaas", currency="CHF", amount="5.00"):
    return AveragePrice.objects.create(family=family, currency=currency, amount=amount, valid_from=this_day() - timedelta(days=1))


def row(project):
    return Project.objects.for_partner(project.partner).filter(pk=project.pk).values().get()


def read(answer):
    return html.unescape(answer.content.decode())


def test_a_price_that_comes_later_moves_no_project_until_somebody_asks(unpriced, ben):
    before = row(unpriced)
    add_price()
    assert row(unpriced) == before
    assert before["mrr"] is None

    found = services.estimate_with_prices_of_today(unpriced, by=ben)

    found.refresh_from_db()
    assert (found.expected_mrr, found.mrr, found.weighted_pipeline) == (Decimal("500.00"), Decimal("500.00"), Decimal("50.00"))
    assert (found.mrr_source, found.why_unavailable) == (MrrSource.ESTIMATE, "")
    told = {one.label: one for one in what_changed(found, ben)}
    expected = told["Expected MRR (calculated)"]
    assert (expected.old, expected.new, expected.author) == ("not available", "CHF500.00", ben.get_full_name())
    assert [one.split(" (")[0] for one in expected.inputs] == ["Average price of HWaaS: not available → CHF5.00"]


def test_the_page_offers_it_and_says_what_it_was_and_is(client, anna, unpriced):
    add_price()
    client.force_login(anna)
    address = reverse("projects:estimate", args=[unpriced.pk])

    assert f'href="{address}"' in client.get(unpriced.get_absolute_url()).text
    asked = read(client.get(address))
    assert WORDS in asked
    assert "Expected MRR: not available → CHF500.00." in asked
    assert row(unpriced)["mrr"] is None
    done = read(client.post(address, follow=True))

    assert "Expected MRR: not available → CHF500.00." in done
    assert row(unpriced)["mrr"] == Decimal("500.00")
    assert "Today's prices give the same expected MRR: CHF500.00." in read(client.post(address, follow=True))


def test_where_a_price_is_missing_still_it_says_so_and_writes_nothing(client, anna, unpriced):
    client.force_login(anna)
    before, count = row(unpriced), unpriced.history.count()
    address = reverse("projects:estimate", args=[unpriced.pk])
    sentence = "Still not available: there is no average price in CHF for HWaaS."

    assert sentence in read(client.get(address))
    assert sentence in read(client.post(address, follow=True))
    assert (row(unpriced), unpriced.history.count()) == (before, count)


def test_what_was_fixed_with_the_demo_stays(anna):
    project = DemoDoneProject(owner=anna)
    fixed = project.pipeline_mrr
    add_price("license", "EUR", "10.00")

    found = services.estimate_with_prices_of_today(project, by=anna)

    assert (found.mrr, found.pipeline_mrr) == (Decimal("640.00"), fixed)


def test_a_project_that_follows_a_quote_is_refused_and_not_asked(client, anna):
    project = IntroProject(owner=anna)
    services.take_mrr_from(project, quote_number="Q-2026-00001 v1", mrr=Decimal("77.00"), by=anna)
    add_price("license", "EUR", "10.00")
    before = row(project)
    client.force_login(anna)

    assert WORDS not in read(client.get(project.get_absolute_url()))
    refused = client.post(reverse("projects:estimate", args=[project.pk]))

    assert refused.status_code == 422
    assert "that of quote Q-2026-00001 v1, so today's prices do not change it." in read(refused)
    assert row(project) == before


def test_a_closed_project_keeps_what_it_was_computed_with(client, anna):
    project = WonProject(owner=anna)
    add_price("license", "EUR", "10.00")
    before = row(project)
    client.force_login(anna)

    assert WORDS not in read(client.get(project.get_absolute_url()))
    assert client.post(reverse("projects:estimate", args=[project.pk])).status_code == 422
    assert row(project) == before


def test_who_may_not_edit_the_project_is_refused(client, anna, alex, unpriced):
    add_price()
    before = row(unpriced)
    client.force_login(alex)

    assert WORDS not in read(client.get(unpriced.get_absolute_url()))
    assert client.post(reverse("projects:estimate", args=[unpriced.pk])).status_code == 403
    with pytest.raises(NotYours):
        services.estimate_with_prices_of_today(unpriced, by=alex)
    assert row(unpriced) == before


def test_the_preview_of_a_price_names_the_way(client, vendor_admin, reference):
    client.force_login(vendor_admin)
    posted = {"family": "hwaas", "currency": "CHF", "amount": "5.00", "valid_from": "2026-03-02", "_save": "Save"}

    assert WORDS in read(client.post("/admin/catalog/averageprice/add/", posted))
