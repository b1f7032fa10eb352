"""A file that was taken off its record comes back: from the toast, and from the files of the record."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from leads.tests.factories import LeadFactory
from partnerportal.core import attached, files
from partnerportal.core.activity import timeline
from partnerportal.core.models import Attachment
from partnerportal.core.scoping import NotYours
from partnerportal.core.uploads import FileRefused
from partnerportal.tests.counting import assert_queries

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


@pytest.fixture
def kept(lead, anna):
    return files.attach_file(lead, SimpleUploadedFile("a.txt", b"one"), by=anna)


def panel(client, lead):
    """The files that the panel shows, and those that it offers to bring back."""
    context = client.get(f"/leads/{lead.pk}/panels/files/", **HTMX).context
    return [one.name for one in context["files"]], [one.name for one in context["removed"]]


def test_a_removed_file_comes_back_with_its_versions(client, lead, kept, anna):
    second = files.attach_version(kept, lead, SimpleUploadedFile("b.txt", b"two"), by=anna)
    client.force_login(anna)
    page = client.post(f"/files/{second.pk}/remove/", follow=True).content.decode()
    assert f'action="/files/{second.pk}/restore/"' in page
    assert panel(client, lead) == ([], ["b.txt"])
    assert {client.get(f"/files/{one.pk}/").status_code for one in (kept, second)} == {404}

    answer = client.post(f"/files/{second.pk}/restore/", follow=True)

    assert "b.txt is back." in answer.content.decode()
    assert panel(client, lead) == (["b.txt"], [])
    assert [b"".join(client.get(f"/files/{one.pk}/").streaming_content) for one in (kept, second)] == [b"one", b"two"]
    titles = [entry.title for entry in timeline(lead, anna).past]
    assert sorted(titles[:2]) == ["Removed b.txt", "Restored b.txt"]


def test_who_may_not_remove_a_file_may_not_bring_it_back(client, lead, kept, anna, alex, carla):
    files.remove_file(kept, lead, by=anna)

    for person, status in ((alex, 403), (carla, 404)):
        client.force_login(person)
        assert client.post(f"/files/{kept.pk}/restore/").status_code == status
    with pytest.raises(NotYours):
        files.restore_file(kept, lead, by=alex)
    kept.refresh_from_db()
    assert kept.deleted_at is not None


def test_its_author_and_a_manager_bring_a_file_back(lead, alex, ben):
    of_alex = files.attach_file(lead, SimpleUploadedFile("a.txt", b"one"), by=alex)

    for person in (alex, ben):
        files.remove_file(of_alex, lead, by=alex)
        files.restore_file(of_alex, lead, by=person)

    assert list(lead.attachments.filter(deleted_at=None)) == [of_alex]


def test_what_is_there_is_not_brought_back_and_what_is_gone_not_removed(client, lead, kept, anna):
    client.force_login(anna)
    assert client.post(f"/files/{kept.pk}/restore/").status_code == 404
    files.remove_file(kept, lead, by=anna)

    assert client.post(f"/files/{kept.pk}/remove/").status_code == 404
    with pytest.raises(Attachment.DoesNotExist):
        files.remove_file(kept, lead, by=anna)
    upload = {"file": SimpleUploadedFile("a.txt", b"two"), "version_of": kept.pk}
    assert client.post(f"/leads/{lead.pk}/files/", upload).status_code == 404


def test_a_removed_file_of_a_deleted_record_waits_for_its_record(client, lead, kept, anna):
    client.force_login(anna)
    files.remove_file(kept, lead, by=anna)
    attached.delete_record(lead, by=anna)

    assert client.post(f"/files/{kept.pk}/restore/").status_code == 404


def test_after_the_days_of_grace_a_file_is_gone(client, lead, kept, anna, django_capture_on_commit_callbacks):
    there = files.attach_file(lead, SimpleUploadedFile("b.txt", b"two"), by=anna)
    files.remove_file(kept, lead, by=anna)
    client.force_login(anna)

    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False):
        assert files.forget_removed(timezone.now()) == 0
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False), django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(Attachment.DoesNotExist):
            files.restore_file(kept, lead, by=anna)
        assert files.forget_removed(timezone.now()) == 1

    assert list(lead.attachments.all()) == [there]
    assert (there.file.storage.exists(there.file.name), kept.file.storage.exists(kept.file.name)) == (True, False)


def test_the_panel_costs_the_same_for_many_removed_files(client, lead, anna):
    client.force_login(anna)

    def grow(count):
        for number in range(count):
            files.remove_file(files.attach_file(lead, SimpleUploadedFile(f"{number}.txt", b"one"), by=anna), lead, by=anna)

    grow(1)
    few = assert_queries(client, f"/leads/{lead.pk}/panels/files/", at_most=12)
    grow(4)

    assert assert_queries(client, f"/leads/{lead.pk}/panels/files/", at_most=12) == few


def test_a_version_of_a_file_that_was_removed_meanwhile_is_refused(lead, kept, anna):
    files.remove_file(kept, lead, by=anna)

    with pytest.raises(FileRefused, match="This file was removed meanwhile."):
        files.attach_version(kept, lead, SimpleUploadedFile("b.txt", b"two"), by=anna)

    assert lead.attachments.count() == 1


def test_a_file_that_somebody_else_removes_in_the_same_moment_is_not_found(client, lead, kept, anna, monkeypatch):
    def removed_before_the_lock(attachment, on, *, by):
        remove(attachment, on, by=by)
        remove(attachment, on, by=by)

    remove = files.remove_file
    monkeypatch.setattr(files, "remove_file", removed_before_the_lock)
    client.force_login(anna)

    assert client.post(f"/files/{kept.pk}/remove/").status_code == 404
