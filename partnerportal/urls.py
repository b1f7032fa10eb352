"""Composition root: only this module names the urls of all apps.

Each app's `urls.py` holds whole addresses. Later apps come first: they own pages below earlier objects (`/leads/<id>/convert/`).
"""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from partnerportal.core import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("auth/", include("partners.auth_urls")),
    path("", include("reports.urls")),
    path("", include("orders.urls")),
    path("", include("quotes.urls")),
    path("", include("projects.urls")),
    path("", include("leads.urls")),
    path("", include("cases.urls")),
    path("", include("accounts.urls")),
    path("", include("tasks.urls")),
    path("", include("catalog.urls")),
    path("", include("partners.urls")),
    path("", include("partnerportal.core.urls")),
]

handler400 = "partnerportal.core.errors.bad_request"
handler403 = "partnerportal.core.errors.permission_denied"
handler404 = "partnerportal.core.errors.not_found"
handler500 = "partnerportal.core.errors.server_error"
