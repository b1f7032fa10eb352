"""An import from its upload to its end, and back.

The worker does it in parts. A part is one transaction with its lines, and ends with the promise of the next: a worker that dies leaves no
line done twice and none half done. Only the owner's own imports are ever touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import outbox
from partnerportal.core.actors import acting, service, through
from partnerportal.core.imports import files
from partnerportal.core.imports.alike import forget
from partnerportal.core.imports.kinds import ImportKind, kind_of
from partnerportal.core.imports.lines import Lines
from partnerportal.core.imports.values import plain
from partnerportal.core.models import DataImport, ImportMemory, ImportRow, OutboxMessage
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
State, Step, Result = DataImport.State, ImportRow.Step, ImportRow.Result
IMPORTED = (Result.CREATE, Result.UPDATE)
TOLD_FROM = 200  # A rehearsal of so many lines tells when it is over.


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
    )
    upload.seek(0)
    batch.file.save(name, upload, save=False)
    batch.save()
    return batch


def remembered(kind: ImportKind, by: User) -> ImportMemory:
    """What the person said about such tables before."""
    return ImportMemory.objects.filter(user=by, kind=kind.name).first() or ImportMemory(user=by, kind=kind.name)


@service
def choose_sheet(batch: DataImport, sheet: str, *, by: User) -> DataImport:
    """Take another sheet of the file. Raises FileRefused, StaleMove."""
    batch = _locked(batch, by, State.MAPPING, State.CHECKED)
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
def rehearse(batch: DataImport, *, mapping: Mapping[str, str], constants: Mapping[str, Any], policy: str, by: User) -> DataImport:
    """Say what the columns mean, remember it, and let the worker say what would become of each line. Raises StaleMove."""
    batch = _locked(batch, by, State.MAPPING, State.CHECKED)
    batch.mapping, batch.constants, batch.policy, batch.problem = dict(mapping), dict(constants), policy, ""
    _remember(batch)
    is_read = batch.state == State.CHECKED
    forget(batch)
    if is_read:
        batch.rows.update(step=Step.WAITING, result="", errors=[], note="", facts={}, now={}, object_id=None, like_line=None, like_url="")
    else:
        batch.rows.all().delete()
        batch.total = 0
    batch.state, batch.handled = (State.CHECKING if is_read else State.READING), 0
    _promise_part(batch)
    return batch


@service
def run(batch: DataImport, *, by: User) -> DataImport:
    """Import the good lines; also goes on with a stopped import. Raises StaleMove."""
    batch = _locked(batch, by, State.CHECKED, State.STOPPED)
    batch.total, batch.handled = _to_import(batch).count(), 0
    batch.state, batch.problem = State.RUNNING, ""
    _promise_part(batch)
    return batch


@service
def stop(batch: DataImport, *, by: User) -> DataImport:
    """End it after the part in hand: what is imported stays, and can be taken back. Raises StaleMove."""
    batch = _locked(batch, by, State.READING, State.CHECKING, State.RUNNING)
    if batch.state == State.RUNNING:
        batch.finished_at = timezone.now()
    batch.state = State.STOPPED if batch.state == State.RUNNING else State.MAPPING
    batch.save()
    return batch


def given_up(batch: DataImport) -> OutboxMessage | None:
    """The part of the work in hand that the worker will not try again by itself; None while it goes on."""
    return outbox.dead(_key_of_part(batch)) if batch.is_at_work else None


@service
def try_again(batch: DataImport, *, by: User) -> DataImport:
    """Go on where the worker gave up. Where it did not, nothing changes. Raises StaleMove."""
    batch = _locked(batch, by, *State)
    if message := given_up(batch):
        outbox.retry(message)
    return batch


@service
def revert(batch: DataImport, *, by: User) -> DataImport:
    """Take all of it back, but for what somebody changed since. Raises StaleMove."""
    batch = _locked(batch, by, State.DONE, State.STOPPED)
    batch.total, batch.handled = _to_take_back(batch).count(), 0
    batch.state = State.REVERTING
    _promise_part(batch)
    return batch


@service
def discard(batch: DataImport, *, by: User) -> None:
    """Forget a file that nothing was imported from. Raises StaleMove."""
    batch = _locked(batch, by, State.MAPPING, State.CHECKED)
    storage, name = batch.file.storage, batch.file.name
    batch.rows.all().delete()
    batch.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)


@service
def correct(batch: DataImport, number: int, cells: Mapping[int, str], *, by: User) -> ImportRow:
    """Write cells of a line anew. It is rehearsed at once; where the import is over, it is imported at once. Raises StaleMove."""
    batch = _locked(batch, by, State.CHECKED, State.DONE, State.STOPPED)
    row: ImportRow = batch.rows.select_for_update().get(number=number)
    if batch.state != State.CHECKED and row.result != Result.ERROR:
        raise StaleMove(seen=Result.ERROR, now=row.result)
    row.cells = [cells.get(place, cell) for place, cell in enumerate(row.cells)]
    forget(batch, [number])
    lines = Lines(batch)
    with through("import"):
        lines.begin([row])
        (lines.rehearse if batch.state == State.CHECKED else lines.carry_out)(row)
        lines.finish()
    row.save()
    return row


def _locked(batch: DataImport, by: User, *states: str) -> DataImport:
    batch = DataImport.objects.visible_to(by).select_related("owner__partner").select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state not in states:
        raise StaleMove(seen=states[0], now=batch.state)
    return batch


def _remember(batch: DataImport) -> None:
    memory = remembered(kind_of(batch.kind), batch.owner)
    said = {plain(heading): batch.mapping.get(str(place), "") for place, heading in enumerate(batch.headings)}
    memory.columns = {**memory.columns, **said}
    memory.constants, memory.policy = batch.constants, batch.policy
    memory.save()


def _promise_part(batch: DataImport) -> None:
    """The next part of the work, by its number, so that none is promised twice."""
    batch.part += 1
    batch.save()
    outbox.promise("import.part", key=_key_of_part(batch), batch_id=batch.pk)


def _key_of_part(batch: DataImport) -> str:
    return f"import.part:{batch.pk}:{batch.part}"


def _to_import(batch: DataImport) -> Any:
    return batch.rows.filter(step=Step.CHECKED, result__in=IMPORTED).order_by("number")


def _to_take_back(batch: DataImport) -> Any:
    """What was filled before what was made: a line may have completed what another made, an earlier one too when it was put right later."""
    return batch.rows.filter(step=Step.DONE, result__in=IMPORTED, object_id__isnull=False).order_by("-result", "-number")


# --- the worker's side -------------------------------------------------------------------


@outbox.handles("import.part")
def work(*, batch_id: int) -> None:
    """One part, then the promise of the next; as the person whose import it is, in her language and time zone."""
    with transaction.atomic():
        rows = DataImport.objects.across_partners(reason="the worker does what the owner of the import asked for")
        batch = rows.select_for_update(of=("self",)).select_related("owner__partner").filter(pk=batch_id).first()
        if batch is None or not batch.is_at_work:
            return
        by = batch.owner
        with translation.override(by.language), timezone.override(ZoneInfo(by.time_zone)), through("import"), acting(by):
            if not by.is_active or not by.has_perm(kind_of(batch.kind).permission):
                _end(batch, State.STOPPED if batch.state in (State.RUNNING, State.REVERTING) else State.MAPPING)
                return
            _STEPS[batch.state](batch)


@outbox.given_up("import.part")
def tell_of_the_end(*, batch_id: int) -> None:
    """Tell the person that the worker gave up, with the way to go on."""
    rows = DataImport.objects.across_partners(reason="the owner of the import is told that it came to a halt")
    batch = rows.select_related("owner").filter(pk=batch_id).first()
    if batch is not None and given_up(batch):
        sentence = gettext_noop("The import of %(name)s came to a halt before its end. You can try again.")
        notify(batch.owner, sentence, values={"name": batch.name[:200]}, kind="import", url=batch.get_absolute_url())


def _read(batch: DataImport) -> None:
    """Copy the next lines of the file."""
    try:
        with batch.file.open("rb") as file:
            found = islice(files.lines(file.file, batch.name, batch.sheet), batch.total, batch.total + READ_AT_ONCE)
            made = [ImportRow(partner_id=batch.partner_id, batch=batch, number=number, cells=cells) for number, cells in found]
    except FileRefused as refusal:
        batch.rows.all().delete()
        batch.problem, batch.total = str(refusal)[:500], 0
        _end(batch, State.MAPPING)
        return
    ImportRow.objects.for_partner(batch.partner_id).bulk_create(made, batch_size=500)
    batch.total += len(made)
    if len(made) < READ_AT_ONCE:
        batch.state, batch.handled = State.CHECKING, 0
    _promise_part(batch)


def _each(batch: DataImport, waiting: Any, lines: Lines, act: Callable[[ImportRow], None], end: str) -> None:
    """As many lines as fit into a part."""
    rows, began = list(waiting[:PART]), monotonic()
    is_back = act == lines.take_back
    for row in rows if is_back else lines.begin(rows):
        act(row)
        batch.handled += 1
        if is_back and monotonic() - began > PART_SECONDS:
            break
    lines.finish()
    if waiting.exists():
        _promise_part(batch)
    else:
        _end(batch, end)


def _check(batch: DataImport) -> None:
    lines = Lines(batch)
    _each(batch, batch.rows.filter(step=Step.WAITING).order_by("number"), lines, lines.rehearse, State.CHECKED)


def _import(batch: DataImport) -> None:
    lines = Lines(batch)
    _each(batch, _to_import(batch), lines, lines.carry_out, State.DONE)


def _take_back(batch: DataImport) -> None:
    lines = Lines(batch)
    _each(batch, _to_take_back(batch), lines, lines.take_back, State.REVERTED)


_STEPS = {State.READING: _read, State.CHECKING: _check, State.RUNNING: _import, State.REVERTING: _take_back}


def _end(batch: DataImport, state: str) -> None:
    batch.state, batch.finished_at = state, timezone.now()
    batch.save()
    if state in (State.DONE, State.REVERTED) or (state == State.CHECKED and batch.total >= TOLD_FROM):
        texts = {
            State.DONE: _("%(name)s is imported."),
            State.REVERTED: _("The import of %(name)s is taken back."),
            State.CHECKED: _("%(name)s is rehearsed and can be imported."),
        }
        notify(batch.owner, texts[State(state)] % {"name": batch.name[:200]}, kind="import", url=batch.get_absolute_url())


def counts(batch: DataImport) -> dict[str, int]:
    """How many lines came to which result."""
    found = dict(batch.rows.exclude(result="").order_by().values_list("result").annotate(n=Count("pk")))
    return {result.value: found[result.value] for result in Result if result.value in found}
