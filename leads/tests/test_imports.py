"""Tables of leads from the upload to the way back."""

import csv
import io
from datetime import date
from hashlib import sha256

import pytest
import xlsxwriter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.imports import ACCOUNTS, CONTACTS, LOOKED_AT, account_named
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from leads.forms import LeadForm
from leads.imports import LEADS
from leads.merging import merge_leads
from leads.models import Lead
from leads.services import FIELDS, answer_questions, create_lead, edit_lead
from leads.tests.factories import LeadFactory, enquiry_about
from partnerportal.core import outbox
from partnerportal.core.history import UNTOLD, changes
from partnerportal.core.imports import services
from partnerportal.core.models import DataImport, SearchEntry
from partnerportal.core.uploads import FileRefused

pytestmark = pytest.mark.django_db

HEADINGS = ["Firma", "Vorname", "Nachname", "E-Mail", "Telefon", "Position", "Power", "Quelle", "Land", "Anzahl Benutzer", "Lösungen"]
GOOD = [
    "Caffè Nero S.r.l.",
    "Paolo",
    "Greco",
    "p.greco@caffenero.it",
    "041 234 5678",
    "CEO / Owner",
    "Influencer",
    "Email campaign",
    "Italien",
    "1.200",
    "",
]


def line(**changed):
    names = ("company", "first", "last", "email", "phone", "job", "power", "source", "country", "users", "solutions")
    cells = dict(zip(names, GOOD, strict=True)) | changed
    return [cells[name] for name in names]


def table(*lines, headings=HEADINGS, separator=";", encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([headings, *lines])
    return text.getvalue().encode(encoding)


def upload(content, name="leads.csv"):
    return SimpleUploadedFile(name, content)


def rehearsed(by, *lines, policy="skip", **options):
    """An import that the worker has rehearsed."""
    batch = services.start(LEADS, upload(table(*lines, **options)), by=by)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy=policy, by=by)
    outbox.deliver_due()
    batch.refresh_from_db()
    return batch


def imported(by, *lines, **options):
    batch = rehearsed(by, *lines, **options)
    services.run(batch, by=by)
    outbox.deliver_due()
    batch.refresh_from_db()
    return batch


LETTERS = str.maketrans("0123456789", "ghklmnoprs")
WORKED_ON = "Somebody has worked on it since, such as by an answer, an enquiry, a project or a merge; it was left."
CONSTANTS = {"job_title": "ceo-owner", "source": "website", "power": "unknown", "status": "new"}


def results(batch):
    return [(row.number, row.result, row.errors, row.note) for row in batch.rows.order_by("number")]


def leads_of(person):
    return list(Lead.objects.visible_to(person).order_by("company"))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_labels_of_the_form_are_headings_in_every_language(anna, language):
    names = ["company", "first_name", "last_name", "email", "phone", "city", "country", "total_users", "website"]
    with translation.override(language):
        headings = [str(LeadForm(user=anna).fields[name].label) for name in names]

    batch = services.start(LEADS, upload(table(["a"] * len(names), headings=headings)), by=anna)

    assert [batch.mapping.get(str(place)) for place in range(len(names))] == names


def test_headings_in_german_and_english_say_what_a_column_is(anna):
    batch = services.start(LEADS, upload(table(line())), by=anna)

    assert [batch.mapping.get(str(place)) for place in range(len(HEADINGS))] == [
        "company", "first_name", "last_name", "email", "phone", "job_title", "power", "source", "country",
        "total_users", "interested_solutions",
    ]  # fmt: skip
    english = services.start(LEADS, upload(table(["a"] * 4, headings=["Company", "Given Name", "Surname", "Shoe size"])), by=anna)
    assert english.mapping == {"0": "company", "1": "first_name", "2": "last_name"}


