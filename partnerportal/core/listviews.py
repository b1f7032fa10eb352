"""Views of lists that people keep, and what they opened last.

A view is its name, who may open it, and what an address says: `base=mine&status=new&or=owner%3Dme&sort=-mrr,name&columns=name:240,mrr`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.core.actors import service
from partnerportal.core.models import LONGEST_STATE, OpenedRecord, Pin, SavedView
from partnerportal.core.scoping import NotYours

if TYPE_CHECKING:
    from partners.models import User

KEPT_DAYS = 90
MOST_VIEWS = 100


class ViewRefused(Exception):
    """The view cannot be kept like this; the message says why."""


class ViewOvertaken(Exception):
    """Somebody else has changed what the view shows since the person began. `view` is how it stands."""

    def __init__(self, view: SavedView) -> None:
        super().__init__(view.name)
        self.view = view


@service
def save_view(*, page: str, name: str, sharing: str, query: str, by: User) -> SavedView:
    """Keep what a list shows under a name. Raises ViewRefused, and NotYours when a person who may not shares it."""
    _check(query, sharing, by)
    if SavedView.objects.visible_to(by).filter(owner=by, page=page).count() >= MOST_VIEWS:
        raise ViewRefused(_("These are %(count)s views of this list already. Delete one that is no longer needed.") % {"count": MOST_VIEWS})
    view = SavedView(page=page, name=name, partner_id=by.partner_id, owner=by, sharing=sharing, query=query)
    return _written(view, by)


@service
def change_view(view: SavedView, *, name: str, sharing: str, by: User) -> SavedView:
    """Another name, or other readers. Raises NotYours, ViewRefused."""
    view = _locked(view, by)
    _check(view.query, sharing, by)
    view.name, view.sharing = name, sharing
    return _written(view, by)


@service
def update_view(view: SavedView, *, query: str, seen: str, by: User) -> SavedView:
    """From now on the view shows this. `seen` is the mark of what was changed. Raises NotYours, ViewRefused, ViewOvertaken."""
    view = _locked(view, by)
    _check(query, view.sharing, by)
    if seen != view.mark and query != view.query:
        raise ViewOvertaken(view)
    view.query = query
    view.save(update_fields=["query", "updated_at"])
    return view


@service
def delete_view(view: SavedView, *, by: User) -> None:
    """Forget a view. Whoever pinned it is told when the list is opened next. Raises NotYours."""
    _locked(view, by).delete()


def _locked(view: SavedView, by: User) -> SavedView:
    found = SavedView.objects.visible_to(by).select_for_update(of=("self",)).get(pk=view.pk)
    if not found.is_editable_by(by):
        raise NotYours(found.who_may_change())
    return found


def _check(query: str, sharing: str, by: User) -> None:
    if len(query) > LONGEST_STATE:
        raise ViewRefused(_("These are more filters and columns than an address can hold."))
    if sharing == SavedView.Sharing.COMPANY and not (by.partner_id and by.manages_company):
        raise NotYours(_("Only managers may share a view with the whole company."))
    if sharing == SavedView.Sharing.PUBLISHED:
        raise NotYours(_("Only the vendor may publish a view, in the administration."))


def _written(view: SavedView, by: User) -> SavedView:
    taken = SavedView.objects.visible_to(by).filter(owner=view.owner_id, page=view.page, name=view.name).exclude(pk=view.pk)
    if taken.exists():
        raise ViewRefused(_("There is a view of this name already."))
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewRefused(_("There is a view of this name already.")) from error
    return view


def unpin(pin: Pin) -> None:
    """Take back a pin whose view is gone."""
    pin.delete()


def kept_by(user: User, *, page: str) -> tuple[Pin | None, list[SavedView]]:
    """What a person pinned on a list, and the views that she may open there, by name; one query."""
    names = ["id", "page", "name", "sharing", "query", "owner_id", "partner_id"]
    nobody = models.Value(None, output_field=models.BigIntegerField())
    text = models.Value("", output_field=models.CharField())
    views = SavedView.objects.visible_to(user).filter(page=page).values_list(*names).order_by()
    pins = Pin.objects.filter(user=user, page=page).values_list("id", "page", text, text, "query", nobody, nobody)
    rows = list(views.union(pins, all=True))
    pinned = next((Pin(pk=row[0], user=user, page=page, query=row[4]) for row in rows if not row[3]), None)
    found = [SavedView(**dict(zip(names, row, strict=True))) for row in rows if row[3]]
    return pinned, sorted(found, key=lambda view: (view.name.casefold(), view.pk))


def all_kept_by(user: User) -> dict[str, list[SavedView]]:
    """The saved views that a person may open, by list and then by name; one query."""
    found: dict[str, list[SavedView]] = {}
    for view in sorted(SavedView.objects.visible_to(user).order_by(), key=lambda view: (view.name.casefold(), view.pk)):
        found.setdefault(view.page, []).append(view)
    return found


# --- what was opened last -------------------------------------------------------------


def opened(record: models.Model, *, by: User) -> None:
    """Note that a person opened a record; one statement."""
    OpenedRecord.objects.bulk_create(
        [OpenedRecord(user=by, content_type=ContentType.objects.get_for_model(record), object_id=record.pk, opened_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "content_type", "object_id"],
        update_fields=["opened_at"],
    )


def recently_opened(rows: Any, user: User) -> Any:
    """The rows that a person opened within ninety days, with the moment as `opened_at`."""
    kind = ContentType.objects.get_for_model(rows.model)
    mine = OpenedRecord.objects.filter(user=user, content_type=kind)
    moment = mine.filter(object_id=models.OuterRef("pk")).values("opened_at")[:1]
    return rows.filter(pk__in=mine.values("object_id")).annotate(opened_at=models.Subquery(moment))


def forget_opened() -> int:
    """Forget what was opened longer ago than ninety days."""
    return OpenedRecord.objects.filter(opened_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()[0]
