"""The admin's ground: the one way out of the tenancy guard for vendor users, and the portal's own machinery.

    @admin.register(Order)
    class OrderAdmin(PartnerOwnedAdmin):
        list_display = ("number", "partner", "status", "updated_at")
        list_filter = ("status", ("partner", VisibleChoicesFilter))
        object_actions = (ObjectAction("ship", _("Mark as shipped"), run=services.ship_order, permission="orders.change_order"),)

Rows and related choices are those that the vendor user sees (`visible_to`): an account manager's portfolio, all for the vendor
admin, cases for support. Every field is shown read-only but those named in `changeable_fields`. Business records are neither made
nor deleted here. A refusal of a service becomes a message, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core import outbox
from partnerportal.core.actors import acting
from partnerportal.core.history import FieldChange, changes
from partnerportal.core.models import LONGEST_STATE, OutboxMessage, SavedView, StoredMail
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, StaleMove
from partnerportal.core.told import stage_field, stage_labels
from partnerportal.core.views import state

REFUSALS: tuple[type[Exception], ...] = (NotYours, IllegalMove, StaleMove, ExitConditionMissing)


@dataclass(frozen=True)
class ObjectAction:
    """A verb on the page of one object. `run(record, by=user)` or, with `asks`, `run(record, by=user, <asks>=text)`.

    `when` tells for which records the button is there. What `run` returns is not used; a refusal is shown as a message.
    What a `form` of its own asks besides the text goes to `run` by its name.
    With `shows` the verb also gets `seen=`: what `shows(record)` was when the person looked at the page.
    """

    name: str
    label: Any
    run: Callable[..., Any]
    permission: str
    asks: str = ""
    question: Any = ""
    is_required: bool = False
    when: Callable[[Any], bool] = lambda record: True
    shows: Callable[[Any], str] | None = None
    seen: str = ""
    form: type[ActionForm] | None = None

    @property
    def has_page(self) -> bool:
        """Whether more is asked than a text, on a page of its own."""
        return self.form is not None


class ActionForm(forms.Form):
    """What an action wants to know."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}), max_length=4000, strip=True)


