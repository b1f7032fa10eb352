"""Partners, their people, invitations and news in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from partnerportal.core.admin import VendorAdmin, VisibleChoicesFilter
from partners.models import Invitation, News, Partner, User


@admin.register(Partner)
class PartnerAdmin(VendorAdmin):
    list_display = ("name", "tier", "status", "account_manager", "currency", "country", "is_certified")
    list_filter = ("tier", "status", "country")
    search_fields = ("name", "city", "email")
    autocomplete_fields = ("parent", "account_manager")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(VendorAdmin):
    list_display = ("get_full_name", "email", "partner", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", ("partner", VisibleChoicesFilter))
    search_fields = ("first_name", "last_name", "email")
    changeable_fields = ("first_name", "last_name", "job_title", "phone", "language", "time_zone")
    exclude = ("password", "user_permissions", "groups", "is_superuser")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(News)
class NewsAdmin(VendorAdmin):
    list_display = ("title", "kind", "published_on", "author")
    list_filter = ("kind", "published_on")
    search_fields = ("title", "summary")


@admin.register(Invitation)
class InvitationAdmin(VendorAdmin):
    list_display = ("email", "partner", "role", "invited_by", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role", ("partner", VisibleChoicesFilter))
    search_fields = ("email", "first_name", "last_name")
    exclude = ("token_hash",)
