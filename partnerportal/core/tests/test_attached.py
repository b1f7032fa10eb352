import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from accounts.models import Account, Contact
from accounts.tests.factories import ContactFactory
from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached, files
from partnerportal.core.models import Attachment, Follow, Note, Notification, Pin
from partnerportal.core.scoping import NotYours
from partnerportal.core.uploads import Checked, FileRefused

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
OURS = {"reason": "test"}


def picture(kind="PNG", *, comment=b""):
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(target, kind, **({"comment": comment} if kind == "JPEG" else {}))
    return target.getvalue()


def archive():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as book:
        book.writestr("a.txt", "a")
    return target.getvalue()


def upload(content, name):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna)


def test_add_note_tells_owner_and_followers_but_not_the_author(lead, anna, alex, ben):
    attached.follow(lead, by=ben)

    note = attached.add_note(lead, "Decides in March", by=alex)

    assert (note.partner, note.author, note.text) == (anna.partner, alex, "Decides in March")
    assert sorted(Notification.objects.values_list("user__first_name", flat=True)) == ["Anna", "Ben"]


def test_add_note_refuses_who_may_not_see_the_record(lead, carla):
    with pytest.raises(Lead.DoesNotExist):
        attached.add_note(lead, "x", by=carla)

    assert not Note.objects.across_partners(**OURS).exists()


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "Floor plan.pdf", "application/pdf"),
        (picture("PNG"), "photo.png", "image/png"),
        (picture("JPEG"), "photo.JPEG", "image/jpeg"),
        (b"a,b\n1,2\n", "list.csv", "text/csv"),
        (archive(), "all.zip", "application/zip"),
    ],
)
def test_attach_file_keeps_what_is_allowed_under_a_random_name(lead, anna, content, name, media_type):
    kept = files.attach_file(lead, upload(content, name), by=anna)

    assert (kept.media_type, kept.author, kept.partner) == (media_type, anna, anna.partner)
    assert kept.file.name.startswith(f"{anna.partner_id}/")
    assert name.split(".")[0] not in kept.file.name


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>x()</script>", "page.html"),
        (b"<svg onload='x()'/>", "drawing.svg"),
        (b"MZ\x90\x00" + b"\x00" * 64, "setup.exe"),
        (b"MZ\x90\x00" + b"\x00" * 64, "report.pdf"),
        (picture("PNG"), "photo.pdf"),
        (PDF, "photo.png"),
        (b"\x00\x01binary", "notes.txt"),
        (PDF, "notes.txt"),
        (PDF, "report.pdf.html"),
        (PDF, "report"),
        (b"", "empty.pdf"),
        (b"\x89PNG\r\n\x1a\nnot a picture at all", "broken.png"),
    ],
)
def test_attach_file_refuses_what_is_not_what_its_name_says(lead, anna, content, name):
    with pytest.raises(FileRefused):
        files.attach_file(lead, upload(content, name), by=anna)

    assert not Attachment.objects.across_partners(**OURS).exists()


def test_attach_file_refuses_what_is_too_large(lead, anna, settings):
    settings.UPLOAD_MAX_BYTES = 10

    with pytest.raises(FileRefused):
        files.attach_file(lead, upload(PDF, "a.pdf"), by=anna)


def test_attach_file_writes_a_picture_anew_without_what_was_hidden_in_it(lead, anna):
    content = picture("JPEG", comment=b"<script>hidden</script>") + b"<?php hidden ?>"

    kept = files.attach_file(lead, upload(content, "photo.jpg"), by=anna)

    with kept.file.open("rb") as stored:
        assert b"hidden" not in stored.read()


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "..\\..\\x.pdf", "a\r\nSet-Cookie: x.pdf", "a/b/c.pdf"])
def test_attach_file_keeps_a_name_that_leads_nowhere(lead, anna, name):
    kept = files.attach_file(lead, upload(PDF, name), by=anna)

    assert not set("/\\\r\n") & set(kept.name)
    assert ".." not in kept.file.name


def test_a_file_is_a_download_that_runs_nothing(client, lead, anna):
    kept = files.attach_file(lead, upload(PDF, "Plan Größe.pdf"), by=anna)
    client.force_login(anna)

    response = client.get(f"/files/{kept.pk}/")

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Plan_Gr%C3%B6%C3%9Fe.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response["Cache-Control"]


def test_a_file_follows_its_record(client, lead, anna, carla, olga, otto):
    kept = files.attach_file(lead, upload(PDF, "a.pdf"), by=anna)
    answers = {}
    for person in (carla, olga, otto, anna):
        client.force_login(person)
        response = client.get(f"/files/{kept.pk}/")
        answers[person.first_name] = response.status_code
        b"".join(response)
    attached.delete_record(lead, by=anna)
    gone = client.get(f"/files/{kept.pk}/").status_code

    assert answers == {"Carla": 404, "Olga": 404, "Otto": 200, "Anna": 200}
    assert gone == 404


def test_a_file_needs_a_session(client, lead, anna):
    kept = files.attach_file(lead, upload(PDF, "a.pdf"), by=anna)

    assert client.get(f"/files/{kept.pk}/").status_code == 302


