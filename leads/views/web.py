"""The public form of a company: no account, no script, one address; and the page where its managers open and close it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from leads.forms import EnquiryForm
from leads.models import WebForm
from leads.services import web
from partnerportal.core import display
from partnerportal.core.actors import Actor, through
from partnerportal.core.limits import is_too_often
from partnerportal.core.submissions import new_token
from partnerportal.core.toasts import say
from partnerportal.core.views import Guarded

OWN_NAMES = [(code, translation.get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]
SPOKEN = [code for code, _name in OWN_NAMES]


@method_decorator(login_not_required, name="dispatch")
class PublicForm(View):
    """What is sent makes a lead. A machine that fills the trap, and a company that is known, read the same thank-you."""

    is_limited = True
    form: WebForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(self.language), through("web form"):
            if self.is_limited and is_too_often(request, "web-form"):
                return self.private(
                    render(
                        request, "leads/web_closed.html", {"sentence": _("Too many requests. Please try again in a minute.")}, status=429
                    )
                )
            self.form = self._open_form(kwargs["token"])
            return self.private(super().dispatch(request, *args, **kwargs))

    @property
    def language(self) -> str:
        """What the address asks for, else the browser, else English."""
        asked = self.request.GET.get("lang", "")
        found = asked or translation.get_language_from_request(self.request).split("-")[0]
        return found if found in SPOKEN else "en"

    @staticmethod
    def _open_form(token: str) -> WebForm:
        form = WebForm.objects.select_related("partner").filter(token=token, is_active=True).first()
        if form is None or (form.partner is not None and form.partner.status != form.partner.Status.ACTIVE):
            raise Http404
        return form

    @staticmethod
    def private(response: HttpResponseBase) -> HttpResponseBase:
        """No copy in a cache."""
        response["Cache-Control"] = "no-store, private"
        return response

    @property
    def company(self) -> str:
        """Whose form it is."""
        return self.form.partner.name if self.form.partner else settings.VENDOR_NAME

    @property
    def consent(self) -> str:
        """The words of the consent; what is kept is these, not what the browser sends."""
        return _("I agree that %(company)s keeps what I enter here and contacts me about my enquiry. I can withdraw this at any time.") % {
            "company": self.company
        }

    def answer(self, form: EnquiryForm, *, status: int = 200) -> HttpResponse:
        """The form as a page."""
        others = [(code, name) for code, name in OWN_NAMES if code != self.language]
        submission = self.request.POST.get("submission") or new_token()
        context = {"form": form, "company": self.company, "language": self.language, "others": others, "submission": submission}
        return render(self.request, "leads/web_form.html", context, status=status)


class EnquiryPage(PublicForm):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.answer(EnquiryForm(consent=self.consent))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = EnquiryForm(request.POST, consent=self.consent)
        if form.is_trapped:
            return self.thank()
        if not form.is_valid():
            return self.answer(form, status=422)
        values, consent = form.cleaned_data, web.Consent(self.consent, self.language)
        name = f"{values['first_name']} {values['last_name']}".strip()
        try:
            web.receive(self.form, values=values, consent=consent, submission=submission_of(request), by=Actor.customer(name))
        except web.FormClosed:
            raise Http404 from None
        return self.thank()

    def thank(self) -> HttpResponse:
        """To the page that thanks, whatever has come of it."""
        return HttpResponseRedirect(f"{reverse('web_thanks', args=[self.form.token])}?lang={self.language}")


class ThanksPage(PublicForm):
    is_limited = False  # It says the same to everybody.

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return render(request, "leads/web_thanks.html", {"company": self.company})


class OwnWebForm(Guarded):
    """The address of the company's own form; its managers open and close it."""

    permission = "leads.view_lead"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = WebForm.objects.visible_to(request.user).filter(partner=request.user.partner).exclude(partner=None).first()
        context = {
            "heading": _("Web form"),
            "tab": "leads",
            "form": form,
            "address": f"{settings.SITE_URL}{form.get_absolute_url()}" if form else "",
            "may_change": request.user.manages_company,
            "held": web.held(form).count() if form and request.user.manages_company else 0,
            "at_once": web.RELEASED_AT_ONCE,
        }
        return self.page("leads/own_web_form.html", context)


class SwitchWebForm(Guarded):
    """Open or close it."""

    permission = "leads.change_lead"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.partner is None:
            raise Http404
        form = web.open_form(request.user.partner, by=request.user, is_active=request.POST.get("open") == "1")
        say(request, _("The web form is open.") if form.is_active else _("The web form is closed."))
        return HttpResponseRedirect(reverse("own_web_form"))


class ReleaseEnquiries(Guarded):
    """Make leads of what the company's own form holds back."""

    permission = "leads.change_lead"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.partner is None:
            raise Http404
        count = web.release(request.user.partner, by=request.user)
        say(request, _("Enquiries released: %(count)s.") % {"count": display.number(count)})
        return HttpResponseRedirect(reverse("own_web_form"))


def submission_of(request: HttpRequest) -> UUID:
    """The token of this filling in; a new one when the browser sends none that can be read."""
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return UUID(new_token())
