"""What any record has: activity, notes, files, followers, change of owner, delete and restore, history, related lists; and its addresses.

leads = record_urls(Lead, list=LeadList, add=LeadAdd, detail=LeadDetail, edit=LeadEdit, move=LeadMove, board=LeadBoard)
urlpatterns = [path("leads/", include((leads, "leads")))]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from partnerportal.core import attached, display
from partnerportal.core.activity import timeline
from partnerportal.core.forms import FileForm, NoteForm, OwnerForm
from partnerportal.core.history import Change, FieldChange, changes
from partnerportal.core.models import Attachment, Pin
from partnerportal.core.scoping import PartnerOwned
from partnerportal.core.tables import Column, rows_html
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views.base import Guarded, RecordView, parts
from partnerportal.core.views.bulk import BulkOwner
from partnerportal.core.views.moves import refusal_html


class AnyRecord(RecordView):
    """A page of any model: `as_view(model=Lead)`. `verb` is the permission on the model that it needs."""

    is_block = True
    verb: ClassVar[str] = "view"
    model: Any = None

    @property
    def permission(self) -> str:  # type: ignore[override]
        """The model's permission for the verb."""
        return f"{self.model._meta.app_label}.{self.verb}_{self.model._meta.model_name}"

    @property
    def urls(self) -> str:
        """The namespace of the record's addresses."""
        return self.request.resolver_match.namespace  # type: ignore[union-attr]

    def back(self, *fragments: str, status: int = 200) -> HttpResponse:
        """The parts for htmx; without it the record's page."""
        if self.wants_part:
            return parts(self.request, *fragments, status=status)
        return HttpResponseRedirect(self.record.get_absolute_url())

    def reload(self) -> HttpResponse:
        """The record's page anew, for htmx too."""
        address = self.record.get_absolute_url()
        return HttpResponse(status=204, headers={"HX-Redirect": address}) if self.wants_part else HttpResponseRedirect(address)


class Activity(AnyRecord):
    """The activity panel: composer, what is coming, what has been."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = "components/activity.html" if self.wants_part else "layouts/panel.html"
        return self.page(template, self.context())

    def context(self, form: NoteForm | None = None) -> dict[str, Any]:
        """What the panel needs."""
        told = timeline(self.record, self.request.user)
        label = self.model._meta.label_lower.split(".")
        return {
            "record": self.record,
            "tab": self.urls,
            "heading": _("Activity"),
            "component": "components/activity.html",
            "timeline": told,
            "note_form": form or NoteForm(),
            "may_write": self.request.user.has_perm(f"{label[0]}.change_{label[1]}"),
            "notes_url": reverse(f"{self.urls}:notes", args=[self.record.pk]),
            "about": f"{self.model._meta.label_lower}:{self.record.pk}" if hasattr(self.model, "tasks") else "",
            "history_url": reverse(f"{self.urls}:history", args=[self.record.pk]),
        }


class AddNote(Activity):
    """Write a note on a record that one sees."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = NoteForm(request.POST)
        if not form.is_valid():
            template = "components/activity.html" if self.wants_part else "layouts/panel.html"
            return self.page(template, self.context(form), status=422)
        attached.add_note(self.record, form.cleaned_data["text"], title=form.cleaned_data["title"], by=request.user)
        say(request, _("The note was added."))
        return self.back(render_to_string("components/activity.html", self.context(), request=request) if self.wants_part else "")


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


