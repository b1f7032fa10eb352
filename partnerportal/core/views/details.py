"""The page of one record: head with facts and actions, path, details, amounts, activity, and panels that load by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from partnerportal.core import attached, display, listviews, presence
from partnerportal.core.addresses import address_of
from partnerportal.core.views.base import RecordView

BESIDE = {"is_beside": True, "level": 2}  # How the parts of a record's page are written beside a list.


@dataclass(frozen=True)
class Fact:
    """One of the five to seven facts in the head of a record, or a line of its details. `value` is escaped unless it is marked safe.

    A line of the details that shows a `field` of the edit form can be changed where it stands.
    """

    label: str | Promise
    value: Any
    extra: Any = ""
    is_number: bool = False
    field: str = ""


@dataclass(frozen=True)
class Action:
    """Something that may be done with the record. `method` is get, post (a form with `values`) or dialog (a page without script).

    What `stays` leaves the person, in the row of a list, on the list.
    """

    label: str | Promise
    url: str
    icon: str = ""
    is_primary: bool = False
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    is_in_menu: bool = False
    is_dangerous: bool = False
    hint: str = ""
    stays: bool = False


@dataclass(frozen=True)
class Step:
    """A step of the path: `state` is done, now, todo, auto or lost. `reason` says why it cannot be chosen."""

    value: str
    label: str | Promise
    state: str
    reason: str | Promise = ""

    @property
    def may_choose(self) -> bool:
        """Whether a person may go there."""
        return self.state in ("done", "todo")


@dataclass(frozen=True)
class PathBar:
    """The path of a record. `seen` is where it stands, `following` the step that the button completes to; empty for none.

    With `dialog_url` the button opens that dialog instead: for a step that is completed by something else than a move.
    """

    steps: Sequence[Step]
    seen: str
    move_url: str
    following: str = ""
    button: str | Promise = ""
    guidance: str | Promise = ""
    is_editable: bool = True
    dialog_url: str = ""


@dataclass(frozen=True)
class Panel:
    """A related list beside the details. It loads from `url`, or from the record's own `panels/<name>/`."""

    name: str
    label: str | Promise
    url: str = ""
    icon: str = "list-ul"


def steps_of(
    order: Iterable[tuple[str, Any]], *, now: str, automatic: Iterable[str] = (), is_lost: bool = False, reason: str | Promise = ""
) -> list[Step]:
    """The steps of a path: those before `now` are done, `now` is now (or lost), automatic ones to come are grey and say `reason`."""
    values = list(order)
    place = [value for value, _label in values].index(now) if now in [value for value, _label in values] else -1
    closed = set(automatic)
    steps = []
    for index, (value, label) in enumerate(values):
        if index == place:
            steps.append(Step(value, label, "lost" if is_lost else "now"))
        elif value in closed:
            steps.append(Step(value, label, "passed" if index < place else "auto", reason))
        else:
            steps.append(Step(value, label, "done" if index < place else "todo"))
    return steps


