"""What a person said about tables of an object, for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerportal.core.imports.kinds import ImportKind, kind_of
from partnerportal.core.imports.values import plain
from partnerportal.core.models import DataImport, ImportMemory

if TYPE_CHECKING:
    from partners.models import User


def remembered(kind: ImportKind, by: User) -> ImportMemory:
    """What the person said about such tables before."""
    return ImportMemory.objects.filter(user=by, kind=kind.name).first() or ImportMemory(user=by, kind=kind.name)


def remember(batch: DataImport) -> None:
    """Keep what the owner said about the columns of this one."""
    memory = remembered(kind_of(batch.kind), batch.owner)
    said = {plain(heading): batch.mapping.get(str(place), "") for place, heading in enumerate(batch.headings)}
    memory.columns = {**memory.columns, **said}
    memory.constants, memory.policy, memory.found_by = batch.constants, batch.policy, batch.found_by
    memory.save()
