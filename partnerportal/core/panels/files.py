"""The files of a record, and each file by itself."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from partnerportal.core import attached
from partnerportal.core.forms import FileForm
from partnerportal.core.models import Attachment
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.toasts import say


class Files(AnyRecord):
    """The files of a record, and where to put one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = "components/files.html" if self.wants_part else "layouts/panel.html"
        return self.page(template, self.context())

    def context(self, error: str = "") -> dict[str, Any]:
        """What the panel needs."""
        label = self.model._meta.label_lower.split(".")
        files = list(self.record.attachments.select_related("author"))
        return {
            "record": self.record,
            "tab": self.urls,
            "heading": _("Files"),
            "component": "components/files.html",
            "files": files,
            "error": error,
            "may_write": self.request.user.has_perm(f"{label[0]}.change_{label[1]}"),
            "upload_url": reverse(f"{self.urls}:files", args=[self.record.pk]),
        }


class AttachFile(Files):
    """Put a file on a record that one sees."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = FileForm(request.POST, request.FILES)
        try:
            if not form.is_valid():
                raise attached.FileRefused(" ".join(form.errors.get("file", [_("Please choose a file.")])))
            kept = attached.attach_file(self.record, form.cleaned_data["file"], by=request.user)
        except attached.FileRefused as error:
            template = "components/files.html" if self.wants_part else "layouts/panel.html"
            return self.page(template, self.context(str(error)), status=422)
        say(request, _("%(file)s was added.") % {"file": kept.name})
        return self.back(render_to_string("components/files.html", self.context(), request=request) if self.wants_part else "")


class DownloadFile(View):
    """A private file, for whoever may see the record that it is on. Always a download, never shown in the portal's own origin."""

    def get_attachment(self, request: HttpRequest, pk: Any) -> tuple[Attachment, Any]:
        """The file and its record, both through scope: 404 for whoever may not see the record."""
        rows = Attachment.objects.across_partners(reason="the record that the file is on decides, just below")
        attachment = get_object_or_404(rows.select_related("content_type"), pk=pk)
        model = attachment.content_type.model_class()
        if model is None or not request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            raise Http404
        return attachment, get_object_or_404(model._default_manager.visible_to(request.user), pk=attachment.object_id)

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, _record = self.get_attachment(request, pk)
        response = FileResponse(
            attachment.file.open("rb"), as_attachment=True, filename=attachment.name, content_type=attachment.media_type
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "private, no-store"
        return response


class RemoveFile(DownloadFile):
    """Take a file off its record."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        attachment, record = self.get_attachment(request, pk)
        attached.remove_file(attachment, record, by=request.user)
        say(request, _("%(file)s was removed.") % {"file": attachment.name})
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponse(status=204, headers={"HX-Redirect": record.get_absolute_url()})
        return HttpResponseRedirect(record.get_absolute_url())
