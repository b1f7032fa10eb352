"""What one may do with a case by a button: take, resolve, reopen, answer a request."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.forms import VerdictForm
from cases.models import Case
from cases.views.record import REFUSALS
from partnerportal.core.forms import PartnerForm, ReasonForm
from partnerportal.core.stages import StaleMove
from partnerportal.core.submissions import lasting, once
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views.base import RecordView


class CaseVerb(RecordView):
    """One verb on a case by POST; a refusal becomes a message."""

    is_block = True
    model, permission = Case, "cases.change_case"
    http_method_names = ["post", "options"]
    must_be_editable = True
    said: ClassVar[str | Promise]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        def act() -> str:
            self.do()
            say(request, self.said, undo=self.undo())
            return self.record.get_absolute_url()

        try:
            once(request.POST.get("submission", ""), by=request.user, act=act)
        except StaleMove:
            warn(request, _("This case has been moved meanwhile. Look again before you go on."))
        except REFUSALS as error:
            warn(request, error)
        return self.back()

    def undo(self) -> Undo | None:
        """The way back, where nobody outside was told."""
        return None

    def do(self) -> Any:
        raise NotImplementedError

    def back(self) -> HttpResponse:
        return self.lead_to(self.record.get_absolute_url())


class TakeCase(CaseVerb):
    said = gettext_lazy("The case is yours.")

    def do(self) -> Case:
        return services.take_case(self.record, by=self.request.user)


class ResolveCase(CaseVerb):
    said = gettext_lazy("The case is resolved. It closes in 7 days unless somebody comments.")

    def do(self) -> Case:
        return services.resolve_case(self.record, seen=self.request.POST.get("seen", ""), by=self.request.user)

    def undo(self) -> Undo | None:
        """An agent's word has gone out by mail; the partner's own has not."""
        if self.request.user.partner_id is None:
            return None
        return Undo(reverse("cases:reopen", args=[self.record.pk]), {"reason": _("Undo")})


class CaseQuestion(CaseVerb):
    """A verb that asks first: a dialog, or a page without script."""

    is_block = True
    http_method_names = ["get", "post", "options"]
    form_of: ClassVar[type[PartnerForm]]
    heading: ClassVar[str | Promise]
    button: ClassVar[str | Promise]
    form: PartnerForm

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.ask(self.form_of(user=request.user))

    def ask(self, form: PartnerForm, *, status: int = 200) -> HttpResponse:
        context = {
            "record": self.record,
            "tab": "cases",
            "form": form,
            "heading": self.heading,
            "button": self.button,
            "action": self.request.path,
            **lasting(self.request),
        }
        return self.dialog(context, status=status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.form = self.form_of(request.POST, user=request.user)
        return super().post(request, pk) if self.form.is_valid() else self.ask(self.form, status=422)


class ReopenCase(CaseQuestion):
    form_of, heading, button = ReasonForm, gettext_lazy("Reopen this case?"), gettext_lazy("Reopen")
    said = gettext_lazy("The case is open again.")

    def do(self) -> Case:
        return services.reopen_case(self.record, reason=self.form.cleaned_data["reason"], by=self.request.user)


class DecideRequest(CaseQuestion):
    form_of, heading, button = VerdictForm, gettext_lazy("Answer the request"), gettext_lazy("Send the answer")
    said = gettext_lazy("Your answer was sent to the partner.")

    def do(self) -> Case:
        return services.decide_request(self.record, **self.form.cleaned_data, by=self.request.user)
