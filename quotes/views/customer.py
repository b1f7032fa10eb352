"""The customer's page of a quote: no account, no script, one private link. Nothing of the partner's cost is ever in reach here.

Answers: 200 while the quote can be read; 404 for an unknown link; 410 for a withdrawn one; 409 for an answer that comes too
late; 422 for an answer that lacks something; 429 for too many of them.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from partnerportal.core.actors import Actor, through
from partnerportal.core.limits import is_too_often
from projects.services import ProjectClosed, today_of
from quotes import documents, services
from quotes.forms import CustomerAcceptForm, CustomerChangeForm, CustomerWordsForm
from quotes.models import CustomerEvent, Quote

STATES: dict[str, Any] = {
    "accepted": gettext_lazy("This quote has been accepted. Thank you."),
    "ordered": gettext_lazy("This quote has been accepted. Thank you."),
    "rejected": gettext_lazy("This quote was declined."),
    "expired": gettext_lazy("This quote has expired. Please ask for a new one."),
    "cancelled": gettext_lazy("This quote was withdrawn and is no longer open."),
    "closed": gettext_lazy("This quote is no longer open."),
    "taken": gettext_lazy("Another quote for this project has been accepted. Thank you."),
    "revoked": gettext_lazy("This link has been withdrawn."),
}


@method_decorator(login_not_required, name="dispatch")
class CustomerView(View):
    """What every address below a private link shares: the quote of the token, its language, its partner's clock, limits and headers."""

    quote: Quote

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_colleague and is_too_often(request, "customer-quote"):
            return self.closed_to_view(_("Too many requests. Please try again in a minute."), status=429)
        quote = services.by_token(kwargs["token"])
        if quote is None:
            raise Http404
        self.quote = quote
        with translation.override(quote.language), timezone.override(ZoneInfo(quote.partner.time_zone)), through("customer"):
            if quote.is_revoked or quote.deleted_at is not None:
                return self.closed_to_view(str(STATES["revoked"]), status=410)
            response = super().dispatch(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return self.private(response)

    @staticmethod
    def private(response: HttpResponseBase) -> HttpResponseBase:
        """No copy in a cache, no entry in a search engine, no address in anybody's log of referrers."""
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "same-origin"
        return response

    def closed_to_view(self, sentence: str, *, status: int) -> HttpResponseBase:
        """A page that shows nothing of the quote."""
        return self.private(render(self.request, "quotes/customer_closed.html", {"sentence": sentence}, status=status))

    @property
    def is_colleague(self) -> bool:
        """Whether somebody of the portal is reading. Only the customer answers here; other answers are recorded on the quote's page."""
        return self.request.user.is_authenticated

    @property
    def state(self) -> str:
        """How the quote stands: open, or why not."""
        return services.state_for_customer(self.quote, today=today_of(self.quote.partner))

    def answer(self, *, status: int = 200, is_late: bool = False, **bound: forms.Form) -> HttpResponse:
        """The page as the quote stands now."""
        state = self.state
        context = {
            "quote_is_open": state == "open" and not self.is_colleague,
            "colleague": self._words_for_a_colleague() if self.is_colleague else None,
            "state": state,
            "sentence": self.sentence(state),
            "document": documents.of(self.quote),
            "logo": documents.logo_of(documents.of(self.quote)),
            "token": self.quote.token,
            "has_pdf": self.quote.pdf_id is not None,
            "answered_by": self.quote.answered_by,
            "answered_at": self.quote.answered_at,
            "consent": consent_words(self.quote),
            "accept_form": bound.get("accept") or CustomerAcceptForm(prefix="accept"),
            "decline_form": bound.get("decline") or CustomerWordsForm(prefix="decline"),
            "change_form": bound.get("change") or CustomerChangeForm(prefix="change", document=documents.of(self.quote)),
            "open_form": next(iter(bound), ""),
            "changes": list(self.quote.customer_events.filter(kind=CustomerEvent.Kind.CHANGE)),
            "is_late": is_late,
        }
        return render(self.request, "quotes/customer.html", context, status=status)

    def _words_for_a_colleague(self) -> dict[str, str]:
        """In the language of who is signed in, beside a page in that of the customer."""
        with translation.override(self.request.user.language):  # type: ignore[union-attr]
            return {
                "sentence": _("You are signed in to the portal: this is what the customer sees, and only the customer answers here."),
                "link": _("Record an answer on the quote's page"),
                "url": self.quote.get_absolute_url() if self._is_in_reach() else "",
                "language": self.request.user.language,  # type: ignore[union-attr]
            }

    def _is_in_reach(self) -> bool:
        """Whether the person opens the quote's own page."""
        return Quote.objects.visible_to(self.request.user).filter(pk=self.quote.pk).exists()  # type: ignore[arg-type]

    def sentence(self, state: str) -> str:
        """The state in words for the customer."""
        if state == "superseded":
            return _("This version was replaced by v%(version)s.") % {"version": self._replaced_by()}
        return str(STATES.get(state, ""))

    def _replaced_by(self) -> int:
        later = Quote.objects.for_partner(self.quote.partner_id).filter(number=self.quote.number, version__gt=self.quote.version)
        submitted = later.exclude(submitted_at=None).order_by("version").values_list("version", flat=True).first()
        return submitted or self.quote.version + 1


class CustomerQuote(CustomerView):
    """Read the quote."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if not self.is_colleague and self.quote.first_opened_at is None:
            services.note_opened(self.quote, by=Actor.customer(str(self.quote.contact)))
        return self.answer()


class CustomerPdf(CustomerView):
    """The document."""

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        if self.quote.pdf is None:
            raise Http404
        return FileResponse(
            self.quote.pdf.file.open("rb"), as_attachment=True, filename=self.quote.pdf.name, content_type="application/pdf"
        )


class CustomerAnswer(CustomerView):
    """An answer: accept, decline, or ask for a change. What comes too late is 409, with the reason."""

    http_method_names = ["post", "options"]
    name = ""

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.is_colleague:
            return self.answer(status=403)
        form = self.form(request)
        if not form.is_valid():
            return self.answer(status=422, **{self.name: form})
        try:
            self.carry_out(form.cleaned_data)
        except (services.NoLongerOpen, ProjectClosed):
            self.quote = services.by_token(token) or self.quote
            return self.answer(status=409, is_late=True)
        return HttpResponseRedirect(reverse("customer_quote", args=[token]))

    def form(self, request: HttpRequest) -> forms.Form:
        """What the customer sent."""
        return CustomerWordsForm(request.POST, prefix=self.name)

    def carry_out(self, data: dict[str, Any]) -> None:
        """Give the answer to the quote."""
        raise NotImplementedError

    @property
    def today(self) -> Any:
        """The day it is at the partner's."""
        return today_of(self.quote.partner)


class CustomerAccept(CustomerAnswer):
    name = "accept"

    def form(self, request: HttpRequest) -> forms.Form:
        return CustomerAcceptForm(request.POST, prefix=self.name)

    def carry_out(self, data: dict[str, Any]) -> None:
        services.accept_quote(self.quote, by=Actor.customer(data["name"]), consent=consent_words(self.quote), today=self.today)


class CustomerDecline(CustomerAnswer):
    name = "decline"

    def carry_out(self, data: dict[str, Any]) -> None:
        services.decline_quote(self.quote, by=Actor.customer(data["name"]), reason=data["text"], today=self.today)


class CustomerChange(CustomerAnswer):
    name = "change"

    def form(self, request: HttpRequest) -> forms.Form:
        return CustomerChangeForm(request.POST, prefix=self.name, document=documents.of(self.quote))

    def carry_out(self, data: dict[str, Any]) -> None:
        asked = {"text": data["text"], "lines": data["lines"]}
        services.ask_for_change(self.quote, by=Actor.customer(data["name"]), today=self.today, **asked)


def consent_words(quote: Quote) -> str:
    """The words that the customer consents to; kept with the acceptance."""
    document = documents.of(quote)
    return _("I accept quote %(title)s of %(seller)s with its terms, for %(customer)s, and may do so.") % {
        "title": document.title,
        "seller": document.seller.name,
        "customer": document.customer.name,
    }
