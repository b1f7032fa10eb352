"""Pages of tasks: list, record, composer of any record, and ticking off."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partnerportal.core import display
from partnerportal.core.forms import PartnerModelForm
from partnerportal.core.submissions import lasting, once
from partnerportal.core.tables import Column, choice, due, label, link, owner_avatar, rows_html
from partnerportal.core.toasts import Undo, say
from partnerportal.core.views import (
    LATELY,
    Action,
    Event,
    Fact,
    Guarded,
    ListView,
    RecordAdd,
    RecordCalendar,
    RecordDetail,
    RecordEdit,
    RecordList,
    RecordView,
    everything,
)
from partnerportal.core.views.base import own_path
from partners.models import User
from tasks import services
from tasks.about import attach_about, may_view, name_of, record_if_any, record_named
from tasks.filters import TaskFilter
from tasks.forms import SEARCH_HINT, SUGGESTIONS, CallForm, TaskForm
from tasks.models import Kind, Priority, Status, Task, Taskable
from tasks.related import RelatedSelect, choices

ICONS = {Kind.TASK: "circle", Kind.CALL: "telephone", Kind.EMAIL: "envelope"}
IMPORTANT = mark_safe('<i class="bi bi-exclamation-lg important" aria-hidden="true"></i>')  # noqa: S308 - a constant
TICK_FORM = "tick"  # The id of the page's form that the ticks of the rows send.


def tick(value: datetime | None, task: Task) -> SafeString:
    """The button that ticks a task off or takes the tick back; it sends the page's form, so it works without script."""
    is_done = task.status == Status.COMPLETED
    words = _now("Reopen %(task)s") if is_done else _now("Complete %(task)s")
    return format_html(
        '<button class="tick {}" form="{}" formaction="{}" aria-label="{}" title="{}"><i class="bi bi-{}" aria-hidden="true"></i></button>',
        "done" if is_done else "",
        TICK_FORM,
        reverse("tasks:reopen" if is_done else "tasks:complete", args=[task.pk]),
        words % {"task": task},
        _now("Reopen") if is_done else _now("Complete"),
        "check-circle-fill" if is_done else "circle",
    )


def _mine(rows: Any, user: User) -> Any:
    return rows.open().filter(assigned_to=user)


def _done(rows: Any, user: User) -> Any:
    return rows.filter(Q(assigned_to=user) | Q(owner=user), status=Status.COMPLETED)


class TaskList(RecordList):
    model, permission = Task, "tasks.view_task"
    filterset_class = TaskFilter
    related = ("owner", "assigned_to")
    template_name = "tasks/task_list.html"
    icon = "check2-square"
    add_label, add_permission = _("New task"), "tasks.add_task"
    ordering = "due_on"
    empty_text = _("Nothing to do here. A task reminds you, or a colleague, of a call, a mail or a quote.")
    views = (
        ListView("my_open", _("My open tasks"), _mine, is_own=True),
        ListView("today", _("Due today"), lambda rows, user: _mine(rows, user).filter(due_on=timezone.localdate()), is_own=True),
        ListView("overdue", _("Overdue"), lambda rows, user: _mine(rows, user).overdue(timezone.localdate()), is_own=True),
        ListView("delegated", _("Delegated"), lambda rows, user: rows.open().filter(owner=user).exclude(assigned_to=user), is_own=True),
        ListView("all_open", _("All open tasks"), lambda rows, user: rows.open()),
        ListView("completed", _("Completed"), _done),
        everything("all", _("All tasks")),
        *LATELY,
    )
    columns = (
        Column(_("Done"), "completed_at", render=tick),
        Column(_("Subject"), "subject", sort="subject", is_title=True),
        Column(_("About"), "about", render=link, export=lambda task: str(task.about or "")),
        Column(_("Due"), "due_on", render=due, sort="due_on"),
        Column(_("Priority"), "priority", render=choice),
        Column(_("Status"), "status", render=label),
        Column(_("Kind"), "kind", render=label, is_optional=True),
        Column(_("Assigned to"), "assigned_to", render=owner_avatar, sort="assigned_to__last_name"),
        Column(_("Given by"), "owner", render=owner_avatar, is_optional=True),
        Column(_("Created"), "created_at", sort="created_at", is_optional=True),
    )

    def prepare(self, records: list[Any]) -> None:
        attach_about(records, self.request.user)


