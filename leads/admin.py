"""Leads in the back office: looked at. The vendor admin may let an address in that the portal refuses."""

from django.contrib import admin

from leads.models import Lead
from partnerportal.core.admin import PartnerOwnedAdmin, VisibleChoicesFilter


@admin.register(Lead)
class LeadAdmin(PartnerOwnedAdmin):
    list_display = ("company", "partner", "status", "source", "owner", "created_at")
    list_filter = ("status", ("partner", VisibleChoicesFilter), "origin", "created_at")
    list_select_related = ("partner", "owner")
    search_fields = ("company", "last_name", "email")
    changeable_fields = ("email",)