def test_remove_file_is_for_its_author_and_for_who_may_change_the_record(lead, anna, alex, ben):
    of_alex = files.attach_file(lead, upload(PDF, "a.pdf"), by=alex)
    of_ben = files.attach_file(lead, upload(PDF, "b.pdf"), by=ben)

    with pytest.raises(NotYours):
        files.remove_file(of_ben, lead, by=alex)
    files.remove_file(of_alex, lead, by=alex)
    files.remove_file(of_ben, lead, by=anna)

    assert not Attachment.objects.across_partners(**OURS).filter(deleted_at=None).exists()


def test_remove_file_leaves_the_portals_own_documents(lead, anna):
    kept = files.store_file(lead, Checked(PDF, "application/pdf", "Q-1.pdf"), author=None, is_generated=True)

    with pytest.raises(NotYours):
        files.remove_file(kept, lead, by=anna)


def test_follow_twice_is_once_and_unfollow_ends_it(lead, alex):
    attached.follow(lead, by=alex)
    attached.follow(lead, by=alex)
    assert Follow.objects.across_partners(**OURS).count() == 1

    attached.unfollow(lead, by=alex)

    assert not Follow.objects.across_partners(**OURS).exists()


def test_everybody_reads_a_notice_in_the_own_language(lead, anna, alex, ben):
    anna.language = "de"
    anna.save(update_fields=["language"])
    lead.owner = anna
    attached.follow(lead, by=alex)

    with translation.override("de"):
        attached.add_note(lead, "Gruss", by=ben)
        attached.change_owner(lead, to=alex, by=ben)

    told = {(notice.user.first_name, notice.text) for notice in Notification.objects.all()}
    assert told == {
        ("Anna", f"Ben Marino hat eine Notiz zu {lead} geschrieben"),
        ("Alex", f"Ben Marino wrote a note on {lead}"),
        ("Alex", f"Ben Marino handed you {lead}"),
        ("Anna", f"Ben Marino hat {lead} an Alex Rossi übergeben"),
    }


def test_change_owner_hands_over_and_tells_the_new_one(lead, anna, alex):
    attached.change_owner(lead, to=alex, by=anna)

    lead.refresh_from_db()
    assert lead.owner == alex
    assert Notification.objects.get().user == alex


def test_change_owner_refuses_strangers_and_those_who_left(lead, anna, alex, carla):
    alex.is_active = False
    alex.save()

    for person in (carla, alex):
        with pytest.raises(NotYours):
            attached.change_owner(lead, to=person, by=anna)

    lead.refresh_from_db()
    assert lead.owner == anna


def test_change_owner_is_for_owner_and_managers(lead, alex, ben):
    with pytest.raises(NotYours):
        attached.change_owner(lead, to=alex, by=alex)

    attached.change_owner(lead, to=alex, by=ben)

    lead.refresh_from_db()
    assert lead.owner == alex


def test_delete_hides_a_record_and_restore_brings_it_back(lead, anna, alex):
    attached.delete_record(lead, by=anna)
    assert not Lead.objects.visible_to(anna).exists()
    with pytest.raises(Lead.DoesNotExist):
        attached.restore_record(Lead, lead.pk, by=alex)

    attached.restore_record(Lead, lead.pk, by=anna)

    assert Lead.objects.visible_to(anna).get() == lead


def test_restore_ends_after_its_days(lead, anna, settings):
    attached.delete_record(lead, by=anna)
    settings.RESTORE_DAYS = 0

    with pytest.raises(Lead.DoesNotExist):
        attached.restore_record(Lead, lead.pk, by=anna)


def test_restore_waits_for_what_the_record_belongs_to(anna):
    contact = ContactFactory(owner=anna)
    attached.delete_record(contact, by=anna)
    attached.delete_record(contact.account, by=anna)

    with pytest.raises(ValidationError, match="This belongs to something in the bin: account. Restore that first."):
        attached.restore_record(Contact, contact.pk, by=anna)
    assert not Contact.objects.visible_to(anna).exists()

    attached.restore_record(Account, contact.account_id, by=anna)
    attached.restore_record(Contact, contact.pk, by=anna)
    assert Contact.objects.visible_to(anna).get() == contact


def test_move_attached_hands_everything_over(lead, anna, alex):
    target = LeadFactory(owner=anna)
    attached.add_note(lead, "a", by=anna)
    files.attach_file(lead, upload(PDF, "a.pdf"), by=anna)
    attached.follow(lead, by=alex)
    attached.follow(target, by=alex)

    attached.move_attached(lead, target)

    assert (target.notes.count(), target.attachments.count(), target.followers.count()) == (1, 1, 1)


def test_move_attached_never_leaves_a_partner(lead, carla):
    with pytest.raises(ValueError, match="never leave"):
        attached.move_attached(lead, LeadFactory(owner=carla))


def test_theme_and_density_are_kept_and_nonsense_is_not(client, anna):
    client.force_login(anna)

    client.post("/look/", {"theme": "dark", "density": "compact"})
    client.post("/look/", {"theme": "neon"})

    anna.refresh_from_db()
    assert (anna.theme, anna.density) == ("dark", "compact")
    assert not Pin.objects.exists()


def test_keys_are_switched_off_and_on(client, anna):
    client.force_login(anna)

    client.post("/look/", {"keys": "off"})
    assert 'data-keys="off"' in client.get("/leads/").text
    client.post("/look/", {"keys": "nonsense"})
    anna.refresh_from_db()
    assert anna.keys == "off"
    client.post("/look/", {"keys": "on"})
    assert 'data-keys="off"' not in client.get("/leads/").text
