"""The files of a record, and each file by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from partnerportal.core import files
from partnerportal.core.forms import FileForm
from partnerportal.core.models import Attachment
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.toasts import Undo, say
from partnerportal.core.uploads import FileRefused
from partnerportal.core.views.base import as_download


class Files(AnyRecord):
    """The files of a record, and where to put one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = "components/files.html" if self.wants_part else "layouts/panel.html"
        return self.page(template, self.context())

    def context(self, error: str = "") -> dict[str, Any]:
        """What the panel needs."""
        label = self.model._meta.label_lower.split(".")
        return {
            "record": self.record,
            "tab": self.urls,
            "heading": _("Files"),
            "component": "components/files.html",
            **self.known_files(),
            "days": settings.RESTORE_DAYS,
            "error": error,
            "may_write": self.request.user.has_perm(f"{label[0]}.change_{label[1]}"),
            "upload_url": reverse(f"{self.urls}:files", args=[self.record.pk]),
            "files_url": reverse(f"{self.urls}:panel_files", args=[self.record.pk]),
        }

    def known_files(self) -> dict[str, list[Attachment]]:
        """The current version of each file, newest first: `files`, and what was `removed`. Two queries.

        Each has its `former` versions, and says whether the person `may_renew` it.
        """
        user = self.request.user
        is_editable = self.model._default_manager.editable_by(user).filter(pk=self.record.pk).exists()
        rows = self.record.attachments.filter(Q(deleted_at=None) | files.restorable())
        versions = list(rows.select_related("author").order_by("-created_at", "-pk"))
        current = [file for file in versions if file.is_current]
        for file in current:
            former = [one for one in versions if one.document == file.document and one.pk != file.pk]
            file.former = sorted(former, key=lambda one: -one.version)  # type: ignore[attr-defined]
            file.may_renew = is_editable or file.author_id == user.pk  # type: ignore[attr-defined]
        return {"files": [one for one in current if not one.deleted_at], "removed": [one for one in current if one.deleted_at]}


class AttachFile(Files):
    """Put a file on a record that one sees; with `document`, a newer version of one that is there."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = FileForm(request.POST, request.FILES)
        try:
            if not form.is_valid():
                raise FileRefused(" ".join(form.errors.get("file", [_("Please choose a file.")])))
            kept = self.keep(form.cleaned_data["file"])
        except FileRefused as error:
            template = "components/files.html" if self.wants_part else "layouts/panel.html"
            return self.page(template, self.context(str(error)), status=422)
        say(request, self.told(kept))
        return self.back(render_to_string("components/files.html", self.context(), request=request) if self.wants_part else "")

    def keep(self, upload: Any) -> Attachment:
        """The file as the service kept it."""
        if "version_of" not in self.request.POST:
            return files.attach_file(self.record, upload, by=self.request.user)
        try:
            former = self.record.attachments.filter(pk=self.request.POST["version_of"], deleted_at=None).first()
        except ValidationError:  # No key of a file at all.
            former = None
        if former is None:
            raise Http404
        return files.attach_version(former, self.record, upload, by=self.request.user)

    def told(self, kept: Attachment) -> str:
        """What happened."""
        words = {"file": kept.name, "version": kept.version}
        if kept.scan == Attachment.Scan.PENDING:
            return _("%(file)s was added. It can be opened when the virus scanner has looked at it.") % words
        return (_("%(file)s was added.") if kept.version == 1 else _("%(file)s is there in version %(version)s.")) % words


@contextmanager
def found_under_lock() -> Iterator[None]:
    """A file that somebody else has removed or brought back in the same moment is not found any more."""
    try:
        yield
    except Attachment.DoesNotExist as error:
        raise Http404 from error


class OneFile(View):
    """What every view of a single file stands on: the file and its record, both through scope. One that was taken off is not found."""

    def get_rows(self) -> Any:
        """The files that the view may be about."""
        return Attachment.objects.across_partners(reason="the record that the file is on decides, just below").filter(deleted_at=None)

    def get_attachment(self, request: HttpRequest, pk: Any) -> tuple[Attachment, Any]:
        """The file and its record: 404 for whoever may not see the record."""
        attachment = get_object_or_404(self.get_rows().select_related("content_type"), pk=pk)
        model = attachment.content_type.model_class()
        if model is None or not request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            raise Http404
        return attachment, get_object_or_404(model._default_manager.visible_to(request.user), pk=attachment.object_id)

    def back_to(self, record: Any) -> HttpResponse:
        """The record's page anew, for htmx too."""
        if self.request.htmx:  # type: ignore[attr-defined]
            return HttpResponse(status=204, headers={"HX-Redirect": record.get_absolute_url()})
        return HttpResponseRedirect(record.get_absolute_url())


class DownloadFile(OneFile):
    """A private file, for whoever may see the record that it is on. Always a download, never shown in the portal's own origin."""

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, _record = self.get_attachment(request, pk)
        if not attachment.may_be_read:
            raise Http404
        content = attachment.file.open("rb")
        return as_download(FileResponse(content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type))


class PreviewFile(OneFile):
    """The picture that the worker drew of a file: always a picture, whatever the file is."""

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, _record = self.get_attachment(request, pk)
        if not attachment.preview or not attachment.may_be_read:
            raise Http404
        return as_download(FileResponse(attachment.preview.open("rb"), content_type="image/webp"))


class LookAtFile(OneFile):
    """The preview, large, in a dialog; a page without script."""

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, record = self.get_attachment(request, pk)
        if not attachment.preview or not attachment.may_be_read:
            raise Http404
        is_part = bool(request.htmx)  # type: ignore[attr-defined]
        context = {"file": attachment, "record": record, "heading": attachment.name, "component": "components/file_dialog.html"}
        context["is_dialog"] = is_part
        return HttpResponse(render_to_string("components/file_dialog.html" if is_part else "layouts/panel.html", context, request=request))


class RemoveFile(OneFile):
    """Take a file off its record, after a question: a dialog, and a page without script."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, record = self.get_attachment(request, pk)
        count, names = files.require_removable(attachment, record, by=request.user), {"name": attachment.name}
        context = {
            "record": record,
            "heading": (_("Remove %(name)s with all its versions?") if count > 1 else _("Remove %(name)s?")) % names,
            "text": _("You can bring it back for 30 days. The history of the record says who did it and when."),
            "action": request.path,
            "button": _("Remove"),
            "is_dangerous": True,
        }
        template = "components/form_dialog.html" if request.htmx else "layouts/confirm.html"  # type: ignore[attr-defined]
        return HttpResponse(render_to_string(template, context, request=request))

    def post(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, record = self.get_attachment(request, pk)
        with found_under_lock():
            files.remove_file(attachment, record, by=request.user)
        undo = Undo(reverse("core:restore_file", args=[attachment.pk]))
        say(request, _("%(file)s was removed.") % {"file": attachment.name}, undo=undo)
        return self.back_to(record)


class RestoreFile(OneFile):
    """Bring back a file that was taken off its record."""

    http_method_names = ["post", "options"]

    def get_rows(self) -> Any:
        return Attachment.objects.across_partners(reason="the record that the file was on decides").filter(files.restorable())

    def post(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, record = self.get_attachment(request, pk)
        with found_under_lock():
            files.restore_file(attachment, record, by=request.user)
        say(request, _("%(record)s is back.") % {"record": attachment.name})
        return self.back_to(record)
