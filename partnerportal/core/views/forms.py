"""New, clone and edit of a record: one service or one save, once per form; an overtaken edit is refused and keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.forms import PartnerModelForm
from partnerportal.core.history import changes
from partnerportal.core.stages import IllegalMove, StaleMove
from partnerportal.core.submissions import new_token, once
from partnerportal.core.toasts import say
from partnerportal.core.views.base import RecordView


class Overtaken(Exception):
    """Somebody else has changed the record since the person opened the form."""


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
            "submission": self.request.POST.get("submission") or new_token(),
            "draft": self.request.path,
            **more,
        }

    def answer_invalid(self, form: forms.BaseForm, *, status: int = 422, **more: Any) -> HttpResponse:
        """The form again, with what was typed and what is wrong."""
        return self.page(self.template_name, self.get_context(form, **more), status=status)

    def in_words(self, form: forms.BaseForm, error: Exception) -> None:
        """Put a refusal of the service into the form: at its fields where it names them, else on top."""
        found = (
            error.message_dict if isinstance(error, ValidationError) and hasattr(error, "error_dict") else getattr(error, "errors", None)
        )
        if isinstance(error, ValidationError) and found is None:
            form.add_error(None, error)
        elif isinstance(found, dict):
            for name, sentence in found.items():
                form.add_error(name if name in form.fields else None, sentence)
        else:
            form.add_error(None, str(error))


class RecordAdd(RecordForm):
    """A new record, or a clone at `/<objects>/<id>/clone/`.

    `service(values=, by=)` makes it, or the form saves it for the person's company.
    """

    is_block = True
    can_save_and_new: ClassVar[bool] = True

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
        if not form.is_valid():
            return self.answer_invalid(form)
        made: list[Any] = []

        def act() -> str:
            made.append(self.create(form))
            return self.address_after(made[0])

        try:
            address = once(request.POST.get("submission", ""), by=request.user, act=act)
        except self.errors as error:
            self.in_words(form, error)
            return self.answer_invalid(form)
        if made:
            say(request, _("%(record)s was created.") % {"record": made[0]}, link=(_("Open"), made[0].get_absolute_url()))
        again = request.POST.get("then") == "new"
        return HttpResponseRedirect(self.again_url() if again else address)

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
            form, heading=heading, cancel_url=cancel, can_save_and_new=self.can_save_and_new and not is_clone, **more
        )


class RecordEdit(RecordForm):
    """A change of a record. `service(record, values=, by=)` makes it, or the form saves it."""

    is_block = True
    must_be_editable = True
    title: str

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.title = str(self.record)
        return self.page(self.template_name, self.get_context(self.get_form(instance=self.record)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.title = str(self.record)
        form = self.get_form(request.POST, request.FILES, instance=self.record)
        if not form.is_valid():
            return self.answer_invalid(form)
        try:
            record = self.save(form)
        except (Overtaken, StaleMove):
            return self.answer_overtaken(form)
        except self.errors as error:
            self.in_words(form, error)
            return self.answer_invalid(form)
        say(request, _("%(record)s was saved.") % {"record": record})
        return HttpResponseRedirect(record.get_absolute_url())

    def save(self, form: PartnerModelForm) -> Any:
        """Save under lock, unless somebody else has saved meanwhile."""
        with transaction.atomic():
            present = self.model._default_manager.editable_by(self.request.user).select_for_update(of=("self",)).get(pk=self.record.pk)  # type: ignore[attr-defined]
            seen = self.request.POST.get("version", "")
            if seen and seen != present.updated_at.isoformat():
                raise Overtaken
            service = type(self).service
            if service is None:
                return form.save()
            return service(present, values=form.cleaned_data, by=self.request.user)

    def answer_overtaken(self, form: PartnerModelForm) -> HttpResponse:
        """Say who changed what; the person's input stays, and saving again is a decision."""
        self.record = self.get_queryset().get(pk=self.record.pk)
        last = next(iter(changes(self.record, limit=1)), None)
        fields = ", ".join(one.label for one in last.fields) if last else ""
        sentence = _("%(who)s has changed this record meanwhile (%(fields)s). Your input is still here; save again to overwrite.") % {
            "who": last.author if last else "?",
            "fields": fields or "–",
        }
        return self.answer_invalid(form, status=409, overtaken=sentence)

    def get_context(self, form: forms.BaseForm, **more: Any) -> dict[str, Any]:
        version = (
            self.record.updated_at.isoformat()
            if "overtaken" in more or "version" not in self.request.POST
            else self.request.POST["version"]
        )
        heading = self.heading or _("Edit %(record)s") % {"record": self.title}
        return super().get_context(form, heading=heading, version=version, cancel_url=self.record.get_absolute_url(), **more)
