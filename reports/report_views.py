"""Pages of the standard reports, and their files."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog.converted import OneNumber
from partnerportal.core import display
from partnerportal.core.exports import csv_response, xlsx_response
from partnerportal.core.tables import Column
from partnerportal.core.views import Guarded
from partners.models import User
from reports.metrics import Period
from reports.standard import BY_NAME, MONEY, PERCENT, REPORTS, Asked, Line, Measure, Report, Section

ROW_HEIGHT = 46


class AskedForm(forms.Form):
    """The days and the owner of a report, as they stand in the address."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))
    of = forms.ChoiceField(choices=[("company", _("Whole company")), ("me", _("My records"))], required=False)

    def clean(self) -> dict[str, Any]:
        days = super().clean() or {}
        if days.get("first") and days.get("last") and days["first"] > days["last"]:
            self.add_error("last", _("The last day is before the first."))
        return days

    def asked(self, user: User) -> Asked:
        """What the valid form asks for."""
        days = self.cleaned_data
        return Asked(days.get("first"), days.get("last"), user if days.get("of") == "me" else None)


class Reports(Guarded):
    """The list of reports."""

    permission = "reports.view_report"

    def get(self, request: HttpRequest) -> HttpResponse:
        mine = [report for report in REPORTS if request.user.has_perm(report.permission)]
        return self.page("reports/report_list.html", {"tab": "reports", "heading": _("Reports"), "reports": mine})


class ReportPage(Guarded):
    """One report: filter, chart and table per currency; `format=csv` and `format=xlsx` answer its file."""

    permission = "reports.view_report"

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        if name not in BY_NAME:
            raise Http404
        report = BY_NAME[name]
        if not request.user.has_perm(report.permission):
            raise PermissionDenied
        form = AskedForm(request.GET)
        sections = report.compute(request.user, form.asked(request.user)) if form.is_valid() else []  # type: ignore[arg-type]
        written = request.GET.get("format", "")
        if written in ("csv", "xlsx") and form.is_valid():
            answer = csv_response if written == "csv" else xlsx_response
            return answer(_file_rows(sections), _file_columns(report), name=f"{report.name}-{timezone.localdate():%Y-%m-%d}")
        return self.page("reports/report.html", self._context(report, form, sections), status=200 if form.is_valid() else 422)

    def _context(self, report: Report, form: AskedForm, sections: list[Section]) -> dict[str, Any]:
        kept = {key: value for key, value in self.request.GET.items() if key in ("first", "last", "of") and value}
        return {
            "tab": "reports",
            "heading": report.label,
            "report": report,
            "form": form,
            "has_money": any(measure.kind == MONEY for measure in report.measures),
            "presets": _presets(timezone.localdate(), kept),  # type: ignore[arg-type]
            "scope": kept.get("of", "company"),
            "csv_url": f"?{urlencode(kept | {'format': 'csv'})}",  # type: ignore[arg-type]
            "xlsx_url": f"?{urlencode(kept | {'format': 'xlsx'})}",  # type: ignore[arg-type]
            "charts": [_chart(report, section) for section in sections],
            "in_one": _in_one(report, sections, self.request.user),  # type: ignore[arg-type]
        }


def _in_one(report: Report, sections: list[Section], user: User) -> list[tuple[str, str]]:
    """The totals of money over all currencies, each with its name; none while there is one currency. One query, and none then."""
    number = OneNumber(user)
    found = []
    for measure in report.measures:
        if measure.kind == MONEY and (text := number((section.currency, section.totals[measure.name]) for section in sections)):
            found.append((str(measure.label), text))
    return found


def _presets(today: date, kept: dict[str, str]) -> list[dict[str, Any]]:
    """Usual periods as links; the one in force is marked."""
    month, quarter = Period.month(today), Period.quarter(today)
    periods: tuple[tuple[str, date | None, date | None], ...] = (
        (_now("All"), None, None),
        (_now("This month"), month.first, month.last),
        (_now("This quarter"), quarter.first, quarter.last),
        (_now("This year"), date(today.year, 1, 1), date(today.year, 12, 31)),
        (_now("Last 12 months"), today - timedelta(days=365), today),
    )
    links = []
    for label, first, last in periods:
        days = {key: str(day) for key, day in (("first", first), ("last", last)) if day}
        is_now = {key: kept[key] for key in ("first", "last") if key in kept} == days
        query = urlencode(days | ({"of": kept["of"]} if "of" in kept else {}))
        links.append({"label": label, "url": f"?{query}", "is_now": is_now})
    return links


def _chart(report: Report, section: Section) -> dict[str, Any]:
    """A section as the template draws it: bars with their places, and the table's cells in words."""
    charted = next(measure for measure in report.measures if measure.name == report.charted)
    return {
        "currency": section.currency,
        "why": section.why,
        "measure": charted.label,
        "height": ROW_HEIGHT * len(section.lines),
        "bars": [
            {
                "label": line.label,
                "value": in_words(line.values[charted.name], charted, section.currency),
                "width": f"{line.share}%",
                "text_y": ROW_HEIGHT * number + 15,
                "bar_y": ROW_HEIGHT * number + 22,
            }
            for number, line in enumerate(section.lines)
        ],
        "rows": [
            (line, [in_words(line.values[measure.name], measure, section.currency) for measure in report.measures])
            for line in section.lines
        ],
        "totals": [in_words(section.totals.get(measure.name), measure, section.currency) for measure in report.measures],
    }


def in_words(value: Any, measure: Measure, currency: str) -> str:
    """A figure as a person reads it; where there is none, a dash, and of an amount that it is not available."""
    if value is None:
        return _now("Not available") if measure.kind == MONEY else "–"
    if measure.kind == MONEY:
        return display.money(value, currency)
    return display.percent(value) if measure.kind == PERCENT else display.number(value)


def _file_rows(sections: list[Section]) -> list[tuple[Section, Line]]:
    return [(section, line) for section in sections for line in section.lines]


def _file_columns(report: Report) -> list[Column]:
    """Currency, what it is by, and the figures, as raw values."""
    columns = [Column(report.by, "label", export=lambda row: row[1].label)]
    if any(measure.kind == MONEY for measure in report.measures):
        columns.append(Column(_("Currency"), "currency", export=lambda row: row[0].currency))
    return columns + [Column(measure.label, measure.name, export=_figure(measure)) for measure in report.measures]


def _figure(measure: Measure) -> Any:
    def raw(row: tuple[Section, Line]) -> Any:
        section, line = row
        value = line.values[measure.name]
        if value is not None or measure.kind != MONEY:
            return value
        return display.unavailable_in_words(section.why) if section.why else in_words(None, measure, section.currency)

    return raw
