"""An XLSX file of many rows, from asking for it to its end.

The worker first fixes which rows it holds, and in which order; then it writes them in parts, each one transaction that ends with the
promise of the next, and puts the parts together. A worker that dies leaves no row written twice and none left out. Every part reads
with the rights that the person has at that moment.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from partnerportal.core import outbox
from partnerportal.core.actors import acting, service
from partnerportal.core.bulk.verbs import Scene
from partnerportal.core.exports import MOST_ROWS, Manifest, join_parts, sheet_part
from partnerportal.core.models import DataExport, ExportPart, OutboxMessage
from partnerportal.core.notifications import notify

if TYPE_CHECKING:
    from partners.models import User

AT_ONCE = 5_000  # So many rows of an XLSX file are written within the request.
PART = 1_000
PART_KIND = "export.part"
State = DataExport.State


@service
def start(*, page: str, query: QueryDict, manifest: Manifest, by: User) -> DataExport:
    """Ask for the file of a list's state. What is still being written for the same question is not begun once more."""
    asked = {"by": by, "page": page, "query": query.urlencode()}
    export = DataExport.objects.filter(**asked, state__in=[State.WAITING, State.RUNNING]).first()
    if export is not None and given_up(export) is None:
        return export
    export = DataExport.objects.create(**asked, facts=[list(fact) for fact in manifest.facts])
    _promise_part(export)
    return export


@service
def stop(export: DataExport, *, by: User) -> DataExport:
    """End it; nothing of it is kept."""
    export = DataExport.objects.select_for_update().get(pk=export.pk, by=by)
    if export.is_at_work:
        _end(export)
    return export


def given_up(export: DataExport) -> OutboxMessage | None:
    """The part of the work in hand that the worker will not try again by itself; None while it goes on."""
    return outbox.dead(_key_of_part(export)) if export.is_at_work else None


@service
def try_again(export: DataExport, *, by: User) -> DataExport:
    """Go on where the worker gave up. Where it did not, nothing changes."""
    export = DataExport.objects.select_for_update().get(pk=export.pk, by=by)
    if message := given_up(export):
        outbox.retry(message)
    return export


def may_read(export: DataExport, person: User) -> bool:
    """Whether the pages of the list are open to the person who asked, now."""
    return person.pk == export.by_id and person.may_sign_in and person.has_perm(Scene(export.page).rows.permission)


def last_day(export: DataExport) -> datetime:
    """Until when the file is kept."""
    return (export.finished_at or export.created_at) + timedelta(days=settings.EXPORT_DAYS)


def forget_old(now: datetime) -> int:
    """Delete what is older than `EXPORT_DAYS`, files and rows, and say how many there were."""
    old = list(DataExport.objects.filter(created_at__lt=now - timedelta(days=settings.EXPORT_DAYS)))
    old = [export for export in old if last_day(export) <= now]
    for export in old:
        with transaction.atomic():
            _forget_file(export)
            export.delete()
    return len(old)


# --- the worker's side -------------------------------------------------------------------


@outbox.handles(PART_KIND)
def work(*, export_id: int) -> None:
    """One part, then the promise of the next; as the person who asked, in her language and time zone."""
    with transaction.atomic():
        rows = DataExport.objects.select_for_update(of=("self",)).select_related("by__partner")
        export = rows.filter(pk=export_id).first()
        if export is None or not export.is_at_work:
            return
        by = export.by
        with translation.override(by.language), timezone.override(ZoneInfo(by.time_zone)), acting(by):
            if not may_read(export, by):
                _end(export, problem=_("You may no longer open this list."))
                return
            (_choose if export.state == State.WAITING else _write)(export)


@outbox.given_up(PART_KIND)
def tell_of_the_end(*, export_id: int) -> None:
    """Tell the person that the worker gave up, with the way to go on."""
    export = DataExport.objects.select_related("by").filter(pk=export_id).first()
    if export is not None and given_up(export):
        sentence = gettext_noop("The Excel file of %(list)s came to a halt before its end. You can try again.")
        notify(export.by, sentence, values={"list": _name(export)}, kind="export", url=export.get_absolute_url())


