"""New Fast Pipeline: two screens, one transaction. What was typed is kept in the session, so Back, reload and the browser's
own Back lose nothing; the token of the wizard makes a second click answer with the first one's project."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from accounts.models import Account
from partnerportal.core.submissions import new_token, once
from partnerportal.core.toasts import say
from partnerportal.core.views.base import Guarded
from projects import services
from projects.forms import CustomerForm, PipelineForm

KEPT = "pipeline"
KEPT_WIZARDS = 3


class StartAgain(Exception):
    """The second screen was sent, but the first one is not known (any more)."""


class FastPipeline(Guarded):
    permission = "projects.add_project"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.token = _token(request.POST.get("draft") or request.GET.get("draft", ""))

    # --- what was typed ------------------------------------------------------------------

    def kept(self, screen: str) -> QueryDict | None:
        """What was sent from a screen, None before that."""
        typed = self.request.session.get(KEPT, {}).get(self.token, {}).get(screen)
        return QueryDict(typed) if typed else None

    def keep(self, screen: str, typed: QueryDict) -> None:
        """Keep what was sent from a screen; of the wizards begun, the last few."""
        wizards = dict(self.request.session.get(KEPT, {}))
        wizard = wizards.pop(self.token, {})
        wizards[self.token] = {**wizard, screen: typed.urlencode()}
        self.request.session[KEPT] = dict(list(wizards.items())[-KEPT_WIZARDS:])

    def forget(self) -> None:
        """The project is made, so what was typed may go."""
        wizards = dict(self.request.session.get(KEPT, {}))
        if wizards.pop(self.token, None):
            self.request.session[KEPT] = wizards

    # --- screens -------------------------------------------------------------------------

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("step") == "2" and self._customer() is not None:
            return self._second(PipelineForm(user=request.user, initial=_typed(self.kept("project"), PipelineForm)))
        return self._first(CustomerForm(user=request.user, initial=_typed(self.kept("customer"), CustomerForm)))

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._post_second() if request.POST.get("step") == "2" else self._post_first()

    def _post_first(self) -> HttpResponse:
        form = CustomerForm(self.request.POST, user=self.request.user)
        self.keep("customer", self.request.POST)
        if not form.is_valid():
            return self._first(form, status=422)
        similar = self._similar(form.cleaned_data)
        if similar and not self._has_chosen(similar):
            return self._first(form, similar=similar, status=422)
        return HttpResponseRedirect(f"{self.request.path}?draft={self.token}&step=2")

    def _post_second(self) -> HttpResponse:
        self.keep("project", self.request.POST)
        if "back" in self.request.POST:
            return HttpResponseRedirect(f"{self.request.path}?draft={self.token}")
        form = PipelineForm(self.request.POST, user=self.request.user)
        if not form.is_valid():
            return self._second(form, status=422)
        made: list[Any] = []

        def act() -> str:
            customer = self._customer()
            if customer is None:
                raise StartAgain
            values = customer.cleaned_data | form.cleaned_data
            made[:] = [services.fast_pipeline(values=values, account=customer.cleaned_data["account"], by=self.request.user)]
            return made[0].get_absolute_url()

        try:
            address = once(self.token, by=self.request.user, act=act)
        except StartAgain:
            return HttpResponseRedirect(self.request.path)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
            return self._second(form, status=422)
        self._say(made)
        self.forget()
        return HttpResponseRedirect(address)

    def _say(self, made: list[Any]) -> None:
        for project in made:
            text = _("%(account)s, %(contact)s and the project were created.") % {"account": project.account, "contact": project.contact}
            say(self.request, text, link=(_("Open the account"), project.account.get_absolute_url()))

    def _customer(self) -> CustomerForm | None:
        """The first screen, when it was sent and is valid."""
        typed = self.kept("customer")
        form = CustomerForm(typed, user=self.request.user) if typed else None
        return form if form is not None and form.is_valid() else None

    def _similar(self, values: dict[str, Any]) -> list[Account]:
        rows = Account.objects.searched_by(self.request.user)
        return list(rows.similar_to(name=values["company"], email=values["email"]))

    def _has_chosen(self, similar: list[Account]) -> bool:
        chosen = self.request.POST.get("account", "")
        return self.request.POST.get("asked") == "1" and (chosen == "" or chosen in {str(one.pk) for one in similar})

    def _first(self, form: CustomerForm, *, similar: list[Account] | None = None, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "similar": similar,
            "draft": self.token,
            "tab": "projects",
            "step": 1,
            "chosen": self.request.POST.get("account", ""),
        }
        return self.page("projects/pipeline_customer.html", context, status=status)

    def _second(self, form: PipelineForm, *, status: int = 200) -> HttpResponse:
        customer = self._customer()
        known = customer.cleaned_data if customer else {}
        context = {
            "form": form,
            "draft": self.token,
            "tab": "projects",
            "step": 2,
            "customer": known,
            "back_url": f"{self.request.path}?draft={self.token}",
        }
        return self.page("projects/pipeline_project.html", context, status=status)


def _token(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        return new_token()


def _typed(kept: QueryDict | None, form_class: Any) -> dict[str, Any]:
    """What was typed, as initial values: one string a field, a list for checkboxes."""
    if kept is None:
        return {}
    names = [name for name in form_class.base_fields if name in kept]
    return {name: kept.getlist(name) if name == "interested_solutions" else kept[name] for name in names}
