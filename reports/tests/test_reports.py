import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.db import connection
from django.utils import timezone

from leads.models import Lead
from leads.services import decline_offer
from leads.tests.factories import LeadFactory, VendorLeadFactory, offered
from partnerportal.tests.counting import assert_queries
from partnerportal.tests.days import this_day
from partners.tests.factories import PartnerFactory
from projects.services import accept_offer
from projects.tests.factories import DemoProject, IntroProject, ProposalProject
from quotes.tests.factories import EmptyQuoteFactory
from reports import standard
from reports.standard import Asked


def table(sections):
    return {section.currency: [(line.label, *line.values.values()) for line in section.lines] for section in sections}


@pytest.fixture
def projects(anna, alex, carla):
    today = this_day()
    IntroProject(owner=anna, close_date=today)
    IntroProject(owner=alex, close_date=today + timedelta(days=100), mrr=None, weighted_pipeline=None, mrr_source="not_available")
    DemoProject(owner=anna, close_date=today, total_users=10)
    ProposalProject(owner=anna, close_date=today, currency="USD")
    IntroProject(owner=anna, stage="closed", outcome="lost", closed_at=timezone.now(), close_date=today)
    IntroProject(owner=anna, deleted_at=timezone.now(), close_date=today)
    IntroProject.create_batch(3, owner=carla, close_date=today)


def test_pipeline_counts_open_projects_by_stage_and_currency(projects, anna):
    sections = standard.pipeline(anna, Asked())

    assert table(sections) == {
        "EUR": [("Intro / Qualification", 2, Decimal("600.00"), Decimal("60.00"), 1), ("Demo", 1, Decimal("150.00"), Decimal("45.00"), 0)],
        "USD": [("Proposal", 1, Decimal("600.00"), Decimal("420.00"), 0)],
    }
    assert [section.totals for section in sections] == [
        {"count": 3, "mrr": Decimal("750.00"), "weighted": Decimal("105.00"), "unpriced": 1},
        {"count": 1, "mrr": Decimal("600.00"), "weighted": Decimal("420.00"), "unpriced": 0},
    ]
    assert [line.share for line in sections[0].lines] == [100, 25]


def test_pipeline_narrows_to_days_and_owner(projects, anna, alex):
    today = this_day()

    assert [line.values["count"] for line in standard.pipeline(anna, Asked(first=today, last=today))[0].lines] == [1, 1]
    assert [line.values["count"] for line in standard.pipeline(anna, Asked(owner=alex))[0].lines] == [1]
    assert standard.pipeline(anna, Asked(last=today - timedelta(days=1))) == []


def test_leads_tell_conversion_by_source(anna, carla):
    for status, more in (
        ("new", {}),
        ("qualification", {}),
        ("not_in_target", {"not_in_target_reason": "too-small"}),
        ("converted", {"converted_at": timezone.now()}),
    ):
        LeadFactory(owner=anna, source="website", status=status, **more)
    LeadFactory(owner=anna, source="webinar")
    old = LeadFactory(owner=anna, source="website")
    Lead.objects.for_partner(anna.partner).filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))
    LeadFactory.create_batch(3, owner=carla, source="website")
    today = this_day()

    sections = standard.leads(anna, Asked(first=today - timedelta(days=30), last=today))

    assert table(sections) == {"": [("Website", 4, 2, 1, 1, 25), ("Webinar", 1, 1, 0, 0, 0)]}
    assert sections[0].totals == {"count": 5, "open": 3, "dropped": 1, "converted": 1, "rate": 20}


def test_quotes_tell_net_by_status_and_currency(anna, carla):
    for status, currency in (("draft", "EUR"), ("submitted", "EUR"), ("draft", "EUR"), ("rejected", "USD")):
        EmptyQuoteFactory(
            owner=anna, status=status, currency=currency, net="100.00", tax="0.00", gross="100.00", mrr="10.00", is_primary=False
        )
    EmptyQuoteFactory(owner=carla, is_primary=False)

    assert table(standard.quotes(anna, Asked())) == {
        "EUR": [("Draft", 2, Decimal("200.00"), Decimal("20.00")), ("Submitted", 1, Decimal("100.00"), Decimal("10.00"))],
        "USD": [("Rejected", 1, Decimal("100.00"), Decimal("10.00"))],
    }


