"""Sign-in: one door for partners and vendor users."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from partners.models import Partner, User


class PortalBackend(AuthenticationBackend):
    """Loads the person with the partner in one query, and nobody who may not sign in."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("partner").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return user.is_active and (user.partner is None or user.partner.status == Partner.Status.ACTIVE)


class PortalAccountAdapter(DefaultAccountAdapter):
    """People come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
