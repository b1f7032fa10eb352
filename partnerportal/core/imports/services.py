"""An import from its upload to its end, and back.

The worker does it in parts. A part is one transaction with its lines, and ends with the promise of the next: a worker that dies leaves no
line done twice and none half done. An import is its owner's; managers of the company stop it and take it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from partnerportal.core import display, outbox
from partnerportal.core.actors import acting, service, through
from partnerportal.core.edits import Raw
from partnerportal.core.imports import dates, files
from partnerportal.core.imports.again import UNPLANNED, Stood, put_back_bound, put_back_touched
from partnerportal.core.imports.alike import forget
from partnerportal.core.imports.kinds import ImportKind, kind_of
from partnerportal.core.imports.lines import Lines
from partnerportal.core.imports.memory import remember, remembered
from partnerportal.core.imports.parts import held, key_of_part, promise_part
from partnerportal.core.models import DataImport, ImportRow, OutboxMessage
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import StaleMove
from partnerportal.core.uploads import FileRefused

if TYPE_CHECKING:
    from partners.models import User

# So many lines in one transaction of the worker, at most, five for each second that a delivery may last, ...
PART = min(100, 5 * settings.JOB_SECONDS)
PART_SECONDS = 1.5  # ... and when they are taken back no new one after so long; else `lines` says how many.
READ_AT_ONCE = 5_000
ANEW_AT_ONCE = 20  # So many later lines are planned anew while the person waits; more are the worker's.
Choices = Mapping[int, Mapping[str, str]]
State, Step, Result = DataImport.State, ImportRow.Step, ImportRow.Result
IMPORTED, FILLED = (Result.CREATE, Result.UPDATE), (Result.UPDATE, Result.CLASH)
_IS_WRITTEN = Q(step=Step.DONE, result__in=(Result.CREATE, *FILLED), object_id__isnull=False)
TOLD_FROM = 200  # A rehearsal of so many lines tells when it is over.


@dataclass(frozen=True)
class Decided:
    """How many lines wait no longer, how many fields had been changed again, and how many lines were refused."""

    settled: int
    again: int
    refused: int


@service
def start(kind: ImportKind, upload: UploadedFile, *, by: User) -> DataImport:
    """Keep a file, and suggest what its columns mean. Raises FileRefused, NotYours."""
    if by.partner_id is None:
        raise NotYours(_("New records are made by the people of a partner."))
    name = files.check_upload(upload)
    table = files.begin(cast(BinaryIO, upload.file), name)
    memory = remembered(kind, by)
    batch = DataImport(
        partner_id=by.partner_id,
        owner=by,
        kind=kind.name,
        name=name,
        sheets=table.sheets,
        sheet=table.sheet,
        headings=table.headings,
        sample=table.sample,
        mapping=kind.suggest(table.headings, by, memory.columns),
        constants=memory.constants,
        policy=memory.policy,
        found_by=memory.found_by,
    )
    upload.seek(0)
    batch.file.save(name, upload, save=False)
    batch.save()
    return batch


@service
def choose_sheet(batch: DataImport, sheet: str, *, by: User) -> DataImport:
    """Take another sheet of the file. Raises FileRefused, StaleMove."""
    batch = held(batch, by, State.MAPPING, State.CHECKED)
    kind = kind_of(batch.kind)
    with batch.file.open("rb") as file:
        table = files.begin(file.file, batch.name, sheet)
    batch.rows.all().delete()
    batch.sheet, batch.headings, batch.sample = table.sheet, table.headings, table.sample
    batch.mapping = kind.suggest(table.headings, by, remembered(kind, by).columns)
    batch.state, batch.total, batch.handled, batch.problem = State.MAPPING, 0, 0, ""
    batch.save()
    return batch


@service
def rehearse(
    batch: DataImport, *, mapping: Mapping[str, str], constants: Mapping[str, Any], policy: str, found_by: str = "", by: User
) -> DataImport:
    """Say what the columns mean, remember it, and let the worker say what would become of each line. Raises StaleMove."""
    batch = held(batch, by, State.MAPPING, State.CHECKED)
    batch.mapping, batch.constants, batch.policy, batch.found_by, batch.problem = dict(mapping), dict(constants), policy, found_by, ""
    remember(batch)
    forget(batch)
    batch.total = batch.rows.update(**UNPLANNED)  # None, unless the file is read; what was put right stays.
    batch.state, batch.handled, batch.is_again = (State.CHECKING if batch.total else State.READING), 0, False
    promise_part(batch)
    return batch


@service
def run(batch: DataImport, *, by: User) -> DataImport:
    """Import the good lines; also goes on with a stopped import. Raises StaleMove."""
    batch = held(batch, by, State.CHECKED, State.STOPPED)
    batch.total, batch.handled = _to_import(batch).count(), 0
    batch.state, batch.problem = State.RUNNING, ""
    promise_part(batch)
    return batch


@service
def stop(batch: DataImport, *, by: User) -> DataImport:
    """End it after the part in hand: what is imported stays, and can be taken back. Raises StaleMove."""
    batch = held(batch, by, State.READING, State.CHECKING, State.RUNNING, State.SETTLING, of_company=True)
    if batch.state == State.RUNNING:
        batch.finished_at = timezone.now()
    _rest(batch)
    batch.save()
    return batch


def _rest(batch: DataImport) -> None:
    """Where an import stands when its work does not go on."""
    if batch.state == State.SETTLING:
        batch.rows.filter(result=Result.CLASH).update(step=Step.DONE)
        batch.state = State.STOPPED if _to_import(batch).exists() else State.DONE
        return
    if batch.state == State.READING:
        batch.rows.all().delete()
    batch.state = State.STOPPED if batch.state in (State.RUNNING, State.REVERTING) else State.MAPPING


@service
def decide(batch: DataImport, choices: Choices, *, shown: Mapping[int, Mapping[str, Raw]], by: User) -> Decided:
    """Carry out what was chosen for fields of lines that wait, by their numbers: `theirs`, `mine` or `was`. Raises StaleMove.

    `shown` is what others wrote, as the person saw it: where it was changed again since, the choice stays open.
    """
    batch = held(batch, by, State.DONE, State.STOPPED)
    lines = Lines(batch)
    rows = list(batch.rows.filter(number__in=choices, result=Result.CLASH).order_by("number"))
    with through("import"):
        again = sum(lines.decide(row, choices[row.number], shown.get(row.number, {})) for row in rows)
        lines.finish()
    return Decided(sum(row.result != Result.CLASH for row in rows), again, sum(bool(row.errors) for row in rows))


@service
def decide_all(batch: DataImport, choice: str, *, by: User) -> DataImport:
    """Let the worker take `theirs` or `mine` for every line that waits. Raises StaleMove."""
    batch = held(batch, by, State.DONE, State.STOPPED)
    batch.total, batch.handled = batch.rows.filter(result=Result.CLASH).update(step=Step.CHECKED), 0
    if batch.total:
        batch.state, batch.decision = State.SETTLING, choice
        promise_part(batch)
    return batch


def given_up(batch: DataImport) -> OutboxMessage | None:
    """The part of the work in hand that the worker will not try again by itself; None while it goes on."""
    return outbox.dead(key_of_part(batch)) if batch.is_at_work else None


@service
def try_again(batch: DataImport, *, by: User) -> DataImport:
    """Go on where the worker gave up. Where it did not, nothing changes. Raises StaleMove."""
    batch = held(batch, by, *State, of_company=True)
    if message := given_up(batch):
        outbox.retry(message)
    return batch


@service
def revert(batch: DataImport, *, by: User) -> DataImport:
    """Take all of it back, but for what somebody changed since; of a colleague's, too, who hears of it. Raises StaleMove."""
    batch = held(batch, by, State.DONE, State.STOPPED, of_company=True)
    batch.total, batch.handled = batch.rows.filter(_IS_WRITTEN).count(), 0
    batch.state, batch.taken_back_by = State.REVERTING, by
    promise_part(batch)
    if batch.owner_id != by.pk:
        sentence = gettext_noop("%(who)s is taking your import of %(name)s back.")
        values = {"who": by.get_full_name(), "name": batch.name[:200]}
        notify(batch.owner, sentence, values=values, kind="import", url=batch.get_absolute_url())
    return batch


