"""Tasks in the back office: looked at."""

from django.contrib import admin

from partnerportal.core.admin import PartnerOwnedAdmin, VisibleChoicesFilter
from tasks.models import Task


@admin.register(Task)
class TaskAdmin(PartnerOwnedAdmin):
    list_display = ("subject", "partner", "status", "priority", "due_on", "assigned_to", "owner")
    list_filter = ("status", "priority", ("partner", VisibleChoicesFilter))
    list_select_related = ("partner", "owner", "assigned_to")
    search_fields = ("subject",)