class VisibleChoicesFilter(admin.RelatedFieldListFilter):
    """The filter of a list by a related row, with only those rows that the person sees."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(row.pk), str(row)) for row in visible_rows(field.remote_field.model, request.user)]


def _parameter(entry: Any) -> str:
    """What a filter of a list reads in the address: its own word, or a field."""
    return str(entry.parameter_name) if hasattr(entry, "parameter_name") else entry if isinstance(entry, str) else entry[0]


def visible_rows(model: type[models.Model], user: Any) -> models.QuerySet[Any]:
    """The rows of any model that a person may be shown; all of them where the model makes no difference."""
    manager = model._default_manager
    return manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()


class VendorAdmin(admin.ModelAdmin):
    """A page of the back office that shows only what this vendor user may see, and names her as the author of changes."""

    changeable_fields: Sequence[str] | None = None  # None: every field of the form.
    object_actions: Sequence[ObjectAction] = ()
    refusals: tuple[type[Exception], ...] = ()
    change_form_template = "admin/portal_change_form.html"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = visible_rows(self.model, request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the list offers as a filter. Any other field could be guessed letter by letter, be it a password or a private link."""
        roots = {_parameter(one).split(LOOKUP_SEP)[0] for one in (*self.list_filter, self.date_hierarchy or "")}
        return lookup.split(LOOKUP_SEP)[0] in roots and super().lookup_allowed(lookup, value, request)

    def view_on_site(self, obj: models.Model) -> str | None:  # type: ignore[override]
        """The record's page in the portal."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any] | None:
        return visible_rows(db_field.remote_field.model, request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        declared = tuple(super().get_readonly_fields(request, obj))
        if self.changeable_fields is None or obj is None:
            return declared
        shown = [field.name for field in self.model._meta.fields if not field.primary_key]
        hidden = {*declared, *(self.exclude or ())}  # Django shows a read-only field even when it is excluded.
        extra = [name for name in shown if name not in self.changeable_fields and name not in hidden]
        return (*declared, *extra)

    # --- authorship and refusals ---------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"object_actions": self._offered(request, object_id), **self._saving(object_id), **(extra_context or {})}
        with acting(request.user):  # type: ignore[arg-type]
            return self._guarded(request, lambda: super(VendorAdmin, self).changeform_view(request, object_id, form_url, context))

    def _saving(self, object_id: str | None) -> dict[str, bool]:
        """Which save buttons there are: none where nothing can be changed."""
        can_save = object_id is None or self.changeable_fields is None or bool(self.changeable_fields)
        return {"show_save": can_save, "show_save_and_continue": can_save, "show_save_and_add_another": False}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        with acting(request.user):  # type: ignore[arg-type]
            return self._guarded(request, lambda: super(VendorAdmin, self).changelist_view(request, extra_context))

    def _guarded(self, request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            with transaction.atomic():
                return work()
        except (*REFUSALS, *self.refusals) as refusal:
            self.message_user(request, _sentence(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # --- verbs on one object ---------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_do"
        return [path("<path:object_id>/do/<slug:action>/", self.admin_site.admin_view(self.do_view), name=name), *super().get_urls()]

    def _offered(self, request: HttpRequest, object_id: str | None) -> list[ObjectAction]:
        record = self.get_object(request, unquote(object_id)) if object_id and self.object_actions else None
        offered = [one for one in self.object_actions if record and request.user.has_perm(one.permission) and one.when(record)]
        return [replace(one, seen=one.shows(record)) if one.shows else one for one in offered]

    def do_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        verb = next((one for one in self.object_actions if one.name == action), None)
        if record is None or verb is None:
            raise Http404
        if not request.user.has_perm(verb.permission):
            raise PermissionDenied
        form = (verb.form or ActionForm)(request.POST if request.method == "POST" else None)
        form.fields["text"].required = verb.is_required
        if request.method == "POST" and (not verb.asks or form.is_valid()):
            response = self._do(request, record, verb, form)
            if response is not None:
                return response
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": record,
            "action": replace(verb, seen=request.POST.get("seen") or verb.shows(record)) if verb.shows else verb,
            "form": form,
            "title": verb.label,
        }
        return render(request, "admin/portal_action.html", context, status=422 if request.method == "POST" else 200)

    def _do(self, request: HttpRequest, record: Any, verb: ObjectAction, form: ActionForm) -> HttpResponse | None:
        """The page of the object after the verb; None where the form says what is wrong with it."""
        answer = {verb.asks if name == "text" else name: value for name, value in form.cleaned_data.items()} if verb.asks else {}
        if verb.shows:
            answer["seen"] = request.POST.get("seen", "")
        try:
            with acting(request.user), transaction.atomic():  # type: ignore[arg-type]
                verb.run(record, by=request.user, **answer)
        except ValidationError as error:
            for name, sentences in error.update_error_dict({}).items():
                form.add_error("text" if name == verb.asks else name if name in form.fields else None, sentences)
            return None
        except (*REFUSALS, *self.refusals) as refusal:
            self.message_user(request, _sentence(refusal), messages.ERROR)
        else:
            self.message_user(request, _("%(action)s: done.") % {"action": verb.label}, messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]))

    # --- history -----------------------------------------------------------------------------

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        entries = changes(record) if hasattr(record, "history") else []
        told = [(entry, [_told(record, change) for change in entry.fields]) for entry in entries]
        context = {**self.admin_site.each_context(request), "opts": self.opts, "object": record, "entries": told, "title": _("History")}
        return render(request, "admin/portal_history.html", context)


class PartnerOwnedAdmin(VendorAdmin):
    """A business record in the back office: looked at, moved by its actions, changed only in `changeable_fields`."""

    changeable_fields: Sequence[str] | None = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PartnerOwnedInline(admin.TabularInline):
    """Parts of a business record, shown below it and read only."""

    extra = 0
    can_delete = False
    show_change_link = False
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return visible_rows(self.model, request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # As the record above it: its own page has been asked.


class ReadOnlyAdmin(VendorAdmin):
    """Rows that only the portal writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, StaleMove):
        return _("Somebody else was faster: the record is no longer where you saw it. Look again.")
    return str(refusal)