def test_what_the_person_chose_is_remembered_for_the_next_table(anna, alex):
    headings = ["Organisation", "Kundenberater", "E-Mail"]
    batch = services.start(LEADS, upload(table(["a", "b", "c"], headings=headings)), by=anna)
    services.rehearse(batch, mapping={"0": "company", "1": "last_name"}, constants={"source": "website"}, policy="fill", by=anna)

    again = services.start(LEADS, upload(table(["a", "b", "c"], headings=headings)), by=anna)

    assert (again.mapping, again.constants, again.policy) == ({"0": "company", "1": "last_name"}, {"source": "website"}, "fill")
    assert services.start(LEADS, upload(table(["a", "b", "c"], headings=headings)), by=alex).mapping == {"0": "company", "2": "email"}


def test_a_rehearsal_says_what_would_become_of_each_line_and_writes_nothing(anna):
    there = LeadFactory(owner=anna, company="Bergbahn AG", email="info@bergbahn.ch", phone="+41791234567")
    batch = rehearsed(
        anna,
        line(),
        line(email="not an address"),
        line(company="Bergbahn", email="info@bergbahn.ch", phone="", last="Muster"),
        line(first="Anna"),
        line(company="", email="a@orto.it", phone="1"),
    )

    assert batch.state == "checked"
    assert [(number, result) for number, result, *_ in results(batch)] == [
        (2, "create"), (3, "error"), (4, "duplicate"), (5, "duplicate"), (6, "error"),
    ]  # fmt: skip
    found = results(batch)
    assert [column for column, _sentence in found[1][2]] == ["E-Mail"]
    assert "Bergbahn AG" in found[2][3]
    assert found[3][3].startswith("The same as line 2 of this file: 98% – Same e-mail address p.greco@caffenero.it")
    assert sorted(column for column, _sentence in found[4][2]) == ["Firma", "Telefon"]
    assert leads_of(anna) == [there]


def test_more_users_than_a_project_can_have_are_an_error_of_their_column(anna):
    batch = rehearsed(anna, line(users="2.000.000.000"), line(email="b@orto.it", users="1.000.000"))

    assert [(result, [column for column, _sentence in errors]) for _number, result, errors, _note in results(batch)] == [
        ("error", ["Anzahl Benutzer"]),
        ("create", []),
    ]


def csv_file(*lines, headings):
    """A file with days and numbers as a person writes them."""
    said = [[cell.strftime("%d.%m.%Y") if isinstance(cell, date) else str(cell) for cell in cells] for cells in lines]
    return upload(table(*said, headings=headings))


