"""Hand a record over, delete it, bring it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partnerportal.core import attached, display
from partnerportal.core.forms import OwnerForm
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views import state
from partnerportal.core.views.base import Guarded
from partnerportal.core.views.moves import refusal_html

IN_THE_BIN = 50


class ChangeOwner(AnyRecord):
    """Hand the record to an active colleague: `as_view(model=Lead, service=hand_over)`.

    `service(record, to=, by=)` does it; an app gives its own where more goes along. Further fields of `form_class` are choices
    that the service takes by their names; `text` says above them what goes along.
    """

    verb = "change"
    must_be_editable = True
    service: Callable[..., Any] = staticmethod(attached.change_owner)
    form_class: ClassVar[type[OwnerForm]] = OwnerForm
    text: ClassVar[str | Promise] = ""
    can_go_back = False  # Until it is known what would go along on the way back.

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.ask(self.form_class(user=request.user, present=self.record.owner))

    def ask(self, form: OwnerForm, *, status: int = 200) -> HttpResponse:
        """The question, as a dialog or a page."""
        context = {
            "record": self.record,
            "tab": self.urls,
            "form": form,
            "heading": _("Change owner"),
            "text": self.get_text(),
            "action": self.request.path,
            "button": _("Change owner"),
            "hidden": [("seen", self.record.owner_id)],
        }
        return self.dialog(context, status=status)

    def get_text(self) -> str | Promise:
        """What goes along, above the question."""
        return self.text or (_("Its notes and files stay with it. Open tasks go along, completed ones stay.") if self.has_tasks else "")

    @property
    def has_tasks(self) -> bool:
        """Whether tasks can be about such a record, and go along with it."""
        return hasattr(self.model, "tasks")

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.record = self.get_queryset().select_for_update(of=("self",)).get(pk=self.record.pk)
        form = self.form_class(request.POST, user=request.user, present=self.record.owner)
        if not form.is_valid():
            return self.ask(form, status=422)
        if request.POST.get("seen", str(self.record.owner_id)) != str(self.record.owner_id):
            sentence = _("Meanwhile this belongs to %(owner)s. Change the owner once more if it is to be somebody else.")
            form.add_error(None, sentence % {"owner": self.record.owner.get_full_name()})
            return self.ask(form, status=409)
        former = self.record.owner
        to = form.cleaned_data.pop("owner")
        self.can_go_back = not self.has_work(to)
        self.record = self.service(self.record, to=to, by=request.user, **form.cleaned_data)
        self.tell(former)
        return self.reload()

    def has_work(self, person: Any) -> bool:
        """Whether somebody has open tasks here: they would go along with a change of owner from her."""
        return self.has_tasks and self.record.tasks.open().filter(assigned_to=person, deleted_at=None).exists()

    def tell(self, former: Any) -> None:
        """Say whose it is now. A manager may take it back, as long as it stays so, unless the new owner's own work would go along."""
        back = {"owner": str(former.pk), "seen": str(self.record.owner_id)}
        undo = Undo(self.request.path, back) if self.request.user.manages_company and self.can_go_back else None
        text = _("%(record)s belongs to %(owner)s now.") % {"record": self.record, "owner": self.record.owner.get_full_name()}
        say(self.request, text, undo=undo)


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
        return self.dialog(context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = state.closed(self.list_in_sight) or reverse(f"{self.urls}:list")
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
        return self.lead_to(target)


class RestoreRecord(AnyRecord):
    """Bring a deleted record back."""

    verb = "delete"
    http_method_names = ["post", "options"]

    def get_queryset(self) -> QuerySet:
        return attached.deleted_records(self.model, self.request.user).select_related(*self.related)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            self.record = attached.restore_record(self.model, pk, by=request.user)
        except ValidationError as error:
            if self.wants_part:
                return HttpResponse(refusal_html(request, " ".join(error.messages)), status=422)
            for sentence in error.messages:
                warn(request, sentence)
            return HttpResponseRedirect(reverse(f"{self.urls}:deleted"))
        say(request, _("%(record)s is back.") % {"record": self.record})
        return self.reload()


class DeletedRecords(Guarded):
    """The bin of an object: what the person deleted or may bring back, with who deleted it and until when it stays."""

    is_block = True
    model: Any = None

    @property
    def permission(self) -> str:  # type: ignore[override]
        """The model's permission to delete."""
        return f"{self.model._meta.app_label}.delete_{self.model._meta.model_name}"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = attached.deleted_records(self.model, request.user).select_related("owner").order_by("-deleted_at", "-pk")
        page = Paginator(rows, IN_THE_BIN).get_page(request.GET.get("page"))
        urls = request.resolver_match.namespace  # type: ignore[union-attr]
        for record in page.object_list:
            record.restore_url = reverse(f"{urls}:restore", args=[record.pk])
            record.until = record.deleted_at + timedelta(days=settings.RESTORE_DAYS)
        context = {
            "page": page,
            "tab": urls,
            "kinds": display.kinds(self.model),
            "list_url": reverse(f"{urls}:list"),
            "days": settings.RESTORE_DAYS,
        }
        return self.page("layouts/deleted.html", context)