def _told(record: Any, change: FieldChange) -> tuple[str, str, str]:
    field = record._meta.get_field(change.field)
    texts = stage_labels(record) if change.field == stage_field(record) else {}
    old, new = (texts.get(value) or _as_text(field, value) for value in (change.old, change.new))
    return change.label, old, new


def _as_text(field: Any, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if field.is_relation:
        row = field.remote_field.model._base_manager.filter(pk=value).first()
        return str(row) if row else str(value)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


@admin.action(description=gettext_lazy("Try again"))
def retry(modeladmin: admin.ModelAdmin, request: HttpRequest, messages_chosen: models.QuerySet[OutboxMessage]) -> None:
    """Give dead messages eight new tries."""
    for message in messages_chosen.filter(state=OutboxMessage.State.DEAD):
        outbox.retry(message)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("kind", "key", "state", "attempts", "created_at", "available_at", "done_at", "last_error_line")
    list_filter = ("state", "kind", "created_at")
    search_fields = ("key", "kind")
    actions = (retry,)
    date_hierarchy = "created_at"

    @admin.display(description=gettext_lazy("last error"))
    def last_error_line(self, message: OutboxMessage) -> str:
        return message.last_error.strip().rsplit("\n", 1)[-1][:120]


@admin.register(StoredMail)
class StoredMailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "to", "created_at")
    search_fields = ("subject", "text")
    exclude = ("raw", "html")
    date_hierarchy = "created_at"


LISTS = (
    ("leads", gettext_lazy("Leads")),
    ("accounts", gettext_lazy("Accounts")),
    ("contacts", gettext_lazy("Contacts")),
    ("projects", gettext_lazy("Projects")),
    ("quotes", gettext_lazy("Quotes")),
    ("orders", gettext_lazy("Orders")),
    ("cases", gettext_lazy("Cases")),
    ("tasks", gettext_lazy("Tasks")),
)


class PublishedViewForm(forms.ModelForm):
    """A view for everybody. What it shows is the address of the list in the portal, as the browser has it."""

    page = forms.ChoiceField(label=gettext_lazy("List"), choices=LISTS)
    query = forms.CharField(
        label=gettext_lazy("Address of the list"),
        max_length=LONGEST_STATE + 200,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Set filters, columns and order in the portal, and copy the address. “Me” is whoever reads."),
    )
    request: HttpRequest

    class Meta:
        model = SavedView
        fields = ("page", "name", "query")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.instance.sharing = SavedView.Sharing.PUBLISHED
        if "page" not in cleaned or "query" not in cleaned:
            return cleaned
        asked: QueryDict = QueryDict(cleaned["query"].rpartition("?")[2].strip(), mutable=True)
        if "view" not in asked and "base" in asked:
            asked.setlist("view", asked.getlist("base"))
        shown = resolve(reverse(f"{cleaned['page']}:list")).func.view_class.showing(self.request, asked)  # type: ignore[attr-defined]
        try:
            shown.rows  # noqa: B018 - the problems are found on the way
        except Http404:
            raise forms.ValidationError({"query": _("This saved view does not exist.")}) from None
        if shown.problems:
            raise forms.ValidationError({"query": [problem.sentence for problem in shown.problems]})
        kept = state.kept(shown.query)
        kept["base"] = shown.view.name
        return cleaned | {"query": kept.urlencode()}


@admin.register(SavedView)
class PublishedViewAdmin(VendorAdmin):
    form = PublishedViewForm
    list_display = ("name", "page", "updated_at")
    list_filter = ("page",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(sharing=SavedView.Sharing.PUBLISHED)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.request = request
        return form
