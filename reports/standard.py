"""The standard reports: what each counts, by what, in which currency; no HTML. Sums come from the database, within scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog import words
from catalog.models import SOLUTIONS, Term
from leads.models import Lead, LeadOffer
from leads.stages import OPEN as OPEN_LEADS
from leads.stages import Status as LeadStatus
from partners.models import User
from projects.models import Project, no_average_price
from projects.stages import Stage
from quotes.models import Quote
from quotes.stages import Status as QuoteStatus
from reports.metrics import Period, address, of_person, share, stage_label

NUMBER, MONEY, PERCENT = "number", "money", "percent"


@dataclass(frozen=True)
class Measure:
    """One figure of a row: its name, its heading, and how it is written. A percent is no sum and has no total."""

    name: str
    label: str | Promise
    kind: str = NUMBER


@dataclass(frozen=True)
class Line:
    """One row of a report. `share` is the length of its bar, in percent of the longest; `url` opens the rows that it counts."""

    label: str
    values: dict[str, Any]
    share: int = 0
    url: str = ""


@dataclass(frozen=True)
class Section:
    """The rows of one currency (empty where nothing is money), with their totals; `why` says why some records have no amount."""

    currency: str
    lines: list[Line]
    totals: dict[str, Any] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Asked:
    """What a person wants to see: days (both may be missing), and one owner's records or everybody's."""

    first: date | None = None
    last: date | None = None
    owner: User | None = None

    def days(self, name: str) -> dict[str, Any]:
        """The days as a filter of a date field."""
        asked = {f"{name}__gte": self.first, f"{name}__lte": self.last}
        return {key: value for key, value in asked.items() if value}

    def moments(self, name: str) -> dict[str, Any]:
        """The days as a filter of a field of moments, in the reader's time zone."""
        span = Period(self.first or date(2000, 1, 1), self.last or date(9000, 1, 1)).moments(name)
        return {key: value for key, value in span.items() if (self.first if key.endswith("gte") else self.last)}

    def query(self, name: str) -> dict[str, Any]:
        """The same narrowing for the address of a list."""
        return {"owner": self.owner.pk if self.owner else None, f"{name}_after": self.first, f"{name}_before": self.last}


@dataclass(frozen=True)
class Report:
    """A standard report. `compute(user, asked)` reads what the person may see."""

    name: str
    label: str | Promise
    text: str | Promise
    icon: str
    by: str | Promise
    days_of: str | Promise
    measures: tuple[Measure, ...]
    charted: str
    compute: Callable[[User, Asked], list[Section]]
    permission: str


def pipeline(user: User, asked: Asked) -> list[Section]:
    """Open projects whose close date is in the period, by stage; per currency."""
    rows = of_person(Project.objects.visible_to(user).open(), asked.owner).filter(**asked.days("close_date"))
    found = (
        rows.order_by()
        .values("currency", "stage")
        .annotate(
            count=Count("pk"),
            sum_mrr=Sum("mrr"),
            sum_weighted=Sum("weighted_pipeline"),
            unpriced=Count("pk", filter=Q(mrr=None)),
        )
    )
    lines = [
        (
            row["currency"],
            stage_label(row["stage"]),
            {"count": row["count"], "mrr": row["sum_mrr"], "weighted": row["sum_weighted"], "unpriced": row["unpriced"]},
            address("projects", view="all", stage=row["stage"], currency=row["currency"], **asked.query("close_date")),
        )
        for row in _in_order(found, "stage", list(Stage))
    ]
    why = _why_unpriced(rows)
    sections = _sections(lines, charted="mrr", added=("count", "mrr", "weighted", "unpriced"))
    return [replace(section, why=why.get(section.currency, "")) for section in sections]


def _why_unpriced(rows: Any) -> dict[str, str]:
    """By currency, the solutions whose missing price leaves projects without an amount, in words; one query."""
    found: dict[str, set[str]] = {}
    for currency, missing in rows.order_by().filter(mrr=None).values_list("currency", "estimate__missing").distinct():
        found.setdefault(currency, set()).update(missing or ())
    order = [family for family, _label in SOLUTIONS]
    return {currency: no_average_price(currency, sorted(families, key=order.index)) for currency, families in found.items() if families}


def leads(user: User, asked: Asked) -> list[Section]:
    """Leads created in the period, by source, with what became of them. The rate is converted of all, in percent."""
    rows = of_person(Lead.objects.visible_to(user), asked.owner).filter(**asked.moments("created_at"))
    found = (
        rows.order_by()
        .values("source")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(status__in=OPEN_LEADS)),
            dropped=Count("pk", filter=Q(status=LeadStatus.NOT_IN_TARGET)),
            converted=Count("pk", filter=Q(status=LeadStatus.CONVERTED)),
        )
    )
    added = ("count", "open", "dropped", "converted")
    lines = [
        (
            "",
            words.label(Term.Kind.LEAD_SOURCE, row["source"]),
            {name: row[name] for name in added},
            address("leads", view="all_open", source=row["source"], **asked.query("created")),
        )
        for row in sorted(found, key=lambda row: (-row["count"], row["source"]))
    ]
    return _with_rate(_sections(lines, charted="count", added=added), of="converted")