class RecordDetail(RecordView):
    """The page of a record. Fill the attributes, and override `get_facts`, `get_path`, `get_actions` where the record has them."""

    is_block = True
    template_name: ClassVar[str] = "layouts/detail.html"
    icon: ClassVar[str] = "file-earmark"
    tone: ClassVar[str] = "blue"
    namespace: ClassVar[str] = ""
    details: ClassVar[tuple[str, ...]] = ()
    panels: ClassVar[tuple[Panel, ...]] = ()
    change_permission: ClassVar[str] = ""
    can_clone: ClassVar[bool] = True
    edit: Any = None  # The page that edits such a record; `record_urls` sets it.
    is_menu = False  # What may be done, for the row of a list.

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.is_menu:
            return self.menu()
        listviews.opened(self.record, by=request.user)
        return self.page(self.template_name, self.get_context())

    def beside(self, *, is_opened: bool) -> str:
        """The page without the shell, for the right side of a list. `is_opened` when the person chose the record."""
        if is_opened:
            listviews.opened(self.record, by=self.request.user)
        context = self.get_context() | {"shell": "layouts/side.html", **BESIDE}
        return render_to_string(self.template_name, context, request=self.request)

    def menu(self) -> HttpResponse:
        """What may be done with the record, as the menu of its row; the record's page without htmx."""
        if not self.wants_part:
            return HttpResponseRedirect(self.record.get_absolute_url())
        actions = self.all_actions()
        ordered = sorted(actions, key=lambda action: (not action.is_primary, action.is_in_menu, action.is_dangerous))
        return self.page("components/row_menu.html", {"record": self.record, "actions": ordered})

    @cached_property
    def urls(self) -> str:
        """The namespace of the object's addresses."""
        return self.namespace or f"{self.model._meta.model_name}s"

    def link(self, name: str, *keys: int) -> str:
        """The address of one of the record's pages, empty where the object has none."""
        try:
            return address_of(f"{self.urls}:{name}", self.record.pk, *keys)
        except NoReverseMatch:
            return ""

    def get_queryset(self) -> QuerySet[Any]:
        """The records that the person may see, with whether she may change them, and whether their fields are open to change now."""
        mine = self.model.editability(self.request.user) & Q(pk__isnull=False)  # type: ignore[attr-defined]
        is_open = mine & (self.edit.open_to_change if self.edit else Q())
        facts = {"is_mine_to_change": mine, "is_open_to_change": is_open}
        return super().get_queryset().annotate(**{name: Case(When(fact, then=True), default=False) for name, fact in facts.items()})

    @cached_property
    def is_editable(self) -> bool:
        """Whether this person may change this record."""
        label = self.model._meta.label_lower.split(".")
        permission = self.change_permission or f"{label[0]}.change_{label[1]}"
        return self._as_found.is_mine_to_change and self.request.user.has_perm(permission)

    @cached_property
    def _as_found(self) -> Any:
        """The record with what `get_queryset` tells of it; a service's answer to a change does not know that."""
        return self.record if hasattr(self.record, "is_mine_to_change") else self.get_queryset().get(pk=self.record.pk)

    @cached_property
    def edit_url(self) -> str:
        """Where the record is edited; empty for who may not, and for a record that can only be read now."""
        return self.link("edit") if self.is_editable and self._as_found.is_open_to_change else ""

    @cached_property
    def cells(self) -> frozenset[str]:
        """The fields that this person may change where they stand."""
        may = self.is_editable and self._as_found.is_open_to_change
        if not may or self.edit is None or not self.request.user.has_perm(self.edit.permission):
            return frozenset()
        return frozenset(self.edit.form_class.base_fields)

    @cached_property
    def standing(self) -> set[str]:
        """What the person has to do with the record: owner, chosen, mentioned, muted."""
        return attached.standing(self.record, self.request.user)

    @property
    def why_told(self) -> str:
        """Why the person hears of the record, or that she does not; empty for who has nothing to do with it."""
        if "muted" in self.standing:
            return _("Muted: only what is meant for you alone still comes.")
        reasons = {
            "owner": _("You hear of it because you own it."),
            "mentioned": _("You follow it because you were mentioned."),
            "chosen": _("You follow it because you chose to."),
        }
        return next((sentence for name, sentence in reasons.items() if name in self.standing), "")

    def get_context(self) -> dict[str, Any]:
        """What the layout needs. A page adds its own slots (`amounts`, `aside`) in its template from `record`."""
        actions = self.all_actions()
        return {
            "record": self.record,
            "tab": self.urls,
            "kind": display.kind(self.model),
            "eyebrow": self.get_eyebrow(),
            "icon": self.icon,
            "tone": self.tone,
            "badges": self.get_badges(),
            "facts": self.get_facts(),
            "path": self.get_path(),
            "details": self.get_details(),
            "cells": self.cells,
            "buttons": [action for action in actions if not action.is_in_menu],
            "menu": [action for action in actions if action.is_in_menu],
            "is_editable": self.is_editable,
            "edit_url": self.edit_url,
            "history_url": self.link("history"),
            "activity_url": self.link("panel_activity"),
            "panels": [self._placed(panel) for panel in self.get_panels()],
            "files_url": self.link("panel_files"),
            "presence_url": self.link("presence"),
            "editors": presence.editors(self.record, seen_by=self.request.user),
            "why_told": self.why_told,
            "who_may_change": "" if self.is_editable else self.record.who_may_change(),
        }

    def get_eyebrow(self) -> list[SafeString | str]:
        """What stands above the name: further words and the parent as a link."""
        return []

    def get_badges(self) -> list[SafeString]:
        """Badges beside the name."""
        return []

    def get_facts(self) -> list[Fact]:
        """The facts in the head."""
        return [Fact(_("Owner"), display.person(self.record.owner)), Fact(_("Created"), display.day(self.record.created_at))]

    def get_path(self) -> PathBar | None:
        """The path below the head, for what has one."""
        return None

    def get_details(self) -> list[Fact]:
        """The lines of the details, from the fields named in `details`."""
        return [self.field(name) for name in self.details]

    def field(self, name: str, *, value: Any = None, is_number: bool = False) -> Fact:
        """A line of the details: a field with its label, written after its kind where no `value` is given."""
        label = _capital(self.record._meta.get_field(name).verbose_name)
        shown = display.field_value(self.record, name) if value is None else value
        return Fact(label, shown, is_number=is_number, field=name)

    def get_panels(self) -> Sequence[Panel]:
        """The related lists."""
        return self.panels

    def task_panels(self) -> list[Panel]:
        """The open tasks about the record, for a page to list among its panels; none for a role that has no tasks."""
        if not self.request.user.has_perm("tasks.view_task"):
            return []
        return [Panel("tasks", _("Tasks"), reverse("tasks:about", args=[f"{self.model._meta.label_lower}:{self.record.pk}"]))]

    def _placed(self, panel: Panel) -> Panel:
        return panel if panel.url else replace(panel, url=f"{self.record.get_absolute_url()}panels/{panel.name}/")

    def all_actions(self) -> list[Action]:
        """What this person may do with the record."""
        return [action for action in [*self.get_actions(), *self.own_actions()] if action.url]

    def get_actions(self) -> list[Action]:
        """The object's own actions, the primary one first."""
        return []

    def own_actions(self) -> list[Action]:
        """What every record can do: follow, edit, clone, change owner, mute, history, delete."""
        is_following = bool(self.standing & {"chosen", "mentioned"})
        follow = Action(
            _("Following") if is_following else _("Follow"),
            self.link("follow"),
            "star-fill" if is_following else "star",
            method="post",
            values={"on": "0" if is_following else "1"},
            stays=True,
            hint=self.why_told,
        )
        history = Action(_("History"), self.link("history"), "clock-history", is_in_menu=True)
        mute = [self._mute()] if self.standing else []
        label = self.model._meta.label_lower.split(".")
        may_clone = self.can_clone and self.request.user.has_perm(f"{label[0]}.add_{label[1]}")
        clone = [Action(_("Clone"), self.link("clone"), "copy")] if may_clone else []
        if not self.is_editable:
            return [follow, *clone, *mute, history]
        return [
            follow,
            *([Action(_("Edit"), self.edit_url, "pencil")] if self.edit_url else []),
            *clone,
            Action(_("Change owner"), self.link("owner"), "person-gear", method="dialog"),
            *mute,
            history,
            Action(_("Delete"), self.link("delete"), "trash", method="dialog", is_in_menu=True, is_dangerous=True),
        ]

    def _mute(self) -> Action:
        is_muted = "muted" in self.standing
        return Action(
            _("Unmute") if is_muted else _("Mute"),
            self.link("mute"),
            "bell" if is_muted else "bell-slash",
            method="post",
            values={"on": "0" if is_muted else "1"},
            stays=True,
            is_in_menu=True,
        )


def _capital(text: Any) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]
