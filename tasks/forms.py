"""Forms of tasks."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from partnerportal.core.forms import PartnerForm, PartnerModelForm, colleagues
from partners.models import User
from tasks.models import Direction, Outcome, Task

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


class CallForm(PartnerForm):
    """A call that was made, and what follows from it."""

    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, initial=Direction.OUT)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, initial=Outcome.REACHED)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=1440)
    comments = forms.CharField(label=_("What was said"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))
    follow_up = forms.CharField(label=_("What follows"), required=False, max_length=200, help_text=_("Makes a task. Leave empty for none."))
    follow_up_on = forms.DateField(label=_("Until"), required=False)
    follow_up_by = forms.ModelChoiceField(label=_("By"), required=False, queryset=User.objects.none(), empty_label=_("Me"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by: Any = self.fields["follow_up_by"]
        by.queryset, by.empty_label = colleagues(self.user).exclude(pk=self.user.pk), _("Me")
        self.helper.layout = Layout(
            Div("direction", "outcome", "minutes", css_class="three"),
            "comments",
            "follow_up",
            Div("follow_up_on", "follow_up_by", css_class="two"),
        )
