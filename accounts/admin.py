"""Accounts and contacts in the back office: looked at. The vendor admin may let an address in that the portal refuses."""

from django.contrib import admin

from accounts.models import Account, Contact
from partnerportal.core.admin import PartnerOwnedAdmin, PartnerOwnedInline, VisibleChoicesFilter


class ContactInline(PartnerOwnedInline):
    model = Contact
    fields = ("first_name", "last_name", "email", "phone", "job_title", "owner")
    readonly_fields = fields


@admin.register(Account)
class AccountAdmin(PartnerOwnedAdmin):
    list_display = ("name", "partner", "status", "record_type", "city", "owner", "created_at")
    list_filter = ("status", "record_type", ("partner", VisibleChoicesFilter), "created_at")
    list_select_related = ("partner", "owner")
    search_fields = ("name", "email", "city")
    changeable_fields = ("email",)
    inlines = (ContactInline,)


@admin.register(Contact)
class ContactAdmin(PartnerOwnedAdmin):
    list_display = ("full_name", "account", "partner", "email", "owner", "created_at")
    list_filter = (("partner", VisibleChoicesFilter), "created_at")
    list_select_related = ("partner", "owner", "account")
    search_fields = ("last_name", "email", "account__name")
    changeable_fields = ("email",)
