"""The page that an invitation's link opens: set a password, and be in."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from partnerportal.core.actors import Actor
from partners import services
from partners.forms import JoinForm
from partners.models import Invitation


@method_decorator([login_not_required, never_cache, sensitive_post_parameters()], name="dispatch")
class AcceptInvitation(View):
    """Nobody is signed in here: the link's secret is the key, once."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        invitation = services.invitation_of(kwargs["secret"])
        if invitation is None or not services.is_open(invitation):
            return render(request, "partners/invitation_over.html", {"invitation": invitation}, status=404 if invitation is None else 410)
        if request.user.is_authenticated:
            return render(request, "partners/invitation_signed_in.html", {"invitation": invitation}, status=409)
        self.invitation: Invitation = invitation
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        return self._page(JoinForm(invitation=self.invitation))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        form = JoinForm(request.POST, invitation=self.invitation)
        if not form.is_valid():
            return self._page(form, status=422)
        name = f"{self.invitation.first_name} {self.invitation.last_name}".strip()
        try:
            user = services.accept_invitation(self.invitation, password=form.cleaned_data["password1"], by=Actor(name=name))
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
            return self._page(form, status=422)
        return perform_login(request, user, email_verification="none")

    def _page(self, form: JoinForm, *, status: int = 200) -> HttpResponse:
        return render(self.request, "partners/invitation.html", {"form": form, "invitation": self.invitation}, status=status)
