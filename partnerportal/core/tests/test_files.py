import io
import socketserver
import struct
import threading
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from leads.tests.factories import LeadFactory
from partnerportal.core import attached, files, outbox, scanner
from partnerportal.core.activity import timeline
from partnerportal.core.history import changes
from partnerportal.core.models import Attachment, Notification, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.uploads import FileRefused
from partnerportal.tests.racing import contend

OURS = {"reason": "test"}
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(width=200, height=300):
    document = pypdfium2.PdfDocument.new()
    document.new_page(width, height)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def picture(size=(1600, 800)):
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, "PNG")
    return target.getvalue()


def archive(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def upload(content, name):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


class Clamd(socketserver.BaseRequestHandler):
    """Speaks ClamAV's INSTREAM: reads the chunks, answers by what they hold."""

    def handle(self):
        assert self._exactly(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self._exactly(4))[0]:
            content += self._exactly(size)
        self.server.seen.append(content)
        verdict = b"Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"OK"
        self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0" if b"too much" in content else b"stream: " + verdict + b"\0")

    def _exactly(self, size):
        received = b""
        while len(received) < size:
            received += self.request.recv(size - len(received))
        return received


@pytest.fixture
def clamd(settings, tmp_path):
    place = tmp_path / "clamd.sock"
    with socketserver.ThreadingUnixStreamServer(str(place), Clamd) as server:
        server.seen = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.CLAMAV_URL = f"unix://{place}"
        yield server
        server.shutdown()
        thread.join()


def test_a_new_version_takes_the_place_and_the_older_stay_reachable(client, lead, anna, alex):
    first = files.attach_file(lead, upload(b"one", "offer.txt"), by=anna)
    second = files.attach_version(first, lead, upload(b"two", "offer final.txt"), by=anna)
    client.force_login(alex)

    assert [(one.version, one.is_current) for one in lead.attachments.order_by("version")] == [(1, False), (2, True)]
    assert second.document == first.document
    for one, content in ((first, b"one"), (second, b"two")):
        assert b"".join(client.get(f"/files/{one.pk}/").streaming_content) == content


def test_a_colleagues_file_is_renewed_by_its_author_and_by_who_may_change_the_record(client, lead, anna, alex, ben):
    first = files.attach_file(lead, upload(b"one", "a.txt"), by=anna)
    client.force_login(alex)

    def offered():
        return "New version of a.txt" in client.get(f"/leads/{lead.pk}/panels/files/").content.decode()

    assert not offered()
    refused = client.post(f"/leads/{lead.pk}/files/", {"file": upload(b"two", "a.txt"), "version_of": first.pk})
    assert refused.status_code == 403
    assert list(lead.attachments.all()) == [first]

    files.attach_version(first, lead, upload(b"two", "a.txt"), by=ben)
    attached.change_owner(lead, to=alex, by=ben)
    assert offered()
    files.attach_version(first, lead, upload(b"three", "a.txt"), by=alex)
    attached.change_owner(lead, to=anna, by=ben)
    assert offered()
    assert files.attach_version(first, lead, upload(b"four", "a.txt"), by=alex).version == 4


@pytest.mark.django_db(transaction=True)
def test_two_new_versions_at_once_are_two(lead, anna, ben):
    first = files.attach_file(lead, upload(b"one", "a.txt"), by=anna)

    answer = contend(
        lambda: files.attach_version(first, lead, upload(b"two", "a.txt"), by=anna),
        lambda: files.attach_version(first, lead, upload(b"three", "a.txt"), by=ben),
    )

    assert (answer.winner.version, answer.contender.version, answer.has_waited) == (2, 3, True)
    assert [(one.version, one.is_current) for one in lead.attachments.order_by("version")] == [(1, False), (2, False), (3, True)]


@pytest.mark.django_db(transaction=True)
def test_a_version_that_comes_while_the_file_is_removed_goes_along(lead, anna):
    first = files.attach_file(lead, upload(b"one", "a.txt"), by=anna)

    answer = contend(
        lambda: files.attach_version(first, lead, upload(b"two", "a.txt"), by=anna),
        lambda: files.remove_file(first, lead, by=anna),
    )

    assert (answer.contender, answer.has_waited) == (None, True)
    assert [(one.version, one.deleted_at is None) for one in lead.attachments.order_by("version")] == [(1, False), (2, False)]


def test_a_version_of_an_older_version_still_goes_on_top(lead, anna):
    first = files.attach_file(lead, upload(b"one", "a.txt"), by=anna)
    files.attach_version(first, lead, upload(b"two", "a.txt"), by=anna)

    assert files.attach_version(first, lead, upload(b"three", "a.txt"), by=anna).version == 3


def test_a_version_is_of_the_same_kind(lead, anna):
    first = files.attach_file(lead, upload(pdf(), "plan.pdf"), by=anna)

    with pytest.raises(FileRefused):
        files.attach_version(first, lead, upload(picture(), "plan.png"), by=anna)

    first.refresh_from_db()
    assert (first.is_current, lead.attachments.count()) == (True, 1)


def test_a_document_of_the_portal_gets_no_version(lead, anna):
    kept = files.store_file(lead, files.Checked(pdf(), "application/pdf", "Q-1.pdf"), author=None, is_generated=True)

    with pytest.raises(NotYours):
        files.attach_version(kept, lead, upload(pdf(), "Q-1.pdf"), by=anna)


def test_removing_a_file_removes_its_versions_and_what_the_store_holds(client, lead, anna, django_capture_on_commit_callbacks):
    first = files.attach_file(lead, upload(b"one", "a.txt"), by=anna)
    second = files.attach_version(first, lead, upload(b"two", "a.txt"), by=anna)

    with django_capture_on_commit_callbacks(execute=True):
        files.remove_file(second, lead, by=anna)

    for one in (first, second):
        client.force_login(anna)
        assert {client.get(f"/files/{one.pk}/{view}").status_code for view in ("", "look/", "preview/", "remove/")} == {404}
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False), django_capture_on_commit_callbacks(execute=True):
        assert files.forget_removed(timezone.now()) == 2

    assert not lead.attachments.exists()
    assert not any(one.file.storage.exists(one.file.name) for one in (first, second))


