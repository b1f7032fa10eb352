"""The small questions of a project: of its moves, its demo, its people and its next step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import HTML, Layout
from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from catalog import words
from catalog.models import Term
from partnerportal.core.forms import OwnerForm, PartnerForm, PartnerModelForm
from projects.forms.records import EMPTY
from projects.models import DemoQuestion, Project


class LeaveDemoForm(PartnerForm):
    """A warning: Demo may be left without the answers, and then the bonus stays open."""

    def __init__(self, *args: Any, missing: list[str], answer_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = format_html_join("", "<li>{}</li>", ((text,) for text in missing))
        self.warning = format_html(
            '<div class="alert alert-warning"><p>{}</p><ul>{}</ul><p class="mb-0">{} <a href="{}">{}</a></p></div>',
            _now("These demo questions have no answer yet:"),
            items,
            _now("You may go on. The demo bonus stays open until they are answered and Demo is left again."),
            answer_url,
            _now("Answer now"),
        )
        # The text reaches the template as a value: a question of the vendor's is never read as a template.
        self.helper.layout = Layout(HTML("{{ form.warning }}"))


class AgreementForm(PartnerForm):
    """Who said yes, and when."""

    verbal_agreement_on = forms.DateField(label=_("Agreed on"))
    verbal_agreement_by = forms.CharField(label=_("Agreed by"), max_length=200, help_text=_("The person who gave the word."))


class LostForm(PartnerForm):
    """Why a project is lost, and to whom."""

    lost_reason = forms.ChoiceField(label=_("Reason"), choices=lambda: [*EMPTY, *words.choices(Term.Kind.LOST)])
    competitor = forms.CharField(label=_("Competitor"), max_length=100, required=False)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = seen


class WonForm(PartnerForm):
    """Why a project was won, and against whom."""

    won_reason = forms.ChoiceField(label=_("Reason"), choices=lambda: [*EMPTY, *words.choices(Term.Kind.WON)])
    competitor = forms.CharField(label=_("Competitor"), max_length=100, required=False)


class NextStepForm(PartnerModelForm):
    """What is to be done next."""

    class Meta:
        model = Project
        fields = ["next_step", "next_step_on"]


class ProjectContactForm(PartnerForm):
    """One more person of the account on the project."""

    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Contact.objects.all())  # type: ignore[var-annotated]
    role = forms.CharField(label=_("Role"), max_length=40, required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = [project.contact_id, *project.project_contacts.values_list("contact_id", flat=True)]
        people = self.fields["contact"].queryset.filter(account=project.account_id).exclude(pk__in=there)  # type: ignore[attr-defined]
        self.fields["contact"].queryset = people  # type: ignore[attr-defined]
        if not people.exists():
            new = format_html('<a href="{}?account={}">{}</a>', reverse("contacts:add"), project.account_id, _now("Create a contact"))
            self.fields["contact"].help_text = format_html("{} {}", _now("Everybody of this account is on the project already."), new)


class RoleForm(PartnerForm):
    """What a person does on the project."""

    role = forms.CharField(label=_("Role"), max_length=40, required=False)


class DemoForm(PartnerForm):
    """The demo questions, one text each. Fields are named after the questions' keys."""

    def __init__(self, *args: Any, questions: Iterable[DemoQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = forms.CharField(
                label=words.said(question.text),
                help_text=words.said(question.help),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )


class AccountOwnerForm(OwnerForm):
    """To whom an account goes, and what goes along besides. Records of other colleagues are the managers' to give."""

    closed_too = forms.BooleanField(label=_("Closed projects too"), required=False)
    others_too = forms.BooleanField(label=_("Contacts and projects of other colleagues too"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if not user.manages_company:
            del self.fields["others_too"]
