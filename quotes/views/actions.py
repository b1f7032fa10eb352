"""What a person does with a quote beyond its fields: one POST each, some asked first in a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from catalog.services import PriceMissing
from partnerportal.core.forms import PartnerForm
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.core.submissions import lasting, once
from partnerportal.core.toasts import say, warn
from partnerportal.core.views import RecordView
from projects.services import ProjectClosed
from quotes import services
from quotes.forms import AcceptanceForm, ApprovalForm, CancelForm
from quotes.models import Quote
from quotes.services import BadRows, PrimaryChanged, QuoteTooLarge
from quotes.views.pages import RELATED
from quotes.views.sections import document_state, today_of

REFUSALS = (IllegalMove, PriceMissing, QuoteTooLarge, ProjectClosed, BadRows)


class QuoteAction(RecordView):
    """A verb of a quote. `act(quote, by)` does it and answers the quote to go to; a refusal is said on the page of the quote."""

    is_block = True
    model, permission, related = Quote, "quotes.change_quote", RELATED
    must_be_editable = True
    done: ClassVar[str | Promise]
    act: ClassVar[Callable[..., Quote]]
    http_method_names: ClassVar[list[str]] = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.carry_out({})

    def carry_out(self, values: dict[str, Any]) -> HttpResponse:
        """Do it with what was asked, and go to the quote; the same form once more only goes there."""

        def act() -> str:
            quote = type(self).act(self.record, by=self.request.user, **values)
            say(self.request, self.done % {"quote": quote, "email": self.addresses(quote)})
            return quote.get_absolute_url()

        try:
            return self.lead_to(once(self.request.POST.get("submission", ""), by=self.request.user, act=act))
        except ExitConditionMissing as error:
            can_compare = any("comparison" in one.fields for one in error.missing)
            return self.refuse([one.sentence for one in error.missing], can_compare=can_compare)
        except PrimaryChanged as error:
            return self.refuse([str(error)], status=409)
        except REFUSALS as error:
            return self.refuse([str(error)])

    def addresses(self, quote: Quote) -> str:
        """To whom a mail goes that the verb has promised."""
        return quote.contact.email

    def refuse(self, sentences: list[str], *, status: int = 422, can_compare: bool = False) -> HttpResponse:
        """Say what is missing, or what has changed meanwhile."""
        if self.wants_part:
            return self.page("components/refusal_dialog.html", {"sentence": " ".join(sentences)}, status=status)
        if self.request.POST.get("from") == "page":
            for sentence in sentences:
                warn(self.request, sentence)
            return self.lead_to(self.record.get_absolute_url())
        context = {"record": self.record, "tab": "quotes", "sentences": sentences, "can_compare": can_compare}
        return self.page("quotes/refused.html", context, status=status)


class Asked(QuoteAction):
    """A verb that asks something first; the dialog is a page for those without script."""

    is_block = True
    form_class: ClassVar[type[PartnerForm]]
    heading: ClassVar[str | Promise]
    text: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise]
    is_dangerous: ClassVar[bool] = False
    http_method_names: ClassVar[list[str]] = ["get", "post", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.ask(self.form_class(user=request.user))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form_class(request.POST, user=request.user)
        if not form.is_valid():
            return self.ask(form, status=422)
        return self.carry_out(form.cleaned_data)

    def ask(self, form: forms.Form, *, status: int = 200) -> HttpResponse:
        """The question."""
        context = {
            "record": self.record,
            "tab": "quotes",
            "heading": self.heading % {"quote": self.record},
            "text": self.text,
            "form": form,
            "action": self.request.path,
            "button": self.button,
            "is_dangerous": self.is_dangerous,
            **lasting(self.request),
        }
        return self.dialog(context, status=status)


class SubmitQuote(QuoteAction):
    done = gettext_lazy("%(quote)s was submitted. The PDF is being made; the mail to %(email)s follows.")

    @staticmethod
    def act(quote: Quote, *, by: Any) -> Quote:
        return services.submit_quote(quote, by=by, today=today_of(quote))


class ResendQuote(QuoteAction):
    done = gettext_lazy("%(quote)s is on its way to %(email)s.")
    act = staticmethod(services.resend_quote)

    def addresses(self, quote: Quote) -> str:
        """Those of the mail that was promised."""
        return document_state(quote).going


class RevokeLink(QuoteAction):
    done = gettext_lazy("The private link of %(quote)s is withdrawn.")
    act = staticmethod(services.revoke_link)


class RestoreLink(QuoteAction):
    done = gettext_lazy("The private link of %(quote)s works again.")
    act = staticmethod(services.restore_link)


class MakePrimary(QuoteAction):
    done = gettext_lazy("%(quote)s is the primary quote now; the project's MRR follows it.")
    act = staticmethod(services.make_primary)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.carry_out({"seen": request.POST.get("seen")})


class RequestApproval(Asked):
    form_class = ApprovalForm
    heading = gettext_lazy("Ask for the discount of %(quote)s")
    text = gettext_lazy("Your account manager reads your reason beside the discount, your limit and what it costs.")
    button = gettext_lazy("Ask for approval")
    done = gettext_lazy("Your account manager is asked to approve the discount of %(quote)s.")
    act = staticmethod(services.request_approval)


class RefreshPrices(QuoteAction):
    done = gettext_lazy("%(quote)s has today's prices.")

    @staticmethod
    def act(quote: Quote, *, by: Any) -> Quote:
        return services.refresh_prices(quote, by=by, today=today_of(quote))


class CompareAnew(QuoteAction):
    done = gettext_lazy(
        "%(quote)s is compared with what runs today. Lines of orders that have come since were added; those of orders that run no more "
        "are still there."
    )

    @staticmethod
    def act(quote: Quote, *, by: Any) -> Quote:
        return services.compare_anew(quote, by=by, today=today_of(quote))


class NewVersion(QuoteAction):
    done = gettext_lazy("%(quote)s is a draft with the same lines. The former version stays with the customer until you submit this one.")

    @staticmethod
    def act(quote: Quote, *, by: Any) -> Quote:
        return services.new_version(quote, by=by, today=today_of(quote))


class CancelQuote(Asked):
    form_class = CancelForm
    heading = gettext_lazy("Cancel %(quote)s?")
    text = gettext_lazy("Its private link will say that it is cancelled, and nobody can accept it any more.")
    button, is_dangerous = gettext_lazy("Cancel the quote"), True
    done = gettext_lazy("%(quote)s is cancelled.")
    act = staticmethod(services.cancel_quote)


class RecordAcceptance(Asked):
    form_class = AcceptanceForm
    heading = gettext_lazy("Record the acceptance of %(quote)s")
    text = gettext_lazy("The project goes to Contract out, and its other open quotes are cancelled.")
    button = gettext_lazy("Record acceptance")
    done = gettext_lazy("%(quote)s is accepted.")
    act = staticmethod(services.record_acceptance)