@service
def discard(batch: DataImport, *, by: User) -> None:
    """Forget a file that nothing was imported from. Raises StaleMove."""
    batch = held(batch, by, State.MAPPING, State.CHECKED)
    storage, name = batch.file.storage, batch.file.name
    batch.rows.all().delete()
    batch.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)


@service
def correct(batch: DataImport, number: int, cells: Mapping[int, str], *, is_another: bool = False, by: User) -> ImportRow:
    """Write cells of a line anew, or note that it `is_another` record than all that it is like. Raises StaleMove.

    It is rehearsed at once; where the import is over, it is imported at once. In the rehearsal the later lines that it touches are
    planned anew with it, `anew` of them; many by the worker.
    """
    batch = held(batch, by, State.CHECKED, State.DONE, State.STOPPED)
    row: ImportRow = batch.rows.select_for_update().get(number=number)
    if batch.state != State.CHECKED and row.result != Result.ERROR:
        raise StaleMove(seen=Result.ERROR, now=row.result)
    before = Stood.of(row)
    row.cells = [cells.get(place, cell) for place, cell in enumerate(row.cells)]
    row.is_another = row.is_another or is_another
    forget(batch, [number])
    is_rehearsal = batch.state == State.CHECKED
    lines = Lines(batch, is_again=is_rehearsal)
    with through("import"):
        lines.begin([row])
        (lines.rehearse if is_rehearsal else lines.carry_out)(row)
        lines.finish()
        row.save()
        row.anew = (
            _plan_anew(batch, put_back_touched(batch, lines.evidence, before, row) + put_back_bound(batch, [row])) if is_rehearsal else 0
        )
    return row