class TaskCalendar(RecordCalendar):
    """The same tasks by the day that they are due on."""

    model, permission = Task, "tasks.view_task"
    filterset_class, views, related = TaskFilter, TaskList.views, TaskList.related
    icon = "check2-square"
    add_label, add_permission = _("New task"), "tasks.add_task"
    day_field, dayless = "due_on", "due_in=empty"
    done = Q(status=Status.COMPLETED)

    def weighed(self, rows: Any) -> Any:
        """Open ones before those that are done, the important ones first."""
        steps = (When(self.done, then=3), When(priority=Priority.HIGH, then=0), When(priority=Priority.LOW, then=2))
        return rows.annotate(weight=Case(*steps, default=Value(1)))

    def prepare(self, records: list[Any]) -> None:
        attach_about(records, self.request.user)

    def event(self, record: Task) -> Event:
        is_done = record.status == Status.COMPLETED
        is_late = not is_done and record.due_on is not None and record.due_on < self.today
        is_important = not is_done and record.priority == Priority.HIGH
        words = [record.get_kind_display(), *([_now("done")] if is_done else []), *([_now("overdue")] if is_late else [])]
        mine = record.assigned_to_id == self.request.user.pk
        return Event(
            title=record.subject,
            icon="check-circle-fill" if is_done else ICONS[Kind(record.kind)],
            said=[*words, *([_now("high priority")] if is_important else [])],
            about=str(record.about or ""),  # type: ignore[attr-defined]
            badge=format_html("{}{}", IMPORTANT if is_important else "", "" if mine else display.named_avatar(record.assigned_to)),
            is_done=is_done,
            is_late=is_late,
        )


class TaskAdd(RecordAdd):
    model, permission = Task, "tasks.add_task"
    form_class = TaskForm
    template_name = "tasks/task_form.html"
    icon = "check2-square"

    @cached_property
    def about(self) -> Taskable | None:
        """The record that the address names; of a clone what its model is about, as far as the person may see that."""
        if named := self.request.GET.get("about", ""):
            return record_named(named, self.request.user)
        related = self.record.related if hasattr(self, "record") else None
        if related is None or not may_view(type(related), self.request.user):
            return None
        return type(related).objects.visible_to(self.request.user).filter(pk=related.pk).first()

    def get_initial(self) -> dict[str, Any]:
        """A clone says so in its name."""
        initial = super().get_initial()
        return initial | {"subject": _now("%(name)s (copy)") % {"name": self.record.subject}} if hasattr(self, "record") else initial

    def get_form(self, data: Any = None, files: Any = None, **options: Any) -> PartnerModelForm:
        return super().get_form(data, files, about=self.about, **options)

    def create(self, form: Any) -> Task:
        return services.create_task(values=form.cleaned_data, by=self.request.user, on=form.cleaned_data["related"])

    @property
    def back(self) -> str:
        """The record that the task is about, or the page of ours that the address names, such as a calendar."""
        if self.about:
            return self.about.get_absolute_url()  # type: ignore[attr-defined]
        return own_path(self.request.GET.get("back", ""))

    def address_after(self, record: Task) -> str:
        """Back to where one came from."""
        return self.back or record.get_absolute_url()

    def get_context(self, form: Any, **more: Any) -> dict[str, Any]:
        context = super().get_context(form, suggestions=SUGGESTIONS, **more)
        return context | {"cancel_url": self.back} if self.back else context


class TaskEdit(RecordEdit):
    model, permission = Task, "tasks.change_task"
    form_class = TaskForm
    template_name = "tasks/task_form.html"
    service = staticmethod(services.edit_task)
    icon = "check2-square"

    def get_context(self, form: Any, **more: Any) -> dict[str, Any]:
        return super().get_context(form, suggestions=SUGGESTIONS, **more)


class TaskDetail(RecordDetail):
    model, permission = Task, "tasks.view_task"
    related = ("owner", "partner", "assigned_to")
    icon, tone = "check2-square", "amber"
    details = ("kind", "priority", "due_on", "completed_at", "comments")

    def get_eyebrow(self) -> list[Any]:
        attach_about([self.record], self.request.user)
        return [display.record_link(self.record.about)] if self.record.about else []

    def get_badges(self) -> list[Any]:
        return [display.choice_badge(self.record, "status")]

    def get_facts(self) -> list[Fact]:
        task = self.record
        when = display.due(task.due_on) if task.status != Status.COMPLETED else display.day(task.due_on) or display.NOTHING
        return [
            Fact(_("Due"), when),
            Fact(_("Assigned to"), display.person(task.assigned_to)),
            Fact(_("Given by"), display.person(task.owner)),
            Fact(_("Priority"), task.get_priority_display()),
            Fact(_("Created"), display.day(task.created_at)),
        ]

    def get_actions(self) -> list[Action]:
        if not self.is_editable:
            return []
        if self.record.status == Status.COMPLETED:
            return [Action(_("Reopen"), self.link("reopen"), "arrow-counterclockwise", method="post", is_primary=True)]
        return [Action(_("Mark as complete"), self.link("complete"), "check-lg", method="post", is_primary=True)]