def test_somebody_elses_version_is_not_removed_along(lead, anna, alex):
    record = LeadFactory(owner=anna)
    first = files.attach_file(record, upload(b"one", "a.txt"), by=alex)
    files.attach_version(first, record, upload(b"two", "a.txt"), by=anna)

    with pytest.raises(NotYours):
        files.remove_file(first, record, by=alex)

    assert record.attachments.count() == 2


@pytest.mark.parametrize(("content", "name"), [(pdf(), "plan.pdf"), (picture(), "photo.png")])
def test_the_worker_draws_a_preview_that_is_only_ever_a_picture(client, lead, anna, carla, content, name):
    kept = files.attach_file(lead, upload(content, name), by=anna)
    outbox.deliver_due()
    client.force_login(anna)

    response = client.get(f"/files/{kept.pk}/preview/")

    with Image.open(io.BytesIO(b"".join(response.streaming_content))) as shown:
        assert (shown.format, max(shown.size)) == ("WEBP", 900)
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client.get(f"/files/{kept.pk}/look/", HTTP_HX_REQUEST="true").status_code == 200
    client.force_login(carla)
    assert {client.get(f"/files/{kept.pk}/{view}/").status_code for view in ("preview", "look")} == {404}


def test_a_damaged_pdf_is_kept_without_a_preview(lead, anna):
    kept = files.attach_file(lead, upload(b"%PDF-1.7\nnothing of a document", "plan.pdf"), by=anna)

    outbox.deliver_due()

    kept.refresh_from_db()
    assert not kept.preview
    assert OutboxMessage.objects.get(kind=files.PREVIEW).state == "done"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (archive(word__document="x", word__vbaProject_bin="x").replace(b"vbaProject_bin", b"vbaProject.bin"), "macro.docx"),
        (archive(a="x"), "nothing.docx"),
        (archive(**{f"p{number}": "" for number in range(5001)}), "many.zip"),
        (archive(a=b"\0" * 260 * 1024 * 1024), "bomb.zip"),
    ],
)
def test_an_archive_that_is_a_bomb_a_programme_or_no_document_is_refused(lead, anna, content, name):
    with pytest.raises(FileRefused):
        files.attach_file(lead, upload(content, name), by=anna)

    assert not Attachment.objects.across_partners(**OURS).exists()


def test_with_a_scanner_a_file_waits_and_opens_when_it_is_clean(client, clamd, lead, anna):
    kept = files.attach_file(lead, upload(b"harmless", "a.txt"), by=anna)
    client.force_login(anna)
    assert (kept.scan, client.get(f"/files/{kept.pk}/").status_code) == ("pending", 404)
    assert "Waits for the virus scanner." in client.get(f"/leads/{lead.pk}/panels/files/").content.decode()

    outbox.deliver_due()

    kept.refresh_from_db()
    assert (kept.scan, clamd.seen) == ("clean", [b"harmless"])
    assert b"".join(client.get(f"/files/{kept.pk}/").streaming_content) == b"harmless"