def _plan_anew(batch: DataImport, count: int) -> int:
    """Rehearse the lines that wait, a few at once, more by the worker; how many."""
    while _to_check(batch).exists():
        if count > ANEW_AT_ONCE:
            batch.total, batch.handled, batch.state, batch.is_again = count, 0, State.CHECKING, True
            promise_part(batch)
            break
        lines = Lines(batch, is_again=True)
        rows = lines.begin(list(_to_check(batch)[:PART]))
        for row in rows:
            lines.rehearse(row)
        lines.finish()
        count += put_back_bound(batch, rows)
    return count


def _to_check(batch: DataImport) -> Any:
    return batch.rows.filter(step=Step.WAITING).order_by("number")


def _to_import(batch: DataImport) -> Any:
    return batch.rows.filter(step=Step.CHECKED, result__in=IMPORTED).order_by("number")


def _to_take_back(batch: DataImport) -> Any:
    """What was filled before what was made: a line may have completed what another made, an earlier one too when it was put right later."""
    filled = batch.rows.filter(_IS_WRITTEN, result__in=FILLED)
    return (filled if filled.exists() else batch.rows.filter(_IS_WRITTEN)).order_by("-number")


# --- the worker's side -------------------------------------------------------------------


@outbox.handles("import.part")
def work(*, batch_id: int) -> None:
    """One part, then the promise of the next; as the person whose import it is, or who takes it back, in her language and time zone."""
    with transaction.atomic():
        rows = DataImport.objects.across_partners(reason="the worker does what the owner of the import asked for")
        people = rows.select_related("owner__partner", "taken_back_by__partner")
        batch = people.select_for_update(of=("self",)).filter(pk=batch_id).first()
        if batch is None or not batch.is_at_work:
            return
        by = batch.doer
        with translation.override(by.language), timezone.override(ZoneInfo(by.time_zone)), through("import"), acting(by):
            if not by.is_active or not by.has_perm(kind_of(batch.kind).permission):
                _rest(batch)
                _end(batch)
                return
            _STEPS[batch.state](batch)


@outbox.given_up("import.part")
def tell_of_the_end(*, batch_id: int) -> None:
    """Tell the person that the worker gave up, with the way to go on."""
    rows = DataImport.objects.across_partners(reason="the owner of the import is told that it came to a halt")
    batch = rows.select_related("owner", "taken_back_by").filter(pk=batch_id).first()
    if batch is not None and given_up(batch):
        sentence = gettext_noop("The import of %(name)s came to a halt before its end. You can try again.")
        notify(batch.doer, sentence, values={"name": batch.name[:200]}, kind="import", url=batch.get_absolute_url())


