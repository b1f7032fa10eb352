"""The activity of a record: notes, what is coming, what has been."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerportal.core import attached
from partnerportal.core.activity import timeline
from partnerportal.core.forms import NoteForm
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.toasts import say


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
