"""The board of an object: the list's rows in lanes, one a stage. Counts and sums in one query (`core.totals`), all cards in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from partnerportal.core import display
from partnerportal.core.totals import Totals, tally
from partnerportal.core.views.emptied import emptied_by
from partnerportal.core.views.paging import Order
from partnerportal.core.views.sets import RecordSet

LANE_SIZE = 25
MOST_CHANGES = 100  # Of more changed cards the board is drawn anew.
MOST_SHOWN = 300  # So many cards on the screen are looked after.
# A change carries the moment before its commit, and clocks of two servers differ: a question looks back this much further.
OVERLAP = timedelta(seconds=10)

NO_AMOUNT = mark_safe("<span></span>")
WHEN = '<span class="s"><i class="bi bi-calendar3" aria-hidden="true"></i> {}</span>'


@dataclass(frozen=True)
class Lane:
    """A column of a board. Nobody drops into an automatic one, nor from a stage of `closed_from`; `reason` and `why_closed` say why."""

    value: str
    label: str | Promise
    is_automatic: bool = False
    reason: str | Promise = ""
    closed_from: frozenset[str] = frozenset()
    why_closed: str | Promise = ""

    @property
    def shut_for(self) -> str:
        """The stages from which nobody drops into it, for the page."""
        return " ".join(sorted(str(stage) for stage in self.closed_from))


@dataclass(frozen=True)
class Card:
    """What a card shows. `amount` with `currency`, or why there is none; `on` is the date that matters; `badge` is ready HTML."""

    title: str
    subtitle: str = ""
    amount: Decimal | None = None
    currency: str = ""
    why_unavailable: str = ""
    on: date | None = None
    badge: SafeString | str = ""

    def facts(self) -> SafeString:
        """What stands between title and badge: subtitle, amount and day."""
        subtitle = format_html('<div class="s">{}</div>', self.subtitle) if self.subtitle else ""
        has_amount = self.amount is not None or bool(self.why_unavailable)
        if not has_amount and not self.on:
            return mark_safe(subtitle)  # noqa: S308 - escaped above
        written = display.computed(self.amount, self.currency, self.why_unavailable)
        amount = format_html("<b>{}</b>", written) if has_amount else NO_AMOUNT
        when = format_html(WHEN, display.due(self.on)) if self.on else ""
        return format_html('{}<div class="b">{}{}</div>', subtitle, amount, when)


def is_late(day: date | None) -> bool:
    """Whether the reader's day of a next step has passed."""
    return day is not None and day < timezone.localdate()


def next_step_badge(step: str, on: date | None) -> SafeString:
    """What comes next, for a card: red once its day has passed, nothing where nothing was agreed."""
    if on is not None and is_late(on):
        return display.badge(_("Overdue %(days)s d") % {"days": (timezone.localdate() - on).days}, "red")
    return display.badge(_("Next: %(step)s") % {"step": step}, "green") if step else SafeString("")


@dataclass(frozen=True)
class Column:
    """A lane with what is in it."""

    lane: Lane
    count: int
    sums: list[str]
    cards: SafeString
    more: str


