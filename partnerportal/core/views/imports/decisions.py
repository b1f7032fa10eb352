"""Fields that somebody changed between the rehearsal and the run: asked with their line, and what the person decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerportal.core import display
from partnerportal.core.edits import Question, Raw, opened, sealed
from partnerportal.core.history import Change
from partnerportal.core.imports import services
from partnerportal.core.imports.filling import clashes_of
from partnerportal.core.models import DataImport, ImportRow
from partnerportal.core.stages import StaleMove
from partnerportal.core.toasts import say
from partnerportal.core.views.imports.base import FieldWords, ImportPage

ASKED_AT_ONCE = 25


def asked(batch: DataImport, words: FieldWords) -> dict[str, Any]:
    """The first lines that wait, each with its record and its questions; sealed, what the questions show as theirs."""
    rows = list(batch.rows.filter(result=ImportRow.Result.CLASH).order_by("number")[:ASKED_AT_ONCE])
    there = words.kind.model._default_manager.visible_to(words.user).in_bulk([row.object_id for row in rows])  # type: ignore[attr-defined]
    shown = {f"{row.number}-{name}": clash.theirs for row in rows for name, clash in clashes_of(row).items()}
    undecided = [{"row": row, "record": there.get(row.object_id), "questions": _questions(row, words)} for row in rows]
    return {"undecided": undecided, "shown": sealed(shown)}


def _questions(row: ImportRow, words: FieldWords) -> list[Question]:
    found = []
    for name, clash in words.ordered(clashes_of(row)):
        who, at = row.clash[name]["who"], row.clash[name]["at"]
        change = Change(datetime.fromisoformat(at), who, "", "", "changed", ()) if at else None
        told = [words.said(name, value) for value in (clash.theirs, clash.mine, clash.was)]
        found.append(Question(f"{row.number}-{name}", words.label(name), *told, change))
    return found


def _by_line(values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Values under `<number of the line>-<field>`, by line."""
    found: dict[int, dict[str, Any]] = {}
    for key, value in values.items():
        number, _dash, name = key.partition("-")
        if number.isdecimal() and len(number) < 9 and name:
            found.setdefault(int(number), {})[name] = value
    return found


class ImportDecide(ImportPage):
    """Theirs, the file's or what it was, field by field; or one of the first two for everything that waits."""

    is_block = True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            if request.POST.get("all") in ("theirs", "mine"):
                services.decide_all(self.batch, request.POST["all"], by=request.user)
            else:
                say(request, self._decided(request))
        except StaleMove:
            say(request, _("The import has gone on meanwhile."))
        return HttpResponseRedirect(self.link("import_batch"))

    def _decided(self, request: HttpRequest) -> str:
        choices = _by_line({name.removeprefix("choice-"): value for name, value in request.POST.items() if name.startswith("choice-")})
        shown: dict[int, dict[str, Raw]] = _by_line(opened(request.POST.get("shown", "")))
        decided = services.decide(self.batch, choices, shown=shown, by=request.user)
        told = ngettext("%(count)s line is decided.", "%(count)s lines are decided.", decided.settled) % {
            "count": display.number(decided.settled)
        }
        again = _("Somebody has changed some of it again meanwhile: please look once more.") if decided.again else ""
        refused = _("Some of it was refused: the line says why.") if decided.refused else ""
        return " ".join(filter(None, (told, again, refused)))
