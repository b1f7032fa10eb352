"""The addresses of an object, and those that every record has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import models
from django.urls import URLPattern, path
from django.views.generic import View

from partnerportal.core import attached
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.panels.files import AttachFile, Files
from partnerportal.core.panels.following import FollowRecord, MuteRecord
from partnerportal.core.panels.history import History
from partnerportal.core.panels.ownership import ChangeOwner, DeletedRecords, DeleteRecord, RestoreRecord
from partnerportal.core.panels.presence import Presence
from partnerportal.core.panels.timeline import Activity, AddNote, DeleteNote, EditNote, Mentions, PinNote, RestoreNote
from partnerportal.core.views.bulk import BulkStart
from partnerportal.core.views.cells import CellEdit
from partnerportal.core.views.days import DayMove
from partnerportal.core.views.editor import ListEditor


def record_urls(
    model: type[models.Model], *, hand_over: Callable[..., Any] = attached.change_owner, **pages: type[View]
) -> list[URLPattern]:
    """The addresses of an object. `pages`: list, board, calendar, add, detail, edit, move; what is missing has no address.

    `hand_over(record, to=, by=)` changes the owner, of one record and of selected ones; give it where more than the record goes along.

    Names: list, views, bulk_start, cell, board, calendar, day, export, add, detail, menu, edit, clone, move, history, notes, pin_note,
    edit_note, delete_note, restore_note, mentions, files, follow, mute, presence, owner, delete, restore, deleted,
    panel_activity, panel_files.
    """
    found: list[URLPattern] = []
    if "list" in pages:
        found += [
            path("", pages["list"].as_view(edit=pages.get("edit"), detail=_page_of(pages)), name="list"),
            path("export/", pages["list"].as_view(is_export=True), name="export"),
            path("views/", ListEditor.as_view(rows=pages["list"]), name="views"),
        ]
        found.append(path("deleted/", DeletedRecords.as_view(model=model), name="deleted"))
        found.append(path("bulk/<slug:verb>/", BulkStart.as_view(model=model), name="bulk_start"))
    for name, address in (
        ("board", "board/"),
        ("add", "new/"),
        ("detail", "<int:pk>/"),
        ("edit", "<int:pk>/edit/"),
        ("move", "<int:pk>/move/"),
    ):
        if name in pages:
            known = {"edit": pages["edit"]} if name == "detail" and "edit" in pages else {}
            found.append(path(address, pages[name].as_view(**known), name=name))
            if name == "detail":
                found.append(path(f"{address}menu/", pages[name].as_view(**known, is_menu=True), name="menu"))
    if "calendar" in pages:
        found.append(path("calendar/", pages["calendar"].as_view(edit=pages.get("edit")), name="calendar"))
    if "edit" in pages and "calendar" in pages:
        day = DayMove.as_view(model=model, edit=pages["edit"], rows=pages["calendar"])
        found.append(path("<int:pk>/day/", day, {"field": pages["calendar"].day_field}, name="day"))  # type: ignore[attr-defined]
    if "edit" in pages and "list" in pages:
        cell = CellEdit.as_view(model=model, edit=pages["edit"], rows=pages["list"])
        found.append(path("<int:pk>/cell/<slug:field>/", cell, name="cell"))
    if "add" in pages:
        found.append(path("<int:pk>/clone/", pages["add"].as_view(), name="clone"))
    owner = path("<int:pk>/owner/", ChangeOwner.as_view(model=model, service=hand_over), name="owner")
    return [*found, owner, *attached_urls(model)]


def _page_of(pages: dict[str, type[View]]) -> Callable[[], View] | None:
    """What makes the page of a record for one request, to be shown beside the rows; None where the object has no such page."""
    if "detail" not in pages:
        return None
    return partial(pages["detail"], edit=pages["edit"]) if "edit" in pages else pages["detail"]


def attached_urls(model: type[models.Model]) -> list[URLPattern]:
    """The addresses that every record has, whatever it is."""
    shared: tuple[tuple[str, str, type[AnyRecord]], ...] = (
        ("history", "history/", History),
        ("notes", "notes/", AddNote),
        ("pin_note", "notes/<int:note>/pin/", PinNote),
        ("edit_note", "notes/<int:note>/edit/", EditNote),
        ("delete_note", "notes/<int:note>/delete/", DeleteNote),
        ("restore_note", "notes/<int:note>/restore/", RestoreNote),
        ("mentions", "mentions/", Mentions),
        ("files", "files/", AttachFile),
        ("follow", "follow/", FollowRecord),
        ("mute", "mute/", MuteRecord),
        ("presence", "presence/", Presence),
        ("delete", "delete/", DeleteRecord),
        ("restore", "restore/", RestoreRecord),
        ("panel_activity", "panels/activity/", Activity),
        ("panel_files", "panels/files/", Files),
    )
    return [path(f"<int:pk>/{address}", view.as_view(model=model), name=name) for name, address, view in shared]
