"""What Home shows: tiles whose numbers open the list that they count, and the bars of the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partnerportal.core import display
from partners.models import User
from projects.services import BonusSum, Earning, bonus_sums, bonuses_to_earn
from reports import metrics
from reports.metrics import Amount, Numbers, Period, StageSum, address

BONUSES_SHOWN = 3


@dataclass(frozen=True)
class Link:
    """A number in words, and the list that it counts."""

    text: str
    url: str


@dataclass(frozen=True)
class Tile:
    """One number of Home with its smaller second one. `count` and `more_count` are how many rows the two lists have."""

    name: str
    label: str | Promise
    main: Link
    more: Link
    count: int
    more_count: int


@dataclass(frozen=True)
class Bonuses:
    """The person's own demo bonuses: some projects with their conditions, how many more there are and where, and the sums."""

    rows: list[Earning]
    sums: list[BonusSum]
    more: int
    url: str


def whole(sums: tuple[Amount, ...], currency: str) -> str:
    """Amounts in whole units, a currency beside the other; a zero in the company's currency when there is none."""
    return " · ".join(display.whole_money(one.value, one.currency) for one in sums or (Amount(currency, 0),))  # type: ignore[arg-type]


def but(text: str, missing: int) -> str:
    """A sum in words, and how many records are not in it."""
    return f"{text} · {display.left_out(missing)}" if missing else text


def tiles(found: Numbers, *, owner: User | None, currency: str, goal: int | None, today: date) -> list[Tile]:
    """The six tiles. `owner` narrows the lists to one person's records; `goal` is the percent of the quarter's goal."""
    who = owner.pk if owner else None
    week, quarter = Period.week(today), Period.quarter(today)
    won = address("projects", view="won", owner=who, closed_after=quarter.first, closed_before=quarter.last)
    closing = address("projects", view="closing", owner=who)
    awaiting = address("projects", view="awaiting", owner=who)
    pipeline = address("projects", view="all", owner=who)
    return [
        Tile(
            "open_leads",
            _("Open leads"),
            Link(display.number(found.open_leads), address("leads", view="all_open", owner=who)),
            Link(
                ngettext("%(count)s new this week", "%(count)s new this week", found.new_leads)
                % {"count": display.number(found.new_leads)},
                address("leads", view="all_open", owner=who, created_after=week.first, created_before=week.last),
            ),
            found.open_leads,
            found.new_leads,
        ),
        Tile(
            "pipeline",
            _("Open pipeline MRR"),
            Link(whole(found.pipeline, currency), pipeline),
            Link(but(str(_("%(amount)s weighted")) % {"amount": whole(found.weighted, currency)}, found.unpriced), pipeline),
            found.open_projects,
            found.open_projects,
        ),
        Tile(
            "closing",
            _("Closing this month"),
            Link(display.number(found.closing), closing),
            Link(but(str(_("%(amount)s MRR")) % {"amount": whole(found.closing_mrr, currency)}, found.closing_unpriced), closing),
            found.closing,
            found.closing,
        ),
        Tile(
            "awaiting",
            _("Bonus pipeline"),
            Link(whole(found.awaiting_mrr, currency), awaiting),
            Link(
                ngettext("%(count)s awaiting approval", "%(count)s awaiting approval", found.awaiting)
                % {"count": display.number(found.awaiting)},
                awaiting,
            ),
            found.awaiting,
            found.awaiting,
        ),
        Tile(
            "open_cases",
            _("Open cases"),
            Link(display.number(found.open_cases), address("cases", view="open", owner=who)),
            Link(
                ngettext("%(count)s waiting for you", "%(count)s waiting for you", found.waiting_cases)
                % {"count": display.number(found.waiting_cases)},
                address("cases", view="waiting", owner=who),
            ),
            found.open_cases,
            found.waiting_cases,
        ),
        Tile(
            "won",
            _("Won this quarter"),
            Link(whole(found.won_mrr, currency), won),
            Link(but(_won_more(found.won, goal), found.won_unpriced), won),
            found.won,
            found.won,
        ),
    ]


def _won_more(count: int, goal: int | None) -> str:
    if goal is not None:
        return str(_("%(percent)s of goal")) % {"percent": display.percent(goal)}
    return ngettext("%(count)s project", "%(count)s projects", count) % {"count": display.number(count)}


def stage_bars(rows: list[StageSum], *, owner: User | None) -> list[dict[str, Any]]:
    """The stages with their bars; each opens the list of its projects."""
    who = owner.pk if owner else None
    return [
        {"row": row, "url": address("projects", view="all", stage=row.stage, owner=who, currency=row.currency), "is_mixed": _is_mixed(rows)}
        for row in rows
    ]


def _is_mixed(rows: list[StageSum]) -> bool:
    return len({row.currency for row in rows}) > 1


def bonuses(user: User, *, is_for_company: bool) -> Bonuses | None:
    """The card of the person's own bonuses; two queries. Beside the company's numbers it is left out when there is nothing in it."""
    rows, sums = bonuses_to_earn(user, limit=BONUSES_SHOWN), bonus_sums(user)
    if is_for_company and not sums:
        return None
    more = sum(one.count for one in sums) - len(rows)
    return Bonuses(rows, sums, more, address("projects", view="bonus", owner=user.pk))


def greeting(hour: int) -> str:
    """A greeting for an hour of the person's day."""
    if hour < 12:
        return str(_("Good morning"))
    return str(_("Good afternoon")) if hour < 18 else str(_("Good evening"))


def month_numbers(user: User, owner: User | None, *, today: date) -> tuple[Numbers, list[StageSum]]:
    """What the tiles and the bars show; three queries, none of which reads all that is open."""
    stages = metrics.open_sums(user, owner)
    return metrics.numbers(user, owner, stages, today=today), metrics.by_stage(stages)