def quotes(user: User, asked: Asked) -> list[Section]:
    """Quotes made in the period, each version for itself, by status; per currency."""
    rows = of_person(Quote.objects.visible_to(user), asked.owner).filter(**asked.moments("created_at"))
    found = rows.order_by().values("currency", "status").annotate(count=Count("pk"), sum_net=Sum("net"), sum_mrr=Sum("mrr"))
    lines = [
        (
            row["currency"],
            str(QuoteStatus(row["status"]).label),
            {"count": row["count"], "net": row["sum_net"], "mrr": row["sum_mrr"]},
            address("quotes", view="all", status=row["status"], currency=row["currency"], **asked.query("created_at")),
        )
        for row in _in_order(found, "status", list(QuoteStatus))
    ]
    return _sections(lines, charted="count", added=("count", "net", "mrr"))


def offers(user: User, asked: Asked) -> list[Section]:
    """Leads that the vendor offered in the period, by partner, with what became of them. The rate is accepted of all, in percent."""
    rows = LeadOffer.objects.visible_to(user).filter(**asked.moments("created_at"))
    if asked.owner:
        rows = rows.filter(offered_by=asked.owner)
    states = {str(state): Count("pk", filter=Q(state=state)) for state in LeadOffer.State}
    found = (
        rows.order_by().values("partner__name").annotate(count=Count("pk"), pool=Count("pk", filter=Q(mode=LeadOffer.Mode.POOL)), **states)
    )
    added = ("count", "pool", *states)
    lines = [
        ("", row["partner__name"], {name: row[name] for name in added}, "")
        for row in sorted(found, key=lambda row: (-row["accepted"], row["partner__name"]))
    ]
    return _with_rate(_sections(lines, charted="accepted", added=added), of="accepted")


def rate(part: int, whole: int) -> int | None:
    """A part in percent of the whole, rounded down; None of nothing."""
    return part * 100 // whole if whole else None


def _with_rate(sections: list[Section], *, of: str) -> list[Section]:
    """The same sections with the rate of one figure of the count, in each line and in the totals."""
    for section in sections:
        for values in (*(line.values for line in section.lines), section.totals):
            values["rate"] = rate(values[of], values["count"])
    return sections


def _in_order(rows: Any, name: str, order: Sequence[str]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["currency"], order.index(row[name])))


def _sections(lines: list[tuple[str, str, dict[str, Any], str]], *, charted: str, added: tuple[str, ...]) -> list[Section]:
    """The lines by currency, with bars and totals. An amount that is not available counts as nothing in a total."""
    sections = []
    for currency in dict.fromkeys(line[0] for line in lines):
        own = [line for line in lines if line[0] == currency]
        biggest = max((Decimal(values[charted] or 0) for _currency, _label, values, _url in own), default=Decimal(0))
        rows = [Line(label, values, share(Decimal(values[charted] or 0), biggest), url) for _currency, label, values, url in own]
        totals = {name: sum((row.values[name] or 0 for row in rows), 0) for name in added}
        sections.append(Section(currency, rows, totals))
    return sections


REPORTS = (
    Report(
        "pipeline",
        _("Pipeline by stage"),
        _("Open projects and what they are worth, stage by stage."),
        "bar-chart-steps",
        _("Stage"),
        _("Close date"),
        (
            Measure("count", _("Projects")),
            Measure("mrr", _("MRR"), MONEY),
            Measure("weighted", _("Weighted pipeline"), MONEY),
            Measure("unpriced", _("Without an amount")),
        ),
        "mrr",
        pipeline,
        "projects.view_project",
    ),
    Report(
        "leads",
        _("Leads by source"),
        _("Where leads come from, and how many become customers."),
        "funnel",
        _("Lead source"),
        _("Created"),
        (
            Measure("count", _("Leads")),
            Measure("open", _("Open")),
            Measure("dropped", _("Not in Target")),
            Measure("converted", _("Converted")),
            Measure("rate", _("Conversion"), PERCENT),
        ),
        "count",
        leads,
        "leads.view_lead",
    ),
    Report(
        "quotes",
        _("Quotes by status"),
        _("What is offered, what is out, and what was accepted."),
        "file-earmark-bar-graph",
        _("Status"),
        _("Created"),
        (Measure("count", _("Quotes")), Measure("net", _("Net"), MONEY), Measure("mrr", _("MRR"), MONEY)),
        "count",
        quotes,
        "quotes.view_quote",
    ),
    Report(
        "offers",
        _("Leads offered by partner"),
        _("Who was offered the vendor's leads, from pools or alone, and who took them."),
        "people",
        _("Partner"),
        _("Offered"),
        (
            Measure("count", _("Offers")),
            Measure("pool", _("From pools")),
            Measure("accepted", _("Accepted")),
            Measure("declined", _("Declined")),
            Measure("expired", _("Expired")),
            Measure("lost", _("Others were faster, or taken back")),
            Measure("open", _("Open")),
            Measure("rate", _("Taken"), PERCENT),
        ),
        "accepted",
        offers,
        "leads.assign_lead",
    ),
)
BY_NAME = {report.name: report for report in REPORTS}
