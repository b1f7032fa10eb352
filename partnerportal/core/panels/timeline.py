"""The activity of a record: notes with mentions and pins, what is coming, what has been."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerportal.core import attached
from partnerportal.core.activity import KINDS, Cursor, pinned, timeline
from partnerportal.core.forms import NoteForm, NoteTextForm
from partnerportal.core.mentions import suggest
from partnerportal.core.models import Note
from partnerportal.core.notes import NoteChanged, delete_note, edit_note, mark_of, require_author, restore_note
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.submissions import lasting, new_token, once, token_of
from partnerportal.core.toasts import Undo, say


class Activity(AnyRecord):
    """The activity panel: composer, what is pinned, what is coming, what has been; `kind` and `before` in the address."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.wants_part and "before" in request.GET:
            return self.page("components/entries.html", self.context())
        return self.page("components/activity.html" if self.wants_part else "layouts/panel.html", self.context())

    def context(self, form: NoteForm | None = None) -> dict[str, Any]:
        """What the panel needs."""
        kind = self.request.GET.get("kind", "")
        kind = kind if kind in KINDS else ""
        before = Cursor.parse(self.request.GET.get("before", ""))
        label = self.model._meta.label_lower.split(".")
        return {
            "record": self.record,
            "tab": self.urls,
            "heading": _("Activity"),
            "component": "components/activity.html",
            "timeline": timeline(self.record, self.request.user, kinds=(kind,) if kind else (), before=before),
            "pinned": pinned(self.record) if before is None and kind in ("", "note") else [],
            "kind": kind,
            "kinds": KINDS.items(),
            "note_form": form or NoteForm(),
            "submission": token_of(self.request) if form else new_token(),
            "may_write": self.request.user.has_perm(f"{label[0]}.change_{label[1]}"),
            "activity_url": reverse(f"{self.urls}:panel_activity", args=[self.record.pk]),
            "notes_url": reverse(f"{self.urls}:notes", args=[self.record.pk]),
            "me": self.request.user.pk,
            "mentions_url": reverse(f"{self.urls}:mentions", args=[self.record.pk]),
            "about": f"{self.model._meta.label_lower}:{self.record.pk}" if hasattr(self.model, "tasks") else "",
            "history_url": reverse(f"{self.urls}:history", args=[self.record.pk]),
        }

    def anew(self) -> HttpResponse:
        """The panel after a change, with what is to be said; without htmx the record."""
        return self.back(render_to_string("components/activity.html", self.context(), request=self.request) if self.wants_part else "")


class AddNote(Activity):
    """Write a note on a record that one sees."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = NoteForm(request.POST)
        if not form.is_valid():
            template = "components/activity.html" if self.wants_part else "layouts/panel.html"
            return self.page(template, self.context(form), status=422)

        def act() -> str:
            self.add(form)
            return self.record.get_absolute_url()

        once(request.POST.get("submission", ""), by=request.user, act=act)
        return self.anew()

    def add(self, form: NoteForm) -> None:
        """Add the note, and say who is told of it."""
        request = self.request
        note = attached.add_note(self.record, form.cleaned_data["text"], title=form.cleaned_data["title"], by=request.user)
        told = [person.get_full_name() for person in note.mentioned.all() if person.pk != request.user.pk]
        if told:
            say(request, _("The note was added, and %(people)s told of it.") % {"people": ", ".join(told)})
        else:
            say(request, _("The note was added."))


class PinNote(Activity):
    """Keep a note on top, or no longer."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        row = get_object_or_404(self.record.notes.filter(deleted_at=None), pk=note)
        if request.POST.get("on") == "0":
            attached.unpin_note(row, self.record, by=request.user)
            say(request, _("The note is no longer pinned."))
        else:
            attached.pin_note(row, self.record, by=request.user)
            say(request, _("The note is pinned on top."))
        return self.anew()


class EditNote(AnyRecord):
    """Write one's own note anew."""

    verb = "change"

    def get(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        row = self.own(note)
        return self.ask(NoteTextForm(user=request.user, initial={"text": row.text}), seen=mark_of(row))

    def post(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        row, form, seen = self.own(note), NoteTextForm(request.POST, user=request.user), request.POST.get("seen", "")
        if not form.is_valid():
            return self.ask(form, seen=seen, status=422)
        try:
            edit_note(row, self.record, form.cleaned_data["text"], seen=seen, by=request.user)
        except NoteChanged as error:
            form.add_error(None, str(error))
            return self.ask(form, seen=mark_of(self.own(note)), status=409)
        say(request, _("The note was changed."))
        return self.reload()

    def own(self, note: int) -> Note:
        """The note, if the person wrote it."""
        row: Note = get_object_or_404(self.record.notes.filter(deleted_at=None).select_related("author"), pk=note)
        require_author(row, self.request.user)
        return row

    def ask(self, form: NoteTextForm, *, seen: str, status: int = 200) -> HttpResponse:
        """The question, as a dialog or a page."""
        form.auto_id = "edit_note_%s"  # A new note may be in the making below the dialog.
        context = {
            "record": self.record,
            "tab": self.urls,
            "form": form,
            "heading": _("Edit the note"),
            "text": _("What it said before stays in the history."),
            "action": self.request.path,
            "button": _("Save"),
            "hidden": [("seen", seen)],
            **lasting(self.request),
        }
        return self.dialog(context, status=status)


class DeleteNote(Activity):
    """Take one's own note off the record; it can be brought back at once."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        row = get_object_or_404(self.record.notes.filter(deleted_at=None), pk=note)
        delete_note(row, self.record, by=request.user)
        undo = Undo(reverse(f"{self.urls}:restore_note", args=[self.record.pk, row.pk]))
        say(request, _("The note was deleted."), undo=undo)
        return self.anew()


class RestoreNote(AnyRecord):
    """Bring one's own deleted note back."""

    verb = "change"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        row = get_object_or_404(self.record.notes.filter(deleted_at__isnull=False), pk=note)
        restore_note(row, self.record, by=request.user)
        say(request, _("The note is back."))
        return self.reload()


class Mentions(AnyRecord):
    """Whom one may mention on a record, by what was typed after the @."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        people = suggest(request.GET.get("q", "").strip()[:60], self.record)
        return self.page("components/mentions.html", {"people": [person for person in people if person.pk != request.user.pk]})
