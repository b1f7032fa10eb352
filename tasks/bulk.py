"""A task on each of many records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core.bulk.verbs import Answers, Contested, Scene, Verb, offer, raw
from partnerportal.core.edits import data_of
from tasks import services
from tasks.forms import TaskOnRecordsForm
from tasks.models import Taskable


class AddTask(Verb):
    """Give a task about every one of them; for that one need only see them."""

    name, label, icon = "task", gettext_lazy("Add task"), "check2-square"
    must_be_editable = False

    def is_offered(self, scene: Scene, user: Any) -> bool:
        return issubclass(scene.model, Taskable) and super().is_offered(scene, user) and user.has_perm("tasks.add_task")

    def form(self, scene: Scene, request: HttpRequest, data: QueryDict | None) -> forms.BaseForm:
        return TaskOnRecordsForm(data, user=request.user)

    def summary(self, form: forms.BaseForm) -> str:
        return _("Add the task “%(subject)s”") % {"subject": form.cleaned_data["subject"]}

    def act(self, scene: Scene, record: Any, answers: Answers, *, seen: Answers, by: Any) -> list[Contested]:
        form = TaskOnRecordsForm(data_of(TaskOnRecordsForm(user=by), raw(answers)), user=by)
        if not form.is_valid():
            raise forms.ValidationError([sentence for found in form.errors.values() for sentence in found])
        services.create_task(values=form.cleaned_data, by=by, on=record)
        return []


offer(AddTask())
