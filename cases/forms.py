"""Forms of cases: the fields depend on the type, which is chosen first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseType
from cases.services import AFTER_AN_ANSWER, AboutDevice, NewCase
from cases.stages import Status
from catalog import words
from catalog.models import Term
from partnerportal.core.forms import PartnerForm, PartnerModelForm

OFFERED_TYPES = (CaseType.CUSTOMER_CARE, CaseType.TECH_SUPPORT, CaseType.FEATURE_REQUEST, CaseType.RMA_CAPEX, CaseType.HWAAS)
HARDWARE = (CaseType.RMA_CAPEX, CaseType.HWAAS)
ASKED_ONLY_OF: dict[str, tuple[CaseType, ...]] = {
    "topic": (CaseType.CUSTOMER_CARE,),
    "service_class": (CaseType.TECH_SUPPORT,),
    "device": HARDWARE,
    "bought_on": (CaseType.RMA_CAPEX,),
    "wish": (CaseType.HWAAS,),
}


class CaseForm(PartnerModelForm):
    """A new case of one type."""

    topic = forms.ChoiceField(label=_("Topic"), choices=())
    wish = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[
            ("", "---------"),
            ("replace", _("Replace a faulty device")),
            ("cancel", _("Cancel devices")),
            ("transfer", _("Transfer devices to another customer")),
            ("other", _("Something else")),
        ],
    )
    device = forms.CharField(label=_("Device"), max_length=200, help_text=_("Model and serial number; several, one after the other."))
    bought_on = forms.DateField(
        label=_("Bought on"), help_text=_("The first year is free. Afterwards the signed warranty contract is needed.")
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("A screenshot or a log, for example. You can add more on the case.")
    )

    class Meta:
        model = Case
        fields = ["topic", "service_class", "subject", "description", "account", "contact"]
        widgets = {"description": forms.Textarea(attrs={"rows": 7})}
        help_texts = {
            "service_class": _("Critical: calls drop or the system cannot be reached, and there is no way around it."),
            "account": _("The customer that the case is about, if there is one."),
            "description": _("What happens, since when, and what have you tried?"),
        }

    def __init__(self, *args: Any, case_type: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case_type = case_type
        self.fields["topic"].choices = [("", "---------"), *words.choices(Term.Kind.CASE_TOPIC)]  # type: ignore[attr-defined]
        for name, types in ASKED_ONLY_OF.items():
            if case_type not in types:
                del self.fields[name]
        if case_type in HARDWARE:
            self.fields["account"].required = True
            self.fields["account"].help_text = _("The customer where the device is.")
            self.order_fields(["account", "contact", "wish", "device", "bought_on", "subject", "description", "file"])

    def new_case(self) -> NewCase:
        """What the service is asked to submit."""
        given = self.cleaned_data
        return NewCase(
            type=self.case_type,
            topic=given.get("topic", ""),
            service_class=given.get("service_class") or Case.Service.STANDARD,
            device=self._device(),
            **{name: given[name] for name in ("subject", "description", "account", "contact", "file")},
        )

    def _device(self) -> AboutDevice | None:
        given = self.cleaned_data
        if "device" not in self.fields:
            return None
        wishes = dict(self.fields["wish"].choices) if "wish" in self.fields else {}  # type: ignore[attr-defined]
        return AboutDevice(name=given["device"], wish=str(wishes.get(given.get("wish"), "")), bought_on=given.get("bought_on"))


class CaseEditForm(PartnerModelForm):
    """What may be put right in a case; the description stays as the vendor read it."""

    class Meta:
        model = Case
        fields = ["subject", "topic", "account", "contact"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.type == CaseType.CUSTOMER_CARE:
            self.fields["topic"] = forms.ChoiceField(label=_("Topic"), choices=words.choices(Term.Kind.CASE_TOPIC))
        else:
            del self.fields["topic"]
        for name in ("account", "contact"):  # Support sees every partner's; a case stays with its own.
            field = self.fields[name]
            field.queryset = field.queryset.filter(partner=self.instance.partner_id)  # type: ignore[attr-defined]


class CommentForm(PartnerForm):
    """One comment."""

    text = forms.CharField(label=_("Comment"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(CommentForm):
    """An agent's answer, and where it leaves the case."""

    to = forms.ChoiceField(
        label=_("Afterwards"), choices=[(status.value, status.label) for status in AFTER_AN_ANSWER], initial=Status.IN_PROGRESS
    )


class VerdictForm(PartnerForm):
    """The answer to a feature request."""

    verdict = forms.ChoiceField(
        label=_("Answer to the request"), choices=[one for one in Case.Verdict.choices if one[0] != Case.Verdict.NEW]
    )
    answer = forms.CharField(label=_("Words for the partner"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))
