"""Sign-in: one door for partners and vendor users."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from partnerportal.core import outbox
from partners.models import User

log = structlog.get_logger(__name__)


class PortalBackend(AuthenticationBackend):
    """Loads the person with the partner in one query, and nobody who may not sign in."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("partner").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return user.may_sign_in


class PortalAccountAdapter(DefaultAccountAdapter):
    """People come by invitation only, links go nowhere else, and mail is promised, never sent within a request."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account may not sign in."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "too_many_login_attempts": _("Too many failed attempts. Wait a quarter of an hour, or reset your password."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This code is not right, or has been used."),
        "invalid_password_reset": _("This link is no longer valid."),
        "rate_limited": _("Too many attempts. Wait a moment."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Pages of this site only, by their path: no address with a host, not even our own."""
        is_path = url.startswith("/") and not any(unicodedata.category(character)[0] in "CZ" or character == "\\" for character in url)
        return is_path and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse | None:
        """Whoever may not sign in is told so, with the right password only; the partner's state counts as well as the person's."""
        if not PortalBackend().user_can_authenticate(user):
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **facts)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """The link is made when the mail is: no secret waits in the outbox."""
        if PortalBackend().user_can_authenticate(user):
            self._promise("partners.password_reset", user)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        notice = template_prefix.rsplit("/", 1)[-1]
        facts = {"notice": notice, "at": timezone.now().isoformat(), "ip": self.get_client_ip(self.request)}
        self._promise("partners.account_notice", user, **facts)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError(f"No mail of the portal is called {template_prefix}")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.warning("sign_in.failed", ip=self.get_client_ip(request))

    def _promise(self, kind: str, user: User, **payload: Any) -> None:
        key = f"{kind}:{user.pk}:{uuid.uuid4().hex}"
        with transaction.atomic():
            outbox.promise(kind, key=key, user_id=user.pk, message_key=key, **payload)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What failed attempts are counted under: the person, in whatever case and through whichever host name the address was typed."""
        return unicodedata.normalize("NFKC", credentials.get("email", "")).strip().casefold()


def signed_in_too_long(session: Any, *, now: float) -> bool:
    """Whether a session has reached its age, or has not been used for too long. A session without the two marks is not ours."""
    started, seen = session.get("started_at", 0), session.get("seen_at", 0)
    return now - started > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_AGE