def _read(batch: DataImport) -> None:
    """Copy the next lines of the file."""
    try:
        with batch.file.open("rb") as file:
            found = islice(files.lines(file.file, batch.name, batch.sheet), batch.total, batch.total + READ_AT_ONCE)
            made = [ImportRow(partner_id=batch.partner_id, batch=batch, number=number, cells=cells) for number, cells in found]
    except FileRefused as refusal:
        batch.rows.all().delete()
        batch.problem, batch.total, batch.state = str(refusal)[:500], 0, State.MAPPING
        _end(batch)
        return
    ImportRow.objects.for_partner(batch.partner_id).bulk_create(made, batch_size=500)
    batch.date_counts = dates.counted(batch.date_counts if batch.total else {}, (row.cells for row in made))
    batch.total += len(made)
    if len(made) < READ_AT_ONCE:
        batch.state, batch.handled = State.CHECKING, 0
    promise_part(batch)


def _each(batch: DataImport, waiting: Callable[[DataImport], Any], lines: Lines, act: Callable[[ImportRow], None]) -> bool:
    """As many lines as fit into a part; whether none are left."""
    rows, began = list(waiting(batch)[:PART]), monotonic()
    is_begun = act in (lines.rehearse, lines.carry_out)
    rows = lines.begin(rows) if is_begun else rows
    for row in rows:
        act(row)
        batch.handled += 1
        if not is_begun and monotonic() - began > PART_SECONDS:
            break
    lines.finish()
    if lines.is_again:
        batch.total += put_back_bound(batch, rows)
    if is_over := not waiting(batch).exists():
        return is_over
    promise_part(batch)
    return False


def _check(batch: DataImport) -> None:
    lines = Lines(batch, is_again=batch.is_again)
    if _each(batch, _to_check, lines, lines.rehearse):
        batch.state, batch.is_again = State.CHECKED, False
        _end(batch, _("%(name)s is rehearsed and can be imported.") if batch.total >= TOLD_FROM else "")


def _import(batch: DataImport) -> None:
    lines = Lines(batch)
    if _each(batch, _to_import, lines, lines.carry_out):
        batch.state = State.DONE
        _end(batch, f"{_('%(name)s is imported.')} {_still_waiting(batch)}".strip())


def _settle(batch: DataImport) -> None:
    lines = Lines(batch)
    if _each(batch, lambda batch: batch.rows.filter(result=Result.CLASH, step=Step.CHECKED).order_by("number"), lines, lines.settle):
        _rest(batch)
        _end(batch, f"{_('What you decided about %(name)s is carried out.')} {_still_waiting(batch)}".strip())


def _still_waiting(batch: DataImport) -> str:
    """How many lines wait for a decision, in a sentence."""
    count = batch.rows.filter(result=Result.CLASH).count()
    told = ngettext("%(count)s line waits for your decision.", "%(count)s lines wait for your decision.", count)
    return told % {"count": display.number(count)} if count else ""


def _take_back(batch: DataImport) -> None:
    lines = Lines(batch)
    if _each(batch, _to_take_back, lines, lines.take_back):
        batch.state = State.REVERTED
        _end(batch, _("The import of %(name)s is taken back."))


_STEPS = {
    State.READING: _read,
    State.CHECKING: _check,
    State.RUNNING: _import,
    State.SETTLING: _settle,
    State.REVERTING: _take_back,
}


def _end(batch: DataImport, sentence: str = "") -> None:
    batch.finished_at = timezone.now()
    batch.save()
    if sentence:
        notify(batch.doer, sentence % {"name": batch.name[:200]}, kind="import", url=batch.get_absolute_url())


def counts(batch: DataImport) -> dict[str, int]:
    """How many lines came to which result."""
    found = dict(batch.rows.exclude(result="").order_by().values_list("result").annotate(n=Count("pk")))
    return {result.value: found[result.value] for result in Result if result.value in found}
