"""A line of an import that a person puts right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerportal.core import display
from partnerportal.core.imports import files, services
from partnerportal.core.imports.lines import Lines
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.stages import StaleMove
from partnerportal.core.toasts import say
from partnerportal.core.views.imports.base import ImportPage

State, Result = DataImport.State, ImportRow.Result


class LineForm(forms.Form):
    """The cells of a line that go somewhere."""

    def __init__(self, data: Any, *, row: ImportRow, lines: Lines) -> None:
        super().__init__(data)
        wrong = dict(row.errors)
        for place, name in sorted(lines.reader.columns.items()):
            heading = lines.reader.heading(name)
            many = len(row.cells[place]) > 80
            widget: forms.Widget = forms.Textarea(attrs={"rows": 3}) if many else forms.TextInput()
            label = f"{heading} → {lines.reader.fields[name].label}" if name in lines.reader.fields else heading
            hint = wrong.get(heading, "")
            self.fields[f"cell-{place}"] = forms.CharField(
                label=label, initial=row.cells[place], required=False, max_length=files.MOST_CELL, widget=widget, help_text=hint
            )


class ImportLine(ImportPage):
    """Put a line right in the browser, or say that it is no duplicate: it is rehearsed, or imported, at once."""

    is_block = True

    def get(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        return self.show(self._row(line))

    def post(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        row, cells, is_another = self._row(line), {}, "another" in request.POST
        if not is_another:
            form = LineForm(request.POST, row=row, lines=Lines(self.batch))
            if not form.is_valid():
                return self.show(row, form, status=422)
            cells = {int(name.removeprefix("cell-")): value for name, value in form.cleaned_data.items()}
        try:
            row = services.correct(self.batch, line, cells, is_another=is_another, by=request.user)
        except StaleMove:
            say(request, _("The import has gone on meanwhile."))
            return HttpResponseRedirect(self.link("import_batch"))
        if row.result == Result.ERROR:
            return self.show(row, status=422)
        told = _("Line %(number)s: %(result)s") % {"number": row.number, "result": row.get_result_display()}
        anew = ngettext("%(count)s line after it is planned anew.", "%(count)s lines after it are planned anew.", row.anew)
        say(request, f"{told}. {anew % {'count': display.number(row.anew)}}" if row.anew else told)
        return HttpResponseRedirect(self.link("import_batch"))

    def _row(self, line: int) -> ImportRow:
        row: ImportRow = get_object_or_404(self.batch.rows.all(), number=line)
        if self.batch.state not in (State.CHECKED, State.DONE, State.STOPPED) or self.batch.owner_id != self.request.user.pk:
            raise Http404
        return row

    def show(self, row: ImportRow, form: LineForm | None = None, *, status: int = 200) -> HttpResponse:
        """The page of a line."""
        form = form or LineForm(None, row=row, lines=Lines(self.batch))
        context = self.common() | {"batch": self.batch, "row": row, "form": form, "back_url": self.link("import_batch")}
        return self.page("imports/line.html", context, status=status)
