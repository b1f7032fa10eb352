from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CoreConfig(AppConfig):
    name = "partnerportal.core"
    label = "core"


class PortalAdminConfig(AdminConfig):
    """Django's admin with our site, so that `@admin.register` means ours."""

    default_site = "partnerportal.core.adminsite.PortalAdminSite"
