import csv
import hashlib
import io
import itertools
import zipfile
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core.exports import Manifest, csv_response, plain_text, safe_cell, xlsx_response
from partnerportal.core.tables import Column
from projects.tests.factories import ProjectFactory
from tasks.tests.factories import TaskFactory

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NOTHING = Manifest(())


def csv_lines(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def cells(response, sheet=1):
    """The cells of a sheet that was answered: place, type, text."""
    with response.file_to_stream as file:
        return cells_of(file.read(), sheet)


def cells_of(content, sheet=1):
    """The cells of a sheet: place, type, text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = (
            [
                "".join(part.text or "" for part in one.iter(f"{SHEET}t"))
                for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")  # noqa: S314 (our own file)
            ]
            if "xl/sharedStrings.xml" in book.namelist()
            else []
        )
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 (our own file)
    found = []
    for cell in root.iter(f"{SHEET}c"):
        assert cell.find(f"{SHEET}f") is None, cell.get("r")
        value = cell.find(f"{SHEET}v")
        inline = "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
        text = inline or (strings[int(value.text)] if cell.get("t") == "s" else value.text if value is not None else "")
        found.append((cell.get("r"), cell.get("t", "n"), text))
    return found


# --- check 10: fifty thousand rows are fifty thousand rows --------------------------------


@pytest.mark.big
@pytest.mark.no_cover
@pytest.mark.timeout(300)
def test_a_file_of_fifty_thousand_rows_holds_them_and_says_so(client, anna, deliver):
    sample = LeadFactory.build(owner=anna, partner=anna.partner)
    fields = {field.attname: getattr(sample, field.attname) for field in Lead._meta.concrete_fields if field.attname != "id"}
    fields |= {"owner_id": anna.pk, "partner_id": anna.partner_id, "status": "new"}
    made = (Lead(**{**fields, "company": f"Company {number}"}) for number in range(50_000))
    Lead.objects.bulk_create(made, batch_size=5_000)
    client.force_login(anna)
    address = "/leads/export/?view=all_open&status=new&columns=company,status&format="

    lines = csv_lines(client.get(f"{address}csv"))
    asked = client.post("/leads/export/", {"all": "1", "query": address.partition("?")[2], "format": "xlsx"})
    deliver()
    book = b"".join(client.get(f"{asked.url}file/").streaming_content)

    end = lines.index([])
    sheet, about = (cells_of(book, sheet=number) for number in (1, 2))
    everyone = sorted(f"Company {number}" for number in range(50_000))
    assert sorted(line[0] for line in lines[1:end]) == everyone
    assert sorted([text for place, _kind, text in sheet if place.startswith("A")][1:]) == everyone
    assert dict(lines[end + 1 :])["# Rows"] == "50000"
    assert about[[text for _place, _kind, text in about].index("Rows") + 1][2] == "50000"


# --- formulas ------------------------------------------------------------------------------

STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")
BEFORE = ("", " ", "  ", "\u00a0", "\u200b", "\ufeff", "\u2060", '"', "'", "''", ";", ",", "|", "\u00ad", "\x00", "`")
ATTACKS = [
    before + start + rest
    for before, start in itertools.product(BEFORE, STARTS)
    for rest in ("1+1", 'HYPERLINK("http://x","y")', "cmd|' /C calc'!A0")
] + ["\tx", "\rx", "\nx", "=", "-"]
HARMLESS = ["Hotel", "'s-Hertogenbosch", "a=1", "Müller & Co", "12 - 4", "", "O'Hara", "„Zum Löwen“", "(+39)"]


@pytest.mark.parametrize("text", [*ATTACKS, *HARMLESS])
def test_a_text_comes_back_as_it_was(text):
    assert plain_text(safe_cell(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays_as_it_is(text):
    assert safe_cell(text) == text


def test_no_cell_of_a_file_is_a_formula():
    records, columns = [SimpleNamespace(name=text) for text in ATTACKS], (Column("=Name", "name"),)

    written = [line[0] for line in csv_lines(csv_response(records, columns, name="x", manifest=Manifest((("=A", "=B"),)))) if line]
    sheet = cells(xlsx_response(records, columns, name="x", manifest=Manifest((("=A", "=B"),))))

    assert [text for text in written if not text.startswith(("'", "#"))] == []
    assert {kind for _place, kind, _text in sheet} <= {"s", "inlineStr"}
    assert [text for _place, _kind, text in sheet if not text.startswith("'")] == []


# --- types and manifest --------------------------------------------------------------------


def test_cells_of_a_sheet_keep_their_types():
    record = SimpleNamespace(
        n=7, m=Decimal("1234.50"), d=date(2026, 11, 22), t=timezone.make_aware(datetime(2026, 11, 22, 9, 30)), b=True, s="12"
    )
    columns = tuple(Column(name, name) for name in ("n", "m", "d", "t", "b", "s"))

    found = cells(xlsx_response([record], columns, name="x", manifest=NOTHING))[6:]

    kinds = [kind for _place, kind, _text in found]
    assert kinds[:5] == ["n", "n", "n", "n", "b"]
    assert kinds[5] in ("s", "inlineStr")
    assert found[1][2] == "1234.50"


def test_a_csv_ends_with_what_it_is_and_a_sum_over_its_lines():
    response = csv_response([SimpleNamespace(name="Hotel")], (Column("Name", "name"),), name="x", manifest=Manifest((("Filters", "none"),)))

    body = b"".join(response.streaming_content).decode("utf-8-sig")

    rows, _gap, told = body.partition("\r\n\r\n")
    facts = dict(csv.reader(io.StringIO(told)))
    assert list(facts) == ["# Filters", "# Rows", "# Exported", "# SHA-256 of the lines above"]
    assert (facts["# Filters"], facts["# Rows"]) == ("none", "1")
    assert facts["# SHA-256 of the lines above"] == hashlib.sha256(f"{rows}\r\n".encode()).hexdigest()


def test_signs_that_no_sheet_can_hold_are_left_out():
    found = cells(xlsx_response([SimpleNamespace(name="A\x00B\x0bC")], (Column("Name", "name"),), name="x", manifest=NOTHING))

    assert found[1][2] == "ABC"


def test_a_file_costs_no_more_queries_for_more_rows(anna, django_assert_max_num_queries, reference):
    client = Client()
    client.force_login(anna)
    for _number in range(12):
        TaskFactory(owner=anna, assigned_to=anna)
        ProjectFactory(owner=anna)

    for page in ("tasks", "projects"):
        with django_assert_max_num_queries(10):
            assert len(csv_lines(client.get(f"/{page}/export/?view=all_open" if page == "tasks" else f"/{page}/export/?view=all"))) > 12
