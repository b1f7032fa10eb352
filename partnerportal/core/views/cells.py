"""One field of a record, changed where it stands, in the list or on its page: by form, service and merge of the page that edits it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from partnerportal.core.actors import through
from partnerportal.core.edits import Edit, present_values, questions, sealed
from partnerportal.core.forms import refuse
from partnerportal.core.tables import rows_html
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views.base import RecordView, own_path, parts
from partnerportal.core.views.forms import RecordEdit
from partnerportal.core.views.lists import RecordList

CLASSES = (
    (forms.Select, "form-select"),
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxInput, "form-check-input"),
)


class CellEdit(RecordView):
    """A cell: `as_view(model=Lead, edit=LeadEdit, rows=LeadList)`. GET answers its editor, POST saves and answers the row."""

    is_block = True
    must_be_editable = True
    model: Any = None
    edit: Any = RecordEdit
    rows: Any = RecordList
    template_name = "components/cell_form.html"

    @property
    def permission(self) -> str:  # type: ignore[override]
        """The permission of the page that edits the record."""
        return self.edit.permission

    def get(self, request: HttpRequest, pk: int, field: str) -> HttpResponse:
        editor = self.editor()
        editor.check()
        form = editor.get_form(instance=self.record)
        if field not in form.fields:
            raise Http404
        if not self.wants_part:
            return HttpResponseRedirect(reverse(f"{request.resolver_match.namespace}:edit", args=[pk]))
        return self.ask(form, field, base=sealed({field: present_values(form).get(field, "")}))

    def post(self, request: HttpRequest, pk: int, field: str) -> HttpResponse:
        editor = self.editor()
        if field not in editor.get_form(instance=self.record).fields:
            raise Http404
        with through("cell"), transaction.atomic():
            edit = editor.read(editor.locked(), request.POST, only=(field,))
            if edit.clashes:
                return self.refuse(edit, field, status=409, asked=edit.asked, questions=questions(edit, self.record, request.POST))
            if edit.form.fields[field].disabled or not edit.form.is_valid():
                return self.refuse(edit, field)
            try:
                with transaction.atomic():
                    record = editor.save(editor.locked(), edit.form)
            except editor.errors as error:
                refuse(edit.form, error)
                return self.refuse(edit, field)
        return self.answer(record, edit, field)

    def editor(self) -> RecordEdit:
        """The page that edits this record."""
        view = self.edit()
        view.setup(self.request, pk=self.record.pk)
        view.record, view.title = self.record, str(self.record)
        return view

    def ask(self, form: Any, field: str, *, status: int = 200, **more: Any) -> HttpResponse:
        """The editor of the cell, with what is wrong; of a field that is fixed in this record, with the reason why."""
        form.auto_id = f"cell-{self.record.pk}-%s"
        bound = form[field]
        why_fixed = [strip_tags(str(bound.help_text))] if bound.field.disabled else []
        errors = [strip_tags(str(one)) for one in bound.errors] if form.is_bound else []
        others = (
            [
                (form[name].label, strip_tags(" ".join(found)))
                for name, found in form.errors.items()
                if name in form.fields and name != field
            ]
            if form.is_bound
            else []
        )
        css = next((css for kind, css in CLASSES if isinstance(bound.field.widget, kind)), "form-control")
        attrs = {"class": f"{css} is-invalid" if errors else css, "aria-label": str(bound.label)}
        if errors or more.get("questions"):
            attrs |= {"aria-invalid": "true", "aria-describedby": f"cell-errors-{self.record.pk}-{field}"}
        context = {
            "control": bound.as_widget(attrs=attrs),
            "label": bound.label,
            "place": f"{self.record.pk}-{field}",
            "is_fixed": bound.field.disabled,
            "errors": [*why_fixed, *errors, *(form.non_field_errors() if form.is_bound else [])],
            "others": others,
            "edit_url": f"{self.record.get_absolute_url()}edit/",
            "record": self.record,
            **more,
        }
        return self.page(self.template_name, context, status=status)

    def refuse(self, edit: Edit, field: str, *, status: int = 422, **more: Any) -> HttpResponse:
        """The editor again; a step back that cannot be made is told on the page it came from."""
        if not self.wants_part:
            warn(self.request, _("%(record)s was changed meanwhile and stays as it is.") % {"record": self.record})
            return HttpResponseRedirect(self.back())
        response = self.ask(edit.form, field, status=status, base=sealed({field: edit.present.get(field, "")}), **more)
        response["HX-Retarget"] = self.place(field)
        response["HX-Reswap"] = "innerHTML"
        return response

    def place(self, field: str) -> str:
        """Where the editor stands on the page."""
        return f"#cell-{self.record.pk}-{field}"

    def answer(self, record: Any, edit: Edit, field: str) -> HttpResponse:
        """The row anew, and the way back."""
        was, label = edit.present[field], edit.form[field].label
        now = present_values(self.editor_of(record))[field]
        here = self.request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
        undo = Undo(self.request.path, {field: was, "base": sealed({field: now}), "back": here}) if isinstance(was, str) else None
        if was != now:
            say(
                self.request,
                _("%(record)s: %(field)s was saved.") % {"record": record, "field": label},
                undo=undo if self.wants_part else None,
            )
        if not self.wants_part:
            return HttpResponseRedirect(self.back())
        if self.is_fact(here, record):  # More than one line of the record's own page may follow from it.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        # Out of band and in a template: a browser would take the toasts apart that follow a bare row of a table.
        place = f"hx-swap-oob=\"outerHTML:[data-record='{record.get_absolute_url()}']\""
        response = parts(self.request, f"<template>{self.row(record).replace('<tr', f'<tr {place}', 1)}</template>")
        response["HX-Reswap"] = "none"
        return response

    def is_fact(self, here: str, record: Any) -> bool:
        """Whether it was changed on the record's own page, or on that page beside a list, not in a row."""
        return here.partition("?")[0] == record.get_absolute_url() or self.rows.looked_at(self.request, here).is_split

    def editor_of(self, record: Any) -> Any:
        """The form of the record as it is now."""
        return self.editor().get_form(instance=record)

    def row(self, record: Any) -> str:
        """The record's row of the list that the person looks at."""
        address = self.request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
        view = self.rows.looked_at(self.request, address)
        view.edit = self.edit
        found = view.get_queryset().filter(pk=record.pk).first() or record
        view.prepare([found])
        return rows_html([found], view.shown, can_select=view.can_select, cells=view.cells([found]))

    def back(self) -> str:
        """The page that the person came from, of this site only."""
        return own_path(self.request.POST.get("back", "")) or self.record.get_absolute_url()
