"""A file of many rows that the worker writes: how far it is, and the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from partnerportal.core import display, exporting
from partnerportal.core.bulk.verbs import Scene
from partnerportal.core.models import DataExport
from partnerportal.core.views.base import Guarded, as_download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportView(Guarded):
    """A page about a file of the person; another's is not there, nor one of a list that is closed to her by now."""

    is_block = True
    permission = "core.export"
    export: DataExport

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.export = get_object_or_404(DataExport.objects.select_related("by"), pk=kwargs["pk"], by=request.user)
        if not exporting.may_read(self.export, request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ExportPage(ExportView):
    """Progress, then the file. The part that changes asks for itself while the worker is at it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        is_part = self.wants_part and request.htmx.target == "export-state"  # type: ignore[attr-defined]
        return self.page("components/export_state.html" if is_part else "layouts/export.html", self.context())

    def context(self) -> dict[str, Any]:
        """What the page needs at this time."""
        export = self.export
        return {
            "export": export,
            "tab": export.page,
            "kind": display.kinds(Scene(export.page).model),
            "is_halted": exporting.given_up(export) is not None,
            "handled": display.number(export.handled),
            "total": display.number(export.total),
            "written": display.number(export.written),
            "until": exporting.last_day(export),
            "back": f"{reverse(f'{export.page}:list')}?{export.query}",
        }


class ExportFile(ExportView):
    """The file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.export.file:
            raise Http404
        content = self.export.file.open("rb")
        return as_download(FileResponse(content, as_attachment=True, filename=f"{self.export.page}.xlsx", content_type=XLSX))


class ExportStep(ExportView):
    """Stop it, or try again."""

    http_method_names: ClassVar[list[str]] = ["post", "options"]
    act: Callable[..., DataExport] = staticmethod(exporting.stop)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseRedirect(self.act(self.export, by=request.user).get_absolute_url())
