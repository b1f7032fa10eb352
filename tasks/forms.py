"""Forms of tasks."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from partnerportal.core import search
from partnerportal.core.forms import PartnerForm, PartnerModelForm, colleagues
from partners.models import User
from tasks.about import attach_about, name_of, record_if_any
from tasks.models import Direction, Outcome, Task, Taskable
from tasks.related import AboutField, RelatedSelect, choices

SUGGESTIONS = (_("Call"), _("E-mail"), _("Send quote"), _("Send letter"), _("Visit"))
SEARCH_HINT = _("What is found can be chosen under “Related to”.")


class TaskForm(PartnerModelForm):
    """A task, new or changed. `about` is what a new one is about unless the person chooses otherwise.

    Whoever may not see what a task is related to does not change it.
    """

    related = AboutField(label=_("Related to"), required=False, widget=RelatedSelect)
    related_search = forms.CharField(
        label=_("Search for a record"),
        required=False,
        max_length=search.LONGEST,
        help_text=SEARCH_HINT,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    not_in_bulk = ("related", "related_search")
    field_order = ("subject", "kind", "assigned_to", "due_on", "priority", "status", "related", "related_search", "comments")

    class Meta:
        model = Task
        fields = ["subject", "kind", "assigned_to", "due_on", "priority", "status", "comments"]
        widgets = {"comments": forms.Textarea(attrs={"rows": 4}), "subject": forms.TextInput(attrs={"list": "task-subjects"})}

    def __init__(self, *args: Any, about: Taskable | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["assigned_to"].initial = self.user.pk
        if "related" in self.fields:
            self._offer(about)

    def _offer(self, about: Taskable | None) -> None:
        """Let the person choose what the task is related to."""
        attach_about([self.instance], self.user)
        present = about or self.instance.about
        if self.instance.object_id and present is None:
            del self.fields["related"], self.fields["related_search"]
            return
        field: Any = self.fields["related"]
        field.reader = self.user
        field.widget.present = field.initial = name_of(present) if present else ""
        self.fields["related_search"].help_text = format_html('<span id="related-news" role="status">{}</span>', SEARCH_HINT)
        wanted = self["related"].value()
        chosen = present if wanted == field.initial else record_if_any(wanted, self.user)
        field.widget.choices = choices(chosen, self["related_search"].value() or "", self.user)
        here = f"#{self['related'].id_for_label}"
        self.fields["related_search"].widget.attrs |= {
            "hx-get": reverse("tasks:related"),
            "hx-trigger": "input changed delay:180ms",
            "hx-include": here,
            "hx-target": here,
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
            "hx-push-url": "false",
            "aria-controls": here[1:],
        }

    def clean(self) -> dict[str, Any]:
        """What was searched for and not chosen is asked for: without script the answer to the search is the form again."""
        values = super().clean() or self.cleaned_data
        if values.get("related_search") and "related" not in self.errors and self["related"].value() == self.fields["related"].initial:
            is_found = any(isinstance(pairs, list) for _name, pairs in self.fields["related"].widget.choices)
            sentence = _("Please choose which of these is meant, or empty the search.") if is_found else _("Nothing found.")
            self.add_error("related" if is_found else "related_search", sentence)
        return values


class TaskOnRecordsForm(TaskForm):
    """The same task on each of several records."""

    related = None  # type: ignore[assignment]
    related_search = None  # type: ignore[assignment]


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
