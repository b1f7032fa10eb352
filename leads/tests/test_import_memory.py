"""What an import keeps in memory does not grow with its file."""

import io
import tracemalloc

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.imports import LEADS
from partnerportal.core.imports import services
from partnerportal.core.models import DataImport

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]

HEADINGS = ["Company", "First name", "Last name", "E-mail"]
CONSTANTS = {"job_title": "ceo-owner", "source": "website", "power": "unknown", "status": "new"}
PARTS_OF_REHEARSAL = 3  # Those that come later load no more lines than these.


def lines(count):
    yield HEADINGS
    for number in range(count):
        yield [f"Company {number:06d}", "Paolo", f"Greco {number}", f"p{number}@company-{number:06d}.it"]


def csv_of(count):
    return "\n".join(";".join(line) for line in lines(count)).encode()


def xlsx_of(count):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines(count)):
            sheet.write_row(number, 0, line)
    return file.getvalue()


def peak(content, name, by):
    """Bytes that the reading of a whole file and the first parts of its rehearsal take at most."""
    batch = services.start(LEADS, SimpleUploadedFile(name, content), by=by)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=by)
    parts = 0
    tracemalloc.start()
    try:
        while parts < PARTS_OF_REHEARSAL:
            services.work(batch_id=batch.pk)
            batch.refresh_from_db()
            parts += batch.state == DataImport.State.CHECKING
        return tracemalloc.get_traced_memory()[1], batch
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("make", "name"), [(csv_of, "leads.csv"), (xlsx_of, "leads.xlsx")])
def test_fifty_thousand_lines_take_no_more_memory_than_five_thousand(make, name, anna):
    peak(make(10), name, anna)  # What is loaded once is there.
    small, _ = peak(make(5_000), name, anna)
    large, batch = peak(make(50_000), name, anna)

    print(
        f"\nImport of {name}: peak {small / 1e6:.1f} MB at 5,000 lines, {large / 1e6:.1f} MB at 50,000: {large / small:.2f} (at most 1.1)"
    )
    assert batch.total == batch.rows.count() == 50_000
    assert batch.rows.filter(result="create").count() == batch.handled > 0
    assert large <= 1.1 * small
