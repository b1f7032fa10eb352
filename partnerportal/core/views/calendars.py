"""The calendar of an object: the list's rows by one of their days, as a month, a week or a day.

What is drawn is bounded, what is counted is not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerportal.core import display, spans
from partnerportal.core.edits import sealed
from partnerportal.core.spans import DAY, KINDS, MONTH, WEEK, Span
from partnerportal.core.views import state
from partnerportal.core.views.calendar_parts import Day, Event, Tally, event_html, weekday, words_of
from partnerportal.core.views.emptied import emptied_by
from partnerportal.core.views.paging import PAGE_SIZE, Order
from partnerportal.core.views.sets import RecordSet
from partnerportal.core.views.shown import Entry

DRAWN = {MONTH: 4, WEEK: 12, DAY: PAGE_SIZE}  # So many records of a day.


class RecordCalendar(RecordSet):
    """A calendar. `day_field` is the date that places a record; `done` says which are done, the others are late once it has passed.

    `event(record)` says what is shown of one, `weighed` puts those of a day in order. Where there is an edit page, records can be
    moved to another day by who may edit them.
    """

    is_block = True
    template_name: ClassVar[str] = "layouts/calendar.html"
    kind_of_page: ClassVar[str] = "calendar"
    day_field: ClassVar[str]
    done: ClassVar[Q] = Q(pk__in=())
    dayless: ClassVar[str] = ""  # The filter of the records without a day, as `name=value`.
    edit: Any = None  # The page that edits a record. `record_urls` sets it.

    def event(self, record: Any) -> Event:
        """What is shown of a record."""
        return Event(str(record))

    def weighed(self, rows: QuerySet) -> QuerySet:
        """The rows with `weight`: the lighter stands first in its day."""
        return rows.annotate(weight=Value(0, output_field=IntegerField()))

    def prepare(self, records: list[Any]) -> None:
        """Read for the records that are shown what would else cost a query each."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = self.context()
        if self.wants_part and request.htmx.target == "more-of-day":  # type: ignore[attr-defined]
            return self.page("components/calendar_more.html", context)
        context["is_part"] = self.wants_part and request.htmx.target == "records"  # type: ignore[attr-defined]
        template = "components/calendar.html" if context["is_part"] else self.template_name
        return self.page(template, context, status=422 if self.problems else 200)

    def part(self, moved: Any) -> str:
        """The calendar anew, after a record has been moved."""
        return render_to_string("components/calendar.html", self.context() | {"moved": moved}, request=self.request)

    # --- the span -------------------------------------------------------------------

    @cached_property
    def first_weekday(self) -> int:
        """The day that the reader's weeks begin on, 0 for Monday."""
        return display.locale().first_week_day

    @cached_property
    def today(self) -> date:
        """The reader's."""
        return timezone.localdate()

    @cached_property
    def _read(self) -> tuple[Span, bool]:
        """The span in force, and whether the address was understood."""
        present = spans.around(MONTH, self.today, first_weekday=self.first_weekday)
        try:
            found = spans.read({name: self.query[name] for name in KINDS if name in self.query}, first_weekday=self.first_weekday)
        except ValueError:
            return present, False
        return found or present, True

    @property
    def span(self) -> Span:
        """The month, week or day that is shown; the present month where the address says nothing."""
        return self._read[0]

    def check_parameters(self) -> None:
        """A calendar reads its month, week or day from the address, too."""
        super().check_parameters()
        if not self._read[1]:
            name = next(name for name in KINDS if name in self.query)
            self.refuse(name, _("“%(name)s” is no month, week or day of the calendar.") % {"name": self.query[name]})

    def _asked_by(self, query: QueryDict) -> QueryDict:
        """An address that says nothing but the month shows the pin, too."""
        if not self.pin or not set(query) <= set(KINDS):
            return super()._asked_by(query)
        asked = super()._asked_by(QueryDict()).copy()
        asked.update(query)
        return asked

    def written(self, query: QueryDict) -> str:
        """An address. Where filters change, the month stays."""
        if set(query) & set(KINDS) or not self._read[1]:
            return super().written(query)
        whole = query.copy()
        whole.update({name: self.query[name] for name in KINDS if name in self.query})
        return super().written(whole)

    @property
    def _month(self) -> str:
        """The month that the address names, to be added to one."""
        place = urlencode({name: self.query[name] for name in KINDS if name in self.query})
        return f"&{place}" if place and self._read[1] else ""

    def picker(self) -> list[tuple[str | Promise, list[Entry]]]:
        """Another view shows the same month."""
        return [
            (head, [replace(one, address=one.address + self._month) if one.address.startswith("?") else one for one in found])
            for head, found in super().picker()
        ]

    def in_other_displays(self) -> str:
        """Another display has no month."""
        return super().written(state.without(self.query, (*state.PLACE, "format", "display")))

    def at(self, span: Span | None) -> str:
        """The address of another span in the state in force."""
        return super().written(self._place(span.kind, span.name)) if span else ""

    def _place(self, kind: str, name: str) -> QueryDict:
        query = state.without(self.query, state.PLACE)
        query[kind] = name
        return query

    # --- rows -----------------------------------------------------------------------

    @cached_property
    def tallies(self) -> dict[date | None, Tally]:
        """How many records each day has, and how many have none; one query."""
        name = self.day_field
        shown = Q(**{f"{name}__range": (self.span.begin, self.span.end)}) | Q(**{f"{name}__isnull": True})
        rows = self.rows.filter(shown).order_by().values(name)
        lines = rows.annotate(found=Count("pk"), finished=Count("pk", filter=self.done))
        return {line[name]: Tally(line["found"], line["finished"]) for line in lines}

    @property
    def in_sight(self) -> QuerySet:
        """The records of the span; a month also draws days before and after it."""
        return self.rows.filter(**{f"{self.day_field}__range": (self.span.first, self.span.last)})

    @cached_property
    def records(self) -> list[Any]:
        """The records that are drawn: the first of each day, in one query."""
        name, most = self.day_field, DRAWN[self.span.kind]
        rows = self.weighed(self.rows.filter(**{f"{name}__range": (self.span.begin, self.span.end)}))
        if self.span.kind == DAY:
            return self._page_of_day(rows)
        place = Window(RowNumber(), partition_by=F(name), order_by=[F("weight"), F("pk")])
        keys = rows.annotate(place=place).filter(place__lte=most).order_by().values("pk")
        return list(self.weighed(self.get_queryset()).filter(pk__in=keys).order_by(name, "weight", "pk"))

    def _page_of_day(self, rows: QuerySet) -> list[Any]:
        """A day is turned over in pages; one record more tells whether there is another."""
        rows = rows.order_by(*self.order.expressions(is_backwards=False))
        if after := self.query.get("after", ""):
            try:
                rows = rows.filter(self.order.beyond(*self.order.parse(after), is_backwards=False))
            except ValueError:
                self.refuse("after", _("This place in the list is not known any more."))
                return []
        return list(rows[: PAGE_SIZE + 1])

    @cached_property
    def order(self) -> Order:
        """How the records of a day stand."""
        return Order.of(self.weighed(self.get_queryset()), "weight")

    def movable(self, records: list[Any]) -> frozenset[int]:
        """The keys of the records that this person may move to another day."""
        if self.edit is None or not records or not self.request.user.has_perm(self.edit.permission):
            return frozenset()
        rows = self.model._default_manager.editable_by(self.request.user).filter(self.edit.open_to_change)  # type: ignore[attr-defined]
        return frozenset(rows.filter(pk__in=[record.pk for record in records]).values_list("pk", flat=True))

    # --- what is drawn --------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        """What the page needs."""
        context = self.common_context() | {"is_calendar": True, "span": self.span, "day_field": self.day_field}
        records = self.records
        more = self.at_more(records)
        records = records[:PAGE_SIZE] if self.span.kind == DAY else records
        self.prepare(records)
        weeks = self._weeks(records)
        count = sum(tally.count for day, tally in self.tallies.items() if day and self.span.has(day))
        is_empty = not count and not self.problems
        return context | {
            "reset": f"{context['reset']}{self._month}",
            "weeks": weeks,
            "day": weeks[0][0],
            "more": more,
            "heads": [weekday(day) for day in self.span.weeks[0]],
            "words": words_of(self.span),
            "week_number": self.span.number if self.span.kind == WEEK else 0,
            "previous": self.at(spans.beside(self.span, -1, first_weekday=self.first_weekday)),
            "following": self.at(spans.beside(self.span, 1, first_weekday=self.first_weekday)),
            "present": self.at(spans.around(self.span.kind, self.today, first_weekday=self.first_weekday)),
            "is_present": self.span.has(self.today),
            "kinds": self._kinds(),
            "is_empty": is_empty,
            "emptied_by": emptied_by(self) if is_empty else [],
            "numbers": self._numbers(count),
            "dayless": self.tallies.get(None, Tally()).count,
            "dayless_url": self._dayless_url(),
        }

    def at_more(self, records: list[Any]) -> str:
        """The address of the next records of a day."""
        if self.span.kind != DAY or len(records) <= PAGE_SIZE:
            return ""
        query = self._place(DAY, self.span.name)
        query["after"] = self.order.place(records[PAGE_SIZE - 1])
        return super().written(query)

    def _weeks(self, records: list[Any]) -> list[list[Day]]:
        movable = self.movable(records)
        found: dict[date, list[SafeString]] = {}
        for record in records:
            found.setdefault(getattr(record, self.day_field), []).append(self.event_html(record, is_movable=record.pk in movable))
        return [[self._day(day, found.get(day, [])) for day in week] for week in self.span.weeks]

    def _day(self, day: date, events: list[SafeString]) -> Day:
        tally = self.tallies.get(day, Tally())
        add = f"{self._add_url}?{urlencode({self.day_field: day.isoformat(), 'back': self._here})}" if self._add_url else ""
        return Day(
            date=day,
            is_today=day == self.today,
            is_outside=not self.span.has(day),
            tally=tally,
            late=tally.count - tally.done if day < self.today else 0,
            address=self.at(spans.around(DAY, day)),
            add_url=add,
            base=sealed({self.day_field: day.isoformat()}) if self.edit else "",
            events=events,
        )

    @cached_property
    def _add_url(self) -> str:
        may_add = not self.add_permission or self.request.user.has_perm(self.add_permission)
        return self.link("add") if may_add else ""

    @cached_property
    def _here(self) -> str:
        """This page, to come back to."""
        return f"{self.link('calendar')}{self.written(state.without(self.query, ('after',)))}"

    def event_html(self, record: Any, *, is_movable: bool) -> SafeString:
        """One record, and the way to move it."""
        move = f"{record.get_absolute_url()}day/?{urlencode({'back': self._here})}" if is_movable else ""
        return event_html(record, self.event(record), move, self._move_words)

    @cached_property
    def _move_words(self) -> tuple[str, str]:
        return _("Move %(title)s to …"), _("Move to another day")

    # --- words ----------------------------------------------------------------------

    def _kinds(self) -> list[tuple[str, str, bool]]:
        """Month, week and day to choose from: around today where that is shown, else where one is."""
        day = self.today if self.span.has(self.today) else self.span.first
        middle = day + timedelta(days=3) if self.span.kind == WEEK and day == self.span.first else day
        labels = {MONTH: _("Month"), WEEK: _("Week"), DAY: _("Day")}
        return [
            (label, self.at(spans.around(kind, middle if kind == MONTH else day, first_weekday=self.first_weekday)), kind == self.span.kind)
            for kind, label in labels.items()
        ]

    def _numbers(self, count: int) -> list[str]:
        """What the span holds: all, late, done."""
        inside = {day: tally for day, tally in self.tallies.items() if day and self.span.has(day)}
        late = sum(tally.count - tally.done for day, tally in inside.items() if day < self.today)
        done = sum(tally.done for tally in inside.values())
        kind = display.kind(self.model) if count == 1 else display.kinds(self.model)
        texts = [_("%(count)s %(kind)s") % {"count": display.number(count), "kind": kind}]
        texts += [ngettext("%(count)s overdue", "%(count)s overdue", late) % {"count": display.number(late)}] if late else []
        texts += [_("%(count)s done") % {"count": display.number(done)}] if done else []
        return texts

    def _dayless_url(self) -> str:
        """The list of the records that stand on no day."""
        name, _sep, value = self.dayless.partition("=")
        if not name or not self.link("list"):
            return ""
        names = self.filterset_class.parameters()
        groups = []
        for group in state.groups(self.query, names):
            changed = group.copy()
            changed[name] = value
            groups.append(changed)
        return f"{self.link('list')}{super().written(state.with_groups(self.query, groups, names))}"