def test_what_the_scanner_finds_is_never_given_out_and_gone_from_the_store(
    client, clamd, lead, anna, alex, django_capture_on_commit_callbacks
):
    kept = files.attach_file(lead, upload(b"x" * 200_000 + EICAR, "a.txt"), by=alex)
    client.force_login(anna)

    with django_capture_on_commit_callbacks(execute=True):
        outbox.deliver_due()

    kept.refresh_from_db()
    assert kept.scan == "infected"
    assert client.get(f"/files/{kept.pk}/").status_code == 404
    assert not kept.file.storage.exists(kept.file.name)
    assert Notification.objects.get(user=alex).told == "a.txt was refused: the scanner found Win.Test.EICAR_HDB-1 in it."
    assert "Refused by the virus scanner." in client.get(f"/leads/{lead.pk}/panels/files/").content.decode()


@pytest.mark.parametrize("url", ["unix:///nowhere/clamd.sock", "tcp://127.0.0.1:1"])
def test_while_the_scanner_is_down_the_file_is_held(client, settings, lead, anna, url):
    settings.CLAMAV_URL = url
    kept = files.attach_file(lead, upload(b"harmless", "a.txt"), by=anna)

    outbox.deliver_due()

    kept.refresh_from_db()
    message = OutboxMessage.objects.get(kind=files.SCAN)
    client.force_login(anna)
    assert (kept.scan, message.state, message.attempts) == ("pending", "pending", 1)
    assert client.get(f"/files/{kept.pk}/").status_code == 404


def test_an_answer_that_is_no_verdict_is_none(clamd):
    with pytest.raises(scanner.ScannerDown):
        scanner.scan(io.BytesIO(b"too much"))


def test_a_version_is_put_on_through_the_page(client, lead, anna, alex):
    first = files.attach_file(lead, upload(b"one", "a.txt"), by=alex)
    elsewhere = files.attach_file(LeadFactory(owner=anna), upload(b"x", "x.txt"), by=alex)
    client.force_login(alex)

    page = client.post(
        f"/leads/{lead.pk}/files/", {"file": upload(b"two", "a.txt"), "version_of": first.pk}, HTTP_HX_REQUEST="true"
    ).content.decode()

    assert "a.txt is there in version 2." in page
    assert "1 older version" in page
    for key in (elsewhere.pk, "nonsense"):
        answer = client.post(f"/leads/{lead.pk}/files/", {"file": upload(b"3", "a.txt"), "version_of": key})
        assert answer.status_code == 404
    assert lead.attachments.count() == 2


def test_files_tell_who_follows(lead, anna, alex, ben):
    attached.follow(lead, by=ben)

    files.attach_version(files.attach_file(lead, upload(b"one", "a.txt"), by=alex), lead, upload(b"two", "a.txt"), by=alex)

    assert [notice.told for notice in Notification.objects.filter(user=ben).order_by("pk")] == [
        "Alex Rossi added a.txt to Brenner Logistik",
        "Alex Rossi put version 2 of a.txt on Brenner Logistik",
    ]


@pytest.mark.parametrize("htmx", [True, False])
def test_removing_a_file_asks_first_and_the_record_says_who_did_it(client, lead, anna, ben, htmx):
    more = {"headers": {"HX-Request": "true"}} if htmx else {}
    kept = files.attach_file(lead, upload(b"one", "a.txt"), by=anna)
    client.force_login(ben)
    before = lead.history.count()

    asked = client.get(f"/files/{kept.pk}/remove/", **more)
    assert (asked.status_code, lead.attachments.count()) == (200, 1)
    page = asked.content.decode()
    assert ("Remove a.txt?" in page, f'action="/files/{kept.pk}/remove/"' in page, "<html" in page) == (True, True, not htmx)
    client.post(f"/files/{kept.pk}/remove/", **more)

    assert (lead.attachments.filter(deleted_at=None).exists(), lead.history.count()) == (False, before + 1)
    last, entry = changes(lead)[0], timeline(lead, anna).past[0]
    assert (last.author, last.reason, last.fields) == ("Ben Marino", "Removed a.txt", ())
    assert (entry.title, entry.who) == ("Removed a.txt", "Ben Marino")
    assert "Removed a.txt" in client.get(f"/leads/{lead.pk}/history/").content.decode()


def test_who_may_not_remove_a_file_is_not_asked(client, lead, ben, alex):
    kept = files.attach_file(lead, upload(b"one", "a.txt"), by=ben)
    client.force_login(alex)

    assert client.get(f"/files/{kept.pk}/remove/").status_code == 403
