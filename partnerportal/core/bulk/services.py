"""A bulk change from its preview to its undo.

The preview is a rehearsal: each record goes through the very service that will change it, and the database takes it back. So what it
says is what the services say. The worker then does it in parts; each part is one transaction with its rows, so that a worker that
dies leaves no row done twice and none half done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from partnerportal.core import outbox
from partnerportal.core.actors import acting, through
from partnerportal.core.bulk import undoing
from partnerportal.core.bulk.rows import apply
from partnerportal.core.bulk.verbs import Contested, Scene, Verb, verb_of
from partnerportal.core.models import BulkChange, BulkRow, OutboxMessage
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import PartnerOwned

if TYPE_CHECKING:
    from partners.models import User

log = structlog.get_logger(__name__)

MOST = 10_000
AT_ONCE = 60  # So many records are rehearsed within the request; more of them by the worker.
PART = 25
_Row, _State = BulkRow.State, BulkChange.State


def prepare(
    *, scene: Scene, verb: Verb, answers: dict[str, Any], summary: str, chosen: list[tuple[int, str]], by: User, back: str
) -> BulkChange:
    """Fix the set of records and rehearse the act; a large set is rehearsed by the worker. `chosen` are keys and names."""
    with transaction.atomic():
        change = BulkChange.objects.create(by=by, page=scene.page, verb=verb.name, answers=answers, summary=summary[:300], back=back[:2000])
        BulkRow.objects.bulk_create([BulkRow(change=change, object_id=pk, label=name[:300]) for pk, name in chosen[:MOST]], batch_size=1000)
        _promise_part(change)
    if len(chosen) <= AT_ONCE:
        while change.state == _State.PREPARING:
            work(change.pk)
            change.refresh_from_db()
    return change


def run(change: BulkChange, *, by: User) -> BulkChange:
    """Do what was rehearsed. A second call changes nothing."""
    return _begin(change, by=by, was=_State.READY)


def stop(change: BulkChange, *, by: User) -> BulkChange:
    """End it after the part in hand; what is done stays done."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk, by=by)
        if change.state in (_State.READY, _State.PREPARING, _State.RUNNING):
            change.state, change.finished_at = _State.STOPPED, timezone.now()
            change.save(update_fields=["state", "finished_at"])
    return change


def given_up(change: BulkChange) -> OutboxMessage | None:
    """The part of the work in hand that the worker will not try again by itself; None while it goes on."""
    return outbox.dead(_key_of_part(change)) if change.is_at_work else None


def try_again(change: BulkChange, *, by: User) -> BulkChange:
    """Go on where the worker gave up. Where it did not, nothing changes."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk, by=by)
        if message := given_up(change):
            outbox.retry(message)
    return change


def undo(change: BulkChange, *, by: User) -> BulkChange:
    """Take all of it back, as a bulk change of its own: fields that somebody has changed since are left. Once only."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk, by=by)
        if change.state == _State.RUNNING and given_up(change):
            change.state, change.finished_at = _State.STOPPED, timezone.now()
            change.save(update_fields=["state", "finished_at"])
        if change.undoes_id or change.state not in (_State.DONE, _State.STOPPED):
            return change
        back, is_new = BulkChange.objects.get_or_create(
            undoes=change,
            defaults={
                "by": by,
                "page": change.page,
                "verb": change.verb,
                "answers": change.answers,
                "back": change.back,
                "summary": _("Undo: %(summary)s") % {"summary": change.summary[:280]},
                "state": _State.RUNNING,
            },
        )
        if is_new:
            done = to_undo(change)
            rows = [
                BulkRow(change=back, object_id=row.object_id, label=row.label, seen=row.seen, effects=row.effects, state=_Row.PLANNED)
                for row in done
            ]
            BulkRow.objects.bulk_create(rows, batch_size=1000)
            _promise_part(back)
    return back


def to_undo(change: BulkChange) -> QuerySet[BulkRow]:
    """The rows that something was written to, those with a field in question too."""
    return change.rows.filter(state__in=(_Row.DONE, _Row.CLASH, _Row.REFUSED)).exclude(effects=[])


@transaction.atomic
def decide(change: BulkChange, choices: Mapping[int, Mapping[str, str]], *, by: User) -> int:
    """Settle fields that somebody else changed meanwhile, by row and field: `theirs` leaves, `mine` and `was` write.

    What is not decided stays a question; so does what somebody changed again since it was asked. How many rows were settled.
    """
    if BulkChange.objects.filter(undoes=change).exists():
        return 0
    settled = 0
    for row in change.rows.select_for_update(of=("self",)).filter(pk__in=choices, state=_Row.CLASH):
        _decide(change, row, choices[row.pk], by=by)
        row.save()
        settled += row.state != _Row.CLASH
    return settled


def _decide(change: BulkChange, row: BulkRow, choices: Mapping[str, str], *, by: User) -> None:
    lines = {line["name"]: line for line in row.clash if choices.get(line["name"]) in ("theirs", "mine", "was")}
    if not lines:
        return
    scene, verb = Scene(change.page), verb_of(change.verb)
    rest = [line for line in row.clash if line["name"] not in lines]
    written = {name: line for name, line in lines.items() if choices[name] != "theirs"}
    chosen = {name: change.answers[name] if choices[name] == "mine" else line["before"] for name, line in written.items()}
    if written:
        seen = {**row.seen, **{name: line["now"] for name, line in written.items()}}
        answers = verb.decided(change.answers, chosen)
        with through("bulk"):
            apply(row, lambda record: verb.act(scene, record, answers, seen=seen, by=by), scene=scene, verb=verb, by=by)
        mine = [name for name in written if choices[name] == "mine"]
        # An undo gives back what was there when it was written.
        row.seen |= {name: lines[name]["now"] for name in mine if name not in {line["name"] for line in row.clash}}
        if row.state == _Row.REFUSED:
            return
    elif row.effects:
        row.state, row.reason, row.clash = _Row.DONE, "", []
    else:
        row.state, row.reason, row.clash = _Row.REFUSED, _("The other change was left."), []
    if rest:
        row.state, row.reason, row.clash = _Row.CLASH, _("Changed by somebody else meanwhile."), [*row.clash, *rest]


