"""What waits behind the bell, and the vendor's news."""

from __future__ import annotations

import nh3
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from partnerportal.core.models import Notification
from partnerportal.core.toasts import say
from partnerportal.core.views import Guarded, RecordView
from partners.models import News

PER_PAGE = 30
IN_THE_BELL = 8
NEWS_TAGS = {"p", "br", "ul", "ol", "li", "b", "strong", "i", "em", "a", "h2", "h3", "blockquote", "code"}


class Notices(Guarded):
    """All notices of the person, or with `bell` the newest ones for the drop-down."""

    permission = "partners.view_notices"

    def get(self, request: HttpRequest) -> HttpResponse:
        mine = request.user.notifications.all()
        unread = mine.filter(read_at=None).count()
        if "bell" in request.GET:
            return self.page("partners/_bell.html", {"notices": mine[:IN_THE_BELL], "unread": unread})
        shown = mine.filter(read_at=None) if request.GET.get("show") == "unread" else mine
        page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
        context = {"page": page, "unread": unread, "only_unread": request.GET.get("show") == "unread", "heading": _("Notices")}
        return self.page("partners/notices.html", context)


class OpenNotice(Guarded):
    """Mark a notice as read and go to what it is about."""

    permission = "partners.view_notices"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(request.user.notifications, pk=pk)
        _read(notice)
        is_ours = notice.url.startswith("/") and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
        return HttpResponseRedirect(notice.url) if is_ours else redirect("partners:notices")


class ReadNotice(Guarded):
    """Mark a notice as read, and stay."""

    permission = "partners.view_notices"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        _read(get_object_or_404(request.user.notifications, pk=pk))
        return redirect("partners:notices")


class ReadAllNotices(Guarded):
    permission = "partners.view_notices"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        count = request.user.notifications.filter(read_at=None).update(read_at=timezone.now())
        if count:
            say(request, _("All notices are marked as read."))
        return redirect("partners:notices")


def _read(notice: Notification) -> None:
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])


class NewsList(Guarded):
    permission = "partners.view_news"

    def get(self, request: HttpRequest) -> HttpResponse:
        news = News.objects.visible_to(request.user).filter(published_on__isnull=False)
        kind = request.GET.get("kind", "")
        if kind in News.Kind.values:
            news = news.filter(kind=kind)
        page = Paginator(news, PER_PAGE).get_page(request.GET.get("page"))
        context = {"page": page, "kinds": News.Kind.choices, "kind": kind, "heading": _("News and updates"), "tab": "news"}
        return self.page("partners/news_list.html", context)


class NewsDetail(RecordView):
    permission = "partners.view_news"
    model = News
    related = ()

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page("partners/news_detail.html", {"news": self.record, "text": clean(self.record.text), "tab": "news"})


def clean(html: str) -> SafeString:
    """The vendor's rich text with nothing but a few harmless tags."""
    harmless = nh3.clean(html, tags=NEWS_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})
    return mark_safe(harmless)  # noqa: S308 (that is what the line above is for)
