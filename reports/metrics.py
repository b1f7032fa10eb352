"""The numbers of Home and of the reports: scoped querysets in, dataclasses out; no HTML.

Amounts are sums of what the projects store, which `projects.mrr` computed; they are never added over currencies.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.http import urlencode

from cases.models import Case
from cases.stages import OPEN as OPEN_CASES
from cases.stages import Status as CaseStatus
from catalog import words
from leads.models import Lead, LeadTotal
from partnerportal.core.totals import numbers_of, tally
from partners.models import Partner, User
from projects.models import AWAITING_BONUS, Outcome, Project, ProjectTotal
from projects.stages import RecordType, Stage
from tasks.models import Task

OPEN_STAGES = tuple(stage for stage in Stage if stage != Stage.CLOSED)
TODAY_SHOWN = 8
SILENT_SHOWN, SILENT_CAP = 5, 100


@dataclass(frozen=True)
class Amount:
    """A sum in one currency."""

    currency: str
    value: Decimal


@dataclass(frozen=True)
class Numbers:
    """What Home counts. Each amount is a tuple with one entry a currency; nothing there is an empty tuple. Unpriced ones are in no sum."""

    open_leads: int
    new_leads: int
    open_projects: int
    pipeline: tuple[Amount, ...]
    weighted: tuple[Amount, ...]
    unpriced: int
    closing: int
    closing_mrr: tuple[Amount, ...]
    closing_unpriced: int
    awaiting: int
    awaiting_mrr: tuple[Amount, ...]
    won: int
    won_mrr: tuple[Amount, ...]
    won_unpriced: int
    open_cases: int
    waiting_cases: int


@dataclass(frozen=True)
class StageSum:
    """What stands in a stage: how many open projects, and their MRR in one currency. `share` is that of the biggest, in percent."""

    stage: str
    label: str
    count: int
    mrr: Decimal
    weighted: Decimal
    currency: str
    share: int


@dataclass(frozen=True)
class Period:
    """The days that a number is about, both included."""

    first: date
    last: date

    @classmethod
    def month(cls, today: date) -> Period:
        """The month of a day."""
        return cls(today.replace(day=1), today.replace(day=calendar.monthrange(today.year, today.month)[1]))

    @classmethod
    def quarter(cls, today: date) -> Period:
        """The quarter of a day."""
        month = 3 * ((today.month - 1) // 3) + 1
        end = calendar.monthrange(today.year, month + 2)[1]
        return cls(date(today.year, month, 1), date(today.year, month + 2, end))

    @classmethod
    def week(cls, today: date) -> Period:
        """The week of a day, from Monday."""
        monday = today - timedelta(days=today.weekday())
        return cls(monday, monday + timedelta(days=6))

    def moments(self, field: str) -> dict[str, datetime]:
        """The period as a filter of a field of moments, in the reader's time zone."""
        start = timezone.make_aware(datetime.combine(self.first, time.min))
        end = timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))
        return {f"{field}__gte": start, f"{field}__lt": end}


def of_person(rows: Any, owner: User | None) -> Any:
    """The rows of one owner, or all where None."""
    return rows if owner is None else rows.filter(owner=owner)