def _begin(change: BulkChange, *, by: User, was: str) -> BulkChange:
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk, by=by)
        if change.state == was:
            change.state = _State.RUNNING
            change.save(update_fields=["state"])
            _promise_part(change)
    return change


def _promise_part(change: BulkChange) -> None:
    """The next part of the work in hand."""
    outbox.promise("bulk.part", key=_key_of_part(change), change_id=change.pk)


def _key_of_part(change: BulkChange) -> str:
    """A part is named by what is still to do, so that none is promised twice."""
    rest = change.rows.filter(state=_Row.WAITING if change.state == _State.PREPARING else _Row.PLANNED).count()
    return f"bulk.part:{change.pk}:{change.state}:{rest}"


@outbox.handles("bulk.part")
def deliver_part(*, change_id: int) -> None:
    """The worker's side: one part, then the promise of the next."""
    work(change_id)


@outbox.given_up("bulk.part")
def tell_of_the_end(*, change_id: int) -> None:
    """Tell the person that the worker gave up, with the way to go on."""
    change = BulkChange.objects.select_related("by").get(pk=change_id)
    if given_up(change):
        sentence = gettext_noop("%(what)s: this came to a halt before its end. You can try again or undo.")
        notify(change.by, sentence, values={"what": change.summary}, kind="bulk", url=f"/bulk/{change.pk}/")


def work(change_id: int) -> None:
    """Rehearse, do or take back the next rows of a change, in one transaction, as the person who asked, in her language."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update(of=("self",)).select_related("by__partner").get(pk=change_id)
        if not change.is_at_work:
            return
        by = change.by
        step, waiting = (_rehearse, _Row.WAITING) if change.state == _State.PREPARING else (_do, _Row.PLANNED)
        if change.undoes_id:
            step = undoing.take_back
        with translation.override(by.language), timezone.override(ZoneInfo(by.time_zone)), through("bulk"), acting(by):
            for row in change.rows.filter(state=waiting)[:PART]:
                step(change, row)
                row.save(update_fields=["state", "reason", "seen", "clash", "effects"])
            if change.rows.filter(state=waiting).exists():
                _promise_part(change)
            else:
                _finish(change)


def _finish(change: BulkChange) -> None:
    if change.state == _State.PREPARING:
        change.state = _State.READY
        change.save(update_fields=["state"])
        return
    change.state, change.finished_at = _State.DONE, timezone.now()
    change.save(update_fields=["state", "finished_at"])
    count = change.rows.filter(state=_Row.DONE).count()
    left = change.rows.filter(state__in=(_Row.REFUSED, _Row.CLASH)).count()
    done = _said(change, count) % {"what": change.summary, "count": count}
    more = ngettext("%(count)s not", "%(count)s not", left) % {"count": left}
    notify(change.by, f"{done}, {more}." if left else f"{done}.", kind="bulk", url=f"/bulk/{change.pk}/")


def _said(change: BulkChange, count: int) -> str:
    """What came of so many records."""
    if not verb_of(change.verb).destroys:
        return ngettext("%(what)s: %(count)s record changed", "%(what)s: %(count)s records changed", count)
    if change.undoes_id:
        return ngettext("%(what)s: %(count)s record is back", "%(what)s: %(count)s records are back", count)
    return ngettext("%(what)s: %(count)s record deleted", "%(what)s: %(count)s records deleted", count)


def _rehearse(change: BulkChange, row: BulkRow) -> None:
    """What would happen to one record: it happens, and is taken back."""
    scene, verb = Scene(change.page), verb_of(change.verb)

    def act(record: Any) -> list[Contested]:
        row.seen = verb.seen(scene, record, change.answers, change.by)
        return verb.act(scene, record, change.answers, seen=row.seen, by=change.by)

    with transaction.atomic():
        apply(row, act, scene=scene, verb=verb, by=change.by)
        transaction.set_rollback(True)
    if row.state == _Row.DONE:
        row.state = _Row.PLANNED


def _do(change: BulkChange, row: BulkRow) -> None:
    """Do it to one record, with the rights that the person has now."""
    scene, verb = Scene(change.page), verb_of(change.verb)
    apply(row, lambda record: verb.act(scene, record, change.answers, seen=row.seen, by=change.by), scene=scene, verb=verb, by=change.by)


def name_of(field: Any, key: Any, *, by: User) -> str:
    """The record or person that a kept value of a relation names, if one may see it."""
    model = field.related_model
    rows = model._default_manager.visible_to(by) if issubclass(model, PartnerOwned) else model._default_manager
    found = rows.filter(pk=key).first()
    return "–" if found is None else found.get_full_name() if hasattr(found, "get_full_name") else str(found)


def counts(change: BulkChange) -> dict[str, int]:
    """How many rows are in each state."""
    found = dict(change.rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in _Row}


def reasons(change: BulkChange, *states: str) -> list[tuple[str, int, list[str]]]:
    """The reasons with how many rows they keep back, the most frequent first, and the first names of each."""
    rows = change.rows.filter(state__in=states).order_by()
    grouped = rows.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [
        (reason, count, list(rows.filter(reason=reason).order_by("pk").values_list("label", flat=True)[:5])) for reason, count in grouped
    ]
