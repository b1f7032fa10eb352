"""Questions about a record, one text each, as a form of its own; whatever is answered is kept, all of them are not needed.

Answers are merged like the fields of a record: what others answered since the form was opened is kept, and where two people answered
one question differently, the person chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise

from partnerportal.core.edits import Edit, asking, present_values, read, sealed
from partnerportal.core.forms import refuse
from partnerportal.core.history import Change
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.core.toasts import say
from partnerportal.core.views.base import RecordView
from partnerportal.core.views.forms import say_followed


class RecordAnswers(RecordView):
    """The form of the questions. Its fields are named after the questions' keys; an empty text takes an answer away."""

    is_block = True
    must_be_editable = True
    template_name: ClassVar[str]
    tab: ClassVar[str]
    heading: ClassVar[str | Promise]
    saved: ClassVar[str | Promise]

    def get_form(self, data: Any = None) -> forms.BaseForm:
        """The form, with the answers as they stand."""
        raise NotImplementedError

    def get_answers(self) -> Mapping[str, Any]:
        """The answers given, by the questions' keys: rows with `text`, `answered_by` and `updated_at`."""
        raise NotImplementedError

    def save(self, answers: dict[str, str]) -> None:
        """Write answers, through the service; what it refuses is an IllegalMove, or a ValidationError by the questions' keys."""
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(self.get_form(), base=sealed(present_values(self.get_form())))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        with transaction.atomic():
            self._hold()
            # A question that the form did not show is not answered by its silence.
            edit = read(self.get_form, request.POST, only={"base", *request.POST})
            told = self._told()
            if edit.clashes:
                return self._ask(edit, told, status=409)
            if not edit.form.is_valid():
                return self._ask(edit, told, status=422)
            try:
                with transaction.atomic():
                    self.save({name: edit.form.cleaned_data[name] for name in edit.changed})
            except (IllegalMove, ValidationError) as error:
                refuse(edit.form, error)
                return self._ask(edit, told, status=422)
        say(request, str(self.saved))
        say_followed(request, self.record, edit, told)
        return HttpResponseRedirect(self.record.get_absolute_url())

    def _hold(self) -> None:
        rows = self.model._default_manager.editable_by(self.request.user)  # type: ignore[attr-defined]
        if not rows.select_for_update(of=("self",)).filter(pk=self.record.pk).exists():
            raise NotYours(self.record.who_may_change())

    def _told(self) -> dict[str, Change]:
        answers = self.get_answers().items()
        return {key: Change(one.updated_at, one.answered_by.get_full_name(), "", "", "changed", ()) for key, one in answers}

    def _ask(self, edit: Edit, told: dict[str, Change], *, status: int) -> HttpResponse:
        return self._page(edit.form, status=status, **asking(edit, self.record, self.request.POST, told))

    def _page(self, form: forms.BaseForm, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "form": form,
            "record": self.record,
            "tab": self.tab,
            "kind": str(self.record),
            "heading": self.heading,
            "draft": self.request.path,
            "cancel_url": self.record.get_absolute_url(),
            **more,
        }
        return self.page(self.template_name, context, status=status)
