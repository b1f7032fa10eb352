"""Submit a Case: the type first, then what this type asks; and putting a case right afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.forms import OFFERED_TYPES, CaseEditForm, CaseForm
from cases.models import Case, CaseType
from partnerportal.core.scoping import NotYours
from partnerportal.core.uploads import FileRefused
from partnerportal.core.views import RecordAdd, RecordEdit


@dataclass(frozen=True)
class TypeChoice:
    """One of the kinds of case that the first screen offers; `refusal` explains why it is not open to this partner."""

    label: str | Promise
    text: str | Promise
    icon: str
    url: str
    refusal: str


TYPE_TEXTS: dict[str, tuple[str | Promise, str]] = {
    CaseType.CUSTOMER_CARE: (gettext_lazy("Orders, billing, licenses, your company’s data, anything about the portal."), "headset"),
    CaseType.TECH_SUPPORT: (gettext_lazy("Something does not work: calls, devices, a PBX that cannot be reached."), "tools"),
    CaseType.FEATURE_REQUEST: (gettext_lazy("What the product should be able to do. You hear what becomes of it."), "lightbulb"),
    CaseType.RMA_CAPEX: (gettext_lazy("A device that your customer bought is faulty and should be repaired or replaced."), "arrow-repeat"),
    CaseType.HWAAS: (
        gettext_lazy("Devices as a service: replace a faulty one, cancel some, or transfer them to another customer."),
        "hdd-stack",
    ),
}


class CaseAdd(RecordAdd):
    """Submit a Case: the type first, then what this type asks."""

    model, permission = Case, "cases.add_case"
    form_class = CaseForm
    template_name = "cases/case_form.html"
    errors = (services.NotEligible, services.NotCovered, services.ElsewhereContact, NotYours, FileRefused)
    can_save_and_new, icon = False, "life-preserver"

    @property
    def case_type(self) -> str:
        """What the address asks for; a clone is of the same type."""
        return self.record.type if hasattr(self, "record") else self.request.GET.get("type", "")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "pk" in kwargs:
            return super().dispatch(request, *args, **kwargs)
        is_open = self.case_type in OFFERED_TYPES and (
            not request.user.partner or not services.why_not_eligible(request.user.partner, self.case_type)
        )
        if is_open or not request.user.has_perm(self.permission):
            return super().dispatch(request, *args, **kwargs)
        return self.page(
            "cases/case_types.html",
            {"tab": "cases", "kind": _("Case"), "heading": _("Submit a Case"), "choices": [self._choice(one) for one in OFFERED_TYPES]},
        )

    def _choice(self, case_type: CaseType) -> TypeChoice:
        text, icon = TYPE_TEXTS[case_type]
        query = self.request.GET.copy()
        query["type"] = case_type.value
        refusal = services.why_not_eligible(self.request.user.partner, case_type) if self.request.user.partner else ""
        return TypeChoice(case_type.label, text, icon, f"?{query.urlencode()}", refusal)

    def get_form(self, data: Any = None, files: Any = None, **options: Any) -> CaseForm:
        return CaseForm(data, files, user=self.request.user, case_type=self.case_type, **options)

    def create(self, form: Any) -> Case:
        return services.submit_case(form.new_case(), by=self.request.user)

    def get_context(self, form: Any, **more: Any) -> dict[str, Any]:
        kind = CaseType(self.case_type).label
        return super().get_context(form, **more) | {"heading": _("Submit a Case: %(type)s") % {"type": kind}, "kind": _("Case")}


class CaseEdit(RecordEdit):
    model, permission, form_class = Case, "cases.change_case", CaseEditForm
