"""What a list shows, put together in forms: groups of filters, columns and order; and the views that are kept of it.

One address, `/<objects>/views/`: GET shows the part that `part` names (filters, columns, save, rename, delete) as a dialog or a page,
POST does what `do` says. All parts carry the list's state in a field and answer with the list's new address, so nothing needs a script.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core import display, listviews
from partnerportal.core.edits import Edit, present_values, questions, read, sealed
from partnerportal.core.filters import PartnerFilterSet
from partnerportal.core.forms import plain_helper
from partnerportal.core.listviews import ViewOvertaken, ViewRefused
from partnerportal.core.models import LONGEST_STATE, SavedView
from partnerportal.core.scoping import NotYours
from partnerportal.core.spans import KINDS
from partnerportal.core.toasts import say, warn
from partnerportal.core.views import state
from partnerportal.core.views.base import Guarded
from partnerportal.core.views.lists import RecordList

OWN_FIELDS = ("part", "to")
TOTALS = {"average": gettext_lazy("Averages"), "count": gettext_lazy("Counts"), "none": gettext_lazy("Nothing")}


class ViewForm(forms.Form):
    """Name and readers of a view."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    sharing = forms.ChoiceField(label=gettext_lazy("Who may open it"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_share = bool(user.partner_id) and user.manages_company
        listed = [SavedView.Sharing.PRIVATE, *([SavedView.Sharing.COMPANY] if may_share else [])]
        self.fields["sharing"].choices = [(one.value, one.label) for one in listed]  # type: ignore[attr-defined]
        self.fields["sharing"].initial = SavedView.Sharing.PRIVATE
        if not may_share:
            self.fields["sharing"].help_text = _("Managers may share a view with the whole company.")
        self.helper = plain_helper()