class FollowRecord(AnyRecord):
    """Follow, or stop to."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.POST.get("on") == "0":
            attached.unfollow(self.record, by=request.user)
            say(request, _("You no longer follow %(record)s.") % {"record": self.record}, undo=Undo(request.path, {"on": "1"}))
        else:
            attached.follow(self.record, by=request.user)
            say(
                request, _("You follow %(record)s and hear of its changes.") % {"record": self.record}, undo=Undo(request.path, {"on": "0"})
            )
        return self.reload()


class ChangeOwner(AnyRecord):
    """Hand the record to an active colleague. `service(record, to=, by=)` does it; an app gives its own where more goes along."""

    verb = "change"
    must_be_editable = True
    service: ClassVar[Callable[..., Any]] = staticmethod(attached.change_owner)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.ask(OwnerForm(user=request.user, present=self.record.owner))

    def ask(self, form: OwnerForm, *, status: int = 200) -> HttpResponse:
        """The question, as a dialog or a page."""
        context = {
            "record": self.record,
            "tab": self.urls,
            "form": form,
            "heading": _("Change owner"),
            "action": self.request.path,
            "button": _("Change owner"),
        }
        return self.page("components/form_dialog.html" if self.wants_part else "layouts/confirm.html", context, status=status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = OwnerForm(request.POST, user=request.user, present=self.record.owner)
        if not form.is_valid():
            return self.ask(form, status=422)
        former = self.record.owner
        self.record = type(self).service(self.record, to=form.cleaned_data["owner"], by=request.user)
        undo = Undo(request.path, {"owner": str(former.pk)}) if request.user.manages_company else None
        say(
            request,
            _("%(record)s belongs to %(owner)s now.") % {"record": self.record, "owner": self.record.owner.get_full_name()},
            undo=undo,
        )
        return self.reload()


class DeleteRecord(AnyRecord):
    """Delete softly, after a question."""

    verb = "delete"
    must_be_editable = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            "record": self.record,
            "tab": self.urls,
            "heading": _("Delete %(record)s?") % {"record": self.record},
            "text": _("It disappears from every list. You can bring it back for 30 days."),
            "action": request.path,
            "button": _("Delete"),
            "is_dangerous": True,
        }
        return self.page("components/form_dialog.html" if self.wants_part else "layouts/confirm.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = reverse(f"{self.urls}:list")
        try:
            attached.delete_record(self.record, by=request.user)
        except attached.NotDeletable as error:
            if self.wants_part:
                return HttpResponse(refusal_html(request, str(error)), status=422)
            warn(request, error)
            return HttpResponseRedirect(self.record.get_absolute_url())
        say(
            request,
            _("%(record)s was deleted.") % {"record": self.record},
            undo=Undo(reverse(f"{self.urls}:restore", args=[self.record.pk])),
        )
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if self.wants_part else HttpResponseRedirect(target)


class RestoreRecord(AnyRecord):
    """Bring a deleted record back."""

    verb = "delete"
    http_method_names = ["post", "options"]

    def get_queryset(self) -> QuerySet:
        return attached.deleted_records(self.model, self.request.user).select_related(*self.related)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.record = attached.restore_record(self.model, pk, by=request.user)
        say(request, _("%(record)s is back.") % {"record": self.record})
        return self.reload()


@dataclass(frozen=True)
class ToldChange:
    """A change with its values as a person reads them: (label, old, new)."""

    change: Change
    channel: str
    fields: list[tuple[str, Any, Any]]


CHANNELS: dict[str, Callable[[], str]] = {
    "form": lambda: _("form"),
    "cell": lambda: _("list"),
    "board": lambda: _("board"),
    "bulk": lambda: _("many at once"),
    "import": lambda: _("import"),
    "admin": lambda: _("vendor"),
    "service": lambda: _("portal"),
}


def _channel(name: str) -> str:
    return CHANNELS[name]() if name in CHANNELS else name


class History(AnyRecord):
    """Every change of every field: who, when, through what."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = changes(self.record, limit=200)
        names = self._names(found)
        told = [ToldChange(one, _channel(one.channel), [self._told(field, names) for field in one.fields]) for one in found]
        return self.page(
            "layouts/history.html", {"record": self.record, "tab": self.urls, "kind": display.kind(self.model), "changes": told}
        )

    def _told(self, one: FieldChange, names: dict[tuple[str, Any], str]) -> tuple[str, Any, Any]:
        return one.label[:1].upper() + one.label[1:], self._value(one.field, one.old, names), self._value(one.field, one.new, names)

    def _value(self, name: str, value: Any, names: dict[tuple[str, Any], str]) -> Any:
        field = self.model._meta.get_field(name)
        if value is None or value == "":
            return display.NOTHING
        if isinstance(field, models.ForeignKey):
            return names.get((name, value), f"#{value}")
        if field.get_internal_type() == "MoneyField":
            return display.money(value, self.record.currency)
        return display.plain_value(field, value)

    def _names(self, found: list[Change]) -> dict[tuple[str, Any], str]:
        """What related records are called that this person may see; one query a related field."""
        wanted: dict[str, set[Any]] = {}
        for field in (field for one in found for field in one.fields):
            if isinstance(self.model._meta.get_field(field.field), models.ForeignKey):
                wanted.setdefault(field.field, set()).update({field.old, field.new} - {None})
        names: dict[tuple[str, Any], str] = {}
        for name, keys in wanted.items():
            related = self.model._meta.get_field(name).related_model
            is_scoped = issubclass(related, PartnerOwned) or hasattr(related._default_manager, "visible_to")
            rows = related._default_manager.visible_to(self.request.user) if is_scoped else related._default_manager.all()
            names |= {(name, row.pk): str(row) for row in rows.filter(pk__in=keys)}
        return names


