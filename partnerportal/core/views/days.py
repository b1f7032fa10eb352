"""Another day for a record of a calendar: by mouse, keyboard or a plain form, through form, service and merge of the page that edits it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.edits import Edit, present_values, sealed
from partnerportal.core.toasts import Undo, say
from partnerportal.core.views.base import own_path, parts
from partnerportal.core.views.calendars import RecordCalendar
from partnerportal.core.views.cells import CellEdit


class DayMove(CellEdit):
    """The day of a record: `as_view(model=Task, edit=TaskEdit, rows=TaskCalendar)`. GET asks, POST moves and answers the calendar."""

    is_block = True
    rows: Any = RecordCalendar

    def get(self, request: HttpRequest, pk: int, field: str) -> HttpResponse:
        editor = self.editor()
        editor.check()
        form = editor.get_form(instance=self.record)
        return self.ask(form, field, base=sealed({field: present_values(form)[field]}))

    @property
    def template_name(self) -> str:  # type: ignore[override]
        """A dialog, or a page of its own."""
        return "components/day_dialog.html" if self.wants_part else "layouts/day.html"

    def ask(self, form: Any, field: str, *, status: int = 200, **more: Any) -> HttpResponse:
        """Which day, with what is wrong, or what somebody else has made of it meanwhile."""
        today = timezone.localdate()
        picks = ((_("Today"), today), (_("Tomorrow"), today + timedelta(days=1)), (_("Next Monday"), _monday_after(today)))
        return super().ask(
            form,
            field,
            status=status,
            heading=_("Move to another day"),
            name=field,
            mine=self.request.POST.get(field, ""),
            picks=[] if more.get("questions") else picks,
            back=self.back(),
            tab=self.editor().urls,
            **more,
        )

    def refuse(self, edit: Edit, field: str, *, status: int = 422, **more: Any) -> HttpResponse:
        """The question again; a step back that cannot be made is told on the page it came from."""
        if self.wants_part or "undo" in self.request.POST:
            return super().refuse(edit, field, status=status, **more)
        return self.ask(edit.form, field, status=status, base=sealed({field: edit.present[field]}), **more)

    def place(self, field: str) -> str:
        return "#dialog"

    def answer(self, record: Any, edit: Edit, field: str) -> HttpResponse:
        """The calendar anew, and the way back."""
        was, day = edit.present[field], getattr(record, field)
        if was != (day.isoformat() if day else ""):
            words = {"record": record, "day": display.day(day)}
            text = _("%(record)s is due on %(day)s now.") % words if day else _("%(record)s stands on no day now.") % words
            say(self.request, text, undo=self.undo(record, field, was) if "undo" not in self.request.POST else None)
        if not self.wants_part:
            return HttpResponseRedirect(self.back())
        response = parts(self.request, self.calendar().part(record))
        response["HX-Retarget"], response["HX-Reswap"] = "#records", "outerHTML show:none"
        return response

    def undo(self, record: Any, field: str, was: Any) -> Undo:
        """The step back, refused where somebody else moves the record meanwhile."""
        now = present_values(self.editor_of(record))[field]
        return Undo(self.request.path, {field: was, "base": sealed({field: now}), "undo": "1", "back": self.back()})

    def calendar(self) -> RecordCalendar:
        """The calendar as the person looks at it."""
        view = self.rows.looked_at(self.request, self.request.htmx.current_url_abs_path or "")  # type: ignore[attr-defined]
        view.edit = self.edit
        return view

    def back(self) -> str:
        """The page that the person looks at, of this site only."""
        said = self.request.POST.get("back") or self.request.GET.get("back") or ""
        origin = said or (self.request.htmx.current_url_abs_path if self.wants_part else "") or ""  # type: ignore[attr-defined]
        return own_path(origin) or self.record.get_absolute_url()


def _monday_after(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())
