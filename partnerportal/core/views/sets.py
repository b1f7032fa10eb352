"""What list and board share: model, filter set, views, the pinned view, and parameters that are understood or refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partnerportal.core import display, listviews
from partnerportal.core.addresses import address_of
from partnerportal.core.filters import PartnerFilterSet
from partnerportal.core.models import LONGEST_STATE, Pin, SavedView
from partnerportal.core.toasts import warn
from partnerportal.core.views import state
from partnerportal.core.views.base import Guarded
from partnerportal.core.views.shown import Entry, PlacedChip, Problem
from partnerportal.core.views.standard import VIEWED, ListView, first_for


class RecordSet(Guarded):
    """What list and board share: model, filter set, standard views, the pinned view, and parameters that are understood or refused."""

    is_block = True
    model: ClassVar[type[models.Model]]
    filterset_class: ClassVar[type[PartnerFilterSet]]
    views: ClassVar[tuple[ListView, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ("owner",)
    unread: ClassVar[tuple[str, ...]] = ()  # Fields that are long, or costly to make, and read by their own column alone.
    namespace: ClassVar[str] = ""
    icon: ClassVar[str] = "list-ul"
    add_label: ClassVar[str | Promise] = ""
    add_permission: ClassVar[str] = ""
    actions: ClassVar[tuple[tuple[str | Promise, str, str], ...]] = ()
    empty_text: ClassVar[str | Promise] = ""
    kind_of_page: ClassVar[str] = "list"

    def get_queryset(self) -> QuerySet:
        """The records that the list is about."""
        rows = self.model._default_manager.visible_to(self.request.user)  # type: ignore[attr-defined]
        return self.restrict(rows).select_related(*self.related)

    def restrict(self, rows: QuerySet) -> QuerySet:
        """Leave out what this list never shows; a board asks it of the records and of their totals."""
        return rows

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.problems: list[Problem] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        elsewhere = next((view.leads_to for view in self.views if view.leads_to and view.name == request.GET.get("view")), "")
        return HttpResponseRedirect(reverse(elsewhere)) if elsewhere else super().dispatch(request, *args, **kwargs)

    @classmethod
    def showing(cls, request: HttpRequest, query: QueryDict) -> Self:
        """This list for a state that stands in no address: to look whether it is understood, or to work on its rows."""
        view = cls()
        view.setup(request)
        view.__dict__["asked"] = query
        return view

    @classmethod
    def looked_at(cls, request: HttpRequest, address: str) -> Self:
        """This list as it stands at the address that the person looks at: one that says nothing shows the pin."""
        view = cls()
        view.setup(request)
        query = QueryDict(address.partition("?")[2])
        is_gone = _names_saved(query) and not view._saved(query)  # Deleted while the person looked at it.
        view.__dict__["asked"] = view._asked_by(state.without(query, ("view", "base")) if is_gone else query)
        return view

    @classmethod
    def namespace_of_urls(cls) -> str:
        """The namespace of the object's addresses."""
        return cls.namespace or f"{cls.model._meta.model_name}s"

    @cached_property
    def urls(self) -> str:
        """The namespace of the object's addresses."""
        return self.namespace_of_urls()

    # --- the state ------------------------------------------------------------------

    @cached_property
    def _kept(self) -> tuple[Pin | None, list[SavedView]]:
        return listviews.kept_by(self.request.user, page=self.urls)

    @cached_property
    def pin(self) -> Pin | None:
        """What this person pinned here."""
        return self._kept[0]

    @property
    def stored(self) -> list[SavedView]:
        """The saved views of this list that the person may open."""
        return self._kept[1]

    def _saved(self, query: QueryDict) -> SavedView | None:
        return next((view for view in self.stored if view.word == query.get("view")), None)

    @cached_property
    def asked(self) -> QueryDict:
        """What the address says, or the pin when it says nothing."""
        return self._asked_by(self.request.GET)

    def _asked_by(self, query: QueryDict) -> QueryDict:
        if query or not self.pin:
            return query
        pinned = QueryDict(self.pin.query)
        if not _names_saved(pinned) or self._saved(pinned):
            return pinned
        listviews.unpin(self.pin)
        self.pin = None
        warn(self.request, _("The view that you pinned here no longer exists."))
        return QueryDict(f"view={VIEWED.name}" if VIEWED in self.views else "")

    @cached_property
    def saved(self) -> SavedView | None:
        """The saved view in force. Another's private one, or another company's, does not exist."""
        found = self._saved(self.asked)
        if found is None and _names_saved(self.asked):
            raise Http404
        return found

    @cached_property
    def query(self) -> QueryDict:
        """The whole state in force."""
        if not self.saved or "base" in self.asked:
            return self.asked
        whole = QueryDict(self.saved.query, mutable=True)
        for name, values in self.asked.lists():
            whole.setlist(name, values)
        return whole

    @cached_property
    def is_changed(self) -> bool:
        """Whether the list shows something else than the view that it names."""
        if self.saved:
            return not state.is_same(self.query, QueryDict(self.saved.query))
        return bool(state.kept(self.query))

    @cached_property
    def view(self) -> ListView | None:
        """The standard view in force, or that a saved one narrows; the one that the list opens with when none is named."""
        word = "base" if self.saved else "view"
        wanted = self.query.get(word, "")
        named = {view.name: view for view in self.views}
        if wanted and wanted not in named:
            self.refuse(word, _("There is no view “%(name)s” of this list.") % {"name": wanted})
        return named.get(wanted) or first_for(self.views, self.request.user)

    # --- rows -----------------------------------------------------------------------

    @cached_property
    def narrowed(self) -> QuerySet:
        """The rows of the standard view, before any filter."""
        return self.within_view(self.get_queryset())

    def within_view(self, rows: QuerySet) -> QuerySet:
        """What of the rows belongs to the standard view."""
        return self.view.narrow(rows, self.request.user) if self.view else rows

    @cached_property
    def groups(self) -> list[PartnerFilterSet]:
        """The filters of each group. The search belongs to all of them."""
        names, known = self.filterset_class.parameters(), {}  # type: ignore[var-annotated]
        found = []
        for data in state.groups(self.query, names)[: state.MOST_GROUPS]:
            group = data.copy()
            group.setlist("q", self.query.getlist("q"))
            found.append(self.filterset_class(group, self.narrowed, user=self.request.user, known=known, request=self.request))
        return found

    @property
    def filterset(self) -> PartnerFilterSet:
        """The first group of filters."""
        return self.groups[0]

    @cached_property
    def rows(self) -> QuerySet:
        """The filtered records; none when the address was not understood."""
        self.check_parameters()
        if self.problems:
            if self.saved and not self.is_changed:
                self.problems.insert(0, Problem(_("This view was saved with something that this list no longer has."), "?"))
            return self.narrowed.none()
        return self.filtered(self.narrowed)

    @property
    def in_sight(self) -> QuerySet:
        """The records of which the page draws the first: all, or those of the days that a calendar shows."""
        return self.rows

    def filtered(self, rows: QuerySet) -> QuerySet:
        """What of the rows one of the groups of filters lets through; the filters were understood."""
        active = [group.filter_queryset(rows) for group in self.groups if group.chips]
        return reduce(or_, active) if active else self.filterset.filter_queryset(rows)

    # --- what is not understood -----------------------------------------------------

    def refuse(self, name: str, sentence: str) -> None:
        """Say that a parameter is not understood. The list then shows no rows."""
        self.problems.append(Problem(sentence, self.written(state.without(self.query, (name,)))))

    def check_parameters(self) -> None:
        """Refuse what neither the list nor its filters understand."""
        names = self.filterset_class.parameters()
        for name in self.query:
            if name not in state.OWN_PARAMETERS | names:
                self.refuse(name, self._no_filter(name))
        others = state.groups(self.query, names)[1:]
        for name in {name: None for group in others for name in group if name not in names - {"q"}}:
            self.refuse("or", self._no_filter(name))
        if len(others) >= state.MOST_GROUPS:
            self.refuse("or", _("A list can have %(count)s groups of filters at most.") % {"count": state.MOST_GROUPS})
        if len(state.kept(self.query).urlencode()) > LONGEST_STATE:
            self.refuse("or", _("These are more filters and columns than an address can hold."))
        for place, group in enumerate(self.groups):
            self._check_values(group, "or" if place else "")

    def _no_filter(self, name: str) -> str:
        return _("This list has no filter “%(name)s”.") % {"name": name}

    def _check_values(self, group: PartnerFilterSet, parameter: str) -> None:
        if group.is_silent or group.form.is_valid():
            return
        for name, errors in group.form.errors.items():
            label = group.form.fields[name].label if name in group.form.fields else name
            names = (parameter,) if parameter else group.names_of(name) if name in group.filters else (name,)
            sentence = f"{label}: {' '.join(errors)}"
            self.problems.append(Problem(sentence, self.written(state.without(self.query, names))))

    # --- addresses ------------------------------------------------------------------

    def written(self, query: QueryDict) -> str:
        """An address. A saved view that is as it was saved needs no more than its name; one that is not says its whole state."""
        if not self.saved or query.get("view") != self.saved.word:
            return f"?{query.urlencode()}"
        whole = query.copy()
        if state.is_same(query, QueryDict(self.saved.query)):
            for name in (*state.kept(query), state.SEEN):
                whole.pop(name, None)
        elif self.view:
            whole.setdefault("base", self.view.name)
            whole.setdefault(state.SEEN, self.saved.mark)
        return f"?{whole.urlencode()}"

    def address(self, *, drop: Sequence[str] = (), **parameters: Any) -> str:
        """The query in force with some parameters set or dropped; the place in the list is dropped."""
        query = state.without(self.query, (*state.PLACE, *drop))
        for name, value in parameters.items():
            query[name] = value
        return self.written(query)

    def in_other_displays(self) -> str:
        """The state in force as an address of its other displays."""
        return self.address(drop=("format", "display"))

    def link(self, name: str, *keys: int) -> str:
        """The address of a sibling page, empty where the object has none."""
        try:
            return address_of(f"{self.urls}:{name}", *keys)
        except NoReverseMatch:
            return ""

    def named(self) -> QueryDict:
        """The state in force as an address that names its view even where the list's own does not."""
        query = QueryDict(self.address(drop=state.ASIDE[:2]).removeprefix("?"), mutable=True)
        if self.view and "view" not in query:
            query["view"] = self.view.name
        return query

    def editor(self, part: str) -> str:
        """The address that changes the state, keeps it, or takes a saved view away."""
        query = self.named()
        query["part"], query["to"] = part, self.kind_of_page
        return f"{self.link('views')}?{query.urlencode()}" if self.link("views") else ""

    # --- what the head shows --------------------------------------------------------

    def chips(self) -> list[list[PlacedChip]]:
        """The active filters of each group, each with the address without it."""
        names = self.filterset_class.parameters()
        written = state.groups(self.query, names)
        found = []
        for place, group in enumerate(self.groups):
            line = []
            for chip in group.chips:
                rest = [state.without(one, chip.names) if index == place else one for index, one in enumerate(written)]
                line.append(PlacedChip(chip, self.written(state.with_groups(self.query, rest, names))))
            found.append(line)
        return [line for line in found if line]

    def picker(self) -> list[tuple[str | Promise, list[Entry]]]:
        """The views to choose from: the list's own, then the saved ones by who shares them."""
        own = [
            Entry(view.label, reverse(view.leads_to) if view.leads_to else self._at_view(view.name), not self.saved and view is self.view)
            for view in self.views
        ]
        heads = {
            SavedView.Sharing.PRIVATE: _("My views"),
            SavedView.Sharing.COMPANY: _("Views of my company"),
            SavedView.Sharing.PUBLISHED: _("Published views"),
        }
        found: list[tuple[str | Promise, list[Entry]]] = [("", own)]
        for sharing, head in heads.items():
            entries = [Entry(view.name, self._at_view(view.word), view == self.saved) for view in self.stored if view.sharing == sharing]
            found += [(head, entries)] if entries else []
        return found

    def _at_view(self, word: str) -> str:
        """The address of a view, shown as the list is."""
        look = {name: self.query[name] for name in state.LOOK if name in self.query}
        return f"?{urlencode({'view': word, **look})}"

    def view_context(self) -> dict[str, Any]:
        """What the picker and the mark of a changed view need."""
        may_edit = bool(self.saved and self.saved.is_editable_by(self.request.user))
        pinned = self.named()
        for name in ("q", state.SEEN, *state.PLACE):
            pinned.pop(name, None)
        return {
            "heading": self.saved.name if self.saved else self.view.label if self.view else display.kinds(self.model),
            "picker": self.picker(),
            "has_views": len(self.views) + len(self.stored) > 1,
            "saved": self.saved,
            "is_changed": self.is_changed,
            "may_edit_view": may_edit,
            "reset": self._at_view(self.saved.word if self.saved else self.view.name) if self.saved or self.view else "?",
            "views_url": self.link("views"),
            "view_state": self.named().urlencode(),
            "edit_filters": self.editor("filters"),
            "edit_columns": self.editor("columns"),
            "save_as": self.editor("save"),
            "edit_view": self.editor("rename") if may_edit else "",
            "delete_view": self.editor("delete") if may_edit else "",
            "pin_query": pinned.urlencode(),
            "pin_page": self.urls,
            "is_pinned": bool(self.pin and QueryDict(self.pin.query) == pinned),
        }

    def common_context(self) -> dict[str, Any]:
        """What the head of a list and of a board needs."""
        self.rows  # noqa: B018 - the problems are found on the way
        may_add = not self.add_permission or self.request.user.has_perm(self.add_permission)
        query = self.in_other_displays()
        plain = QueryDict(self.address(drop=("q",)).removeprefix("?"))
        return self.view_context() | {
            "kind": display.kinds(self.model),
            "kind_of_page": self.kind_of_page,
            "tab": self.urls,
            "view": self.view,
            "filterset": self.filterset,
            "chips": self.chips(),
            "search": self.query.get("q", ""),
            "kept": [(name, value) for name, values in plain.lists() for value in values],
            "clear": self.written(state.with_groups(state.without(self.query, ("q",)), [], self.filterset_class.parameters())),
            "is_filtered": bool(any(group.chips for group in self.groups) or self.query.get("q")),
            "problems": self.problems,
            "list_url": f"{self.link('list')}{query}" if self.link("list") else "",
            "board_url": f"{self.link('board')}{query}" if self.link("board") else "",
            "calendar_url": f"{self.link('calendar')}{query}" if self.link("calendar") else "",
            "split_url": f"{self.link('list')}{self.address(drop=('format',), display='split')}" if self.link("detail", 0) else "",
            "import_url": self.link("import") if may_add else "",
            "export_url": f"{self.link('export')}{query}" if self.link("export") else "",
            "add_url": self.link("add") if may_add else "",
            "add_label": self.add_label or _("New"),
            "actions": [(label, reverse(name), sign) for label, name, sign in self.actions],
            "empty_text": self.empty_text,
            "icon": self.icon,
        }


def _names_saved(query: QueryDict) -> bool:
    return re.fullmatch(r"v\d{1,18}", query.get("view") or "") is not None
