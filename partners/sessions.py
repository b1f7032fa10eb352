"""How long a session lives, what ends the person's others, and the list of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.cache import never_cache

from partners.auth import signed_in_too_long
from partners.models import User

MARK_EVERY = 300  # Seconds. Each mark is a write, so not every request makes one.
# The first mark that a browser's own name for itself holds: newer browsers name older ones as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
UNATTENDED = "X-Unattended"  # A page that asks by itself says so; such a question is nobody's presence.


class SessionAgeMiddleware:
    """Sign out whose session is too old or was left alone for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            if signed_in_too_long(request.session, now=now):
                logout(request)
            elif now - request.session["seen_at"] > MARK_EVERY and UNATTENDED not in request.headers:
                request.session["seen_at"] = now
                UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in. A part of a page is told so with 401: the page then asks for it in place, and nothing typed is lost."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401)
        return super().handle_no_permission(request, view_func)


@login_not_required
@never_cache
def session_state(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the token that forms need now; for a page that has been open for long."""
    return JsonResponse({"user": request.user.pk if request.user.is_authenticated else None, "token": get_token(request)})


def start_session(sender: Any, request: HttpRequest, user: User, **facts: Any) -> None:
    """Note when a session begins. Receiver of Django's `user_logged_in`."""
    request.session["started_at"] = request.session["seen_at"] = time.time()


def end_other_sessions(sender: Any, request: HttpRequest, user: User, **facts: Any) -> None:
    """A change of the second factor ends the person's other sessions and gives this one a new key. Receiver of allauth's signals."""
    user.session_version += 1
    user.save(update_fields=["session_version"])
    keep_session(request, user)


def keep_session(request: HttpRequest, user: User) -> None:
    """Let this session outlive a new session version, with a new key under which the list knows it."""
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)


@dataclass(frozen=True)
class SignedIn:
    """A session of a person's, as the profile shows it."""

    pk: int
    device: str
    ip: str
    seen_at: datetime
    is_current: bool


def sessions_of(request: HttpRequest) -> list[SignedIn]:
    """The person's sessions that are alive, this one first, then the last seen. Those that are over leave the list."""
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)
    here = request.session.session_key
    rows = [
        SignedIn(row.pk, device(row.user_agent), row.ip, row.last_seen_at, is_current=row.session_key == here)
        for row in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(rows, key=lambda row: (not row.is_current, -row.seen_at.timestamp()))


def device(user_agent: str) -> str:
    """Browser and system as a person calls them; what is not known is shown as it is."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(word for word in (browser, system) if word) or user_agent[:60] or "–"


def connect() -> None:
    """Listen to sign-ins and to changes of the second factor. Called once, when the app is ready."""
    user_logged_in.connect(start_session, dispatch_uid="partners.start_session")
    for change in (authenticator_added, authenticator_removed, authenticator_reset):
        change.connect(end_other_sessions, dispatch_uid="partners.end_other_sessions")
