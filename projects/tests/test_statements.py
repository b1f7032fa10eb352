"""The statement of the demo bonus: grants, refusals, corrections, quarters and currencies; who sees it; its PDF."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from partnerportal.core.attached import delete_record
from partnerportal.core.models import OutboxMessage
from partnerportal.core.scoping import NotYours
from projects import services
from projects.models import BonusStatement, Project
from projects.services.moves import await_decision
from projects.statement import CurrencySum, LedgerLine, Quarter, statement
from projects.tests.factories import DemoDoneProject

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)


def line(state, amount="60.00", *, project=1, on=date(2026, 2, 3), currency="EUR"):
    return LedgerLine(project, f"Project {project}", state, on, Decimal(amount) * 10, Decimal("0.1"), Decimal(amount), currency)


def sums(entries, quarter=Q1):
    return [(one.currency, one.granted, one.taken_back, one.waiting) for one in statement(entries, quarter).sums]


def test_a_grant_counts_a_refusal_does_not_and_what_waits_is_apart():
    found = sums([line("awaiting"), line("granted"), line("awaiting", project=2), line("refused", project=2), line("awaiting", project=3)])

    assert found == [("EUR", Decimal("60.00"), Decimal(0), Decimal("60.00"))]


def test_a_correction_in_a_later_quarter_is_taken_back_there():
    ledger = [line("granted"), line("refused", on=date(2026, 4, 1)), line("granted", "30.00", on=date(2026, 5, 1))]

    assert statement(ledger, Q1).sums[0].total == Decimal("60.00")
    second = statement(ledger, Q2)
    assert [one.effect for one in second.lines] == [Decimal("-60.00"), Decimal("30.00")]
    assert [one.is_correction for one in second.lines] == [True, False]
    assert second.sums == (CurrencySum("EUR", Decimal("30.00"), Decimal("60.00"), Decimal(0)),)
    assert second.sums[0].total == Decimal("-30.00")


def test_a_corrected_amount_counts_with_its_sign_and_is_taken_back_with_the_grant():
    ledger = [
        line("granted"),
        line("corrected", "-12.50"),
        line("corrected", "2.25", on=date(2026, 4, 1)),
        line("refused", on=date(2026, 5, 1)),
    ]

    assert sums(ledger) == [("EUR", Decimal("60.00"), Decimal("12.50"), Decimal(0))]
    second = statement(ledger, Q2)
    assert [(one.effect, one.is_correction) for one in second.lines] == [(Decimal("2.25"), False), (Decimal("-49.75"), True)]
    assert second.sums[0].total == Decimal("-47.50")


def test_currencies_are_never_added():
    assert [one.currency for one in statement([line("granted"), line("granted", project=2, currency="USD")], Q1).sums] == ["EUR", "USD"]


def test_a_quarter_without_a_line_comes_to_nothing():
    assert statement([], Q1).sums == ()
    assert statement([line("granted", on=date(2026, 4, 1))], Q1).lines == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["awaiting", "granted", "refused", "corrected"]),
            st.integers(1, 4),
            st.integers(1, 12),
            st.integers(-99999, 99999),
        ),
        max_size=30,
    )
)
def test_all_quarters_together_are_the_balances_of_all_projects(rows):
    ledger = [
        line(state, str(Decimal(cents) / 100), project=project, on=date(2026, month, 5))
        for state, project, month, cents in sorted(rows, key=lambda row: row[2])
    ]
    total = sum((one.total for number in (1, 2, 3, 4) for one in statement(ledger, Quarter(2026, number)).sums), Decimal(0))

    balances = {}
    for entry in ledger:
        if entry.state in ("granted", "refused"):
            balances[entry.project] = entry.amount if entry.state == "granted" else Decimal(0)
        if entry.state == "corrected":
            balances[entry.project] = balances.get(entry.project, Decimal(0)) + entry.amount
    assert total == sum(balances.values(), Decimal(0))


@pytest.mark.parametrize("text", ["2026", "2026-Q5", "2026-Q0", "26-Q1", "2026-Q١", "abcd-Q1"])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(text)):
        Quarter.parse(text)


def test_quarters_have_their_days():
    assert [str(Quarter.of(date(2026, month, 1))) for month in (1, 3, 4, 12)] == ["2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4"]
    assert Quarter.parse("2026-Q4").first == date(2026, 10, 1)


def decide(project, answer, by, reason="Because"):
    return services.decide_bonus(project, answer=answer, reason=reason, by=by)


def test_a_day_is_counted_at_the_partners(anna, otto):
    project = DemoDoneProject(owner=anna)
    with time_machine.travel(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), tick=False):  # 1 April, half past midnight, in Rome
        decide(project, "yes", otto)

    assert services.statement_for(anna, anna.partner, Q1).lines == ()
    assert services.statement_for(anna, anna.partner, Q2).sums[0].total == Decimal("60.00")


def test_refused_then_granted_then_corrected_stays_in_the_ledger(anna, otto, client):
    project = DemoDoneProject(owner=anna, name="Alpenblick")
    for answer in ("no", "yes", "no"):
        decide(project, answer, otto, f"Reason {answer}")

    quarter = services.quarters_of(anna.partner)[0]
    found = services.statement_for(anna, anna.partner, quarter)
    assert [one.effect for one in found.lines] == [Decimal(0), Decimal("60.00"), Decimal("-60.00")]
    assert found.sums[0].total == 0
    client.force_login(anna)
    text = client.get("/bonus/").text
    assert "Alpenblick" in text
    assert "-€60.00" in text or "−€60.00" in text
    assert "Make the PDF" not in text


def test_page_and_pdf_have_the_same_rows_with_those_of_deleted_projects(anna, ben, otto, client):
    kept, gone = (DemoDoneProject(owner=anna, name=name) for name in ("Alpenblick", "Belvedere"))
    for project in (kept, gone):
        decide(project, "yes", otto)
    decide(gone, "no", otto)
    delete_record(gone, by=anna)
    quarter = services.quarters_of(anna.partner)[0]

    paper = services.statement_html(services.make_statement(anna.partner, quarter, by=ben))

    client.force_login(ben)
    page = client.get("/bonus/").text
    for text in (page, paper):
        assert (text.count("Alpenblick"), text.count("Belvedere")) == (1, 2)
        assert "€120.00" in text
        assert "-€60.00" in text or "−€60.00" in text
    assert f'href="/projects/{kept.pk}/"' in page
    assert f'href="/projects/{gone.pk}/"' not in page
    assert client.get(f"/projects/{gone.pk}/").status_code == 404


def test_what_can_be_decided_no_more_waits_for_nobody(anna, ben, otto, client):
    """The sum that waits is what the queue of the account manager holds, and what Home counts."""
    stays, gone, changed, again = (DemoDoneProject(owner=anna, name=name) for name in ("Stays", "Gone", "Changed", "Again"))
    for project in (stays, gone, changed, again):
        await_decision(project)
    delete_record(gone, by=anna)
    for project in (changed, again):
        services.edit_project(project, values={"opportunity_type": "existing_business"}, by=anna)
    services.edit_project(again, values={"opportunity_type": "new_business"}, by=anna)

    quarter = services.quarters_of(anna.partner)[0]
    found = services.statement_for(ben, ben.partner, quarter)
    waiting = Project.objects.visible_to(otto).awaiting_approval()
    assert sorted(project.name for project in waiting) == ["Again", "Stays"]
    assert [(one.currency, one.waiting, one.total) for one in found.sums] == [("EUR", Decimal("120.00"), Decimal("0.00"))]
    assert [(one.entry.name, one.entry.state) for one in found.lines] == [
        ("Stays", "awaiting"),
        ("Gone", "awaiting"),
        ("Changed", "awaiting"),
        ("Again", "awaiting"),
        ("Changed", "lapsed"),
        ("Again", "lapsed"),
        ("Again", "awaiting"),
    ]
    client.force_login(ben)
    assert "No longer eligible" in client.get("/bonus/").text
    paper = services.statement_html(services.make_statement(anna.partner, quarter, by=ben))
    assert "No longer eligible" in paper
    assert "€120.00" in paper


def test_a_decision_stands_when_the_project_becomes_ineligible(anna, otto):
    project = DemoDoneProject(owner=anna)
    decide(project, "yes", otto)

    services.edit_project(project, values={"opportunity_type": "existing_business"}, by=anna)

    assert [entry.state for entry in project.bonus_entries.all()] == ["granted"]


def test_what_was_deleted_later_waited_at_the_end_of_an_earlier_quarter():
    waited = replace(line("awaiting", on=date(2026, 2, 3)), gone_on=date(2026, 4, 2))

    assert [one.waiting for one in statement([waited], Q1).sums] == [Decimal("60.00")]
    assert statement([waited], Q2).sums == ()


def test_what_was_granted_counts_also_when_its_project_is_gone():
    granted = replace(line("granted"), gone_on=date(2026, 2, 20))

    assert sums([granted]) == [("EUR", Decimal("60.00"), Decimal(0), Decimal(0))]


def test_who_sees_which_statement(client, anna, ben, carla, otto, olga, tariq, vendor_admin):
    decide(DemoDoneProject(owner=anna, name="Alpenblick"), "yes", otto)
    ours, theirs = anna.partner_id, carla.partner_id

    for person, address, status in (
        (anna, "/bonus/", 200),
        (anna, f"/bonus/?partner={theirs}", 404),
        (anna, "/bonus/?quarter=2026-Q9", 404),
        (carla, f"/bonus/?partner={ours}", 404),
        (otto, f"/bonus/?partner={ours}", 200),
        (olga, f"/bonus/?partner={ours}", 404),
        (tariq, "/bonus/", 403),
        (vendor_admin, f"/bonus/?partner={ours}", 200),
    ):
        client.force_login(person)
        response = client.get(address)
        assert response.status_code == status, (person, address)
        assert ("Alpenblick" in response.text) is (status == 200)
    client.force_login(carla)
    assert "Alpenblick" not in client.get("/bonus/").text


def test_the_pdf_is_fixed_and_only_for_those_who_manage(client, anna, ben, carla, otto, deliver):
    project = DemoDoneProject(owner=anna, name="北京 Alpenblick")
    decide(project, "yes", otto)
    quarter = services.quarters_of(anna.partner)[0]
    for person in (anna, carla):
        with pytest.raises(NotYours):
            services.make_statement(anna.partner, quarter, by=person)
    assert not BonusStatement.objects.across_partners(reason="test").exists()

    client.force_login(ben)
    assert client.post("/bonus/", {"quarter": str(quarter)}).status_code == 302
    decide(project, "no", otto)
    while deliver():
        pass

    kept = BonusStatement.objects.visible_to(ben).get()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(kept.pdf.file.read())).pages)
    assert "北京 Alpenblick" in text
    assert "€60.00" in text
    assert "Refused" not in text, "what came later is not in it"
    assert client.get(f"/files/{kept.pdf_id}/").status_code == 200
    assert kept.pdf.name in client.get("/bonus/").text
    for person in (anna, carla):
        client.force_login(person)
        assert client.get(f"/files/{kept.pdf_id}/").status_code == 404
    assert OutboxMessage.objects.filter(kind="bonus.pdf").count() == 1
