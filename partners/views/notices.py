"""What waits behind the bell, and the vendor's news."""

from __future__ import annotations

from typing import Any

import nh3
from django.core.paginator import Paginator
from django.db.models import Case, CharField, F, Max, Q, QuerySet, Value, When, Window
from django.db.models.functions import Concat, RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from partnerportal.core.attached import mute
from partnerportal.core.digest import Bundle, bundles
from partnerportal.core.models import Notification, Subject
from partnerportal.core.toasts import Undo, say
from partnerportal.core.views import Guarded, RecordView
from partnerportal.core.views.base import own_path
from partners.models import News, User

PER_PAGE = 30
IN_THE_BELL = 8
OF_ONE_RECORD = 6  # Notices of one record that the list shows; opening it reads them all.
NEWS_TAGS = {"p", "br", "ul", "ol", "li", "b", "strong", "i", "em", "a", "h2", "h3", "blockquote", "code"}


class Notices(Guarded):
    """All notices of the person, those about one record together; with `bell` the newest ones for the drop-down."""

    permission = "partners.view_notices"

    def get(self, request: HttpRequest) -> HttpResponse:
        unread = request.user.notifications.filter(read_at=None).count()
        if "bell" in request.GET:
            newest = request.user.notifications.all()[: IN_THE_BELL * 3]
            return self.page("partners/_bell.html", {"groups": bundles(newest)[:IN_THE_BELL], "unread": unread})
        only_unread = request.GET.get("show") == "unread"
        page = Paginator(_groups(request.user, only_unread=only_unread), PER_PAGE).get_page(request.GET.get("page"))
        page.object_list = _filled(request.user, [group["subject"] for group in page.object_list], only_unread=only_unread)
        context = {"page": page, "unread": unread, "only_unread": only_unread, "heading": _("Notices")}
        return self.page("partners/notices.html", context)


def _grouped(user: User, *, only_unread: bool) -> QuerySet:
    """The person's notices, each with the `subject` that it is grouped by: its record, or itself."""
    mine = user.notifications.filter(read_at=None) if only_unread else user.notifications.all()
    record = Concat("content_type_id", Value(":"), "object_id", output_field=CharField())
    itself = Concat(Value("n"), "pk", output_field=CharField())
    return mine.annotate(subject=Case(When(object_id__isnull=False, then=record), default=itself))


def _groups(user: User, *, only_unread: bool) -> QuerySet:
    return (
        _grouped(user, only_unread=only_unread)
        .order_by()
        .values("subject")
        .annotate(newest=Max("created_at"), last=Max("pk"))
        .order_by("-newest", "-last")
    )


def _filled(user: User, subjects: list[str], *, only_unread: bool) -> list[Bundle]:
    """The unread mentions and the newest notices of each subject; one query."""
    rest = Case(When(read_at=None, kind__startswith="mention", then=0), default=1)
    place = Window(RowNumber(), partition_by=F("subject"), order_by=[rest, F("created_at").desc(), F("pk").desc()])
    rows = _grouped(user, only_unread=only_unread).filter(subject__in=subjects).annotate(place=place).filter(place__lte=OF_ONE_RECORD)
    return bundles(rows.order_by("-created_at", "-pk"))


class OfNotice(Guarded):
    """What may be done with one of the person's notices."""

    is_block = True
    permission = "partners.view_notices"
    http_method_names = ["post"]

    def get_notice(self, pk: int) -> Notification:
        """The notice, if it is the person's own."""
        return get_object_or_404(self.request.user.notifications, pk=pk)

    def read(self, notice: Notification) -> None:
        """Mark it as read, and with it what else is said of the same record."""
        rows = self.request.user.notifications.filter(read_at=None)
        same = Q(pk=notice.pk)
        if notice.object_id is not None:
            told = self.request.POST.get("newest", "")
            newest = max(notice.pk, int(told) if told.isdecimal() and len(told) < 19 else 0)
            same |= Q(content_type=notice.content_type_id, object_id=notice.object_id, pk__lte=newest)
        rows.filter(same).update(read_at=timezone.now())


class OpenNotice(OfNotice):
    """Mark a notice as read and go to what it is about."""

    permission = "partners.view_notices"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = self.get_notice(pk)
        self.read(notice)
        return redirect(own_path(notice.url) or "partners:notices")


class ReadNotice(OfNotice):
    """Mark a notice as read, and stay."""

    permission = "partners.view_notices"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.read(self.get_notice(pk))
        return redirect("partners:notices")


class MuteNotice(OfNotice):
    """Hear no more of the record that a notice is about."""

    permission = "partners.view_notices"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = self.get_notice(pk)
        model: Any = notice.content_type.model_class() if notice.content_type else None
        if model is None or not issubclass(model, Subject):
            raise Http404
        record: Any = get_object_or_404(model._default_manager.visible_to(request.user), pk=notice.object_id)
        mute(record, by=request.user)
        self.read(notice)
        undo = Undo(f"{record.get_absolute_url()}mute/", {"on": "0"})
        say(request, _("%(record)s is muted. Only what is meant for you alone still comes.") % {"record": record}, undo=undo)
        return redirect("partners:notices")


class ReadAllNotices(Guarded):
    permission = "partners.view_notices"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        count = request.user.notifications.filter(read_at=None).update(read_at=timezone.now())
        if count:
            say(request, _("All notices are marked as read."))
        return redirect("partners:notices")


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
