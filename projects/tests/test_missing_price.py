"""A project whose amounts are not available says so, with the reason, wherever an amount stands; sums say how many they leave out."""

import csv
import html
import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest

from accounts.tests.factories import ContactFactory
from partnerportal.tests.days import this_day
from projects.tests.factories import ProjectFactory
from tasks.tests.factories import TaskFactory

WHY = "there is no average price in CHF for HWaaS"


@pytest.fixture
def unpriced(anna):
    contact = ContactFactory(owner=anna)
    estimate = {
        "users": 40,
        "currency": "CHF",
        "prices": [{"family": "license", "amount": "9.00", "valid_from": "2025-01-01"}],
        "missing": ["hwaas"],
    }
    facts = {"expected_mrr": None, "mrr": None, "weighted_pipeline": None, "mrr_source": "not_available"}
    return ProjectFactory(
        owner=anna,
        account=contact.account,
        contact=contact,
        name="Without",
        currency="CHF",
        estimate=estimate,
        close_date=this_day(),
        **facts,
    )


@pytest.fixture
def page(client, anna, unpriced):
    client.force_login(anna)

    def read(address):
        answer = client.get(address)
        assert answer.status_code == 200, address
        return html.unescape(answer.text)

    return read


def said(text):
    """How often an amount is said to be missing, with the reason for the eye and for the ear."""
    return len(re.findall(rf'title="{WHY}">Not available<span class="visually-hidden">: {WHY}</span>', text))


def test_why_an_amount_is_missing_is_said_in_list_board_panel_and_head(page, unpriced):
    account = unpriced.account_id

    assert said(page("/projects/?view=every&columns=name,mrr,weighted_pipeline,expected_mrr,pipeline_mrr")) == 3
    assert said(page("/projects/board/?view=all")) == 1
    assert said(page(f"/projects/panels/for-account/{account}/")) == 1
    record = page(f"/projects/{unpriced.pk}/")
    assert said(record) == 5  # MRR and weighted pipeline in the head, and three of the four amounts.
    assert f"Not available: {WHY}." in record


def test_a_pipeline_mrr_that_is_not_fixed_yet_is_not_missing_a_price(page, unpriced):
    ProjectFactory(owner=unpriced.owner, name="With")

    assert said(page("/projects/?view=every&columns=name,pipeline_mrr")) == 0


def test_home_says_it_of_tasks_and_bonuses_and_beside_its_sums(page, unpriced, anna):
    ProjectFactory(owner=anna, close_date=this_day())
    TaskFactory(owner=anna, assigned_to=anna, due_on=this_day(), related=unpriced)

    home = page("/?of=me")

    assert said(home) == 2
    assert "weighted · 1 without an amount" in home
    assert "MRR · 1 without an amount" in home
    assert "1 open project without an amount is in no sum." in home


def test_sums_of_list_board_and_report_say_how_many_they_leave_out(page, client, unpriced, anna):
    ProjectFactory.create_batch(2, owner=anna)
    page("/projects/?view=every")

    totals = {column.name: sums for column, sums in client.get("/projects/?view=every&columns=name,mrr").context["totals"]}
    assert totals["mrr"] == ["€1,200.00", "1 without an amount"]
    board = client.get("/projects/board/?view=all").context
    intro = next(column for column in board["columns"] if column.lane.value == "intro")
    assert intro.sums == ["MRR €1,200.00", "weighted €120.00", "1 without an amount"]
    assert board["totals"] == ["3 projects", "MRR €1,200.00", "weighted €120.00", "1 without an amount"]
    report = page("/reports/pipeline/")
    assert "Without an amount" in report
    chf = next(chart for chart in client.get("/reports/pipeline/").context["charts"] if chart["currency"] == "CHF")
    assert [cells for _line, cells in chf["rows"]] == [["1", "Not available", "Not available", "1"]]


def test_a_sum_without_anything_missing_says_nothing_of_it(client, anna):
    ProjectFactory(owner=anna)
    client.force_login(anna)

    for address in ("/projects/?view=every", "/projects/board/?view=all", "/?of=me"):
        assert "without an amount" not in client.get(address).text.lower(), address


@pytest.mark.parametrize("address", ["/projects/export/?view=every&columns=name,mrr,weighted_pipeline,expected_mrr,pipeline_mrr"])
def test_the_file_of_a_list_says_not_available_and_why(client, unpriced, anna, address):
    client.force_login(anna)

    rows = list(csv.reader(StringIO(b"".join(client.get(address).streaming_content).decode("utf-8-sig"))))

    assert rows[1] == ["Without", *[f"Not available: {WHY}"] * 3, ""]


def test_the_report_names_the_solutions_without_a_price_on_its_page_and_in_its_file(page, client, unpriced, anna):
    ProjectFactory(owner=anna)

    assert page("/reports/pipeline/").count(f"Without an amount: {WHY}.") == 1
    sections = {chart["currency"]: chart["why"] for chart in client.get("/reports/pipeline/").context["charts"]}
    assert sections == {"CHF": WHY, "EUR": ""}
    written = b"".join(client.get("/reports/pipeline/?format=csv").streaming_content).decode("utf-8-sig")
    assert [row[3:5] for row in csv.reader(StringIO(written)) if "CHF" in row] == [[f"Not available: {WHY}"] * 2]


def test_a_quote_gives_an_mrr_while_the_estimate_stays_missing(page, unpriced):
    type(unpriced)._base_manager.filter(pk=unpriced.pk).update(
        mrr=Decimal("80.00"), weighted_pipeline=Decimal("8.00"), mrr_source="quote", mrr_quote="Q-2026-00001 v1"
    )

    assert said(page("/projects/?view=every&columns=name,mrr,weighted_pipeline,expected_mrr")) == 1
    assert "without an amount" not in page("/projects/board/?view=all")


def test_projects_beyond_the_month_are_left_out_of_the_pipeline_alone(page, unpriced):
    type(unpriced)._base_manager.filter(pk=unpriced.pk).update(close_date=this_day() + timedelta(days=70))

    home = page("/?of=me")

    assert "weighted · 1 without an amount" in home
    assert "MRR · 1 without an amount" not in home