class ListEditor(Guarded):
    """The forms over a list: `as_view(rows=LeadList)`."""

    is_block = True
    rows: Any = None
    http_method_names: ClassVar[list[str]] = ["get", "post", "head", "options"]
    template = "components/list_editor.html"

    @property
    def permission(self) -> str:  # type: ignore[override]
        """That of the list."""
        return self.rows.permission

    @cached_property
    def source(self) -> RecordList:
        """The list in the state that the form carries; on GET that of the address."""
        if self.request.method == "POST":
            asked: QueryDict = QueryDict(self.request.POST.get("state", ""))
        else:
            asked = state.without(self.request.GET, OWN_FIELDS)
        return self.rows.showing(self.request, asked)

    @property
    def said(self) -> QueryDict:
        """The parameters of the request."""
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def target(self) -> str:
        """The list, or the board or calendar that the editor was opened from."""
        to = self.said.get("to", "")
        return (self.source.link(to) if to in ("board", "calendar") else "") or reverse(f"{self.source.urls}:list")

    @property
    def place(self) -> str:
        """The month of the calendar that the editor was opened from."""
        asked = self.source.asked if self.said.get("to") == "calendar" else {}
        return urlencode({name: asked[name] for name in KINDS if name in asked})

    def here(self, query: str) -> str:
        """The display that the editor was opened from, in some state."""
        return f"{self.target}{query}{'&' if self.place else ''}{self.place}"

    def get(self, request: HttpRequest) -> HttpResponse:
        part = request.GET.get("part", "filters")
        shown: dict[str, Callable[[], HttpResponse]] = {
            "filters": self.filters,
            "columns": self.columns,
            "save": self.name_new,
            "rename": self.name_again,
            "delete": self.ask_delete,
        }
        if part not in shown:
            raise Http404
        return shown[part]()

    def post(self, request: HttpRequest) -> HttpResponse:
        word, _sep, place = request.POST.get("do", "").partition(":")
        acts: dict[str, Callable[[], HttpResponse]] = {
            "filter": self.apply_filters,
            "add": lambda: self.filters([*self.posted_groups(), state.empty()]),
            "drop": lambda: self.filters([one for index, one in enumerate(self.posted_groups()) if str(index) != place] or [state.empty()]),
            "columns": self.apply_columns,
            "save": self.update,
            "save_as": self.save_new,
            "rename": self.rename,
            "delete": self.delete,
        }
        if word not in acts:
            raise BadRequest("do")
        try:
            return acts[word]()
        except ViewRefused as refusal:
            warn(request, str(refusal))
            return self.leave(self.source.written(self.source.query))

    def leave(self, query: str) -> HttpResponse:
        """The list in another state."""
        return self.lead_to(self.here(query))

    def show(self, part: str, heading: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """A form, as a dialog or as a page."""
        context |= {
            "part": part,
            "heading": heading,
            "action": self.request.path,
            "state": "&".join(filter(None, [self.source.named().urlencode(), self.place])),
            "to": self.said.get("to", ""),
            "back": self.here(self.source.written(self.source.named())),
            "tab": self.source.urls,
            "draft": f"{self.request.path}?part={part}" + (f"&view={self.saved.word}" if part == "rename" else ""),
        }
        return self.page(self.template if self.wants_part else "layouts/list_editor.html", context, status=status)

    # --- filters --------------------------------------------------------------------

    @property
    def names(self) -> frozenset[str]:
        """Every name that the list's filters read, but the search."""
        return self.rows.filterset_class.parameters() - {"q"}

    def filters(self, groups: list[QueryDict] | None = None, *, status: int = 200) -> HttpResponse:
        """The groups of filters: one beside the other, each in a form of its own prefix."""
        written = groups if groups is not None else state.groups(self.source.query, self.names)
        bound = [self._bound(place, one) for place, one in enumerate(written[: state.MOST_GROUPS])]
        can_add = len(bound) < state.MOST_GROUPS
        return self.show("filters", _("Filters"), status=status, groups=bound, can_add=can_add)

    def _bound(self, place: int, group: QueryDict) -> PartnerFilterSet:
        prefixed = state.empty()
        for name, values in group.lists():
            prefixed.setlist(f"g{place}-{name}", values)
        rows = self.source.get_queryset().none()
        return self.rows.filterset_class(prefixed, rows, user=self.request.user, request=self.request, prefix=f"g{place}")

    def posted_groups(self) -> list[QueryDict]:
        """The groups as the form has them."""
        found = []
        for place in range(state.MOST_GROUPS):
            group = state.empty()
            for name in sorted(self.names):
                values = [value for value in self.request.POST.getlist(f"g{place}-{name}") if value and value != "unknown"]
                if values:
                    group.setlist(name, values)
            if f"group-{place}" in self.request.POST:
                found.append(group)
        return found

    def apply_filters(self) -> HttpResponse:
        """The list with these filters, or the form with what is wrong in it."""
        groups = self.posted_groups()
        bound = [self._bound(place, one) for place, one in enumerate(groups)]
        if not all(one.form.is_valid() for one in bound):
            return self.filters(groups, status=422)
        return self.go(state.with_groups(self.source.query, groups, self.names))

    # --- columns and order ----------------------------------------------------------

    def columns(self) -> HttpResponse:
        """Which columns, in which order, how wide; what the list is sorted by; sums, averages or counts."""
        shown = {column.name: column for column in self.source.shown}
        rest = [column for column in self.rows.columns if column.name not in shown]
        sortable = [column for column in self.rows.columns if column.sort]
        keys = [*self.source.sorted_by, *[""] * state.MOST_KEYS][: state.MOST_KEYS]
        return self.show(
            "columns",
            _("Columns and order"),
            lines=[(column, column.name in shown, place) for place, column in enumerate([*shown.values(), *rest], start=1)],
            keys=keys,
            sortable=sortable,
            has_totals=any(column.total for column in self.rows.columns),
            totals=self.source.query.get("totals", ""),
        )

    def apply_columns(self) -> HttpResponse:
        """The list with these columns in this order."""
        post, query = self.request.POST, state.without(self.source.query, ("columns", "sort", "totals", *state.PLACE))
        chosen = [name for name in post.getlist("show") if name]
        chosen.sort(key=lambda name: _number(post.get(f"place-{name}", "")) or 999)
        columns = state.written_columns({name: _number(post.get(f"width-{name}", "")) for name in chosen})
        own = [column.name for column in self.rows.columns if not column.is_optional]
        if columns and columns != ",".join(own):
            query["columns"] = columns
        if sort := list(dict.fromkeys(word for word in post.getlist("sort") if word)):
            query["sort"] = ",".join(sort)
        if post.get("totals"):
            query["totals"] = post["totals"]
        return self.go(query)

    def go(self, query: QueryDict) -> HttpResponse:
        """To the list in another state, unless an address cannot hold it."""
        if len(state.kept(query).urlencode()) > LONGEST_STATE:
            raise ViewRefused(_("These are more filters and columns than an address can hold."))
        return self.leave(self.source.written(query))

    # --- saved views ----------------------------------------------------------------

    @cached_property
    def saved(self) -> SavedView:
        """The saved view that the state names."""
        if self.source.saved is None:
            raise Http404
        return self.source.saved

    def kept_state(self) -> str:
        """What a view would keep. Raises ViewRefused for a state that the list does not understand."""
        self.source.rows  # noqa: B018 - the problems are found on the way
        if self.source.problems:
            raise ViewRefused(self.source.problems[0].sentence)
        query = state.kept(self.source.query)
        if self.source.view:
            query["base"] = self.source.view.name
        return query.urlencode()

    def name_new(self, form: ViewForm | None = None) -> HttpResponse:
        """Ask for the name of a new view."""
        shown = form or ViewForm(user=self.request.user)
        return self.show("save_as", _("Save as a new view"), status=422 if form else 200, form=shown, button=_("Save"))

    def form_of(self, data: QueryDict | None) -> ViewForm:
        """Name and readers as they stand, or as they were typed."""
        return ViewForm(data, user=self.request.user, initial={"name": self.saved.name, "sharing": self.saved.sharing})

    def name_again(self, edit: Edit | None = None) -> HttpResponse:
        """Ask for another name or other readers."""
        if not self.saved.is_editable_by(self.request.user):
            raise NotYours(self.saved.who_may_change())
        if edit is None:
            blank = self.form_of(None)
            return self.show("rename", _("Rename or share"), form=blank, button=_("Save"), base=sealed(present_values(blank)))
        asked = {"asked": edit.asked, "questions": questions(edit, self.saved, self.request.POST)} if edit.clashes else {}
        status = 409 if edit.clashes else 422
        return self.show("rename", _("Rename or share"), status=status, form=edit.form, button=_("Save"), base=edit.base, **asked)

    def ask_delete(self) -> HttpResponse:
        """Sure?"""
        if not self.saved.is_editable_by(self.request.user):
            raise NotYours(self.saved.who_may_change())
        text = _("The view “%(name)s” is deleted, the records stay. Whoever pinned it sees “Recently viewed” instead.")
        text %= {"name": self.saved.name}
        return self.show("delete", _("Delete this view?"), text=text, button=_("Delete"), is_dangerous=True)

    def save_new(self) -> HttpResponse:
        form = ViewForm(self.request.POST, user=self.request.user)
        if not form.is_valid():
            return self.name_new(form)
        try:
            view = listviews.save_view(page=self.source.urls, query=self.kept_state(), by=self.request.user, **form.cleaned_data)
        except ViewRefused as refusal:
            form.add_error("name", str(refusal))
            return self.name_new(form)
        say(self.request, _("The view “%(name)s” was saved.") % {"name": view.name})
        return self.leave(f"?view={view.word}")

    def rename(self) -> HttpResponse:
        edit = read(self.form_of, self.request.POST)
        if edit.clashes or not edit.form.is_valid():
            return self.name_again(edit)
        try:
            view = listviews.change_view(self.saved, by=self.request.user, **edit.form.cleaned_data)
        except ViewRefused as refusal:
            edit.form.add_error("name", str(refusal))
            return self.name_again(edit)
        say(self.request, _("The view “%(name)s” was saved.") % {"name": view.name})
        return self.leave(self.source.written(self.source.query))

    def update(self) -> HttpResponse:
        """Save over the view, unless somebody else did so meanwhile: then it is asked which of the two shall hold."""
        if not self.saved.is_editable_by(self.request.user):
            raise NotYours(self.saved.who_may_change())
        choice, query = self.request.POST.get("choice", ""), self.kept_state()
        if choice == "theirs" or state.is_same(QueryDict(query), QueryDict(self.saved.query)):
            return self.leave(f"?view={self.saved.word}")
        seen = self.request.POST.get("decided", "") if choice == "mine" else self.source.query.get(state.SEEN, self.saved.mark)
        try:
            view = listviews.update_view(self.saved, query=query, seen=seen, by=self.request.user)
        except ViewOvertaken as overtaken:
            return self.ask_which(overtaken.view, query)
        say(self.request, _("The view “%(name)s” was saved.") % {"name": view.name})
        return self.leave(f"?view={view.word}")

    def ask_which(self, theirs: SavedView, mine: str) -> HttpResponse:
        """Both states of a view that two people changed, where they differ."""
        told = [self.told(theirs.query), self.told(mine)]
        lines = [(label, theirs_said, told[1][label]) for label, theirs_said in told[0].items() if theirs_said != told[1][label]]
        heading = _("Somebody else has changed this view meanwhile")
        return self.show("save", heading, status=409, is_overtaken=True, lines=lines, decided=theirs.mark, button=_("Save"))

    def told(self, query: str) -> dict[str, str]:
        """What a saved state shows, in words."""
        rows = self.rows.showing(self.request, QueryDict(query))
        groups = ["; ".join(f"{one.chip.label}: {one.chip.value}" for one in line) for line in rows.chips()]
        named = {column.name: str(column.label) for column in rows.columns}
        base = next((view.label for view in rows.views if view.name == rows.query.get("base")), "")
        order = [f"{named.get(word.lstrip('-'), word)} {'↓' if word.startswith('-') else '↑'}" for word in state.sort_of(rows.query)]
        said = {
            _("View"): str(base),
            _("Filters"): f" {_('or')} ".join(groups),
            _("Columns"): ", ".join(str(column.label) for column in rows.shown),
            _("Sorted by"): ", ".join(order),
            _("In the last line"): str(TOTALS.get(rows.query.get("totals", ""), _("Sums"))),
        }
        return {label: words or display.NOTHING for label, words in said.items()}

    def delete(self) -> HttpResponse:
        listviews.delete_view(self.saved, by=self.request.user)
        say(self.request, _("The view “%(name)s” was deleted.") % {"name": self.saved.name})
        return self.leave("?")


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 5 else 0
