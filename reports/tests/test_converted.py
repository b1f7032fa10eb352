"""Where sums have several currencies, one number stands beside them: at dated rates that the page names, or with the reason why not."""

import html
from datetime import date
from decimal import Decimal

import pytest

from catalog.converted import OneNumber, in_words
from catalog.models import ExchangeRate
from catalog.rates import Converted
from orders.tests.factories import StockOrderFactory
from projects.tests.factories import IntroProject
from quotes.tests.factories import EmptyQuoteFactory


@pytest.fixture
def rates(reference):
    ExchangeRate.objects.all().delete()
    ExchangeRate.objects.create(currency="USD", rate=Decimal("1.20"), valid_from="2025-06-01")


@pytest.fixture
def both(anna, reference):
    """600.00 EUR and 600.00 USD a month, the latter being 500.00 EUR."""
    return [IntroProject(owner=anna), IntroProject(owner=anna, currency="USD")]


def text(answer):
    return html.unescape(answer.text)


@pytest.mark.parametrize("page", ["/", "/reports/pipeline/"])
def test_a_partner_sees_one_number_in_the_own_currency(client, both, rates, anna, page):
    client.force_login(anna)

    assert "≈ €1,100.00 at the rates of 1 Jun 2025" in text(client.get(page))


def test_the_report_converts_each_amount(client, both, rates, anna):
    client.force_login(anna)

    found = dict(client.get("/reports/pipeline/").context["in_one"])

    assert found == {"MRR": "≈ €1,100.00 at the rates of 1 Jun 2025", "Weighted pipeline": "≈ €110.00 at the rates of 1 Jun 2025"}


@pytest.mark.parametrize("page", ["/", "/reports/pipeline/"])
def test_the_vendor_sees_one_number_over_partners(client, reference, rates, carla, anna, otto, page):
    IntroProject(owner=carla)
    IntroProject(owner=anna, currency="USD")
    client.force_login(otto)

    assert "≈ €1,100.00 at the rates of 1 Jun 2025" in text(client.get(page))


@pytest.mark.parametrize("page", ["/", "/reports/pipeline/", "/projects/?view=all"])
def test_without_a_rate_it_is_not_available_and_says_why(client, both, anna, page):
    ExchangeRate.objects.all().delete()
    client.force_login(anna)

    assert "Not available in EUR: there is no exchange rate for USD." in text(client.get(page))


@pytest.mark.parametrize("page", ["/", "/reports/pipeline/"])
def test_one_currency_is_not_converted(client, anna, page):
    IntroProject(owner=anna)
    client.force_login(anna)

    answer = client.get(page)

    assert not answer.context["in_one"]
    assert "≈" not in text(answer)


def test_one_currency_asks_for_no_rate_and_several_sums_once(anna, rates, django_assert_num_queries):
    number = OneNumber(anna)
    one, other = ("EUR", Decimal("1.00")), ("USD", Decimal("1.20"))

    with django_assert_num_queries(0):
        assert number([one, one]) == ""
    with django_assert_num_queries(1):
        assert number([one, other]) == number([other, one]) == "≈ €2.00 at the rates of 1 Jun 2025"


def test_rates_of_several_days_are_named_from_the_oldest_to_the_newest():
    found = Converted("EUR", Decimal("3.00"), (date(2025, 6, 1), date(2026, 2, 1), date(2026, 11, 1)))

    assert in_words(found) == "≈ €3.00 at the rates of 1 Jun 2025 – 1 Nov 2026"


@pytest.mark.parametrize("page", ["/projects/", "/quotes/", "/orders/"])
def test_the_foot_of_a_list_says_it_beside_the_sums(client, both, rates, anna, page):
    for project in both:
        EmptyQuoteFactory(project=project, mrr=Decimal("60.00"), net=Decimal("60.00"), gross=Decimal("60.00"))
        StockOrderFactory(owner=anna, currency=project.currency)
    client.force_login(anna)

    answer = client.get(f"{page}?view=all")

    label, number = answer.context["in_one"][0]
    assert number.endswith(" at the rates of 1 Jun 2025")
    assert f"All currencies: {label} {number}" in text(answer)
    assert not any("≈" in one for _column, sums in answer.context["totals"] for one in sums)


def test_averages_are_not_converted(client, both, rates, anna):
    client.force_login(anna)

    assert "≈" not in text(client.get("/projects/?view=all&totals=average"))
