"""New, clone and edit of a record: one service or one save, once per form; an edit is merged with what others saved meanwhile."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.messages import INFO
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerportal.core import display, presence
from partnerportal.core.edits import Edit, asking, last_changes, present_values, read, sealed
from partnerportal.core.forms import PartnerModelForm, refuse
from partnerportal.core.history import Change
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.core.submissions import answered, lasting, once
from partnerportal.core.toasts import say
from partnerportal.core.views.base import RecordView


def say_followed(request: HttpRequest, record: Any, edit: Edit, told: Mapping[str, Change] | None = None) -> None:
    """Say which fields somebody else changed meanwhile, where that was kept beside one's own change. `told` as in `asking`."""
    names = edit.merged.followed
    if not names:
        return
    found = last_changes(record, names) if told is None else told
    authors = {change.author for name, change in found.items() if name in names and change.author}
    sentence = ngettext(
        "%(who)s changed %(fields)s meanwhile: both changes are kept.",
        "%(who)s changed %(fields)s meanwhile: all changes are kept.",
        len(names),
    )
    labels = ", ".join(str(edit.form[name].label) for name in edit.form.fields if name in names)
    say(request, sentence % {"who": ", ".join(sorted(authors)) or _("Somebody"), "fields": labels}, level=INFO)


class RecordForm(RecordView):
    """What adding and editing share. `errors` are the exceptions of the service whose message becomes an error of the form."""

    is_block = True
    form_class: ClassVar[type[PartnerModelForm]]
    template_name: ClassVar[str] = "layouts/form.html"
    service: ClassVar[Callable[..., Any] | None] = None
    errors: ClassVar[tuple[type[Exception], ...]] = (IllegalMove, ValidationError)
    namespace: ClassVar[str] = ""
    heading: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "pencil-square"

    @property
    def urls(self) -> str:
        """The namespace of the object's addresses."""
        return self.namespace or f"{self.model._meta.model_name}s"

    def get_form(self, data: Any = None, files: Any = None, **options: Any) -> PartnerModelForm:
        """The form, for this person."""
        return self.form_class(data, files, user=self.request.user, **options)

    def get_context(self, form: forms.BaseForm, **more: Any) -> dict[str, Any]:
        """What the layout needs."""
        return {
            "form": form,
            "tab": self.urls,
            "kind": display.kind(self.model),
            "icon": self.icon,
            **lasting(self.request),
            **more,
        }

    def answer_invalid(self, form: forms.BaseForm, *, status: int = 422, **more: Any) -> HttpResponse:
        """The form again, with what was typed and what is wrong."""
        return self.page(self.template_name, self.get_context(form, **more), status=status)


class RecordAdd(RecordForm):
    """A new record, or a clone at `/<objects>/<id>/clone/`.

    `service(values=, by=)` makes it, or the form saves it for the person's company.
    """

    is_block = True
    can_save_and_new: ClassVar[bool] = True
    duplicates: ClassVar[str] = ""  # The name of the address that finds records like the one that is typed, and what it looks at.
    compared: ClassVar[tuple[str, ...]] = ()

    def get_initial(self) -> dict[str, Any]:
        """Prefilled values: of the record that is cloned, or from the address."""
        form = self.form_class.base_fields
        if hasattr(self, "record"):
            return {name: value for name, value in model_to_dict(self.record).items() if name in form}
        return {name: self.request.GET[name] for name in form if name in self.request.GET}

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return self.page(self.template_name, self.get_context(self.get_form(initial=self.get_initial())))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = self.get_form(request.POST, request.FILES)
        token, is_again = request.POST.get("submission", ""), request.POST.get("then") == "new"
        if not form.is_valid():
            # What the first of two clicks has made is no duplicate to ask the second about.
            address = answered(token, by=request.user)
            return self._go_on(address, is_again=is_again) if address else self.answer_invalid(form)
        made: list[Any] = []

        def act() -> str:
            made[:] = [self.create(form)]  # Once more after a deadlock, whose record is gone.
            return self.address_after(made[0])

        try:
            address = once(token, by=request.user, act=act)
        except self.errors as error:
            refuse(form, error)
            return self.answer_invalid(form)
        if made:
            say(request, _("%(record)s was created.") % {"record": made[0]}, link=(_("Open"), made[0].get_absolute_url()))
        return self._go_on(address, is_again=is_again)

    def _go_on(self, address: str, *, is_again: bool) -> HttpResponse:
        return HttpResponseRedirect(self.again_url() if is_again else address)

    def address_after(self, record: Any) -> str:
        """Where Save goes."""
        return record.get_absolute_url()

    def again_url(self) -> str:
        """Where Save & New goes: the empty form, with the same prefilled parent."""
        query = self.request.GET.urlencode()
        return reverse(f"{self.urls}:add") + (f"?{query}" if query else "")

    def create(self, form: PartnerModelForm) -> Any:
        """Make the record."""
        service = type(self).service
        if service is not None:
            return service(values=form.cleaned_data, by=self.request.user)
        record = form.save(commit=False)
        record.partner_id = self.request.user.partner_id
        if not record.owner_id:
            record.owner = self.request.user
        record.save()
        form.save_m2m()
        return record

    def get_context(self, form: forms.BaseForm, **more: Any) -> dict[str, Any]:
        is_clone = hasattr(self, "record")
        heading = self.heading or (
            _("Clone %(record)s") % {"record": self.record} if is_clone else _("New %(kind)s") % {"kind": display.kind(self.model)}
        )
        cancel = self.record.get_absolute_url() if is_clone else reverse(f"{self.urls}:list")
        return super().get_context(
            form,
            heading=heading,
            cancel_url=cancel,
            can_save_and_new=self.can_save_and_new and not is_clone,
            duplicates_url=reverse(self.duplicates) if self.duplicates else "",
            duplicates_when=", ".join(f"input delay:500ms from:#id_{name}" for name in self.compared),
            **more,
        )


