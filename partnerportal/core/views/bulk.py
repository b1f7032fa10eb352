"""Many records at once: the question over a selection, the preview, the progress, the result and the way back."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar
from zlib import crc32

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerportal.core import display
from partnerportal.core.bulk import services
from partnerportal.core.bulk.verbs import Scene, Verb, offered, verb_of
from partnerportal.core.exports import csv_response
from partnerportal.core.models import BulkChange, BulkRow
from partnerportal.core.tables import Column
from partnerportal.core.toasts import warn
from partnerportal.core.views import state
from partnerportal.core.views.base import Guarded

SHOWN = 20
_Row = BulkRow.State


class BulkStart(Guarded):
    """Ask what to do with the selected records, and prepare it: `as_view(model=Lead)`.

    Selected are single rows (`ids`), or with `all` every row of the list's state (`query`): the preview fixes which these are.
    """

    is_block = True
    model: Any = None
    http_method_names: ClassVar[list[str]] = ["post", "options"]

    @property
    def permission(self) -> str:  # type: ignore[override]
        """To change records of this kind."""
        return f"{self.model._meta.app_label}.change_{self.model._meta.model_name}"

    @cached_property
    def scene(self) -> Scene:
        """The object."""
        return Scene(self.request.resolver_match.namespace)  # type: ignore[union-attr]

    def post(self, request: HttpRequest, verb: str) -> HttpResponse:
        found = {one.name: one for one in offered(self.scene, request.user)}.get(verb)
        if found is None:
            raise Http404
        chosen = self.chosen()
        back = f"{reverse(f'{self.scene.page}:list')}?{request.POST.get('query', '')}"
        if not chosen or len(chosen) > services.MOST:
            limit = display.number(services.MOST)
            warn(
                request,
                _("Please narrow the list: at most %(limit)s records are changed at once.") % {"limit": limit}
                if chosen
                else _("Please select at least one record."),
            )
            return self.lead_to(back)
        form = found.form(self.scene, request, request.POST if "asked" in request.POST else None)
        if not form.is_valid():
            return self.ask(found, form, len(chosen), back)
        change = services.prepare(
            scene=self.scene,
            verb=found,
            answers=found.answers(form),
            summary=found.summary(form),
            chosen=chosen,
            by=request.user,
            back=back,
        )
        return self.lead_to(reverse("core:bulk", args=[change.pk]))

    def chosen(self) -> list[tuple[int, str]]:
        """Keys and names of the selected records, in the order of their keys; one more than may be."""
        rows = self.model._default_manager.visible_to(self.request.user)
        if self.request.POST.get("all"):
            view = self.scene.rows.showing(self.request, QueryDict(self.request.POST.get("query", "")))
            rows = rows.filter(pk__in=view.rows.order_by().values("pk"))
        else:
            rows = rows.filter(pk__in=state.picked(self.request.POST))
        return [(record.pk, str(record)) for record in rows.order_by("pk")[: services.MOST + 1]]

    def ask(self, verb: Verb, form: Any, count: int, back: str) -> HttpResponse:
        """The question, with what was selected."""
        posted = self.request.POST
        kept = [("asked", "1"), *((name, value) for name in ("all", "query") for value in posted.getlist(name) if value)]
        kept += [] if posted.get("all") else [("ids", one) for one in posted.getlist("ids")]
        heading = ngettext("%(verb)s of %(count)s record", "%(verb)s of %(count)s records", count) % {
            "verb": verb.label,
            "count": display.number(count),
        }
        context = {"heading": heading, "form": form, "action": self.request.path, "button": _("Preview"), "hidden": kept, "back": back}
        context["draft"] = f"{self.request.path}?{crc32(repr(kept).encode()):x}"  # Of this selection.
        return self.dialog(context, status=422 if form.is_bound else 200)


class BulkView(Guarded):
    """A page about a bulk change of the person; another's is not there."""

    is_block = True
    permission = "core.bulk"
    change: BulkChange

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.change = get_object_or_404(BulkChange.objects.select_related("undoes"), pk=kwargs["pk"], by=request.user)
        return super().dispatch(request, *args, **kwargs)

    def show(self, change: BulkChange | None = None) -> HttpResponse:
        """The page of the change."""
        return HttpResponseRedirect(reverse("core:bulk", args=[(change or self.change).pk]))


