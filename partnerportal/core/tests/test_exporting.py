"""Excel files of many rows: asked for by a post, written by the worker in parts, and their asker's alone."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import exporting, outbox
from partnerportal.core.exports import NO_FACTS, Manifest, join_parts, sheet_part, xlsx_response
from partnerportal.core.listviews import save_view
from partnerportal.core.models import DataExport, ExportPart, OutboxMessage, SavedView
from partnerportal.core.tables import Column
from partnerportal.core.tests.test_exports import cells_of
from partnerportal.tests.days import this_day
from partners.models import User

pytestmark = pytest.mark.django_db
ASKED = "view=all_open&sort=company&columns=company,status"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Seven rows are many, and three of them a part."""
    monkeypatch.setattr(exporting, "AT_ONCE", 5)
    monkeypatch.setattr(exporting, "PART", 3)


@pytest.fixture
def as_anna(client, anna, reference):
    client.force_login(anna)
    return client


@pytest.fixture
def hers(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {number}") for number in range(7)]


def ask(client, query=ASKED, **more):
    return client.post("/leads/export/", {"all": "1", "query": query, "format": "xlsx", **more})


def last():
    return DataExport.objects.latest("pk")


def next_part():
    return OutboxMessage.objects.filter(kind="export.part", state="pending").latest("pk")


def book_of(client, export):
    return b"".join(client.get(f"/exports/{export.pk}/file/").streaming_content)


def column(content, letter="A", sheet=1):
    found = cells_of(content, sheet)
    return [text for place, _kind, text in found if place.rstrip("0123456789") == letter]


def names(client, export):
    return column(book_of(client, export))[1:]


# --- the file itself -----------------------------------------------------------------------


class Row:
    def __init__(self, number):
        self.name, self.number, self.day = f"Name {number}", number, this_day() + timedelta(days=number)
        self.at = timezone.now() if number % 2 else None


COLUMNS = tuple(Column(name.title(), name) for name in ("name", "at", "number", "day"))


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


def test_a_file_of_parts_is_the_file_that_is_written_whole(monkeypatch):
    rows = [Row(number) for number in range(10)]
    manifest = Manifest((("List", "things"),))
    moment = timezone.now()
    monkeypatch.setattr(timezone, "localtime", lambda *value: moment)
    with xlsx_response(rows, COLUMNS, name="x", manifest=manifest).file_to_stream as file:
        whole = file.read()
    parts = [sheet_part(rows[first : first + 3], COLUMNS, first=first + 1) for first in range(0, 10, 3)]
    joined = io.BytesIO()

    join_parts(joined, parts, COLUMNS, rows=10, manifest=manifest)

    one, other = members(joined.getvalue()), members(whole)
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name


def test_a_file_of_no_rows_is_a_file():
    joined = io.BytesIO()

    join_parts(joined, [sheet_part([], COLUMNS, first=1)], COLUMNS, rows=0, manifest=NO_FACTS)

    assert column(joined.getvalue()) == ["Name"]


# --- asking --------------------------------------------------------------------------------


def test_up_to_the_limit_the_file_comes_at_once(as_anna, anna, hers):
    LeadFactory(owner=anna, company="Zirbelhof")

    answer = as_anna.get(f"/leads/export/?{ASKED}&q=Zirbelhof&format=xlsx")

    assert column(b"".join(answer.streaming_content)) == ["Company", "Zirbelhof"]
    assert answer["Content-Disposition"] == 'attachment; filename="leads.xlsx"'
    assert not DataExport.objects.exists()


def test_a_csv_of_many_rows_comes_at_once(as_anna, hers):
    answer = as_anna.get(f"/leads/export/?{ASKED}&format=csv")

    assert b"".join(answer.streaming_content).count(b"Hotel") == 7


def test_a_look_asks_first_and_begins_nothing(as_anna, hers):
    page = as_anna.get(f"/leads/export/?{ASKED}&format=xlsx")

    assert (page.status_code, page.context["button"]) == (200, "Write the file")
    assert dict(page.context["hidden"])["all"] == "1"
    assert (DataExport.objects.count(), OutboxMessage.objects.filter(kind="export.part").count()) == (0, 0)


def test_what_the_look_offers_to_post_is_the_same_list(as_anna, hers, deliver):
    page = as_anna.get(f"/leads/export/?{ASKED}&q=Hotel&format=xlsx")

    as_anna.post(page.context["action"], dict(page.context["hidden"]))
    deliver()

    assert names(as_anna, last()) == [f"Hotel {number}" for number in range(7)]


def test_asking_twice_is_asking_once(as_anna, hers):
    assert ask(as_anna).url == ask(as_anna).url
    assert DataExport.objects.count() == 1


def test_picked_rows_are_the_file_even_when_the_list_leaves_them_out(as_anna, hers, deliver):
    as_anna.post("/leads/export/", {"ids": [one.pk for one in hers[:6]], "query": f"{ASKED}&q=nothing", "format": "xlsx"})
    deliver()

    assert names(as_anna, last()) == [f"Hotel {number}" for number in range(6)]
    assert "Selected rows only" in dict(last().facts)


def test_what_is_not_understood_is_refused_at_once(as_anna, hers):
    assert ask(as_anna, "colour=red").status_code == 422
    assert not DataExport.objects.exists()


# --- the work ------------------------------------------------------------------------------


def test_the_worker_writes_what_was_asked_tells_the_person_and_says_what_it_is(as_anna, anna, alex, hers, deliver):
    LeadFactory(owner=alex, company="Hotel 25")
    address = ask(as_anna, f"{ASKED}&owner=me&sort=-company").url
    assert "Choosing the rows." in as_anna.get(address).content.decode()
    outbox.deliver_one(next_part().pk)
    outbox.deliver_one(next_part().pk)
    page = as_anna.get(address).content.decode()
    assert ("3 of 7 rows are written." in page, "every 1s" in page) == (True, True)
    assert as_anna.get(f"{address}file/").status_code == 404

    deliver()

    content = book_of(as_anna, last())
    about = dict(zip(column(content, "A", 2), column(content, "B", 2), strict=True))
    assert column(content) == ["Company", *(f"Hotel {number}" for number in reversed(range(7)))]
    assert (about["List"], about["Rows"], about["Exported by"], about["Sorted by"]) == ("leads", "7", "Anna Conti", "Company ↓")
    assert "Owner" in about["Filters"]
    assert "every 1s" not in as_anna.get(address).content.decode()
    told = anna.notifications.get()
    assert (told.url, told.text.startswith("The Excel file of leads is ready: 7 rows.")) == (address, True)
    assert not ExportPart.objects.exists()


def test_a_saved_view_that_is_gone_meanwhile_changes_nothing(as_anna, anna, hers, deliver):
    view = save_view(page="leads", name="Mine", sharing="private", query="base=all_open&sort=company&columns=company&status=new", by=anna)
    ask(as_anna, f"view={view.word}")
    SavedView.objects.across_partners(reason="test").all().delete()

    deliver()

    assert names(as_anna, last()) == [f"Hotel {number}" for number in range(7)]
    assert dict(last().facts)["View"] == "Mine"


def test_rows_that_come_later_are_not_in_it_and_those_that_go_are_left_out(as_anna, anna, hers, deliver):
    ask(as_anna)
    outbox.deliver_one(next_part().pk)
    LeadFactory(owner=anna, company="Hotel 00")
    Lead.objects.for_partner(anna.partner).filter(pk=hers[5].pk).update(deleted_at=timezone.now())
    Lead.objects.for_partner(anna.partner).filter(pk=hers[1].pk).update(company="Zuletzt")

    deliver()

    assert names(as_anna, last()) == ["Hotel 0", "Zuletzt", "Hotel 2", "Hotel 3", "Hotel 4", "Hotel 6"]
    assert (last().total, last().written) == (7, 6)


def test_a_worker_that_dies_in_a_part_writes_no_row_twice(as_anna, hers, monkeypatch, deliver):
    ask(as_anna)
    for _step in range(2):
        outbox.deliver_one(next_part().pk)
    whole = exporting.sheet_part

    def dies(*rows, **more):
        whole(*rows, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "sheet_part", dies)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        outbox.deliver_one(next_part().pk)
    assert (last().handled, last().written) == (3, 3)
    monkeypatch.setattr(exporting, "sheet_part", whole)
    OutboxMessage.objects.filter(state="pending").update(lease_until=None)
    deliver()

    assert names(as_anna, last()) == [f"Hotel {number}" for number in range(7)]


def test_a_worker_that_dies_after_writing_the_file_leaves_one_file(as_anna, hers, monkeypatch, deliver):
    ask(as_anna)
    whole = exporting.notify

    def dies(*told, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "notify", dies)
    with pytest.raises(KeyboardInterrupt):
        deliver()
    monkeypatch.setattr(exporting, "notify", whole)
    OutboxMessage.objects.filter(state="pending").update(lease_until=None)
    deliver()

    assert len(names(as_anna, last())) == 7
    assert [name for name in default_storage.listdir(str(last().by.partner_id))[1] if name.startswith(f"export-{last().pk}")] == [
        f"export-{last().pk}"
    ]


def test_a_part_that_died_for_good_is_told_and_can_go_on(as_anna, anna, hers, monkeypatch, deliver):
    ask(as_anna)
    outbox.deliver_one(next_part().pk)
    whole = exporting.sheet_part

    def fails(*rows, **more):
        raise outbox.Undeliverable("the disk is full")

    monkeypatch.setattr(exporting, "sheet_part", fails)
    deliver()
    page = as_anna.get(last().get_absolute_url()).content.decode()
    assert ("This came to a halt before its end." in page, "every 1s" in page) == (True, False)
    assert "came to a halt" in anna.notifications.get().text

    monkeypatch.setattr(exporting, "sheet_part", whole)
    as_anna.post(f"/exports/{last().pk}/retry/")
    deliver()

    assert len(names(as_anna, last())) == 7


def test_it_can_be_stopped(as_anna, anna, hers, deliver):
    ask(as_anna)
    outbox.deliver_one(next_part().pk)

    as_anna.post(f"/exports/{last().pk}/stop/")
    deliver()

    assert (last().state, last().file.name, ExportPart.objects.count(), anna.notifications.count()) == ("stopped", "", 0, 0)
    assert "It was stopped. There is no file." in as_anna.get(last().get_absolute_url()).content.decode()


def test_what_no_sheet_holds_is_refused_with_the_way_out(as_anna, anna, hers, monkeypatch, deliver):
    monkeypatch.setattr(exporting, "MOST_ROWS", 6)
    ask(as_anna)
    deliver()

    assert (last().state, ExportPart.objects.count()) == ("stopped", 0)
    assert "take the CSV" in as_anna.get(last().get_absolute_url()).content.decode()
    assert anna.notifications.get().text == "The Excel file of leads could not be written."


# --- whose it is ---------------------------------------------------------------------------


def test_nobody_elses_file_is_there(as_anna, client, anna, ben, carla, vendor_admin, hers, deliver):
    ask(as_anna)
    deliver()
    export = last()
    assert as_anna.get(f"/exports/{export.pk}/file/").status_code == 200

    for person in (ben, carla, vendor_admin):
        client.force_login(person)
        assert [client.get(f"/exports/{export.pk}/{place}").status_code for place in ("", "file/")] == [404, 404]
        assert [client.post(f"/exports/{export.pk}/{step}/").status_code for step in ("stop", "retry")] == [404, 404]
    export.refresh_from_db()
    assert export.state == "done"


@pytest.mark.parametrize("parts", [0, 1, 2])
def test_who_was_deactivated_gets_nothing(as_anna, anna, hers, deliver, parts):
    ask(as_anna)
    for _step in range(parts):
        outbox.deliver_one(next_part().pk)
    User.objects.filter(pk=anna.pk).update(is_active=False)

    deliver()

    assert (last().state, last().file.name, last().written <= 3, ExportPart.objects.count()) == ("stopped", "", True, 0)
    assert not anna.notifications.exists()


def test_who_is_of_a_suspended_partner_gets_nothing(as_anna, anna, hers, deliver):
    ask(as_anna)
    anna.partner.status = "suspended"
    anna.partner.save()

    deliver()

    assert (last().state, last().file.name) == ("stopped", "")


def test_what_one_may_no_longer_see_is_not_in_it(as_anna, anna, alex, hers, deliver):
    LeadFactory(owner=alex, company="Hotel 9")
    ask(as_anna)
    anna.partner.record_visibility = "owner"
    anna.partner.save()

    deliver()

    assert names(as_anna, last()) == [f"Hotel {number}" for number in range(7)]


def test_a_file_of_a_list_that_is_closed_by_now_is_not_given_out(as_anna, anna, hers, deliver):
    ask(as_anna)
    deliver()
    anna.role, anna.partner = "support_agent", None
    anna.save()

    assert as_anna.get(f"/exports/{last().pk}/file/").status_code == 404


# --- how long ------------------------------------------------------------------------------


def test_after_a_week_file_and_row_are_deleted(as_anna, hers, deliver, django_capture_on_commit_callbacks):
    ask(as_anna)
    deliver()
    export = last()
    until = exporting.last_day(export)
    assert (until - export.finished_at, exporting.forget_old(until - timedelta(minutes=1))) == (timedelta(days=7), 0)
    assert default_storage.exists(export.file.name)

    with django_capture_on_commit_callbacks(execute=True):
        assert exporting.forget_old(until) == 1

    assert (default_storage.exists(export.file.name), DataExport.objects.count()) == (False, 0)
    assert as_anna.get(f"/exports/{export.pk}/file/").status_code == 404