class RecordBoard(RecordSet):
    """A board. `stage_field` holds the stage, `sums` are the money fields added up per lane: (label, field).

    `may_lack` is the one of them that a record may be without: the heads then say how many are, which is one more query.
    `totals` are kept counts and sums of the records; where view and filters name nothing else, no record is read for the heads.
    """

    is_block = True
    stage_field: ClassVar[str] = "stage"
    lanes: ClassVar[tuple[Lane, ...]] = ()
    sums: ClassVar[tuple[tuple[str | Promise, str], ...]] = ()
    may_lack: ClassVar[str] = ""
    totals: ClassVar[type[Totals] | None] = None
    ordering: ClassVar[str] = "-updated_at"
    template_name: ClassVar[str] = "layouts/board.html"
    kind_of_page: ClassVar[str] = "board"

    def get_lanes(self) -> Sequence[Lane]:
        """The lanes, in the order of the stages."""
        return self.lanes

    def card(self, record: Any) -> Card:
        """What a card shows."""
        return Card(str(record))

    def get(self, request: HttpRequest) -> HttpResponseBase:
        context = self.common_context()
        if "since" in self.query:
            return self.changes()
        lane = self.query.get("lane")
        if lane and self.wants_part:
            return self.page("components/lane_cards.html", {"column": self._more_of(lane)})
        is_bare = not (self.problems or any(self._count(lane) for lane in self.get_lanes()))
        context |= {"is_bare": is_bare, "emptied_by": emptied_by(self) if is_bare else []}
        context |= {"columns": self.columns(), "totals": self.board_totals(), "is_board": True, "lanes": self.get_lanes()}
        context |= {"changes_url": self.address(), "now": timezone.now().isoformat(), "is_falling": self.order.is_descending}
        is_part = self.wants_part and request.htmx.target == "records"  # type: ignore[attr-defined]
        return self.page("components/lanes.html" if is_part else self.template_name, context, status=422 if self.problems else 200)

    @cached_property
    def order(self) -> Order:
        """How the cards of a lane stand."""
        return Order.of(self.get_queryset(), self.ordering)

    @cached_property
    def tally(self) -> dict[str, list[dict[str, Any]]]:
        """Count and sums, per stage and currency; one query."""
        keys = [self.stage_field, "currency"] if self.sums else [self.stage_field]
        found: dict[str, list[dict[str, Any]]] = {}
        for line in tally(self._counted(), by=keys, sums=[field for _label, field in self.sums]):
            found.setdefault(line[self.stage_field], []).append(line)
        return found

    @cached_property
    def lacking(self) -> dict[str, int]:
        """How many records have no amount, per stage: few, found through an index of their own."""
        if not self.may_lack:
            return {}
        rows = self.rows.filter(**{f"{self.may_lack}__isnull": True}).order_by().values(self.stage_field)
        return {line[self.stage_field]: line["count"] for line in rows.annotate(count=Count("pk"))}

    def _counted(self) -> QuerySet:
        """The totals where they know all that view and filters ask for, otherwise the records."""
        rows = self.rows
        if self.totals is None or self.problems or not (self.view and self.view.has_totals):
            return rows
        if any(group.fields_in_use - self.totals.names() for group in self.groups):
            return rows
        return self.filtered(self.within_view(self.restrict(self.totals.rows_for(self.request.user))))

    def _ordered(self) -> QuerySet:
        return self.rows.defer(*self.unread).order_by(*self.order.expressions(is_backwards=False))

    def columns(self) -> list[Column]:
        """All lanes with their first cards; the cards are one union of sliced queries, one for each lane that holds something."""
        lanes = self.get_lanes()
        slices = [self._ordered().filter(**{self.stage_field: lane.value})[: LANE_SIZE + 1] for lane in lanes if self._count(lane)]
        records = slices[0].union(*slices[1:], all=True) if len(slices) > 1 else slices[0] if slices else ()
        by_lane: dict[str, list[Any]] = {lane.value: [] for lane in lanes}
        for record in records:
            by_lane[getattr(record, self.stage_field)].append(record)
        return [self._column(lane, by_lane[lane.value]) for lane in lanes]

    def _column(self, lane: Lane, records: list[Any]) -> Column:
        has_more = len(records) > LANE_SIZE
        kept = records[:LANE_SIZE]
        more = self.address(lane=lane.value, after=self.order.place(kept[-1])) if has_more else ""
        return Column(lane, self._count(lane), self._sums(lane), self.cards_html(kept), more)

    def _more_of(self, value: str) -> Column:
        lane = next((one for one in self.get_lanes() if one.value == value), self.get_lanes()[0])
        rows = self._ordered().filter(**{self.stage_field: lane.value})
        try:
            rows = rows.filter(self.order.beyond(*self.order.parse(self.query.get("after", "")), is_backwards=False))
        except ValueError:
            rows = rows.none()
        return self._column(lane, list(rows[: LANE_SIZE + 1]))

    def changes(self) -> HttpResponse:
        """What has happened since a moment to the cards on the screen (`shown`) and to others of the board; 204 when nothing has.

        A card that is shown and no longer of the board is gone: deleted, handed over, closed, or outside of the filters by now.
        """
        since, now = _moment(self.query["since"]), timezone.now()
        if since is None or self.problems:
            return HttpResponse(status=422)
        shown = {int(one) for one in self.query.get("shown", "").split(",")[:MOST_SHOWN] if one.isdecimal() and len(one) < 19}
        here = set(self.rows.order_by().filter(pk__in=shown).values_list("pk", flat=True)) if shown else set()
        changed = list(self._ordered().filter(updated_at__gt=since - OVERLAP)[: MOST_CHANGES + 1])
        gone = sorted(shown - here)
        if not gone and not changed:
            return HttpResponse(status=204)
        answer: dict[str, Any] = {"now": now.isoformat(), "gone": gone, "all": len(changed) > MOST_CHANGES}
        if not answer["all"]:
            lanes = self.get_lanes()
            places = {lane.value for lane in lanes}
            answer["cards"] = [self.card_html(record) for record in changed if getattr(record, self.stage_field) in places]
            answer["heads"] = [self._head_html(lane) for lane in lanes]
            answer["totals"] = render_to_string("components/board_totals.html", {"totals": self.board_totals()})
        return JsonResponse(answer)

    def _head_html(self, lane: Lane, *, is_oob: bool = False) -> str:
        column = Column(lane, self._count(lane), self._sums(lane), mark_safe(""), "")
        return render_to_string("components/lane_head.html", {"column": column, "is_oob": is_oob})

    def _count(self, lane: Lane) -> int:
        return sum(line["count"] for line in self.tally.get(lane.value, ()))

    def _sums(self, lane: Lane) -> list[str]:
        texts = [self._sum_text(label, field, self.tally.get(lane.value, ())) for label, field in self.sums]
        return [text for text in (*texts, self._left_out(self.lacking.get(lane.value, 0))) if text]

    def _left_out(self, count: int) -> str:
        return display.left_out(count) if count else ""

    def _sum_text(self, label: Any, field: str, lines: Sequence[dict[str, Any]]) -> str:
        amounts = [display.money(line[f"sum_{field}"], line["currency"]) for line in lines if line[f"sum_{field}"]]
        return f"{label} {' + '.join(amounts)}" if amounts else ""

    def board_totals(self) -> list[str]:
        """Count and sums of the whole board, per currency."""
        lines = [line for lines in self.tally.values() for line in lines]
        added: dict[str, dict[str, Any]] = {}
        for line in lines:
            whole = added.setdefault(line.get("currency", ""), {"currency": line.get("currency", "")})
            for _label, field in self.sums:
                whole[f"sum_{field}"] = whole.get(f"sum_{field}", Decimal(0)) + line[f"sum_{field}"]
        count = sum(line["count"] for line in lines)
        head = _("%(count)s %(kind)s") % {"count": display.number(count), "kind": display.kinds(self.model)}
        texts = [self._sum_text(label, field, list(added.values())) for label, field in self.sums]
        return [head, *(text for text in (*texts, self._left_out(sum(self.lacking.values()))) if text)]

    def cards_html(self, records: Sequence[Any]) -> SafeString:
        """The cards of a lane, rendered here for speed."""
        return mark_safe("".join(self.card_html(record) for record in records))  # noqa: S308 - escaped below

    @cached_property
    def _move_label(self) -> str:
        return _("Move %(title)s to …")

    def card_html(self, record: Any) -> SafeString:
        """One card. It carries where it may be moved and the stage that the person sees."""
        card = self.card(record)
        return format_html(
            '<article class="deal" id="card-{pk}" data-move="{url}move/" data-stage="{stage}" data-title="{title}" '
            'data-order="{order}" data-version="{version}">'
            '<a class="t" href="{url}" aria-describedby="board-keys">{title}</a>{middle}'
            '<div class="b"><span>{badge}</span>{owner}</div>'
            '<button type="button" class="card-menu" data-move-menu aria-haspopup="dialog" aria-label="{label}">'
            '<i class="bi bi-three-dots" aria-hidden="true"></i></button>'
            "</article>",
            pk=record.pk,
            url=record.get_absolute_url(),
            stage=getattr(record, self.stage_field),
            title=card.title,
            order=_sortable(self.order.value_of(record)),
            version=record.updated_at.isoformat(),
            middle=card.facts(),
            badge=card.badge,
            owner=display.named_avatar(record.owner),
            label=self._move_label % {"title": card.title},
        )

    def after_move(self, record: Any, *stages: str) -> list[str]:
        """What a move changes on the board: the card in its new lane, and the heads of the lanes that it touched."""
        lanes = {lane.value: lane for lane in self.get_lanes()}
        heads = [self._head_html(lanes[stage], is_oob=True) for stage in dict.fromkeys(stages) if stage in lanes]
        totals = render_to_string("components/board_totals.html", {"totals": self.board_totals(), "is_oob": True})
        gone = format_html('<div id="card-{}" hx-swap-oob="delete"></div>', record.pk)
        stage = getattr(record, self.stage_field)
        there = format_html('<div hx-swap-oob="afterbegin:#lane-{}">{}</div>', stage, self.card_html(record)) if stage in lanes else ""
        return [gone, there, *heads, totals]


def _moment(text: str) -> datetime | None:
    """The moment that an address names; None when it names none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


def _sortable(value: Any) -> str:
    """A value of the order as text that sorts alike; nothing for none, which stands last."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, int | Decimal):
        return f"{value + 10**15:020.2f}"
    return "" if value is None else str(value)