class BulkPage(BulkView):
    """Preview, progress and result, each at its time. The part that changes asks for itself while the worker is at it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        is_part = self.wants_part and request.htmx.target == "bulk-state"  # type: ignore[attr-defined]
        return self.page("components/bulk_state.html" if is_part else "layouts/bulk.html", self.context())

    def context(self) -> dict[str, Any]:
        """What the page needs at this time."""
        change, counted = self.change, services.counts(self.change)
        total = sum(counted.values())
        rest = counted[_Row.WAITING] if change.state == BulkChange.State.PREPARING else counted[_Row.PLANNED]
        scene = Scene(change.page)
        undone = BulkChange.objects.filter(undoes=change).first()
        is_begun = change.state not in (BulkChange.State.PREPARING, BulkChange.State.READY)
        listed = _Row.DONE if is_begun else _Row.PLANNED
        return {
            "change": change,
            "heading": change.summary,
            "tab": change.page,
            "kind": display.kinds(scene.model),
            "is_deletion": verb_of(change.verb).destroys,
            "counts": counted,
            "total": total,
            "handled": total - rest,
            "reasons": services.reasons(change, _Row.REFUSED),
            "is_halted": services.given_up(change) is not None,
            "planned": [self.told(row, scene) for row in change.rows.filter(state=listed)[:SHOWN]],
            "more": max(0, counted[listed] - SHOWN),
            "rest": list(change.rows.filter(state=_Row.PLANNED).values_list("label", flat=True)[:SHOWN]) if is_begun else [],
            "clashes": [] if undone else [self.asked(row) for row in change.rows.filter(state=_Row.CLASH)[: services.PART]],
            "undo": undone,
            "undoable": services.to_undo(change).count(),
            "back": change.back or reverse(f"{change.page}:list"),
        }

    def asked(self, row: BulkRow) -> list[dict[str, Any]]:
        """The fields of a record that somebody else changed meanwhile, each with what its choice is called."""
        return [{**line, "label": f"{row.label}: {line['label']}", "key": f"{row.pk}-{line['name']}"} for line in row.clash]

    def told(self, row: BulkRow, scene: Scene) -> dict[str, Any]:
        """A record with what changes in it, old and new in words."""
        if verb_of(self.change.verb).destroys:
            is_gone = row.state == _Row.DONE and not self.change.undoes_id
            return {
                "row": row,
                "url": "" if is_gone else reverse(f"{self.change.page}:detail", args=[row.object_id]),
                "lines": [],
                "others": 0,
            }
        label, lines = scene.model._meta.label_lower, []
        for effect in row.effects:
            if effect["model"] == label and effect["pk"] == row.object_id:
                fields = {one.attname: one for one in scene.model._meta.concrete_fields}
                lines += [
                    (fields[name].verbose_name, self.words(fields[name], was), self.words(fields[name], effect["now"][name]))
                    for name, was in effect["was"].items()
                ]
        others = sum(effect["model"] != label or effect["pk"] != row.object_id for effect in row.effects)
        return {"row": row, "url": reverse(f"{self.change.page}:detail", args=[row.object_id]), "lines": lines[:4], "others": others}

    def words(self, field: Any, value: Any) -> Any:
        """A kept value as a person reads it."""
        if value is None or value == "":
            return display.NOTHING
        if field.is_relation:
            return self.named.setdefault((field, value), services.name_of(field, value, by=self.request.user))
        return display.plain_value(field, field.to_python(value))

    @cached_property
    def named(self) -> dict[Any, Any]:
        """Related rows that were named before."""
        return {}


class BulkAct(BulkView):
    """A step of a bulk change: run, try again, stop, undo."""

    is_block = True
    http_method_names: ClassVar[list[str]] = ["post", "options"]


class BulkRun(BulkAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(services.run(self.change, by=request.user))


class BulkRetry(BulkAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(services.try_again(self.change, by=request.user))


class BulkStop(BulkAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(services.stop(self.change, by=request.user))


class BulkUndo(BulkAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(services.undo(self.change, by=request.user))


class BulkDecide(BulkAct):
    """Theirs, mine or what it was, for the records that somebody else changed meanwhile."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        chosen: dict[int, dict[str, str]] = {}
        for name, value in request.POST.items():
            is_choice, _dash, rest = name.partition("-")
            row, _dash, field = rest.partition("-")
            if is_choice == "choice" and row.isdecimal():
                chosen.setdefault(int(row), {})[field] = str(value)
        services.decide(self.change, chosen, by=request.user)
        return self.show()


class BulkResult(BulkView):
    """What became of each record, as a file."""

    def result(self, row: BulkRow) -> str:
        """The state in a word."""
        if row.state == _Row.DONE and verb_of(self.change.verb).destroys:
            return _("is back") if self.change.undoes_id else _("deleted")
        return row.get_state_display()

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        columns = (
            Column(_("Record"), "label"),
            Column(_("Result"), "state", export=self.result),
            Column(_("Reason"), "reason"),
        )
        return csv_response(self.change.rows.order_by("pk").iterator(chunk_size=2000), columns, name=f"bulk-{self.change.pk}")