class RecordEdit(RecordForm):
    """A change of a record. `service(record, values=, by=)` makes it, or the form saves it.

    What others saved since the form was opened is kept; where both changed the same field, the person chooses. `open_to_change`
    narrows the editable records to those that are not read-only for what they have become; `check` says so for one.
    """

    is_block = True
    must_be_editable = True
    open_to_change: ClassVar[Q] = Q()
    title: str

    def check(self) -> None:
        """Raise NotYours, with the reason, for a record that can only be read now."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.check()
        self.title = str(self.record)
        form = self.get_form(instance=self.record)
        return self.page(self.template_name, self.get_context(form, base=sealed(present_values(self.get_form(instance=self.record)))))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.title = str(self.record)
        with transaction.atomic():
            present = self.locked()
            edit = self.read(present, request.POST)
            if edit.clashes:
                return self.answer_clash(edit)
            if not edit.form.is_valid():
                return self.answer_invalid(edit.form, base=edit.base)
            try:
                with transaction.atomic():
                    record = self.save(present, edit.form)
            except self.errors as error:
                refuse(edit.form, error)
                return self.answer_invalid(edit.form, base=edit.base)
        self.say_saved(record, edit)
        return HttpResponseRedirect(record.get_absolute_url())

    def locked(self) -> Any:
        """The record as it stands, held until the change is made."""
        self.record.lock_above()
        rows = self.model._default_manager.editable_by(self.request.user)  # type: ignore[attr-defined]
        present = rows.select_related(*self.related).select_for_update(of=("self",)).filter(pk=self.record.pk).first()
        if present is None:
            raise NotYours(self.record.who_may_change())
        return present

    def read(self, present: Any, posted: QueryDict, **options: Any) -> Edit:
        """What was posted, merged with the record as it stands."""

        def form_of(data: QueryDict | None) -> PartnerModelForm:
            files = self.request.FILES if data is not None else None
            return self.get_form(data, files, instance=copy.copy(present))

        return read(form_of, posted, **options)

    def save(self, present: Any, form: Any) -> Any:
        """Make the change, in the transaction that holds the record."""
        service = type(self).service
        if service is None:
            return form.save()
        return service(present, values=form.cleaned_data, by=self.request.user)

    def say_saved(self, record: Any, edit: Edit) -> None:
        """Saved; and what others changed meanwhile has been kept, too."""
        say(self.request, _("%(record)s was saved.") % {"record": record})
        say_followed(self.request, record, edit)

    def answer_clash(self, edit: Edit) -> HttpResponse:
        """Somebody else changed the same fields: theirs, mine, or what it was? The input stays."""
        return self.answer_invalid(edit.form, status=409, **asking(edit, self.record, self.request.POST))

    def get_context(self, form: forms.BaseForm, **more: Any) -> dict[str, Any]:
        return super().get_context(
            form,
            heading=self.heading or _("Edit %(record)s") % {"record": self.title},
            cancel_url=self.record.get_absolute_url(),
            record=self.record,
            presence_url=reverse(f"{self.urls}:presence", args=[self.record.pk]),
            editors=presence.editors(self.record, seen_by=self.request.user),
            **more,
        )
