"""Composition root: only this module names the urls of all apps."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from partnerportal.core import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("auth/", include("partners.auth_urls")),
    path("projects/", include("projects.urls")),
    path("", include("partners.urls")),
]

handler400 = "partnerportal.core.errors.bad_request"
handler403 = "partnerportal.core.errors.permission_denied"
handler404 = "partnerportal.core.errors.not_found"
handler500 = "partnerportal.core.errors.server_error"