def amounts(rows: Iterable[dict[str, Any]], name: str) -> tuple[Amount, ...]:
    """The sums called `name`, one a currency, without the currencies in which there is nothing."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        if row[name]:
            totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + row[name]
    return tuple(Amount(currency, value) for currency, value in sorted(totals.items()))


def open_sums(user: User, owner: User | None) -> list[dict[str, Any]]:
    """The open pipeline by currency and stage: how many projects, their MRR and their weighted pipeline."""
    rows = of_person(ProjectTotal.rows_for(user), owner).open()
    return [line for line in tally(rows, by=("currency", "stage"), sums=("mrr", "weighted_pipeline")) if line["count"]]


def project_sums(user: User, owner: User | None, *, today: date) -> list[dict[str, Any]]:
    """What Home says of the projects that close this month, were won this quarter, wait for their bonus or lack an amount; one query."""
    month, quarter = Period.month(today), Period.quarter(today)
    closing = Q(stage__in=OPEN_STAGES, close_date__range=(month.first, month.last))
    won = Q(outcome=Outcome.WON, **quarter.moments("closed_at"))
    unpriced = Q(stage__in=OPEN_STAGES, mrr=None)
    rows = of_person(Project.objects.visible_to(user), owner).filter(closing | AWAITING_BONUS | won | unpriced)
    return list(
        rows.order_by()
        .values("currency")
        .annotate(
            unpriced=Count("pk", filter=unpriced),
            closing=Count("pk", filter=closing),
            closing_unpriced=Count("pk", filter=closing & unpriced),
            closing_mrr=Sum("mrr", filter=closing),
            awaiting=Count("pk", filter=AWAITING_BONUS),
            awaiting_mrr=Sum("pipeline_mrr", filter=AWAITING_BONUS),
            won=Count("pk", filter=won),
            won_mrr=Sum("mrr", filter=won),
            won_unpriced=Count("pk", filter=won & Q(mrr=None)),
        )
    )


def numbers(user: User, owner: User | None, stages: list[dict[str, Any]], *, today: date) -> Numbers:
    """The tiles of Home, of one owner or of the whole company, as far as the person may see. `stages` are its `open_sums`."""
    sums = project_sums(user, owner, today=today)
    cases = of_person(Case.objects.visible_to(user), owner)
    counts = numbers_of(
        open_leads=of_person(LeadTotal.rows_for(user), owner).open(),
        new_leads=of_person(Lead.objects.visible_to(user), owner).open().filter(**Period.week(today).moments("created_at")),
        open_cases=cases.filter(status__in=OPEN_CASES),
        waiting_cases=cases.filter(status=CaseStatus.WAITING),
    )
    return Numbers(
        open_leads=counts["open_leads"],
        new_leads=counts["new_leads"],
        open_projects=sum(row["count"] for row in stages),
        pipeline=amounts(stages, "sum_mrr"),
        weighted=amounts(stages, "sum_weighted_pipeline"),
        unpriced=sum(row["unpriced"] for row in sums),
        closing=sum(row["closing"] for row in sums),
        closing_mrr=amounts(sums, "closing_mrr"),
        closing_unpriced=sum(row["closing_unpriced"] for row in sums),
        awaiting=sum(row["awaiting"] for row in sums),
        awaiting_mrr=amounts(sums, "awaiting_mrr"),
        won=sum(row["won"] for row in sums),
        won_mrr=amounts(sums, "won_mrr"),
        won_unpriced=sum(row["won_unpriced"] for row in sums),
        open_cases=counts["open_cases"],
        waiting_cases=counts["waiting_cases"],
    )


def by_stage(stages: list[dict[str, Any]]) -> list[StageSum]:
    """The open pipeline stage by stage, a currency after the other; stages without a project are left out."""
    biggest = {row["currency"]: Decimal(0) for row in stages}
    for row in stages:
        biggest[row["currency"]] = max(biggest[row["currency"]], row["sum_mrr"])
    order = list(Stage)
    return [
        StageSum(
            stage=row["stage"],
            label=stage_label(row["stage"]),
            count=row["count"],
            mrr=row["sum_mrr"],
            weighted=row["sum_weighted_pipeline"],
            currency=row["currency"],
            share=share(row["sum_mrr"], biggest[row["currency"]]),
        )
        for row in sorted(stages, key=lambda row: (row["currency"], order.index(row["stage"])))
    ]


def share(value: Decimal, biggest: Decimal) -> int:
    """A value in percent of the biggest, for the length of a bar; never negative."""
    return int(max(Decimal(0), value) * 100 / biggest) if biggest > 0 else 0


def stage_label(stage: str) -> str:
    """The vendor's word for a stage of a business plan."""
    return words.stage(RecordType.BUSINESS_PLAN, stage).label


def goal_percent(won: tuple[Amount, ...], goal: Decimal | None, currency: str) -> int | None:
    """How much of the quarter's goal is won, in percent; None without a goal. Only what was won in the goal's currency counts."""
    if not goal:
        return None
    value = next((amount.value for amount in won if amount.currency == currency), Decimal(0))
    return int(value * 100 / goal)


def tasks_of_today(user: User, *, today: date) -> tuple[list[Task], int]:
    """The person's open tasks that are due today or overdue, the oldest first, at most eight; and how many are overdue."""
    due = Task.objects.visible_to(user).open().filter(assigned_to=user, due_on__lte=today).order_by("due_on", "pk")
    shown = list(due[:TODAY_SHOWN])
    overdue = sum(task.due_on < today for task in shown)  # type: ignore[operator]
    return shown, overdue if len(shown) < TODAY_SHOWN else due.overdue(today).count()


def silent_leads(user: User, owner: User | None) -> tuple[list[Lead], int]:
    """Open leads that nobody has touched for long, the longest first, at most five; and how many there are, up to `SILENT_CAP` + 1."""
    rows = of_person(Lead.objects.visible_to(user), owner).silent()
    found = list(rows.order_by("updated_at", "pk")[: SILENT_CAP + 1])
    return found[:SILENT_SHOWN], len(found)


def address(place: str, **query: Any) -> str:
    """The address of a list with its filters; empty ones are left out."""
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return f"/{place}/?{urlencode(kept)}" if kept else f"/{place}/"


@dataclass(frozen=True)
class PartnerLine:
    """A partner of a portfolio: open projects, their MRR and how many lack one, and how many bonuses wait."""

    partner: Partner
    open: int
    pipeline: tuple[Amount, ...]
    unpriced: int
    awaiting: int


def portfolio(user: User, partners: Iterable[Partner]) -> list[PartnerLine]:
    """The partners that a vendor's person looks after, with their pipeline; two queries."""
    rows = (
        Project.objects.visible_to(user)
        .order_by()
        .values("partner", "currency")
        .annotate(
            open=Count("pk", filter=Q(stage__in=OPEN_STAGES)),
            open_mrr=Sum("mrr", filter=Q(stage__in=OPEN_STAGES)),
            unpriced=Count("pk", filter=Q(stage__in=OPEN_STAGES, mrr=None)),
            awaiting=Count("pk", filter=AWAITING_BONUS),
        )
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["partner"], []).append(row)
    return [_partner_line(partner, found.get(partner.pk, [])) for partner in partners]


def _partner_line(partner: Partner, rows: list[dict[str, Any]]) -> PartnerLine:
    count = {name: sum(row[name] for row in rows) for name in ("open", "unpriced", "awaiting")}
    return PartnerLine(partner, count["open"], amounts(rows, "open_mrr"), count["unpriced"], count["awaiting"])
