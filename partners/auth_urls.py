"""The sign-in pages below `/auth/`: those of allauth's views that this portal offers, and the invitation's page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, re_path
from redis.exceptions import RedisError

from partners.sessions import session_state
from partners.views import invitations

View = Callable[..., HttpResponse]


def door(view: View) -> View:
    """A sign-in page. While attempts cannot be counted nobody may try; a form with errors is 422 here as everywhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except RedisError:
            return render(request, "account/unavailable.html", status=503)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and form is not None and form.errors:
            response.status_code = 422
        return response

    return guarded


def with_code(view: View) -> View:
    """Without a code there is nothing to check: the page is shown again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and "code" not in request.POST:
            return HttpResponseRedirect(request.path)
        return view(request, *args, **kwargs)

    return guarded


RESET_KEY = r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("session/", session_state, name="session_state"),
    path("login/", door(account.login), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", door(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", door(account.password_change), name="account_change_password"),
    path("password/reset/", door(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(RESET_KEY, door(account.password_reset_from_key), name="account_reset_password_from_key"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("invitation/<str:secret>/", invitations.AcceptInvitation.as_view(), name="accept_invitation"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", door(with_code(mfa.authenticate)), name="mfa_authenticate"),
    path("2fa/reauthenticate/", door(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", door(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", door(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", door(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
]
