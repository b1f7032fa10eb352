"""The pages of an import: the file, the columns, the rehearsal, the work, the result. `import_urls` gives an object these addresses."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.exports import csv_response, xlsx_response
from partnerportal.core.forms import PartnerForm
from partnerportal.core.imports import files, services
from partnerportal.core.imports.kinds import ImportKind
from partnerportal.core.imports.lines import Lines
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.stages import StaleMove
from partnerportal.core.tables import Column
from partnerportal.core.toasts import say
from partnerportal.core.uploads import FileRefused
from partnerportal.core.views.base import Guarded

LINES_A_PAGE = 50
SHOWN_CELLS = 4
State, Result = DataImport.State, ImportRow.Result
TONES = {"create": "green", "update": "blue", "duplicate": "amber", "skip": "grey", "error": "red", "back": "grey", "left": "amber"}
STATE_TONES = {"done": "green", "stopped": "amber", "reverted": "grey", "mapping": "grey"}


class ImportPage(Guarded):
    """A page of the imports of one object. An import that is not the person's own is 404."""

    is_block = True
    permission: ClassVar[str] = ""
    kind: ImportKind = None  # type: ignore[assignment]  # Given with the address.
    batch: DataImport

    def own(self) -> QuerySet[DataImport]:
        """The person's imports of this object."""
        return DataImport.objects.visible_to(self.request.user).filter(kind=self.kind.name)  # type: ignore[attr-defined,no-any-return]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "pk" in kwargs and request.user.has_perm(self.permission):
            self.batch = get_object_or_404(self.own().select_related("owner__partner"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def link(self, name: str, *args: Any) -> str:
        """An address of this import."""
        return reverse(f"{self.kind.name}:{name}", args=[self.batch.pk, *args])

    def common(self) -> dict[str, Any]:
        """What every page of these says."""
        return {
            "tab": self.kind.name,
            "kinds": display.kinds(self.kind.model),
            "list_url": reverse(f"{self.kind.name}:list"),
            "start_url": reverse(f"{self.kind.name}:import"),
        }


class ImportStart(ImportPage):
    """Bring a file; below it the own former imports."""

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
        former = [(batch, STATE_TONES.get(batch.state, "blue")) for batch in self.own()[:30]]
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


class ConstantsForm(PartnerForm):
    """What holds where a line says nothing: the choices of the add form."""

    def __init__(self, *args: Any, kind: ImportKind, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefix="always", **kwargs)
        for name, one in kind.fields(user).items():
            if isinstance(one, forms.ChoiceField) and not isinstance(one, forms.ModelChoiceField | forms.MultipleChoiceField):
                field = copy.deepcopy(one)
                field.required, field.help_text = False, ""
                choices = [(value, label) for value, label in list(one.choices) if value != ""]  # type: ignore[misc]
                field.choices = [("", _("Nothing")), *choices]
                self.fields[name] = field


class MappingForm:
    """Which column goes to which field, as it was posted, or as it stands."""

    def __init__(self, batch: DataImport, kind: ImportKind, user: Any, posted: Any = None) -> None:
        self.batch, self.fields = batch, kind.fields(user)
        self.posted = posted
        self.constants = ConstantsForm(posted, kind=kind, user=user, initial=self._initial())
        self.policy = batch.policy if posted is None else posted.get("policy", "")
        places = range(len(batch.headings))
        if posted is None:
            self.mapping = dict(batch.mapping)
        else:
            self.mapping = {str(place): posted.get(f"column-{place}", "") for place in places}
        self.mapping = {place: name for place, name in self.mapping.items() if name in self.fields}

    def _initial(self) -> dict[str, Any]:
        return self.batch.constants or {name: field.initial for name, field in self.fields.items() if isinstance(field.initial, str)}

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each column with examples and what it may go to."""
        choices = [(name, str(field.label)) for name, field in self.fields.items()]
        return [
            {
                "place": place,
                "heading": heading,
                "examples": [cells[place] for cells in self.batch.sample if cells[place]][:3],
                "chosen": self.mapping.get(str(place), ""),
                "choices": choices,
            }
            for place, heading in enumerate(self.batch.headings)
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What holds where a line says nothing."""
        return {name: value for name, value in self.constants.cleaned_data.items() if value}

    def problems(self) -> list[str]:
        """Why this cannot be taken."""
        found = []
        names = list(self.mapping.values())
        twice = [str(self.fields[name].label) for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            found.append(_("Two columns go to the same field: %(fields)s.") % {"fields": ", ".join(twice)})
        if not self.constants.is_valid() or self.policy not in DataImport.Policy.values:
            return [*found, _("One of the choices is not known.")]
        told = {*names, *self.values}
        missing = [str(field.label) for name, field in self.fields.items() if field.required and name not in told]
        if missing:
            found.append(_("These fields are needed and no column goes there: %(fields)s.") % {"fields": ", ".join(missing)})
        return found


class ImportBatch(ImportPage):
    """An import as it stands: its columns, its progress, or what became of each line. A post says what the columns mean."""

    is_block = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        is_mapping = self.batch.state == State.MAPPING or (self.batch.state == State.CHECKED and "columns" in request.GET)
        if is_mapping:
            return self.ask(MappingForm(self.batch, self.kind, request.user), [self.batch.problem] if self.batch.problem else [])
        return self.page("imports/_state.html" if self.wants_part else "imports/batch.html", self.common() | self.result())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form, problems = MappingForm(self.batch, self.kind, request.user, request.POST), []
        sheet = request.POST.get("sheet", self.batch.sheet)
        try:
            if sheet != self.batch.sheet:
                services.choose_sheet(self.batch, sheet, by=request.user)
            elif not (problems := form.problems()):
                services.rehearse(self.batch, mapping=form.mapping, constants=form.values, policy=form.policy, by=request.user)
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
        context: dict[str, Any] = {"batch": batch, "self_url": self.link("import_batch")}
        context |= {f"{name}_url": self.link(f"import_{name}") for name in ("run", "stop", "retry", "revert", "discard", "errors")}
        context["handled"], context["total"] = display.number(batch.handled), display.number(batch.total)
        if batch.is_at_work:
            return context | {"is_halted": services.given_up(batch) is not None}
        counts = services.counts(batch)
        wanted = self.request.GET.get("result", "")
        wanted = wanted if wanted in Result.values else ""
        context |= {"counts": counts, "wanted": wanted, "may_correct": batch.state in (State.CHECKED, State.DONE, State.STOPPED)}
        context["figures"] = [(value, Result(value).label, count, TONES[value]) for value, count in counts.items()]
        context["good"] = counts.get(Result.CREATE, 0) + counts.get(Result.UPDATE, 0)
        return context | self._lines(wanted)

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
        made = row.object_id if row.result in (Result.CREATE, Result.UPDATE, Result.LEFT) else None
        return {
            "row": row,
            "cells": [(self.batch.headings[place], row.cells[place]) for place in places],
            "tone": TONES.get(row.result, "grey"),
            "url": reverse(f"{self.kind.name}:detail", args=[made]) if made else row.like_url,
            "correct_url": self.link("import_line", row.number) if row.result == Result.ERROR else "",
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
        columns += [Column(_("Line"), "number"), Column(_("Reason"), "note", export=_reason)]
        write = xlsx_response if files.is_book(self.batch.name) else csv_response
        return write(rows, columns, name=f"{self.kind.name}-{wanted if wanted in Result.values else 'none'}")


def _cell(place: int) -> Callable[[ImportRow], str]:
    return lambda row: row.cells[place]


def _reason(row: ImportRow) -> str:
    told = [f"{column}: {sentence}" if column else sentence for column, sentence in row.errors]
    return " ".join([*told, row.note]).strip()


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
    """Put a line right in the browser: it is rehearsed, or imported, at once."""

    is_block = True

    def get(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        return self.show(self._row(line))

    def post(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        row = self._row(line)
        form = LineForm(request.POST, row=row, lines=Lines(self.batch))
        if not form.is_valid():
            return self.show(row, form, status=422)
        cells = {int(name.removeprefix("cell-")): value for name, value in form.cleaned_data.items()}
        try:
            row = services.correct(self.batch, line, cells, by=request.user)
        except StaleMove:
            say(request, _("The import has gone on meanwhile."))
            return HttpResponseRedirect(self.link("import_batch"))
        if row.result == Result.ERROR:
            return self.show(row, status=422)
        say(request, _("Line %(number)s: %(result)s") % {"number": row.number, "result": row.get_result_display()})
        return HttpResponseRedirect(self.link("import_batch"))

    def _row(self, line: int) -> ImportRow:
        row: ImportRow = get_object_or_404(self.batch.rows.all(), number=line)
        if self.batch.state not in (State.CHECKED, State.DONE, State.STOPPED):
            raise Http404
        return row

    def show(self, row: ImportRow, form: LineForm | None = None, *, status: int = 200) -> HttpResponse:
        """The page of a line."""
        form = form or LineForm(None, row=row, lines=Lines(self.batch))
        context = self.common() | {"batch": self.batch, "row": row, "form": form, "back_url": self.link("import_batch")}
        return self.page("imports/line.html", context, status=status)


def import_urls(kind: ImportKind) -> list[URLPattern]:
    """The addresses of the imports of an object; put them before those of its records.

    Names: import, import_template, import_batch, import_errors, import_line, import_run, import_stop, import_retry,
    import_revert, import_discard.
    """
    facts = {"kind": kind, "permission": kind.permission}
    verbs = {
        "run": services.run,
        "stop": services.stop,
        "retry": services.try_again,
        "revert": services.revert,
        "discard": services.discard,
    }
    return [
        path("import/", ImportStart.as_view(**facts), name="import"),
        path("import/template/", ImportTemplate.as_view(**facts), name="import_template"),
        path("import/<int:pk>/", ImportBatch.as_view(**facts), name="import_batch"),
        path("import/<int:pk>/errors/", ImportErrors.as_view(**facts), name="import_errors"),
        path("import/<int:pk>/lines/<int:line>/", ImportLine.as_view(**facts), name="import_line"),
        *(path(f"import/<int:pk>/{verb}/", ImportVerb.as_view(**facts, act=act), name=f"import_{verb}") for verb, act in verbs.items()),
    ]