def xlsx_file(*lines, headings):
    """A book whose cells hold days and numbers, not words for them."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        day, sheet = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_worksheet("Leads")
        for place, cells in enumerate([headings, *lines]):
            for column, cell in enumerate(cells):
                sheet.write(place, column, cell, *([day] if isinstance(cell, date) else []))
    return upload(target.getvalue(), "leads.xlsx")


@pytest.mark.parametrize("file", [csv_file, xlsx_file])
def test_the_worker_imports_what_the_rehearsal_promised(anna, file):
    headings, rest = [*HEADINGS, "Next step", "Next step on", "PLZ"], {"job": "", "country": "de"}
    lines = [
        [*line(users=1200), "Call", date(2031, 3, 4), 39012],
        [*line(email="nothing"), "", "", ""],
        [*line(company="Orto", email="o@orto.it", phone=393331234567, users=40.0, **rest), "Visit", date(2031, 12, 24), "01067"],
    ]
    batch = services.start(LEADS, file(*lines, headings=headings), by=anna)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=anna)
    outbox.deliver_due()
    promised = results(batch)
    assert ([result for _number, result, *_ in promised], leads_of(anna)) == (["create", "error", "create"], [])
    batch.refresh_from_db()

    services.run(batch, by=anna)
    outbox.deliver_due()

    batch.refresh_from_db()
    caffe, orto = leads_of(anna)
    assert (batch.state, services.counts(batch), results(batch)) == ("done", {"create": 2, "error": 1}, promised)
    assert (caffe.company, caffe.phone.as_e164, caffe.job_title, caffe.total_users) == (
        "Caffè Nero S.r.l.",
        "+390412345678",
        "ceo-owner",
        1200,
    )
    assert (caffe.country.code, caffe.power, caffe.source, caffe.origin, caffe.owner) == (
        "IT",
        "influencer",
        "email-campaign",
        "import",
        anna,
    )
    assert (caffe.next_step, caffe.next_step_on, caffe.postal_code) == ("Call", date(2031, 3, 4), "39012")
    assert (orto.country.code, orto.job_title, orto.total_users, orto.postal_code) == ("DE", "ceo-owner", 40, "01067")
    assert (orto.next_step_on, orto.phone.as_e164) == (date(2031, 12, 24), "+393331234567")
    assert [(change.channel, change.author) for change in changes(caffe)] == [("import", "Anna Conti")]


def test_updating_fills_blank_fields_only(anna):
    there = LeadFactory(owner=anna, company="Caffè Nero", email="p.greco@caffenero.it", total_users=7, country="", city="")

    batch = imported(anna, line(), policy="fill")

    there.refresh_from_db()
    assert (results(batch)[0][1], there.country.code, there.total_users, there.company) == ("update", "IT", 7, "Caffè Nero")
    assert leads_of(anna) == [there]
    assert [(one.field, one.new) for one in changes(there)[0].fields] == [("country", "IT")]


def test_a_record_that_lacks_nothing_is_left(anna):
    LeadFactory(owner=anna, company="Caffè Nero", email="p.greco@caffenero.it", total_users=7, country="IT")

    assert results(rehearsed(anna, line(), policy="fill"))[0][1] == "skip"


def test_creating_all_the_same_makes_a_second_one(anna):
    LeadFactory(owner=anna, company="Caffè Nero", email="p.greco@caffenero.it")

    imported(anna, line(), policy="create")

    assert len(leads_of(anna)) == 2


def test_a_line_may_complete_what_an_earlier_line_made_and_both_go_back(anna):
    batch = imported(anna, line(users=""), line(users="30"), policy="fill")

    assert [result for _n, result, *_ in results(batch)] == ["create", "update"]
    assert [lead.total_users for lead in leads_of(anna)] == [30]
    services.revert(batch, by=anna)
    outbox.deliver_due()
    assert leads_of(anna) == []
    assert [result for _n, result, *_ in results(batch)] == ["back", "back"]


def test_a_colleagues_record_is_not_completed_by_who_may_not_change_it(anna, alex):
    there = LeadFactory(owner=alex, company="Caffè Nero", email="p.greco@caffenero.it", country="")

    found = results(rehearsed(anna, line(), policy="fill"))

    assert found[0][1] == "error"
    assert "Alex Rossi" in found[0][2][0][1]
    there.refresh_from_db()
    assert there.country.code is None or there.country.code == ""


def test_records_of_another_partner_are_no_duplicates(anna, carla):
    LeadFactory(owner=carla, company="Caffè Nero", email="p.greco@caffenero.it", phone="+390412345678")
    AccountFactory(owner=carla, name="Caffè Nero", email="info@caffenero.it")

    assert [result for _n, result, *_ in results(rehearsed(anna, line()))] == ["create"]


def test_an_account_of_the_company_is_a_duplicate_too(anna):
    AccountFactory(owner=anna, name="Caffè Nero", email="info@caffenero.it")

    assert results(rehearsed(anna, line(), policy="fill"))[0][1] == "duplicate"


def test_taking_back_leaves_what_somebody_changed_since(anna):
    filled = LeadFactory(owner=anna, company="Bergbahn", email="b@bergbahn.ch", country="", total_users=None)
    batch = imported(
        anna,
        line(),
        line(company="Orto", email="o@orto.it"),
        line(company="Bergbahn", email="b@bergbahn.ch", phone="+41791234567"),
        policy="fill",
    )
    orto = Lead.objects.visible_to(anna).get(company="Orto")
    edit_lead(orto, values={"city": "Roma"}, by=anna)

    services.revert(batch, by=anna)
    outbox.deliver_due()

    batch.refresh_from_db()
    filled.refresh_from_db()
    assert batch.state == "reverted"
    assert [(number, result) for number, result, *_ in results(batch)] == [(2, "back"), (3, "left"), (4, "back")]
    assert results(batch)[1][3] == "Changed since by somebody, and left: city."
    assert leads_of(anna) == [filled, orto]
    assert (str(filled.country), filled.total_users) == ("", None)


def test_taking_back_leaves_leads_that_were_qualified_or_asked_again_since(anna, reference):
    batch = imported(anna, *(line(company=name, email=f"o@{name.lower()}.it", phone="") for name in ("Orto", "Bergbahn", "Lunaria")))
    answered, asked, untouched = Lead.objects.visible_to(anna).order_by("pk")
    answer_questions(answered, answers={"budget": "12,000 a year"}, by=anna)
    enquiry_about(asked)

    services.revert(batch, by=anna)
    outbox.deliver_due()

    assert [(result, note) for _n, result, _errors, note, *_ in results(batch)] == [("left", WORKED_ON), ("left", WORKED_ON), ("back", "")]
    assert leads_of(anna) == [asked, answered]
    untouched.refresh_from_db()
    assert untouched.deleted_at is not None


def test_taking_back_leaves_a_lead_that_another_was_merged_into_since(anna):
    there = LeadFactory(owner=anna, company="Bergbahn", email="info@bergbahn.it")
    batch = imported(anna, line(company="Orto", email="o@orto.it", phone=""))
    made = Lead.objects.visible_to(anna).get(company="Orto")
    merge_leads(made, [there], chosen={}, by=anna)

    services.revert(batch, by=anna)
    outbox.deliver_due()

    assert [(result, note) for _n, result, _errors, note in results(batch)] == [("left", WORKED_ON)]
    assert leads_of(anna) == [made]


def test_stopping_leaves_the_rest_and_going_on_does_it_once(anna, monkeypatch):
    monkeypatch.setattr(services, "PART", 1)
    batch = rehearsed(anna, *(line(company=f"Firma {letter * 5}", email=f"x@{letter * 5}.it", phone="") for letter in "abcd"))
    services.run(batch, by=anna)
    services.work(batch_id=batch.pk)
    services.stop(batch, by=anna)
    outbox.deliver_due()
    assert len(leads_of(anna)) == 1

    services.run(batch, by=anna)
    outbox.deliver_due()
    services.work(batch_id=batch.pk)  # A second ring of a part that is done.

    assert len(leads_of(anna)) == 4
    assert services.counts(batch) == {"create": 4}


def test_a_line_is_put_right_after_the_import(anna):
    batch = imported(anna, line(email="nothing"))

    row = services.correct(batch, 2, {3: "p.greco@caffenero.it"}, by=anna)

    assert (row.result, [lead.email for lead in leads_of(anna)]) == ("create", ["p.greco@caffenero.it"])


@pytest.mark.parametrize("encoding, separator", [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", "|")])
def test_encodings_and_separators(anna, encoding, separator):
    batch = rehearsed(anna, line(), encoding=encoding, separator=separator)

    assert batch.headings == HEADINGS
    assert batch.rows.get().cells == GOOD


def test_an_excel_file_with_a_sheet_of_ones_choice(anna):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet("About").write_row(0, 0, ["nothing"])
    sheet = book.add_worksheet("Leads")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, line(users=40, phone=390412345678))
    book.add_worksheet("x").write_column(0, 0, ["a", "b"])
    book.close()
    # The first sheet holds no table; it is refused with a sentence.
    with pytest.raises(FileRefused, match="line of headings"):
        services.start(LEADS, upload(target.getvalue(), "leads.xlsx"), by=anna)


def test_an_excel_file_with_numbers_in_its_cells(anna):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("Leads")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, line(users=40))
    other = book.add_worksheet("Others")
    other.write_row(0, 0, ["Company", "E-mail"])
    other.write_row(1, 0, ["Orto", "o@orto.it"])
    book.close()
    batch = services.start(LEADS, upload(target.getvalue(), "leads.xlsx"), by=anna)
    assert (batch.sheets, batch.sheet, batch.sample[0][9]) == (["Leads", "Others"], "Leads", "40")

    batch = services.choose_sheet(batch, "Others", by=anna)

    assert (batch.headings, batch.mapping) == (["Company", "E-mail"], {"0": "company", "1": "email"})


@pytest.mark.parametrize(
    "name, content",
    [
        ("leads.pdf", b"%PDF-1.4"),
        ("leads.csv", b"\x00\x01\x02"),
        ("leads.csv", b""),
        ("leads.csv", b"only;headings"),
        ("leads.xlsx", b"PK\x03\x04 nothing"),
        ("leads.xlsx", b"a;b\n1;2"),
    ],
)
def test_what_is_no_table_is_refused(anna, name, content):
    with pytest.raises(FileRefused):
        services.start(LEADS, upload(content, name), by=anna)

    assert not DataImport.objects.visible_to(anna).exists()


def test_pages_of_an_import_are_its_owners(anna, alex, carla, client):
    batch = rehearsed(anna, line(), line(email="nothing"))
    address = f"/leads/import/{batch.pk}/"
    for person in (carla, alex):
        client.force_login(person)
        for place in ("", "errors/", "lines/3/"):
            assert client.get(address + place).status_code == 404
        for verb in ("run", "stop", "revert", "discard"):
            assert client.post(f"{address}{verb}/").status_code == 404
        assert "leads.csv" not in client.get("/leads/import/").text

    client.force_login(anna)
    assert [client.get(address + place).status_code for place in ("", "errors/", "lines/3/", "?columns=1")] == [200] * 4
    assert "leads.csv" in client.get("/leads/import/").text
    assert client.get(f"/accounts/import/{batch.pk}/").status_code == 404
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_the_file_of_errors_holds_no_formulas(anna, client):
    batch = rehearsed(anna, line(email="=1+1"))
    client.force_login(anna)

    lines = b"".join(client.get(f"/leads/import/{batch.pk}/errors/").streaming_content).decode("utf-8-sig").splitlines()

    assert lines[0].split(",")[-2:] == ["Line", "Reason"]
    assert "'=1+1" in lines[1]
    assert "E-Mail: Enter a valid email address." in lines[1]


def test_the_result_offers_its_duplicates_as_a_file(anna, client):
    batch = rehearsed(anna, line(), line(first="Anna"), line(company="Orto", email="o@orto.it", phone=""))
    client.force_login(anna)
    address = f"/leads/import/{batch.pk}/errors/?result=duplicate"

    page = client.get(batch.get_absolute_url()).content.decode()
    answer = client.get(address)
    told = [one for one in b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() if one and not one.startswith("#")]

    assert [f'href="{address}"' in page, "Errors as a file" in page] == [True, False]
    assert "leads-duplicate" in answer["Content-Disposition"]
    assert len(told) == 2
    assert "The same as line 2 of this file: " in told[1]


def test_an_import_that_came_to_a_halt_says_so_and_goes_on(client, anna, monkeypatch):
    batch = rehearsed(anna, line(), line(company="Orto", email="o@orto.it", phone="+390498272119"))
    services.run(batch, by=anna)
    whole = services._STEPS[DataImport.State.RUNNING]

    def fails(batch):
        raise outbox.Undeliverable("the disk is full")

    monkeypatch.setitem(services._STEPS, DataImport.State.RUNNING, fails)
    outbox.deliver_due()
    client.force_login(anna)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert ("This came to a halt before its end." in page, "/retry/" in page, "every 1s" in page) == (True, True, False)
    assert [notice.url for notice in anna.notifications.filter(kind="import")] == [batch.get_absolute_url()]
    assert leads_of(anna) == []

    monkeypatch.setitem(services._STEPS, DataImport.State.RUNNING, whole)
    for _twice in range(2):
        client.post(f"{batch.get_absolute_url()}retry/")
    outbox.deliver_due()

    batch.refresh_from_db()
    assert (batch.state, [lead.company for lead in leads_of(anna)]) == ("done", ["Caffè Nero S.r.l.", "Orto"])


# Lines of one file that mean one company, each by another evidence; and one that is alike and another company.
ONE_COMPANY = [
    line(company="Brenner Logistik GmbH", email="info@brenner.it", phone="0471 123450", users=""),
    line(company="Something Else", email="a.rossi@it.brenner.it", phone=""),  # the domain
    line(company="BRENNER logistik", email="b@brenner.com", phone="", users="30"),  # the name; the domain differs in its ending
    line(
        company="Brenner Transporte", email="c@transporte.it", phone="+39 0471 1234517", users=""
    ),  # the switchboard and a word of the name
    line(company="Brenner Immobilien", email="d@immobilien.it", phone="0471 777777"),  # another company
    line(company="Immobilien Brenner S.r.l.", email="e@immobilien-brenner.it", phone="0471 777777", users="60"),  # the number
    line(company="Orto", email="not an address", phone=""),
    line(company="Orto", email="o@orto.it", phone=""),
]


@pytest.mark.parametrize("policy", ["skip", "fill", "create"])
def test_what_was_rehearsed_is_what_happens_line_by_line(anna, policy, monkeypatch):
    monkeypatch.setattr(services, "PART", 3)
    LeadFactory(owner=anna, company="Bergbahn AG", email="info@bergbahn.ch", country="", total_users=None)
    there = [
        line(company="Bergbahn", email="x@bergbahn.ch", phone="", users="", country="ch"),
        line(company="Bergbahn", email="y@bergbahn.ch", phone="", users="9", country="at"),
        line(company="Bergbahn", email="z@bergbahn.ch", phone="", users="8", country="at"),
    ]
    batch = rehearsed(anna, *ONE_COMPANY, *there, policy=policy)
    promised = results(batch)

    services.run(batch, by=anna)
    outbox.deliver_due()

    assert results(batch) == promised
    duplicate = {
        "create": ["create"] * 7,
        "skip": ["duplicate"] * 7,
        "fill": ["update", "skip", "skip", "skip", "update", "update", "skip"],
    }[policy]
    expected = ["create", *duplicate[:3], "create", duplicate[3], "error", "create", *duplicate[4:]]
    assert [result for _number, result, *_ in promised] == expected


def test_a_rehearsal_says_which_line_of_the_file_is_the_same_and_why(anna):
    notes = [note for *_, note in results(rehearsed(anna, *ONE_COMPANY))]

    assert notes[1].startswith("The same as line 2 of this file: 82% – Same mail domain brenner.it")
    assert notes[2].startswith("The same as line 2 of this file: 100% – Name alike: “BRENNER logistik”")
    assert notes[3].startswith("The same as line 2 of this file: 82% – Numbers of one switchboard: +3904711234517, +390471123450")
    assert notes[5].startswith("The same as line 6 of this file: 98% – Same telephone number +390471777777")
    assert [notes[place] for place in (0, 4, 6, 7)] == [""] * 4


def test_a_line_that_is_only_like_a_record_is_made_and_says_what_it_may_be(anna, carla):
    there = LeadFactory(owner=anna, company="Zirbelhof", email="info@zirbelhof.com", phone="+390412345678")
    LeadFactory(owner=carla, company="Orto", email="info@orto.com", phone="+390498272119")
    batch = rehearsed(anna, line(), line(company="Gärtnerei", email="a@gaertnerei.it", phone="+390498272119"))
    promised = results(batch)

    services.run(batch, by=anna)
    outbox.deliver_due()

    note = "Worth a look, it may be Zirbelhof: 60% – Same telephone number +390412345678"
    assert results(batch) == promised == [(2, "create", [], note), (3, "create", [], "")]
    assert [row.like_url for row in batch.rows.order_by("number")] == [there.get_absolute_url(), ""]
    assert len(leads_of(anna)) == 3


def test_a_line_that_is_put_right_is_compared_with_all_lines_that_were_imported(anna):
    batch = imported(anna, line(email="nothing"), line(email="office@caffenero.it"))

    row = services.correct(batch, 2, {3: "p.greco@caffenero.it"}, by=anna)

    assert (row.result, row.like_line) == ("duplicate", 3)
    assert [lead.email for lead in leads_of(anna)] == ["office@caffenero.it"]


@pytest.mark.parametrize("kind", [ACCOUNTS, CONTACTS])
def test_accounts_and_contacts_of_one_file_are_compared_too(anna, kind):
    headings = ["Name", "E-mail", "Phone", "USt-IdNr"]
    rows = [
        ["Orto GmbH", "info@orto.it", "+390471123450", "IT00743110157"],
        ["Ortofrutta", "a@ortofrutta.it", "+390471999999", "it 0074 3110 157"],
    ]
    if kind is CONTACTS:
        AccountFactory(owner=anna, name="Orto", email="info@orto.it")
        headings = ["Account name", "First name", "Last name", "E-mail"]
        rows = [
            ["Orto", "Paolo", "Greco", "greco@orto.it"],
            ["Orto", "Paolo", "Greco", "p.greco@orto.it"],
            ["Orto", "Pia", "Rossi", "r@orto.it"],
        ]
    batch = services.start(kind, upload(table(*rows, headings=headings)), by=anna)
    constants = {"job_title": "ceo-owner", "record_type": "customer"}
    services.rehearse(batch, mapping=batch.mapping, constants=constants, policy="skip", by=anna)
    outbox.deliver_due()
    promised = results(batch)
    batch.refresh_from_db()
    services.run(batch, by=anna)
    outbox.deliver_due()

    assert [result for _number, result, *_ in promised] == ["create", "duplicate", "create"][: len(rows)]
    assert results(batch) == promised


def many(count):
    """Lines that are each a company of their own."""
    names = [sha256(str(number).encode()).hexdigest()[:12].translate(LETTERS) for number in range(count)]
    return [line(company=f"Firma {name}", email=f"x@{name}.it", phone="") for name in names]


def statements_of(batch, act, by):
    """How many statements the one part of a step takes."""
    act(batch, by=by)
    with CaptureQueriesContext(connection) as found:
        services.work(batch_id=batch.pk)
    batch.refresh_from_db()
    return len(found)


@pytest.mark.parametrize("policy", ["skip", "fill"])
def test_a_part_of_fifty_lines_takes_as_many_statements_as_one_of_ten(anna, policy):
    def taken(count):
        batch = services.start(LEADS, upload(table(*many(count))), by=anna)
        services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy=policy, by=anna)
        services.work(batch_id=batch.pk)  # The file is read.
        batch.refresh_from_db()
        found = statements_of(batch, lambda *_args, **_values: None, anna), statements_of(batch, services.run, anna)
        assert (batch.state, len(leads_of(anna))) == ("done", count)
        services.revert(batch, by=anna)
        outbox.deliver_due()
        return found

    taken(1)  # What is asked once a process.
    few, more = taken(10), taken(50)

    assert max(more) <= 45
    assert [large - small for small, large in zip(few, more, strict=True)] == [0, 0]


def test_what_an_import_makes_at_once_is_what_the_form_makes(anna):
    imported(anna, line(), line(company="Orto", email="o@orto.it", phone="", users=""))
    caffe, orto = leads_of(anna)

    for lead in (caffe, orto):
        alone = create_lead(values={name: getattr(lead, name) for name in FIELDS}, by=anna)
        assert lead.score == alone.score
        assert [move_of(one) for one in lead.stage_moves.all()] == [move_of(one) for one in alone.stage_moves.all()]
        ours, theirs = lead.history.get(), alone.history.get()
        told = [field.attname for field in theirs.tracked_fields if field.name not in (*UNTOLD, "id", "origin")]
        told += ["author_name", "request_id", "history_user_id", "history_type", "history_change_reason"]
        assert {name: getattr(ours, name) for name in told} == {name: getattr(theirs, name) for name in told}
        assert SearchEntry.objects.visible_to(anna).filter(kind="leads.lead", object_id=lead.pk).count() == 1
    assert caffe.score > orto.score


def move_of(move):
    return move.from_stage, move.to_stage, move.reason, move.by, move.by_name, move.is_automatic, move.skipped, move.lasted.days


def test_lines_of_one_part_complete_one_record_one_after_the_other(anna):
    lines = [
        line(users="", country="", phone=""),
        line(users="30", country="", phone=""),
        line(users="40", country="it", phone=""),
        line(users="50", country="at", phone="041 234 5678"),
        line(users="60", country="de", phone="041 234 5679"),
    ]
    batch = rehearsed(anna, *lines, policy="fill")
    promised = results(batch)
    services.run(batch, by=anna)
    outbox.deliver_due()

    (lead,) = leads_of(anna)
    assert (lead.total_users, lead.country.code, lead.phone.as_e164) == (30, "IT", "+390412345678")
    assert [result for _number, result, *_ in promised] == ["create", "update", "update", "update", "skip"]
    assert results(batch) == promised


def test_a_line_that_was_put_right_later_goes_back_first(anna):
    batch = imported(anna, line(email="nothing", users="30", country=""), line(users="", country=""), line(users=""), policy="fill")
    row = services.correct(batch, 2, {3: "p.greco@caffenero.it"}, by=anna)
    assert (row.result, row.like_line) == ("update", 3)

    services.revert(batch, by=anna)
    outbox.deliver_due()

    assert leads_of(anna) == []
    assert [result for _number, result, *_ in results(batch)] == ["back"] * 3


def test_an_account_is_found_among_many_of_one_first_word(anna):
    AccountFactory.create_batch(LOOKED_AT + 5, owner=anna, name="Hotel Post")
    there = AccountFactory(owner=anna, name="Hotel Adler GmbH")

    assert account_named("hotel adler", anna) == str(there.pk)
    for name, sentence in (("Hotel Krone", "There is no account"), ("HOTEL POST", "There are several accounts")):
        with pytest.raises(ValidationError, match=sentence):
            account_named(name, anna)


def test_an_account_whose_name_says_it_letter_by_letter_comes_first(anna):
    AccountFactory(owner=anna, name="Adler GmbH")
    there = AccountFactory(owner=anna, name="Adler")

    assert account_named("ADLER", anna) == str(there.pk)


def test_an_account_of_another_partner_is_not_named(anna, carla):
    AccountFactory(owner=carla, name="Hotel Adler")

    with pytest.raises(ValidationError, match="There is no account"):
        account_named("Hotel Adler", anna)


def test_an_account_beside_an_open_lead_is_said_to_be_one_and_not_made(anna, carla):
    lead = LeadFactory(owner=anna, company="Orto GmbH", email="info@orto.it", website="")
    LeadFactory(owner=carla, company="Hotel Sella", email="info@sella.it")
    lines = [["Orto", "office@orto.it", "+390471123450"], ["Hotel Sella", "info@sella.it", "+390471999999"]]
    rows = table(*lines, headings=["Name", "E-mail", "Phone"])
    batch = services.start(ACCOUNTS, upload(rows), by=anna)
    services.rehearse(batch, mapping=batch.mapping, constants={"record_type": "customer"}, policy="fill", by=anna)
    outbox.deliver_due()
    batch.refresh_from_db()
    services.run(batch, by=anna)
    outbox.deliver_due()

    first, second = batch.rows.order_by("number")
    assert (first.result, first.like_url) == ("duplicate", lead.get_absolute_url())
    assert first.note.startswith("Duplicate of Orto GmbH: 98% – Same mail domain orto.it; Name alike")
    assert second.result == "create"
    assert list(Account.objects.visible_to(anna).values_list("name", flat=True)) == ["Hotel Sella"]
