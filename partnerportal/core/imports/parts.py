"""An import held by whoever may do something with it, and the promise of the next part of its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from partnerportal.core import outbox
from partnerportal.core.models import DataImport
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import StaleMove

if TYPE_CHECKING:
    from partners.models import User


def require_own(batch: DataImport, by: User) -> None:
    """Raise NotYours for a colleague's import."""
    if batch.owner_id != by.pk:
        raise NotYours(_("Only %(owner)s, who brought this file, may do this.") % {"owner": batch.owner.get_full_name()})


def held(batch: DataImport, by: User, *states: str, of_company: bool = False) -> DataImport:
    """The import, held. Raises NotYours for a colleague's, unless managers may do this `of_company`; StaleMove in another state."""
    rows = DataImport.objects.visible_to(by).select_related("owner__partner", "taken_back_by")
    batch = rows.select_for_update(of=("self",)).get(pk=batch.pk)
    if not of_company:
        require_own(batch, by)
    if batch.state not in states:
        raise StaleMove(seen=states[0], now=batch.state)
    return batch


def promise_part(batch: DataImport) -> None:
    """The next part of the work, by its number, so that none is promised twice."""
    batch.part += 1
    batch.save()
    outbox.promise("import.part", key=key_of_part(batch), batch_id=batch.pk)


def key_of_part(batch: DataImport) -> str:
    return f"import.part:{batch.pk}:{batch.part}"
