"""Cells that say less than they seem to: dates of two conventions, and formulas of Excel without a value."""

import io
from datetime import date
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter

from accounts.imports import CONTACTS
from accounts.tests.factories import AccountFactory
from leads.imports import LEADS
from leads.tests.test_imports import CONSTANTS, HEADINGS, imported, leads_of, line, rehearsed, results, table, upload
from partnerportal.core import outbox
from partnerportal.core.imports import services

pytestmark = pytest.mark.django_db

WITH_DATE = [*HEADINGS, "Next step on"]


def dated(*days):
    """Lines of leads, each with the day of its next step."""
    names = "Orto", "Bergbahn", "Lunaria", "Zirbelhof"
    return [[*line(company=name, email=f"o@{name.lower()}.it", phone=""), day] for name, day in zip(names, days, strict=False)]


@pytest.mark.parametrize("language", ["en", "de"])
def test_american_dates_are_read_alike_in_the_whole_column(anna, language, monkeypatch):
    monkeypatch.setattr(services, "READ_AT_ONCE", 2)  # What decides comes in a later part.
    anna.language = language
    anna.save()

    batch = imported(anna, *dated("01/02/2026", "", "01/13/2026"), headings=WITH_DATE)

    assert {lead.company: lead.next_step_on for lead in leads_of(anna)} == {
        "Bergbahn": None,
        "Lunaria": date(2026, 1, 13),
        "Orto": date(2026, 1, 2),
    }
    assert batch.date_counts == {"11": [0, 1]}


def test_the_rehearsal_says_that_a_column_has_the_month_first(anna, client):
    batch = rehearsed(anna, *dated("01/02/2026", "01/13/2026"), headings=WITH_DATE)
    client.force_login(anna)

    assert client.get(batch.get_absolute_url()).context["dates"] == [("Next step on", "month, day, year")]


def test_where_no_date_tells_the_day_comes_first_and_the_pages_say_so(anna, client):
    batch = services.start(LEADS, upload(table(*dated("01/02/2026"), headings=WITH_DATE)), by=anna)
    client.force_login(anna)
    assert "and otherwise with the day first." in client.get(batch.get_absolute_url()).content.decode()
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=anna)
    outbox.deliver_due()
    batch.refresh_from_db()

    page = client.get(batch.get_absolute_url()).content.decode()

    assert "Dates in “Next step on” are read as day, month, year." in page
    services.run(batch, by=anna)
    outbox.deliver_due()
    assert [lead.next_step_on for lead in leads_of(anna)] == [date(2026, 2, 1)]


def test_a_date_of_the_other_order_is_an_error_of_its_line(anna):
    batch = rehearsed(anna, *dated("13/01/2026", "02/03/2026", "14/01/2026", "01/15/2026"), headings=WITH_DATE)

    assert [(number, result) for number, result, *_ in results(batch)] == [(2, "create"), (3, "create"), (4, "create"), (5, "error")]
    sentence = (
        "01/15/2026 has the month before the day; all dates of this column are read with the day first. Write 2026-12-31, for example."
    )
    assert batch.rows.get(number=5).errors == [["Next step on", sentence]]

    row = services.correct(batch, 5, {11: "2026-01-15"}, by=anna)

    assert (row.result, row.errors) == ("create", [])


def test_another_sheet_has_counts_of_its_own(anna):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    for name, day in (("American", "01/13/2026"), ("European", "01/02/2026")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, WITH_DATE)
        sheet.write_row(1, 0, dated(day)[0])
    book.close()
    batch = services.start(LEADS, upload(target.getvalue(), "leads.xlsx"), by=anna)
    counts = []
    for name in ("American", "European"):
        batch = services.choose_sheet(batch, name, by=anna)
        services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=anna)
        outbox.deliver_due()
        batch.refresh_from_db()
        counts.append(batch.date_counts)

    assert counts == [{"11": [0, 1]}, {"11": [0, 0]}]


def test_errors_and_unsaved_formulas_of_excel_are_errors_of_their_lines(anna):
    target = io.BytesIO()
    book = openpyxl.Workbook()
    for cells in (HEADINGS, line(company="#N/A"), line(company='="Orto"&" GmbH"'), line(company="Bergbahn")):
        book.active.append(cells)
    book.active["A6"].value = None
    book.save(target)
    batch = services.start(LEADS, upload(target.getvalue(), "leads.xlsx"), by=anna)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=anna)
    outbox.deliver_due()

    unsaved = "The cell holds a formula that was saved without its result. Open the file in Excel and save it."
    assert [(number, result, errors) for number, result, errors, _note in results(batch)] == [
        (2, "error", [["Firma", "The cell holds an Excel error: #N/A."]]),
        (3, "error", [["Firma", unsaved]]),
        (4, "create", []),
    ]


def test_a_formula_with_its_result_is_that_even_where_it_is_blank(anna):
    target, told = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("Leads")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, line())
    sheet.write_formula(1, 0, '="Orto"', None, "Orto")
    sheet.write_formula(1, 9, '=""', None, "blank")
    book.close()
    with ZipFile(target) as written, ZipFile(told, "w") as archive:
        for name in written.namelist():
            archive.writestr(name, written.read(name).replace(b"<v>blank</v>", b"<v></v>"))  # As Excel writes it.

    batch = services.start(LEADS, upload(told.getvalue(), "leads.xlsx"), by=anna)

    assert (batch.sample[0][0], batch.sample[0][9]) == ("Orto", "")


def test_an_excel_error_names_no_account(anna):
    AccountFactory(owner=anna, name="#REF!")
    content = table(["#REF!", "Pia", "Rossi", "pia@orto.it"], headings=["Account name", "First name", "Last name", "E-mail"])
    batch = services.start(CONTACTS, upload(content), by=anna)
    services.rehearse(batch, mapping=batch.mapping, constants={"job_title": "ceo-owner"}, policy="skip", by=anna)
    outbox.deliver_due()

    assert [errors for _n, _result, errors, _note in results(batch)] == [[["Account name", "The cell holds an Excel error: #REF!."]]]
