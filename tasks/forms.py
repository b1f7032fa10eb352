"""Forms of tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnerportal.core.forms import PartnerModelForm
from tasks.models import Task

SUGGESTIONS = (_("Call"), _("E-mail"), _("Send quote"), _("Send letter"), _("Visit"))


class TaskForm(PartnerModelForm):
    """A task, new or changed."""

    class Meta:
        model = Task
        fields = ["subject", "kind", "assigned_to", "due_on", "priority", "status", "comments"]
        widgets = {"comments": forms.Textarea(attrs={"rows": 4}), "subject": forms.TextInput(attrs={"list": "task-subjects"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["assigned_to"].initial = self.user.pk