def _listed(export: DataExport) -> Any:
    """The list in the state that was asked for, as the person may see it now."""
    request = HttpRequest()
    request.user = export.by
    return Scene(export.page).rows.showing(request, QueryDict(export.query))


def _choose(export: DataExport) -> None:
    """Fix the rows and their order."""
    try:
        view = _listed(export)
        keys = iter(view.export_keys())
        problems = view.problems
    except Http404:
        keys, problems = iter(()), [None]
    if problems:
        _refuse(export, _("The list no longer understands what was asked for: a filter, a column or a person is gone."))
        return
    parts = 0
    while found := list(islice(keys, PART)):
        ExportPart.objects.create(export=export, number=parts, keys=found)
        parts, export.total = parts + 1, export.total + len(found)
        if export.total > MOST_ROWS:
            _refuse(export, _("An Excel file cannot hold so many rows. Narrow the list, or take the CSV."))
            return
    export.state = State.RUNNING
    export.save(update_fields=["state", "total"])
    _promise_part(export)


def _write(export: DataExport) -> None:
    """Write the next part of the rows, or put all of them together. What is gone by now, or out of sight, is left out."""
    part = export.parts.filter(content=None).first()
    if part is None:
        _put_together(export)
        return
    view = _listed(export)
    records = view.records_of(part.keys)
    part.content = sheet_part(records, view.shown, first=export.written + 1)
    part.save(update_fields=["content"])
    export.handled += len(part.keys)
    export.written += len(records)
    export.save(update_fields=["handled", "written"])
    _promise_part(export)


def _put_together(export: DataExport) -> None:
    contents: Any = export.parts.order_by("number").values_list("content", flat=True).iterator(chunk_size=4)
    manifest = Manifest(tuple((label, value) for label, value in export.facts))
    with tempfile.TemporaryFile() as target:
        join_parts(target, contents, _listed(export).shown, rows=export.written, manifest=manifest)
        export.size = target.tell()
        field = export.file
        field.storage.delete(field.field.generate_filename(export, ""))  # Of an attempt that died after writing it.
        target.seek(0)
        field.save("", File(target), save=False)
    export.state, export.finished_at = State.DONE, timezone.now()
    export.save(update_fields=["file", "size", "state", "finished_at"])
    export.parts.all().delete()
    sentence = gettext_noop("The Excel file of %(list)s is ready: %(rows)s rows. It is kept until %(day)s.")
    values = {"list": _name(export), "rows": export.written, "day": timezone.localdate(last_day(export))}
    notify(export.by, sentence, values=values, kind="export", url=export.get_absolute_url())


def _name(export: DataExport) -> Any:
    """The objects of the list, in whatever language it is read."""
    with translation.override("en"):
        word = str(Scene(export.page).model._meta.verbose_name_plural)
    return gettext_lazy(word)


def _refuse(export: DataExport, problem: str) -> None:
    """End it, and tell the person why."""
    _end(export, problem=problem)
    sentence = gettext_noop("The Excel file of %(list)s could not be written.")
    notify(export.by, sentence, values={"list": _name(export)}, kind="export", url=export.get_absolute_url())


def _end(export: DataExport, *, problem: str = "") -> None:
    """End it without a file."""
    export.state, export.finished_at, export.problem = State.STOPPED, timezone.now(), problem
    export.save(update_fields=["state", "finished_at", "problem", "total"])
    export.parts.all().delete()


def _forget_file(export: DataExport) -> None:
    """Remove what the store holds, once the transaction stands."""
    if export.file and export.file.name:
        transaction.on_commit(partial(export.file.storage.delete, export.file.name), robust=True)


def _promise_part(export: DataExport) -> None:
    """The next part of the work."""
    outbox.promise(PART_KIND, key=_key_of_part(export), export_id=export.pk)


def _key_of_part(export: DataExport) -> str:
    """A part is named by what is done, so that none is promised twice."""
    return f"{PART_KIND}:{export.pk}:{export.state}:{export.handled}"
