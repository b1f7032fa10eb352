"""Forms of records: related choices are those that the person may see, dates use the browser's picker.

class LeadForm(PartnerModelForm):
    class Meta:
        model = Lead
        fields = ["company", "first_name", "last_name", "email", "status"]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from partnerportal.core.models import Attachment, Note
from partnerportal.core.scoping import PartnerOwned


def colleagues(user: Any) -> Any:
    """Active people of the person's own company, by name; nobody for a vendor user."""
    people = get_user_model()._default_manager.filter(is_active=True).order_by("first_name", "last_name", "pk")
    return people.filter(partner=user.partner_id) if user.partner_id else people.none()


def limit_choices(fields: Mapping[str, forms.Field], user: Any) -> None:
    """Limit every related choice to what `user` may see; a choice of people to the active colleagues."""
    for field in fields.values():
        if not isinstance(field, forms.ModelChoiceField) or field.queryset is None:
            continue
        model = field.queryset.model
        if issubclass(model, PartnerOwned):
            rows = model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        elif issubclass(model, get_user_model()):
            rows = colleagues(user)
        else:
            continue
        limits = field.get_limit_choices_to()
        field.queryset = rows.complex_filter(limits).distinct() if limits else rows


class SeveralField(forms.MultipleChoiceField):
    """Some of the choices, as boxes to tick. The value has the order of the choices, in whatever order they came: the same is no change."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """The chosen values; what is no choice stays at the end, for `validate` to refuse."""
        chosen = super().to_python(value)
        places = {str(key): place for place, (key, _label) in enumerate(cast(Iterable[tuple[Any, Any]], self.choices))}
        return sorted(chosen, key=lambda one: places.get(one, len(places)))


class NamedRecordField(forms.CharField):
    """A record of one of several kinds, by a name such as `leads.lead:12`. `reader` is whoever fills in the form, set by it."""

    reader: Any = None

    def in_words(self, name: str) -> str:
        """The record of that name as the reader knows it."""
        raise NotImplementedError


class AnswerField(forms.BooleanField):
    """A box whose label answers what its error says: in the summary above the form it follows the sentence, as what to do."""


class PartnerForm(forms.Form):
    """A form that is no model's, with the same limits. Give it `user=`."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        limit_choices(self.fields, user)
        native_dates(self.fields)
        quiet_blanks(self.fields)
        local_numbers(self.fields, user)
        self.helper = plain_helper()


class PartnerModelForm(forms.ModelForm):
    """A model form whose related choices are limited to `visible_to(user)`. The view saves through a service, or calls `save()`."""

    not_in_bulk: ClassVar[tuple[str, ...]] = ()  # Fields that are not changed in many records at once.

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        limit_choices(self.fields, user)
        native_dates(self.fields)
        quiet_blanks(self.fields)
        local_numbers(self.fields, user)
        if not hasattr(self, "helper"):
            self.helper = plain_helper()


def refuse(form: forms.BaseForm, error: Exception) -> None:
    """Put a refusal of a service into the form: at its fields where it names them, else on top."""
    found = error.message_dict if isinstance(error, ValidationError) and hasattr(error, "error_dict") else getattr(error, "errors", None)
    if isinstance(error, ValidationError) and found is None:
        form.add_error(None, error)
    elif isinstance(found, dict):
        for name, sentence in found.items():
            form.add_error(name if name in form.fields else None, sentence)
    else:
        form.add_error(None, str(error))


def quiet_blanks(fields: Mapping[str, forms.Field]) -> None:
    """An open choice says so in a word, not in dashes."""
    for field in fields.values():
        if isinstance(field, forms.ModelChoiceField):
            if field.empty_label is not None:
                field.empty_label = _("Please choose")
        elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField):
            field.choices = [(value, _("Please choose") if value == "" else label) for value, label in list(field.choices)]  # type: ignore[arg-type]


def plain_helper() -> FormHelper:
    """Crispy without the form tag: the layout writes it once."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    return helper


def native_dates(fields: Mapping[str, forms.Field]) -> None:
    """Let the browser pick dates and moments."""
    for field in fields.values():
        if isinstance(field, forms.DateTimeField):
            field.widget = forms.DateTimeInput(attrs={**field.widget.attrs, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        elif isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={**field.widget.attrs, "type": "date"}, format="%Y-%m-%d")


def local_numbers(fields: Mapping[str, forms.Field], user: Any) -> None:
    """Let a telephone number of the partner's own country be typed without its prefix."""
    if user.partner is None:
        return
    for field in fields.values():
        if isinstance(field, PhoneNumberField):
            field.region = field.widget.region = user.partner.country.code


class NoteForm(forms.ModelForm):
    """The composer's note."""

    class Meta:
        model = Note
        fields = ["title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class NoteTextForm(PartnerForm):
    """The text of a note, anew."""

    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))


class FileForm(forms.ModelForm):
    """One file for a record. What it may be is checked by the service."""

    class Meta:
        model = Attachment
        fields = ["file"]


class OwnerForm(PartnerForm):
    """Hand a record to an active colleague."""

    owner = forms.ModelChoiceField(queryset=get_user_model()._default_manager.none(), label=_("New owner"))

    def __init__(self, *args: Any, user: Any, present: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["owner"].queryset = colleagues(user).exclude(pk=present.pk)  # type: ignore[attr-defined]


class ReasonForm(PartnerForm):
    """Why a record goes where it goes."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_reason(self) -> str:
        """A reason of blanks is none."""
        reason = self.cleaned_data["reason"].strip()
        if not reason:
            raise ValidationError(_("Please say why."))
        return reason


class BulkReasonForm(PartnerForm):
    """Why many records move; those that go back need it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for what goes back."),
    )