class TaskVerb(RecordView):
    """Tick a task off, or take the tick back, and stay where one was."""

    is_block = True
    model, permission = Task, "tasks.change_task"
    must_be_editable = True
    http_method_names = ["post", "options"]
    back_verb: ClassVar[str]

    def act(self) -> str:
        """Do it, and answer what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        undo = Undo(reverse(f"tasks:{self.back_verb}", args=[pk]), {"status": self.record.status})
        say(request, self.act(), link=(_now("Open"), self.record.get_absolute_url()), undo=undo)
        return self.lead_to(self.came_from())

    def came_from(self) -> str:
        """The page that the button was on, the task's own when the browser does not say."""
        page = self.request.headers.get("Referer", "")
        is_ours = url_has_allowed_host_and_scheme(page, allowed_hosts={self.request.get_host()})
        return page if is_ours else self.record.get_absolute_url()


class CompleteTask(TaskVerb):
    back_verb = "reopen"

    def act(self) -> str:
        services.complete_task(self.record, by=self.request.user)
        return _now("%(task)s is done.") % {"task": self.record}


class ReopenTask(TaskVerb):
    back_verb = "complete"

    def act(self) -> str:
        was = self.request.POST.get("status")
        status = Status(was) if was in Status.values and was != Status.COMPLETED else Status.NOT_STARTED
        services.reopen_task(self.record, by=self.request.user, status=status)
        return _now("%(task)s is open again.") % {"task": self.record}


class RelatedChoices(Guarded):
    """The choices of what a task is related to, while a person types the search."""

    permission = "tasks.add_task"

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = record_if_any(request.GET.get("related", ""), request.user)
        query = request.GET.get("related_search", "").strip()
        groups = RelatedSelect(choices=choices(chosen, query, request.user)).optgroups("related", [name_of(chosen) if chosen else ""])
        count = sum(len(options) for label, options, _index in groups if label)
        return render(request, "tasks/_related_choices.html", {"groups": groups, "query": query, "count": count, "hint": SEARCH_HINT})


class LogCall(Guarded):
    """Write down a call about the record that the address names, with what follows from it."""

    permission = "tasks.add_task"

    @cached_property
    def about(self) -> Taskable:
        """The record that was called about."""
        return record_named(self.request.GET.get("about", ""), self.request.user)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask(CallForm(user=request.user))

    def ask(self, form: CallForm, *, status: int = 200) -> HttpResponse:
        """The form, as a dialog or a page."""
        context = {
            "record": self.about,
            "form": form,
            "heading": _now("Log a call"),
            "text": str(self.about),
            "action": self.request.get_full_path(),
            "button": _now("Save the call"),
            **lasting(self.request),
        }
        return self.dialog(context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CallForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.ask(form, status=422)

        def act() -> str:
            return services.log_call(self.about, values=form.cleaned_data, by=request.user).get_absolute_url()

        once(request.POST.get("submission", ""), by=request.user, act=act)
        say(request, _now("The call was written down."))
        return self.lead_to(self.about.get_absolute_url())  # type: ignore[attr-defined]


class TasksAbout(Guarded):
    """The tasks of any record, as a panel beside it."""

    permission = "tasks.view_task"
    limit: ClassVar[int] = 5
    columns: ClassVar[tuple[Column, ...]] = (
        Column(_("Done"), "completed_at", render=tick),
        Column(_("Subject"), "subject", is_title=True),
        Column(_("Due"), "due_on", render=due),
    )

    def get(self, request: HttpRequest, about: str) -> HttpResponse:
        record = record_named(about, request.user)
        rows = (
            Task.objects.visible_to(request.user)
            .filter(pk__in=record.tasks.values("pk"))
            .open()
            .order_by(F("due_on").asc(nulls_last=True), "pk")
        )
        found = list(rows[: self.limit + 1])
        context = {
            "record": record,
            "heading": _("Open tasks"),
            "component": "tasks/_about.html",
            "count": rows.count() if len(found) > self.limit else len(found),
            "heads": [column.label for column in self.columns],
            "rows": rows_html(found[: self.limit], self.columns),
            "has_rows": bool(found),
            "has_more": len(found) > self.limit,
            "all_url": f"{reverse('tasks:list')}?view=all_open&about={name_of(record)}",
            "add_url": f"{reverse('tasks:add')}?about={name_of(record)}" if request.user.has_perm("tasks.add_task") else "",
            "add_label": _("New"),
            "tick_form": TICK_FORM,
        }
        return self.page("tasks/_about.html" if self.wants_part else "layouts/panel.html", context)
