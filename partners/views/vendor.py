"""Pages around the vendor: the WMP inside the portal, the demo's mail, and help."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

from csp.decorators import csp, csp_replace
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from partnerportal.core.models import StoredMail
from partnerportal.core.views import Guarded
from partners import guide

PER_PAGE = 30


class Wmp(Guarded):
    """The vendor's management portal in a frame, or, where none is set, a page that says so."""

    permission = "partners.view_wmp"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("partners/wmp.html", {"wmp_url": settings.WMP_URL, "heading": "WMP", "tab": "wmp"})


class Help(Guarded):
    permission = "partners.view_help"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("partners/help.html", {"heading": _("Help"), "guide": guide.guide()})


class GuidePicture(Guarded):
    """A picture of the guide."""

    permission = "partners.view_help"

    def get(self, request: HttpRequest, picture: str) -> FileResponse:
        if f"{picture}.png" not in guide.pictures():
            raise Http404
        return FileResponse((guide.FOLDER / f"{picture}.png").open("rb"), content_type="image/png")


MAILBOX = "core.view_storedmail"
FILE_POLICY = {"default-src": ["'none'"], "sandbox": True}
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "sandbox": [""],
}


class Mailbox(Guarded):
    """The mail that the demo keeps, newest first."""

    permission = MAILBOX

    def get(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").strip()[:100]
        mails = StoredMail.objects.defer("raw", "html", "text")
        if words:
            mails = mails.filter(Q(subject__icontains=words) | Q(to__icontains=words))
        page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
        return self.page("partners/mailbox.html", {"page": page, "q": words, "heading": _("Mailbox"), "tab": "mailbox"})


@method_decorator(csp_replace({"frame-src": ["'self'"]}), name="dispatch")
class ReadMail(Guarded):
    permission = MAILBOX

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        mail = get_object_or_404(StoredMail, pk=pk)
        return self.page("partners/mail.html", {"mail": mail, "files": _names(mail), "tab": "mailbox"})


@method_decorator([csp(MAIL_POLICY), xframe_options_sameorigin], name="dispatch")  # type: ignore[arg-type]
class MailHtml(Guarded):
    """The HTML of a mail, for the frame of its page: no script, no form, nothing from outside, no origin."""

    permission = MAILBOX

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return HttpResponse(get_object_or_404(StoredMail, pk=pk).html)


@method_decorator(csp(FILE_POLICY), name="dispatch")  # type: ignore[arg-type]
class MailAttachment(Guarded):
    permission = MAILBOX

    def get(self, request: HttpRequest, pk: UUID, index: int) -> HttpResponse:
        parts = _attachments(get_object_or_404(StoredMail, pk=pk))
        if index >= len(parts):
            raise Http404
        part = parts[index]
        response = HttpResponse(part.get_payload(decode=True), content_type=part.get_content_type())
        response["Content-Disposition"] = content_disposition_header(True, part.get_filename("attachment"))
        return response


def _attachments(mail: StoredMail) -> list[EmailMessage]:
    return list(message_from_bytes(bytes(mail.raw), policy=policy.default).iter_attachments())  # type: ignore[attr-defined]


def _names(mail: StoredMail) -> list[str]:
    return [part.get_filename("attachment") for part in _attachments(mail)]