@pytest.mark.parametrize("name", ["pipeline", "leads", "quotes"])
def test_report_lines_open_the_lists_that_they_count(client, projects, anna, name):
    LeadFactory.create_batch(2, owner=anna, source="website")
    EmptyQuoteFactory(owner=anna, is_primary=False)
    client.force_login(anna)
    today = this_day()
    asked = {"first": today.replace(day=1).isoformat(), "last": (today + timedelta(days=30)).isoformat()}

    charts = client.get(f"/reports/{name}/", asked).context["charts"]

    assert charts
    for chart in charts:
        for line, _cells in chart["rows"]:
            listed = client.get(line.url)
            assert not listed.context["problems"], line.url
            assert listed.context["count"] == str(line.values["open" if name == "leads" else "count"]), line.url


def test_report_total_is_that_of_raw_sql(projects, anna):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, count(*), sum(mrr) FROM projects_project "
            "WHERE partner_id = %s AND deleted_at IS NULL AND stage <> 'closed' GROUP BY 1 ORDER BY 1",
            [anna.partner_id],
        )
        raw = cursor.fetchall()

    assert [(one.currency, one.totals["count"], one.totals["mrr"]) for one in standard.pipeline(anna, Asked())] == raw


@pytest.mark.parametrize("name", ["pipeline", "leads", "quotes"])
def test_report_costs_at_most_six_queries(client, anna, name):
    IntroProject(owner=anna)
    LeadFactory(owner=anna)
    EmptyQuoteFactory(owner=anna, is_primary=False)
    client.force_login(anna)
    few = assert_queries(client, f"/reports/{name}/", at_most=6)

    LeadFactory.create_batch(30, owner=anna)
    IntroProject.create_batch(30, owner=anna)

    assert assert_queries(client, f"/reports/{name}/", at_most=6) == few


def test_offers_by_partner_are_the_portfolios(client, aurora, harbour, anna, otto, olga, vendor_admin):
    mine, other = PartnerFactory(name="Baltic Voice", account_manager=otto), offered(VendorLeadFactory(), harbour, by=olga)[0]
    taken, left = (offered(VendorLeadFactory(email=f"info@hotel{number}.it"), aurora, mine, by=otto) for number in (1, 2))
    accept_offer(taken[0], by=anna)
    decline_offer(left[0], reason="Too far", by=anna)

    assert other.partner == harbour
    assert table(standard.offers(otto, Asked())) == {
        "": [("Aurora Telecom", 2, 2, 0, 1, 1, 0, 0, 50), ("Baltic Voice", 2, 2, 1, 0, 0, 0, 1, 0)]
    }
    assert [line.label for line in standard.offers(vendor_admin, Asked())[0].lines] == ["Aurora Telecom", "Baltic Voice", "Harbour Voice"]
    assert standard.offers(olga, Asked(owner=otto)) == []
    for person, status in ((anna, 403), (otto, 200)):
        client.force_login(person)
        assert client.get("/reports/offers/").status_code == status
        assert ("Leads offered by partner" in client.get("/reports/").text) is (status == 200)


def test_report_is_a_file_too(client, projects, anna):
    client.force_login(anna)

    answer = client.get("/reports/pipeline/", {"format": "csv"})
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    book = client.get("/reports/pipeline/", {"format": "xlsx"})

    assert lines[: lines.index([])] == [
        ["Stage", "Currency", "Projects", "MRR", "Weighted pipeline", "Without an amount"],
        ["Intro / Qualification", "EUR", "2", "600.00", "60.00", "1"],
        ["Demo", "EUR", "1", "150.00", "45.00", "0"],
        ["Proposal", "USD", "1", "600.00", "420.00", "0"],
    ]
    assert "xl/workbook.xml" in ZipFile(io.BytesIO(b"".join(book.streaming_content))).namelist()


@pytest.mark.parametrize("asked", [{"first": "2026-02-01", "last": "2026-01-01"}, {"first": "soon"}, {"of": "everybody"}])
def test_report_refuses_what_it_does_not_understand(client, anna, asked):
    client.force_login(anna)

    assert client.get("/reports/pipeline/", asked).status_code == 422


def test_report_that_does_not_exist_is_not_found(client, anna):
    client.force_login(anna)

    assert client.get("/reports/secrets/").status_code == 404


def test_reports_are_not_for_support(client, tariq):
    client.force_login(tariq)

    assert client.get("/reports/").status_code == 403
    assert client.get("/reports/pipeline/").status_code == 403


def test_asked_days_include_both_ends():
    asked = Asked(first=date(2026, 3, 1), last=date(2026, 3, 31))

    assert asked.days("close_date") == {"close_date__gte": date(2026, 3, 1), "close_date__lte": date(2026, 3, 31)}
    assert Asked(last=date(2026, 3, 31)).moments("created_at").keys() == {"created_at__lt"}
