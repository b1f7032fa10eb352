from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

from partnerportal.core import logs


class CoreConfig(AppConfig):
    name = "partnerportal.core"
    label = "core"
    verbose_name = _("Mail and machinery")

    def ready(self) -> None:
        logs.configure()
        import_module("partnerportal.core.bulk.journal").connect()
        import_module("partnerportal.core.hearing").connect()


class PortalAdminConfig(AdminConfig):
    """Django's admin with our site, so that `@admin.register` means ours."""

    default_site = "partnerportal.core.adminsite.PortalAdminSite"
