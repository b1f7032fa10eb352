"""One act on many records of a list: hand them to a colleague. Each record is changed by itself, and those that may not be are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partnerportal.core import attached
from partnerportal.core.actors import through
from partnerportal.core.forms import PartnerForm
from partnerportal.core.models import Subject
from partnerportal.core.scoping import NotYours
from partnerportal.core.toasts import say, warn
from partnerportal.core.views.base import Guarded

MOST = 200


class BulkOwnerForm(PartnerForm):
    """Whom the selected records shall belong to."""

    owner = forms.ModelChoiceField(queryset=get_user_model()._default_manager.none(), label=gettext_lazy("New owner"))


class BulkOwner(Guarded):
    """Change the owner of the selected records: `as_view(model=Lead, service=hand_over)`. Asks in a dialog first."""

    is_block = True
    model: Any = None
    service: Callable[..., Any] = staticmethod(attached.change_owner)
    http_method_names: ClassVar[list[str]] = ["post", "options"]

    @property
    def permission(self) -> str:  # type: ignore[override]
        """To change records of this kind."""
        return f"{self.model._meta.app_label}.change_{self.model._meta.model_name}"

    @property
    def urls(self) -> str:
        """The namespace of the list's addresses."""
        return self.request.resolver_match.namespace  # type: ignore[union-attr]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = [one for one in request.POST.getlist("ids") if one.isdecimal()][:MOST]
        records = list(self.model._default_manager.visible_to(request.user).select_related("owner", "partner").filter(pk__in=chosen))
        target = reverse(f"{self.urls}:list")
        if not records:
            warn(request, _("Please select at least one record."))
            return self.leave(target)
        form = BulkOwnerForm(request.POST if "owner" in request.POST else None, user=request.user)
        if not form.is_valid():
            return self.ask(form, records, target)
        self.hand_over(records, form.cleaned_data["owner"])
        return self.leave(target)

    def ask(self, form: BulkOwnerForm, records: list[Subject], target: str) -> HttpResponse:
        """To whom? With what was selected."""
        count = len(records)
        context = {
            "heading": ngettext("Change the owner of %(count)s record", "Change the owner of %(count)s records", count) % {"count": count},
            "form": form,
            "action": self.request.path,
            "button": _("Change owner"),
            "hidden": [("ids", record.pk) for record in records],
            "back": target,
        }
        template = "components/form_dialog.html" if self.wants_part else "layouts/confirm.html"
        return self.page(template, context, status=422 if form.is_bound else 200)

    def hand_over(self, records: list[Subject], owner: Any) -> None:
        """Hand over what may be handed over, and say how many and which not."""
        refused = []
        with through("bulk"):
            for record in records:
                try:
                    self.service(record, to=owner, by=self.request.user)
                except NotYours:
                    refused.append(str(record))
        done = len(records) - len(refused)
        if done:
            told = ngettext("%(count)s record belongs to %(owner)s now.", "%(count)s records belong to %(owner)s now.", done)
            say(self.request, told % {"count": done, "owner": owner.get_full_name()})
        if refused:
            named = ", ".join(refused[:5]) + (" …" if len(refused) > 5 else "")
            warn(self.request, _("You may not change these: %(records)s.") % {"records": named})

    def leave(self, target: str) -> HttpResponse:
        """The list anew."""
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if self.wants_part else HttpResponseRedirect(target)
