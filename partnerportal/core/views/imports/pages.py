"""The pages of an import: the file, the columns, the rehearsal, the work, the result."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.exports import csv_response, xlsx_response
from partnerportal.core.imports import files, services
from partnerportal.core.imports.dates import Order, order_of
from partnerportal.core.imports.filling import clashes_of
from partnerportal.core.imports.parts import require_own
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.stages import StaleMove
from partnerportal.core.tables import Column
from partnerportal.core.toasts import say
from partnerportal.core.uploads import FileRefused
from partnerportal.core.views.imports.base import FieldWords, ImportPage
from partnerportal.core.views.imports.decisions import asked
from partnerportal.core.views.imports.mapping import MappingForm

LINES_A_PAGE = 50
SHOWN_CELLS = 4
State, Result = DataImport.State, ImportRow.Result
LIKE = (Result.DUPLICATE, Result.UPDATE, Result.SKIP)  # What a rehearsed line is that means a record or a line which is there.
TONES = {
    "create": "green",
    "update": "blue",
    "clash": "amber",
    "duplicate": "amber",
    "skip": "grey",
    "error": "red",
    "back": "grey",
    "left": "amber",
}
STATE_TONES = {"done": "green", "stopped": "amber", "reverted": "grey", "mapping": "grey"}


class ImportStart(ImportPage):
    """Bring a file; below it the former imports."""

    is_block = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        upload = request.FILES.get("file")
        if upload is None:
            return self.show(_("Please choose a file."))
        try:
            batch = services.start(self.kind, upload, by=request.user)
        except FileRefused as refusal:
            return self.show(str(refusal))
        return HttpResponseRedirect(batch.get_absolute_url())

    def show(self, error: str = "") -> HttpResponse:
        """The page, with what is wrong with the file."""
        former = [(batch, STATE_TONES.get(batch.state, "blue")) for batch in self.seen().select_related("owner")[:30]]
        context = self.common() | {"error": error, "former": former, "most": display.number(files.MOST_ROWS)}
        context["template_url"] = reverse(f"{self.kind.name}:import_template")
        return self.page("imports/start.html", context, status=422 if error else 200)


class ImportTemplate(ImportPage):
    """An empty file with the headings that are understood."""

    is_block = True

    def get(self, request: HttpRequest) -> HttpResponseBase:
        columns = [Column(str(field.label), name) for name, field in self.kind.fields(request.user).items()]
        write = xlsx_response if request.GET.get("format") == "xlsx" else csv_response
        return write([], columns, name=self.kind.name)


class ImportBatch(ImportPage):
    """An import as it stands: its columns, its progress, or what became of each line. A post says what the columns mean."""

    is_block = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        is_mapping = self.batch.state == State.MAPPING or (self.batch.state == State.CHECKED and "columns" in request.GET)
        if is_mapping:
            return self.ask(MappingForm(self.batch, self.kind, request.user), [self.batch.problem] if self.batch.problem else [])
        return self.page("imports/_state.html" if self.wants_part else "imports/batch.html", self.common() | self.result())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        require_own(self.batch, request.user)
        form, problems = MappingForm(self.batch, self.kind, request.user, request.POST), []
        sheet = request.POST.get("sheet", self.batch.sheet)
        try:
            if sheet != self.batch.sheet:
                services.choose_sheet(self.batch, sheet, by=request.user)
            elif not (problems := form.problems()):
                services.rehearse(self.batch, **form.said, by=request.user)
        except FileRefused as refusal:
            problems = [str(refusal)]
        except StaleMove:
            say(request, _("The import has gone on meanwhile."))
        return self.ask(form, problems, status=422) if problems else HttpResponseRedirect(self.link("import_batch"))

    def ask(self, form: MappingForm, problems: list[str], *, status: int = 200) -> HttpResponse:
        """The page of the columns."""
        context = self.common() | {"batch": self.batch, "mapping": form, "problems": problems, "policies": DataImport.Policy.choices}
        context["discard_url"] = self.link("import_discard")
        return self.page("imports/mapping.html", context, status=status)

    def result(self) -> dict[str, Any]:
        """Progress, or the lines with what became of each."""
        batch = self.batch
        is_own = batch.owner_id == self.request.user.pk
        context: dict[str, Any] = {"batch": batch, "self_url": self.link("import_batch"), "is_own": is_own}
        context |= {
            f"{name}_url": self.link(f"import_{name}") for name in ("run", "stop", "retry", "revert", "discard", "errors", "decide")
        }
        context["handled"], context["total"] = display.number(batch.handled), display.number(batch.total)
        if batch.is_at_work:
            return context | {"is_halted": services.given_up(batch) is not None}
        counts = services.counts(batch)
        wanted = self.request.GET.get("result", "")
        wanted = wanted if wanted in Result.values else ""
        context |= {"counts": counts, "wanted": wanted, "may_correct": is_own and batch.state in (State.CHECKED, State.DONE, State.STOPPED)}
        context["figures"] = [(value, Result(value).label, count, TONES[value]) for value, count in counts.items()]
        context["good"] = sum(counts.get(result, 0) for result in services.IMPORTED)
        context["written"] = context["good"] + counts.get(Result.CLASH, 0)
        if is_own and Result.CLASH in counts and batch.state in (State.DONE, State.STOPPED):
            context |= asked(batch, self.words)
        return context | {"dates": self._dates()} | self._lines(wanted)

    @cached_property
    def words(self) -> FieldWords:
        """How the fields of this object are written."""
        return FieldWords(self.kind, self.request.user)

    def _dates(self) -> list[tuple[str, str]]:
        """The columns with dates of three numbers that go to a date, and how these are read."""
        told = {Order.DAY_FIRST: _("day, month, year"), Order.MONTH_FIRST: _("month, day, year")}
        counts, fields = self.batch.date_counts, self.kind.fields(self.request.user)
        places = sorted(int(place) for place, name in self.batch.mapping.items() if isinstance(fields.get(name), forms.DateField))
        return [(self.batch.headings[place], told[order_of(counts, place)]) for place in places if str(place) in counts]

    def _lines(self, wanted: str) -> dict[str, Any]:
        after = self.request.GET.get("after", "")
        rows = self.batch.rows.filter(result=wanted) if wanted else self.batch.rows.all()
        rows = rows.filter(number__gt=int(after)) if after.isdecimal() and len(after) < 9 else rows
        found = list(rows.order_by("number")[: LINES_A_PAGE + 1])
        places = sorted(int(place) for place in self.batch.mapping)[:SHOWN_CELLS]
        query = f"?result={wanted}&" if wanted else "?"
        return {
            "heads": [self.batch.headings[place] for place in places],
            "rows": [self._told(row, places) for row in found[:LINES_A_PAGE]],
            "following": f"{query}after={found[LINES_A_PAGE - 1].number}" if len(found) > LINES_A_PAGE else "",
            "first": query.rstrip("?&") or "?" if after else "",
        }

    def _told(self, row: ImportRow, places: list[int]) -> dict[str, Any]:
        made = row.object_id if row.result in (Result.CREATE, *services.FILLED, Result.LEFT) else None
        is_written = row.result in services.FILLED
        line = self.link("import_line", row.number)
        return {
            "row": row,
            "cells": [(self.batch.headings[place], row.cells[place]) for place in places],
            "tone": TONES.get(row.result, "grey"),
            "changes": [self.words.change(name, *values) for name, values in self.words.ordered(row.planned)] if is_written else [],
            "url": reverse(f"{self.kind.name}:detail", args=[made]) if made else row.like_url,
            "correct_url": line if row.result == Result.ERROR else "",
            "another_url": line if self.batch.state == State.CHECKED and row.result in LIKE else "",
        }


class ImportVerb(ImportPage):
    """Something is done with an import."""

    is_block = True
    http_method_names = ["post", "options"]
    act: Callable[..., Any] = staticmethod(services.run)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            done = self.act(self.batch, by=request.user)
        except StaleMove:
            say(request, _("The import has gone on meanwhile."))
            done = self.batch
        return HttpResponseRedirect(reverse(f"{self.kind.name}:import") if done is None else self.link("import_batch"))


class ImportErrors(ImportPage):
    """The lines of a result as a file: the columns as they came, and why."""

    is_block = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        wanted = request.GET.get("result", Result.ERROR)
        rows = self.batch.rows.filter(result=wanted).order_by("number").iterator(chunk_size=1000)
        columns = [Column(heading, str(place), export=_cell(place)) for place, heading in enumerate(self.batch.headings)]
        words = FieldWords(self.kind, request.user)
        columns += [Column(_("Line"), "number"), Column(_("Reason"), "note", export=lambda row: _reason(row, words))]
        write = xlsx_response if files.is_book(self.batch.name) else csv_response
        return write(rows, columns, name=f"{self.kind.name}-{wanted if wanted in Result.values else 'none'}")


def _cell(place: int) -> Callable[[ImportRow], str]:
    return lambda row: row.cells[place]


def _reason(row: ImportRow, words: FieldWords) -> str:
    told = [f"{column}: {sentence}" if column else sentence for column, sentence in row.errors]
    for name, clash in words.ordered(clashes_of(row)):
        theirs, mine = (strip_tags(words.said(name, value)) for value in (clash.theirs, clash.mine))
        values = {"label": words.label(name), "theirs": theirs, "mine": mine}
        told.append(_("%(label)s: “%(theirs)s” is there now, the file says “%(mine)s”.") % values)
    return " ".join([*told, row.note]).strip()