class RelatedPanel(Guarded):
    """A related list on another record's page: `parent_model` visible to the person, rows of `model` whose `parent_field` is it.

    Declared in the later app, mounted at the parent's `/panels/<name>/`; the earlier app only knows the address.
    """

    is_block = True
    parent_model: ClassVar[type[PartnerOwned]]
    model: ClassVar[type[PartnerOwned]]
    parent_field: ClassVar[str]
    label: ClassVar[str | Promise]
    columns: ClassVar[tuple[Column, ...]]
    related: ClassVar[tuple[str, ...]] = ()
    ordering: ClassVar[tuple[str, ...]] = ("-created_at", "-pk")
    namespace: ClassVar[str] = ""
    add_permission: ClassVar[str] = ""
    add_label: ClassVar[str | Promise] = ""
    limit: ClassVar[int] = 5

    @cached_property
    def urls(self) -> str:
        """The namespace of the listed objects."""
        return self.namespace or f"{self.model._meta.model_name}s"

    def get_rows(self, parent: Any) -> QuerySet:
        """The rows of the panel."""
        rows = self.model._default_manager.visible_to(self.request.user).filter(**{self.parent_field: parent})
        return rows.select_related(*self.related).order_by(*self.ordering)

    def add_url(self, parent: Any) -> str:
        """Where a new one is made, with the parent filled in."""
        return f"{reverse(f'{self.urls}:add')}?{self.parent_field}={parent.pk}"

    def all_url(self, parent: Any) -> str:
        """The list of all of them."""
        return f"{reverse(f'{self.urls}:list')}?{self.parent_field}={parent.pk}"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        parent = get_object_or_404(self.parent_model._default_manager.visible_to(request.user), pk=pk)
        rows = self.get_rows(parent)
        count = rows.order_by().count()
        may_add = bool(self.add_permission) and request.user.has_perm(self.add_permission)
        context = {
            "record": parent,
            "heading": self.label,
            "component": "components/related.html",
            "count": display.number(count),
            "heads": [column.label for column in self.columns],
            "rows": rows_html(list(rows[: self.limit]), self.columns),
            "has_rows": count > 0,
            "has_more": count > self.limit,
            "all_url": self.all_url(parent),
            "add_url": self.add_url(parent) if may_add else "",
            "add_label": self.add_label or _("New"),
        }
        return self.page("components/related.html" if self.wants_part else "layouts/panel.html", context)


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


class PinView(View):
    """Open a list with the present view from now on, or no longer."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        page, query = request.POST.get("page", "")[:200], request.POST.get("query", "")[:2000]
        if request.POST.get("on") == "0":
            Pin.objects.filter(user=request.user, page=page).delete()
            say(request, _("The list opens with its first view again."))
        else:
            Pin.objects.update_or_create(user=request.user, page=page, defaults={"query": query})
            say(request, _("The list opens with this view from now on."))
        return _back(request)


class LookView(View):
    """Theme and density, from the profile menu."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        for name in ("theme", "density"):
            value = request.POST.get(name)
            if value in dict(request.user._meta.get_field(name).flatchoices):
                setattr(request.user, name, value)
                request.user.save(update_fields=[name])
        return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("back", "/")
    return HttpResponseRedirect(address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else "/")


def record_urls(model: type[models.Model], **pages: type[View]) -> list[URLPattern]:
    """The addresses of an object. `pages`: list, board, add, detail, edit, move; what is missing has no address.

    Names: list, bulk_owner, board, export, add, detail, edit, clone, move, history, notes, files, follow, owner, delete, restore,
    panel_activity, panel_files.
    """
    found: list[URLPattern] = []
    if "list" in pages:
        found += [path("", pages["list"].as_view(), name="list"), path("export/", pages["list"].as_view(is_export=True), name="export")]
        found.append(path("bulk/owner/", BulkOwner.as_view(model=model), name="bulk_owner"))
    for name, address in (
        ("board", "board/"),
        ("add", "new/"),
        ("detail", "<int:pk>/"),
        ("edit", "<int:pk>/edit/"),
        ("move", "<int:pk>/move/"),
    ):
        if name in pages:
            found.append(path(address, pages[name].as_view(), name=name))
    if "add" in pages:
        found.append(path("<int:pk>/clone/", pages["add"].as_view(), name="clone"))
    return [*found, *attached_urls(model)]


def attached_urls(model: type[models.Model]) -> list[URLPattern]:
    """The addresses that every record has, whatever it is."""
    shared: tuple[tuple[str, str, type[AnyRecord]], ...] = (
        ("history", "history/", History),
        ("notes", "notes/", AddNote),
        ("files", "files/", AttachFile),
        ("follow", "follow/", FollowRecord),
        ("owner", "owner/", ChangeOwner),
        ("delete", "delete/", DeleteRecord),
        ("restore", "restore/", RestoreRecord),
        ("panel_activity", "panels/activity/", Activity),
        ("panel_files", "panels/files/", Files),
    )
    return [path(f"<int:pk>/{address}", view.as_view(model=model), name=name) for name, address, view in shared]
